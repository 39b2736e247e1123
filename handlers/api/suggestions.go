package api

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/item"
	"kantoorpost/shared/learn"
	"kantoorpost/shared/mailtext"
)

func (a *api) registerSuggestions() {
	handleMail(a, access.MailsRead, apiTag("mails").op("get-suggestions", http.MethodGet, "/api/mails/{mail}/suggestions",
		"What may solve a mail that waits, ranked, with reasons"),
		func(ctx context.Context, _ *MailPath, it item.Item) (*bodyOutput[wire.Suggestions], error) {
			out := wire.Suggestions{Items: []wire.SuggestionObject{}, Warnings: []learn.Reason{}}
			if it.State != item.Parked {
				return bodyOf(out, nil)
			}
			r, err := a.rank(ctx, it)
			if err != nil {
				return nil, err
			}
			out.Warnings = append(out.Warnings, r.mail.Warnings...)
			out.Doubt = r.mail.Doubt || it.Verdict == item.VerdictFail
			for _, s := range r.may {
				out.Items = append(out.Items, suggestionOf(s, it.From.Name))
			}
			out.Prefill = prefillOf(r.mail, r.all)
			out.Chat, err = a.answered(ctx, it)
			return bodyOf(out, err)
		})
}

// answered is the chat whose mail a mail names, if the caller may see it.
func (a *api) answered(ctx context.Context, it item.Item) (*wire.ChatReference, error) {
	c, named, _, err := a.Chats.Answered(ctx, it)
	if err != nil || !named {
		return nil, err
	}
	switch err := a.mayChat(ctx, c, access.ChatsRead); {
	case errors.Is(err, chat.ErrNotFound):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return &wire.ChatReference{ID: c.ID, Subject: c.Subject, Client: c.Client}, nil
}

// A ranking is what may solve a mail.
type ranking struct {
	mail     learn.Mail
	all, may []learn.Suggestion // the likeliest first; may is what the caller may do
}

func (a *api) rank(ctx context.Context, it item.Item) (r ranking, err error) {
	if r.mail, err = a.evidence(ctx, it); err != nil {
		return r, err
	}
	if r.all, err = learn.Suggest(ctx, a.Directory, r.mail); err != nil {
		return r, err
	}
	may := a.solutions(ctx, it)
	for _, s := range r.all {
		if slices.Contains(may, s.Action) {
			r.may = append(r.may, s)
		}
	}
	return r, nil
}

func suggestionOf(s learn.Suggestion, sender string) wire.SuggestionObject {
	o := wire.SuggestionObject{Action: s.Action, Score: s.Score, Reasons: s.Reasons, Contact: s.Contact, Client: s.Client}
	if o.Reasons == nil {
		o.Reasons = []learn.Reason{}
	}
	o.Solve = wire.SolveBody{Action: string(s.Action), Scope: string(s.Scope), Portal: s.Portal}
	if s.Contact != nil {
		o.Solve.Contact = s.Contact.ID
	}
	if s.Client != nil {
		o.Solve.Client = s.Client.ID
	}
	if s.Action == item.CreateContact {
		// A shared address such as info@ keeps its own display name.
		o.Solve.Name = cmp.Or(s.Name, sender, s.Email)
		o.Solve.Email, o.Solve.Phone, o.Solve.Function = s.Email, s.Phone, s.Function
	}
	return o
}

// evidence is a mail with all the data that suggestions use.
func (a *api) evidence(ctx context.Context, it item.Item) (learn.Mail, error) {
	content, err := a.Items.Body(ctx, it)
	if err != nil {
		return learn.Mail{}, err
	}
	l, err := mailtext.ReadSafely(it.BodyType, content, it.Subject)
	if err != nil {
		// The headers alone still allow suggestions.
		slog.ErrorContext(ctx, "mail not analysed for suggestions", "mail", it.ID, "error", err)
	}
	return a.Evidence.Mail(ctx, it, l, a.fileNames(ctx, it))
}

// namesWithin is the longest time that suggestions wait for the names of
// attachments: without them there are suggestions too.
const namesWithin = 3 * time.Second

// fileNames returns the names of a mail's attachments. It returns none when the mailbox
// does not answer in time.
func (a *api) fileNames(ctx context.Context, it item.Item) (names []string) {
	if !it.HasAttachments || it.Files != nil {
		return it.Files
	}
	asked, cancel := context.WithTimeout(ctx, namesWithin)
	defer cancel()
	source, err := a.attachmentSourceOf(asked, it, recent)
	if err != nil {
		slog.InfoContext(ctx, "suggestions without the names of attachments", "mail", it.ID, "error", err)
		return nil
	}
	for _, f := range source.attachments {
		if !f.Inline {
			names = append(names, f.Name)
		}
	}
	return names
}

// prefillOf is the initial content of the form for a new contact. It has no
// address when somebody already has the address of the sender.
func prefillOf(m learn.Mail, list []learn.Suggestion) wire.Prefill {
	from, taken := m.Item.From, m.Item.Facts.Contact != "" || m.Item.Reason == item.InternalSender
	l := m.Text
	if f := l.Forwarded; f != nil && f.From.Email != "" && m.Item.Reason == item.InternalSender {
		from, l = f.From, mailtext.Read("text", f.Text, f.Subject)
		taken = m.Own(from.Email)
	}
	card := mailtext.CardOf(from, l)
	p := wire.Prefill{Name: card.Name, Email: from.Email, Phone: card.Phone, Function: card.Function, Company: card.Company}
	owns := func(s learn.Suggestion) bool {
		return s.Contact != nil && slices.Contains(s.Contact.Emails, from.Email)
	}
	if taken || slices.ContainsFunc(list, owns) {
		p.Email = ""
	}
	for _, s := range list {
		if s.Client != nil {
			p.Client = s.Client.ID
			break
		}
	}
	return p
}

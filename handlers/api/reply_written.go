package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf16"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
	"kantoorpost/shared/blob"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/compose"
	"kantoorpost/shared/outbox"
)

// written is the reply that the caller wrote, when all of it is valid.
func (k *correspondence) written(ctx context.Context, in wire.ReplyContent, o original, mode outbox.Mode) (n outbox.New, err error) {
	sender, err := k.sender(ctx, in.Address, o)
	if err != nil {
		return n, err
	}
	r := outbox.Reply{
		Chat: k.chat.ID, Mailbox: sender.ID, Address: sender.Address, Mode: mode, Answers: o.message.ID, Author: actor(ctx).Member.ID,
		Confirmed: in.Confirmed, Alias: aliasNamed(sender, in.Address),
	}
	if in.Address == "" {
		r.Alias = aliasReceived(sender, o)
	}
	if err := addRecipients(&r, in, o); err != nil {
		return n, err
	}
	if count := len(r.Recipients()); count < 1 || count > outbox.MaxRecipients {
		return n, invalid("body.to", "1 to 100 recipients in all")
	}
	if mode == outbox.ModeReplyAll && k.revealsBcc(o, r) {
		return n, invalid("body.mode", "reply: the office got this mail as Bcc, and its other recipients do not know that")
	}
	if r.Subject, err = subjectOf(in.Subject, o, mode); err != nil {
		return n, err
	}
	html, err := contentOf(in)
	if err != nil {
		return n, err
	}
	if missing := compose.Missing(r.Subject, textOf(html)); len(missing) > 0 {
		return n, missingPlaceholders(missing)
	}
	if err := k.addSettings(ctx, &r, in, sender); err != nil {
		return n, err
	}
	if r.Original, err = k.originalIn(ctx, sender.ID, o); err != nil {
		return n, err
	}
	r.Preview = previewOf(html)
	if r.Attachments, err = k.api.attached(ctx, in.Attachments, html, r.LeavesAt.Add(keptAfter)); err != nil {
		return n, err
	}
	check := func(c chat.Chat) error { return k.api.mayChat(ctx, c, access.ChatsSend) }
	return outbox.New{Reply: r, HTML: html, Check: check}, nil
}

// sender is the address that a reply is sent from.
func (k *correspondence) sender(ctx context.Context, address string, o original) (access.Sender, error) {
	senders, err := k.senders(ctx)
	if err != nil {
		return access.Sender{}, err
	}
	if address == "" {
		if i := k.defaultSender(senders, o); i >= 0 {
			return senders[i], nil
		}
		return access.Sender{}, newProblem(http.StatusForbidden,
			"you may not send from the address that got this mail: choose one that you are linked with")
	}
	named := func(b string, aliases []string, id string) bool {
		return strings.EqualFold(address, id) ||
			slices.ContainsFunc(append([]string{b}, aliases...), func(a string) bool { return compose.Normal(a) == compose.Normal(address) })
	}
	for _, s := range senders {
		if named(s.Address, s.Aliases, s.ID) {
			return s, nil
		}
	}
	for _, b := range k.boxes {
		if named(b.Address, b.Aliases, b.ID) {
			return access.Sender{}, newProblem(http.StatusForbidden, "you may not send from "+b.Address)
		}
	}
	return access.Sender{}, invalid("body.address", "an activated address of the office")
}

// subjectOf is the subject of a reply. It is a header of the mail, so it has one line.
func subjectOf(given *string, o original, mode outbox.Mode) (string, error) {
	if given == nil {
		return compose.SubjectOf(o.message.Subject, mode), nil
	}
	if strings.ContainsFunc(*given, breaksLine) || !validText(*given) || len(utf16.Encode([]rune(*given))) > compose.MaxSubject {
		return "", invalid("body.subject", "one line of at most 255 characters")
	}
	return strings.TrimSpace(*given), nil
}

// contentOf is the text of a reply as safe HTML; "" when it has none.
func contentOf(in wire.ReplyContent) (string, error) {
	switch {
	case in.HTML != nil && in.Text != nil:
		return "", invalid("body", `either "html" or "text"`)
	case in.HTML != nil && validText(*in.HTML):
		safe := safeReply(*in.HTML)
		if tooDeep(safe) {
			return "", invalid("body.html", "HTML with elements in one another at most 256 deep")
		}
		return safe, nil
	case in.Text != nil && validText(*in.Text):
		return textAsHTML(*in.Text), nil
	case in.HTML == nil && in.Text == nil:
		return "", nil
	}
	return "", invalid("body", "text in UTF-8, without the character NUL")
}

// addSettings adds when a reply leaves and what the server adds to its text.
func (k *correspondence) addSettings(ctx context.Context, r *outbox.Reply, in wire.ReplyContent, sender access.Sender) error {
	settings, err := k.api.Writing.Settings(ctx)
	if err != nil {
		return err
	}
	hold := settings.Hold
	if in.Hold != nil {
		hold = *in.Hold
	}
	now := time.Now()
	r.LeavesAt = now.Add(time.Duration(hold) * time.Second)
	if in.SendAt != nil {
		if !in.SendAt.After(now) || in.SendAt.Sub(now) > maxDelay {
			return invalid("body.sendAt", "a time to come, within a year")
		}
		r.LeavesAt, r.Scheduled = *in.SendAt, true
	}
	about, err := k.api.Writing.Address(ctx, sender.ID)
	if err != nil {
		return err
	}
	r.NoQuote = about.NoQuote && r.Mode != outbox.ModeForward
	if in.Quote != nil {
		r.NoQuote = !*in.Quote
	}
	language, err := k.languageOf(ctx, in.Language, *r)
	if r.Language = string(language); err != nil || in.Signature != nil && !*in.Signature {
		return err
	}
	return k.api.sign(ctx, r, about.Signatures)
}

// attached are the uploads of the caller that a reply takes along, kept until a time.
func (a *api) attached(ctx context.Context, uploads []string, html string, until time.Time) ([]outbox.Attachment, error) {
	var out []outbox.Attachment
	var size int64
	shown := compose.Pictures(html)
	for _, id := range unique(append(slices.Clone(uploads), shown...)) {
		f, err := a.upload(ctx, id)
		if errors.Is(err, blob.ErrNotFound) {
			return nil, invalid("body.attachments", "ids of files that you uploaded; "+id+" is none, or is no longer there")
		}
		if err != nil {
			return nil, err
		}
		if size += f.Size(); size > maxUpload {
			return nil, invalid("body.attachments", "at most 150 MB in all")
		}
		if f.Until.Before(until.Add(-uploadAge)) { // a draft is saved often
			if err := a.Uploads.Keep(ctx, id, until); err != nil {
				return nil, err
			}
		}
		out = append(out, outbox.Attachment{Upload: id, Name: f.Name, ContentType: f.ContentType, Size: f.Size(),
			Inline: slices.Contains(shown, id)})
	}
	return out, nil
}

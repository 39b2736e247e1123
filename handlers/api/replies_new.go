package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/compose"
	"kantoorpost/shared/outbox"
	"kantoorpost/shared/words"
)

// usualSize is the largest mail that most recipients take, in bytes.
const usualSize = 25 << 20

// warningTexts say what the warnings about recipients mean.
var warningTexts = map[compose.Code]words.Text{
	compose.WarnBcc: {
		NL: "Het kantoor kreeg deze mail als Bcc: de anderen weten dat niet. “Allen beantwoorden” kan niet.",
		EN: "The office got this mail as Bcc: the others do not know that. “Reply all” is not possible.",
	},
	compose.WarnReplyTo: {
		NL: "De mail vraagt om antwoord op een adres bij een ander domein dan dat van de afzender, of bij een mailprovider. Het antwoord " +
			"gaat naar de afzender.",
		EN: "The mail asks for an answer at another domain than its sender's, or at a mail provider. The answer goes to the sender.",
	},
	compose.WarnMany: {
		NL: "De mail heeft meer ontvangers dan hier bekend zijn, en Outlook geeft ze nu niet. Moet iedereen het antwoord krijgen, " +
			"begin dan later opnieuw of antwoord in Outlook.",
		EN: "The mail has more recipients than are known here, and Outlook does not give them now. If everybody must get the answer, " +
			"begin again later or answer in Outlook.",
	},
}

func (a *api) registerNewReply() {
	handle(a, access.ChatsSend, huma.Operation{
		OperationID: "new-reply", Method: http.MethodGet, Path: "/api/chats/{chat}/replies/new", Tags: []string{"replies"},
		Summary: "Get what a reply to a message begins with: from whom, to whom, its subject, signature and quote",
	}, func(ctx context.Context, in *struct {
		ChatPath
		Answers string `query:"answers" maxLength:"64" doc:"id of the message; the newest mail when absent"`
		Mode    string `query:"mode" enum:"reply,reply-all,forward,new" default:"reply-all"`
	}) (*bodyOutput[wire.NewReply], error) {
		c, err := a.chat(ctx, in.Chat, access.ChatsSend)
		if err != nil {
			return nil, err
		}
		a.askForSent(ctx, c)
		return bodyOf(a.newReply(ctx, c, in.Answers, outbox.Mode(in.Mode)))
	})
}

func (a *api) newReply(ctx context.Context, c chat.Chat, answers string, mode outbox.Mode) (wire.NewReply, error) {
	k, err := a.correspondence(ctx, c)
	if err != nil {
		return wire.NewReply{}, err
	}
	o, err := k.original(ctx, answers, mode)
	if err != nil {
		return wire.NewReply{}, err
	}
	if err := k.learnAliases(ctx, o); err != nil {
		return wire.NewReply{}, err
	}
	subject := compose.SubjectOf(o.message.Subject, mode)
	if o.empty() { // nobody has answered yet
		mode, subject = outbox.ModeNew, c.Subject
	}
	out := wire.NewReply{
		Answers: o.message.ID, Mode: string(mode), Subject: subject, Since: c.Sequence, Bcc: []wire.RecipientObject{},
		Addresses: []wire.SenderObject{}, Attachments: []wire.AttachmentObject{}, Writing: []wire.Named{},
		Warnings: []string{}, Texts: []wire.WarningObject{},
		MaxSize: maxUpload, UsualSize: usualSize,
	}
	if err := k.addRecipients(ctx, &out, o, mode); err != nil {
		return wire.NewReply{}, err
	}
	if err := k.addSenders(ctx, &out, o); err != nil {
		return wire.NewReply{}, err
	}
	if err := k.addLanguage(ctx, &out); err != nil {
		return wire.NewReply{}, err
	}
	settings, err := a.Writing.Settings(ctx)
	if err != nil {
		return wire.NewReply{}, err
	}
	out.Hold = settings.Hold
	if out.Writing, err = a.writingIn(ctx, c.ID); err != nil {
		return wire.NewReply{}, err
	}
	return out, k.addOriginal(ctx, &out, o, mode)
}

func (k *correspondence) addRecipients(ctx context.Context, out *wire.NewReply, o original, mode outbox.Mode) (err error) {
	r := k.recipients(o, mode)
	if out.To, err = k.marked(ctx, r.To); err != nil {
		return err
	}
	if out.Cc, err = k.marked(ctx, r.Cc); err != nil {
		return err
	}
	if out.ReplyTo, err = k.marked(ctx, r.ReplyTo); err != nil {
		return err
	}
	out.ReplyAll = r.ReplyAll
	for _, w := range r.Warnings {
		out.Warnings = append(out.Warnings, string(w))
		out.Texts = append(out.Texts, wire.WarningObject{Code: string(w), Text: warningTexts[w]})
	}
	return nil
}

// writingWindow is how recently somebody must have saved a draft to be writing.
const writingWindow = 2 * time.Minute

// writingIn are the other members who write in a chat now.
func (a *api) writingIn(ctx context.Context, chatID string) ([]wire.Named, error) {
	ids, err := a.Outbox.Writing(ctx, chatID, actor(ctx).Member.ID, time.Now().Add(-writingWindow))
	if err != nil {
		return nil, err
	}
	return a.namedMembers(ctx, ids)
}

// maxQuoteShown is the longest HTML of a quote that is shown before sending.
const maxQuoteShown = 256 << 10

// addOriginal adds what goes along of the message: its text below the reply, and the
// attachments of a forward.
func (k *correspondence) addOriginal(ctx context.Context, out *wire.NewReply, o original, mode outbox.Mode) error {
	if o.empty() {
		return nil
	}
	a := k.api
	if mode == outbox.ModeForward {
		_, files, err := k.filesOf(ctx, o)
		if err != nil {
			return err
		}
		for _, f := range files {
			out.Attachments = append(out.Attachments, attachmentOf(o.mail.ID, f.n, f.Attachment))
		}
		out.Attachments = append(out.Attachments, attachmentsOf(k.chat.ID, o.reply.ID, filesOf(o.reply.Attachments))...)
	}
	if out.From != nil && mode != outbox.ModeForward {
		about, err := a.Writing.Address(ctx, out.From.ID)
		if err != nil || about.NoQuote {
			return err
		}
	}
	content, err := a.quoteOf(ctx, k.chat.ID, o)
	if len(content) <= maxQuoteShown {
		out.Quote = content
	}
	return err
}

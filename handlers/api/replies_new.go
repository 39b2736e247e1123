package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"kantoorpost/shared/access"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/compose"
	"kantoorpost/shared/mailhtml"
	"kantoorpost/shared/outbox"
	"kantoorpost/shared/words"
)

// usualSize is the largest mail that most recipients take, in bytes.
const usualSize = 25 << 20

type (
	// A senderObject is an address of the office from which mail is sent.
	senderObject struct {
		ID    string `json:"id" doc:"of the mailbox"`
		Name  string `json:"name,omitempty"`
		Email string `json:"email"`
		SignaturesObject
	}
	// A warningObject is something that the writer should know, in words.
	warningObject struct {
		Code string     `json:"code"`
		Text words.Text `json:"text"`
	}
	// A newReply is a reply before anything is written.
	newReply struct {
		Answers      string             `json:"answers,omitempty" doc:"id of the message"`
		Mode         outbox.Mode        `json:"mode"`
		From         *senderObject      `json:"from,omitempty" doc:"absent: you may send from none of the addresses"`
		Addresses    []senderObject     `json:"addresses" nullable:"false" doc:"from which you may send in this chat"`
		To           []recipientObject  `json:"to" nullable:"false"`
		Cc           []recipientObject  `json:"cc" nullable:"false"`
		Bcc          []recipientObject  `json:"bcc" nullable:"false"`
		ReplyTo      []recipientObject  `json:"replyTo,omitempty" nullable:"false" doc:"offered: where the mail wants its answer, at another domain than its sender's"`
		ReplyAll     bool               `json:"replyAll" doc:"whether answering all is possible, and differs from answering the sender"`
		Subject      string             `json:"subject"`
		Language     mailhtml.Language  `json:"language,omitempty" enum:"nl,en,de,fr" doc:"of what the server adds"`
		LanguageFrom string             `json:"languageFrom,omitempty" doc:"contact, mail (how he or she writes) or mailbox"`
		Signature    string             `json:"signature" doc:"HTML in this language; the server adds it"`
		Quote        string             `json:"quote" doc:"HTML of the mail that is repeated below; the server adds it; empty when it is not repeated"`
		Warnings     []string           `json:"warnings" nullable:"false" doc:"codes: bcc, reply-to, many-recipients, alias, automatic-replies"`
		Texts        []warningObject    `json:"texts" nullable:"false" doc:"the warnings in words"`
		Since        int64              `json:"since" doc:"the seq of the newest message in the chat"`
		Writing      []named            `json:"writing" nullable:"false" doc:"other team members who wrote here in the last two minutes"`
		Attachments  []attachmentObject `json:"attachments" nullable:"false" doc:"of a forward: what goes along"`
		Hold         int                `json:"hold" doc:"seconds for which a reply is held"`
		MaxSize      int64              `json:"maxSize" doc:"bytes of a file"`
		UsualSize    int64              `json:"usualSize" doc:"bytes of all files: more is refused by most recipients, and by a mailbox as it comes"`
	}
)

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
		NL: "De mail heeft zo veel ontvangers dat ze hier niet allemaal bekend zijn.",
		EN: "The mail has so many recipients that not all of them are known here.",
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
	}) (*struct{ Body newReply }, error) {
		c, err := a.chat(ctx, in.Chat, access.ChatsSend)
		if err != nil {
			return nil, err
		}
		a.askForSent(ctx, c)
		out, err := a.newReply(ctx, c, in.Answers, outbox.Mode(in.Mode))
		return &struct{ Body newReply }{out}, err
	})
}

func (a *api) newReply(ctx context.Context, c chat.Chat, answers string, mode outbox.Mode) (newReply, error) {
	k, err := a.correspondence(ctx, c)
	if err != nil {
		return newReply{}, err
	}
	o, err := k.original(ctx, answers, mode)
	if err != nil {
		return newReply{}, err
	}
	if err := k.learnAliases(ctx, o); err != nil {
		return newReply{}, err
	}
	subject := compose.SubjectOf(o.message.Subject, mode)
	if o.empty() { // nobody has answered yet
		mode, subject = outbox.ModeNew, c.Subject
	}
	out := newReply{
		Answers: o.message.ID, Mode: mode, Subject: subject, Since: c.Sequence, Bcc: []recipientObject{},
		Addresses: []senderObject{}, Attachments: []attachmentObject{}, Writing: []named{}, Warnings: []string{}, Texts: []warningObject{},
		MaxSize: maxUpload, UsualSize: usualSize,
	}
	if err := k.addRecipients(ctx, &out, o, mode); err != nil {
		return newReply{}, err
	}
	if err := k.addSenders(ctx, &out, o); err != nil {
		return newReply{}, err
	}
	if err := k.addLanguage(ctx, &out); err != nil {
		return newReply{}, err
	}
	settings, err := a.Writing.Settings(ctx)
	if err != nil {
		return newReply{}, err
	}
	out.Hold = settings.Hold
	if out.Writing, err = a.writingIn(ctx, c.ID); err != nil {
		return newReply{}, err
	}
	return out, k.addOriginal(ctx, &out, o, mode)
}

func (k *correspondence) addRecipients(ctx context.Context, out *newReply, o original, mode outbox.Mode) (err error) {
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
		out.Texts = append(out.Texts, warningObject{string(w), warningTexts[w]})
	}
	return nil
}

// writingWindow is how recently somebody must have saved a draft to be writing.
const writingWindow = 2 * time.Minute

// writingIn are the other members who write in a chat now.
func (a *api) writingIn(ctx context.Context, chatID string) ([]named, error) {
	out := []named{}
	ids, err := a.Outbox.Writing(ctx, chatID, actor(ctx).Member.ID, time.Now().Add(-writingWindow))
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, id := range ids {
		name, err := a.memberName(ctx, names, id)
		if err != nil {
			return nil, err
		}
		out = append(out, named{id, name})
	}
	return out, nil
}

// maxQuoteShown is the longest HTML of a quote that is shown before sending.
const maxQuoteShown = 256 << 10

// addOriginal adds what goes along of the message: its text below the reply, and the
// attachments of a forward.
func (k *correspondence) addOriginal(ctx context.Context, out *newReply, o original, mode outbox.Mode) error {
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

package api

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"strings"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/compose"
	"kantoorpost/shared/item"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/outbox"
)

// An original is the message that a reply answers or forwards; empty for a reply that
// answers nothing.
type original struct {
	message chat.Message
	mail    item.Item    // of a mail
	reply   outbox.Reply // of a reply of the office
	cut     bool         // it may have recipients that are not known
}

func (o original) empty() bool { return o.message.ID == "" }

// original finds the message that is answered; "" is the newest mail in the chat.
func (k *correspondence) original(ctx context.Context, id string, mode outbox.Mode) (o original, err error) {
	if mode == outbox.ModeNew {
		return original{}, nil
	}
	if id == "" {
		if err := k.read(ctx); err != nil {
			return o, err
		}
		if id = k.newest(); id == "" {
			return original{}, nil
		}
	}
	if o.message, err = k.api.Chats.Message(ctx, k.chat.ID, id); err != nil {
		return original{}, err
	}
	switch {
	case o.message.IsMail():
		if o.mail, err = k.api.Items.Get(ctx, o.message.ID); err == nil {
			err = k.readRecipients(ctx, &o)
		}
	case o.message.Kind == chat.KindReply && hasLeft(outbox.State(o.message.State)):
		o.reply, err = k.api.Outbox.Get(ctx, k.chat.ID, o.message.ID)
	default:
		err = invalid("answers", "id of a mail or of a reply that was sent")
	}
	if err != nil {
		return original{}, err
	}
	return o, nil
}

// readRecipients asks Graph for the recipients of a mail that has more than are stored.
// Without an answer the writer is told that some are missing.
func (k *correspondence) readRecipients(ctx context.Context, o *original) error {
	if max(len(o.mail.To), len(o.mail.Cc)) < item.MaxRecipients {
		return nil
	}
	if err := k.read(ctx); err != nil {
		return err
	}
	graph, err := k.api.mailbox(ctx, o.mail)
	var m mail.Message
	if err == nil {
		m, err = graph.Message(ctx, o.mail.Mailbox, o.mail.MessageID)
	}
	if err != nil {
		slog.InfoContext(ctx, "the recipients of a mail are not all known", "mail", o.mail.ID, "error", err)
		o.cut = true
		return nil
	}
	o.message.To, o.message.Cc = m.To, m.Cc
	for _, a := range slices.Concat(m.To, m.Cc) {
		k.seen[compose.Normal(a.Email)] = true
	}
	return nil
}

// newest is the id of the newest mail that came in; of the newest reply that left, in a
// chat to which nobody has answered; "" when there is neither.
func (k *correspondence) newest() (id string) {
	for _, m := range k.messages {
		if m.Kind == chat.KindMail && m.Direction != chat.Out {
			return m.ID
		}
		if id == "" && m.Kind == chat.KindReply && hasLeft(outbox.State(m.State)) {
			id = m.ID
		}
	}
	return id
}

// recipients are those of a reply to o, as long as its writer changes nothing.
func (k *correspondence) recipients(o original, mode outbox.Mode) compose.Recipients {
	if o.empty() {
		return compose.Recipients{}
	}
	from := compose.Original{
		From: o.message.From, ReplyTo: o.mail.AnswersTo, To: o.message.To, Cc: o.message.Cc, Sent: o.message.Direction == chat.Out, Cut: o.cut,
	}
	return compose.RecipientsOf(from, mode, k.isOwn)
}

// revealsBcc says whether a reply to all goes to somebody who does not know that the office
// got the mail.
func (k *correspondence) revealsBcc(o original, r outbox.Reply) bool {
	if !k.recipients(o, outbox.ModeReplyAll).Hidden {
		return false
	}
	others := slices.Concat(o.message.To, o.message.Cc)
	return slices.ContainsFunc(r.Recipients(), func(to outbox.Recipient) bool {
		return slices.ContainsFunc(others, func(a mail.Address) bool { return compose.Normal(a.Email) == compose.Normal(to.Email) })
	})
}

// quoteOf is the text of a message as a page can show it.
func (a *api) quoteOf(ctx context.Context, chatID string, o original) (string, error) {
	path := strings.TrimSuffix(messageBodyPath(chatID, o.message.ID), "body") + "pictures/"
	if o.message.Kind == chat.KindReply {
		d, done, err := a.replyDocument(ctx, o.reply)
		if err != nil {
			return "", err
		}
		defer done()
		return inPlace(path).Replace(d.html), nil
	}
	d, done, err := a.document(ctx, o.mail, Showing{}, nil)
	if err != nil {
		return "", err
	}
	defer done()
	return inPlace(path).Replace(d.html), nil
}

// referencesOf are what a reply to o names in its References, oldest first, without
// the message id of o itself.
func referencesOf(o original) []string {
	if o.message.Kind == chat.KindReply {
		return append(slices.Clone(o.reply.Original.References), nonEmpty(o.reply.Original.InternetMessageID)...)
	}
	if len(o.mail.References) > 0 {
		return o.mail.References
	}
	return nonEmpty(o.mail.InReplyTo)
}

func nonEmpty(id string) []string {
	if id == "" {
		return nil
	}
	return []string{id}
}

// originalIn is o as the mailbox that sends knows it: a mail to two addresses is in
// both of their mailboxes.
func (k *correspondence) originalIn(ctx context.Context, mailbox string, o original) (outbox.Original, error) {
	out := outbox.Original{
		Mailbox: mailbox, References: referencesOf(o), InternetMessageID: cmp.Or(o.mail.InternetMessageID, o.reply.InternetMessageID),
	}
	switch {
	case o.empty():
		return outbox.Original{}, nil
	case o.reply.ID != "":
		if o.reply.Mailbox == mailbox {
			out.MessageID = o.reply.DraftID
		}
		return out, nil
	case o.mail.Mailbox == mailbox:
		out.MessageID = o.mail.MessageID
		return out, nil
	case o.mail.InternetMessageID == "":
		return out, nil
	}
	copies, err := k.api.Items.ByMessageID(ctx, o.mail.InternetMessageID)
	for _, c := range copies {
		if c.Mailbox == mailbox && c.Fingerprint == o.mail.Fingerprint {
			out.MessageID = c.MessageID
		}
	}
	return out, err
}

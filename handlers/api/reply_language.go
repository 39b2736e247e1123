package api

import (
	"context"
	"slices"
	"time"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/compose"
	"kantoorpost/shared/connector"
	"kantoorpost/shared/mailhtml"
	"kantoorpost/shared/outbox"
	"kantoorpost/shared/words"
)

// What says in which language the signature and the fixed texts of a mail are.
const (
	languageOfContact = "contact" // a person said so of the contact
	languageOfMail    = "mail"    // the contact writes it in this chat
	languageOfMailbox = "mailbox"
)

// language returns the language of the signature and the fixed texts in a mail to somebody from
// an address, and what says so.
func (k *correspondence) language(ctx context.Context, to, mailbox string) (l mailhtml.Language, from string, err error) {
	c, _, err := k.contact(ctx, to)
	if err == nil {
		err = k.read(ctx)
	}
	switch {
	case err != nil:
		return "", "", err
	case c.Language != "":
		return mailhtml.Language(c.Language), languageOfContact, nil
	}
	his := append(slices.Clone(c.Emails), compose.Normal(to))
	for _, m := range k.messages {
		if m.Language != "" && m.Direction != chat.Out && slices.Contains(his, compose.Normal(m.From.Email)) {
			return mailhtml.Language(m.Language), languageOfMail, nil
		}
	}
	return mailhtml.LanguageOf(k.api.Connectors.MailboxSettings(ctx, k.box(mailbox)).Language), languageOfMailbox, nil
}

// box is the activated mailbox with an id.
func (k *correspondence) box(id string) connector.Activation {
	for _, b := range k.boxes {
		if b.ID == id {
			return b
		}
	}
	return connector.Activation{}
}

// addLanguage adds the language of a reply, and the signature in it.
func (k *correspondence) addLanguage(ctx context.Context, out *wire.NewReply) (err error) {
	if out.From == nil {
		return nil
	}
	to := ""
	if len(out.To) > 0 {
		to = out.To[0].Email
	}
	if out.Language, out.LanguageFrom, err = k.language(ctx, to, out.From.ID); err != nil {
		return err
	}
	out.Signature = compose.Signatures(out.From.SignaturesObject).In(out.Language)
	k.addAbsence(ctx, out)
	return nil
}

// addAbsence warns when the mailbox gives automatic answers to what comes in now: its owner said
// that nobody reads it.
func (k *correspondence) addAbsence(ctx context.Context, out *wire.NewReply) {
	settings := k.api.Connectors.MailboxSettings(ctx, k.box(out.From.ID))
	absence, now := settings.AutomaticReplies, time.Now()
	until := absence.Until
	if absence.Status != "alwaysEnabled" && (absence.Status != "scheduled" || now.Before(absence.From) || !now.Before(until)) {
		return
	}
	nl, en := "", ""
	if !until.IsZero() {
		day := until.In(settings.Location()).Format("02-01-2006 15:04")
		nl, en = " tot "+day, " until "+day
	}
	out.Warnings = append(out.Warnings, "automatic-replies")
	out.Texts = append(out.Texts, wire.WarningObject{Code: "automatic-replies", Text: words.Text{
		NL: out.From.Email + " geeft zelf automatische antwoorden (afwezig)" + nl + ". Wie op uw mail antwoordt, krijgt er een.",
		EN: out.From.Email + " gives automatic replies by itself (out of office)" + en + ". Who answers your mail gets one.",
	}})
}

// languageOf is the language that the writer chose, or else the one that was offered.
func (k *correspondence) languageOf(ctx context.Context, chosen string, r outbox.Reply) (mailhtml.Language, error) {
	if chosen != "" {
		return mailhtml.Language(chosen), nil
	}
	l, _, err := k.language(ctx, r.Recipients()[0].Email, r.Mailbox)
	return l, err
}

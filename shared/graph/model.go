package graph

import (
	"strings"

	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"kantoorpost/shared/graph/answer"
	"kantoorpost/shared/mail"
)

// maxReferences is how many Message-IDs of a thread are written: the first one,
// which names the thread, and the newest ones.
// https://www.rfc-editor.org/rfc/rfc5322#section-3.6.4
const maxReferences = 50

// newDraft builds the message of a draft. The SDK must get a new message for each
// request: it leaves out what an older one already sent.
func newDraft(d mail.NewDraft) models.Messageable {
	m := patched(mail.DraftPatch{Subject: &d.Subject, HTML: &d.HTML, To: &d.To, Cc: &d.Cc, Bcc: &d.Bcc})
	var all []models.SingleValueLegacyExtendedPropertyable
	if d.InReplyTo != "" {
		all = append(all, extended(answer.PropertyInReplyTo, strings.Join(strings.Fields(d.InReplyTo), "")))
	}
	if references := strings.Fields(strings.Join(d.References, " ")); len(references) > 0 {
		if n := len(references); n > maxReferences {
			references = append(references[:1:1], references[n-maxReferences+1:]...)
		}
		all = append(all, extended(answer.PropertyReferences, strings.Join(references, " ")))
	}
	if d.Reply != "" {
		all = append(all, extended(answer.PropertyReply, d.Reply))
	}
	if all != nil {
		m.SetSingleValueExtendedProperties(all)
	}
	return m
}

// patched builds a message with only what changes.
func patched(p mail.DraftPatch) models.Messageable {
	m := models.NewMessage()
	if p.Subject != nil {
		m.SetSubject(p.Subject)
	}
	if p.HTML != nil {
		body, kind := models.NewItemBody(), models.HTML_BODYTYPE
		body.SetContentType(&kind)
		body.SetContent(p.HTML)
		m.SetBody(body)
	}
	if p.From != nil {
		m.SetFrom(recipients([]mail.Address{*p.From})[0])
	}
	if p.To != nil {
		m.SetToRecipients(recipients(*p.To))
	}
	if p.Cc != nil {
		m.SetCcRecipients(recipients(*p.Cc))
	}
	if p.Bcc != nil {
		m.SetBccRecipients(recipients(*p.Bcc))
	}
	return m
}

// recipients is never nil: an empty list removes the recipients of a draft.
func recipients(all []mail.Address) []models.Recipientable {
	out := make([]models.Recipientable, 0, len(all))
	for _, a := range all {
		address := models.NewEmailAddress()
		address.SetAddress(&a.Email)
		if a.Name != "" {
			address.SetName(&a.Name)
		}
		r := models.NewRecipient()
		r.SetEmailAddress(address)
		out = append(out, r)
	}
	return out
}

// withReply gives a message the property by which our drafts are found.
func withReply(m models.Messageable, reply string) models.Messageable {
	m.SetSingleValueExtendedProperties([]models.SingleValueLegacyExtendedPropertyable{extended(answer.PropertyReply, reply)})
	return m
}

func extended(id, value string) models.SingleValueLegacyExtendedPropertyable {
	p := models.NewSingleValueLegacyExtendedProperty()
	p.SetId(&id)
	p.SetValue(&value)
	return p
}

package sim

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// An OutsideAnswer is the answer of somebody outside the tenant to a mail that he
// received.
type OutsideAnswer struct {
	Address   string      `json:"address"`   // who answers; the mail is in his mailbox
	MessageID string      `json:"messageId"` // of the answered mail, with its brackets
	Text      string      `json:"text"`
	Program   MailProgram `json:"program"` // how it quotes; by default as Outlook
	All       bool        `json:"all"`     // to the other recipients too
}

// ErrNoMail means that an address outside the tenant did not receive a mail.
var ErrNoMail = errors.New("no such mail")

// AnswerOutside delivers an answer of somebody outside the tenant, as his mail
// program sends it, and returns its recipients. It fails with [ErrNoMail] if he did
// not receive the mail that it answers.
func (t *Tenant) AnswerOutside(ctx context.Context, a OutsideAnswer) (to []string, err error) {
	mails := t.Outside(a.Address)
	i := slices.IndexFunc(mails, func(m Message) bool { return m.InternetMessageID == a.MessageID })
	if i < 0 {
		return nil, fmt.Errorf("answer %s as %s: %w", a.MessageID, a.Address, ErrNoMail)
	}
	original := mails[i].Parsed()
	m := outsideAnswer(a, &original, t.now())
	env := Envelope{From: a.Address}
	for _, r := range append(slices.Clone(m.To), m.Cc...) {
		env.To = append(env.To, r.EmailAddress.Address)
	}
	return env.To, t.Deliver(ctx, env, m.compose())
}

// postAnswer is POST /simulator/answer.
func (t *Tenant) postAnswer(w http.ResponseWriter, r *http.Request) {
	var a OutsideAnswer
	if !readCommand(w, r, &a) {
		return
	}
	to, err := t.AnswerOutside(r.Context(), a)
	if err != nil {
		sendJSON(w, http.StatusUnprocessableEntity, map[string]string{"error": err.Error()})
		return
	}
	sendJSON(w, http.StatusOK, map[string]any{"to": to})
}

func outsideAnswer(a OutsideAnswer, original *Message, now time.Time) *Message {
	me := func(r Recipient) bool { return strings.EqualFold(r.EmailAddress.Address, a.Address) }
	writer := Recipient{EmailAddress{Address: a.Address}}
	everybody := append(slices.Clone(original.To), original.Cc...)
	if i := slices.IndexFunc(everybody, me); i >= 0 {
		writer = everybody[i]
	}
	m := &Message{From: &writer, Sender: &writer, Subject: original.Subject, Sent: now, Importance: "normal"}
	m.InternetMessageID = "<" + newGUID() + "@" + domainOf(a.Address) + ">"
	if !isReplyPrefix(strings.ToLower(strings.SplitN(m.Subject+":", ":", 2)[0])) {
		m.Subject = "Re: " + m.Subject
	}
	switch {
	case len(original.ReplyTo) > 0:
		m.To = slices.Clone(original.ReplyTo)
	case original.From != nil:
		m.To = []Recipient{*original.From}
	}
	if a.All {
		seen := func(r Recipient) bool {
			return me(r) || slices.ContainsFunc(m.To, func(to Recipient) bool {
				return strings.EqualFold(to.EmailAddress.Address, r.EmailAddress.Address)
			})
		}
		m.To = append(m.To, slices.DeleteFunc(slices.Clone(original.To), seen)...)
		m.Cc = slices.DeleteFunc(slices.Clone(original.Cc), me)
	}
	cmp.Or(a.Program, Outlook).write(m, original, a.Text)
	return m
}

// Correspondents returns the addresses outside the tenant that received mail, the
// last receiver first.
func (t *Tenant) Correspondents() (addresses []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sendDue()
	seen := map[string]bool{}
	for _, address := range slices.Backward(t.outside.order) {
		if !seen[address] {
			seen[address] = true
			addresses = append(addresses, address)
		}
	}
	return addresses
}

// Written returns the mails in the tenant's inboxes that somebody outside wrote,
// each once, oldest first.
func (t *Tenant) Written(address string) (mails []Message) {
	t.mu.Lock()
	defer t.mu.Unlock()
	seen := map[string]bool{}
	for _, box := range t.boxes {
		for _, it := range box.items {
			m := it.message
			if it.folder != sentItems && m.From != nil && strings.EqualFold(m.From.EmailAddress.Address, address) && !seen[m.InternetMessageID] {
				seen[m.InternetMessageID] = true
				mails = append(mails, *m)
			}
		}
	}
	slices.SortFunc(mails, func(a, b Message) int { return a.Received.Compare(b.Received) })
	return mails
}

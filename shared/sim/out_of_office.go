package sim

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// awayPrefix begins the local part of outside addresses whose owner is away.
const awayPrefix = "away-"

// outOfOffice returns the records of the out-of-office mails that answer a mail: from
// mailboxes whose automatic replies are on, and from away-…@ outside. Each of them
// answers a sender once. A mail of a program, and one that suppresses such answers,
// gets none.
//
// The answer of one mailbox of the tenant to another has a message class of its own,
// and Graph leaves it out of lists and delta rounds. The caller holds mu.
//
// https://learn.microsoft.com/openspecs/exchange_server_protocols/ms-oxcmail
func (t *Tenant) outOfOffice(env Envelope, m *Message, now time.Time, before int) (records []record) {
	if env.From == "" || m.isAutomatic() {
		return nil
	}
	for _, to := range env.To {
		address := strings.ToLower(strings.TrimSpace(to))
		text, away := t.awayText(address, env.From)
		pair := address + "\n" + strings.ToLower(env.From)
		if !away || t.absent[pair] || !t.reaches(env.From) {
			continue
		}
		t.absent[pair] = true
		internal := t.addresses[address] != nil && t.HasDomain(env.From)
		from := EmailAddress{Address: address}
		if box := t.addresses[address]; box != nil {
			from = EmailAddress{Name: box.options.Name, Address: box.options.Address}
		}
		raw := awayMail(from, env.From, text, m, now)
		back := Envelope{From: address, To: []string{env.From}}
		answer := t.received(raw, back, now)
		if internal {
			answer.Class = classOOF
		}
		records = append(records, t.arrivals(back, answer, raw, before+len(records))...)
	}
	return records
}

// isAutomatic says whether a program wrote the mail, or wants no automatic answer.
func (m *Message) isAutomatic() bool {
	for _, h := range m.Headers {
		value := strings.ToLower(h.Value)
		switch strings.ToLower(h.Name) {
		case "auto-submitted":
			return value != "no"
		case "x-auto-response-suppress":
			if strings.Contains(value, "oof") || strings.Contains(value, "all") {
				return true
			}
		case "precedence":
			if value == "bulk" || value == "list" || value == "junk" {
				return true
			}
		}
	}
	return false
}

// awayText returns what an address answers while its owner is away. The caller holds
// mu.
func (t *Tenant) awayText(address, sender string) (text string, away bool) {
	box := t.addresses[address]
	if box == nil {
		return "Ik ben afwezig tot en met 14 augustus. Voor dringende zaken: neem contact op met mijn collega.",
			strings.HasPrefix(address, awayPrefix)
	}
	var s struct {
		Status, ExternalAudience, InternalReplyMessage, ExternalReplyMessage string
	}
	if json.Unmarshal(box.allSettings()["automaticRepliesSetting"], &s) != nil || s.Status == "" || s.Status == "disabled" {
		return "", false
	}
	if t.HasDomain(sender) {
		return s.InternalReplyMessage, true
	}
	return cmp.Or(s.ExternalReplyMessage, s.InternalReplyMessage), s.ExternalAudience != "none"
}

func awayMail(from EmailAddress, to, text string, m *Message, now time.Time) []byte {
	s := sum("away", from.Address, to, m.InternetMessageID)
	away := &Message{
		From: &Recipient{from}, To: []Recipient{{EmailAddress{Address: to}}}, Subject: "Automatisch antwoord: " + m.Subject, Sent: now,
		InternetMessageID: fmt.Sprintf("<%x@%s>", s[:16], domainOf(from.Address)), Importance: "normal",
		InReplyTo: m.InternetMessageID, References: []string{m.InternetMessageID},
		Headers: []Header{{"Auto-Submitted", "auto-generated"}, {"X-Auto-Response-Suppress", "All"}},
		Body:    Body{ContentType: "html", Content: "<html><body>" + text + "</body></html>\n"},
	}
	return away.compose()
}

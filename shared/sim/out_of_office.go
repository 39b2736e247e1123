package sim

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"mime"
	"mime/quotedprintable"
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
		back := Envelope{To: []string{env.From}}
		answer := parseMail(withExchangeHeaders(raw, Envelope{From: address, To: back.To}, t.options.Domain, now), back, now)
		answer.setDefaults(now)
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
		return "Ik ben afwezig tot en met 14 augustus. Voor dringende zaken: neem contact op met mijn collega.", strings.HasPrefix(
			address,
			awayPrefix,
		)
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
	var b bytes.Buffer
	s := sum("away", from.Address, to, m.InternetMessageID)
	fmt.Fprintf(
		&b,
		"From: %s\r\nTo: <%s>\r\nSubject: %s\r\nDate: %s\r\nMessage-ID: <%x@%s>\r\nIn-Reply-To: %s\r\nReferences: %s\r\n",
		addressList(
			[]Recipient{{from}},
		),
		oneLine(to),
		mime.QEncoding.Encode("utf-8", "Automatisch antwoord: "+oneLine(m.Subject)),
		now.Format(time.RFC1123Z),
		s[:16],
		domainOf(from.Address),
		oneLine(m.InternetMessageID),
		oneLine(m.InternetMessageID),
	)
	b.WriteString("Auto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: All\r\nMIME-Version: 1.0\r\n" +
		"Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n")
	w := quotedprintable.NewWriter(&b)
	fmt.Fprintf(w, "<html><body>%s</body></html>\r\n", text) //nolint:errcheck // a buffer does not fail
	w.Close()                                                //nolint:errcheck // a buffer does not fail
	return b.Bytes()
}

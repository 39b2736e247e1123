package sim

import (
	"net/http"
	"strings"
	"time"
)

// The newest mails to outside addresses are kept, up to this many and this many bytes
// of source.
const (
	maxOutside      = 10_000
	maxOutsideBytes = 256 << 20
)

// outsideMail is the mail that went to addresses outside the tenant.
type outsideMail struct {
	byAddress map[string][]*Message // oldest first
	order     []string              // address of each kept mail, oldest first
	bytes     int
}

// add keeps a mail, and forgets the oldest ones above the limits. The newest always
// stays.
func (o *outsideMail) add(address string, m *Message) {
	o.byAddress[address] = append(o.byAddress[address], m)
	o.order = append(o.order, address)
	o.bytes += len(m.MIME)
	for len(o.order) > 1 && (len(o.order) > maxOutside || o.bytes > maxOutsideBytes) {
		first := o.order[0]
		o.order = o.order[1:]
		o.bytes -= len(o.byAddress[first][0].MIME)
		if o.byAddress[first] = o.byAddress[first][1:]; len(o.byAddress[first]) == 0 {
			delete(o.byAddress, first)
		}
	}
}

// Outside returns the messages that were delivered to an address outside the tenant,
// oldest first. Only the newest 10,000 of all addresses together, with at most
// 256 MB of source, are kept.
func (t *Tenant) Outside(address string) []Message {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sendDue()
	var out []Message
	for _, m := range t.outside.byAddress[strings.ToLower(strings.TrimSpace(address))] {
		out = append(out, *m)
	}
	return out
}

// An OutsideItem is a mail as a mail program outside shows it.
type OutsideItem struct {
	From        OutsideAddress      `json:"from"`
	To          []OutsideAddress    `json:"to"`
	Cc          []OutsideAddress    `json:"cc"`
	ReplyTo     []OutsideAddress    `json:"replyTo"`
	Subject     string              `json:"subject"`
	Date        time.Time           `json:"date"`      // of the Date field
	MessageID   string              `json:"messageId"` // with its brackets, as the following two
	InReplyTo   string              `json:"inReplyTo"` // "" without one
	References  []string            `json:"references"`
	Text        string              `json:"text"` // of the plain part, or else of the HTML
	HTML        string              `json:"html"` // "" in a plain mail
	Attachments []OutsideAttachment `json:"attachments"`
	Raw         string              `json:"raw"` // the whole mail, RFC 5322
}

// An OutsideAddress is a name, which may be empty, and an address.
type OutsideAddress struct {
	Name  string `json:"name"`
	Email string `json:"email"`
}

// An OutsideAttachment describes a file or a picture of a mail.
type OutsideAttachment struct {
	Name        string `json:"name"`
	ContentType string `json:"contentType"`
	Size        int    `json:"size"` // bytes
	Inline      bool   `json:"inline"`
	ContentID   string `json:"contentId"` // without brackets, as in src="cid:…"
}

// OutsideItems returns what an address outside the tenant received, oldest first.
func (t *Tenant) OutsideItems(address string) []OutsideItem {
	items := []OutsideItem{}
	for _, m := range t.Outside(address) {
		items = append(items, outsideItem(&m))
	}
	return items
}

// Parsed returns a received mail as read from its source, which has everything also
// after a restart.
func (m *Message) Parsed() Message {
	parsed := parseMail(m.MIME, Envelope{}, m.Received)
	parsed.InternetMessageID = m.InternetMessageID
	parsed.setDefaults(m.Received)
	return parsed
}

// Text returns the text of a received mail: its plain part, or that of its page.
func (m *Message) Text() string {
	if len(m.MIME) == 0 {
		return m.asText().Body.Content
	}
	parsed := m.Parsed()
	return parsed.asText().Body.Content
}

func outsideItem(stored *Message) OutsideItem {
	m := stored.Parsed()
	item := OutsideItem{
		To: outsideAddresses(m.To), Cc: outsideAddresses(m.Cc), ReplyTo: outsideAddresses(m.ReplyTo), Subject: m.Subject, Date: m.Sent,
		MessageID: stored.InternetMessageID, InReplyTo: m.InReplyTo, References: append([]string{}, m.References...),
		Text: m.asText().Body.Content, Attachments: []OutsideAttachment{}, Raw: string(stored.MIME),
	}
	if m.From != nil {
		item.From = OutsideAddress{m.From.EmailAddress.Name, m.From.EmailAddress.Address}
	}
	if m.Body.ContentType == "html" {
		item.HTML = m.Body.Content
	}
	for _, a := range m.Attachments {
		item.Attachments = append(item.Attachments, OutsideAttachment{a.Name, a.ContentType, a.Size, a.IsInline, a.ContentID})
	}
	return item
}

func outsideAddresses(l []Recipient) []OutsideAddress {
	out := []OutsideAddress{}
	for _, r := range l {
		out = append(out, OutsideAddress{r.EmailAddress.Name, r.EmailAddress.Address})
	}
	return out
}

// listOutside is GET /simulator/outside.
func (t *Tenant) listOutside(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	sendJSON(w, http.StatusOK, map[string]any{"items": t.OutsideItems(r.URL.Query().Get("address"))})
}

package sim

import (
	"bytes"
	"cmp"
	"encoding/json"
	"html"
	"net/http"
	"slices"
	"strings"
	"time"
)

// createDraft stores a new message in Drafts.
//
// https://learn.microsoft.com/graph/api/user-post-messages
func (t *Tenant) createDraft(c *graphCall) (answer, error) {
	body, err := c.body()
	if err != nil {
		return answer{}, err
	}
	m, err := t.written(c, body)
	if err != nil {
		return answer{}, err
	}
	t.mu.Lock()
	err = t.saveDraft(c.box, m)
	t.mu.Unlock()
	if err != nil {
		return answer{}, err
	}
	return t.respondMessage(c, http.StatusCreated, m)
}

// blank returns an empty draft of a mailbox.
func (b *mailbox) blank(now time.Time) *Message {
	me := &Recipient{EmailAddress{Name: b.options.Name, Address: b.options.Address}}
	m := &Message{IsDraft: true, IsRead: true, From: me, Sender: me, Received: now}
	m.setDefaults(now)
	return m
}

// written reads a message that the caller sends as JSON.
func (t *Tenant) written(c *graphCall, body []byte) (*Message, error) {
	sent, err := fields(body)
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	m := c.box.blank(t.now())
	t.mu.Unlock()
	return m, t.fill(m, sent)
}

// fill sets the properties of a draft from a request, including attachments.
func (t *Tenant) fill(m *Message, sent map[string]json.RawMessage) error {
	if _, err := edit(sent).apply(m); err != nil {
		return err
	}
	var attachments []json.RawMessage
	if a := sent["attachments"]; a != nil {
		if err := json.Unmarshal(a, &attachments); err != nil {
			return errBadRequest("Unable to read the attachments.")
		}
	}
	for _, raw := range attachments {
		a, err := readAttachment(raw)
		if err != nil {
			return err
		}
		m.attach(a, t.now())
	}
	m.Preview = preview(m.Body)
	return nil
}

// attach adds an attachment with an id that is new in the message.
func (m *Message) attach(a Attachment, now time.Time) {
	for n := len(m.Attachments); ; n++ {
		a.ID = attachmentID(n)
		if !slices.ContainsFunc(m.Attachments, func(b Attachment) bool { return b.ID == a.ID }) {
			break
		}
	}
	a.Modified = now
	m.Attachments = append(slices.Clone(m.Attachments), a)
	m.seeAttachments()
}

func (m *Message) seeAttachments() {
	m.HasAttachments = slices.ContainsFunc(m.Attachments, func(a Attachment) bool { return !a.IsInline })
}

// saveDraft stores a new draft. The caller holds mu.
func (t *Tenant) saveDraft(box *mailbox, m *Message) error {
	number := t.sequence + 1
	box.name(m, number)
	m.InternetMessageID = "<" + strings.ToUpper(strings.ReplaceAll(guidOf("message", m.ID), "-", "")) + "@" + t.options.Domain + ">"
	if m.ConversationID == "" {
		parsed := parseMail(m.compose(), Envelope{}, m.Created)
		m.ConversationID = box.conversation(&parsed)
	}
	m.ParentFolderID = box.folders[drafts].id
	return t.commit(record{Put: &stored{Mailbox: box.id, Folder: drafts, message: m}})
}

// createReply makes a draft that answers a message, to its sender or to all. A
// comment is above the quoted mail; a body replaces the quoted mail.
//
// https://learn.microsoft.com/graph/api/message-createreply
func (t *Tenant) createReply(c *graphCall) (answer, error) {
	body, err := c.body()
	if err != nil {
		return answer{}, err
	}
	sent := map[string]json.RawMessage{}
	if len(bytes.TrimSpace(body)) > 0 {
		if sent, err = fields(body); err != nil {
			return answer{}, err
		}
	}
	var comment string
	if v := sent["comment"]; v != nil && json.Unmarshal(v, &comment) != nil {
		return answer{}, errBadRequest("Cannot read the value of property 'comment'.")
	}
	changes := map[string]json.RawMessage{}
	if v := sent["message"]; v != nil && string(v) != "null" {
		if changes, err = fields(v); err != nil {
			return answer{}, err
		}
	}
	if comment != "" && changes["body"] != nil {
		return answer{}, refuse(http.StatusBadRequest, "ErrorInvalidRequest", "Either a comment or the body of the message can be given, not both.")
	}
	original, err := t.snapshot(c)
	if err != nil {
		return answer{}, err
	}

	t.mu.Lock()
	m := c.box.blank(t.now())
	t.mu.Unlock()
	m.answer(original, c.box, strings.HasSuffix(c.r.URL.Path, "All"))
	m.Body = quote(comment, original)
	if err := t.fill(m, changes); err != nil {
		return answer{}, err
	}
	t.mu.Lock()
	err = t.saveDraft(c.box, m)
	t.mu.Unlock()
	if err != nil {
		return answer{}, err
	}
	return t.respondMessage(c, http.StatusCreated, m)
}

// answer makes m an answer to original.
func (m *Message) answer(original *Message, box *mailbox, all bool) {
	m.Subject = original.Subject
	if !strings.HasPrefix(strings.ToLower(m.Subject), "re:") {
		m.Subject = "RE: " + m.Subject
	}
	m.ConversationID = original.ConversationID
	m.ConversationIndex = original.ConversationIndex
	m.InReplyTo = original.InternetMessageID
	m.References = append(original.thread(), original.InternetMessageID)

	mine := func(r Recipient) bool { return box.owns(r.EmailAddress.Address) }
	switch {
	case len(original.ReplyTo) > 0:
		m.To = slices.Clone(original.ReplyTo)
	case original.From != nil && mine(*original.From):
		m.To = slices.Clone(original.To)
	case original.From != nil:
		m.To = []Recipient{*original.From}
	}
	if all {
		m.To = append(m.To, slices.DeleteFunc(slices.Clone(original.To), mine)...)
		m.Cc = slices.DeleteFunc(slices.Clone(original.Cc), mine)
	}
}

func (b *mailbox) owns(address string) bool {
	return strings.EqualFold(address, b.options.Address) || slices.ContainsFunc(b.options.Aliases, func(a string) bool { return strings.EqualFold(a, address) })
}

// thread returns the Message-IDs of the earlier mails, oldest first.
func (m *Message) thread() []string {
	if len(m.References) == 0 && m.InReplyTo != "" {
		return []string{m.InReplyTo}
	}
	return slices.Clone(m.References)
}

func quote(comment string, original *Message) Body {
	from := ""
	if original.From != nil {
		from = cmp.Or(original.From.EmailAddress.Name, original.From.EmailAddress.Address)
	}
	old := original.Body.Content
	if original.Body.ContentType != "html" {
		old = "<pre>" + html.EscapeString(old) + "</pre>"
	}
	return Body{ContentType: "html", Content: "<html><head></head><body>" + strings.ReplaceAll(html.EscapeString(comment), "\n", "<br>") +
		"<hr><div id=\"divRplyFwdMsg\"><b>Van:</b> " + html.EscapeString(from) + "<br><b>Verzonden:</b> " + original.Sent.Format("2-1-2006 15:04") +
		"<br><b>Onderwerp:</b> " + html.EscapeString(original.Subject) + "</div>" + old + "</body></html>"}
}

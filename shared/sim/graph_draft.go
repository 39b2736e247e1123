package sim

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
)

// createDraft stores a new message in Drafts.
//
// https://learn.microsoft.com/graph/api/user-post-messages
func (t *Tenant) createDraft(c *graphCall) (answer, error) {
	sent, err := c.sent()
	if err != nil {
		return answer{}, err
	}
	m, err := t.newDraft(c, sent)
	if err != nil {
		return answer{}, err
	}
	return t.respondMessage(c, http.StatusCreated, m)
}

func (t *Tenant) newDraft(c *graphCall, sent map[string]json.RawMessage) (*Message, error) {
	t.mu.Lock()
	m := c.box.blank(t.now())
	t.mu.Unlock()
	if err := t.fill(m, sent); err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return m, t.saveDraft(c.box, m)
}

// blank returns an empty draft of a mailbox.
func (b *mailbox) blank(now time.Time) *Message {
	me := &Recipient{EmailAddress{Name: b.options.Name, Address: b.options.Address}}
	m := &Message{IsDraft: true, IsRead: true, From: me, Sender: me, Received: now}
	m.setDefaults(now)
	return m
}

// fill sets the properties of a draft from a request, including attachments.
func (t *Tenant) fill(m *Message, sent map[string]json.RawMessage) error {
	if _, err := m.edit(sent); err != nil {
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
	if m.InternetMessageID == "" {
		m.InternetMessageID = "<" + strings.ToUpper(strings.ReplaceAll(guidOf("message", m.ID), "-", "")) + "@" + t.options.Domain + ">"
	}
	if m.ConversationID == "" {
		parsed := parseMail(m.compose(), Envelope{}, m.Created)
		m.ConversationID = box.conversation(&parsed)
	}
	m.ParentFolderID = box.folders[drafts].id
	return t.commit(record{Put: &stored{Mailbox: box.id, Folder: drafts, message: m}})
}

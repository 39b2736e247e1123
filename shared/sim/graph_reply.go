package sim

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
)

// An answerKind is how a draft follows from another mail.
type answerKind int

const (
	toSender answerKind = iota
	toAll
	toOthers // a forward
)

func (c *graphCall) answerKind() answerKind {
	switch path := c.r.URL.Path; {
	case strings.HasSuffix(path, "/createForward"):
		return toOthers
	case strings.HasSuffix(path, "/createReplyAll"):
		return toAll
	}
	return toSender
}

// An answerRequest is the body of createReply, createReplyAll or createForward.
type answerRequest struct {
	comment string
	message map[string]json.RawMessage // properties of the draft
}

// answerRequest reads the body, which may be empty.
func (c *graphCall) answerRequest(kind answerKind) (a answerRequest, err error) {
	a.message = map[string]json.RawMessage{}
	body, err := c.body()
	if err != nil || len(bytes.TrimSpace(body)) == 0 {
		return a, err
	}
	sent, err := fields(body)
	if err != nil {
		return a, err
	}
	if v := sent["comment"]; v != nil && json.Unmarshal(v, &a.comment) != nil {
		return a, errBadRequest("Cannot read the value of property 'comment'.")
	}
	if v := sent["message"]; v != nil && string(v) != "null" {
		if a.message, err = fields(v); err != nil {
			return a, err
		}
	}
	if a.comment != "" && a.message["body"] != nil {
		return a, refuse(http.StatusBadRequest, "ErrorInvalidRequest", "Either a comment or the body of the message can be given, not both.")
	}
	if to := sent["toRecipients"]; to != nil && kind == toOthers {
		if a.message["toRecipients"] != nil {
			return a, refuse(http.StatusBadRequest, "ErrorInvalidRequest", "Either toRecipients or those of the message can be given, not both.")
		}
		a.message["toRecipients"] = to
	}
	return a, nil
}

// createReply makes a draft that answers or forwards a message. A comment is above
// the quoted mail; a body replaces the quoted mail.
//
// https://learn.microsoft.com/graph/api/message-createreply
// https://learn.microsoft.com/graph/api/message-createforward
func (t *Tenant) createReply(c *graphCall) (answer, error) {
	kind, behaviour := c.answerKind(), t.Behaviour()
	sent, err := c.answerRequest(kind)
	if err != nil {
		return answer{}, err
	}
	if behaviour.RefuseReplyProperties && sent.message["singleValueExtendedProperties"] != nil {
		return answer{}, refuse(http.StatusBadRequest, "ErrorInvalidProperty",
			"The property 'singleValueExtendedProperties' cannot be set in this request.")
	}
	zone, err := c.timeZone()
	if err != nil {
		return answer{}, err
	}
	original, err := t.snapshot(c)
	if err != nil {
		return answer{}, err
	}

	t.mu.Lock()
	m := c.box.blank(t.now())
	style := c.box.quoteStyle(zone)
	t.mu.Unlock()
	m.follow(original, kind, t.now())
	m.address(original, c.box, kind, behaviour.OwnReplyToRecipients)
	m.Body = style.body(sent.comment, original)
	if behaviour.TextReplies {
		m.Body = Body{ContentType: "text", Content: plainText(m.Body.Content)}
	}
	m.quoteAttachments(original, kind, behaviour.DropInline, t.now())
	if err := t.fill(m, sent.message); err != nil {
		return answer{}, err
	}
	t.mu.Lock()
	err = t.saveDraft(c.box, m)
	if behaviour.ConflictAfterReply {
		t.conflicted[m.ID] = true
	}
	t.mu.Unlock()
	if err != nil {
		return answer{}, err
	}
	a, err := t.respondMessage(c, http.StatusCreated, m)
	if zone != time.UTC {
		a.header = map[string]string{"Preference-Applied": `outlook.timezone="` + zone.String() + `"`}
	}
	return a, err
}

// follow puts m into the thread of original.
func (m *Message) follow(original *Message, kind answerKind, now time.Time) {
	prefix := "RE: "
	if kind == toOthers {
		prefix = "FW: "
	}
	m.Subject = original.Subject
	if !strings.HasPrefix(strings.ToUpper(m.Subject), strings.TrimSpace(prefix)) {
		m.Subject = prefix + m.Subject
	}
	m.ConversationID = original.ConversationID
	m.ConversationIndex = answerIndex(original.ConversationIndex, now)
	m.InReplyTo = original.InternetMessageID
	m.References = append(original.thread(), original.InternetMessageID)
}

// address sets the recipients of an answer. The mailbox itself gets no copy, except
// of an answer to its own mail.
func (m *Message) address(original *Message, box *mailbox, kind answerKind, toRecipients bool) {
	if kind == toOthers {
		return
	}
	mine := func(r Recipient) bool { return box.owns(r.EmailAddress.Address) }
	own := original.From != nil && mine(*original.From)
	switch {
	case len(original.ReplyTo) > 0:
		m.To = slices.Clone(original.ReplyTo)
	case own && (kind == toAll || toRecipients):
		m.To = slices.Clone(original.To)
	case original.From != nil:
		m.To = []Recipient{*original.From}
	}
	if kind == toAll {
		if !own {
			m.To = append(m.To, slices.DeleteFunc(slices.Clone(original.To), mine)...)
		}
		m.Cc = slices.DeleteFunc(slices.Clone(original.Cc), mine)
	}
}

// quoteAttachments copies what the quoted mail shows, and in a forward its files too.
func (m *Message) quoteAttachments(original *Message, kind answerKind, dropInline bool, now time.Time) {
	for _, a := range original.Attachments {
		if kind == toOthers && !a.IsInline || a.IsInline && !dropInline {
			m.attach(a, now)
		}
	}
}

func (b *mailbox) owns(address string) bool {
	return strings.EqualFold(address, b.options.Address) ||
		slices.ContainsFunc(b.options.Aliases, func(a string) bool { return strings.EqualFold(a, address) })
}

// thread returns the Message-IDs of the earlier mails, oldest first.
func (m *Message) thread() []string {
	if len(m.References) == 0 && m.InReplyTo != "" {
		return []string{m.InReplyTo}
	}
	return slices.Clone(m.References)
}

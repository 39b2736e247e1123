package sim

import (
	"bytes"
	"net/http"
	"strings"
)

// messageProperties are the properties of a message, in the order of Graph's answers.
// Headers are only in an answer if they are selected. The id is
// written separately, since its form depends on the request.
//
// https://learn.microsoft.com/graph/api/resources/message
var messageProperties = propertiesOf[Message]("internetMessageHeaders")

const messageKind = "microsoft.graph.message"

func (m *Message) etag() string { return `W/"` + m.ChangeKey + `"` }

// writeMessage appends a message as an object; context is "" inside a list.
func (c *graphCall) writeMessage(out *bytes.Buffer, m *Message, sel selection, context string) {
	c.writeMessageWith(out, m, sel, context, func(*object) {})
}

// writeMessageWith is writeMessage, and lets more append to the object.
func (c *graphCall) writeMessageWith(out *bytes.Buffer, m *Message, sel selection, context string, more func(*object)) {
	o := open(out)
	if context != "" {
		o.put("@odata.context", context)
	}
	if m.Type != "" {
		o.put("@odata.type", m.Type)
	}
	o.put("@odata.etag", m.etag())
	o.put("id", c.id(m))
	write(o, m, messageProperties[1:], sel)
	more(o)
	o.close()
}

func (t *Tenant) messageContext(c *graphCall, sel selection) string {
	s := t.base(c.r) + "/$metadata#users('" + c.r.PathValue("user") + "')/messages"
	if sel != nil {
		s += "(" + strings.Join(sel, ",") + ")"
	}
	return s + "/$entity"
}

// message finds the message of the path. The caller holds mu.
func (c *graphCall) message() (*item, error) {
	id := c.r.PathValue("message")
	it := c.box.find(id)
	if it != nil && c.t.now().Before(c.t.late[it.message.ID]) {
		return nil, errNotFound()
	}
	if it == nil {
		if len(id) < len(mutablePrefix) || !strings.HasPrefix(id, "AA") {
			return nil, refuse(http.StatusBadRequest, "ErrorInvalidIdMalformed", "Id is malformed.")
		}
		return nil, errNotFound()
	}
	return it, nil
}

func (t *Tenant) snapshot(c *graphCall) (*Message, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	it, err := c.message()
	if err != nil {
		return nil, err
	}
	return it.message, nil
}

func (t *Tenant) respondMessage(c *graphCall, status int, m *Message) (answer, error) {
	sel, err := selectOf(c.r, messageKind, messageProperties)
	if err != nil {
		return answer{}, err
	}
	e, err := expansionOf(c.r)
	if err != nil {
		return answer{}, err
	}
	if strings.Contains(strings.Join(c.r.Header.Values("Prefer"), ","), `outlook.body-content-type="text"`) {
		m = m.asText()
	}
	out := &bytes.Buffer{}
	c.expanded(out, m, sel, e, t.messageContext(c, sel))
	return answer{status: status, body: out}, nil
}

// asText returns the message with a body of plain text: its plain alternative, or
// else the text of its HTML.
// https://learn.microsoft.com/graph/api/message-get#request-headers
func (m *Message) asText() *Message {
	plain := *m
	if m.Body.ContentType == "html" {
		plain.Body = Body{ContentType: "text", Content: m.Plain}
		if strings.TrimSpace(m.Plain) == "" {
			plain.Body.Content = plainText(m.Body.Content)
		}
	}
	return &plain
}

func (t *Tenant) getMessage(c *graphCall) (answer, error) {
	m, err := t.snapshot(c)
	if err != nil {
		return answer{}, err
	}
	return t.respondMessage(c, http.StatusOK, m)
}

func (t *Tenant) messageValue(c *graphCall) (answer, error) {
	m, err := t.snapshot(c)
	if err != nil {
		return answer{}, err
	}
	raw := m.MIME
	if raw == nil {
		raw = m.compose()
	}
	return answer{status: http.StatusOK, raw: raw, kind: "text/plain"}, nil
}

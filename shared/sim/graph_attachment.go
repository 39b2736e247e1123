package sim

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// A larger attachment needs an upload session.
//
// https://learn.microsoft.com/graph/api/message-post-attachments
const maxAttachment = 3 << 20

// https://learn.microsoft.com/graph/api/resources/attachment
var attachmentProperties = propertiesOf[Attachment]()[1:] // without the id, which is written separately

// attachmentPath returns the id of an attachment, which starts with that of its message.
func (c *graphCall) attachmentPath(m *Message, a *Attachment) string {
	return strings.TrimRight(c.id(m), "=") + attachmentMark + a.ID
}

func (c *graphCall) writeAttachment(out *bytes.Buffer, m *Message, a *Attachment, sel selection, context string) {
	o := open(out)
	if context != "" {
		o.put("@odata.context", context)
	}
	o.put("@odata.type", a.Type)
	o.put("@odata.mediaContentType", a.ContentType)
	o.put("id", c.attachmentPath(m, a))
	// Only a file attachment has these content properties.
	known := attachmentProperties
	if a.Type != FileAttachment {
		known = known[:fileProperties]
	}
	write(o, a, known, sel)
	o.close()
}

func (t *Tenant) attachmentContext(c *graphCall, m *Message) string {
	return t.base(c.r) + "/$metadata#users('" + url.PathEscape(c.r.PathValue("user")) + "')/messages('" + url.PathEscape(c.id(m)) +
		"')/attachments"
}

func (t *Tenant) listAttachments(c *graphCall) (answer, error) {
	m, err := t.snapshot(c)
	if err != nil {
		return answer{}, err
	}
	sel, err := attachmentSelection(c.r)
	if err != nil {
		return answer{}, err
	}
	return respond(http.StatusOK, t.attachmentContext(c, m), func(o *object) {
		writeList(o, "value", m.Attachments, func(a Attachment) { c.writeAttachment(o.out, m, &a, sel, "") })
	})
}

// fileProperties is the number of properties that only a file attachment has.
const fileProperties = 5

// attachmentSelectable are the properties of every attachment, and those of files
// with the name of their type.
var attachmentSelectable = func() []property[*Attachment] {
	all := []property[*Attachment]{{name: "id"}}
	for i, p := range attachmentProperties {
		if i >= fileProperties {
			p.name = strings.TrimPrefix(FileAttachment, "#") + "/" + p.name
		}
		all = append(all, p)
	}
	return all
}()

// attachmentSelection reads $select. A property of files must be selected with the
// name of its type, and is without it in the answer. The plain name is refused.
// https://github.com/microsoftgraph/microsoft-graph-explorer-v4/issues/3916
func attachmentSelection(r *http.Request) (selection, error) {
	sel, err := selectOf(r, "microsoft.graph.attachment", attachmentSelectable)
	for i, name := range sel {
		sel[i] = name[strings.LastIndexByte(name, '/')+1:]
	}
	return sel, err
}

// attachment finds the attachment of the path.
func (c *graphCall) attachment(m *Message) (*Attachment, error) {
	id := c.r.PathValue("attachment")
	at := strings.LastIndex(id, attachmentMark)
	if at < 0 {
		return nil, refuse(http.StatusBadRequest, "ErrorInvalidIdMalformed", "Id is malformed.")
	}
	for i := range m.Attachments {
		if m.Attachments[i].ID == id[at+len(attachmentMark):] {
			return &m.Attachments[i], nil
		}
	}
	return nil, errNotFound()
}

func (t *Tenant) attachmentValue(c *graphCall) (answer, error) {
	m, err := t.snapshot(c)
	if err != nil {
		return answer{}, err
	}
	a, err := c.attachment(m)
	if err != nil {
		return answer{}, err
	}
	switch {
	case a.Type == ReferenceAttachment:
		return answer{}, refuse(http.StatusMethodNotAllowed, "ErrorInvalidRequest", "A reference attachment has no content.")
	case a.Type == ItemAttachment:
		return answer{status: http.StatusOK, raw: a.Content, kind: "text/plain"}, nil
	case a.ContentType == "":
		return answer{status: http.StatusOK, raw: a.Content, kind: "application/octet-stream"}, nil
	}
	return answer{status: http.StatusOK, raw: a.Content, kind: a.ContentType}, nil
}

func (t *Tenant) addAttachment(c *graphCall) (answer, error) {
	body, err := c.body()
	if err != nil {
		return answer{}, err
	}
	sent, err := readAttachment(body)
	if err != nil {
		return answer{}, err
	}
	m, err := t.change(c, func(m *Message) ([]string, error) {
		m.attach(sent, t.now())
		return []string{changedContent}, nil
	})
	if err != nil {
		return answer{}, err
	}
	out := &bytes.Buffer{}
	c.writeAttachment(out, m, &m.Attachments[len(m.Attachments)-1], nil, t.attachmentContext(c, m)+"/$entity")
	return answer{status: http.StatusCreated, body: out}, nil
}

func (t *Tenant) deleteAttachment(c *graphCall) (answer, error) {
	_, err := t.change(c, func(m *Message) ([]string, error) {
		a, err := c.attachment(m)
		if err != nil {
			return nil, err
		}
		gone := a.ID
		m.Attachments = slices.DeleteFunc(slices.Clone(m.Attachments), func(a Attachment) bool { return a.ID == gone })
		m.seeAttachments()
		return []string{changedContent}, nil
	})
	return answer{status: http.StatusNoContent}, err
}

// readAttachment decodes a file attachment in a request.
func readAttachment(body []byte) (Attachment, error) {
	var a Attachment
	if err := json.Unmarshal(body, &a); err != nil {
		return a, errBadRequest("Unable to read the attachment.")
	}
	if !strings.HasPrefix(a.Type, "#") {
		a.Type = "#" + a.Type
	}
	switch {
	case a.Type != FileAttachment:
		return a, errBadRequest("The type of the attachment is missing or cannot be added here.")
	case a.Name == "":
		return a, refuse(http.StatusBadRequest, "ErrorInvalidRequest", "Required property 'name' is missing.")
	case len(a.Content) > maxAttachment:
		return a, refuse(http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", "The attachment is larger than 3 MB: use an upload session.")
	}
	a.ID, a.Size = "", len(a.Content)
	return a, nil
}

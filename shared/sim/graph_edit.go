package sim

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// everyMessage lists the properties that can be changed in any message, and
// draftOnly those that can be changed in drafts. A delta round of one kind does not
// report a change of another. All other properties are ignored.
//
// https://learn.microsoft.com/graph/api/message-update
var (
	everyMessage = map[string]string{
		"categories": changedMarks, "flag": changedMarks, "importance": changedMarks, "isRead": changedRead,
	}
	draftOnly = []string{"subject", "body", "sender", "from", "toRecipients", "ccRecipients", "bccRecipients", "replyTo",
		"internetMessageHeaders", "internetMessageId"}
)

// edit changes properties of m to the values that were sent, and returns the kinds of
// properties that it changed.
func (m *Message) edit(sent map[string]json.RawMessage) (changed []string, err error) {
	for name, value := range sent {
		if strings.HasPrefix(name, "@") || name == "attachments" {
			continue
		}
		if name == "singleValueExtendedProperties" {
			if err := m.setExtended(value); err != nil {
				return nil, err
			}
			changed = append(changed, changedMarks)
			continue
		}
		i := slices.IndexFunc(messageProperties, func(p property[*Message]) bool { return p.name == name })
		if i < 0 {
			return nil, refuse(http.StatusBadRequest, "RequestBodyRead",
				"The property '"+name+"' does not exist on type '"+messageKind+"'. Make sure to only use property names that are defined by the type.")
		}
		kind := everyMessage[name]
		if slices.Contains(draftOnly, name) {
			kind = changedContent
			if !m.IsDraft {
				return nil, refuse(http.StatusBadRequest, "ErrorInvalidPropertyUpdateSentMessage",
					"Update operation is invalid for property of a sent message.")
			}
		}
		if kind == "" {
			continue // the service ignores it
		}
		if err := reset(messageProperties[i].field(m), value); err != nil {
			return nil, refuse(http.StatusBadRequest, "RequestBodyRead", fmt.Sprintf("Cannot read the value of property '%s'.", name))
		}
		if n := len(m.Headers); name == "internetMessageHeaders" && (n == 0 || n > mostHeaders) {
			return nil, refuse(http.StatusBadRequest, "InvalidInternetMessageHeaderCollection",
				"Maximum number of headers in one message should be less than or equal to 5.")
		}
		changed = append(changed, kind)
	}
	return changed, m.check()
}

// reset decodes value into a field. A list is replaced and not overwritten, because
// the older form of the message still uses it.
func reset(field reflect.Value, value json.RawMessage) error {
	if kind := field.Kind(); kind == reflect.Slice || kind == reflect.Pointer {
		field.SetZero()
	}
	return json.Unmarshal(value, field.Addr().Interface())
}

// mostHeaders is how many internetMessageHeaders a request may set.
const mostHeaders = 5

// check refuses what Graph refuses in a written message.
func (m *Message) check() error {
	switch m.Importance {
	case "", "low", "normal", "high":
	default:
		return errBadRequest("Invalid value for importance.")
	}
	switch strings.ToLower(m.Body.ContentType) {
	case "", "text", "html":
	default:
		return errBadRequest("Invalid value for body.contentType.")
	}
	m.Body.ContentType = strings.ToLower(m.Body.ContentType)
	if !m.IsDraft {
		return nil
	}
	// https://learn.microsoft.com/graph/api/resources/internetmessageheader
	for _, h := range m.Headers {
		if !strings.HasPrefix(strings.ToLower(h.Name), "x-") {
			return refuse(http.StatusBadRequest, "InvalidInternetMessageHeader",
				"The internet message header name '"+h.Name+"' should start with 'x-' or 'X-'.")
		}
		if strings.ContainsAny(h.Name+h.Value, "\r\n\x00") {
			return refuse(http.StatusBadRequest, "InvalidInternetMessageHeader",
				"The internet message header '"+h.Name+"' holds characters that are not allowed.")
		}
	}
	return nil
}

func (t *Tenant) patchMessage(c *graphCall) (answer, error) {
	changes, err := c.sent()
	if err != nil {
		return answer{}, err
	}
	if changes["singleValueExtendedProperties"] != nil && t.Behaviour().RefusePatchedProperties {
		return answer{}, refuse(http.StatusBadRequest, "ErrorInvalidProperty",
			"The property 'singleValueExtendedProperties' cannot be updated on this item.")
	}
	m, err := t.change(c, func(m *Message) ([]string, error) {
		if err := c.matches(m); err != nil {
			return nil, err
		}
		changed, err := m.edit(changes)
		if changes["body"] != nil && t.behaviour.RewriteIDs {
			m.Body.Content = elementNames.ReplaceAllString(m.Body.Content, "${1}x_")
		}
		return changed, err
	})
	if err != nil {
		return answer{}, err
	}
	// https://learn.microsoft.com/graph/best-practices-concept#getting-minimal-responses
	if strings.Contains(strings.Join(c.r.Header.Values("Prefer"), ","), "return=minimal") {
		return answer{status: http.StatusNoContent, header: map[string]string{"Preference-Applied": "return=minimal"}}, nil
	}
	return t.respondMessage(c, http.StatusOK, m)
}

// elementNames finds where the value of an id or a class begins.
var elementNames = regexp.MustCompile(`(<[^>]*\s(?:id|class)=["']?)`)

const changeKeyDiffers = "The send or update operation could not be performed because the change key passed in the request does not " +
	"match the current change key for the item."

// matches refuses a request whose If-Match names another form of the message.
func (c *graphCall) matches(m *Message) error {
	if match := c.r.Header.Get("If-Match"); match != "" && match != "*" && match != m.etag() {
		return refuse(http.StatusPreconditionFailed, "ErrorIrresolvableConflict", changeKeyDiffers)
	}
	return nil
}

// conflicts answers the first change of a message with 412 if its draft was made so.
// The caller holds mu.
func (t *Tenant) conflicts(m *Message) error {
	if !t.conflicted[m.ID] {
		return nil
	}
	delete(t.conflicted, m.ID)
	return refuse(http.StatusPreconditionFailed, "ErrorIrresolvableConflict", changeKeyDiffers)
}

// change replaces the message of the path by a changed copy.
func (t *Tenant) change(c *graphCall, do func(*Message) (changed []string, err error)) (*Message, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	it, err := c.message()
	if err != nil {
		return nil, err
	}
	if err := t.conflicts(it.message); err != nil {
		return nil, err
	}
	m := *it.message
	changed, err := do(&m)
	if err != nil {
		return nil, err
	}
	if len(changed) == 0 {
		return it.message, nil
	}
	return &m, t.store(c.box, it.folder, &m, changed)
}

// store commits a new form of a message. The caller holds mu.
func (t *Tenant) store(box *mailbox, folder string, m *Message, changed []string) error {
	m.ChangeKey, m.Modified = changeKey(t.sequence+1), t.now()
	if slices.Contains(changed, changedContent) {
		m.Preview = preview(m.Body)
	}
	m.ParentFolderID = box.folders[folder].id
	return t.commit(record{Put: &stored{Mailbox: box.id, Folder: folder, Changed: changed, message: m}})
}

// moveMessage is of a person at Outlook: the product moves nothing.
//
// https://learn.microsoft.com/graph/api/message-move
func (t *Tenant) moveMessage(c *graphCall) (answer, error) {
	sent, err := c.sent()
	if err != nil {
		return answer{}, err
	}
	var destination string
	if json.Unmarshal(sent["destinationId"], &destination) != nil {
		return answer{}, errBadRequest("The DestinationId is missing.")
	}
	m, err := func() (*Message, error) {
		t.mu.Lock()
		defer t.mu.Unlock()
		it, err := c.message()
		if err != nil {
			return nil, err
		}
		to, known := c.box.folderNamed(destination)
		if !known {
			return nil, errNotFound()
		}
		m := *it.message
		return &m, t.store(c.box, to, &m, nil)
	}()
	if err != nil {
		return answer{}, err
	}
	return t.respondMessage(c, http.StatusCreated, m)
}

// deleteMessage moves a message to Deleted Items, or removes it if it is there.
//
// https://learn.microsoft.com/graph/api/message-delete
func (t *Tenant) deleteMessage(c *graphCall) (answer, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	it, err := c.message()
	if err != nil {
		return answer{}, err
	}
	if err := cmp.Or(c.matches(it.message), t.conflicts(it.message)); err != nil {
		return answer{}, err
	}
	done := answer{status: http.StatusNoContent}
	if it.folder == deletedItems {
		return done, t.commit(record{Remove: &removal{Mailbox: c.box.id, ID: it.message.ID}})
	}
	m := *it.message
	return done, t.store(c.box, deletedItems, &m, nil)
}

package sim

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// edit is a change of properties: their values by name, as sent.
type edit map[string]json.RawMessage

// everyMessage lists the properties that can be changed in any message. The others
// can be changed only in drafts.
//
// https://learn.microsoft.com/graph/api/message-update
var everyMessage = map[string]string{
	"categories": changedMarks, "flag": changedMarks, "importance": changedMarks,
	"isRead": changedRead, "inferenceClassification": changedContent,
}

// apply makes the change to m, and returns the kinds of properties that it changed.
func (e edit) apply(m *Message) (changed []string, err error) {
	targets := map[string]any{
		"categories": &m.Categories, "flag": &m.Flag, "importance": &m.Importance,
		"isRead": &m.IsRead, "inferenceClassification": &m.InferenceClassification,
		"isReadReceiptRequested": &m.ReadReceiptRequested,
		"subject":                &m.Subject, "body": &m.Body, "sender": &m.Sender, "from": &m.From,
		"toRecipients": &m.To, "ccRecipients": &m.Cc, "bccRecipients": &m.Bcc, "replyTo": &m.ReplyTo,
		"internetMessageHeaders": &m.Headers, "internetMessageId": &m.InternetMessageID,
		"isDeliveryReceiptRequested": &m.DeliveryReceiptRequested,
	}
	readOnly := map[string]bool{
		"id": true, "changeKey": true, "createdDateTime": true, "lastModifiedDateTime": true, "receivedDateTime": true, "sentDateTime": true,
		"hasAttachments": true, "bodyPreview": true, "parentFolderId": true, "conversationId": true, "webLink": true, "isDraft": true,
		"uniqueBody": true,
	}
	for name, value := range e {
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
		target := targets[name]
		switch {
		case target == nil && readOnly[name]:
			continue // the service ignores them
		case target == nil:
			return nil, refuse(http.StatusBadRequest, "RequestBodyRead",
				"The property '"+name+"' does not exist on type '"+messageKind+"'. Make sure to only use property names that are defined by the type.")
		}
		kind, everywhere := everyMessage[name]
		if !everywhere {
			kind = changedContent
			if !m.IsDraft {
				return nil, refuse(http.StatusBadRequest, "ErrorInvalidPropertyUpdateSentMessage",
					"Update operation is invalid for property of a sent message.")
			}
		}
		if err := reset(target, value); err != nil {
			return nil, refuse(http.StatusBadRequest, "RequestBodyRead", fmt.Sprintf("Cannot read the value of property '%s'.", name))
		}
		if name == "internetMessageHeaders" {
			if err := checkHeaderCount(m.Headers); err != nil {
				return nil, err
			}
		}
		changed = append(changed, kind)
	}
	return changed, m.check()
}

// reset decodes value into an empty target. A list must be replaced and not
// overwritten, because the older form of the message still uses it.
func reset(target any, value json.RawMessage) error {
	switch p := target.(type) {
	case *[]string:
		*p = nil
	case *[]Recipient:
		*p = nil
	case *[]Header:
		*p = nil
	case **Recipient:
		*p = nil
	}
	return json.Unmarshal(value, target)
}

// mostHeaders is how many internetMessageHeaders a request may set.
const mostHeaders = 5

// checkHeaderCount refuses too many headers, and a list without any.
func checkHeaderCount(headers []Header) error {
	if n := len(headers); n > 0 && n <= mostHeaders {
		return nil
	}
	return refuse(http.StatusBadRequest, "InvalidInternetMessageHeaderCollection",
		"Maximum number of headers in one message should be less than or equal to 5.")
}

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
	body, err := c.body()
	if err != nil {
		return answer{}, err
	}
	changes, err := fields(body)
	if err != nil {
		return answer{}, err
	}
	if err := t.refusedPatch(changes); err != nil {
		return answer{}, err
	}
	m, err := t.change(c, func(m *Message) ([]string, error) {
		if err := c.matches(m); err != nil {
			return nil, err
		}
		changed, err := edit(changes).apply(m)
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

// refusedPatch refuses a change by the tenant's behaviour.
func (t *Tenant) refusedPatch(changes map[string]json.RawMessage) error {
	b := t.Behaviour()
	switch {
	case b.RefusePatchedProperties && changes["singleValueExtendedProperties"] != nil:
		return refuse(http.StatusBadRequest, "ErrorInvalidProperty",
			"The property 'singleValueExtendedProperties' cannot be updated on this item.")
	case b.RefusePatchedHeaders && changes["internetMessageHeaders"] != nil:
		return refuse(http.StatusBadRequest, "ErrorInvalidPropertySet", "The property 'internetMessageHeaders' cannot be updated on this item.")
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

func (t *Tenant) moveMessage(c *graphCall) (answer, error) {
	body, err := c.body()
	if err != nil {
		return answer{}, err
	}
	sent, err := fields(body)
	if err != nil {
		return answer{}, err
	}
	var destination string
	if err := json.Unmarshal(sent["destinationId"], &destination); err != nil {
		return answer{}, errBadRequest("The DestinationId is missing.")
	}
	m, err := func() (*Message, error) {
		t.mu.Lock()
		defer t.mu.Unlock()
		it, err := c.message()
		if err != nil {
			return nil, err
		}
		to, ok := c.box.folderNamed(destination)
		if !ok {
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

package sim

import (
	"bytes"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// Extended is a property of a message that Graph has no name for.
//
// https://learn.microsoft.com/graph/api/resources/singlevaluelegacyextendedproperty
type Extended struct {
	ID    string `json:"id"` // "String 0x1042" or "String {GUID} Name Word", as extendedKey writes it
	Value string `json:"value"`
}

// The MAPI properties that are also the fields of a mail.
//
// https://learn.microsoft.com/office/client-developer/outlook/mapi/mapping-canonical-property-names-to-mapi-names
const (
	propertyMessageID  = "String 0x1035"
	propertyReferences = "String 0x1039"
	propertyInReplyTo  = "String 0x1042"
	propertyClass      = "String 0x1a"
)

var (
	extendedTag   = regexp.MustCompile(`(?i)^String\s+0x0*([0-9a-f]{1,4})$`)
	extendedNamed = regexp.MustCompile(`(?i)^String\s+\{([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\}\s+Name\s+(\S+)$`)
)

// extendedKey returns the one form of a property's id: tags in lower case without
// leading zeros, GUIDs in lower case, names as written, since they are case-sensitive.
// Only texts are simulated.
func extendedKey(id string) (string, error) {
	id = strings.TrimSpace(id)
	if p := extendedTag.FindStringSubmatch(id); p != nil {
		return "String 0x" + strings.ToLower(p[1]), nil
	}
	if p := extendedNamed.FindStringSubmatch(id); p != nil {
		return "String {" + strings.ToLower(p[1]) + "} Name " + p[2], nil
	}
	return "", refuse(http.StatusBadRequest, "ErrorInvalidProperty", "The extended property id '"+id+"' is not valid.")
}

// setExtended stores the properties of a request. Those that are fields of a mail
// set the field.
func (m *Message) setExtended(raw json.RawMessage) error {
	var sent []Extended
	if err := json.Unmarshal(raw, &sent); err != nil {
		return errBadRequest("Unable to read singleValueExtendedProperties.")
	}
	for _, p := range sent {
		key, err := extendedKey(p.ID)
		if err != nil {
			return err
		}
		switch key {
		case propertyMessageID:
			m.InternetMessageID = p.Value
		case propertyReferences:
			m.References = messageIDs.FindAllString(p.Value, -1)
		case propertyInReplyTo:
			m.InReplyTo = messageIDs.FindString(p.Value)
		default:
			others := slices.DeleteFunc(slices.Clone(m.Extended), func(e Extended) bool { return e.ID == key })
			m.Extended = append(others, Extended{ID: key, Value: p.Value})
		}
	}
	return nil
}

// property returns the value of an extended property by its key.
func (m *Message) property(key string) (value string, ok bool) {
	switch key {
	case propertyMessageID:
		value = m.InternetMessageID
	case propertyReferences:
		value = strings.Join(m.References, " ")
	case propertyInReplyTo:
		value = m.InReplyTo
	case propertyClass:
		return m.class(), true
	default:
		for _, e := range m.Extended {
			if e.ID == key {
				return e.Value, true
			}
		}
	}
	return value, value != ""
}

// An expansion is what $expand adds to a message.
type expansion struct {
	extended    []string // keys of extended properties
	attachments bool
}

var (
	expandExtended = regexp.MustCompile(`(?i)^singleValueExtendedProperties\(\s*\$filter=(.*)\)$`)
	idEquals       = regexp.MustCompile(`(?i)^\(?\s*id\s+eq\s+'((?:[^']|'')*)'\s*\)?$`)
)

// expansionOf reads $expand: extended properties by id, and attachments.
//
// https://learn.microsoft.com/graph/api/singlevaluelegacyextendedproperty-get
func expansionOf(r *http.Request) (e expansion, err error) {
	for _, part := range splitTop(r.URL.Query().Get("$expand"), ',') {
		part = strings.TrimSpace(part)
		p := expandExtended.FindStringSubmatch(part)
		switch {
		case part == "":
		case strings.EqualFold(part, "attachments"):
			e.attachments = true
		case p == nil:
			return e, refuse(http.StatusBadRequest, "RequestBroker--ParseUri",
				"The query option '$expand="+part+"' is not supported on '"+messageKind+"'.")
		default:
			for _, term := range orWord.Split(p[1], -1) {
				id := idEquals.FindStringSubmatch(strings.TrimSpace(term))
				if id == nil {
					return e, errBadRequest("Invalid filter clause in $expand: " + term)
				}
				key, err := extendedKey(unquote(id[1]))
				if err != nil {
					return e, err
				}
				e.extended = append(e.extended, key)
			}
		}
	}
	return e, nil
}

// splitTop splits at a separator that stands in no parentheses and no quotes.
func splitTop(s string, sep byte) (parts []string) {
	depth, quoted, start := 0, false, 0
	for i := range len(s) {
		switch c := s[i]; {
		case c == '\'':
			quoted = !quoted
		case quoted:
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == sep && depth == 0:
			parts = append(parts, s[start:i])
			start = i + 1
		}
	}
	return append(parts, s[start:])
}

// writeExpanded appends what was asked with $expand. A property that the message
// does not have is left out, and so is an empty list.
func (c *graphCall) writeExpanded(o *object, m *Message, e expansion) {
	var found []Extended
	for _, key := range e.extended {
		if value, ok := m.property(key); ok {
			found = append(found, Extended{ID: key, Value: value})
		}
	}
	if found != nil {
		o.put("singleValueExtendedProperties", found)
	}
	if e.attachments {
		writeList(o, "attachments", m.Attachments, func(a Attachment) { c.writeAttachment(o.out, m, &a, nil, "") })
	}
}

// anyExtended is the filter on the value of an extended property.
//
// https://learn.microsoft.com/graph/api/singlevaluelegacyextendedproperty-get#get-resource-instances-using-filter
var anyExtended = regexp.MustCompile(`(?i)^singleValueExtendedProperties/any\(\s*(\w+)\s*:\s*(\w+)/id\s+eq\s+'((?:[^']|'')*)'` +
	`\s+and\s+(\w+)/value\s+eq\s+'((?:[^']|'')*)'\s*\)$`)

// extendedFilter matches messages by the value of an extended property, without
// regard to the case of the value.
func extendedFilter(term string) (match func(*Message) bool, err error) {
	p := anyExtended.FindStringSubmatch(term)
	if p == nil || p[1] != p[2] || p[1] != p[4] {
		return nil, refuse(http.StatusBadRequest, "BadRequest", "Invalid filter clause: "+term)
	}
	key, err := extendedKey(unquote(p[3]))
	if err != nil {
		return nil, err
	}
	want := unquote(p[5])
	return func(m *Message) bool {
		value, ok := m.property(key)
		return ok && strings.EqualFold(value, want)
	}, nil
}

// expanded writes one message with what the call asked to expand.
func (c *graphCall) expanded(out *bytes.Buffer, m *Message, sel selection, e expansion, context string) {
	c.writeMessageWith(out, m, sel, context, func(o *object) { c.writeExpanded(o, m, e) })
}

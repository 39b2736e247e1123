package table

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// Pack makes a row of v, whose JSON must be an object: each member becomes a
// property of the same name. It is for what people read in the portal, what queries
// select, and what is compared field by field; Document is for all else. Lists and objects become JSON text, and times and bytes
// become the text of their JSON. It leaves out null, and
// what omitempty or omitzero leaves out. A value that cannot be packed makes a row that
// no Write takes: Check returns the error.
func Pack(key string, v any) Row {
	r := Row{Key: key}
	text, err := encode(v)
	if err != nil {
		r.err = fmt.Errorf("pack row %s: %w", key, err)
		return r
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &members); err != nil || members == nil {
		r.err = fmt.Errorf("pack row %s: %T is not an object in JSON", key, v)
		return r
	}
	r.Props = make(map[string]any, len(members))
	for name, raw := range members {
		p, err := packValue(raw)
		if err != nil {
			r.err = fmt.Errorf("pack row %s: %s: %w", key, name, err)
		}
		if p != nil {
			r.Props[name] = p
		}
	}
	return r
}

// encode returns v as JSON. It escapes no HTML: the text is readable for people, shorter,
// and a json.RawMessage in it does not change.
func encode(v any) (string, error) {
	var text strings.Builder
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return strings.TrimSuffix(text.String(), "\n"), err
}

func packValue(raw json.RawMessage) (any, error) {
	switch raw[0] {
	case 'n':
		return nil, nil
	case 't', 'f':
		return raw[0] == 't', nil
	case '{', '[':
		return string(raw), nil
	case '"':
		var s string
		err := json.Unmarshal(raw, &s)
		return s, err
	}
	if n, err := strconv.ParseInt(string(raw), 10, 64); err == nil {
		return n, nil
	}
	if !bytes.ContainsAny(raw, ".eE") {
		return nil, fmt.Errorf("number %s does not fit in 64 bits", raw)
	}
	return strconv.ParseFloat(string(raw), 64)
}

// Unpack is the reverse of Pack: v points to a value of the packed type. If that
// type does not show whether a field is text (it is an any, or has its own
// UnmarshalJSON), Unpack decodes text that is a JSON list or object.
func (r Row) Unpack(v any) error {
	t := reflect.TypeOf(v)
	kinds := kindsOf(t)
	members := make(map[string]any, len(r.Props))
	for name, p := range r.Props {
		switch p := p.(type) {
		case string:
			members[name] = p
			k, known := kinds[name]
			if k == nested || (k == open || !known) && isNested(p) {
				members[name] = json.RawMessage(p)
			}
		case time.Time:
			members[name] = p.UTC()
		default:
			members[name] = p
		}
	}
	text, err := encode(members)
	if err == nil {
		err = json.Unmarshal([]byte(text), v)
	}
	if err != nil {
		return fmt.Errorf("unpack row %s: %w", r.Key, err)
	}
	return nil
}

func isNested(s string) bool {
	return (strings.HasPrefix(s, "{") || strings.HasPrefix(s, "[")) && json.Valid([]byte(s))
}

package sim

import (
	"bytes"
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"strings"
)

// An object writes a JSON object property by property, in order. It does not escape
// HTML, which would make every mail longer.
type object struct {
	out   *bytes.Buffer
	first bool
}

func open(out *bytes.Buffer) *object {
	out.WriteByte('{')
	return &object{out: out, first: true}
}

func (o *object) name(name string) {
	if !o.first {
		o.out.WriteByte(',')
	}
	o.first = false
	o.out.WriteByte('"')
	o.out.WriteString(name) // property names need no escaping
	o.out.WriteString(`":`)
}

func (o *object) put(name string, value any) {
	o.name(name)
	writeJSON(o.out, value)
}

func (o *object) close() { o.out.WriteByte('}') }

// writeList appends a property that is a list; each writes one item.
func writeList[T any](o *object, name string, items []T, each func(T)) {
	o.name(name)
	o.out.WriteByte('[')
	for i, item := range items {
		if i > 0 {
			o.out.WriteByte(',')
		}
		each(item)
	}
	o.out.WriteByte(']')
}

// writeJSON appends value, which must be one that can always be encoded.
func writeJSON(out *bytes.Buffer, value any) {
	before := out.Len()
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil {
		out.Truncate(before)
		out.WriteString("null\n")
	}
	out.Truncate(out.Len() - 1) // the encoder's end of line
}

// A property is a selectable property of a T.
type property[T any] struct {
	name     string
	value    func(T) any
	selected bool // only in an answer if it is selected
	optional bool // left out if its value is nil
	field    func(T) reflect.Value
}

// propertiesOf returns the fields of a T by their names in JSON. Those in selected
// are only in an answer if they are selected.
func propertiesOf[T any](selected ...string) (all []property[*T]) {
	for _, f := range reflect.VisibleFields(reflect.TypeFor[T]()) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" || name[0] == '-' || name[0] == '@' {
			continue
		}
		optional := options == "omitempty"
		field := func(v *T) reflect.Value { return reflect.ValueOf(v).Elem().FieldByIndex(f.Index) }
		all = append(all, property[*T]{name: name, selected: slices.Contains(selected, name), optional: optional, field: field,
			value: func(v *T) any {
				switch value := field(v); {
				case optional && value.IsZero():
					return nil
				case value.Kind() == reflect.Slice && value.IsNil() && f.Type != reflect.TypeFor[[]byte]():
					return []string{} // Graph has no list that is null
				default:
					return value.Interface()
				}
			}})
	}
	return all
}

// A selection is a $select; nil selects the default properties.
//
// https://learn.microsoft.com/graph/query-parameters#select-parameter
type selection []string

// selectOf reads $select, and refuses properties that a T does not have.
func selectOf[T any](r *http.Request, kind string, properties []property[T]) (selection, error) {
	text := r.URL.Query().Get("$select")
	if text == "" {
		return nil, nil
	}
	var sel selection
	for name := range strings.SplitSeq(text, ",") {
		name = strings.TrimSpace(name)
		known := ""
		for _, p := range properties {
			if strings.EqualFold(p.name, name) {
				known = p.name
			}
		}
		if known == "" {
			return nil, refuse(http.StatusBadRequest, "RequestBroker--ParseUri", "Could not find a property named '"+name+"' on type '"+kind+"'.")
		}
		sel = append(sel, known)
	}
	return sel, nil
}

func (s selection) has(name string) bool { return slices.Contains(s, name) }

// write appends the selected properties of v. The id is always one of them.
func write[T any](o *object, v T, properties []property[T], sel selection) {
	for _, p := range properties {
		if sel == nil && !p.selected || sel != nil && (sel.has(p.name) || p.name == "id") {
			if value := p.value(v); value != nil || !p.optional {
				o.put(p.name, value)
			}
		}
	}
}

// fields decodes a JSON object whose names may be in lower camel or in Pascal case:
// the service accepts both, and the SDK for Go sends both.
func fields(body []byte) (map[string]json.RawMessage, error) {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(body, &raw); err != nil {
		return nil, refuse(http.StatusBadRequest, "BadRequest",
			"Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.")
	}
	out := make(map[string]json.RawMessage, len(raw))
	for name, v := range raw {
		if name != "" && name[0] != '@' {
			name = strings.ToLower(name[:1]) + name[1:]
		}
		out[name] = v
	}
	return out, nil
}

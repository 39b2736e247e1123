package table

import (
	"encoding"
	"encoding/json"
	"reflect"
	"strings"
)

// A kind is what the JSON of a field is, as far as its Go type tells.
type kind int

const (
	plain  kind = iota // text, number or truth
	binary             // bytes, base64 in JSON
	nested             // a list or an object
	open               // the type does not tell
)

var (
	jsonMarshaler = reflect.TypeFor[json.Marshaler]()
	textMarshaler = reflect.TypeFor[encoding.TextMarshaler]()
)

// kindsOf gives the kinds of the members of t's JSON, by name; nothing when t is
// not a struct.
func kindsOf(t reflect.Type) map[string]kind {
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == nil || t.Kind() != reflect.Struct {
		return nil
	}
	kinds := make(map[string]kind, t.NumField())
	addKinds(kinds, t)
	return kinds
}

func addKinds(kinds map[string]kind, t reflect.Type) {
	// Embedded fields first: an outer field hides the inner one of its name.
	for i := range t.NumField() {
		f := t.Field(i)
		if inner := structOf(f.Type); f.Anonymous && inner != nil && f.Tag.Get("json") == "" {
			addKinds(kinds, inner)
		}
	}
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if !f.IsExported() || name == "-" || f.Anonymous && name == "" && structOf(f.Type) != nil {
			continue
		}
		if name == "" {
			name = f.Name
		}
		kinds[name] = kindOf(f.Type)
	}
}

func structOf(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	return t
}

func kindOf(t reflect.Type) kind {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Implements(jsonMarshaler) || reflect.PointerTo(t).Implements(jsonMarshaler) {
		if t.Implements(textMarshaler) || reflect.PointerTo(t).Implements(textMarshaler) {
			return plain // as time.Time: text, whoever writes it
		}
		return open
	}
	if t.Implements(textMarshaler) || reflect.PointerTo(t).Implements(textMarshaler) {
		return plain
	}
	switch t.Kind() {
	case reflect.Interface:
		return open
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return binary
		}
		return nested
	case reflect.Array, reflect.Map, reflect.Struct:
		return nested
	}
	return plain
}

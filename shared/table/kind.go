package table

import (
	"encoding"
	"encoding/json"
	"reflect"
	"strings"
)

// A kind is the kind of JSON that a field has, as far as its Go type shows it.
type kind int

const (
	plain  kind = iota // a text, a number or a bool
	nested             // a list or an object
	open               // the type does not show it
)

var (
	jsonMarshaler = reflect.TypeFor[json.Marshaler]()
	textMarshaler = reflect.TypeFor[encoding.TextMarshaler]()
)

// kindsOf returns the kinds of the members of t's JSON, by name. It returns nothing
// if t is not a struct.
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
	// Embedded fields come first: an outer field hides an inner one with its name.
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
			return plain // such as time.Time, which is a text for every encoder
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
			return plain // base64 in JSON
		}
		return nested
	case reflect.Array, reflect.Map, reflect.Struct:
		return nested
	}
	return plain
}

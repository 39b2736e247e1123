package api

import (
	"encoding/json"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// A field is a member of a JSON merge patch: absent, null or a value.
// https://www.rfc-editor.org/rfc/rfc7396
type field[T any] struct {
	set, null bool
	value     T
}

// UnmarshalJSON is called for every member that is present, also for null.
func (f *field[T]) UnmarshalJSON(text []byte) error {
	f.set, f.null = true, string(text) == "null"
	return json.Unmarshal(text, &f.value)
}

// Schema describes the field as its value.
func (field[T]) Schema(r huma.Registry) *huma.Schema {
	return r.Schema(reflect.TypeFor[T](), true, "")
}

// apply changes an object by a merge patch, or fills it from a request for a new one: a field
// that is given becomes the value of the field with the same name. Null removes only what has
// the tag null.
func apply(object, from any) error {
	to, given := reflect.ValueOf(object).Elem(), reflect.ValueOf(from)
	for i := range given.NumField() {
		f, value := given.Type().Field(i), given.Field(i)
		target := to.FieldByName(f.Name)
		switch member, isMember := value.Interface().(interface {
			apply(to reflect.Value, name string, removable bool) error
		}); {
		case isMember:
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			_, removable := f.Tag.Lookup("null")
			if err := member.apply(target, name, removable); err != nil {
				return err
			}
		case value.Kind() != reflect.Pointer:
			target.Set(value)
		case !value.IsNil():
			target.Set(value.Elem())
		}
	}
	return nil
}

func (f field[T]) apply(to reflect.Value, name string, removable bool) error {
	switch {
	case f.null && !removable:
		return invalid("body."+name, "a value; it can not be removed")
	case f.null:
		to.SetZero()
	case f.set && to.Kind() == reflect.Pointer:
		to.Set(reflect.ValueOf(&f.value).Convert(to.Type()))
	case f.set:
		to.Set(reflect.ValueOf(f.value))
	}
	return nil
}

// pointer gives a field of a patch: nil leaves the field as it is.
func (f field[T]) pointer(p **T, name string) error {
	if f.null {
		return invalid("body."+name, "a value; it can not be removed")
	}
	if f.set {
		*p = &f.value
	}
	return nil
}

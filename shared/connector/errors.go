package connector

import (
	"errors"
	"fmt"
	"strings"
)

// ErrNotFound is the answer for a connector or an address that is not there.
var ErrNotFound = errors.New("not found")

// ErrChanged is the answer when somebody else changed it meanwhile.
var ErrChanged = errors.New("changed meanwhile")

// ErrInUse is the answer to deleting a connector with activated addresses.
var ErrInUse = errors.New("addresses are still activated")

// An ExistsError says that what is to be made is there already.
type ExistsError struct {
	What string // "connector" or "address"
	ID   string // of what exists
}

func (e *ExistsError) Error() string { return fmt.Sprintf("this %s exists already: %s", e.What, e.ID) }

// A FieldError says what is wrong with one field of what a person gave in.
// It never holds what was given.
type FieldError struct {
	Field    string // as the API names it
	Code     string // stable, to find a text by
	Expected string // English
}

// Invalid is all that is wrong with what a person gave in.
type Invalid []FieldError

func (e Invalid) Error() string {
	var all []string
	for _, f := range e {
		all = append(all, f.Field+": expected "+f.Expected)
	}
	return strings.Join(all, "; ")
}

func (e *Invalid) add(field, code, expected string) {
	*e = append(*e, FieldError{field, code, expected})
}

func (e Invalid) err() error {
	if len(e) == 0 {
		return nil
	}
	return e
}

// A SecretStoreError says that the vault could not do what was asked.
type SecretStoreError struct{ Err error }

func (e *SecretStoreError) Error() string { return "secret store: " + e.Err.Error() }

// Unwrap returns what the store said.
func (e *SecretStoreError) Unwrap() error { return e.Err }

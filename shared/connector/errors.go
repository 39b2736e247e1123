package connector

import (
	"errors"
	"fmt"
	"strings"
)

// ErrNotFound means that there is no such connector or address.
var ErrNotFound = errors.New("not found")

// ErrChanged means that somebody else changed the object meanwhile.
var ErrChanged = errors.New("changed meanwhile")

// ErrInUse means that a connector to be deleted has activated addresses.
var ErrInUse = errors.New("addresses are still activated")

// An ExistsError says that the object to be created exists already.
type ExistsError struct {
	What string // "connector" or "address"
	ID   string // of the existing one
}

func (e *ExistsError) Error() string { return fmt.Sprintf("this %s exists already: %s", e.What, e.ID) }

// A FieldError says what is wrong with one field that a person entered. It
// never contains the entered text.
type FieldError struct {
	Field    string // as the API names it
	Code     string // stable, to find a text by
	Expected string // English
}

// Invalid lists everything that is wrong with what a person entered.
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

// A SecretStoreError says that the vault failed or refused.
type SecretStoreError struct{ Err error }

func (e *SecretStoreError) Error() string { return "secret store: " + e.Err.Error() }

// Unwrap returns the error of the store.
func (e *SecretStoreError) Unwrap() error { return e.Err }

// An OutsideError says that Entra or Graph did not answer, or refused.
type OutsideError struct{ Err error }

func (e *OutsideError) Error() string { return e.Err.Error() }

// Unwrap returns the error of Entra or Graph.
func (e *OutsideError) Unwrap() error { return e.Err }

// Outside returns the code for Advice of an error of the vault, Entra or Graph,
// with the number of the error if there is one; false for every other error.
func (s *Store) Outside(err error) (code, reason string, ok bool) {
	var outside *OutsideError
	var vault *SecretStoreError
	if !errors.As(err, &outside) && !errors.As(err, &vault) {
		return "", "", false
	}
	if state, reason := s.stateOf(err); state != "" {
		return string(state), reason, true
	}
	if code, reason = MailboxState(err); code == MailboxForbidden {
		code = "missing:" + UserReadAll // this error comes from listing users only
	}
	return code, reason, true
}

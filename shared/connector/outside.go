package connector

import (
	"errors"
)

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

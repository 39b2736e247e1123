package connector

import (
	"errors"
)

// An OutsideError says that Entra or Graph could not be asked, or refused.
type OutsideError struct{ Err error }

func (e *OutsideError) Error() string { return e.Err.Error() }

// Unwrap returns what Entra or Graph said.
func (e *OutsideError) Unwrap() error { return e.Err }

// Outside answers what an error of the vault, Entra or Graph means: a code for
// Advice, with the number to look up when there is one. It answers false for
// every other error.
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
		code = "missing:" + UserReadAll // users are all that is asked for there
	}
	return code, reason, true
}

package directory

import (
	"errors"
	"fmt"
	"strings"
)

var (
	// ErrNotFound means that the directory has no such object.
	ErrNotFound = errors.New("not in the directory")
	// ErrChanged means that the object has another revision than the change
	// expects.
	ErrChanged = errors.New("changed meanwhile")
	// ErrLastAdministrator means that the change would leave the office
	// without an active administrator.
	ErrLastAdministrator = errors.New("the office needs at least one active administrator")
	// ErrBound means that a team member has signed in before with another
	// account.
	ErrBound = errors.New("the team member belongs to another account")
)

// An Invalid error says which field is wrong and what is expected there.
type Invalid struct {
	Field, Expected string
}

func (e *Invalid) Error() string { return e.Field + ": expected " + e.Expected }

// A Conflict says that a value that must be unique belongs to another object.
type Conflict struct {
	Field, Value string // the value that is not unique
	Kind, ID     string // the object that has it
}

func (e *Conflict) Error() string {
	return fmt.Sprintf("%s %q already belongs to %s %s", e.Field, e.Value, e.Kind, e.ID)
}

// An InUse error says that an object can not be deleted because others refer
// to it.
type InUse struct {
	What string
	Kind string   // the kind of the objects that refer to it
	IDs  []string // the first few ids
}

func (e *InUse) Error() string {
	return fmt.Sprintf("%s is in use by %s %s: change those first", e.What, e.Kind, strings.Join(e.IDs, ", "))
}

// A TooLarge error says that a change needs more rows than one transaction can
// write.
type TooLarge struct{ Rows, Limit int }

func (e *TooLarge) Error() string {
	return fmt.Sprintf("the change touches %d rows and at most %d can change at once: make it in several smaller changes", e.Rows, e.Limit)
}

// kinds has the word for an object, and the first part of actions in the audit, by the first
// part of its row key.
var kinds = map[string]struct{ word, action string }{
	"member": {"team member", "team-member"}, "client": {"client", "client"}, "contact": {"contact", "contact"}, "role": {"role", "role"},
	"team": {"process team", "process-team"}, "links": {"team of client", "client-team"}, "rule": {"rule", "rule"},
}

func notFound[T Entity[T]](id string) error {
	return fmt.Errorf("%s %s: %w", kinds[kindOf[T]()].word, id, ErrNotFound)
}

// Package directory keeps the office's own data: team members, clients,
// contacts, roles, process teams, and who works for which client in which
// order. It knows nothing about mail, and nothing about who is asking.
//
// # Rows
//
// Everything is in one partition of one table. The row of an object is the
// truth; the other rows are derived from it, change in the same transaction,
// and exist because something is looked up or kept unique by them:
//
//	version                               how often the directory changed
//	member|ID                             TeamMember
//	member-address|ADDRESS                copy, unique
//	member-name|NAME|ID                   copy, in the order of lists
//	member-person|TENANT|OBJECT           copy, unique: the account that signed in
//	client|ID                             Client
//	client-number|NUMBER                  copy, unique, in the order of lists
//	contact|ID                            Contact
//	contact-address|ADDRESS               copy, unique
//	contact-name|NAME|ID                  copy, in the order of lists
//	contact-client|CLIENT|ID              which contacts a client has
//	role|ID                               Role
//	role-name|NAME                        copy, unique, in the order of lists
//	team|ID                               ProcessTeam
//	team-name|NAME                        copy, unique, in the order of lists
//	team-member|MEMBER|ID                 which process teams a member is in
//	links|CLIENT                          ClientTeam: members with roles, in order
//	links-member|MEMBER|ROLE|CLIENT       where a member has which role
//
// Addresses, names and numbers are folded (lower case) in keys, and what a key
// may not hold is escaped.
//
// # Changes
//
// Every change replaces the version row in its transaction, on the condition
// that nobody else did since the change began to read. So changes happen one
// after the other, whatever they touch: a client is never deleted under a
// contact that is just being linked to it.
package directory

import (
	"context"
	"errors"
	"fmt"

	"kantoorpost/shared/table"
)

// A Store is the directory of one office.
type Store struct {
	table *table.Table
	// turn lets the changes of this process queue up here, not at the table.
	turn chan struct{}
}

// New returns the directory that is kept in t.
func New(t *table.Table) *Store {
	return &Store{table: t, turn: make(chan struct{}, 1)}
}

// Version returns a number that grows with every change of the directory, and
// 0 before the first.
func (s *Store) Version(ctx context.Context) (int64, error) {
	v, _, err := find[version](ctx, s, versionKey)
	return v.Version, err
}

// An entity is an object with a row of its own and the rows derived from it.
type entity[T any] interface {
	name() string            // what it is and which, for errors
	key() string             // of its own row
	revision() string        // of the last change
	revised(id, to string) T // with the revision of a new change, and its id if it has none
	derived() []derivedRow   // the other rows
}

type derivedRow struct {
	key string
	// copies says that the row holds the whole object, not just its id.
	copies bool
	// unique names the field that must be unique, if it must.
	unique, value string
}

// find reads one row, with one table operation.
func find[T any](ctx context.Context, s *Store, key string) (v T, found bool, err error) {
	row, err := s.table.Get(ctx, key)
	if errors.Is(err, table.ErrNotFound) {
		return v, false, nil
	}
	if err != nil {
		return v, false, fmt.Errorf("directory: %w", err)
	}
	if err := row.Unpack(&v); err != nil {
		return v, false, fmt.Errorf("directory: row %s: %w", key, err)
	}
	return v, true, nil
}

// Package directory keeps the office's own data: team members, clients,
// contacts, roles, process teams, who works for which client in which order,
// and the rules that people taught. It stores rules as data: it reads no mail
// and does not decide which rule applies (see package learn). It does not know
// who is asking.
//
// # Rows
//
// Everything is in one partition of one table. Each object has one row of its
// own. The other rows are derived from it, change in the same transaction, and
// serve lookups and unique values:
//
//	version                               how often the directory changed
//	member|ID                             TeamMember
//	member-address|ADDRESS                copy, unique
//	member-name|NAME|ID                   copy, in the order of lists
//	member-person|TENANT|OBJECT           copy, unique: the account that signed in
//	member-was|HASH                       the address or the account of a member, now or formerly; never deleted
//	member-former|ID                      the name of a member who was deleted; never deleted
//	substitute|SUBSTITUTE|ID              copy: the members that a substitute replaces
//	client|ID                             Client
//	client-number|NUMBER                  copy, unique, in the order of lists
//	client-kvk|KVK|ID                     copy
//	client-vat|VAT|ID                     copy
//	client-iban|IBAN|ID                   copy
//	client-word|WORD|ID                   copy: some words of the name, and all joined
//	prospect-numbers                      the last number that was given to a prospect
//	client-name|WORD NAME|ID              copy: the words of the name, for searches
//	contact|ID                            Contact
//	contact-address|ADDRESS               copy, unique
//	contact-name|NAME|ID                  copy, in the order of lists
//	contact-client|CLIENT|ID              copy: which contacts a client has
//	contact-domain|DOMAIN|ID              copy, not for public providers
//	contact-surname|SURNAME|ID            copy
//	contact-word|WORD NAME|ID             copy: the words of the name, for searches
//	contact-part|WORD NAME|ID             copy: other words that a search finds it by
//	role|ID                               Role
//	role-name|NAME                        copy, unique, in the order of lists
//	team|ID                               ProcessTeam
//	team-name|NAME                        copy, unique, in the order of lists
//	team-member|MEMBER|ID                 which process teams a member is in
//	links|CLIENT                          ClientTeam: members with roles, in order
//	links-member|MEMBER|ROLE|CLIENT       where a member has which role
//	rule|ID                               Rule
//	rule-key|KIND|KEY                     the same with its last evidence, in the order of lists
//	rule-undoing|ID                       copy, while it is being undone
//	rule-contact|RULE|CONTACT             copy of a contact with an address that a rule linked
//	erasure|CONTACT                       Erasure, until nothing is left of a contact
//	changed|VERSION                       which look-ups a change changed, until the tick has seen it
//	z|ID                                  an entry of the audit, one for each change
//
// The rows by domain, surname, KvK number, VAT id, IBAN and word are newer than the
// others. An older object gets them with its next change, and is not found by
// them before. Index writes the missing rows of searches.
//
// Addresses, names and numbers are folded (lower case) in keys, and characters
// that a key may not hold are escaped.
//
// # Changes
//
// Every change replaces the version row in its transaction, on the condition
// that no other change did so since this one began to read. So all changes are
// serial: a client is never deleted while a contact is being linked to it. Each
// change writes one entry of the audit, which proves that it was made when its
// answer was lost.
package directory

import (
	"cmp"
	"context"
	"errors"

	"kantoorpost/shared/table"
)

// A Store is the directory of one office.
type Store struct {
	table *table.Table
	// turn serialises the changes of this process, so that they do not fail at
	// the table.
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

// Versions returns Version, and what it was after the last change of a client. It
// costs one table operation, as Version does.
func (s *Store) Versions(ctx context.Context) (all, clients int64, err error) {
	v, _, err := find[version](ctx, s, versionKey)
	return v.Version, cmp.Or(v.Clients, v.Version), err
}

// An Entity is an object with a row of its own and the rows derived from it.
type Entity[T any] interface {
	identity() (kind, id, revision string) // the kind is the first part of the key of its own row
	with(id, revision string) T
	derived() []derivedRow // the other rows
}

// keyOfRow returns the key of an object's own row.
func keyOfRow[T Entity[T]](v T) string {
	kind, id, _ := v.identity()
	return keyOf(kind, id)
}

// nameOf returns the kind and the id of an object, for errors.
func nameOf[T Entity[T]](v T) string {
	kind, id, _ := v.identity()
	return kinds[kind].word + " " + id
}

func revisionOf[T Entity[T]](v T) string {
	_, _, revision := v.identity()
	return revision
}

func kindOf[T Entity[T]]() string {
	var none T
	kind, _, _ := none.identity()
	return kind
}

type derivedRow struct {
	key string
	// copies says that the row holds the whole object, not only its id; holds is
	// what it holds instead of the object, unless nil.
	copies bool
	holds  any
	// index says that the row serves only searches. It may be missing, or exist
	// already: an object that was saved before there was such a row, or when it
	// was derived in another way, gets it with its next change.
	index bool
	// lasting says that the row stays when the object is deleted or changed. It
	// may be missing like an index row; deleting the object writes it then.
	lasting bool
	// unique is the field whose value must be unique; "" for none.
	unique, value string
}

// find reads one row, with one table operation.
func find[T any](ctx context.Context, s *Store, key string) (v T, found bool, err error) {
	Note(ctx, key)
	row, err := s.table.Get(ctx, key)
	if errors.Is(err, table.ErrNotFound) {
		return v, false, nil
	}
	if err == nil {
		err = unpack(row, &v)
	}
	return v, err == nil, err
}

// A documented entity is stored as one JSON text, with the properties of beside,
// because its lists may be too long for a property of a row. The others are
// stored with one property for each field: the audit compares those, and people
// read them.
type documented interface{ beside() map[string]any }

func pack(key string, v any) table.Row {
	switch v := v.(type) {
	case documented:
		return table.Document(key, v, v.beside())
	case TeamMember:
		return table.Pack(key, memberRow{v, v.account})
	}
	return table.Pack(key, v)
}

func unpack(row table.Row, v any) error {
	switch v := v.(type) {
	case documented:
		return row.Document(v)
	case *TeamMember:
		var r memberRow
		err := row.Unpack(&r)
		*v, v.account = r.TeamMember, r.account
		return err
	}
	return row.Unpack(v)
}

package directory

import (
	"context"
	"errors"
	"slices"

	"kantoorpost/shared/table"
)

// Rights are what a team member may do; each includes those before it.
type Rights string

// The rights, from least to most.
const (
	Reader        Rights = "reader"
	Editor        Rights = "editor"
	Manager       Rights = "manager"
	Administrator Rights = "administrator"
)

var allRights = []Rights{Reader, Editor, Manager, Administrator}

// Include says whether r is at least other. An unknown value includes nothing,
// and nothing includes it.
func (r Rights) Include(other Rights) bool {
	needed := slices.Index(allRights, other)
	return needed >= 0 && slices.Index(allRights, r) >= needed
}

// A TeamMember is a person who works at the office.
type TeamMember struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Email  string `json:"email" doc:"normal form: lower case"`
	Rights Rights `json:"rights" enum:"reader,editor,manager,administrator"`
	Active bool   `json:"active"`
	// Substitute is nil for a member without one.
	Substitute *Substitute `json:"substitute,omitempty" doc:"who stands in for him or her, and when"`
	Revision   string      `json:"revision" doc:"the entity tag, without its quotes"`

	account account
}

// An account is what a member signed in with; the zero account before that.
type account struct {
	Tenant string `json:"tenant,omitempty"`
	Object string `json:"object,omitempty"`
}

// A memberRow is a team member as it is stored. The account is never shown.
type memberRow struct {
	TeamMember
	account
}

func (m TeamMember) identity() (kind, id, revision string) { return "member", m.ID, m.Revision }
func (m TeamMember) with(id, revision string) TeamMember {
	m.ID, m.Revision = id, revision
	return m
}

func (m TeamMember) derived() []derivedRow {
	rows := []derivedRow{
		{key: addressKey("member-address", m.Email), copies: true, unique: "email", value: m.Email},
		{key: keyOf("member-name", sortable(m.Name), m.ID), copies: true},
		{key: wasAddress(m.Email), lasting: true},
	}
	if a := m.account; a.Object != "" {
		rows = append(rows, derivedRow{key: wasAccount(a.Tenant, a.Object), lasting: true})
		rows = append(rows, derivedRow{key: keyOf("member-person", a.Tenant, a.Object), copies: true, unique: "account", value: a.Object})
	}
	if m.Substitute != nil {
		rows = append(rows, derivedRow{key: keyOf("substitute", m.Substitute.Member, m.ID), copies: true})
	}
	return rows
}

func (m TeamMember) checked() (TeamMember, error) {
	var err error
	if m.Name, err = checkName("name", m.Name, 200); err != nil {
		return m, err
	}
	if m.Email, err = checkAddress("email", m.Email); err != nil {
		return m, err
	}
	if !slices.Contains(allRights, m.Rights) {
		return m, &Invalid{Field: "rights", Expected: "one of reader, editor, manager, administrator"}
	}
	return m, nil
}

// TeamMembers are listed by name. A new e-mail address unbinds the account of a member: the
// next account that signs in with that address is bound. A member who is in a process team,
// works for a client or is somebody's substitute is in use; one who leaves the office is
// normally made inactive.
func (s *Store) TeamMembers() Kind[TeamMember] {
	return Kind[TeamMember]{store: s, check: checkMember, deleting: deleteMember,
		list:      by("member-name", func(m TeamMember) []string { return []string{m.Name, m.Email} }),
		referrers: []referrer{{"links-member", "client"}, {"team-member", "process team"}, {"substitute", "team member"}}}
}

func checkMember(ctx context.Context, c *change, now, was TeamMember) (_ TeamMember, err error) {
	if now, err = now.checked(); err != nil {
		return now, err
	}
	if now.Substitute, err = c.store.checkSubstitute(ctx, now, was); err != nil {
		return now, err
	}
	if now.Email != was.Email {
		now.account = account{}
	}
	if !now.administrates() {
		err = c.store.administered(ctx, was)
	}
	return now, err
}

func deleteMember(ctx context.Context, c *change, m TeamMember) error {
	key := formerKey(m.ID)
	c.add(key, table.Put(table.Pack(key, formerMember{m.Name})))
	return c.store.administered(ctx, m)
}

// TeamMember returns the team member with an id, or ErrNotFound.
func (s *Store) TeamMember(ctx context.Context, id string) (TeamMember, error) {
	return s.TeamMembers().Get(ctx, id)
}

// AllMembers returns all team members by name. An office has dozens: it is one query.
func (s *Store) AllMembers(ctx context.Context) (all []TeamMember, err error) {
	for row, err := range s.table.Rows(ctx, "member-name|", after("member-name|")) {
		var m TeamMember
		if err == nil {
			err = unpack(row, &m)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, nil
}

// MemberByAddress returns the team member with an e-mail address, active or
// not, with one table operation.
func (s *Store) MemberByAddress(ctx context.Context, address string) (TeamMember, bool, error) {
	return byAddress[TeamMember](ctx, s, "member-address", address)
}

// A formerMember is what stays of a member who was deleted: the chats, notes and replies of
// years and the audit must say who wrote and did what.
type formerMember struct {
	Name string `json:"name"`
}

func formerKey(id string) string { return keyOf("member-former", id) }

// MemberName returns the name of a team member, also of one who was deleted; "" for an id that
// nobody had.
func (s *Store) MemberName(ctx context.Context, id string) (string, error) {
	if !isID(id) {
		return "", nil // such as the name of a program
	}
	m, err := s.TeamMember(ctx, id)
	if !errors.Is(err, ErrNotFound) {
		return m.Name, err
	}
	former, _, err := find[formerMember](ctx, s, formerKey(id))
	return former.Name, err
}

func (m TeamMember) administrates() bool { return m.Active && m.Rights == Administrator }

// Administered says whether the office has an active administrator.
func (s *Store) Administered(ctx context.Context) (bool, error) {
	return s.administeredWithout(ctx, "")
}

// administered returns an error if m is the last active administrator.
func (s *Store) administered(ctx context.Context, m TeamMember) error {
	if !m.administrates() {
		return nil
	}
	others, err := s.administeredWithout(ctx, m.ID)
	if err == nil && !others {
		err = ErrLastAdministrator
	}
	return err
}

func (s *Store) administeredWithout(ctx context.Context, id string) (found bool, err error) {
	err = each(ctx, s, "member-name|", func(m TeamMember) bool {
		found = m.administrates() && m.ID != id
		return !found
	})
	return found, err
}

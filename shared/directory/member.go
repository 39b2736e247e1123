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
}

// A memberRow is a team member with the account that the member signed in with.
type memberRow struct {
	TeamMember
	Tenant string `json:"tenant,omitempty"`
	Object string `json:"object,omitempty"`
}

func (m memberRow) identity() (kind, id, revision string) { return "member", m.ID, m.Revision }
func (m memberRow) with(id, revision string) memberRow {
	m.ID, m.Revision = id, revision
	return m
}

func (m memberRow) derived() []derivedRow {
	rows := []derivedRow{
		{key: addressKey("member-address", m.Email), copies: true, unique: "email", value: m.Email},
		{key: keyOf("member-name", sortable(m.Name), m.ID), copies: true},
		{key: wasAddress(m.Email), lasting: true},
	}
	if m.Object != "" {
		rows = append(rows, derivedRow{key: wasAccount(m.Tenant, m.Object), lasting: true})
		rows = append(rows, derivedRow{key: keyOf("member-person", m.Tenant, m.Object), copies: true, unique: "account", value: m.Object})
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

// CreateTeamMember adds a team member and returns it with an id. Errors:
// *Invalid, *Conflict.
func (s *Store) CreateTeamMember(ctx context.Context, m TeamMember) (TeamMember, error) {
	row, err := create(ctx, s, memberRow{TeamMember: m}, func(_ *change, m, was memberRow) (memberRow, error) {
		return s.checkMember(ctx, m, was)
	})
	return row.TeamMember, err
}

func (s *Store) checkMember(ctx context.Context, m, was memberRow) (_ memberRow, err error) {
	if m.TeamMember, err = m.checked(); err == nil {
		m.Substitute, err = s.checkSubstitute(ctx, m.TeamMember, was.TeamMember)
	}
	return m, err
}

// TeamMember returns the team member with an id, or ErrNotFound.
func (s *Store) TeamMember(ctx context.Context, id string) (TeamMember, error) {
	row, err := get[memberRow](ctx, s, id)
	return row.TeamMember, err
}

// MemberByAddress returns the team member with an e-mail address, active or
// not, with one table operation.
func (s *Store) MemberByAddress(ctx context.Context, address string) (TeamMember, bool, error) {
	address, err := ReceivedAddress(address)
	if err != nil {
		return TeamMember{}, false, nil
	}
	row, found, err := find[memberRow](ctx, s, addressKey("member-address", address))
	return row.TeamMember, found, err
}

// TeamMembers lists team members by name.
func (s *Store) TeamMembers(ctx context.Context, q Query) (Page[TeamMember], error) {
	return list(ctx, s, "member-name", q, func(m memberRow) (TeamMember, []string) {
		return m.TeamMember, []string{m.Name, m.Email}
	})
}

// UpdateTeamMember changes a team member; revision "" means any revision. A new
// e-mail address unbinds the account: the next account that signs in with that
// address is bound. Errors: ErrNotFound, ErrChanged, *Invalid, *Conflict,
// ErrLastAdministrator.
func (s *Store) UpdateTeamMember(ctx context.Context, id, revision string, edit func(*TeamMember) error) (TeamMember, error) {
	row, err := update(ctx, s, id, revision, func(m *memberRow) error {
		if m.Substitute != nil {
			copied := *m.Substitute
			m.Substitute = &copied
		}
		return edit(&m.TeamMember)
	}, func(_ *change, now, was memberRow) (memberRow, error) {
		now, err := s.checkMember(ctx, now, was)
		if err != nil {
			return was, err
		}
		if now.Email != was.Email {
			now.Tenant, now.Object = "", ""
		}
		if !now.administrates() {
			return now, s.administered(ctx, was)
		}
		return now, nil
	})
	return row.TeamMember, err
}

// DeleteTeamMember removes a team member who is in no process team, works for
// no client and is nobody's substitute. A member who leaves the office is
// normally made inactive instead. Errors: ErrNotFound, ErrChanged, *InUse,
// ErrLastAdministrator.
func (s *Store) DeleteTeamMember(ctx context.Context, id, revision string) error {
	return remove(ctx, s, id, revision, func(c *change, m memberRow) error {
		for _, link := range []struct{ prefix, kind string }{
			{keyOf("links-member", id) + "|", "client"},
			{keyOf("team-member", id) + "|", "process team"},
			{keyOf("substitute", id) + "|", "team member"},
		} {
			ids, err := s.lastParts(ctx, link.prefix, 5)
			if err != nil {
				return err
			}
			if len(ids) > 0 {
				return &InUse{What: nameOf(m), Kind: link.kind, IDs: ids}
			}
		}
		key := formerKey(id)
		c.add(key, table.Put(table.Pack(key, formerMember{m.Name})))
		return s.administered(ctx, m)
	})
}

// A formerMember is what stays of a member who was deleted: what he or she did keeps its author.
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
func (s *Store) administered(ctx context.Context, m memberRow) error {
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
	err = each(ctx, s, "member-name|", func(m memberRow) bool {
		found = m.administrates() && m.ID != id
		return !found
	})
	return found, err
}

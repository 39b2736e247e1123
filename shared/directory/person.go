package directory

import (
	"context"
	"fmt"
)

// MemberByPerson returns the team member that an account, the object of a
// tenant, is bound to, active or not, with one table operation.
func (s *Store) MemberByPerson(ctx context.Context, tenant, object string) (TeamMember, bool, error) {
	row, found, err := find[memberRow](ctx, s, keyOf("member-person", fold(tenant), fold(object)))
	return row.TeamMember, found, err
}

// Bind binds an account to the team member with an id, for good: a team member
// has one account, and keeps it until an administrator changes the e-mail
// address or deletes the member. Errors: ErrNotFound; ErrBound when the team member has
// another account; *Conflict when the account has another member.
func (s *Store) Bind(ctx context.Context, id, tenant, object string) (TeamMember, error) {
	tenant, object = fold(tenant), fold(object)
	row, err := update(ctx, s, "member", id, "", func(c *change, m memberRow) (memberRow, error) {
		if m.Object != "" && (m.Tenant != tenant || m.Object != object) {
			return m, fmt.Errorf("%s: %w", m.name(), ErrBound)
		}
		m.Tenant, m.Object = tenant, object
		c.action = "team-member.bind"
		return m, nil
	})
	return row.TeamMember, err
}

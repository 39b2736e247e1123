package directory

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// MemberByPerson returns the team member that an account, the object of a
// tenant, is bound to, active or not, with one table operation.
func (s *Store) MemberByPerson(ctx context.Context, tenant, object string) (TeamMember, bool, error) {
	row, found, err := find[memberRow](ctx, s, keyOf("member-person", fold(tenant), fold(object)))
	return row.TeamMember, found, err
}

// Bind binds an account to the team member with an id, for good: a team member
// has one account, and keeps it until an administrator takes it away, changes
// the e-mail address or deletes the member. Errors: ErrNotFound; ErrBound when the team member has
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

// Unbind takes away the account that a team member signed in with: the next to
// sign in with the member's e-mail address as sign-in name is bound. Errors:
// ErrNotFound, ErrChanged.
func (s *Store) Unbind(ctx context.Context, id, revision string) error {
	_, err := update(ctx, s, "member", id, revision, func(c *change, m memberRow) (memberRow, error) {
		m.Tenant, m.Object = "", ""
		c.action = "team-member.unbind"
		return m, nil
	})
	return err
}

// WasMember says whether there is or ever was a team member with this e-mail
// address, active or not, or one who signed in with this account.
func (s *Store) WasMember(ctx context.Context, address, tenant, object string) (bool, error) {
	address, err := ReceivedAddress(address)
	if err != nil {
		return false, err
	}
	// The member comes before the mark: one who is deleted between the two
	// reads has left it.
	if _, found, err := s.MemberByAddress(ctx, address); found || err != nil {
		return found, err
	}
	for _, key := range []string{wasAddress(address), wasAccount(fold(tenant), fold(object))} {
		if _, found, err := find[struct{}](ctx, s, key); found || err != nil {
			return found, err
		}
	}
	return false, nil
}

// The marks of former team members are hashes: they recognise a person and tell
// nobody who left.
func wasAddress(address string) string        { return wasKey(keyOf("address", address)) }
func wasAccount(tenant, object string) string { return wasKey(keyOf("account", tenant, object)) }

func wasKey(of string) string {
	sum := sha256.Sum256([]byte(of))
	return keyOf("member-was", hex.EncodeToString(sum[:]))
}

package directory

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// MemberByPerson returns the team member, active or not, that is bound to an
// account (an object of a tenant), with one table operation.
func (s *Store) MemberByPerson(ctx context.Context, tenant, object string) (TeamMember, bool, error) {
	return find[TeamMember](ctx, s, keyOf("member-person", fold(tenant), fold(object)))
}

// Bind binds an account to the team member with an id. A team member has one
// account, and keeps it until an administrator unbinds it, changes the e-mail
// address or deletes the member. Errors: ErrNotFound; ErrBound when the team
// member has another account; *Conflict when the account has another member.
func (s *Store) Bind(ctx context.Context, id, tenant, object string) (TeamMember, error) {
	to := account{Tenant: fold(tenant), Object: fold(object)}
	return s.TeamMembers().update(ctx, id, "", func(m *TeamMember) error {
		if m.account.Object != "" && m.account != to {
			return fmt.Errorf("%s: %w", nameOf(*m), ErrBound)
		}
		m.account = to
		return nil
	}, called("team-member.bind"))
}

// called gives a change of a member the name of its action in the audit.
func called(action string) checker[TeamMember] {
	return func(_ context.Context, c *change, m, _ TeamMember) (TeamMember, error) {
		c.action = action
		return m, nil
	}
}

// Unbind removes the account of a team member: the next account that signs in
// with the member's e-mail address is bound. Errors: ErrNotFound, ErrChanged.
func (s *Store) Unbind(ctx context.Context, id, revision string) error {
	_, err := s.TeamMembers().update(ctx, id, revision, func(m *TeamMember) error {
		m.account = account{}
		return nil
	}, called("team-member.unbind"))
	return err
}

// WasMember says whether there is a mark of a present or former team member
// with this e-mail address or this account. It costs one query for the marks of
// all members, of which an office has dozens. A member whom an older version
// saved leaves a mark only when deleted: a caller that must find such a member
// too looks for members first and for marks after that.
func (s *Store) WasMember(ctx context.Context, address, tenant, object string) (bool, error) {
	address, err := ReceivedAddress(address)
	if err != nil {
		return false, err
	}
	byAddress, byAccount := wasAddress(address), wasAccount(fold(tenant), fold(object))
	for r, err := range s.rows(ctx, keyOf("member-was", "")) {
		if err != nil || r.Key == byAddress || r.Key == byAccount {
			return err == nil, err
		}
	}
	return false, nil
}

// The marks of former team members are hashes: they recognise a person, and do
// not show who left.
func wasAddress(address string) string        { return wasKey(keyOf("address", address)) }
func wasAccount(tenant, object string) string { return wasKey(keyOf("account", tenant, object)) }

func wasKey(of string) string {
	sum := sha256.Sum256([]byte(of))
	return keyOf("member-was", hex.EncodeToString(sum[:]))
}

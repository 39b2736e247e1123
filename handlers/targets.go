package main

import (
	"context"
	"errors"

	"kantoorpost/shared/connector"
	"kantoorpost/shared/directory"
)

// targets answers what a link stands for, from the directory.
type targets struct{ *directory.Store }

// LinkTarget tells whether the target of a link exists, and whether it brings
// anyone into a chat now. That the target itself needs no id and always exists
// is so for a link of kind contact only.
func (t targets) LinkTarget(ctx context.Context, link connector.Link, address string) (exists, anyone bool, err error) {
	switch link.Kind {
	case connector.LinkContact:
		m, ok, err := t.MemberByAddress(ctx, address)
		return true, ok && m.Active, err
	case connector.LinkRole:
		_, err = t.Role(ctx, link.ID)
	case connector.LinkProcessTeam:
		var team directory.ProcessTeam
		if team, err = t.Team(ctx, link.ID); err == nil {
			anyone, err = t.someoneActive(ctx, team.Members)
		}
	}
	if errors.Is(err, directory.ErrNotFound) {
		return false, false, nil
	}
	if err != nil || link.Kind != connector.LinkRole {
		return err == nil, anyone, err
	}
	anyone, err = t.someoneHas(ctx, link.ID)
	return true, anyone, err
}

// isOwn tells whether an e-mail address is the office's own: an active team
// member's, or an activated one. A former member is a stranger like any other,
// who may be made a contact and has no rights of a member.
func isOwn(ctx context.Context, d *directory.Store, c *connector.Store, email string) (bool, error) {
	m, member, err := d.MemberByAddress(ctx, email)
	if err != nil || member && m.Active {
		return member, err
	}
	_, err = c.Activation(ctx, email)
	if errors.Is(err, connector.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// someoneActive tells whether one of these team members is active.
func (t targets) someoneActive(ctx context.Context, ids []string) (bool, error) {
	for _, id := range ids {
		m, err := t.TeamMember(ctx, id)
		if err != nil && !errors.Is(err, directory.ErrNotFound) {
			return false, err
		}
		if m.Active {
			return true, nil
		}
	}
	return false, nil
}

// someoneHas tells whether an active team member has a role at some client.
func (t targets) someoneHas(ctx context.Context, role string) (bool, error) {
	for q := (directory.Query{Limit: 200}); ; {
		page, err := t.TeamMembers(ctx, q)
		if err != nil {
			return false, err
		}
		for _, m := range page.Items {
			if !m.Active {
				continue
			}
			roles, err := t.RolesOf(ctx, m.ID)
			if err != nil {
				return false, err
			}
			for _, r := range roles {
				if r == role {
					return true, nil
				}
			}
		}
		if q.After = page.Next; q.After == "" {
			return false, nil
		}
	}
}

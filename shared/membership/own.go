package membership

import (
	"context"
	"errors"

	"kantoorpost/shared/connector"
	"kantoorpost/shared/directory"
)

// Members finds team members, active or not, by their e-mail address.
type Members interface {
	MemberByAddress(ctx context.Context, address string) (directory.TeamMember, bool, error)
}

// Activations finds activated addresses; connector.ErrNotFound when there is none.
type Activations interface {
	Activation(ctx context.Context, idOrAddress string) (connector.Activation, error)
}

// Colleague returns the id of the active team member with an e-mail address.
func Colleague(ctx context.Context, members Members, address string) (id string, ok bool, err error) {
	m, found, err := members.MemberByAddress(ctx, address)
	if err != nil || !found || !m.Active {
		return "", false, err
	}
	return m.ID, true, nil
}

// Own tells whether an e-mail address is the office's own: an active team
// member's, or one that was ever activated. A former colleague is a stranger like
// any other, who may be made a contact and has no rights of a member.
func Own(ctx context.Context, members Members, activations Activations, address string) (bool, error) {
	if _, ok, err := Colleague(ctx, members, address); err != nil || ok {
		return ok, err
	}
	_, err := activations.Activation(ctx, address)
	if errors.Is(err, connector.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

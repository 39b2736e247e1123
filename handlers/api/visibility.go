package api

import (
	"context"
	"slices"
	"time"

	"kantoorpost/shared/access"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/connector"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/membership"
)

// visibility returns the mailboxes whose mail the actor may see. It reads the
// activations only for an actor who may not see all mail.
func (a *api) visibility(ctx context.Context) (access.Visibility, error) {
	who := actor(ctx)
	if access.Can(who, access.MailsRead, access.Other) {
		return access.Visibility{All: true}, nil
	}
	return access.Remember(ctx, "visibility "+who.ID(), func() (access.Visibility, error) {
		activations, err := a.activations(ctx)
		if err != nil {
			return access.Visibility{}, err
		}
		return access.VisibilityOf(ctx, who, activations, linksOnce{a.Directory}, time.Now())
	})
}

// activations are those of all mailboxes, also of those that are not active now.
func (a *api) activations(ctx context.Context) ([]connector.Activation, error) {
	boxes, err := a.Connectors.Boxes(ctx)
	var all []connector.Activation
	for _, b := range boxes {
		all = append(all, b.Activation)
	}
	return all, err
}

// linksOnce looks for those for whom a member stands in only once in a request.
type linksOnce struct{ *directory.Store }

// SubstitutedBy is that of the directory.
func (l linksOnce) SubstitutedBy(ctx context.Context, member string, at time.Time) ([]directory.TeamMember, error) {
	return access.Remember(ctx, "substituted by "+member,
		func() ([]directory.TeamMember, error) { return l.Store.SubstitutedBy(ctx, member, at) })
}

// selves are the ids of the caller and of the team members for whom he or she
// stands in now: their chats count as the caller's. It is empty for an
// application.
func (a *api) selves(ctx context.Context) ([]string, error) {
	me := actor(ctx).Member
	if me.ID == "" {
		return nil, nil
	}
	return access.Remember(ctx, "selves "+me.ID, func() (ids []string, err error) {
		all, err := membership.Represented(ctx, linksOnce{a.Directory}, me, time.Now())
		for _, m := range all {
			ids = append(ids, m.ID)
		}
		return ids, err
	})
}

// part says whether a chat is the caller's own or another's.
func (a *api) part(ctx context.Context, c chat.Chat) (access.Object, error) {
	if me := actor(ctx).Member.ID; me != "" && slices.Contains(c.Members, me) {
		return access.Linked, nil
	}
	selves, err := a.selves(ctx)
	if err == nil && slices.ContainsFunc(c.Members, func(m string) bool { return slices.Contains(selves, m) }) {
		return access.Linked, nil
	}
	return access.Other, err
}

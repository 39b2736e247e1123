package membership

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"kantoorpost/shared/connector"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
)

// A Source answers what links name: an Office, or what somebody keeps of one.
// Role and Team fail with directory.ErrNotFound.
type Source interface {
	Staff(ctx context.Context) (*Staff, error)
	Role(ctx context.Context, id string) (directory.Role, error)
	Team(ctx context.Context, id string) (directory.ProcessTeam, error)
	// Roles returns who has which role at a client, in order; at any client for "".
	Roles(ctx context.Context, client string) ([]directory.Link, error)
}

// Load returns the facts that a link needs at a client, or at any client for
// "". It fails with directory.ErrNotFound when the role or team is gone.
func Load(ctx context.Context, s Source, link connector.Link, client string) (f Facts, err error) {
	if f.Staff, err = s.Staff(ctx); err != nil {
		return f, err
	}
	switch link.Kind {
	case connector.LinkRole:
		var r directory.Role
		if r, err = s.Role(ctx, link.ID); err == nil {
			f.Name = r.Name
			f.Roles, err = s.Roles(ctx, client)
		}
	case connector.LinkProcessTeam:
		var t directory.ProcessTeam
		t, err = s.Team(ctx, link.ID)
		f.Name, f.Teams = t.Name, map[string][]string{link.ID: t.Members}
	}
	return f, err
}

// Joiners returns the ids of those whom the link of an address brings into a
// chat with a client, or the reason why there is nobody.
func Joiners(ctx context.Context, s Source, link connector.Link, address, client string,
	at time.Time) (ids []string, reason item.Reason, err error) {
	f, err := Load(ctx, s, link, client)
	if errors.Is(err, directory.ErrNotFound) {
		return nil, item.LinkRemoved, nil
	}
	if err != nil {
		return nil, "", err
	}
	joiners, reason := f.Joiners(link, address, at)
	for _, j := range joiners {
		ids = append(ids, j.ID)
	}
	return ids, reason, nil
}

// Directory is what an Office reads.
type Directory interface {
	AllMembers(ctx context.Context) ([]directory.TeamMember, error) // by name
	Role(ctx context.Context, id string) (directory.Role, error)
	Team(ctx context.Context, id string) (directory.ProcessTeam, error)
	ClientTeam(ctx context.Context, client string) ([]directory.Link, error)
	RolesOf(ctx context.Context, member string) ([]string, error)
}

// An Office is a Source that reads the directory, team members and their roles
// only once. It is for one goroutine until it has read both.
type Office struct {
	Directory
	members []directory.TeamMember // by name
	staff   *Staff
	roles   []directory.Link // at any client
}

// Staff returns all team members. An office has dozens of them: one query is
// cheaper than one read for each.
func (o *Office) Staff(ctx context.Context) (*Staff, error) {
	if o.staff != nil {
		return o.staff, nil
	}
	var err error
	if o.members, err = o.AllMembers(ctx); err != nil {
		return nil, fmt.Errorf("read team members: %w", err)
	}
	o.staff = NewStaff(o.members...)
	return o.staff, nil
}

// rolesAtOnce is how many team members' roles are read at the same time.
const rolesAtOnce = 8

// Roles returns who has which role at a client, in order; for "" which team members,
// by name, have which role at any client.
func (o *Office) Roles(ctx context.Context, client string) ([]directory.Link, error) {
	if client != "" {
		return o.ClientTeam(ctx, client)
	}
	if o.roles != nil {
		return o.roles, nil
	}
	if _, err := o.Staff(ctx); err != nil {
		return nil, err
	}
	// Each read runs to its end and all errors are joined: the first alone may be
	// less telling than another, and cancelling the others would hide those.
	roles, errs := make([][]string, len(o.members)), make([]error, len(o.members))
	var reads errgroup.Group
	reads.SetLimit(rolesAtOnce)
	for i, m := range o.members {
		reads.Go(func() error {
			roles[i], errs[i] = o.RolesOf(ctx, m.ID)
			return nil
		})
	}
	_ = reads.Wait() // the errors are in errs
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	links := []directory.Link{}
	for i, m := range o.members {
		for _, r := range roles[i] {
			links = append(links, directory.Link{Member: m.ID, Role: r})
		}
	}
	o.roles = links
	return links, nil
}

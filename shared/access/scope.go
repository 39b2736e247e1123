package access

import (
	"context"
	"slices"
	"time"

	"kantoorpost/shared/directory"
)

// An Activation holds those properties of an activated mailbox that decide who
// may see its mail.
type Activation struct {
	ID      string // id of the mailbox
	Address string
	Kind    string // "contact", "role" or "process-team"
	Link    string // id of the role or the process team
}

// Links finds what a team member is linked with.
type Links interface {
	// RolesOf returns the ids of the roles that a member has at some client.
	RolesOf(ctx context.Context, member string) ([]string, error)
	// TeamsOf returns the ids of the process teams that a member is in.
	TeamsOf(ctx context.Context, member string) ([]string, error)
	// SubstitutedBy returns the team members for whom a member is the
	// substitute at a time.
	SubstitutedBy(ctx context.Context, member string, at time.Time) ([]directory.TeamMember, error)
}

// A Scope lists the mailboxes whose mail an actor may see.
type Scope struct {
	All       bool
	Mailboxes map[string]bool
}

// Sees says whether mail of the given mailbox is in the scope.
func (s Scope) Sees(mailbox string) bool { return s.All || s.Mailboxes[mailbox] }

// Object says how a mail of the given mailbox is linked with the actor.
func (s Scope) Object(mailbox string) Object {
	if s.Mailboxes[mailbox] {
		return Linked
	}
	return Other
}

// ScopeOf returns the mailboxes whose mail actor may see. An actor who may see
// mail of others sees all of them. Any other actor sees a mailbox if its address
// is the actor's own, if the actor has its role at some client, or if the actor
// is in its process team; and the mailboxes that a person for whom the actor is
// the substitute at that time sees like that. The actor's own rights decide what
// the actor may do with such mail. It asks links only what the activations need.
func ScopeOf(ctx context.Context, actor Actor, activations []Activation, links Links, at time.Time) (Scope, error) {
	scope := Scope{All: Can(actor, MailsRead, Other), Mailboxes: map[string]bool{}}
	if scope.All || !Can(actor, MailsRead, Linked) {
		return scope, nil
	}
	away, err := links.SubstitutedBy(ctx, actor.Member.ID, at)
	if err != nil {
		return Scope{}, err
	}
	for _, m := range append([]directory.TeamMember{actor.Member}, away...) {
		if err := scope.add(ctx, m, activations, links); err != nil {
			return Scope{}, err
		}
	}
	return scope, nil
}

// add adds the mailboxes that a team member is linked with.
func (s Scope) add(ctx context.Context, m directory.TeamMember, activations []Activation, links Links) (err error) {
	var roles, teams []string
	if linked(activations, "role") {
		if roles, err = links.RolesOf(ctx, m.ID); err != nil {
			return err
		}
	}
	if linked(activations, "process-team") {
		if teams, err = links.TeamsOf(ctx, m.ID); err != nil {
			return err
		}
	}
	for _, a := range activations {
		switch a.Kind {
		case "contact":
			address, err := directory.ReceivedAddress(a.Address)
			if err == nil && address == m.Email {
				s.Mailboxes[a.ID] = true
			}
		case "role":
			if slices.Contains(roles, a.Link) {
				s.Mailboxes[a.ID] = true
			}
		case "process-team":
			if slices.Contains(teams, a.Link) {
				s.Mailboxes[a.ID] = true
			}
		}
	}
	return nil
}

func linked(activations []Activation, kind string) bool {
	return slices.ContainsFunc(activations, func(a Activation) bool { return a.Kind == kind })
}

package access

import (
	"context"
	"time"

	"kantoorpost/shared/connector"
	"kantoorpost/shared/membership"
)

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
// mail of others sees all of them; any other actor sees membership.Mailboxes. The
// actor's own rights decide what the actor may do with such mail.
func ScopeOf(ctx context.Context, actor Actor, activations []connector.Activation, links membership.Links, at time.Time) (Scope, error) {
	if Can(actor, MailsRead, Other) {
		return Scope{All: true}, nil
	}
	if !Can(actor, MailsRead, Linked) {
		return Scope{}, nil
	}
	mailboxes, err := membership.Mailboxes(ctx, links, actor.Member, activations, at)
	return Scope{Mailboxes: mailboxes}, err
}

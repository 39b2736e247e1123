package access

import (
	"context"
	"time"

	"kantoorpost/shared/connector"
	"kantoorpost/shared/membership"
)

// A Visibility lists the mailboxes whose mail an actor may see.
type Visibility struct {
	All       bool
	Mailboxes map[string]bool
}

// Sees says whether mail of the given mailbox is visible.
func (v Visibility) Sees(mailbox string) bool { return v.All || v.Mailboxes[mailbox] }

// Object says how a mail of the given mailbox is linked with the actor.
func (v Visibility) Object(mailbox string) Object {
	if v.Mailboxes[mailbox] {
		return Linked
	}
	return Other
}

// VisibilityOf returns the mailboxes whose mail actor may see. An actor who may see
// mail of others sees all of them; any other actor sees membership.Mailboxes. The
// actor's own rights decide what the actor may do with such mail.
func VisibilityOf(ctx context.Context, actor Actor, activations []connector.Activation, links membership.Links,
	at time.Time) (Visibility, error) {
	if Can(actor, MailsRead, Other) {
		return Visibility{All: true}, nil
	}
	if !Can(actor, MailsRead, Linked) {
		return Visibility{}, nil
	}
	mailboxes, err := membership.Mailboxes(ctx, links, actor.Member, activations, at)
	return Visibility{Mailboxes: mailboxes}, err
}

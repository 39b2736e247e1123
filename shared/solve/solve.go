// Package solve does what people decide about mail that waits: it changes what
// stood in the way, keeps what that teaches, and has all mail decided again
// that this answers. It decides no mail itself, and knows nothing of who may
// do what.
//
// # The order of writes
//
// First the directory changes, with the rule that was taught, in one
// transaction; then the mail says what was done to it, by whom, in another; then
// all mail that this answers is decided. What dies in between is finished by the
// tick: a changed directory has parked mail decided again, and a mail that was
// solved is open work.
//
// Taking back goes the same way: the rule and what it put in the directory
// first, then each mail, one by one, from its chat to open work. A rule that is
// being undone says so, and the tick goes on with it.
package solve

import (
	"context"
	"errors"
	"fmt"
	"time"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/job"
)

// A Desk is where people solve what waits.
type Desk struct {
	Directory *directory.Store
	Items     *item.Store
	Chats     *chat.Store
	// Decide decides mails at once; what it leaves undone, Jobs do later.
	Decide func(ctx context.Context, j job.Process) error
	Jobs   interface {
		Put(ctx context.Context, j job.Job) error
	}
	// Own tells whether an e-mail address is the office's own: a team member's
	// or an activated one. Such an address is never anybody's at a client.
	Own func(ctx context.Context, email string) (bool, error)
}

// A Scope says how much a solution is about.
type Scope string

// The scopes. The zero Scope is the usual one of an action.
const (
	Once     Scope = "once"   // this mail
	OfSender Scope = "sender" // all mail of the sender, now and later
	OfList   Scope = "list"   // all mail of the mailing list, now and later
)

// A Solution is what a person decides about one mail.
type Solution struct {
	Action  item.Action
	Contact string // LinkContact: id
	Client  string // ChooseClient: id. CreateContact: id, or "" when the newcomer has none yet
	Scope   Scope  // Dismiss and Release: Once unless another is given
	Alone   bool   // for this mail only: nothing is learned from it

	Name, Email, Phone, Function string // CreateContact; Email is the sender's unless given
}

// A Result is what became of it.
type Result struct {
	Mail     item.Item
	Released int    // mails that no longer wait, the solved one among them
	Pending  int    // mails that are still being decided
	Rule     string // id of what was taught; "" when nothing was
}

// A NotWaiting error says that a mail cannot be solved any more: somebody was
// faster.
type NotWaiting struct{ Mail item.Item }

func (e *NotWaiting) Error() string {
	return fmt.Sprintf("mail %s waits no longer: it is %s", e.Mail.ID, e.Mail.State)
}

// An Unfit error says that an action is no solution for why the mail waits.
type Unfit struct {
	Action item.Action
	Reason item.Reason
	Fit    []item.Action
}

func (e *Unfit) Error() string {
	return fmt.Sprintf("%s does not solve %s; what does is %v", e.Action, e.Reason, e.Fit)
}

// An Invalid error says which field of a solution is wrong and what is expected there.
type Invalid struct{ Field, Expected string }

func (e *Invalid) Error() string { return e.Field + ": expected " + e.Expected }

// A Gone error says that what a solution names was deleted meanwhile.
type Gone struct{ Kind, ID string }

func (e *Gone) Error() string {
	return fmt.Sprintf("%s %s is not in the directory any more", e.Kind, e.ID)
}

// A Written error says that something cannot be taken back, because people
// have written in chats that it led to.
type Written struct{ Chats []string }

func (e *Written) Error() string {
	return fmt.Sprintf("somebody has written in %d chats that this led to, first in chat %s", len(e.Chats), e.Chats[0])
}

// ErrNothing means that nothing was done to a mail that could be taken back.
var ErrNothing = errors.New("nothing to take back")

// atOnce is how many mails are decided before a person gets an answer; the rest
// goes to the queue.
const atOnce = 40

// perJob is how many mails one job carries.
const perJob = 20

// settle has mails decided, the first ones at once, and tells how many of these
// are not parked any more, and how many others are still to come.
func (d *Desk) settle(ctx context.Context, why, by string, ids []string) (released, pending int, err error) {
	now, later := ids[:min(len(ids), atOnce)], ids[min(len(ids), atOnce):]
	if len(now) > 0 {
		j := job.Process{Job: "process", Why: why, Mails: now, By: by}
		short, cancel := context.WithTimeout(ctx, 30*time.Second)
		defer cancel()
		if d.Decide(short, j) != nil {
			later = ids // whatever failed is tried again by the host, and then by the tick
		}
	}
	for rest := later; len(rest) > 0; {
		part := rest[:min(len(rest), perJob)]
		rest = rest[len(part):]
		if err := d.Jobs.Put(ctx, job.Process{Job: "process", Why: why, Mails: part, By: by}); err != nil {
			return 0, 0, err
		}
	}
	items, err := d.Items.Load(ctx, now)
	if err != nil {
		return 0, 0, err
	}
	for _, it := range items {
		if it.State == item.Processed || it.State == item.Dismissed {
			released++
		}
	}
	return released, len(later), nil
}

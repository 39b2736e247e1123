// Package solve does what people decide about mail that waits: it changes what
// stood in the way, keeps what that teaches, and has all mail decided again
// that this answers. It decides no mail itself, and knows nothing of who may
// do what.
//
// # The order of writes
//
// A solution is carried out in three transactions. First the mail gets a Claim
// with the whole solution, on condition that it is still as it was when it was
// found to wait for a reason that the solution fits and that the person may
// decide about: until then nothing is taught, and whoever comes too late or has
// no right has changed nothing. Then the directory changes, with the rule that
// is taught. Then the mail says what was done to it, without its Claim, and all
// mail that this answers is decided.
//
// A solution that the directory refuses, because the contact was deleted or the
// address is another's, takes its Claim back. What dies in between is finished by the
// tick: a claimed mail is open work, and whoever decides it finds the Claim and
// has the solution carried out first (Finish). Every step may be repeated.
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
type Service struct {
	Directory *directory.Store
	Items     *item.Store
	Chats     *chat.Store
	// Decide decides mails at once, for who asks, "" for nobody; what it leaves
	// undone, Jobs do later.
	Decide func(ctx context.Context, by string, mails []string) error
	Jobs   interface {
		Put(ctx context.Context, j job.Job) error
	}
	// Own tells whether an e-mail address is the office's own: a team member's
	// or an activated one. Such an address is never anybody's at a client.
	Own func(ctx context.Context, email string) (bool, error)
}

// A Solution is what a person decides about one mail; it is kept while it is
// being carried out.
type (
	Solution = item.Solution
	Scope    = item.Scope
)

// The scopes, as in package item.
const (
	Once     = item.Once
	OfSender = item.OfSender
	OfList   = item.OfList
)

// A Person is who solves mail, with what he or she may do.
type Person struct {
	ID string
	// May refuses an action on a mail as it is now, with the error that the
	// person gets. It is asked about the very mail that is then changed on
	// condition that nobody changed it since.
	May func(it item.Item, action item.Action) error
	// Manager says that the person may switch rules and take back what they,
	// or others, decided.
	Manager bool
}

// A Result is what became of it.
type Result struct {
	Mail     item.Item
	Released int    // mails that no longer wait, the solved one among them
	Pending  int    // mails that are still being decided
	Rule     string // id of what was taught; "" when nothing was
}

// A Busy error says that another solution of a mail is being carried out.
type Busy struct{ Mail item.Item }

func (e *Busy) Error() string {
	return fmt.Sprintf("mail %s is being solved at this moment", e.Mail.ID)
}

// A NotYours error says that only a manager takes something back, and why.
type NotYours struct{ Why string }

func (e *NotYours) Error() string { return "only a manager takes this back: " + e.Why }

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
func (d *Service) settle(ctx context.Context, why, by string, ids []string) (released, pending int, err error) {
	now, later := ids[:min(len(ids), atOnce)], ids[min(len(ids), atOnce):]
	if len(now) > 0 {
		short, cancel := context.WithTimeout(ctx, 30*time.Second)
		defer cancel()
		if d.Decide(short, by, now) != nil {
			later = ids // whatever failed is tried again by the host, and then by the tick
		}
	}
	for rest := later; len(rest) > 0; {
		part := rest[:min(len(rest), perJob)]
		rest = rest[len(part):]
		if err := d.Jobs.Put(ctx, job.Process{Job: "process", Why: why, Mails: part}); err != nil {
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

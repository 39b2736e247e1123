// Package solve carries out what people decide about mail that waits: it changes
// the directory, stores what can be learned from that, and has all affected mail
// decided again. It decides no mail itself, and does not know who may do what.
//
// # The order of writes
//
// A solution takes three transactions. The first gives the mail a Claim with the
// whole solution. It fails if the mail has changed since it was read and since the
// person's rights and the reason were checked: a person who is too late or has no
// right changes nothing. The second changes the directory and the learned rule.
// The third stores the Override on the mail and removes the Claim. Then all
// affected mail is decided.
//
// When the directory refuses a solution, because the contact was deleted or the
// address is another contact's, the Claim is removed. When the process dies in
// between, the tick finishes the solution: a claimed mail is open work, and its
// next decision carries out the solution first (Finish). Every step may be
// repeated.
//
// An undo works in the same way: first the rule and what it put in the directory,
// then each mail, one by one, from its chat to open work. The rule is in state
// undoing meanwhile, so the tick can continue.
//
// # Parts
//
// Solve (command.go) has a function for each action (action.go, create.go, dismiss.go). Undo is in
// undo.go, undo_mail.go and undo_rule.go; what people do with many mails in many.go; what is
// learned when people choose another client in client.go.
package solve

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/job"
	"kantoorpost/shared/membership"
)

// A Service solves mail and undoes solutions.
type Service struct {
	Directory *directory.Store
	Items     *item.Store
	Chats     *chat.Store
	// Decide decides mails at once. By is the id of the person who retries them, ""
	// for nobody. Mails that it does not get to are decided by Jobs.
	Decide func(ctx context.Context, by string, mails []string) error
	Jobs   job.Putter
	// Activations tell, with Directory, whether an e-mail address is the office's
	// own. Such an address never becomes a contact's.
	Activations membership.Activations
}

// Own tells whether an e-mail address is the office's own: see membership.Own.
func (s *Service) Own(ctx context.Context, email string) (bool, error) {
	return membership.Own(ctx, s.Directory, s.Activations, email)
}

// A Person solves mail, with certain rights.
type Person struct {
	ID string
	// May refuses an action on a mail, with the error that the person gets. The
	// change that follows fails if that version of the mail is no longer the last.
	May func(it item.Item, action item.Action) error
	// Manager says that the person may switch rules, and undo decisions of rules
	// and solutions of others.
	Manager bool
}

// A Result says what a solution, a retry or an undo has done.
type Result struct {
	Mail     item.Item
	Released int    // mails that no longer wait, the solved one among them; of an undo, mails that are open work again
	Pending  int    // mails that are still to be decided
	Rule     string // id of the rule that learned from the solution; "" when none did
}

// A Busy error says that another solution of a mail is being carried out.
type Busy struct{ Mail item.Item }

func (e *Busy) Error() string {
	return fmt.Sprintf("mail %s is being solved at this moment", e.Mail.ID)
}

// A ManagerOnly error says that only a manager may undo something, and why.
type ManagerOnly struct{ Why string }

func (e *ManagerOnly) Error() string { return "only a manager may undo this: " + e.Why }

// A NotWaiting error says that a mail no longer waits: somebody else solved it
// first.
type NotWaiting struct{ Mail item.Item }

func (e *NotWaiting) Error() string {
	return fmt.Sprintf("mail %s waits no longer: it is %s", e.Mail.ID, e.Mail.State)
}

// A WrongAction error says that an action does not solve the reason of a mail.
type WrongAction struct {
	Action  item.Action
	Reason  item.Reason
	Allowed []item.Action
}

func (e *WrongAction) Error() string {
	return fmt.Sprintf("%s does not solve %s; these do: %v", e.Action, e.Reason, e.Allowed)
}

// An Invalid error says which field of a solution is wrong and what is expected there.
type Invalid struct{ Field, Expected string }

func (e *Invalid) Error() string { return e.Field + ": expected " + e.Expected }

// A Gone error says that an object that a solution names was deleted meanwhile.
type Gone struct{ Kind, ID string }

func (e *Gone) Error() string {
	return fmt.Sprintf("%s %s is not in the directory any more", e.Kind, e.ID)
}

// A HasNotes error says that something cannot be undone, because people have
// written notes or replies in the chats of its mail.
type HasNotes struct{ Chats []string }

func (e *HasNotes) Error() string {
	return fmt.Sprintf("%d chats have notes or replies, first chat %s", len(e.Chats), e.Chats[0])
}

// ErrNothing means that a mail has no solution and no decision that can be undone.
var ErrNothing = errors.New("nothing to undo")

// decideNow is how many mails are decided before a person gets an answer; the rest
// goes to the queue.
const decideNow = 40

// perJob is how many mails one job carries.
const perJob = 20

// decideAll decides the first mails at once and puts jobs for the others. Released
// is how many of the first no longer wait, pending how many others there are.
func (s *Service) decideAll(ctx context.Context, why, by string, ids []string) (released, pending int, err error) {
	now, later := ids[:min(len(ids), decideNow)], ids[min(len(ids), decideNow):]
	if len(now) > 0 {
		short, cancel := context.WithTimeout(ctx, 30*time.Second)
		defer cancel()
		if s.Decide(short, by, now) != nil {
			later = ids // a job of all of them is repeated by the host, and then by the tick
		}
	}
	for part := range slices.Chunk(later, perJob) {
		if err := s.Jobs.Put(ctx, job.Process{Why: why, Mails: part}); err != nil {
			return 0, 0, err
		}
	}
	items, err := s.Items.Load(ctx, now)
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

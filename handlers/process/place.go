package process

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"reflect"
	"slices"
	"time"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/invoke"
	"kantoorpost/shared/item"
	"kantoorpost/shared/mailtext"
	"kantoorpost/shared/table"
)

// maxTries is how often one mail is decided in one job: a decision fails when
// somebody else has changed the mail or the chat meanwhile.
const maxTries = 5

// place decides one mail until the decision is stored. Same says that the mail was
// parked and still is, for the same reason.
func (r *run) place(ctx context.Context, it item.Item) (same bool, err error) {
	r.placed[it.ID] = true
	ctx = invoke.With(ctx, slog.String("mail", it.ID), slog.String("mailbox", it.Mailbox))
	for try := range maxTries {
		if it.State == item.Processed || it.State == item.Dismissed {
			return false, nil
		}
		if it.Claim != nil {
			return false, r.Finish(ctx, it)
		}
		d, err := decideSafely(ctx, it, r.records, try > 0)
		if err == nil && d.starts() {
			d, err = r.placeAnswered(ctx, it, d)
		}
		if err == nil && d.Create != nil {
			err = r.createContact(ctx, it, *d.Create)
			if err == nil {
				continue // now the sender is known, and the mail is decided like any other
			}
			if unread := (*notAnalysed)(nil); errors.As(err, &unread) {
				d, err = decision{Reason: item.NotAnalysed, Detail: unread.Error()}, nil
			}
		}
		if err == nil && d.addsClient() {
			err = r.addClient(ctx, d)
			if errors.Is(err, directory.ErrNotFound) {
				continue // deleted meanwhile
			}
		}
		if err == nil && try > 0 && d.starts() {
			d.Start, err = r.Chats.FreeID(ctx, it)
		}
		if err != nil {
			return false, err
		}
		if it.Sent && d.starts() {
			return false, r.forget(ctx, it)
		}
		if it.State == item.Parked && !d.Dismiss && it.Reason == d.Reason && reflect.DeepEqual(it.Facts, d.Facts) && r.by == "" {
			return r.stays(ctx, it, d)
		}
		if err := r.noteDelivery(ctx, it, d); err != nil {
			return false, err
		}
		err = r.commit(ctx, it, d)
		if errors.Is(err, table.ErrTooLarge) {
			// Repeating does not help: people must see the mail, with the error.
			err = r.commit(ctx, it, decision{Reason: item.Technical, Detail: err.Error()})
		}
		if !table.IsConflict(err) {
			return false, err
		}
		// Somebody else changed the mail or the chat, or the answer of the table was lost.
		it, err = r.Items.Get(ctx, it.ID)
		if errors.Is(err, item.ErrNotFound) {
			return false, nil // deleted meanwhile
		}
		if err != nil {
			return false, err
		}
	}
	return false, fmt.Errorf("no decision could be stored in %d tries", maxTries)
}

// stays stores what the decision on a mail rests on that stays parked for the same reason.
// Same says that even that is what it was.
func (r *run) stays(ctx context.Context, it item.Item, d decision) (same bool, err error) {
	if slices.Equal(it.Lookups, d.Lookups) {
		return true, nil
	}
	it.Lookups = d.Lookups
	err = r.Items.Commit(ctx, it.Transition(it.State, r.decisionVersion(it))...)
	if table.IsConflict(err) { // somebody changed the mail: the next tick decides it
		err = nil
	}
	return false, err
}

// keepSent is how long a sent mail is kept that answers one which still waits for a
// person.
const keepSent = 30 * 24 * time.Hour

// forget deletes a sent mail that answers nothing in a chat, unless what it answers
// still waits: then the tick decides it again.
func (r *run) forget(ctx context.Context, it item.Item) error {
	if time.Since(it.Stored) < keepSent {
		for _, id := range it.Answers() {
			earlier, err := r.Items.ByMessageID(ctx, id)
			if err != nil {
				return err
			}
			if slices.ContainsFunc(earlier, item.Item.Waits) {
				return nil
			}
		}
	}
	slog.InfoContext(ctx, "sent mail of no chat forgotten")
	return r.Items.Forget(ctx, it)
}

// placeAnswered first decides the mails that this one answers and that are stored but
// in no chat yet, and then decides this one again: jobs are done in any order, and an
// answer belongs behind the mail that it answers.
func (r *run) placeAnswered(ctx context.Context, it item.Item, d decision) (decision, error) {
	again := false
	for _, id := range it.Answers() {
		earlier, err := r.Items.ByMessageID(ctx, id)
		if err != nil {
			return d, err
		}
		for _, e := range earlier {
			if e.State == item.Processed || r.placed[e.ID] {
				continue
			}
			if _, known := r.records.addresses[e.Mailbox]; !known {
				more, err := r.addresses(ctx, earlier)
				if err != nil {
					return d, err
				}
				changed := *r.records
				changed.addresses = maps.Clone(changed.addresses)
				maps.Copy(changed.addresses, more)
				r.records = &changed
			}
			if _, err := r.place(ctx, e); err != nil {
				return d, fmt.Errorf("mail %s, which it answers: %w", e.ID, err)
			}
		}
		again = again || len(earlier) > 0
	}
	if !again {
		return d, nil
	}
	return decideSafely(ctx, it, r.records, false)
}

// decideLimit is how long all reads of one decision may take. A decision that runs
// decideMargin longer no longer reads but calculates.
const decideLimit, decideMargin = time.Minute, 15 * time.Second

// decideSafely is decide for every possible mail: one on which decide panics or does
// not end is parked with the error, and is not tried for ever. An error is one of the
// tables.
func decideSafely(ctx context.Context, it item.Item, o office, again bool) (decision, error) {
	reads, cancel := context.WithTimeout(ctx, decideLimit)
	defer cancel()
	type result struct {
		d   decision
		err error
	}
	reads, lookups := directory.Observe(reads)
	out, err := mailtext.Bounded(decideLimit+decideMargin, func() result {
		d, err := decide(reads, it, o, again)
		d.Lookups = lookups.Hashes()
		return result{d, err}
	})
	var broken *mailtext.PanicError
	var unread *notAnalysed
	switch {
	case errors.As(err, &broken):
		slog.ErrorContext(ctx, "deciding panicked", "panic", fmt.Sprint(broken.Value), "stack", string(broken.Stack))
		return decision{Reason: item.Technical, Detail: fmt.Sprint("deciding: ", broken.Value), Lookups: lookups.Hashes()}, nil
	case err != nil:
		slog.ErrorContext(ctx, "deciding does not end", "error", err)
		reason := item.NotAnalysed
		if it.Override.Releases(reason) {
			reason = item.Technical // releasing it again would not help
		}
		return decision{Reason: reason, Detail: err.Error(), Lookups: lookups.Hashes()}, nil
	case errors.As(out.err, &unread):
		slog.ErrorContext(ctx, "mail not analysed", "error", out.err)
		return decision{Reason: item.NotAnalysed, Detail: unread.Error(), Lookups: lookups.Hashes()}, nil
	}
	return out.d, out.err
}

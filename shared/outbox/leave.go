package outbox

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/ids"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/table"
)

// Claim gives a reply to the job that sends it: from now on nobody can take the reply
// back. Another job may claim it when this claim has ended. Errors: ErrChanged when
// somebody was first, ErrState when it is not due, not waiting or claimed.
func (s *Store) Claim(ctx context.Context, r Reply) (Reply, error) {
	now := s.now()
	due := r.State.IsWaiting() && !r.LeavesAt.After(now)
	abandoned := r.State == Sending && !r.ClaimEnds.After(now)
	if !due && !abandoned {
		return r, ErrState
	}
	before := r
	if due {
		r.Taken = now
	}
	r.State, r.Claim, r.ClaimEnds, r.NextTry = Sending, ids.Random(), now.Add(ClaimLife), time.Time{}
	got, err := s.write(ctx, before, r)
	if errors.Is(err, ErrChanged) {
		// The first attempt may have taken effect and lost its answer.
		if now, readErr := s.Load(ctx, r.ID); readErr == nil && now.Claim == r.Claim {
			return now, nil
		}
	}
	return got, err
}

// Release ends the claim of a job before its time, and says when the next job should
// continue: the tick puts none before. It does nothing when the job no longer has the
// claim.
func (s *Store) Release(ctx context.Context, r Reply, next time.Time) error {
	now, err := s.Load(ctx, r.ID)
	if err != nil || now.State != Sending || now.Claim != r.Claim {
		return err
	}
	after := now
	after.ClaimEnds, after.NextTry = s.now(), next.UTC().Truncate(time.Millisecond)
	if _, err = s.write(ctx, now, after); errors.Is(err, ErrChanged) {
		return nil
	}
	return err
}

// step changes a claimed reply. When the answer to the write was lost, it finds that
// out by reading the reply again.
func (s *Store) step(ctx context.Context, before, after Reply, done func(Reply) bool, ops ...table.Op) (Reply, error) {
	got, err := s.write(ctx, before, after, ops...)
	if errors.Is(err, ErrChanged) {
		if now, readErr := s.Load(ctx, before.ID); readErr == nil && now.Claim == before.Claim && done(now) {
			return now, nil
		}
	}
	return got, err
}

// SaveDraftIDs stores the draft that was made for a reply in its mailbox. From now
// on answers to its internet message id find the chat. Errors: ErrChanged.
func (s *Store) SaveDraftIDs(ctx context.Context, r Reply, draftID, internetMessageID string) (Reply, error) {
	before := r
	r.DraftID, r.InternetMessageID = draftID, internetMessageID
	ops := append(nameOps(r), chat.MessageOp(r.Chat, r.message()))
	return s.step(ctx, before, r, func(now Reply) bool { return now.DraftID == draftID }, ops...)
}

// SaveSendStarted stores that the draft is about to be told to leave: from now on
// whether it left is in doubt until the mailbox says so. Errors: ErrChanged.
func (s *Store) SaveSendStarted(ctx context.Context, r Reply) (Reply, error) {
	before := r
	r.SendStarted, r.Sends = s.now(), r.Sends+1
	return s.step(ctx, before, r, func(now Reply) bool { return now.Sends == r.Sends })
}

// NotTaken stores that Exchange certainly did not take the draft that it was last told
// to send: nothing is in doubt. Errors: ErrChanged.
func (s *Store) NotTaken(ctx context.Context, r Reply) (Reply, error) {
	before := r
	r.SendStarted = time.Time{}
	return s.step(ctx, before, r, func(now Reply) bool { return now.SendStarted.IsZero() })
}

// MarkSent stores that a reply left at a time. The other members of the chat have
// something to look at. Errors: ErrChanged.
func (s *Store) MarkSent(ctx context.Context, r Reply, at time.Time) (Reply, error) {
	after := r
	after.State, after.SentAt, after.Reason, after.Detail = Sent, at.UTC().Truncate(time.Millisecond), "", ""
	after.Claim, after.ClaimEnds = "", time.Time{}
	after.setRecipients("", func(to *Recipient) { to.State, to.Status = RecipientSent, "" })
	return s.changeWithChat(ctx, r, Sent, func(c chat.Chat) (Reply, error) {
		ops, err := s.chats.Sent(ctx, c, after.message())
		if err != nil {
			return r, err
		}
		return s.write(ctx, r, after, append(ops, s.audit(ctx, after, "reply.sent", map[string]string{"chat": c.ID}))...)
	})
}

// changeWithChat calls change, which brings a reply to a state together with its chat,
// again when somebody changed only the chat meanwhile. Errors: ErrChanged when the reply
// was changed.
func (s *Store) changeWithChat(ctx context.Context, r Reply, state State, change func(chat.Chat) (Reply, error)) (Reply, error) {
	for range table.Tries(ctx) {
		c, err := s.chats.Get(ctx, r.Chat)
		if err != nil {
			return r, err
		}
		got, err := change(c)
		if !errors.Is(err, ErrChanged) {
			return got, err
		}
		now, readErr := s.Load(ctx, r.ID)
		switch {
		case readErr != nil:
			return r, readErr
		case now.State == state: // the first attempt may have lost its answer
			return now, nil
		case now.etag != r.etag || ctx.Err() != nil:
			return r, err
		}
	}
	return r, table.Overtaken(ErrChanged, "change reply %s to %s", r.ID, state)
}

// MarkFailed stores that Exchange refused a reply, which certainly did not leave.
// Errors: ErrChanged.
func (s *Store) MarkFailed(ctx context.Context, r Reply, reason, detail string) (Reply, error) {
	return s.finish(ctx, r, Failed, reason, detail)
}

// MarkUnknown stores that whether a reply left cannot be found out. Errors:
// ErrChanged.
func (s *Store) MarkUnknown(ctx context.Context, r Reply) (Reply, error) {
	return s.finish(ctx, r, Unknown, "", "")
}

func (s *Store) finish(ctx context.Context, r Reply, state State, reason, detail string) (Reply, error) {
	c, err := s.chats.Get(ctx, r.Chat)
	if err != nil {
		return r, err
	}
	before := r
	r.State, r.Reason, r.Detail = state, reason, detail
	if state == Failed {
		r.SendStarted = time.Time{}
	}
	unread, err := s.chats.MakeUnread(ctx, c, r.Author)
	if err != nil {
		return before, err
	}
	ops := append([]table.Op{chat.MessageOp(r.Chat, r.message())}, unread...)
	ops = append(ops, s.audit(ctx, r, "reply."+string(state), map[string]string{"chat": c.ID, "reason": reason}))
	return s.step(ctx, before, r, func(now Reply) bool { return now.State == state }, ops...)
}

// BackToDraft makes a reply, claimed or waiting, its author's draft again with the
// reason why it may not leave. Errors: ErrChanged, ErrState when it may have left.
func (s *Store) BackToDraft(ctx context.Context, r Reply, reason string) (Reply, error) {
	if !r.State.IsWaiting() && r.State != Sending || !r.SendStarted.IsZero() {
		return r, ErrState
	}
	return s.changeWithChat(ctx, r, TakenBack, func(c chat.Chat) (Reply, error) { return s.toDraft(ctx, r, c, reason, "") })
}

// DraftDeleted stores that the draft of a reply that does not leave is gone from the mailbox.
// Errors: ErrChanged, ErrState.
func (s *Store) DraftDeleted(ctx context.Context, r Reply) (Reply, error) {
	if !r.HasDraftToDelete() {
		return r, ErrState
	}
	before := r
	r.DraftID = ""
	return s.write(ctx, before, r)
}

// Report stores what a report says about a recipient of a reply that left. It says
// whether that is one of its recipients. A reply that did not reach somebody is
// bounced, and its author has something to look at. A later report does not make
// good what an earlier one gave up.
func (s *Store) Report(ctx context.Context, id, email string, state RecipientState, status string) (bool, error) {
	for range table.Tries(ctx) {
		r, err := s.Load(ctx, id)
		if err != nil {
			return false, err
		}
		if r, err = s.provedSent(ctx, r, time.Time{}); errors.Is(err, ErrChanged) && ctx.Err() == nil {
			continue
		}
		if err != nil {
			return false, err
		}
		before, changed := r, false
		found := r.setRecipients(email, func(to *Recipient) {
			if rank(state) > rank(to.State) {
				to.State, to.Status, changed = state, status, true
			}
		})
		if email == "" || !found || !changed {
			return found && email != "", nil
		}
		ops := []table.Op{chat.MessageOp(r.Chat, r.message())}
		if state == RecipientBounced && (r.State == Sent || r.State == Bounced) {
			r.State, r.Dismissed = Bounced, false
			c, err := s.chats.Get(ctx, r.Chat)
			if err != nil {
				return false, err
			}
			unread, err := s.chats.MakeUnread(ctx, c, r.Author)
			if err != nil {
				return false, err
			}
			ops = append([]table.Op{chat.MessageOp(r.Chat, r.message())}, unread...)
		}
		ops = append(ops, s.audit(ctx, r, "reply.report", map[string]string{"recipient": email, "state": string(state), "status": status}))
		if _, err = s.write(ctx, before, r, ops...); !errors.Is(err, ErrChanged) || ctx.Err() != nil {
			return true, err
		}
	}
	return false, table.Overtaken(ErrChanged, "store a report about reply %s", id)
}

// byFinality are the states of a recipient, the most final last.
var byFinality = []RecipientState{RecipientSent, RecipientDelayed, RecipientDelivered, RecipientBounced}

func rank(s RecipientState) int { return slices.Index(byFinality, s) }

// NoteCopy stores what the copy of a reply among the Sent Items says: that it left, which may
// not be known yet; another Message-ID, which Outlook and gateways put there, and which
// answers and reports name; and that Exchange put the address of the mailbox in the place of
// an alias, where the organisation does not allow the alias.
func (s *Store) NoteCopy(ctx context.Context, r Reply, sent mail.Draft) (err error) {
	for range table.Tries(ctx) {
		r, err = s.provedSent(ctx, r, sent.Sent)
		if err == nil && !r.SentAt.IsZero() {
			err = s.noteCopy(ctx, r, sent)
		}
		if !errors.Is(err, ErrChanged) || ctx.Err() != nil {
			return err
		}
		if r, err = s.Load(ctx, r.ID); err != nil {
			return err
		}
	}
	return table.Overtaken(ErrChanged, "store what the copy of reply %s says", r.ID)
}

func (s *Store) noteCopy(ctx context.Context, r Reply, sent mail.Draft) error {
	after, ops := r, []table.Op{}
	if from := sent.From.Email; r.Alias != "" && from != "" && !strings.EqualFold(from, r.Alias) {
		after.AliasRefused = true
	}
	if id := sent.InternetMessageID; id != "" && id != r.InternetMessageID {
		after.InternetMessageID = id
		ops = nameOps(after)
	}
	if after.AliasRefused == r.AliasRefused && len(ops) == 0 {
		return nil
	}
	_, err := s.write(ctx, r, after, append(ops, chat.MessageOp(r.Chat, after.message()))...)
	return err
}

// nameOps are the operations by which mail that names the Message-ID of a reply finds it.
func nameOps(r Reply) []table.Op {
	if r.InternetMessageID == "" {
		return nil
	}
	found := document(messageIDKey(r.InternetMessageID), "", pointer{Reply: r.ID}, nil)
	return []table.Op{chat.NameOp(r.Chat, r.InternetMessageID), table.Put(found)}
}

// provedSent stores that a reply left of which that was not known yet, at the time given or
// else when it was last told to.
func (s *Store) provedSent(ctx context.Context, r Reply, at time.Time) (Reply, error) {
	if r.State != Sending && r.State != Unknown || r.SendStarted.IsZero() || !r.SentAt.IsZero() {
		return r, nil
	}
	if at.IsZero() {
		at = r.SendStarted
	}
	return s.MarkSent(ctx, r, at)
}

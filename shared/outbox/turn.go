package outbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"kantoorpost/shared/ids"
	"kantoorpost/shared/table"
)

const (
	// Spread is the least time between two mails of one mailbox: Exchange takes 30
	// messages a minute.
	// https://learn.microsoft.com/office365/servicedescriptions/exchange-online-service-description/exchange-online-limits#sending-limits-1
	Spread = 2 * time.Second
	// TurnLife is how long a turn lasts that is neither ended nor renewed: a process that
	// dies holds its mailbox no longer.
	TurnLife = 12 * time.Second
	// maxBackOff is how long a mailbox rests at most, whatever Graph asks.
	maxBackOff = 10 * time.Minute
)

// A Turn is the right of one job, among those of all instances, to send from a mailbox.
type Turn struct {
	Mailbox   string    `json:"mailbox"`            // its id
	Claim     string    `json:"claim,omitempty"`    // token of the job, "" for none
	ClaimEnds time.Time `json:"claimEnds,omitzero"` // when another job may take it
	Next      time.Time `json:"next"`               // when the mail of the next turn may leave
	Leaves    time.Time `json:"-"`                  // when the mail of this turn may leave
}

func turnKey(mailbox string) string { return "e|turn|" + mailbox }

// TakeTurn takes the turn of a mailbox. Wait is 0 then; else another job has the turn, or
// no mail may leave within patience, and it is worth to ask again after wait.
func (s *Store) TakeTurn(ctx context.Context, mailbox string, patience time.Duration) (t Turn, wait time.Duration, err error) {
	etag, err := s.get(ctx, turnKey(mailbox), &t)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return Turn{}, 0, err
	}
	now := s.now()
	if t.Claim != "" && t.ClaimEnds.After(now) {
		return Turn{}, min(t.ClaimEnds.Sub(now), TurnLife), nil
	}
	leaves := now
	if t.Next.After(now) {
		leaves = t.Next
	}
	if wait = leaves.Sub(now); wait > patience {
		return Turn{}, wait, nil
	}
	t = Turn{Mailbox: mailbox, Claim: ids.Random(), ClaimEnds: now.Add(TurnLife), Next: leaves.Add(Spread), Leaves: leaves}
	op := table.Insert(document(turnKey(mailbox), "", t, nil))
	if etag != "" {
		op = table.Replace(document(turnKey(mailbox), etag, t, nil))
	}
	if err = s.table.Write(ctx, op); err == nil {
		return t, 0, nil
	}
	if !table.CanRepeat(ctx, err) {
		return Turn{}, 0, fmt.Errorf("take the turn to send from mailbox %s: %w", mailbox, err)
	}
	// The first attempt may have taken effect and lost its answer.
	var taken Turn
	if _, err := s.get(ctx, turnKey(mailbox), &taken); err != nil || taken.Claim != t.Claim {
		return Turn{}, TurnLife, err
	}
	return t, 0, nil
}

// RenewTurn lets a turn last TurnLife from now. It fails with ErrChanged when it was ended, or
// another job has the turn by now.
func (s *Store) RenewTurn(ctx context.Context, t Turn) error {
	for range table.Tries(ctx) {
		var now Turn
		etag, err := s.get(ctx, turnKey(t.Mailbox), &now)
		if err == nil && now.Claim != t.Claim {
			err = ErrChanged
		}
		if err == nil {
			now.ClaimEnds = s.now().Add(TurnLife)
			err = s.table.Write(ctx, table.Replace(document(turnKey(t.Mailbox), etag, now, nil)))
		}
		switch {
		case err == nil:
			return nil
		case !table.CanRepeat(ctx, err): // else the first attempt may have lost its answer
			return fmt.Errorf("renew the turn to send from mailbox %s: %w", t.Mailbox, err)
		}
	}
	return table.Overtaken(ErrChanged, "renew the turn to send from mailbox %s", t.Mailbox)
}

// EndTurn ends a turn. No mail leaves the mailbox before notBefore; zero for as Spread
// says. It does nothing when another job has the turn by now.
func (s *Store) EndTurn(ctx context.Context, t Turn, notBefore time.Time) error {
	var now Turn
	etag, err := s.get(ctx, turnKey(t.Mailbox), &now)
	if err != nil || now.Claim != t.Claim {
		return err
	}
	now.Claim, now.ClaimEnds = "", time.Time{}
	if last := s.now().Add(maxBackOff); notBefore.After(last) {
		notBefore = last
	}
	if notBefore.After(now.Next) {
		now.Next = notBefore.UTC().Truncate(time.Millisecond)
	}
	if err = s.table.Write(ctx, table.Replace(document(turnKey(t.Mailbox), etag, now, nil))); err == nil || table.CanRepeat(ctx, err) {
		return nil
	}
	return fmt.Errorf("end the turn to send from mailbox %s: %w", t.Mailbox, err)
}

package connector

import (
	"context"
	"errors"
	"fmt"
	"time"

	"kantoorpost/shared/table"
)

// A Cursor says how far a mailbox was read. The zero Cursor is one that never
// was.
type Cursor struct {
	Link        string    `json:"link,omitempty"`        // delta link of the next round; "" starts over
	Next        string    `json:"next,omitempty"`        // next page of a round that was not finished
	RoundStart  time.Time `json:"roundStart,omitzero"`   // when the round of Next began
	LastRound   time.Time `json:"lastRound,omitzero"`    // when the last finished round began
	NotBefore   time.Time `json:"notBefore,omitzero"`    // the mailbox is left alone until then
	Unfiltered  bool      `json:"unfiltered,omitempty"`  // the round runs without a date filter
	Count       int       `json:"count,omitempty"`       // items that this round gave so far
	Failures    int       `json:"failures,omitempty"`    // rounds in a row that failed
	State       string    `json:"state,omitempty"`       // "" is well
	StateReason string    `json:"stateReason,omitempty"` // a code, for people to look up
	ETag        string    `json:"-"`                     // "" when there is no row yet
}

func (c Cursor) row(mailbox string) (table.Row, error) {
	for _, t := range []*time.Time{&c.RoundStart, &c.LastRound, &c.NotBefore} {
		*t = t.UTC()
	}
	r, err := table.Pack(cursorKey(mailbox), c)
	r.ETag = c.ETag
	if err != nil {
		return r, fmt.Errorf("cursor of %s: %w", mailbox, err)
	}
	return r, nil
}

func cursorOf(r table.Row) (Cursor, error) {
	var c Cursor
	if err := r.Unpack(&c); err != nil {
		return Cursor{}, fmt.Errorf("cursor %s: %w", r.Key, err)
	}
	c.ETag = r.ETag
	return c, nil
}

// SaveCursor saves how far a mailbox was read, over the version c.ETag; the
// saved version's ETag is known after Load only. When another fetch of the
// same mailbox was faster the error is ErrChanged: what this one stored is
// stored, and the other's cursor counts.
func (s *Store) SaveCursor(ctx context.Context, mailbox string, c Cursor) error {
	row, err := c.row(mailbox)
	if err != nil {
		return err
	}
	if c.ETag == "" {
		err = s.insertCursor(ctx, row)
	} else {
		err = replace(ctx, s.o.Mailboxes, row)
	}
	if err != nil {
		return fmt.Errorf("save cursor of %s: %w", mailbox, err)
	}
	return nil
}

func (s *Store) insertCursor(ctx context.Context, row table.Row) error {
	err := s.o.Mailboxes.Write(ctx, table.Insert(row))
	if !errors.Is(err, table.ErrExists) {
		return err
	}
	now, err := s.o.Mailboxes.Get(ctx, row.Key)
	switch {
	case err != nil:
		return err
	case same(now, row):
		return nil
	}
	return ErrChanged
}

package connector

import (
	"context"
	"fmt"
	"time"

	"kantoorpost/shared/table"
)

// A Cursor says how far a folder of a mailbox, its inbox or its Sent Items, was
// read. The zero Cursor is that of a folder that was never read.
type Cursor struct {
	DeltaLink   string    `json:"deltaLink,omitempty"`   // of the next round; "" starts over
	Next        string    `json:"next,omitempty"`        // next page of a round that was not finished
	RoundStart  time.Time `json:"roundStart,omitzero"`   // when the round of Next began
	LastRound   time.Time `json:"lastRound,omitzero"`    // when the last finished round began
	NotBefore   time.Time `json:"notBefore,omitzero"`    // the mailbox is not read before
	Unfiltered  bool      `json:"unfiltered,omitempty"`  // the round runs without a date filter
	Count       int       `json:"count,omitempty"`       // items of this round so far
	Failures    int       `json:"failures,omitempty"`    // rounds in a row that failed
	FailedSince time.Time `json:"failedSince,omitzero"`  // when the first of them failed; zero for none, and in rows of older versions
	State       string    `json:"state,omitempty"`       // "" when it can be read
	StateReason string    `json:"stateReason,omitempty"` // a code, for people to look up
	Claim       string    `json:"claim,omitempty"`       // of the fetch job that reads the mailbox now; "" for none
	ClaimEnds   time.Time `json:"claimEnds,omitzero"`    // when the claim ends
	ETag        string    `json:"-"`                     // "" when there is no row yet
}

// ClaimLife is how long a claim on a mailbox lasts after the last page that was
// read. A page takes seconds; a lost job delays its mailbox by at most this and
// the time to the next tick.
const ClaimLife = 2 * time.Minute

// Now returns the time of the storage service, by which claims end: the clocks of two
// instances may differ.
func (s *Store) Now() time.Time { return s.o.Mailboxes.Now() }

// Take claims the mailbox from now on, by Store.Now, once the cursor is saved.
func (c *Cursor) Take(claim string, now time.Time) { c.Claim, c.ClaimEnds = claim, now.Add(ClaimLife) }

// Taken says whether another claim than the given one holds the mailbox now, by Store.Now.
// A claim that ends later than a claim of now would is wrong, and does not count.
func (c Cursor) Taken(claim string, now time.Time) bool {
	left := c.ClaimEnds.Sub(now)
	return c.Claim != "" && c.Claim != claim && left > 0 && left <= ClaimLife+clockSkew
}

// clockSkew is more than two instances differ about the time of the storage service.
const clockSkew = time.Minute

func (c Cursor) row(key string) table.Row {
	for _, t := range []*time.Time{&c.RoundStart, &c.LastRound, &c.NotBefore, &c.FailedSince, &c.ClaimEnds} {
		*t = t.UTC()
	}
	r := table.Pack(key, c)
	r.ETag = c.ETag
	return r
}

func cursorOf(r table.Row) (Cursor, error) {
	var c Cursor
	if err := r.Unpack(&c); err != nil {
		return Cursor{}, fmt.Errorf("cursor %s: %w", r.Key, err)
	}
	c.ETag = r.ETag
	return c, nil
}

// SaveCursor saves how far the inbox of a mailbox was read, over the version c.ETag,
// and returns the new ETag. The error is ErrChanged when another fetch of the same
// mailbox was faster: the mails that this one stored stay stored, and the
// other's cursor counts.
func (s *Store) SaveCursor(ctx context.Context, mailbox string, c Cursor) (etag string, err error) {
	return s.saveCursor(ctx, mailbox+inboxCursor, c)
}

// SaveSentCursor is SaveCursor for the Sent Items.
func (s *Store) SaveSentCursor(ctx context.Context, mailbox string, c Cursor) (etag string, err error) {
	return s.saveCursor(ctx, mailbox+sentCursor, c)
}

func (s *Store) saveCursor(ctx context.Context, key string, c Cursor) (etag string, err error) {
	row := c.row(key)
	op := table.Insert(row)
	if c.ETag != "" {
		op = table.Replace(row)
	}
	etag, err = s.o.Mailboxes.WriteOne(ctx, op)
	if table.IsConflict(err) {
		etag, err = s.confirmCursor(ctx, row)
	}
	if err != nil {
		return "", fmt.Errorf("save cursor %s: %w", key, err)
	}
	return etag, nil
}

// confirmCursor finds out whether a write that seems overtaken was made by its
// own first attempt, whose answer was lost.
func (s *Store) confirmCursor(ctx context.Context, row table.Row) (etag string, err error) {
	now, err := s.o.Mailboxes.Get(ctx, row.Key)
	switch {
	case err != nil:
		return "", err
	case same(now, row):
		return now.ETag, nil
	}
	return "", ErrChanged
}

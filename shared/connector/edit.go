package connector

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"kantoorpost/shared/table"
)

// An ActivationPatch changes an activation; nil leaves a field as it is.
type ActivationPatch struct {
	Link       *Link
	From       *time.Time
	Active     *bool
	Categories *bool
}

// PatchActivation changes an activation, by its id or address, over the version
// etag, or over any version when that is empty. An earlier date makes the
// mailbox be read again from there, without duplicates; a later one keeps the
// mail that is there. A mailbox that is not active is not read; its cursor
// stays, so it continues there when it is active again.
func (s *Store) PatchActivation(ctx context.Context, idOrAddress, etag string, p ActivationPatch) (Activation, error) {
	for range 5 {
		a, err := s.patchActivation(ctx, idOrAddress, etag, p)
		if !errors.Is(err, ErrChanged) {
			return a, err
		}
		// A fetch may have changed only the cursor. Reading again tells whether the
		// activation itself has another etag.
		if now, err := s.Activation(ctx, idOrAddress); err != nil || etag != "" && etag != now.ETag {
			break
		}
	}
	return Activation{}, ErrChanged
}

func (s *Store) patchActivation(ctx context.Context, idOrAddress, etag string, p ActivationPatch) (Activation, error) {
	a, err := s.Activation(ctx, idOrAddress)
	if err != nil {
		return Activation{}, err
	}
	if etag != "" && etag != a.ETag {
		return Activation{}, ErrChanged
	}
	var invalid Invalid
	was := a
	ops, err := s.applyTo(ctx, &a, p, &invalid)
	if err == nil {
		err = invalid.err()
	}
	if err != nil {
		return Activation{}, err
	}
	row := a.row()
	ops = append(ops, done(ctx, "address.update", "address "+a.ID, differences(
		change{"link", linkText(was.Link), linkText(a.Link)}, change{"from", was.From.Format(time.RFC3339), a.From.Format(time.RFC3339)},
		change{"active", strconv.FormatBool(was.Active), strconv.FormatBool(a.Active)},
		change{"categories", strconv.FormatBool(was.Categories), strconv.FormatBool(a.Categories)},
	)))
	switch err := replace(ctx, s.o.Mailboxes, row, ops...); {
	case table.IsConflict(err): // a fetch made the cursor that restart found missing
		return Activation{}, ErrChanged
	case err != nil:
		return Activation{}, fmt.Errorf("save activated mailbox %s: %w", row.Key, err)
	}
	return s.Activation(ctx, a.ID)
}

// applyTo changes a and returns the operations that must be written with it.
func (s *Store) applyTo(ctx context.Context, a *Activation, p ActivationPatch, invalid *Invalid) (ops []table.Op, err error) {
	if p.Link != nil {
		a.Link = *p.Link
		if err := s.checkLink(ctx, invalid, &a.Link); err != nil {
			return nil, err
		}
	}
	if p.From != nil {
		from := *p.From
		if err := s.checkFrom(invalid, &from); err != nil {
			return nil, err
		}
		if from.Before(a.From) {
			if ops, err = s.restart(ctx, a.ID); err != nil {
				return nil, err
			}
		}
		a.From = from
	}
	if p.Active != nil {
		a.Active = *p.Active
	}
	if p.Categories != nil {
		a.Categories = *p.Categories
	}
	return ops, nil
}

// Deactivate stops reading a mailbox; see PatchActivation.
func (s *Store) Deactivate(ctx context.Context, idOrAddress, etag string) error {
	active := false
	_, err := s.PatchActivation(ctx, idOrAddress, etag, ActivationPatch{Active: &active})
	return err
}

// restart returns the operation after which the next round over a mailbox
// starts again at its date. Its failures are kept. A job that reads the mailbox
// from its former date finds its claim gone, and stops.
func (s *Store) restart(ctx context.Context, mailbox string) ([]table.Op, error) {
	boxes, err := s.Load(ctx, []string{mailbox})
	if err != nil || len(boxes) == 0 {
		return nil, err
	}
	c := boxes[0].Cursor
	c.DeltaLink, c.Next, c.Unfiltered, c.Count, c.LastRound, c.Claim, c.ClaimEnds = "", "", false, 0, time.Time{}, "", time.Time{}
	row := c.row(cursorKey(mailbox))
	if c.ETag == "" {
		return []table.Op{table.Insert(row)}, nil
	}
	return []table.Op{table.Replace(row)}, nil
}

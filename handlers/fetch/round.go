package fetch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"kantoorpost/shared/connector"
	"kantoorpost/shared/graph/answer"
	"kantoorpost/shared/item"
	"kantoorpost/shared/job"
	"kantoorpost/shared/mail"
)

const (
	// maxPages is how many pages of one mailbox a job reads, so that a long backlog
	// does not delay others; another job continues.
	maxPages = 25
	// margin is the part of a job's time that is kept for storing what was read: one
	// call of Graph may take half a minute.
	margin = time.Minute
	// filterLimit is the most messages that Graph returns in a round with a filter
	// by time.
	// https://learn.microsoft.com/graph/delta-query-messages
	filterLimit = 5000
	// refresh is how often the delta link of a quiet mailbox is renewed: Graph does
	// not say when one expires.
	refresh = 24 * time.Hour
)

// earliest is before all real mail: an earlier time of receipt means none, or 1601,
// the zero time of Windows.
var earliest = time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)

// A folder is what a round reads of a mailbox: its inbox or its Sent Items.
type folder struct {
	cursor *connector.Cursor
	since  time.Time // from which a round without a link reads
	delta  func(ctx context.Context, mailbox, link string, since time.Time) (mail.Page, error)
	// store stores a page. It returns how many of its mails are new.
	store func(context.Context, mail.Page) (stored int, err error)
	save  func(ctx context.Context, mailbox string, c connector.Cursor) (etag string, err error)
	next  func(claim string) job.Fetch // continues the round
}

// inbox is the folder with what came in.
func (h *Handler) inbox(graph connector.Graph, b *connector.Mailbox) folder {
	return folder{
		cursor: &b.Cursor, since: b.From, delta: graph.Delta, save: h.Connectors.SaveCursor,
		store: func(ctx context.Context, page mail.Page) (int, error) { return h.store(ctx, graph, b, page) },
		next:  func(claim string) job.Fetch { return continuation(b, claim) },
	}
}

// continuation returns the job that continues a round.
func continuation(b *connector.Mailbox, claim string) job.Fetch {
	return job.Fetch{Addresses: []string{b.Address}, Why: "continued", Mailboxes: []string{b.Activation.ID}, Claim: claim}
}

// round reads a folder from its cursor to its newest mail, and returns how many mails
// are new. The error is connector.ErrChanged when another job reads it.
//
// Each page is stored before the link that leads past it is saved, so a run that
// dies half-way is repeated, never skipped; storing a mail twice is harmless.
// A quiet folder costs one call and writes nothing.
func (h *Handler) round(ctx context.Context, f folder, mailbox, claim string) (stored int, err error) {
	c := f.cursor
	if c.Next == "" {
		c.RoundStart, c.Count = time.Now().UTC(), 0
	}
	seen := map[string]bool{}
	changed, restarted := c.Next != "", false
	for i := range maxPages {
		if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < margin {
			break
		}
		if i > 0 {
			if err := f.claim(ctx, mailbox, claim, h.Connectors.Now()); err != nil {
				return stored, err
			}
		}
		link, since := cmp.Or(c.Next, c.DeltaLink), f.since
		if c.Unfiltered {
			since = time.Time{} // the whole folder: store leaves out mail that is too old
		}
		page, err := f.delta(ctx, mailbox, link, since)
		if link != "" && !restarted && answer.IsGone(err) {
			// The link has expired or is damaged: everything since the start is read again.
			// Mail that is stored does not change.
			slog.WarnContext(ctx, "delta link refused, reading again from the start", "error", err)
			c.DeltaLink, c.Next, c.Count = "", "", 0
			changed, restarted = true, true
			continue
		}
		if err != nil {
			return stored, err
		}
		n, err := f.store(ctx, page)
		stored += n
		if err != nil {
			return stored, err
		}
		items := len(page.Messages) + len(page.Undecodable) + len(page.Incomplete)
		c.Count += items
		changed = changed || items+len(page.Removed) > 0
		if page.Next == "" {
			return stored, h.finish(ctx, f, mailbox, page.DeltaLink, changed, claim)
		}
		if seen[page.Next] {
			return stored, fmt.Errorf("graph leads in a circle through a folder of mailbox %s", mailbox)
		}
		seen[page.Next] = true
		c.Next, changed = page.Next, true
	}
	return stored, h.continueLater(ctx, f, mailbox, claim)
}

// continueLater saves a round that is not finished and puts a job for the rest.
func (h *Handler) continueLater(ctx context.Context, f folder, mailbox, claim string) error {
	if err := f.claim(ctx, mailbox, claim, h.Connectors.Now()); err != nil {
		return err
	}
	return asStorageError(h.Jobs.Put(ctx, f.next(claim)))
}

// claim saves the cursor of a round under the claim of its job.
func (f folder) claim(ctx context.Context, mailbox, claim string, now time.Time) error {
	f.cursor.Take(claim, now)
	return f.saveCursor(ctx, mailbox)
}

// finish saves the delta link of the next round, unless nothing changed: then the
// old one is as good.
func (h *Handler) finish(ctx context.Context, f folder, mailbox, link string, changed bool, claim string) error {
	c := f.cursor
	healthy := c.Failures == 0 && c.State == "" && c.Claim == ""
	if c.DeltaLink != "" && !changed && healthy && c.RoundStart.Sub(c.LastRound) < refresh {
		return nil
	}
	if c.DeltaLink == "" && !c.Unfiltered && c.Count >= filterLimit {
		slog.InfoContext(ctx, "more mail than a filtered round returns, reading the whole folder", "messages", c.Count)
		c.Unfiltered, c.Next = true, ""
		return h.continueLater(ctx, f, mailbox, claim)
	}
	*c = connector.Cursor{DeltaLink: link, LastRound: c.RoundStart, Unfiltered: c.Unfiltered, ETag: c.ETag}
	return f.saveCursor(ctx, mailbox)
}

// saveCursor saves the cursor. The error is connector.ErrChanged when another job was
// faster: this one's mail stays stored, and the other cursor counts.
func (f folder) saveCursor(ctx context.Context, mailbox string) error {
	etag, err := f.save(ctx, mailbox, *f.cursor)
	if errors.Is(err, connector.ErrChanged) {
		return connector.ErrChanged
	}
	f.cursor.ETag = etag
	return asStorageError(err)
}

// store stores the mails of a page of the inbox. A delivery report that cannot be read
// fails the round, after the others were stored.
func (h *Handler) store(ctx context.Context, graph connector.Graph, b *connector.Mailbox, page mail.Page) (stored int, err error) {
	var arrivals []item.Arrival
	var unread []error
	for _, m := range page.Messages {
		a, ok, err := h.received(ctx, graph, b, m)
		if err != nil {
			unread = append(unread, err)
		} else if ok {
			arrivals = append(arrivals, a)
		}
	}
	for _, o := range page.Undecodable {
		arrivals = append(arrivals, undecodable(b.Activation, o, item.Item{Received: time.Now().UTC()}))
	}
	for _, id := range page.Incomplete {
		a, err := h.incomplete(ctx, graph, b, id)
		if err != nil {
			return 0, err
		}
		arrivals = append(arrivals, a...)
	}
	backlog := b.Cursor.DeltaLink == "" // Graph does not say in which order it comes
	arrived, err := h.Arrive(ctx, b.Activation, arrivals, backlog && page.Next != "")
	if err == nil {
		err = h.enqueue(ctx, b, arrived.Undecided)
	}
	if arrived.Stored > 0 {
		slog.InfoContext(ctx, "stored", "mails", arrived.Stored, "undecided", len(arrived.Undecided))
	}
	if err != nil {
		return arrived.Stored, asStorageError(err)
	}
	return arrived.Stored, errors.Join(unread...)
}

// enqueue puts a process job for stored mails, if there are any.
func (h *Handler) enqueue(ctx context.Context, b *connector.Mailbox, mails []string) error {
	if len(mails) == 0 {
		return nil
	}
	return h.Jobs.Put(ctx, job.Process{Mailbox: b.Address, Why: "new", Mails: mails})
}

// incomplete reads a mail that came with only its changed properties, unless it is
// stored already. Graph may do so for mail that was moved into the inbox.
func (h *Handler) incomplete(ctx context.Context, graph connector.Graph, b *connector.Mailbox, id string) ([]item.Arrival, error) {
	known, err := h.Items.Known(ctx, b.Activation.ID, id)
	if err != nil || known {
		return nil, asStorageError(err)
	}
	m, err := graph.Message(ctx, b.Activation.ID, id)
	switch {
	case answer.IsMissing(err):
		return nil, nil // deleted or moved away meanwhile
	case errors.Is(err, answer.ErrUndecodable):
		o := mail.Undecodable{ID: id, Err: err}
		return []item.Arrival{undecodable(b.Activation, o, item.Item{Received: time.Now().UTC()})}, nil
	}
	if err != nil {
		return nil, err
	}
	a, ok, err := h.received(ctx, graph, b, m)
	if err != nil || !ok {
		return nil, err
	}
	return []item.Arrival{a}, nil
}

// received makes the arrival of a message of the inbox; false for one that is not stored.
func (h *Handler) received(ctx context.Context, graph connector.Graph, b *connector.Mailbox,
	m mail.Message) (a item.Arrival, ok bool, err error) {
	if m.Received.Before(earliest) {
		m.Received = time.Now().UTC()
	}
	if !wanted(b.Activation, m) {
		return a, false, nil
	}
	a = arrival(b.Activation, m)
	err = h.readReport(ctx, graph, b, m, &a.Item)
	return a, true, err
}

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

// round reads a mailbox from its cursor to its newest mail. The error is
// connector.ErrChanged when another job reads it.
//
// Each page is stored before the link that leads past it is saved, so a run that
// dies half-way is repeated, never skipped; storing a mail twice is harmless.
// A quiet mailbox costs one call and writes nothing.
func (h *Handler) round(ctx context.Context, graph connector.Graph, b *connector.Box, claim string) error {
	c := &b.Cursor
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
			if err := h.claim(ctx, b, claim); err != nil {
				return err
			}
		}
		link := cmp.Or(c.Next, c.DeltaLink)
		page, err := graph.Delta(ctx, b.Activation.ID, link, since(b))
		if link != "" && !restarted && answer.IsGone(err) {
			// The link has expired or is damaged: everything since the activation is read
			// again. Mail that is stored does not change.
			slog.WarnContext(ctx, "delta link refused, reading again from the start", "error", err)
			c.DeltaLink, c.Next, c.Count = "", "", 0
			changed, restarted = true, true
			continue
		}
		if err != nil {
			return err
		}
		n, err := h.store(ctx, graph, b, page)
		if err != nil {
			return err
		}
		c.Count += n
		changed = changed || n > 0 || len(page.Removed) > 0
		if page.Next == "" {
			return h.finish(ctx, b, page.DeltaLink, changed, claim)
		}
		if seen[page.Next] {
			return fmt.Errorf("graph leads in a circle through the inbox of mailbox %s", b.Activation.ID)
		}
		seen[page.Next] = true
		c.Next, changed = page.Next, true
	}
	return h.continueLater(ctx, b, claim)
}

// continueLater saves a round that is not finished and puts a job for the rest.
func (h *Handler) continueLater(ctx context.Context, b *connector.Box, claim string) error {
	if err := h.claim(ctx, b, claim); err != nil {
		return err
	}
	j := job.Fetch{Job: "fetch", Addresses: []string{b.Address}, Why: "continued", Mailboxes: []string{b.Activation.ID}, Claim: claim}
	return inStorage(h.Jobs.Put(ctx, j))
}

// claim saves the cursor of a round under the claim of its job.
func (h *Handler) claim(ctx context.Context, b *connector.Box, claim string) error {
	b.Cursor.Take(claim)
	return h.save(ctx, b)
}

// since is the time from which a round without a link reads. A round without a
// filter reads the whole inbox, and store leaves out mail that is too old.
func since(b *connector.Box) time.Time {
	if b.Cursor.Unfiltered {
		return time.Time{}
	}
	return b.From
}

// finish saves the delta link of the next round, unless nothing changed: then the
// old one is as good.
func (h *Handler) finish(ctx context.Context, b *connector.Box, link string, changed bool, claim string) error {
	c := &b.Cursor
	healthy := c.Failures == 0 && c.State == "" && c.Claim == ""
	if c.DeltaLink != "" && !changed && healthy && c.RoundStart.Sub(c.LastRound) < refresh {
		return nil
	}
	if c.DeltaLink == "" && !c.Unfiltered && c.Count >= filterLimit {
		slog.InfoContext(ctx, "more mail than a filtered round returns, reading the whole inbox", "messages", c.Count)
		c.Unfiltered, c.Next = true, ""
		return h.continueLater(ctx, b, claim)
	}
	*c = connector.Cursor{DeltaLink: link, LastRound: c.RoundStart, Unfiltered: c.Unfiltered, ETag: c.ETag}
	return h.save(ctx, b)
}

// save saves the cursor. The error is connector.ErrChanged when another job was
// faster: this one's mail stays stored, and the other cursor counts.
func (h *Handler) save(ctx context.Context, b *connector.Box) error {
	etag, err := h.Connectors.SaveCursor(ctx, b.Activation.ID, b.Cursor)
	if errors.Is(err, connector.ErrChanged) {
		return connector.ErrChanged
	}
	b.Cursor.ETag = etag
	return inStorage(err)
}

// store stores the mails of a page, and puts one process job for them. It returns how
// many items the page had. A delivery report that cannot be read fails the round, after
// the others were stored.
func (h *Handler) store(ctx context.Context, graph connector.Graph, b *connector.Box, page mail.Page) (int, error) {
	var arrivals []item.Arrival
	var unread []error
	for _, m := range page.Messages {
		if m.Received.Before(earliest) {
			m.Received = time.Now().UTC()
		}
		if !wanted(b.Activation, m) {
			continue
		}
		a := arrival(b.Activation, m)
		if err := h.readReport(ctx, graph, b, m, &a.Item); err != nil {
			unread = append(unread, err)
			continue
		}
		arrivals = append(arrivals, a)
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
	n := len(page.Messages) + len(page.Undecodable) + len(page.Incomplete)
	ids, err := h.Items.Ingest(ctx, arrivals)
	if err == nil && len(ids) > 0 {
		slog.InfoContext(ctx, "stored", "mails", len(ids))
		err = h.Jobs.Put(ctx, job.Process{Job: "process", Mailbox: b.Address, Why: "new", Mails: ids})
	}
	if err != nil {
		return n, inStorage(err)
	}
	return n, errors.Join(unread...)
}

// incomplete reads a mail that came with only its changed properties, unless it is
// stored already. Graph may do so for mail that was moved into the inbox.
func (h *Handler) incomplete(ctx context.Context, graph connector.Graph, b *connector.Box, id string) ([]item.Arrival, error) {
	known, err := h.Items.Known(ctx, b.Activation.ID, id)
	if err != nil || known {
		return nil, inStorage(err)
	}
	m, err := graph.Message(ctx, b.Activation.ID, id)
	switch {
	case answer.IsMissing(err):
		return nil, nil // deleted or moved away meanwhile
	case errors.Is(err, answer.ErrUndecodable):
		o := mail.Undecodable{ID: id, Err: err}
		return []item.Arrival{undecodable(b.Activation, o, item.Item{Received: time.Now().UTC()})}, nil
	}
	if err != nil || !wanted(b.Activation, m) {
		return nil, err
	}
	a := arrival(b.Activation, m)
	if err := h.readReport(ctx, graph, b, m, &a.Item); err != nil {
		return nil, err
	}
	return []item.Arrival{a}, nil
}

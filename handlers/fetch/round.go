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
	// maxPages is how many pages one job reads of one mailbox, so that a long
	// backlog does not keep others waiting; another job goes on.
	maxPages = 25
	// margin is how much of a job's time is left for keeping what was read: one
	// call of Graph may take half a minute.
	margin = time.Minute
	// filterLimit is how many messages Graph gives at most in a round that
	// filters by time.
	// https://learn.microsoft.com/graph/delta-query-messages
	filterLimit = 5000
	// refresh is how often the link of a quiet mailbox is renewed: Graph does
	// not say how long one lives.
	refresh = 24 * time.Hour
)

// noTime is before all mail: an item that claims to have been received earlier
// has no time, or 1601, with which Windows counts from nothing.
var noTime = time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)

// round reads a mailbox from where it was left to its newest mail. The error is
// connector.ErrChanged when another job reads it.
//
// Each page is stored before the link that leads past it is kept, so a run that
// dies half-way is repeated, never skipped; storing a mail twice is harmless.
// A quiet mailbox costs one call and writes nothing.
func (h *Handler) round(ctx context.Context, graph connector.Graph, b *connector.Box, claim string) error {
	c := &b.Cursor
	if c.Next == "" {
		c.RoundStart, c.Count = time.Now().UTC(), 0
	}
	seen := map[string]bool{}
	news, restarted := c.Next != "", false
	for i := range maxPages {
		if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < margin {
			break
		}
		if i > 0 {
			if err := h.claim(ctx, b, claim); err != nil {
				return err
			}
		}
		link := cmp.Or(c.Next, c.Link)
		page, err := graph.Delta(ctx, b.Activation.ID, link, since(b))
		if link != "" && !restarted && answer.IsGone(err) {
			// Graph has forgotten the link, or ours is damaged: everything since
			// the activation is read again, and what is stored stays as it is.
			slog.WarnContext(ctx, "delta link is of no use, reading again from the start", "error", err)
			c.Link, c.Next, c.Count = "", "", 0
			news, restarted = true, true
			continue
		}
		if err != nil {
			return err
		}
		n, err := h.store(ctx, graph, b.Activation, page)
		if err != nil {
			return err
		}
		c.Count += n
		news = news || n > 0 || len(page.Removed) > 0
		if page.Next == "" {
			return h.finish(ctx, b, page.Link, news, claim)
		}
		if seen[page.Next] {
			return fmt.Errorf("graph leads in a circle through the inbox of mailbox %s", b.Activation.ID)
		}
		seen[page.Next] = true
		c.Next, news = page.Next, true
	}
	return h.goOn(ctx, b, claim)
}

// goOn keeps a round that is not finished and asks for the rest of it.
func (h *Handler) goOn(ctx context.Context, b *connector.Box, claim string) error {
	if err := h.claim(ctx, b, claim); err != nil {
		return err
	}
	j := job.Fetch{Job: "fetch", Addresses: []string{b.Address}, Why: "goes on", Mailboxes: []string{b.Activation.ID}, Claim: claim}
	return stored(h.Jobs.Put(ctx, j))
}

// claim keeps how far a round is, and the mailbox to the job that reads it.
func (h *Handler) claim(ctx context.Context, b *connector.Box, claim string) error {
	b.Cursor.Take(claim)
	return h.save(ctx, b)
}

// since is where a round starts that has no link. A round without a filter
// reads the whole inbox, and what is too old is left out when it is stored.
func since(b *connector.Box) time.Time {
	if b.Cursor.Unfiltered {
		return time.Time{}
	}
	return b.From
}

// finish keeps the link of the next round, unless nothing happened: then the
// one that led here still does.
func (h *Handler) finish(ctx context.Context, b *connector.Box, link string, news bool, claim string) error {
	c := &b.Cursor
	well := c.Failures == 0 && c.State == "" && c.Claim == ""
	if c.Link != "" && !news && well && c.RoundStart.Sub(c.LastRound) < refresh {
		return nil
	}
	if c.Link == "" && !c.Unfiltered && c.Count >= filterLimit {
		slog.InfoContext(ctx, "more mail than a filtered round gives, reading the whole inbox", "messages", c.Count)
		c.Unfiltered, c.Next = true, ""
		return h.goOn(ctx, b, claim)
	}
	*c = connector.Cursor{Link: link, LastRound: c.RoundStart, Unfiltered: c.Unfiltered, ETag: c.ETag}
	return h.save(ctx, b)
}

// save keeps the cursor. The error is connector.ErrChanged when another job was
// faster: what this one stored is stored, and the other's cursor counts.
func (h *Handler) save(ctx context.Context, b *connector.Box) error {
	etag, err := h.Connectors.SaveCursor(ctx, b.Activation.ID, b.Cursor)
	if errors.Is(err, connector.ErrChanged) {
		return connector.ErrChanged
	}
	b.Cursor.ETag = etag
	return stored(err)
}

// store keeps the mails of a page, and puts one hint that they are there. It
// returns how many items the page had.
func (h *Handler) store(ctx context.Context, graph connector.Graph, box connector.Activation, page mail.Page) (int, error) {
	var arrivals []item.Arrival
	for _, m := range page.Messages {
		if m.Received.Before(noTime) { // of no mail that says so is it true
			m.Received = time.Now().UTC()
		}
		if wanted(box, m) {
			arrivals = append(arrivals, arrival(box, m))
		}
	}
	for _, o := range page.Undecodable {
		arrivals = append(arrivals, undecodable(box, o, item.Item{Received: time.Now().UTC()}))
	}
	for _, id := range page.Incomplete {
		a, err := h.incomplete(ctx, graph, box, id)
		if err != nil {
			return 0, err
		}
		arrivals = append(arrivals, a...)
	}
	n := len(page.Messages) + len(page.Undecodable) + len(page.Incomplete)
	ids, err := h.Items.Ingest(ctx, arrivals)
	if err != nil {
		return 0, stored(err)
	}
	if len(ids) == 0 {
		return n, nil
	}
	slog.InfoContext(ctx, "stored", "mails", len(ids))
	return n, stored(h.Jobs.Put(ctx, job.Process{Job: "process", Mailbox: box.Address, Why: "new", Mails: ids}))
}

// incomplete reads a mail that came with only its changed properties, unless it
// is stored already: a mail that was moved into the inbox can come like that.
func (h *Handler) incomplete(ctx context.Context, graph connector.Graph, box connector.Activation, id string) ([]item.Arrival, error) {
	known, err := h.Items.Known(ctx, box.ID, id)
	if err != nil || known {
		return nil, stored(err)
	}
	m, err := graph.Message(ctx, box.ID, id)
	switch {
	case answer.IsMissing(err):
		return nil, nil // deleted or moved away meanwhile
	case errors.Is(err, answer.ErrUndecodable):
		o := mail.Undecodable{ID: id, Err: err}
		return []item.Arrival{undecodable(box, o, item.Item{Received: time.Now().UTC()})}, nil
	}
	if err != nil || !wanted(box, m) {
		return nil, err
	}
	return []item.Arrival{arrival(box, m)}, nil
}

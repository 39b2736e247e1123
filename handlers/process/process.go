// Package process decides what becomes of stored mails, and writes it down: a
// chat that starts, a chat that is joined, or the reason why a mail waits. It
// asks nothing of Graph.
package process

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"reflect"
	"sync"
	"time"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/connector"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/invoke"
	"kantoorpost/shared/item"
	"kantoorpost/shared/job"
	"kantoorpost/shared/mailtext"
	"kantoorpost/shared/table"
)

// Connectors tells whether mail is processed at all, and what addresses are
// linked with.
type Connectors interface {
	Enabled(ctx context.Context) (bool, error)
	Load(ctx context.Context, ids []string) ([]connector.Box, error)
	Activation(ctx context.Context, idOrAddress string) (connector.Activation, error)
}

// A Handler does process jobs.
type Handler struct {
	Connectors Connectors
	Directory  *directory.Store
	Items      *item.Store
	Chats      *chat.Store
	// Finish carries out the solution that a mail is claimed for, if that broke off.
	Finish func(ctx context.Context, it item.Item) error
	// Read takes a mail apart; mailtext.ReadSafely when nil.
	Read func(contentType, content, subject string) (mailtext.Text, error)

	mu    sync.Mutex
	known *known
}

// maxTries is how often one mail is decided in one job: a decision does not
// hold when somebody else changed the mail or the chat meanwhile.
const maxTries = 5

// Handle decides the mails of a job. Nothing in a job is believed but the ids of
// mails.
func (h *Handler) Handle(ctx context.Context, j job.Process) error {
	return h.Decide(ctx, "", j.Mails)
}

// Decide decides mails, oldest first so that an answer comes after what it
// answers. What one mail does never stops the others; what the tables refuse is
// tried again by the host, and later by the tick. by is the person who asks for
// it, whom the history of each mail then names; "" is nobody.
func (h *Handler) Decide(ctx context.Context, by string, mails []string) error {
	enabled, err := h.Connectors.Enabled(ctx)
	if err != nil {
		return err
	}
	if !enabled {
		return nil // the mails stay as they are, and are found again by the tick
	}
	// Before everything else that is read, so that a change after it is seen.
	version, err := h.Directory.Version(ctx)
	if err != nil {
		return err
	}
	items, err := h.Items.Load(ctx, mails)
	if err != nil {
		return err
	}
	if len(items) == 0 {
		return nil
	}
	boxes, err := h.boxes(ctx, items)
	if err != nil {
		return err
	}
	r := &run{Handler: h, by: by, who: &records{h: h, boxes: boxes, known: h.at(version), at: time.Now()}, version: version, placed: map[string]bool{}}
	var errs []error
	unchanged := map[string]string{}
	for _, it := range items {
		same, err := r.place(ctx, it)
		if err != nil {
			errs = append(errs, fmt.Errorf("mail %s: %w", it.ID, err))
		}
		if same {
			unchanged[it.ID] = r.decisionVersion(it)
		}
	}
	return errors.Join(append(errs, h.Items.SetDecisionVersion(ctx, unchanged))...)
}

func (h *Handler) boxes(ctx context.Context, items []item.Item) (map[string]connector.Activation, error) {
	boxes := map[string]connector.Activation{}
	var ids []string
	for _, it := range items {
		if _, ok := boxes[it.Mailbox]; !ok {
			boxes[it.Mailbox] = connector.Activation{}
			ids = append(ids, it.Mailbox)
		}
	}
	loaded, err := h.Connectors.Load(ctx, ids)
	if err != nil {
		return nil, err
	}
	clear(boxes)
	for _, b := range loaded {
		boxes[b.Activation.ID] = b.Activation
	}
	return boxes, nil
}

// A run is one job being done.
type run struct {
	*Handler
	by      string // who asked for it; "" for the system
	who     *records
	version int64           // of the directory
	placed  map[string]bool // mails that were looked at, so that a circle of answers ends
}

// decisionVersion is what a decision on a mail rests on besides the mail itself.
func (r *run) decisionVersion(it item.Item) string {
	l := r.who.boxes[it.Mailbox].Link
	return item.DecisionVersion(r.version, string(l.Kind), l.ID)
}

// place decides one mail until the decision holds. Same says that the mail was
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
		d := r.decideSafely(ctx, it, r.who, try > 0)
		if d.err == nil && d.starts() {
			d.err = r.placeFirst(ctx, it, &d)
		}
		if d.err == nil && d.Create != nil {
			// Then the sender is known, and the mail is decided like any other.
			d.err = r.createContact(ctx, it, *d.Create)
			if d.err == nil {
				continue
			}
			if unread := (*notAnalysed)(nil); errors.As(d.err, &unread) {
				d = outcome{decision: decision{Reason: item.NotAnalysed}, detail: unread.Error()}
			}
		}
		if d.err != nil {
			return false, d.err
		}
		if it.State == item.Parked && !d.Dismiss && it.Reason == d.Reason && reflect.DeepEqual(it.Facts, d.Facts) && r.by == "" {
			return true, nil
		}
		err = r.commit(ctx, it, d, r.decisionVersion(it))
		if errors.Is(err, table.ErrTooLarge) {
			// No repetition makes it fit: people must see it, with what happened.
			err = r.commit(ctx, it, outcome{decision: decision{Reason: item.Technical}, detail: err.Error()}, r.decisionVersion(it))
		}
		if err == nil || !errors.Is(err, table.ErrExists) && !errors.Is(err, table.ErrChanged) && !errors.Is(err, table.ErrNotFound) {
			return false, err
		}
		// Somebody was faster, or our own answer was lost: look again.
		it, err = r.Items.Get(ctx, it.ID)
		if errors.Is(err, item.ErrNotFound) {
			return false, nil // erased meanwhile
		}
		if err != nil {
			return false, err
		}
	}
	return false, fmt.Errorf("no decision held in %d tries", maxTries)
}

// starts tells whether the mail begins something: a chat, or a contact.
func (d decision) starts() bool { return d.Reason == "" && d.Join == nil && !d.Dismiss }

// placeFirst has the mails decided that this one answers and that are stored
// but in no chat yet, and then decides this one again: jobs are done in any
// order, and an answer belongs behind what it answers.
func (r *run) placeFirst(ctx context.Context, it item.Item, d *outcome) error {
	again := false
	for _, id := range it.Answers() {
		earlier, err := r.Items.ByMessageID(ctx, id)
		if err != nil {
			return err
		}
		for _, e := range earlier {
			if e.State == item.Processed || r.placed[e.ID] {
				continue
			}
			if _, known := r.who.boxes[e.Mailbox]; !known {
				more, err := r.boxes(ctx, earlier)
				if err != nil {
					return err
				}
				maps.Copy(r.who.boxes, more)
			}
			if _, err := r.place(ctx, e); err != nil {
				return fmt.Errorf("mail %s, which it answers: %w", e.ID, err)
			}
		}
		again = again || len(earlier) > 0
	}
	if again {
		*d = r.decideSafely(ctx, it, r.who, false)
	}
	return d.err
}

type outcome struct {
	decision
	detail string
	err    error // of the tables: nothing was decided
}

// decideLimit is how long the tables may take to answer all that one decision
// asks; what goes on after decideMargin more is no longer asking but calculating.
const decideLimit, decideMargin = time.Minute, 15 * time.Second

// decideSafely keeps a mail that nobody has thought of from being tried for
// ever: one that makes deciding panic, or go on without end, is parked with what
// happened.
func (h *Handler) decideSafely(ctx context.Context, it item.Item, who office, again bool) outcome {
	asking, cancel := context.WithTimeout(ctx, decideLimit)
	defer cancel()
	if r, ok := who.(*records); ok {
		who = r.apart() // a decision that was given up must not meet the next one
	}
	o, err := mailtext.Bounded(decideLimit+decideMargin, func() outcome {
		d, err := decide(asking, it, who, again)
		return outcome{decision: d, err: err}
	})
	var broken *mailtext.PanicError
	var unread *notAnalysed
	switch {
	case errors.As(err, &broken):
		slog.ErrorContext(ctx, "deciding panicked", "panic", fmt.Sprint(broken.Value), "stack", string(broken.Stack))
		return outcome{decision: decision{Reason: item.Technical}, detail: fmt.Sprint("deciding: ", broken.Value)}
	case err != nil:
		slog.ErrorContext(ctx, "deciding does not end", "error", err)
		reason := item.NotAnalysed
		if it.Override.Releases(reason) {
			reason = item.Technical // releasing it again would not help
		}
		return outcome{decision: decision{Reason: reason}, detail: err.Error()}
	case errors.As(o.err, &unread):
		slog.ErrorContext(ctx, "mail not analysed", "error", o.err)
		return outcome{decision: decision{Reason: item.NotAnalysed}, detail: unread.Error()}
	}
	return o
}

func (h *Handler) read(contentType, content, subject string) (mailtext.Text, error) {
	if h.Read != nil {
		return h.Read(contentType, content, subject)
	}
	return mailtext.ReadSafely(contentType, content, subject)
}

// commit writes a decision in one transaction: chat, members, message, threads
// and the mail's own state, which must be as it was read.
func (r *run) commit(ctx context.Context, it item.Item, o outcome, decisionVersion string) error {
	was, first := it.State, it.Attempts == 0
	it.Decided = time.Now().UTC()
	it.Attempts++
	if it.Reason = o.Reason; o.Reason != it.InitialReason {
		it.Detail = o.detail
	}
	it.Facts, it.Rules = o.Facts, o.Rules
	ops := it.DecidedBy()
	switch {
	case o.Dismiss:
		it.State = item.Dismissed
	case o.Reason != "":
		it.State = item.Parked
	case o.Join != nil:
		c, more := o.Join.Join(it, chat.Entry{Members: o.Members, Copy: o.Copy, Named: o.Named, Quiet: o.Quiet})
		it.State, it.Chat, it.Why = item.Processed, c.ID, o.Why
		ops = append(ops, more...)
	default:
		c, more := chat.Start(it, o.Client, o.From.ID, o.From.Name, o.Members, o.Named)
		it.State, it.Chat, it.Why = item.Processed, c.ID, o.Why
		ops = append(ops, more...)
	}
	attempt := item.Attempt{At: it.Decided, By: r.by, State: it.State, Reason: it.Reason, Chat: it.Chat}
	if r.by != "" {
		attempt.Action = item.RetryAction
	}
	if n := len(it.Rules); n > 0 {
		attempt.Rule = it.Rules[n-1]
	}
	it.Note(attempt)
	switch {
	case first && it.State == item.Parked:
		ops = append(ops, item.CountOp(it.Decided, item.Waited, 1))
	case first && len(it.Rules) > 0:
		ops = append(ops, item.CountOp(it.Decided, item.Learned, 1))
	}
	ops = append(ops, it.Transition(was, decisionVersion)...)
	err := r.Items.Commit(ctx, ops...)
	if err == nil {
		slog.InfoContext(ctx, "decided", "state", it.State, "reason", it.Reason, "chat", it.Chat)
	}
	return err
}

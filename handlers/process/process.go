// Package process decides what happens to stored mails, and stores the decision: a
// chat that starts, a chat that is joined, or the reason why a mail waits. It makes
// no calls to Graph.
//
// A mail takes this way: Decide reads the mails of a job, place decides each of them
// with decide, which asks records about the office, and commit stores the result.
package process

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/connector"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/invoke"
	"kantoorpost/shared/item"
	"kantoorpost/shared/job"
	"kantoorpost/shared/learn"
	"kantoorpost/shared/mailtext"
	"kantoorpost/shared/outbox"
	"kantoorpost/shared/table"
)

// A Handler does process jobs.
type Handler struct {
	Connectors *connector.Store
	Directory  *directory.Store
	Items      *item.Store
	Chats      *chat.Store
	Outbox     *outbox.Store
	Jobs       Jobs
	// Finish carries out the solution of a claimed mail, if that broke off.
	Finish func(ctx context.Context, it item.Item) error

	mu    sync.Mutex
	cache *cache

	indexing singleflight.Group
	index    atomic.Pointer[clientIndex]
}

// maxTries is how often one mail is decided in one job: a decision fails when
// somebody else has changed the mail or the chat meanwhile.
const maxTries = 5

// Handle decides the mails of a job. Of a job only the ids of mails count.
func (h *Handler) Handle(ctx context.Context, j job.Process) error {
	return h.Decide(ctx, "", j.Mails)
}

// Decide decides mails, oldest first so that an answer comes after what it answers.
// One mail never stops the others. When the tables fail, the host repeats the job, and
// later the tick does. By is the id of the person who retries the mails, for their
// histories; "" for nobody.
func (h *Handler) Decide(ctx context.Context, by string, mails []string) error {
	enabled, err := h.Connectors.Enabled(ctx)
	if err != nil {
		return err
	}
	if !enabled {
		return nil // the mails do not change, and the tick finds them later
	}
	// The version is read first, so that a later change has another version.
	version, clients, err := h.Directory.Versions(ctx)
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
	addresses, err := h.addresses(ctx, items)
	if err != nil {
		return err
	}
	r := h.run(by, version, clients, addresses)
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
	r.mark(ctx)
	return errors.Join(append(errs, h.Items.SetDecisionVersion(ctx, unchanged))...)
}

// run begins a job at a version of the directory, and of the clients in it.
func (h *Handler) run(by string, version, clients int64, addresses map[string]connector.Activation) *run {
	return &run{Handler: h, by: by, placed: map[string]bool{}, marks: map[string][]string{}, records: &records{
		Store: h.Chats, directory: h.Directory, connectors: h.Connectors, items: h.Items, outbox: h.Outbox,
		addresses: addresses, cache: h.cacheAt(version), now: time.Now(),
		clients: func(ctx context.Context) (*learn.ClientIndex, error) { return h.indexAt(ctx, clients) },
	}}
}

// addresses returns the activated addresses that received mails, by mailbox.
func (h *Handler) addresses(ctx context.Context, items []item.Item) (map[string]connector.Activation, error) {
	var ids []string
	for _, it := range items {
		if !slices.Contains(ids, it.Mailbox) {
			ids = append(ids, it.Mailbox)
		}
	}
	boxes, err := h.Connectors.Load(ctx, ids)
	if err != nil {
		return nil, err
	}
	addresses := map[string]connector.Activation{}
	for _, b := range boxes {
		addresses[b.Activation.ID] = b.Activation
	}
	return addresses, nil
}

// A run is one job that is being done.
type run struct {
	*Handler
	by      string // id of the person who retries; "" for nobody
	records *records
	marks   map[string][]string // mails that are to be marked in Outlook, by address
	placed  map[string]bool     // mails that were tried, so that a circle of answers ends
}

// decisionVersion names the data, besides the mail itself, that a decision rests on.
func (r *run) decisionVersion(it item.Item) string {
	l := r.records.addresses[it.Mailbox].Link
	return item.DecisionVersion(r.records.cache.version, string(l.Kind), l.ID)
}

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
			if slices.Equal(it.Lookups, d.Lookups) {
				return true, nil
			}
			// Only what the decision rests on is another. When somebody changed the mail
			// meanwhile, the next tick decides it.
			it.Lookups = d.Lookups
			err := r.Items.Commit(ctx, it.Transition(it.State, r.decisionVersion(it))...)
			if errors.Is(err, table.ErrChanged) || errors.Is(err, table.ErrNotFound) {
				err = nil
			}
			return false, err
		}
		if err := r.report(ctx, it, d.Outcomes); err != nil {
			return false, err
		}
		if d.From.Undeliverable && !d.Quiet {
			if err := r.setUndeliverable(ctx, it.From.Email, time.Time{}); err != nil {
				return false, err
			}
		}
		err = r.commit(ctx, it, d)
		if errors.Is(err, table.ErrTooLarge) {
			// Repeating does not help: people must see the mail, with the error.
			err = r.commit(ctx, it, decision{Reason: item.Technical, Detail: err.Error()})
		}
		if !overtaken(err) {
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

// overtaken tells whether a transaction failed because somebody else wrote one of its
// rows meanwhile, or because it had been done and the answer was lost.
func overtaken(err error) bool {
	return errors.Is(err, table.ErrExists) || errors.Is(err, table.ErrChanged) || errors.Is(err, table.ErrNotFound)
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
	type outcome struct {
		d   decision
		err error
	}
	reads, lookups := directory.Observe(reads)
	out, err := mailtext.Bounded(decideLimit+decideMargin, func() outcome {
		d, err := decide(reads, it, o, again)
		d.Lookups = lookups.Hashes()
		return outcome{d, err}
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

// commit stores a decision in one transaction: chat, members, message, threads and
// the state of the mail, which must be unchanged since it was read.
func (r *run) commit(ctx context.Context, it item.Item, d decision) error {
	was, version := it.State, r.decisionVersion(it)
	ops, counted, err := r.apply(ctx, &it, d)
	if err != nil {
		return err
	}
	if counted != "" {
		ops = append(ops, item.CountOp(it.Decided, counted, 1))
	}
	err = r.Items.Commit(ctx, append(ops, it.Transition(was, version)...)...)
	if err == nil {
		r.decided(ctx, it, was)
	}
	return err
}

// apply brings a mail into the state that a decision gives it. It returns the
// operations on other rows than those of the mail, and how the decision counts, "" for
// not.
func (r *run) apply(ctx context.Context, it *item.Item, d decision) (ops []table.Op, counted item.Count, err error) {
	first := it.Attempts == 0
	it.Decided = time.Now().UTC()
	it.Attempts++
	if it.Reason = d.Reason; d.Reason != it.InitialReason {
		it.Detail = d.Detail
	}
	it.Facts, it.Rules, it.Lookups = d.Facts, d.Rules, d.Lookups
	ops = it.DecidedBy()
	switch {
	case d.Dismiss:
		it.State = item.Dismissed
	case d.Reason != "":
		it.State = item.Parked
	case d.Join != nil:
		if len(d.Outcomes) > 0 {
			it.Class = item.DeliveryReport
		}
		c, more := d.Join.Join(*it, d.entry())
		it.State, it.Chat, it.Why = item.Processed, c.ID, d.Why
		ops = append(ops, more...)
		if d.By != "" && !d.Copy {
			seen, err := r.Chats.SeenOwn(ctx, c, d.By)
			if err != nil {
				return nil, "", err
			}
			ops = append(ops, seen...)
		}
	default:
		c, more := chat.StartAs(cmp.Or(d.Start, it.ID), *it, d.Client, d.From.ID, d.From.Name, d.Members, d.Named)
		it.State, it.Chat, it.Why = item.Processed, c.ID, d.Why
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
		counted = item.Waited
	case first && len(it.Rules) > 0:
		counted = item.Learned
	}
	return ops, counted, nil
}

// decided notes what follows from a decision that is stored.
func (r *run) decided(ctx context.Context, it item.Item, was item.State) {
	if it.Marked(was) && r.records.addresses[it.Mailbox].Categories {
		r.marks[it.Address] = append(r.marks[it.Address], it.ID)
	}
	slog.InfoContext(ctx, "decided", "state", it.State, "reason", it.Reason, "chat", it.Chat)
}

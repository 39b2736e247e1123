package process

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"kantoorpost/shared/connector"
	"kantoorpost/shared/invoke"
	"kantoorpost/shared/item"
	"kantoorpost/shared/table"
)

// arriveLimit is how long the mails of a page may take to be decided. What takes longer
// is stored undecided, so that a slow table delays no mailbox.
const arriveLimit = 20 * time.Second

// Arrive stores mails that an address received. Most are decided first and stored with
// their decision, several in one transaction: a mail that was stored already, or another
// row that somebody changed meanwhile, makes all of it fail, and each of its mails is
// then stored by itself. Mails that cannot be decided in one step, or at all, are stored
// in state New. More says that earlier mail may follow: then an answer to a mail that is
// not stored yet is one of those.
func (h *Handler) Arrive(ctx context.Context, to connector.Activation, mails []item.Arrival, more bool) (item.Ingested, error) {
	a, err := h.newPage(ctx, to, mails)
	if err != nil {
		slog.WarnContext(ctx, "mails stored undecided", "mails", len(mails), "error", err)
	}
	if a == nil {
		ids, err := h.Items.Ingest(ctx, mails)
		return item.Ingested{Stored: len(ids), Undecided: ids}, err
	}
	a.more = more
	err = a.decideAll(ctx, mails)
	a.mark(ctx)
	done := item.Ingested{Stored: a.stored}
	if err == nil {
		done.Undecided, err = h.Items.Ingest(ctx, a.later)
		done.Stored += len(done.Undecided)
	}
	return done, err
}

// A page holds the mails of one page of Graph, in the order in which they are decided.
type page struct {
	*run
	batch   table.Batch
	mails   []item.Item // whose operations are in the batch
	from    []*item.Arrival
	counted map[item.Count]int
	more    bool            // see Arrive
	names   map[string]bool // of the mails in the batch

	later      []item.Arrival // are stored undecided
	laterNames map[string]bool
	stored     int
}

// newPage prepares to decide mails; nil when nothing is to be decided.
func (h *Handler) newPage(ctx context.Context, to connector.Activation, mails []item.Arrival) (*page, error) {
	if len(mails) == 0 {
		return nil, nil
	}
	enabled, err := h.Connectors.Enabled(ctx)
	if err != nil || !enabled {
		return nil, err
	}
	version, clients, err := h.Directory.Versions(ctx)
	if err != nil {
		return nil, err
	}
	a := &page{run: h.run("", version, clients, map[string]connector.Activation{to.ID: to}), laterNames: map[string]bool{}}
	a.begin()
	return a, nil
}

func (a *page) begin() {
	a.batch, a.mails, a.from = table.Batch{}, nil, nil
	a.counted, a.names = map[item.Count]int{}, map[string]bool{}
}

// decideAll decides mails, and stores those that could be decided.
func (a *page) decideAll(ctx context.Context, mails []item.Arrival) error {
	ordered, err := a.inOrder(mails)
	if err != nil {
		return err
	}
	until := time.Now().Add(arriveLimit)
	for _, m := range ordered {
		if time.Now().After(until) || !m.OneStep() {
			a.postpone(m.from)
			continue
		}
		ctx := invoke.With(ctx, slog.String("mail", m.ID))
		decided, err := a.add(ctx, m)
		if unread := (*readError)(nil); errors.As(err, &unread) {
			slog.WarnContext(ctx, "mails stored undecided", "error", err)
			until = time.Time{}
		} else if err != nil {
			return err
		}
		if !decided {
			a.postpone(m.from)
		}
	}
	return a.flush(ctx)
}

// A pageMail is a mail of the page as it is stored, and as it came.
type pageMail struct {
	item.Prepared
	from *item.Arrival
}

// inOrder returns the mails of a page, each once, in the order in which they are
// decided: oldest first, but an answer comes after what it answers.
func (a *page) inOrder(mails []item.Arrival) (ordered []*pageMail, err error) {
	a.records.contents = make(map[string]string, len(mails))
	byID, named := make(map[string]*pageMail, len(mails)), map[string][]string{}
	for i := range mails {
		from := &mails[i]
		m, err := a.Items.Prepare(*from)
		if err != nil {
			return nil, err
		}
		if _, twice := byID[m.ID]; twice {
			continue
		}
		byID[m.ID], a.records.contents[m.ID] = &pageMail{m, from}, from.Content
		named[m.InternetMessageID] = append(named[m.InternetMessageID], m.ID)
	}
	done := map[string]bool{}
	var put func(id string)
	put = func(id string) {
		if done[id] {
			return
		}
		done[id] = true // also ends a circle of answers
		for _, answered := range byID[id].Answers() {
			for _, earlier := range named[answered] {
				put(earlier)
			}
		}
		ordered = append(ordered, byID[id])
	}
	for _, id := range slices.Backward(slices.Sorted(maps.Keys(byID))) {
		put(id)
	}
	return ordered, nil
}

// A readError is an error of a decision, which has stored nothing.
type readError struct{ error }

// add decides a mail and adds it to the batch. Decided is false when that takes more
// than one step.
func (a *page) add(ctx context.Context, m *pageMail) (decided bool, err error) {
	if shared(a.names, m.Item) { // what it belongs to must be stored before it is decided
		if err := a.flush(ctx); err != nil {
			return false, err
		}
	}
	for {
		if shared(a.laterNames, m.Item) { // also those of a batch that was overtaken just now
			return false, nil
		}
		it, ops, counted, err := a.operations(ctx, m.Prepared)
		if err != nil || ops == nil {
			return false, err
		}
		writes := a.batch.Writes(ops) // such as the chat that another mail joins
		if !writes && a.batch.Room(ops, maxCounts) {
			a.batch.Add(ops)
			a.mails, a.from = append(a.mails, it), append(a.from, m.from)
			if counted != "" {
				a.counted[counted]++
			}
			addNames(a.names, it)
			return true, nil
		}
		if len(a.mails) == 0 {
			return false, nil // too large
		}
		if err := a.flush(ctx); err != nil {
			return false, err
		}
	}
}

// maxCounts is how many counts a batch can have.
const maxCounts = 3

// operations decides a mail, and returns it with the operations that store it; none
// when that takes more than one step.
func (a *page) operations(ctx context.Context, m item.Prepared) (it item.Item, ops []table.Op, counted item.Count, err error) {
	d, err := decideSafely(ctx, m.Item, a.records, false)
	if err == nil && d.starts() {
		var waits bool
		waits, err = a.waits(ctx, m.Item)
		if waits && err == nil {
			return it, nil, "", nil
		}
	}
	if err != nil {
		return it, nil, "", &readError{err}
	}
	if d.Create != nil || d.addsClient() || len(d.Outcomes) > 0 || d.From.Undeliverable && !d.Quiet {
		return it, nil, "", nil
	}
	ops, counted, err = a.apply(ctx, &m.Item, d)
	if err != nil {
		return it, nil, "", &readError{err}
	}
	return m.Item, append(ops, m.Insertion(a.decisionVersion(m.Item))...), counted, nil
}

// waits tells whether a mail that would start a chat answers a mail that is stored, or
// may be stored soon: that one is decided before (see placeAnswered).
func (a *page) waits(ctx context.Context, it item.Item) (bool, error) {
	answers := it.Answers()
	if a.more && len(answers) > 0 {
		return true, nil
	}
	for _, id := range answers {
		earlier, err := a.Items.ByMessageID(ctx, id)
		if err != nil || len(earlier) > 0 {
			return true, err
		}
	}
	return false, nil
}

// flush stores the mails of the batch. When somebody else was faster, they are stored
// undecided instead, those that are new.
func (a *page) flush(ctx context.Context) error {
	if len(a.mails) == 0 {
		return nil
	}
	defer a.begin()
	ops := append(slices.Clip(a.batch.Ops()), item.CountOp(time.Now(), item.Stored, len(a.mails)))
	for _, c := range slices.Sorted(maps.Keys(a.counted)) {
		ops = append(ops, item.CountOp(time.Now(), c, a.counted[c]))
	}
	err := a.Items.Commit(ctx, ops...)
	switch {
	case table.IsConflict(err), errors.Is(err, table.ErrTooLarge):
		slog.InfoContext(ctx, "mails stored undecided", "mails", len(a.mails), "error", err)
		for _, from := range a.from {
			a.postpone(from)
		}
		return nil
	case err != nil:
		return fmt.Errorf("store %d mails with their decisions: %w", len(a.mails), err)
	}
	a.stored += len(a.mails)
	for _, it := range a.mails {
		a.decided(invoke.With(ctx, slog.String("mail", it.ID)), it, item.New)
	}
	return nil
}

// postpone leaves a mail to a process job, and with it those that belong to it.
func (a *page) postpone(m *item.Arrival) {
	a.later = append(a.later, *m)
	addNames(a.laterNames, m.Item)
}

// namesOf returns texts by which mails of one page belong together: two of them have
// one in common when one answers the other, is a copy of it, or is in its conversation.
func namesOf(it item.Item) []string {
	names := it.Answers()
	if it.InternetMessageID != "" {
		names = append(names, it.InternetMessageID)
	}
	if it.ConversationID != "" {
		names = append(names, strings.Join([]string{"conversation", it.Mailbox, it.ConversationID}, "|"))
	}
	return names
}

func addNames(names map[string]bool, it item.Item) {
	for _, n := range namesOf(it) {
		names[n] = true
	}
}

func shared(names map[string]bool, it item.Item) bool {
	return slices.ContainsFunc(namesOf(it), func(n string) bool { return names[n] })
}

// Package process decides what happens to stored mails, and stores the decision: a
// chat that starts, a chat that is joined, or the reason why a mail waits. It asks
// Graph for nothing but the names of files, before the model places a mail that has some.
//
// # The way of a mail
//
//   - Arrive (arrive.go) decides the mails of a page before they are stored, and stores
//     several in one transaction. Decide (here) decides mails that are stored: those that
//     take more than one step, those of lost jobs, and those that are decided again. It
//     has place (place.go) decide each, until its decision is stored.
//   - Both call decide (decide.go), which changes nothing. It looks at mail of programs and
//     delivery reports (initial_reason.go, report.go), then at who wrote (author.go), then
//     at the chat that is answered (participation.go), then at the client. When rules do
//     not tell the client, the model may (suggested.go).
//   - What decide asks is the interface office (office.go). Records answers from the tables
//     (records.go), with learned rules (learned.go), at one version of the directory, and
//     a cache keeps the answers.
//   - Apply makes operations of a decision, which commit writes (commit.go).
package process

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/connector"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/evidence"
	"kantoorpost/shared/item"
	"kantoorpost/shared/job"
	"kantoorpost/shared/learn"
	"kantoorpost/shared/outbox"
)

// A Handler does process jobs.
type Handler struct {
	Connectors *connector.Store
	Directory  *directory.Store
	Items      *item.Store
	Chats      *chat.Store
	Outbox     *outbox.Store
	Evidence   *evidence.Reader
	Jobs       job.Putter
	// Finish carries out the solution of a claimed mail, if that broke off.
	Finish func(ctx context.Context, it item.Item) error

	mu    sync.Mutex
	cache *cache

	indexing singleflight.Group
	index    atomic.Pointer[clientIndex]
}

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
		Store: h.Chats, directory: h.Directory, connectors: h.Connectors, items: h.Items, outbox: h.Outbox, evidence: h.Evidence,
		fileNames: h.Evidence.FileNames, files: &memo[[]string]{}, addresses: addresses, cache: h.cacheAt(version), now: time.Now(),
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

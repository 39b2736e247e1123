// Package mark shows in Outlook what was done: it sets the categories of mails, by
// the state that the tables say they have. It decides nothing, and no mail depends
// on its success.
package mark

import (
	"context"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"kantoorpost/shared/connector"
	"kantoorpost/shared/fault"
	"kantoorpost/shared/graph/answer"
	"kantoorpost/shared/invoke"
	"kantoorpost/shared/item"
	"kantoorpost/shared/job"
	"kantoorpost/shared/mail"
)

// The categories of mails in Outlook. They cannot be renamed there, so a change here
// leaves the old ones on mails.
// https://learn.microsoft.com/graph/api/resources/outlookcategory
var (
	processed    = mail.Category{Name: "Kantoorpost: verwerkt", Color: "preset4"}    // green: the mail is in a chat
	actionNeeded = mail.Category{Name: "Kantoorpost: actie nodig", Color: "preset1"} // orange: it waits for a person
)

// Categories are the categories that this package sets.
func Categories() []mail.Category { return []mail.Category{processed, actionNeeded} }

const (
	// masterAge is how long a mailbox is trusted to have the categories in its list.
	masterAge = 24 * time.Hour
	// maxAttempts is how often a mark is tried: for about a week.
	maxAttempts = 35
)

// A Handler does mark jobs.
type Handler struct {
	Connectors *connector.Store
	Items      *item.Store

	mu      sync.Mutex
	masters map[string]time.Time // until when the list of a mailbox has the categories
}

// Handle sets the categories of the mails of a job. Of a job only the ids of mails
// count. An error of Graph does not fail the job: the marks wait for the tick.
func (h *Handler) Handle(ctx context.Context, j job.Mark) error {
	enabled, err := h.Connectors.Enabled(ctx)
	if err != nil || !enabled {
		return err // the marks stay, and the tick finds them later
	}
	// The marks are read first: one that is renewed after that is not removed.
	marks, err := h.Items.Marks(ctx, j.Mails)
	if err != nil || len(marks) == 0 {
		return err
	}
	byMailbox := map[string][]item.Mark{}
	for _, m := range marks {
		byMailbox[m.Mailbox] = append(byMailbox[m.Mailbox], m)
	}
	boxes, err := h.Connectors.Load(ctx, slices.Collect(maps.Keys(byMailbox)))
	if err != nil {
		return err
	}
	active := map[string]connector.Mailbox{}
	for _, b := range boxes {
		active[b.ID] = b
	}
	for _, mailbox := range slices.Sorted(maps.Keys(byMailbox)) {
		ctx := invoke.With(ctx, slog.String("mailbox", mailbox))
		if err := h.mailbox(ctx, active[mailbox], byMailbox[mailbox]); err != nil {
			return err
		}
	}
	return nil
}

// mailbox sets the categories of mails in one mailbox, and notes which ones are done.
// Errors are of the tables.
func (h *Handler) mailbox(ctx context.Context, box connector.Mailbox, marks []item.Mark) error {
	if !box.Active || !box.Categories {
		return h.Items.DropMarks(ctx, marks)
	}
	if wait := box.Cursor.NotBefore.Sub(h.Connectors.Now()); wait > 0 {
		return h.Items.PostponeMarks(ctx, marks, wait)
	}
	graph, err := h.Connectors.Client(ctx, box.Connector)
	if err != nil {
		slog.WarnContext(ctx, "categories not set: no client for the connector", "error", err)
		return h.Items.PostponeMarks(ctx, marks, 0)
	}
	h.ensureMasters(ctx, graph, box.ID)
	var changes []mail.CategoryChange
	for _, m := range marks {
		if m.Message != "" {
			changes = append(changes, changeOf(m))
		}
	}
	failed := graph.Categorize(ctx, box.ID, changes)
	var done, later []item.Mark
	var after time.Duration
	for _, m := range marks {
		err := failed[m.Message]
		if err == nil {
			err = failed[""]
		}
		if err == nil || lost(ctx, m, err) {
			done = append(done, m)
			continue
		}
		if kind, wait := fault.Of(err); kind == fault.KindLater {
			after = max(after, wait)
		}
		later = append(later, m)
	}
	if len(later) > 0 {
		slog.WarnContext(ctx, "categories not set yet", "mails", len(later), "error", failed[later[0].Message])
	}
	if err := h.Items.DropMarks(ctx, done); err != nil {
		return err
	}
	return h.Items.PostponeMarks(ctx, later, after)
}

// lost says whether a mark can never be set, and notes why.
func lost(ctx context.Context, m item.Mark, err error) bool {
	why := ""
	switch e, _ := answer.Of(err); {
	case answer.IsMissing(err):
		why = "the mail is not in the mailbox any more"
	case e != nil && e.Status == http.StatusBadRequest:
		why = "Graph refuses the mail"
	case m.Attempts >= maxAttempts:
		why = "it failed too often"
	default:
		return false
	}
	slog.InfoContext(ctx, "categories are not set", "mail", m.ID, "why", why, "error", err)
	return true
}

// changeOf returns the categories that a mail gets by its state. Only a mail in a
// chat is marked as processed.
func changeOf(m item.Mark) mail.CategoryChange {
	c := mail.CategoryChange{Message: m.Message}
	switch m.State {
	case item.Processed:
		c.Add, c.Remove = []string{processed.Name}, []string{actionNeeded.Name}
	case item.Parked:
		c.Add, c.Remove = []string{actionNeeded.Name}, []string{processed.Name}
	default:
		c.Remove = []string{processed.Name, actionNeeded.Name}
	}
	return c
}

// ensureMasters adds the categories to the list of a mailbox, once a day. Without
// the permission for that, the categories are set all the same, and have no colour.
func (h *Handler) ensureMasters(ctx context.Context, graph connector.Categorizer, mailbox string) {
	h.mu.Lock()
	known := h.masters[mailbox].After(time.Now())
	h.mu.Unlock()
	if known {
		return
	}
	if err := graph.EnsureCategories(ctx, mailbox, Categories()); err != nil {
		slog.WarnContext(ctx, "the categories cannot be added to the list of the mailbox", "error", err)
		if kind, _ := fault.Of(err); kind != fault.KindFinal {
			return // the next job tries again
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.masters == nil {
		h.masters = map[string]time.Time{}
	}
	h.masters[mailbox] = time.Now().Add(masterAge)
}

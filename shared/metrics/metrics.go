// Package metrics measures, at each tick, what the platform does not: how much waits
// in each queue, which mailboxes fail, which mail waits for a person, and how long a
// mail takes to become a chat. It keeps the figures of a week.
//
// It changes nothing and judges nothing: what a figure means stands in
// infra/alerts.json.
package metrics

import (
	"context"
	"errors"
	"slices"
	"time"

	"kantoorpost/shared/connector"
	"kantoorpost/shared/item"
	"kantoorpost/shared/outbox"
	"kantoorpost/shared/queue"
	"kantoorpost/shared/sorting"
)

// A Name names what is measured. Names are stored, and the rules of alerts count them.
type Name string

// The measured figures. Ages and lags are in seconds.
const (
	QueueDepth         Name = "queue-depth"         // messages of a queue
	QueueAge           Name = "queue-age"           // of the first message that waits in a queue
	QueuePoison        Name = "queue-poison"        // messages of its poison queue
	UndecidedMails     Name = "undecided-mails"     // stored and not decided
	UndecidedAge       Name = "undecided-age"       // since the oldest of them was received; 0 while the integration is off
	Mailboxes          Name = "mailboxes"           // activated
	MailboxesFailing   Name = "mailboxes-failing"   // that failed three times in a row or more
	MailboxesThrottled Name = "mailboxes-throttled" // that Graph asks not to read now
	MailboxFailures    Name = "mailbox-failures"    // times in a row that a mailbox, by its id in Graph, could not be read
	ConnectorStopped   Name = "connector-stopped"   // 1 for a connector, by its id, that Entra or Graph refuses
	SecretDays         Name = "secret-days"         // until the secret of a connector ends
	WaitingMails       Name = "waiting-mails"       // that wait for a person for a reason
	WaitingAge         Name = "waiting-age"         // since the oldest of them was received
	RepliesFailed      Name = "replies-failed"      // that did not leave, or did not reach somebody
	RepliesUnknown     Name = "replies-unknown"     // of which nobody knows whether they left
	PlacedMails        Name = "placed-mails"        // that became part of a chat in the last hour
	LagMedian          Name = "lag-p50"             // from arrival to chat, of those
	LagP95             Name = "lag-p95"             //
	ThrottledCalls     Name = "throttled-calls"     // that Graph refused with 429; a line for each, and not in those of ticks
	Failures           Name = "failures"            // parts of the tick, and figures, that failed
)

// A Metric is one figure.
type Metric struct {
	Name  Name    `json:"name"`
	Of    string  `json:"of,omitempty"` // the queue, mailbox, connector or reason
	Value float64 `json:"value"`
}

// FailingFrom is how many times in a row a mailbox fails that is said to be failing.
const FailingFrom = 3

// What one tick reads at most, so that its cost stays flat.
const (
	maxMailboxes = 20 // failing mailboxes that are named, those that fail longest
	maxWaiting   = 5  // queries, of a thousand mails each
	maxReplies   = 200
)

// A Meter measures.
type Meter struct {
	Queues     *queue.Service
	QueueNames []string
	Connectors *connector.Store
	Items      *item.Store
	Outbox     *outbox.Store
}

// Measure returns the figures of now. When a part cannot be measured, the error says
// so, and the others are there. It writes nothing.
func (m Meter) Measure(ctx context.Context, now time.Time) ([]Metric, error) {
	s := &sample{now: now}
	errs := []error{m.connectors(ctx, s), m.waiting(ctx, s), m.undecided(ctx, s), m.replies(ctx, s), m.lags(ctx, s)}
	for _, name := range m.QueueNames {
		errs = append(errs, m.queue(ctx, s, name))
	}
	return s.metrics, errors.Join(errs...)
}

// A sample is what was measured so far.
type sample struct {
	now     time.Time
	metrics []Metric
}

func (s *sample) add(name Name, of string, value float64) {
	s.metrics = append(s.metrics, Metric{name, of, value})
}

// age adds the time since then in seconds; 0 for the zero time.
func (s *sample) age(name Name, of string, since time.Time) {
	if since.IsZero() {
		since = s.now
	}
	s.add(name, of, max(0, s.now.Sub(since).Truncate(time.Second).Seconds()))
}

func (m Meter) queue(ctx context.Context, s *sample, name string) error {
	depth, err := m.Queues.Depth(ctx, name)
	if err != nil {
		return err
	}
	var oldest time.Time
	if depth > 0 {
		if oldest, err = m.Queues.Oldest(ctx, name); err != nil {
			return err
		}
	}
	poison, err := m.Queues.Depth(ctx, name+queue.Poison)
	if err != nil {
		return err
	}
	s.add(QueueDepth, name, float64(depth))
	s.age(QueueAge, name, oldest)
	s.add(QueuePoison, name, float64(poison))
	return nil
}

func (m Meter) connectors(ctx context.Context, s *sample) error {
	connectors, err := m.Connectors.Connectors(ctx)
	if err != nil {
		return err
	}
	for _, c := range connectors {
		if c.State.Stopped() {
			s.add(ConnectorStopped, c.ID, 1)
		}
		if !c.SecretExpires.IsZero() {
			s.add(SecretDays, c.ID, float64(c.SecretExpires.Sub(s.now).Truncate(24*time.Hour)/(24*time.Hour)))
		}
	}
	boxes, err := m.Connectors.Activated(ctx)
	if err != nil {
		return err
	}
	boxes = slices.DeleteFunc(boxes, func(b connector.Mailbox) bool { return !b.Active })
	failing, throttled := 0, 0
	for _, b := range boxes {
		if b.Cursor.Failures >= FailingFrom {
			failing++
		}
		if b.Cursor.State == connector.MailboxThrottled {
			throttled++
		}
	}
	s.add(Mailboxes, "", float64(len(boxes)))
	s.add(MailboxesFailing, "", float64(failing))
	s.add(MailboxesThrottled, "", float64(throttled))
	sorting.By(boxes, func(a, b connector.Mailbox) int { return b.Cursor.Failures - a.Cursor.Failures })
	for _, b := range boxes[:min(len(boxes), maxMailboxes)] {
		if b.Cursor.Failures > 0 {
			s.add(MailboxFailures, b.ID, float64(b.Cursor.Failures))
		}
	}
	return nil
}

// waiting counts the newest mails that wait; an office with more of them has more to do
// than to read figures.
func (m Meter) waiting(ctx context.Context, s *sample) error {
	count, oldest := map[item.Reason]int{}, map[item.Reason]time.Time{}
	for from, n := "", 0; n == 0 || from != "" && n < maxWaiting; n++ {
		mails, next, err := m.Items.Summaries(ctx, "", from)
		if err != nil {
			return err
		}
		for _, w := range mails { // newest first
			count[w.Reason]++
			oldest[w.Reason] = w.Received
		}
		from = next
	}
	for _, reason := range item.Reasons() {
		if count[reason] > 0 {
			s.add(WaitingMails, string(reason), float64(count[reason]))
			s.age(WaitingAge, string(reason), oldest[reason])
		}
	}
	return nil
}

func (m Meter) undecided(ctx context.Context, s *sample) error {
	n, oldest, err := m.Items.Undecided(ctx)
	if err != nil {
		return err
	}
	enabled, err := m.Connectors.Enabled(ctx)
	if err != nil {
		return err
	}
	if !enabled {
		oldest = time.Time{} // nobody expects them to be decided
	}
	s.add(UndecidedMails, "", float64(n))
	s.age(UndecidedAge, "", oldest)
	return nil
}

func (m Meter) replies(ctx context.Context, s *sample) error {
	replies, _, err := m.Outbox.List(ctx, outbox.Query{Limit: maxReplies})
	if err != nil {
		return err
	}
	failed, unknown := 0, 0
	for _, r := range replies {
		switch r.State {
		case outbox.Failed, outbox.Bounced:
			failed++
		case outbox.Unknown:
			unknown++
		}
	}
	s.add(RepliesFailed, "", float64(failed))
	s.add(RepliesUnknown, "", float64(unknown))
	return nil
}

// lags measures the last hour. Without mail there is no lag.
func (m Meter) lags(ctx context.Context, s *sample) error {
	lags, err := m.Items.Lags(ctx, s.now.Add(-time.Hour))
	if err != nil {
		return err
	}
	s.add(PlacedMails, "", float64(len(lags)))
	if len(lags) > 0 {
		slices.Sort(lags)
		s.add(LagMedian, "", percentile(lags, 50).Seconds())
		s.add(LagP95, "", percentile(lags, 95).Seconds())
	}
	return nil
}

// percentile returns the smallest value that p percent of the sorted values do not
// exceed.
func percentile(sorted []time.Duration, p int) time.Duration {
	return sorted[(len(sorted)*p+99)/100-1]
}

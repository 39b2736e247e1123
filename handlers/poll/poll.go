// Package poll does the tick: every five minutes it puts fetch jobs for all
// activated mailboxes, and jobs for work in the tables whose queue messages were
// lost. It reads no mail and decides nothing.
package poll

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"kantoorpost/shared/connector"
	"kantoorpost/shared/invoke"
	"kantoorpost/shared/item"
	"kantoorpost/shared/job"
	"kantoorpost/shared/outbox"
	"kantoorpost/shared/work"
)

const (
	tickEvery = 5 * time.Minute // as the timer's schedule says
	// perFetch is how many mailboxes one fetch job has: each queue message costs
	// three operations.
	perFetch = 16
	// perProcess is how many mails one process job has.
	perProcess = 20
	// perSend is how many replies one send job has. They are sent one after the
	// other, and each may have attachments.
	perSend = 5
	// perTick bounds the mails and the replies for which one tick puts jobs again; the
	// next tick continues.
	perTick = 2000
)

// Jobs puts jobs on their queues.
type Jobs interface {
	job.Putter
	// PutAfter puts a job that nobody sees before a delay is over.
	PutAfter(ctx context.Context, j job.Job, delay time.Duration) error
	// Depth returns how many jobs a queue has.
	Depth(ctx context.Context, queue string) (int, error)
}

// Directory tells whether the data of the office changed.
type Directory interface {
	Version(ctx context.Context) (int64, error)
	// Changed returns the look-ups that changed after one version and up to another;
	// all when any may have. ForgetChanged ends that for old versions.
	Changed(ctx context.Context, after, to int64) (lookups map[string]int64, all bool, err error)
	ForgetChanged(ctx context.Context, to int64) error
}

// A Handler does the tick.
type Handler struct {
	Connectors *connector.Store
	Directory  Directory
	Items      *item.Store
	Outbox     *outbox.Store
	Jobs       Jobs
	// Resume continues what people began and what broke off: undos, and changes of
	// chats.
	Resume func(ctx context.Context) error
}

// Handle does one tick. When one part fails, the others are still done; the next
// tick repeats it.
func (h *Handler) Handle(ctx context.Context, tick invoke.Tick) error {
	why := "timer " + tick.At.Truncate(time.Minute).Format("2006-01-02T15:04Z07:00")
	enabled, due, err := h.Connectors.Due(ctx)
	var lag time.Duration
	if err == nil {
		lag, err = h.Connectors.MaxLag(ctx)
	}
	if err != nil {
		return fmt.Errorf("find what is due: %w", err)
	}
	if !enabled {
		slog.InfoContext(ctx, "the integration is switched off")
		return h.Resume(ctx) // what people began has nothing to do with the mailboxes
	}
	return errors.Join(
		h.fetch(ctx, due, tick, why, lag),
		h.sweepOpen(ctx),
		h.sweepParked(ctx),
		h.sweepReplies(ctx),
		h.sweepMarks(ctx),
		h.Resume(ctx),
	)
}

// sentEvery is in which tick the Sent Items of a mailbox are read whose inbox has
// nothing new. With new mail they are read at once.
const sentEvery = 3

// fetch puts fetch jobs for the mailboxes whose turn it is. Those with neighbouring keys are
// in one job, since one query reads them. Each third time a mailbox has its Sent Items read.
func (h *Handler) fetch(ctx context.Context, due []connector.Mailbox, tick invoke.Tick, why string, lag time.Duration) error {
	turn := int(tick.At.Unix() / int64(tickEvery.Seconds()))
	calls, err := h.calls(ctx, len(due))
	if err != nil {
		return err
	}
	p := planFor(due, h.Connectors.Now(), lag, calls)
	var jobs []job.Fetch
	asked := 0
	for n, b := range due {
		if !p.turn(b, turn) {
			continue
		}
		if asked%perFetch == 0 {
			jobs = append(jobs, job.Fetch{Why: why, Claim: job.NewClaim()})
		}
		j := &jobs[len(jobs)-1]
		j.Addresses = append(j.Addresses, b.Address)
		j.Mailboxes = append(j.Mailboxes, b.Activation.ID)
		if (n+turn)%sentEvery == 0 {
			j.Sent = append(j.Sent, b.Activation.ID)
		}
		asked++
	}
	p.log(ctx, len(due), asked)
	var errs []error
	put := 0
	first, slower := 0, 1.0
	if throttled(due) {
		first = turn * (len(jobs)/3 + 1)
		slower = float64(callsPerTick) / (float64(asked) * callsPerRead)
	}
	for i := range jobs {
		j := jobs[(first+i)%len(jobs)]
		errs = append(errs, h.Jobs.PutAfter(ctx, j, delay(float64(put)*slower)))
		put += len(j.Mailboxes) + len(j.Sent)
	}
	return errors.Join(errs...)
}

// throttled says whether Graph refused more than one mailbox in a hundred. Then the jobs
// take all of the tick, and begin with others in each, so that the same are not refused again.
func throttled(due []connector.Mailbox) bool {
	n := 0
	for _, b := range due {
		if b.Cursor.State == connector.MailboxThrottled {
			n++
		}
	}
	return n > len(due)/100
}

// calls is how many calls of Graph the tick may plan: less by the jobs of former ticks that
// Graph was too slow for. An office that fits in any case costs no look at the queue.
func (h *Handler) calls(ctx context.Context, due int) (int, error) {
	if float64(due)*callsPerRead < float64(callsPerTick)/4 {
		return callsPerTick, nil
	}
	depth, err := h.Jobs.Depth(ctx, job.Fetch{}.Queue())
	if err != nil {
		return 0, err
	}
	return max(callsPerTick-int(float64(depth*perFetch)*callsPerRead), callsPerTick/10), nil
}

// sweepOpen puts jobs for mails that are stored and not decided: their job was lost,
// or the decision failed. One job too many is harmless, so it is put before the work
// is postponed.
func (h *Handler) sweepOpen(ctx context.Context) error {
	open, err := h.Items.Work.Due(ctx, perTick)
	if err != nil {
		return err
	}
	if len(open) > 0 {
		slog.WarnContext(ctx, "mails not decided yet: jobs are put again", "mails", len(open))
	}
	for part := range slices.Chunk(open, perProcess) {
		ids := make([]string, len(part))
		for i, w := range part {
			ids[i] = w.ID
		}
		if err := h.process(ctx, "swept", ids); err != nil {
			return err
		}
		if err := h.Items.Work.Postpone(ctx, part); err != nil {
			return err
		}
	}
	return nil
}

// sweepParked puts jobs for parked mails that rest on what changed in the office.
func (h *Handler) sweepParked(ctx context.Context) error {
	version, err := h.Directory.Version(ctx)
	if err != nil {
		return err
	}
	boxes, err := h.Connectors.Activated(ctx)
	if err != nil {
		return err
	}
	o := item.Office{Version: version, Links: map[string]string{}, Now: time.Now()}
	for _, b := range boxes {
		o.Links[b.Activation.ID] = item.DecisionVersion(version, string(b.Link.Kind), b.Link.ID)
	}
	changed := false
	o.Changed = func(ctx context.Context, after int64) (map[string]int64, bool, error) {
		changed = true
		return h.Directory.Changed(ctx, after, version)
	}
	ids, err := h.Items.Outdated(ctx, o, perTick)
	if err != nil {
		return err
	}
	for part := range slices.Chunk(ids, perProcess) {
		if err := h.process(ctx, "office changed", part); err != nil {
			return err
		}
	}
	if changed && len(ids) == 0 {
		return h.Directory.ForgetChanged(ctx, version)
	}
	return nil
}

// sweepReplies puts jobs for replies that are to leave and whose job was lost, came too
// early, or could not send them.
func (h *Handler) sweepReplies(ctx context.Context) error {
	due, err := h.Outbox.Work.Due(ctx, perTick)
	if err != nil {
		return err
	}
	if len(due) > 0 {
		slog.InfoContext(ctx, "replies not sent yet: jobs are put again", "replies", len(due))
	}
	byAddress := map[string][]work.Entry{}
	for _, w := range due {
		byAddress[w.Address] = append(byAddress[w.Address], w)
	}
	for _, address := range slices.Sorted(maps.Keys(byAddress)) {
		for part := range slices.Chunk(byAddress[address], perSend) {
			if err := h.send(ctx, address, part); err != nil {
				return err
			}
		}
	}
	return nil
}

// sweepMarks puts jobs for mails whose categories in Outlook are to be set, and whose
// job was lost or failed. A mark is postponed by the job that fails to set it.
func (h *Handler) sweepMarks(ctx context.Context) error {
	due, err := h.Items.DueMarks(ctx, perTick)
	if err != nil {
		return err
	}
	byAddress := map[string][]string{}
	for _, m := range due {
		byAddress[m.Address] = append(byAddress[m.Address], m.ID)
	}
	for _, address := range slices.Sorted(maps.Keys(byAddress)) {
		for _, j := range job.Marks(address, "swept", byAddress[address]) {
			if err := h.Jobs.Put(ctx, j); err != nil {
				return err
			}
		}
	}
	return nil
}

func (h *Handler) send(ctx context.Context, address string, entries []work.Entry) error {
	j := job.Send{Address: address, Why: "swept"}
	for _, w := range entries {
		j.Replies = append(j.Replies, w.ID)
	}
	if err := h.Jobs.Put(ctx, j); err != nil {
		return err
	}
	return h.Outbox.Work.Postpone(ctx, entries)
}

func (h *Handler) process(ctx context.Context, why string, mails []string) error {
	return h.Jobs.Put(ctx, job.Process{Why: why, Mails: mails})
}

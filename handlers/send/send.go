// Package send makes mails of replies and sends them from the mailboxes of the
// office, each exactly once. It does not decide what a reply says or who gets it.
//
// # Never twice
//
// A reply leaves in these steps; each is stored before the next begins (package
// outbox), and only the job that has claimed the reply can store:
//
//  1. A draft is made in the mailbox. It has the id of the reply as a property, so
//     that a draft whose answer was lost is found and used. Its ids are stored.
//  2. Text, recipients and attachments are written into the draft. This can be
//     repeated.
//  3. That the draft is about to leave is stored.
//  4. The draft is told to leave.
//
// From step 3 on it is in doubt whether the mail left, until Graph accepts it, or
// refuses it with a code that proves that it did not leave (answer.NotSent). What is
// in doubt is looked for by the keys of that draft. It is told to leave again only
// when that very draft still is a draft ten minutes later. A second draft is never
// made while there is a doubt. A reply that is found nowhere for an hour is unknown,
// and a person looks for it.
//
// A job renews its turn to send from the mailbox, and stops when it cannot. A process that
// dies leaves a turn that ends after outbox.TurnLife, and a claim that ends after
// outbox.ClaimLife. The tick puts jobs for what is open.
package send

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"kantoorpost/shared/blob"
	"kantoorpost/shared/connector"
	"kantoorpost/shared/graph/answer"
	"kantoorpost/shared/invoke"
	"kantoorpost/shared/item"
	"kantoorpost/shared/job"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/outbox"
)

// Jobs puts jobs on their queues.
type Jobs interface {
	PutAfter(ctx context.Context, j job.Job, delay time.Duration) error
}

// Addresses are the activated mailboxes, and the switch of the integration.
type Addresses interface {
	Enabled(ctx context.Context) (bool, error)
	Load(ctx context.Context, mailboxes []string) ([]connector.Mailbox, error)
	// MailboxSettings are empty when they cannot be read.
	MailboxSettings(ctx context.Context, a connector.Activation) mail.MailboxSettings
}

// Uploads are the files that people send along; blob.ErrNotFound when one is gone.
type Uploads interface {
	Open(ctx context.Context, id string) (*blob.File, error)
}

// A Mailbox is what sending needs of Graph: see connector.Sender and connector.Graph.
type Mailbox interface {
	CreateReply(ctx context.Context, mailbox, message, mode, reply, timeZone string) (mail.Draft, error)
	CreateDraft(ctx context.Context, mailbox string, d mail.NewDraft) (mail.Draft, error)
	Draft(ctx context.Context, mailbox, id string) (mail.Draft, error)
	PatchDraft(ctx context.Context, mailbox, id string, p mail.DraftPatch) error
	DeleteDraft(ctx context.Context, mailbox, id string) error
	Attach(ctx context.Context, mailbox, draft string, a mail.OutgoingAttachment, content io.ReaderAt) error
	Detach(ctx context.Context, mailbox, draft, attachment string) error
	SendDraft(ctx context.Context, mailbox, draft string) error
	FindSent(ctx context.Context, mailbox string, k mail.SentKeys) (mail.Draft, bool, error)
	Attachments(ctx context.Context, mailbox, message string) ([]mail.Attachment, error)
	Attachment(ctx context.Context, mailbox, message, id string, w io.Writer) error
}

// A Handler does send jobs.
type Handler struct {
	Outbox    *outbox.Store
	Items     *item.Store
	Addresses Addresses
	Uploads   Uploads
	Jobs      Jobs
	// Dial returns Graph through a connector.
	Dial func(ctx context.Context, connector string) (Mailbox, error)
	// May says whether the author of a reply may, now, send it from an address.
	May func(ctx context.Context, r outbox.Reply, from connector.Activation) (bool, error)

	turns turns
}

const (
	// margin is the part of a job's time below which it begins with no other reply.
	margin = 90 * time.Second
	// soon is how far ahead a reply leaves for which a job is put; the tick finds
	// those that leave later.
	soon = 10 * time.Minute
	// early is how much too early a job may come: clocks differ.
	early = 5 * time.Second
)

// Handle sends the replies of a job, one after the other. What Graph refuses or
// delays is stored with the reply, so a send job fails only when the tables, queues
// or blobs do. Of a job only the ids of replies count.
func (h *Handler) Handle(ctx context.Context, j job.Send) error {
	// While the integration is off, replies wait and can be taken back.
	enabled, err := h.Addresses.Enabled(ctx)
	if err != nil || !enabled {
		return err
	}
	var errs []error
	for i, id := range j.Replies {
		if deadline, ok := ctx.Deadline(); ok && i > 0 && time.Until(deadline) < margin {
			j.Why, j.Replies = "continued", j.Replies[i:]
			errs = append(errs, h.Jobs.PutAfter(ctx, j, 0))
			break
		}
		if err := h.reply(ctx, id); err != nil {
			errs = append(errs, fmt.Errorf("reply %s: %w", id, err))
		}
	}
	return errors.Join(errs...)
}

// reply does for one reply what is due.
func (h *Handler) reply(ctx context.Context, id string) error {
	r, err := h.Outbox.Load(ctx, id)
	if errors.Is(err, outbox.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	ctx = invoke.With(ctx, slog.String("reply", id))
	switch now := h.Outbox.Now(); {
	case r.HasDraftToDelete():
		return h.deleteDraft(ctx, r)
	case r.State.IsWaiting() && r.LeavesAt.After(now):
		if wait := r.LeavesAt.Sub(now); wait <= soon {
			return h.put(ctx, r, wait)
		}
		return nil
	case r.State.IsWaiting(), r.State == outbox.Sending && !r.ClaimEnds.After(now) && !r.NextTry.After(now.Add(early)):
		return h.leave(ctx, r)
	}
	return nil // it has left, waits for a person, or another job sends it or will
}

// leave sends a reply that is due, if it still may leave. One mail at a time leaves a
// mailbox.
func (h *Handler) leave(ctx context.Context, r outbox.Reply) error {
	return h.inTurn(ctx, r, func(ctx context.Context, t *turn) error {
		box, found, err := h.box(ctx, r.Mailbox)
		if err != nil {
			return err
		}
		if r.SendStarted.IsZero() {
			reason, err := h.forbidden(ctx, r, box, found)
			if err != nil {
				return err
			}
			if reason != "" {
				return h.backToDraft(ctx, r, reason)
			}
		}
		s := &sending{Handler: h, turn: t, box: box, reply: r, again: r.Claim != ""}
		if s.reply, err = h.Outbox.Claim(ctx, r); err != nil {
			return ignoreChange(err)
		}
		return s.storeFailure(ctx, s.run(ctx))
	})
}

// box returns the activated mailbox that sends; false when there is none any more.
func (h *Handler) box(ctx context.Context, mailbox string) (connector.Activation, bool, error) {
	boxes, err := h.Addresses.Load(ctx, []string{mailbox})
	if err != nil || len(boxes) == 0 {
		return connector.Activation{}, false, err
	}
	return boxes[0].Activation, boxes[0].Active, nil
}

// forbidden returns why a reply may not leave: what was allowed when it was written
// may not be so now.
func (h *Handler) forbidden(ctx context.Context, r outbox.Reply, from connector.Activation, active bool) (reason string, err error) {
	if !active {
		return outbox.ReasonAddress, nil
	}
	if may, err := h.May(ctx, r, from); err != nil || !may {
		return outbox.ReasonRights, err
	}
	if r.Force {
		return "", nil
	}
	newer, err := h.Outbox.Newer(ctx, r)
	if err != nil || newer == nil {
		return "", err
	}
	return outbox.ReasonNewer, nil
}

// backToDraft gives a reply back to its author.
func (h *Handler) backToDraft(ctx context.Context, r outbox.Reply, reason string) error {
	slog.InfoContext(ctx, "a reply does not leave and is a draft again", "reason", reason)
	r, err := h.Outbox.BackToDraft(ctx, r, reason)
	if err != nil || r.DraftID == "" {
		return ignoreChange(err)
	}
	return h.deleteDraft(ctx, r)
}

// deleteDraft deletes the draft of a reply that does not leave any more. It stays when
// the mailbox cannot be reached any more: a draft harms nobody.
func (h *Handler) deleteDraft(ctx context.Context, r outbox.Reply) error {
	box, _, err := h.box(ctx, r.Mailbox)
	if err != nil {
		return err
	}
	graph, err := h.Dial(ctx, box.Connector)
	if err == nil {
		err = graph.DeleteDraft(ctx, r.Mailbox, r.DraftID)
	}
	if err != nil && !lasts(err) && !errors.Is(err, answer.ErrNotDraft) {
		slog.WarnContext(ctx, "the draft of a reply that does not leave cannot be deleted now", "error", err)
		return nil // the tick asks again
	}
	_, err = h.Outbox.DraftDeleted(ctx, r)
	return ignoreChange(err)
}

// put puts a job for one reply.
func (h *Handler) put(ctx context.Context, r outbox.Reply, delay time.Duration) error {
	return h.Jobs.PutAfter(ctx, job.Send{Address: r.Address, Why: "postponed", Replies: []string{r.ID}}, delay)
}

// ignoreChange makes no error of a reply that a person or another job changed first.
func ignoreChange(err error) error {
	if errors.Is(err, outbox.ErrChanged) || errors.Is(err, outbox.ErrState) {
		return nil
	}
	return err
}

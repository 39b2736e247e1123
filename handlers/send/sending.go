package send

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"kantoorpost/shared/connector"
	"kantoorpost/shared/graph/answer"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/outbox"
)

const (
	// resendAfter is how long after a send whose answer is unknown its draft must
	// still be a draft before it is told to leave again. It is the functionTimeout of
	// host.json: by then the request of a job that hangs is over.
	resendAfter = 10 * time.Minute
	// giveUp is how long a reply is tried, or looked for, before a person is told.
	giveUp = time.Hour
	// maxSends is how often one draft is told to leave without an answer that counts.
	maxSends = 5
)

// A sending is one reply that this job has claimed.
type sending struct {
	*Handler
	turn  *turn
	graph Mailbox
	box   connector.Activation
	reply outbox.Reply
	again bool // an earlier job had claimed it, and may have made a draft
}

// run does the steps that are left.
func (s *sending) run(ctx context.Context) error {
	var err error
	if s.graph, err = s.Dial(ctx, s.box.Connector); err != nil {
		return ofGraph(err)
	}
	if !s.reply.SendStarted.IsZero() {
		return s.find(ctx)
	}
	d, err := s.draft(ctx)
	if err != nil {
		return err
	}
	if !d.IsDraft { // a person sent the draft from Outlook
		return s.found(ctx, d)
	}
	if err := s.write(ctx, d); err != nil {
		return err
	}
	return s.send(ctx)
}

// send tells the draft to leave. What comes before it can be repeated.
func (s *sending) send(ctx context.Context) error {
	s.pause(ctx, s.turn)
	r, err := s.Outbox.SaveSendStarted(ctx, s.reply)
	if err != nil {
		return err
	}
	s.reply = r
	err = s.graph.SendDraft(ctx, s.reply.Mailbox, s.reply.DraftID)
	switch {
	case err == nil:
		if err := s.sent(ctx, s.Outbox.Now()); err != nil {
			return err
		}
		return s.lookAtSender(ctx)
	case answer.NotSent(err):
		e, _ := answer.Of(err)
		denied := s.usesAlias() && e != nil && strings.EqualFold(e.Code, "ErrorSendAsDenied")
		s.reply.AliasRefused = s.reply.AliasRefused || denied
		r, stored := s.Outbox.NotTaken(ctx, s.reply)
		if stored != nil {
			return stored // the doubt stays, which costs ten minutes
		}
		if s.reply = r; denied {
			return s.later(ctx, 0) // from the address of the mailbox
		}
		return ofGraph(err)
	}
	slog.WarnContext(ctx, "whether a reply left is in doubt", "error", err)
	return s.find(ctx)
}

// find looks for a mail that may have left.
func (s *sending) find(ctx context.Context) error {
	d, found, err := s.graph.FindSent(ctx, s.reply.Mailbox, s.keys())
	if err != nil {
		return ofGraph(err)
	}
	since := s.Outbox.Now().Sub(s.reply.SendStarted)
	switch {
	case found && !d.IsDraft:
		return s.found(ctx, d)
	case found && s.isOurs(d) && since < resendAfter:
		return s.later(ctx, resendAfter-since)
	case found && s.isOurs(d) && s.reply.Sends < maxSends:
		return s.send(ctx)
	case found && s.isOurs(d):
		return s.failed(ctx, outbox.ReasonRefused, fmt.Sprintf("told to leave %d times, the draft still is a draft", s.reply.Sends))
	case since >= giveUp:
		return s.unknown(ctx)
	}
	return s.later(ctx, pauseAfter(since))
}

// keys are what the draft of the reply, and the mail that it becomes, is found by.
func (s *sending) keys() mail.SentKeys {
	return mail.SentKeys{InternetMessageID: s.reply.InternetMessageID, ID: s.reply.DraftID, Reply: s.reply.ID}
}

// isOurs says whether a message is the draft whose ids were stored, and not another
// one that was made for the reply when an answer was lost.
func (s *sending) isOurs(d mail.Draft) bool {
	return d.ID == s.reply.DraftID || d.InternetMessageID != "" && d.InternetMessageID == s.reply.InternetMessageID
}

// sent stores that the reply left.
func (s *sending) sent(ctx context.Context, at time.Time) error {
	if at.IsZero() {
		at = s.Outbox.Now()
	}
	r, err := s.Outbox.MarkSent(ctx, s.reply, at)
	if err == nil {
		s.reply = r
		slog.InfoContext(ctx, "sent", "chat", s.reply.Chat)
	}
	return err
}

// found stores that the reply left as a mail that was found in the mailbox.
func (s *sending) found(ctx context.Context, d mail.Draft) error {
	if err := s.sent(ctx, d.Sent); err != nil {
		return err
	}
	return s.Outbox.NoteCopy(ctx, s.reply, d)
}

// failed stores that the reply certainly did not leave.
func (s *sending) failed(ctx context.Context, reason, detail string) error {
	slog.WarnContext(ctx, "a reply was not sent", "reason", reason) // the detail can name a person
	_, err := s.Outbox.MarkFailed(ctx, s.reply, reason, detail)
	return err
}

// unknown stores that a person must look for the reply.
func (s *sending) unknown(ctx context.Context) error {
	slog.ErrorContext(ctx, "whether a reply left cannot be found out")
	_, err := s.Outbox.MarkUnknown(ctx, s.reply)
	return err
}

// later ends the claim and puts a job that continues.
func (s *sending) later(ctx context.Context, delay time.Duration) error {
	if err := s.Outbox.Release(ctx, s.reply, s.Outbox.Now().Add(delay)); err != nil {
		return err
	}
	return s.put(ctx, s.reply, delay)
}

// pauseAfter is the time until the next attempt, after attempts since some time.
func pauseAfter(since time.Duration) time.Duration {
	return min(max(since/2, 30*time.Second), 10*time.Minute)
}

// storeFailure stores what an error means for the reply. It returns the errors of tables,
// queues and blobs.
func (s *sending) storeFailure(ctx context.Context, err error) error {
	var out *graphError
	switch {
	case errors.Is(err, outbox.ErrChanged), errors.Is(err, outbox.ErrState):
		slog.InfoContext(ctx, "a reply was changed by another job or a person")
		return nil
	case errors.As(err, &out):
		err = ignoreChange(s.refused(ctx, out.err))
	}
	if err == nil {
		return nil
	}
	short, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return errors.Join(err, s.Outbox.Release(short, s.reply, s.Outbox.Now()))
}

// refused stores what an error of Graph means for the reply.
func (s *sending) refused(ctx context.Context, err error) error {
	doubt := !s.reply.SendStarted.IsZero()
	since := s.Outbox.Now().Sub(s.reply.Taken)
	if doubt {
		since = s.Outbox.Now().Sub(s.reply.SendStarted)
	}
	wait := waitOf(err, since)
	if ctx.Err() != nil { // it was not Graph: the job had no time left
		wait = 0
	}
	s.turn.heed(err, s.Outbox.Now())
	slog.WarnContext(ctx, "a reply is not sent yet", "error", err, "after", wait)
	// The result is stored also when the time of the job is over.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	switch {
	case doubt && since >= giveUp:
		return s.unknown(ctx)
	case doubt:
	case lasts(err):
		return s.failed(ctx, reasonOf(err), detailOf(err))
	case since >= giveUp:
		return s.failed(ctx, outbox.ReasonUnreachable, detailOf(err))
	}
	return s.later(ctx, wait)
}

package send

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"slices"

	"kantoorpost/shared/graph/answer"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/mailhtml"
	"kantoorpost/shared/outbox"
)

// draft returns the draft of the reply, or the mail that it became: the one whose ids
// are stored, one that an earlier job made, or a new one. Nothing is in doubt here.
func (s *sending) draft(ctx context.Context) (mail.Draft, error) {
	if s.reply.DraftID != "" {
		d, err := s.graph.Draft(ctx, s.reply.Mailbox, s.reply.DraftID)
		if !answer.IsMissing(err) {
			return d, ofGraph(err)
		}
	}
	if s.again {
		d, found, err := s.graph.FindSent(ctx, s.reply.Mailbox, s.keys())
		if err != nil {
			return mail.Draft{}, ofGraph(err)
		}
		if found {
			return s.adopt(ctx, d)
		}
	}
	d, err := s.make(ctx)
	if err != nil {
		return mail.Draft{}, ofGraph(err)
	}
	return d, s.keep(ctx, d)
}

// adopt uses a draft that an earlier job made, or stores what it became.
func (s *sending) adopt(ctx context.Context, d mail.Draft) (mail.Draft, error) {
	r, err := s.Outbox.SaveDraftIDs(ctx, s.reply, d.ID, d.InternetMessageID)
	if err != nil {
		return mail.Draft{}, err
	}
	if s.reply = r; !d.IsDraft {
		return d, nil
	}
	d, err = s.graph.Draft(ctx, s.reply.Mailbox, d.ID) // with its text
	return d, ofGraph(err)
}

// keep stores the ids of a draft that was just made. When another job was first, the
// draft is deleted, unless that job found and uses it.
func (s *sending) keep(ctx context.Context, d mail.Draft) error {
	r, err := s.Outbox.SaveDraftIDs(ctx, s.reply, d.ID, d.InternetMessageID)
	if err == nil {
		s.reply = r
		return nil
	}
	if errors.Is(err, outbox.ErrChanged) {
		now, readErr := s.Outbox.Load(ctx, s.reply.ID)
		if readErr == nil && now.DraftID != "" && now.DraftID != d.ID {
			if err := s.graph.DeleteDraft(ctx, s.reply.Mailbox, d.ID); err != nil {
				slog.InfoContext(ctx, "a draft too many stays in the mailbox", "error", err)
			}
		}
	}
	return err
}

// make makes a draft in the mailbox: Exchange's answer to the original, or a new one
// with the same place in the thread when the mailbox has not the original or cannot
// answer it.
func (s *sending) make(ctx context.Context) (mail.Draft, error) {
	o := s.reply.Original
	if s.reply.Mode != outbox.ModeNew && o.MessageID != "" && o.Mailbox == s.reply.Mailbox {
		zone := cmp.Or(s.settings(ctx).TimeZone, defaultZone)
		d, err := s.graph.CreateReply(ctx, s.reply.Mailbox, o.MessageID, string(s.reply.Mode), s.reply.ID, zone)
		if err == nil && d.Body == "" {
			d, err = s.graph.Draft(ctx, s.reply.Mailbox, d.ID)
		}
		if err == nil || !lasts(err) && !answer.IsMissing(err) {
			return d, err
		}
		slog.InfoContext(ctx, "the original cannot be answered, so a new mail follows it", "error", err)
	}
	n := mail.NewDraft{
		Subject: s.reply.Subject, HTML: mailhtml.FromText(""), Reply: s.reply.ID,
		To: outbox.Addresses(s.reply.To), Cc: outbox.Addresses(s.reply.Cc), Bcc: outbox.Addresses(s.reply.Bcc),
	}
	if s.reply.Mode != outbox.ModeForward && o.InternetMessageID != "" {
		n.InReplyTo, n.References = o.InternetMessageID, slices.Concat(o.References, []string{o.InternetMessageID})
	}
	d, err := s.graph.CreateDraft(ctx, s.reply.Mailbox, n)
	d.Body = "" // nothing is quoted in it
	return d, err
}

package outbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"kantoorpost/shared/audit"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/table"
)

// write stores a changed reply with its message, its index and its open work, if
// nobody changed it since it was read. More are operations on its chat; when there
// are none, the message is replaced. It fails with ErrChanged.
func (s *Store) write(ctx context.Context, before, after Reply, more ...table.Op) (Reply, error) {
	after.etag = before.etag
	ops := []table.Op{table.Replace(after.row())}
	if len(more) == 0 && after.State != TakenBack {
		more = []table.Op{chat.MessageOp(after.Chat, after.message())}
	}
	ops = append(ops, more...)
	switch {
	case after.listed():
		ops = append(ops, table.Put(document(indexKey(after.ID), "", after, nil)))
	case before.listed():
		ops = append(ops, table.Delete(table.Row{Key: indexKey(after.ID)}))
	}
	switch {
	case after.open():
		ops = append(ops, table.Put(s.work(after)))
	case before.open():
		ops = append(ops, table.Delete(table.Row{Key: workKey(after.ID)}))
	}
	err := s.table.Write(ctx, ops...)
	if err != nil {
		if table.CanRepeat(ctx, err) {
			err = ErrChanged
		}
		return before, fmt.Errorf("change reply %s to %s: %w", after.ID, after.State, err)
	}
	return s.Load(ctx, after.ID)
}

// change lets f change a reply of a chat and write it, again when somebody else's
// change came first, unless an ETag is given. Check is asked about the chat.
func (s *Store) change(ctx context.Context, chatID, id, etag string, check chat.Check,
	f func(Reply, chat.Chat) (Reply, error)) (Reply, error) {
	for range table.Tries(ctx) {
		c, err := s.chats.Get(ctx, chatID)
		if err != nil {
			return Reply{}, err
		}
		if err := check(c); err != nil {
			return Reply{}, err
		}
		r, err := s.Get(ctx, chatID, id)
		if err != nil {
			return Reply{}, err
		}
		if etag != "" && etag != r.etag {
			return Reply{}, ErrChanged
		}
		r, err = f(r, c)
		if !errors.Is(err, ErrChanged) || etag != "" || ctx.Err() != nil {
			return r, err
		}
	}
	return Reply{}, table.Overtaken(ErrChanged, "change reply %s", id)
}

// TakeBack makes a reply that has not left its author's draft again, or that of the member
// who takes over a reply for others. It changes nothing when it is a draft already. A newer
// draft of the author stays: the text of the reply is then found in the reply itself; who has
// a draft of another text takes nothing over. Errors: ErrNotFound, ErrState, what check returns.
func (s *Store) TakeBack(ctx context.Context, chatID, id string, check chat.Check) (Reply, error) {
	return s.change(ctx, chatID, id, "", check, func(r Reply, c chat.Chat) (Reply, error) {
		switch {
		case r.State == TakenBack && !r.ForOthers:
			return r, nil
		case !r.CanTakeBack():
			return r, ErrState
		}
		return s.toDraft(ctx, r, c, "", "")
	})
}

// maxTold is how many members are told that a reply does not leave: a transaction has little
// room beside the rows of a chat with many members.
const maxTold = 8

// toDraft takes a reply out of its chat and stores its text as its author's draft. One that
// its author has no right to send stays in the chat: another member takes it over.
func (s *Store) toDraft(ctx context.Context, r Reply, c chat.Chat, reason, detail string) (Reply, error) {
	before, writer := r, r.Author
	if r.ForOthers {
		writer = audit.By(ctx)
	}
	r.State, r.Reason, r.Detail, r.Claim, r.ClaimEnds = TakenBack, reason, detail, "", time.Time{}
	r.ForOthers = reason == ReasonRights
	ops := []table.Op{chat.MessageOp(c.ID, r.message())}
	if !r.ForOthers {
		ops = c.RemoveReply(r.ID)
	}
	ops = append(ops, s.audit(ctx, r, "reply.takeBack", map[string]string{"chat": c.ID, "reason": reason}))
	_, err := s.LoadDraft(ctx, c.ID, writer)
	if errors.Is(err, ErrNotFound) {
		html, err := s.Body(ctx, r.ID)
		if err != nil {
			return before, err
		}
		d := Draft{
			Chat: c.ID, Member: writer, Answers: r.Answers, Mode: r.Mode, Address: cmp.Or(r.Alias, r.Address), To: r.To, Cc: r.Cc, Bcc: r.Bcc,
			Language: r.Language, Subject: r.Subject,
			HTML: html, Attachments: r.Attachments, Since: r.Since, Reply: r.ID, Reason: reason, Updated: s.now(),
		}
		if r.Mode == ModeForward {
			d.Along = []int{} // they are copies among the attachments
		}
		ops = append(ops, table.Insert(d.row()))
	} else if err != nil {
		return before, err
	} else if writer != r.Author {
		return before, ErrState // no draft is overwritten
	}
	look := []string{}
	switch reason {
	case "":
	case ReasonRights: // its author may be gone, and the client waits for an answer
		look = c.Members[:min(len(c.Members), maxTold)]
	default:
		look = append(look, r.Author)
	}
	for _, member := range look {
		unread, err := s.chats.MakeUnread(ctx, c, member)
		if err != nil {
			return before, err
		}
		ops = append(ops, unread...)
	}
	return s.write(ctx, before, r, ops...)
}

// Retry lets a reply that failed leave again. One that is unknown needs confirmed: a
// person has looked for it, since it may have left. One whose draft is about to be deleted
// cannot leave until that is done. Errors: ErrNotFound, ErrState, what check returns.
func (s *Store) Retry(ctx context.Context, chatID, id string, check chat.Check, confirmed bool) (Reply, error) {
	return s.change(ctx, chatID, id, "", check, func(r Reply, _ chat.Chat) (Reply, error) {
		if !r.CanRetry() || r.State == Unknown && !confirmed {
			return r, ErrState
		}
		before := r
		r.State, r.Reason, r.Detail, r.SendStarted, r.LeavesAt, r.Dismissed = Held, "", "", time.Time{}, s.now(), false
		return s.write(ctx, before, r, chat.MessageOp(r.Chat, r.message()),
			s.audit(ctx, r, "reply.retry", map[string]string{"was": string(before.State)}))
	})
}

// Decide stores what the second person said about a reply: it leaves, or it is its
// author's draft again. Errors: ErrNotFound, ErrChanged, ErrState, what check
// returns.
func (s *Store) Decide(ctx context.Context, chatID, id, etag string, check chat.Check, approved bool, comment string) (Reply, error) {
	return s.change(ctx, chatID, id, etag, check, func(r Reply, c chat.Chat) (Reply, error) {
		if r.State != Waiting || r.Approval == nil {
			return r, ErrState
		}
		before := r
		a := *r.Approval
		a.By, a.At, a.Rejected, a.Comment = audit.By(ctx), s.now(), !approved, comment
		r.Approval = &a
		if !approved {
			r.etag = before.etag
			return s.toDraft(ctx, r, c, ReasonRejected, comment)
		}
		r.State = Held
		if r.Scheduled && r.LeavesAt.After(s.now()) {
			r.State = Scheduled
		} else {
			r.LeavesAt = s.now()
		}
		return s.write(ctx, before, r, chat.MessageOp(r.Chat, r.message()), s.audit(ctx, r, "reply.approve", nil))
	})
}

// Dismiss stores that a person has seen that a reply failed, bounced, is unknown or is for
// others: it leaves the lists. Errors: ErrNotFound, ErrState, what check returns.
func (s *Store) Dismiss(ctx context.Context, chatID, id string, check chat.Check) (Reply, error) {
	return s.change(ctx, chatID, id, "", check, func(r Reply, _ chat.Chat) (Reply, error) {
		switch {
		case r.Dismissed:
			return r, nil
		case !r.CanDismiss():
			return r, ErrState
		}
		before := r
		r.Dismissed = true
		return s.write(ctx, before, r, chat.MessageOp(r.Chat, r.message()), s.audit(ctx, r, "reply.dismiss", nil))
	})
}

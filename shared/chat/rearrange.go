package chat

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"kantoorpost/shared/audit"
	"kantoorpost/shared/ids"
	"kantoorpost/shared/table"
)

// identify gives a change that nobody has begun its time and its id: they are later than
// those of every change of these chats before.
func (ch *Change) identify(chats ...*Chat) {
	for _, c := range chats {
		if ch.At = c.after(ch.At); !ch.At.After(c.Rearranged) {
			ch.At = c.Rearranged.Add(time.Millisecond)
		}
	}
	ch.ID, ch.Begun = ids.Timed(ch.At, ids.Random()), ch.At
	for _, c := range chats {
		c.Rearranged = ch.At
	}
}

// loadFinished returns the chat with this id, after a change of it that broke off was
// finished. It follows no merge: the caller means this chat.
func (s *Store) loadFinished(ctx context.Context, id string) (Chat, error) {
	for tries := 0; ; tries++ {
		c, err := s.load(ctx, id)
		if err != nil || c.Change == "" || tries > 2 { // a mark without a change says nothing
			return c, err
		}
		if err := s.finish(ctx, c.Change); err != nil && !errors.Is(err, errNotLearned) {
			return Chat{}, err
		}
	}
}

// begin writes the first transaction of a change, with its entry in the audit. It
// says false when somebody else changed one of the chats, so that the caller has to
// read them again.
func (s *Store) begin(ctx context.Context, ch Change, ops []table.Op) (bool, error) {
	entry := audit.Entry{At: ch.Begun, By: ch.Doer, Action: "chat." + string(ch.Kind), Object: "chat " + ch.From, Mail: ch.Mail,
		Detail: map[string]string{}}
	for name, value := range map[string]string{"into": ch.Into, "client": ch.Client, "was": ch.OldClient} {
		if value != "" {
			entry.Detail[name] = value
		}
	}
	if ch.Undone {
		entry.Action = "chat.undo-" + string(ch.Kind)
		ops = append(ops, table.Delete(table.Row{Key: changeKey(ch.From, ch.ID)}))
		if ch.Into != "" {
			ops = append(ops, table.Delete(table.Row{Key: changeKey(ch.Into, ch.ID)}))
		}
	} else {
		ops = append(ops, table.Insert(ch.row(changeKey(ch.From, ch.ID))))
		if ch.Into != "" {
			ops = append(ops, table.Insert(ch.row(changeKey(ch.Into, ch.ID))))
		}
	}
	err := s.write(ctx, append(ops, table.Insert(ch.row(openKey(ch.ID))), audit.Op(entry))...)
	if err == nil {
		return true, nil
	}
	if !table.CanRepeat(ctx, err) {
		return false, fmt.Errorf("%s of chat %s: %w", entry.Action, ch.From, err)
	}
	return s.begun(ctx, ch)
}

// begun says whether the first transaction of a change was done: the answer to it may
// have been lost.
func (s *Store) begun(ctx context.Context, ch Change) (bool, error) {
	var stored Change
	_, err := s.get(ctx, changeKey(ch.From, ch.ID), &stored)
	if ch.Undone {
		return errors.Is(err, ErrNotFound), ignoreNotFound(err)
	}
	return err == nil, ignoreNotFound(err)
}

// finish does what is left of a change. ErrLeaving says that it has to wait for a
// reply.
func (s *Store) finish(ctx context.Context, id string) error {
	var ch Change
	_, err := s.get(ctx, openKey(id), &ch)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	switch {
	case ch.Kind == Merged && ch.Undone:
		err = s.undoMerge(ctx, ch)
	case ch.Kind == Merged:
		err = s.finishMerge(ctx, ch)
	case ch.Kind == ClientChanged:
		err = s.noteClient(ctx, ch)
	}
	if errors.Is(err, errFinished) {
		return nil
	}
	if err != nil {
		return err
	}
	last := ch.From
	if ch.Into != "" {
		last = ch.Into
		if err := s.refresh(ctx, ch.From, ch); err != nil {
			return err
		}
	}
	if err := s.moveUnread(ctx, ch); err != nil {
		return err
	}
	if err := s.dropLists(ctx, last, ch.leaving()); err != nil {
		return err
	}
	if err := s.reportCorrection(ctx, ch); err != nil {
		return err
	}
	return s.refresh(ctx, last, ch, table.Delete(table.Row{Key: openKey(id)}))
}

// errFinished means that somebody else finished a change, which may have been undone
// since.
var errFinished = errors.New("finished by somebody else")

// stillOpen returns the operation that makes a transaction of a change fail when the
// change is finished meanwhile, or errFinished when it is.
func (s *Store) stillOpen(ctx context.Context, ch Change) (table.Op, error) {
	var now Change
	tag, err := s.get(ctx, openKey(ch.ID), &now)
	if errors.Is(err, ErrNotFound) || err == nil && (now.Undone != ch.Undone || !now.Begun.Equal(ch.Begun)) {
		return table.Op{}, errFinished
	}
	if err != nil {
		return table.Op{}, err
	}
	r := now.row(openKey(ch.ID))
	r.ETag = tag
	return table.Replace(r), nil
}

// leaving are the members who lose the chat in the direction in which ch goes.
func (ch Change) leaving() []string {
	if ch.Undone {
		return ch.Joined
	}
	return ch.Left
}

// refresh brings what a chat says about its messages, and the rows that repeat it, up
// to date, and writes other operations with them. A chat that was merged into
// another has no such rows.
func (s *Store) refresh(ctx context.Context, id string, ch Change, more ...table.Op) error {
	for range table.Tries(ctx) {
		c, err := s.load(ctx, id)
		if errors.Is(err, ErrNotFound) { // its only mail came back to open work
			err = s.write(ctx, more...)
			if err == nil || errors.Is(err, table.ErrNotFound) {
				return nil
			}
		}
		if err != nil {
			return err
		}
		ops, err := s.refreshed(ctx, c, ch)
		if err == nil {
			err = s.write(ctx, append(ops, more...)...)
		}
		if err == nil || !table.CanRepeat(ctx, err) {
			return err
		}
		if len(more) > 0 {
			if _, err := s.get(ctx, openKey(ch.ID), &Change{}); errors.Is(err, ErrNotFound) {
				return nil // somebody else finished it, or the answer was lost
			}
		}
	}
	return table.Overtaken(ErrChanged, "bring chat %s up to date", id)
}

func (s *Store) refreshed(ctx context.Context, c Chat, ch Change) ([]table.Op, error) {
	if c.Change == ch.ID {
		c.Change = ""
	}
	if c.Into != "" {
		ops := []table.Op{table.Replace(c.row()), table.Delete(table.Row{Key: clientKey(c.Client, c.ID)})}
		for _, m := range c.Members {
			ops = append(ops, table.Delete(table.Row{Key: memberKey(m, c.ID)}))
		}
		unread, err := s.unreadOps(ctx, c)
		return append(ops, unread...), err
	}
	all, _, err := s.allMessages(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	c.recount(all)
	if c.Addresses, err = s.stillReceive(ctx, c, all, ch.Received); err != nil {
		return nil, err
	}
	unread, err := s.unreadOps(ctx, c)
	return append(c.rows(), unread...), err
}

// dropLists deletes a chat from the lists of members who no longer take part.
func (s *Store) dropLists(ctx context.Context, id string, members []string) error {
	for len(members) > 0 {
		c, err := s.load(ctx, id)
		if err != nil {
			return ignoreNotFound(err)
		}
		ops, err := s.unreadOps(ctx, c, members...)
		if err != nil {
			return err
		}
		ops = append(ops, table.Replace(c.row()))
		for _, m := range members {
			if !slices.Contains(c.Members, m) {
				ops = append(ops, table.Delete(table.Row{Key: memberKey(m, id)}))
			}
		}
		if err = s.write(ctx, ops...); err == nil || !table.CanRepeat(ctx, err) {
			return err
		}
	}
	return nil
}

// write writes operations. A row that repeats a chat and is to be deleted may be
// gone already.
func (s *Store) write(ctx context.Context, ops ...table.Op) error {
	for {
		err := s.table.Write(ctx, ops...)
		var op *table.OpError
		if !errors.Is(err, table.ErrNotFound) || !errors.As(err, &op) || op.Index < 0 || !strings.ContainsRune("1un", rune(op.Key[0])) {
			return err
		}
		ops = slices.Delete(slices.Clone(ops), op.Index, op.Index+1)
	}
}

// resumeAfter is how long the request that began a change has to finish it.
const resumeAfter = time.Minute

// Resume finishes changes that broke off. The tick calls it.
func (s *Store) Resume(ctx context.Context, now time.Time) error {
	rows, _, err := s.table.Range(ctx, openKey(""), openKey(ids.Above), 100)
	if err != nil {
		return fmt.Errorf("read changes of chats that broke off: %w", err)
	}
	var errs []error
	for _, r := range rows {
		var ch Change
		if err := r.Document(&ch); err != nil {
			errs = append(errs, err)
			continue
		}
		if now.Sub(ch.Begun) >= resumeAfter {
			if err := s.finish(ctx, ch.ID); !errors.Is(err, ErrLeaving) {
				errs = append(errs, err)
			}
		}
	}
	return errors.Join(errs...)
}

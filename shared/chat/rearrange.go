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

// A ChangeKind is a way in which people rearrange chats. Kinds are stored.
type ChangeKind string

// The kinds.
const (
	Moved         ChangeKind = "move"   // one mail went into another chat
	Merged        ChangeKind = "merge"  // all of a chat went into another
	ClientChanged ChangeKind = "client" // the chat belongs to another client
)

// A Change says how a person rearranged chats, and what is needed to undo that.
//
// The first transaction of a change has its effect, or the first part of it, and
// writes a row a|open. Further transactions move what does not fit into the first,
// at most table.MaxOps rows each, and bring the rows that repeat a chat up to date;
// the last deletes a|open. Each leaves every message in exactly one chat. When the
// process dies in between, the next change of one of the chats continues, or Resume.
type Change struct {
	ID   string     `json:"id"`
	Kind ChangeKind `json:"kind"`
	By   string     `json:"by"` // id of the person
	At   time.Time  `json:"at"`

	From string `json:"from"`           // id of the chat that was changed, or that lost messages
	Into string `json:"into,omitempty"` // id of the chat that got them
	New  bool   `json:"new,omitempty"`  // Into was made for it
	Mail string `json:"mail,omitempty"` // of Moved: its id

	Client    string   `json:"client,omitempty"`    // of ClientChanged
	OldClient string   `json:"oldClient,omitempty"` // of ClientChanged
	Joined    []string `json:"joined,omitempty"`    // members who came with it
	Left      []string `json:"left,omitempty"`      // members who went with it
	Addresses []string `json:"addresses,omitempty"` // that Into, or From of ClientChanged, got with it
	Received  []string `json:"received,omitempty"`  // of Moved: the addresses that received the mail
	Opened    bool     `json:"opened,omitempty"`    // Into was closed before
	Sequence  int64    `json:"sequence,omitempty"`  // of Into; what came later has a higher one
	// Unseen says how much of what moved the members of both chats have not seen; it
	// is used once, when the rest is done.
	Unseen map[string]int64 `json:"unseen,omitempty"`

	Undone bool      `json:"undone,omitempty"` // it is being undone
	Doer   string    `json:"doer,omitempty"`   // id of the person who does or undoes it
	Begun  time.Time `json:"begun"`            // when that began
	// Settled says that Unseen was used.
	Settled bool `json:"settled,omitempty"`
}

// The errors of rearranging chats.
var (
	// ErrSame means that the two chats are one.
	ErrSame = errors.New("this is the same chat")
	// ErrMerged means that the chat was merged into another meanwhile.
	ErrMerged = errors.New("the chat was merged into another")
	// ErrNotMail means that only mail can be moved alone, not a note or a reply.
	ErrNotMail = errors.New("only a mail that came in can be moved alone")
	// ErrOnly means that a chat of one mail cannot be split.
	ErrOnly = errors.New("the chat has nothing else")
	// ErrLeaving means that a reply in the chat has not left yet.
	ErrLeaving = errors.New("a reply in the chat has not left yet")
	// ErrNobody means that no team member would take part.
	ErrNobody = errors.New("nobody would take part in the chat")
	// ErrNothing means that there is no change to undo.
	ErrNothing = errors.New("nothing to undo")
)

// A LaterError says why a change cannot be undone any more. Code is one of the Later
// constants.
type LaterError struct{ Code string }

// Error implements error.
func (e *LaterError) Error() string { return "the change cannot be undone: " + e.Code }

// The codes of a LaterError.
const (
	LaterMessages = "messages" // mail came in, or somebody wrote, in the chat that got messages
	LaterChange   = "change"   // the chat was rearranged again
	LaterMoved    = "moved"    // what was moved is no longer there
)

// Members returns the ids of the team members whom the links of addresses bring into
// a chat with a client.
type Members func(ctx context.Context, client string, addresses []string) ([]string, error)

func changeKey(chat, change string) string   { return "a|" + chat + "|" + change }
func openKey(change string) string           { return "a|open|" + change }
func movedKey(change, message string) string { return "a|moved|" + change + "|" + message }
func (ch Change) row(key string) table.Row   { return row(key, ch, nil) }

// stamp gives a change that nobody has begun its time and its id: they are later than
// those of every change of these chats before.
func (ch *Change) stamp(chats ...*Chat) {
	for _, c := range chats {
		if !ch.At.After(c.Rearranged) {
			ch.At = c.Rearranged.Add(time.Millisecond)
		}
	}
	ch.ID, ch.Begun = ids.Timed(ch.At, ids.Random()), ch.At
	for _, c := range chats {
		c.Rearranged = ch.At
	}
}

// inHand returns the chat with this id, after a change of it that broke off was
// finished. It follows no merge: the caller means this chat.
func (s *Store) inHand(ctx context.Context, id string) (Chat, error) {
	for tries := 0; ; tries++ {
		c, err := s.load(ctx, id)
		if err != nil || c.Change == "" || tries > 2 { // a mark without a change says nothing
			return c, err
		}
		if err := s.finish(ctx, c.Change); err != nil {
			return Chat{}, err
		}
	}
}

// begin writes the first transaction of a change, with its entry in the audit. It
// says false when somebody else changed one of the chats, so that the caller has to
// read them again.
func (s *Store) begin(ctx context.Context, ch Change, action string, ops []table.Op) (bool, error) {
	entry := audit.Entry{At: ch.Begun, By: ch.Doer, Action: action, Object: "chat " + ch.From, Mail: ch.Mail, Detail: map[string]string{}}
	for name, value := range map[string]string{"into": ch.Into, "client": ch.Client, "was": ch.OldClient} {
		if value != "" {
			entry.Detail[name] = value
		}
	}
	if ch.Undone {
		entry.Detail["undone"] = ch.ID
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
	if !isConflict(ctx, err) {
		return false, fmt.Errorf("%s of chat %s: %w", action, ch.From, err)
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
		err = s.separate(ctx, ch)
	case ch.Kind == Merged:
		err = s.unite(ctx, ch)
	case ch.Kind == ClientChanged:
		err = s.noteClient(ctx, ch)
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
	if err := s.settleSeen(ctx, ch); err != nil {
		return err
	}
	if err := s.dropLists(ctx, last, ch.leaving()); err != nil {
		return err
	}
	return s.refresh(ctx, last, ch, table.Delete(table.Row{Key: openKey(id)}))
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
	for {
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
		if err == nil || !isConflict(ctx, err) {
			return err
		}
		if len(more) > 0 {
			if _, err := s.get(ctx, openKey(ch.ID), &Change{}); errors.Is(err, ErrNotFound) {
				return nil // somebody else finished it, or the answer was lost
			}
		}
	}
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
		return ops, nil
	}
	all, _, err := s.allMessages(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	c.recount(all)
	if c.Addresses, err = s.stillReceive(ctx, c, all, ch.Received); err != nil {
		return nil, err
	}
	return c.rows(), nil
}

// dropLists deletes a chat from the lists of members who no longer take part.
func (s *Store) dropLists(ctx context.Context, id string, members []string) error {
	for len(members) > 0 {
		c, err := s.load(ctx, id)
		if err != nil {
			return ignoreNotFound(err)
		}
		ops := []table.Op{table.Replace(c.row())}
		for _, m := range members {
			if !slices.Contains(c.Members, m) {
				ops = append(ops, table.Delete(table.Row{Key: memberKey(m, id)}))
			}
		}
		if err = s.write(ctx, ops...); err == nil || !isConflict(ctx, err) {
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
		if !errors.Is(err, table.ErrNotFound) || !errors.As(err, &op) || op.Index < 0 || !strings.HasPrefix(op.Key, "u|") && !strings.HasPrefix(op.Key, "n|") {
			return err
		}
		ops = slices.Delete(slices.Clone(ops), op.Index, op.Index+1)
	}
}

// isConflict says whether somebody else's change made a transaction fail, or its own
// first attempt did, so that reading again and repeating is right.
func isConflict(ctx context.Context, err error) bool {
	return ctx.Err() == nil && (errors.Is(err, table.ErrChanged) || errors.Is(err, table.ErrExists) || errors.Is(err, table.ErrNotFound))
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
			errs = append(errs, fmt.Errorf("read row %s: %w", r.Key, err))
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

package chat

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/ids"
	"kantoorpost/shared/index"
	"kantoorpost/shared/item"
	"kantoorpost/shared/table"
)

// Chats are found by the words of their subject, of their contact's name, and of the
// mail that began them, which is found by the same rows. The rows also hold what lists
// choose by, so that they are written again when it changes.

// A First says by what the first mail of a chat is found, besides the words of the chat.
type First struct {
	Mailbox string   `json:"mailbox"`
	Words   []string `json:"words,omitempty"`
}

func firstOf(it item.Item, c Chat) *First {
	f, words := &First{Mailbox: it.Mailbox}, c.words()
	for _, word := range it.Words() {
		if !slices.Contains(words, word) && !slices.Contains(f.Words, word) {
			f.Words = append(f.Words, word)
		}
	}
	return f
}

func (c Chat) words() []string {
	words := slices.Concat(directory.Words(c.Subject), directory.Words(c.ContactName))
	if c.First != nil {
		words = append(words, c.First.Words...)
	}
	return words
}

// Has says whether each of these words is the beginning of a word that the chat is found by.
func (c Chat) Has(words []string) bool { return index.Has(c.words(), words) }

func (c Chat) entry() index.Entry {
	columns := map[string]string{"members": strings.Join(c.Members, " "), "client": c.Client, "state": string(c.State)}
	if c.First != nil {
		columns["mailbox"] = c.First.Mailbox
	}
	e := index.EntryOf(c.words(), item.Leads, columns)
	// The rows of all members are in the same transaction.
	rows := len(c.Members)
	if rows <= maxUnreadRows {
		rows *= 2
	}
	e.Leading = e.Leading[:min(len(e.Leading), MaxMembers+5-rows)]
	return e
}

// reindex returns the operations that bring the index up to date, and sets Indexed.
func (c *Chat) reindex() []table.Op {
	e := c.entry()
	now := ids.Hash(e.Columns["members"], e.Columns["client"], e.Columns["state"])[:8]
	if c.Indexed == now || !c.Erased.IsZero() {
		return nil
	}
	c.Indexed = now
	return index.Index{Name: item.ChatIndex}.Put(c.ID, e)
}

// unindex returns the operations that take the chat from the index.
func (c Chat) unindex() []table.Op {
	if c.Indexed == "" {
		return nil
	}
	return index.Index{Name: item.ChatIndex}.Delete(c.ID, c.entry())
}

// A Search says which chats are wanted.
type Search struct {
	Words   []string // beginnings of words that the chat has, as directory.Words returns them
	Members []string // only those of one of these team members; nil for all
	Client  string   // only those of this client; "" for all
	State   State    // only in this state; "" for all
	Limit   int      // at most so many, 1 to 200
	After   string   // continue after the chat with this id
}

// Find returns chats, the last started first, and the id to continue after, "" at the
// end. Not ok says that the index does not answer the search: List reads chats one by
// one. They have no Unread.
func (s *Store) Find(ctx context.Context, q Search) (chats []Chat, after string, ok bool, err error) {
	ask := index.Query{Words: q.Words, After: q.After, Limit: q.Limit + 1, Columns: []string{"members", "client", "state"}}
	ask.Leading = slices.DeleteFunc(slices.Clone(q.Words), func(w string) bool { return !item.Leads(w) })
	if q.Client != "" || q.State != "" || q.Members != nil {
		ask.Keep = func(columns map[string]string) bool {
			return (q.Client == "" || columns["client"] == q.Client) && (q.State == "" || columns["state"] == string(q.State)) &&
				(q.Members == nil || anyIn(q.Members, strings.Fields(columns["members"])))
		}
	}
	if ok, err := s.progress.Done(ctx); !ok || err != nil {
		return nil, "", false, err
	}
	found, ok, err := index.Index{Table: s.table, Name: item.ChatIndex}.Find(ctx, ask)
	if !ok || err != nil {
		return nil, "", false, err
	}
	if len(found) > q.Limit {
		found = found[:q.Limit]
		after = found[q.Limit-1]
	}
	all := make([]Chat, len(found))
	var reads errgroup.Group
	reads.SetLimit(readsAtOnce)
	for i, id := range found {
		reads.Go(func() error {
			var err error
			all[i], err = s.load(ctx, id)
			return ignoreNotFound(err)
		})
	}
	if err := reads.Wait(); err != nil {
		return nil, "", false, err
	}
	for _, c := range all {
		if c.ID != "" && c.Into == "" {
			chats = append(chats, c)
		}
	}
	return chats, after, true, nil
}

func anyIn(wanted, all []string) bool {
	return slices.ContainsFunc(wanted, func(w string) bool { return slices.Contains(all, w) })
}

// Index writes the index rows and the unread rows of chats that an older version stored. Until it is done the index answers no search.
func (s *Store) Index(ctx context.Context) error {
	each := func(one func(context.Context, Chat) error) func(string) (string, bool, error) {
		return func(at string) (next string, some bool, err error) {
			chats, next, err := s.List(ctx, Query{Limit: 200, After: at})
			if err != nil {
				return "", false, err
			}
			var all errgroup.Group
			all.SetLimit(readsAtOnce)
			for _, c := range chats {
				all.Go(func() error { return one(ctx, c) })
			}
			return next, len(chats) > 0, all.Wait()
		}
	}
	if err := s.progress.Run(ctx, each(s.indexOne)); err != nil {
		return err
	}
	return s.counted.Run(ctx, each(s.countOne))
}

// indexOne writes the index rows of a chat. A chat that is being rearranged gets them when
// that is finished.
func (s *Store) indexOne(ctx context.Context, c Chat) error {
	for c.Indexed == "" {
		now, err := s.load(ctx, c.ID)
		if err != nil {
			return ignoreNotFound(err)
		}
		if c = now; c.Indexed != "" || c.Into != "" || c.Change != "" {
			return nil
		}
		if err = s.table.Write(ctx, c.rows()...); err == nil {
			return nil
		}
		if !table.CanRepeat(ctx, err) {
			return fmt.Errorf("index chat %s: %w", c.ID, err)
		}
	}
	return nil
}

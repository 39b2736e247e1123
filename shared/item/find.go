package item

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/ids"
	"kantoorpost/shared/index"
	"kantoorpost/shared/table"
)

// Mails that were decided are found by the words of their subject, of their sender and
// of the numbers that he gives. There is an index for each state, so that a state costs
// what is in it. New mail is found by its open work, and mail that began a chat by the
// rows of the chat, which has the same id.

// ChatIndex is the name of the index of chats.
const ChatIndex = "chat"

// indexes are the names of the indexes with mails in a state.
var indexes = []struct {
	state State
	name  string
}{{Parked, string(Parked)}, {Dismissed, string(Dismissed)}, {Processed, string(Processed)}, {Processed, ChatIndex}}

// everyOne is a word that all dismissed mails have: their list.
const everyOne = "-"

// noLeads are words that many mails have.
var noLeads = []string{"re", "fw", "fwd", "antw", "nl", "com", "eu", "be", "gmail", "hotmail"}

// Leads says whether mails and chats can be found by a word.
func Leads(word string) bool {
	return word == everyOne || utf8.RuneCountInString(word) > 1 && directory.Leads(word) && !slices.Contains(noLeads, word)
}

// Words are those that the mail is found by.
func (it Item) Words() []string {
	return slices.Concat(directory.Words(it.Subject), directory.Words(it.From.Name), directory.AddressWords(it.From.Email),
		directory.Words(strings.Join(it.Numbers, " ")))
}

// Has says whether each of these words is the beginning of a word that the mail is
// found by.
func (it Item) Has(words []string) bool { return index.Has(it.Words(), words) }

func (it Item) entry() index.Entry {
	words := it.Words()
	if it.State == Dismissed {
		words = append([]string{everyOne}, words...)
	}
	return index.EntryOf(words, Leads, map[string]string{"mailbox": it.Mailbox, "reason": string(it.Reason)})
}

func indexOf(s State) index.Index { return index.Index{Name: string(s)} }

// reindex returns the operations that bring the index up to date. It sets Indexed.
func (it *Item) reindex() (ops []table.Op) {
	if it.State == Processed && it.Chat == it.ID && (it.was != Processed || !it.Indexed) {
		return it.unindex()
	}
	return it.indexItself()
}

// unindex returns the operations that take the mail from the index in which it was.
func (it *Item) unindex() []table.Op {
	if !it.Indexed {
		return nil
	}
	was := *it
	was.State, was.Reason, it.Indexed = it.was, it.wasReason, false
	return indexOf(it.was).Delete(it.ID, was.entry())
}

// indexItself is reindex for mail that is not found by the rows of a chat.
func (it *Item) indexItself() (ops []table.Op) {
	if it.Sent {
		return nil
	}
	if it.State != it.was {
		ops = it.unindex()
	}
	if it.State != New && (!it.Indexed || it.Reason != it.wasReason) {
		ops = append(ops, indexOf(it.State).Put(it.ID, it.entry())...)
		it.Indexed = true
	}
	return ops
}

// A Search says which mails are wanted.
type Search struct {
	State     State    // only in this state; "" for all
	Reason    Reason   // only parked for this reason; "" for all
	Words     []string // beginnings of words that the mail has, as directory.Words returns them
	Mailboxes []string // only of these; nil for all
	Limit     int      // at most so many, 1 to 200
	After     string   // continue after the mail with this id
}

// Find returns mails, newest first, and the id to continue after, "" at the end. Not ok
// says that no index answers the search: List reads its mails one by one. A page may be
// shorter than Limit while more follow.
func (s *Store) Find(ctx context.Context, q Search) (items []Item, after string, ok bool, err error) {
	if ok, err := s.progress.Done(ctx); !ok || err != nil {
		return nil, "", false, err
	}
	found, ok, err := s.find(ctx, q)
	if !ok || err != nil {
		return nil, "", false, err
	}
	if len(found) > q.Limit {
		found = found[:q.Limit]
		after = found[q.Limit-1]
	}
	all, err := s.Load(ctx, found)
	if err != nil {
		return nil, "", false, err
	}
	for _, it := range slices.Backward(all) {
		if q.wants(it) {
			items = append(items, it)
		}
	}
	return items, after, true, nil
}

func (q Search) wants(it Item) bool {
	return !it.Sent && (q.State == "" || it.State == q.State) && (q.Reason == "" || it.Reason == q.Reason) && it.Has(q.Words) &&
		(q.Mailboxes == nil || slices.Contains(q.Mailboxes, it.Mailbox))
}

// find returns the ids of at most one mail more than are wanted.
func (s *Store) find(ctx context.Context, q Search) (found []string, ok bool, err error) {
	ask := index.Query{Words: q.Words, After: q.After, Limit: q.Limit + 1, Columns: []string{"mailbox", "reason"}}
	ask.Leading = slices.DeleteFunc(slices.Clone(q.Words), func(w string) bool { return !Leads(w) })
	if q.State == Dismissed && len(q.Words) == 0 {
		ask.Leading = []string{everyOne}
	}
	if q.Reason != "" || q.Mailboxes != nil {
		ask.Keep = func(columns map[string]string) bool {
			return (q.Reason == "" || columns["reason"] == string(q.Reason)) &&
				(q.Mailboxes == nil || slices.Contains(q.Mailboxes, columns["mailbox"]))
		}
	}
	for _, x := range indexes {
		if q.State != "" && q.State != x.state {
			continue
		}
		some, ok, err := index.Index{Table: s.table, Name: x.name}.Find(ctx, ask)
		if !ok || err != nil {
			return nil, false, err
		}
		found = append(found, some...)
	}
	if q.State == "" || q.State == New {
		some, ok, err := s.open(ctx, q)
		if !ok || err != nil {
			return nil, false, err
		}
		found = append(found, some...)
	}
	slices.Sort(found)
	found = slices.Compact(found)
	return found[:min(len(found), q.Limit+1)], true, nil
}

// open returns the ids of mails with open work, at most one more than are wanted. Not
// ok says that there are more and that not all of them are wanted.
func (s *Store) open(ctx context.Context, q Search) (found []string, ok bool, err error) {
	from := "w|"
	if q.After != "" {
		from = workKey(q.After) + ids.Above
	}
	rows, next, err := s.table.Columns(ctx, from, "w|"+ids.Above, q.Limit+1, "id")
	if err != nil {
		return nil, false, fmt.Errorf("list open work: %w", err)
	}
	for _, r := range rows {
		if id := r.Key[len("w|"):]; ids.IsTimed(id) {
			found = append(found, id)
		}
	}
	return found, next == "" || len(q.Words) == 0 && q.Mailboxes == nil, nil
}

// indexAtOnce is how many mails Index reads at a time.
const indexAtOnce = 100

// Index writes the index rows of mails that an older version stored. Until it is done
// no index answers a search.
func (s *Store) Index(ctx context.Context) error {
	return s.progress.Run(ctx, func(at string) (next string, some bool, err error) {
		rows, more, err := s.table.Range(ctx, mailKey(at)+"\x00", mailKey(ids.Above), indexAtOnce)
		if err != nil {
			return "", false, fmt.Errorf("read mails without index: %w", err)
		}
		for _, r := range rows {
			if it, ok := readable(ctx, r); ok && !it.Indexed {
				if err := s.indexOne(ctx, it); err != nil {
					return "", false, err
				}
			}
		}
		if more != "" {
			next = rows[len(rows)-1].Key[len("m|"):]
		}
		return next, len(rows) > 0, nil
	})
}

// indexOne writes the index rows of a mail. One that changed meanwhile was indexed with
// its change.
func (s *Store) indexOne(ctx context.Context, it Item) error {
	ops := it.indexItself()
	if len(ops) == 0 {
		return nil
	}
	err := s.Commit(ctx, append(ops, table.Replace(mailRow(it)))...)
	if err != nil && !table.IsConflict(err) {
		return fmt.Errorf("index mail %s: %w", it.ID, err)
	}
	return nil
}

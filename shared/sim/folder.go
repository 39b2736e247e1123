package sim

import (
	"slices"
	"sort"
)

// item is a message in its folder, with the number of the last change of each
// kind: a delta round reports a change only to who selected what changed.
type item struct {
	folder  string
	message *Message
	at      uint64 // last change of any kind
	content uint64 // came into the folder, or changed in what follows not below
	read    uint64 // isRead
	marks   uint64 // categories, flag and importance
}

// folder holds what happened in it, oldest first. An entry that a later one
// replaces stays until half of the log is such, so that a change costs O(1)
// and a delta page O(log n + page).
type folder struct {
	id            string
	log           []change
	replaced      int
	total, unread int
}

type change struct {
	seq     uint64
	id      string
	removed string   // "", or why the item is no longer here: deleted or changed
	message *Message // of a removed item, its last form
}

// What a change touched.
const (
	changedContent = "content"
	changedRead    = "read"
	changedMarks   = "marks"
)

// put stores m in a folder as change seq. A message that was in another folder
// leaves it.
func (b *mailbox) put(seq uint64, folderName string, m *Message, changed []string) {
	it := b.items[m.ID]
	if it != nil && it.folder != folderName {
		b.leave(seq, it, "changed")
		it = nil
	}
	f := b.folders[folderName]
	if it == nil {
		it = &item{folder: folderName, content: seq}
		b.items[m.ID] = it
		f.total++
	} else {
		f.replaced++
		if !it.message.IsRead {
			f.unread--
		}
	}
	it.message, it.at = m, seq
	if !m.IsRead {
		f.unread++
	}
	if slices.Contains(changed, changedContent) {
		it.content = seq
	}
	if slices.Contains(changed, changedRead) {
		it.read = seq
	}
	if slices.Contains(changed, changedMarks) {
		it.marks = seq
	}
	f.log = append(f.log, change{seq: seq, id: m.ID})
	b.compact(folderName)
}

// remove deletes a message for good.
func (b *mailbox) remove(seq uint64, id string) {
	if it := b.items[id]; it != nil {
		b.leave(seq, it, "deleted")
	}
}

func (b *mailbox) leave(seq uint64, it *item, reason string) {
	f := b.folders[it.folder]
	f.total--
	if !it.message.IsRead {
		f.unread--
	}
	f.replaced++
	last := *it.message
	last.Body, last.UniqueBody, last.Attachments, last.MIME, last.Headers = Body{}, Body{}, nil, nil, nil
	f.log = append(f.log, change{seq: seq, id: it.message.ID, removed: reason, message: &last})
	delete(b.items, it.message.ID)
	b.compact(it.folder)
}

// current tells whether no later change replaces c.
func (b *mailbox) current(folderName string, c *change) bool {
	it := b.items[c.id]
	here := it != nil && it.folder == folderName
	if c.removed != "" {
		return !here
	}
	return here && it.at == c.seq
}

func (b *mailbox) compact(folderName string) {
	f := b.folders[folderName]
	if f.replaced < 64 || f.replaced < len(f.log)/2 {
		return
	}
	f.log = slices.DeleteFunc(f.log, func(c change) bool { return !b.current(folderName, &c) })
	f.replaced = 0
}

// after answers where in the log the first change after seq is.
func (f *folder) after(seq uint64) int {
	return sort.Search(len(f.log), func(i int) bool { return f.log[i].seq > seq })
}

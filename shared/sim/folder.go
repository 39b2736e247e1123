package sim

import (
	"slices"
	"sort"
)

// An item is a message in its folder, with the number of its last change of each
// kind. A delta round reports a change only to a caller who selected the changed
// property.
type item struct {
	folder  string
	message *Message
	at      uint64 // last change of any kind
	content uint64 // it came into the folder, or changed in a property that is not below
	read    uint64 // isRead
	marks   uint64 // categories, flag and importance
}

// A folder holds its changes, oldest first. An entry that a later one replaces stays
// until half of the log is replaced, so that a change costs O(1) and a delta page
// O(log n + page).
type folder struct {
	id, name string
	log      []change
	replaced int
}

type change struct {
	seq     uint64
	id      string
	removed string   // why the item is no longer here: deleted or changed; otherwise ""
	message *Message // last form of a removed item
}

// The kinds of properties that a change can touch.
const (
	changedContent = "content"
	changedRead    = "read"
	changedMarks   = "marks"
)

// put stores m in a folder as change seq, and removes it from another folder.
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
	} else {
		f.replaced++
	}
	it.message, it.at = m, seq
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
	f.replaced++
	last := *it.message
	last.Body, last.Attachments, last.MIME, last.Headers = Body{}, nil, nil, nil
	f.log = append(f.log, change{seq: seq, id: it.message.ID, removed: reason, message: &last})
	delete(b.items, it.message.ID)
	b.compact(it.folder)
}

// current says whether no later change replaces c.
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

// after returns the index in the log of the first change after seq.
func (f *folder) after(seq uint64) int {
	return sort.Search(len(f.log), func(i int) bool { return f.log[i].seq > seq })
}

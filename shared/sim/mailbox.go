package sim

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"
)

// The folders of every mailbox, by Graph's well-known names.
//
// https://learn.microsoft.com/graph/api/resources/mailfolder
const (
	inbox        = "inbox"
	drafts       = "drafts"
	sentItems    = "sentitems"
	deletedItems = "deleteditems"
	archive      = "archive"
	junkEmail    = "junkemail"
)

var folderNames = []string{inbox, drafts, sentItems, deletedItems, archive, junkEmail}

// MailboxOptions describes a mailbox to add.
type MailboxOptions struct {
	Address string   `json:"address"`
	Name    string   `json:"name"`
	Aliases []string `json:"aliases,omitempty"`
	Shared  bool     `json:"shared,omitempty"` // nobody signs in to it
}

type mailbox struct {
	id         string
	options    MailboxOptions
	items      map[string]*item // by immutable id
	folders    map[string]*folder
	settings   map[string]json.RawMessage // what was changed of the mailbox settings
	categories []category                 // nil: those that Outlook starts with
	generation uint64                     // delta tokens of before are forgotten
	calls      int                        // Graph calls, for the misbehaving
	rounds     int                        // delta rounds that were completed, for the misbehaving
}

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

// AddMailbox adds a mailbox and answers its Graph user id, a GUID that follows
// from the address. Adding it again changes its name, its aliases and whether
// it is shared.
func (t *Tenant) AddMailbox(o MailboxOptions) (id string, err error) {
	local, domain, ok := strings.Cut(o.Address, "@")
	if !ok || local == "" || !strings.EqualFold(domain, t.options.Domain) {
		return "", fmt.Errorf("add mailbox %q: not an address in %s", o.Address, t.options.Domain)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	id = guidOf("mailbox", strings.ToLower(o.Address))
	for _, a := range append([]string{o.Address}, o.Aliases...) {
		if other := t.addresses[strings.ToLower(a)]; other != nil && other.id != id {
			return "", fmt.Errorf("add mailbox %s: %s belongs to %s: %w", o.Address, a, other.options.Address, errTaken)
		}
	}
	if box := t.byID[id]; box != nil && box.is(o) {
		return id, nil
	}
	return id, t.commit(record{Mailbox: &o})
}

var errTaken = errors.New("address is taken")

func (t *Tenant) applyMailbox(o MailboxOptions) {
	id := guidOf("mailbox", strings.ToLower(o.Address))
	box := t.byID[id]
	if box == nil {
		box = &mailbox{id: id, items: map[string]*item{}, folders: map[string]*folder{}}
		for _, name := range folderNames {
			box.folders[name] = &folder{id: folderID(id, name)}
		}
		t.byID[id] = box
		t.boxes = append(t.boxes, box)
	}
	for _, a := range box.options.Aliases {
		delete(t.addresses, strings.ToLower(a))
	}
	box.options = o
	for _, a := range append([]string{o.Address}, o.Aliases...) {
		t.addresses[strings.ToLower(a)] = box
	}
}

func (b *mailbox) is(o MailboxOptions) bool {
	return b.options.Address == o.Address && b.options.Name == o.Name && b.options.Shared == o.Shared && slices.Equal(b.options.Aliases, o.Aliases)
}

// localPart is the part before the @, lower case: the misbehaving are known by it.
func (b *mailbox) localPart() string {
	local, _, _ := strings.Cut(b.options.Address, "@")
	return strings.ToLower(local)
}

// folderNamed finds a folder by its well-known name or its id.
func (b *mailbox) folderNamed(nameOrID string) (name string, ok bool) {
	if f := b.folders[strings.ToLower(nameOrID)]; f != nil {
		return strings.ToLower(nameOrID), true
	}
	for name, f := range b.folders {
		if f.id == nameOrID {
			return name, true
		}
	}
	return "", false
}

// find answers an item by either form of its id.
func (b *mailbox) find(id string) *item {
	immutable, mark := immutableOf(id)
	it := b.items[immutable]
	if it == nil || mark != "" && mark != folderMark(b.folders[it.folder].id) {
		return nil
	}
	return it
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

// clamp keeps a time within what JSON and Exchange can tell.
func clamp(when, otherwise time.Time) time.Time {
	when = when.UTC().Truncate(time.Second)
	if y := when.Year(); y < 1601 || y > 9999 {
		return otherwise
	}
	return when
}

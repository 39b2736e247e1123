package sim

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
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

// MailboxOptions describe a mailbox to add.
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
	settings   map[string]json.RawMessage // only the changed mailbox settings
	categories []category                 // nil: the default ones of Outlook
	generation uint64                     // delta tokens of older generations are invalid
	calls      int                        // number of Graph calls, for misbehave
	rounds     int                        // number of completed delta rounds, for misbehave
}

// AddMailbox adds a mailbox and returns its Graph user id, a GUID that is derived
// from the address. A second call changes its name, its aliases and whether it is
// shared.
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
			box.folders[name] = &folder{id: folderID(id, name), name: name}
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
	return b.options.Address == o.Address && b.options.Name == o.Name && b.options.Shared == o.Shared &&
		slices.Equal(b.options.Aliases, o.Aliases)
}

// localPart returns the part before the @ in lower case, by which misbehave works.
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

// find returns an item by either form of its id.
func (b *mailbox) find(id string) *item {
	immutable, mark := immutableOf(id)
	it := b.items[immutable]
	if it == nil || mark != "" && mark != folderMark(b.folders[it.folder].id) {
		return nil
	}
	return it
}

// clamp limits a time to what JSON and Exchange can represent.
func clamp(when, otherwise time.Time) time.Time {
	when = when.UTC().Truncate(time.Second)
	if y := when.Year(); y < 1601 || y > 9999 {
		return otherwise
	}
	return when
}

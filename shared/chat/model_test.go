package chat_test

import (
	"maps"
	"slices"
)

// people are all who can be members in a schedule; Anna does everything.
var people = []string{"anna", "bram", "carla", "dirk"}

// A modelChat is what a chat should be. A person has something unread in a chat too
// when he or she is no member of it: it shows when that changes.
type modelChat struct {
	client   string
	members  []string
	messages []string                   // ids, in the order in which they came
	unread   map[string]map[string]bool // ids by person
	vague    map[string]bool            // persons of whom only a number of unread messages is known
	into     string                     // the chat that it was merged into
}

// A model is what all chats should be, and the changes that can be undone, oldest
// first.
type model struct {
	chats   map[string]*modelChat
	changes []modelChange
}

type modelChange struct {
	from, into string // into "" for a change of client
	made       bool   // into is new
	merged     bool
	messages   []string
	was        *modelChat // from, before
	mail       []string   // that came into into since
	vague      []string   // persons who may have seen messages by now
	touched    bool       // something else happened with one of them since
}

func newModelChat(client string, members ...string) *modelChat {
	c := &modelChat{client: client, members: members, unread: map[string]map[string]bool{}, vague: map[string]bool{}}
	for _, p := range people {
		c.unread[p] = map[string]bool{}
	}
	return c
}

func (c *modelChat) clone() *modelChat {
	out := *c
	out.members, out.messages = slices.Clone(c.members), slices.Clone(c.messages)
	out.unread, out.vague = map[string]map[string]bool{}, maps.Clone(c.vague)
	for m, ids := range c.unread {
		out.unread[m] = maps.Clone(ids)
	}
	return &out
}

func (m *model) clone() *model {
	out := &model{chats: map[string]*modelChat{}, changes: slices.Clone(m.changes)}
	for id, c := range m.chats {
		out.chats[id] = c.clone()
	}
	for i := range out.changes {
		out.changes[i].was = out.changes[i].was.clone()
	}
	return out
}

// live are the ids of the chats that were not merged, in order.
func (m *model) live() (ids []string) {
	for _, id := range slices.Sorted(maps.Keys(m.chats)) {
		if m.chats[id].into == "" {
			ids = append(ids, id)
		}
	}
	return ids
}

// add adds a message that everybody except the author should look at.
func (m *model) add(chat, message, author string) {
	c := m.chats[chat]
	c.messages = append(c.messages, message)
	if slices.Contains(c.members, author) && len(c.unread[author]) == 0 && !c.vague[author] {
		m.read(chat, author) // also what comes back to before the author's message
	}
	for _, p := range people {
		if p != author || len(c.unread[p]) > 0 || !slices.Contains(c.members, p) {
			c.unread[p][message] = true
		}
	}
	for i := range m.changes {
		ch := &m.changes[i]
		ch.touched = ch.touched || ch.from == chat || ch.into == chat
		if ch.into == chat && (author == "" || ch.made) {
			ch.mail = append(slices.Clip(ch.mail), message)
		}
	}
}

func (m *model) read(chat, person string) {
	clear(m.chats[chat].unread[person])
	delete(m.chats[chat].vague, person)
	m.shift(chat, person)
}

// shift notes that what left a chat before may count as seen by a person when it comes
// back, or not.
func (m *model) shift(chat, person string) {
	for i := range m.changes {
		if m.changes[i].from == chat {
			m.changes[i].vague = append(slices.Clip(m.changes[i].vague), person)
		}
	}
}

// transfer brings messages over. Who is a member of both chats, and Anna, need not
// look again at what they saw.
func (m *model) transfer(from, into string, messages []string, made, merged bool) {
	a, b := m.chats[from], m.chats[into]
	m.touch(from, into)
	m.changes = append(m.changes, modelChange{from: from, into: into, made: made, merged: merged, messages: slices.Clone(messages),
		was: a.clone()})
	for _, p := range people {
		both := slices.Contains(a.members, p) && slices.Contains(b.members, p) || p == "anna" && slices.Contains(b.members, p)
		for _, id := range messages {
			if !both || a.unread[p][id] && p != "anna" {
				b.unread[p][id] = true
			}
		}
		if both && p != "anna" && a.vague[p] {
			b.vague[p] = true
		}
		if !merged {
			for _, id := range messages {
				delete(a.unread[p], id)
			}
		}
	}
	b.messages = append(b.messages, messages...)
	a.messages = slices.DeleteFunc(a.messages, func(id string) bool { return slices.Contains(messages, id) })
	if len(a.messages) == 0 {
		a.into = into
	}
}

func (m *model) touch(chats ...string) {
	for i := range m.changes {
		ch := &m.changes[i]
		ch.touched = ch.touched || slices.Contains(chats, ch.from) || slices.Contains(chats, ch.into)
	}
}

// setClient gives a chat to a client with other members.
func (m *model) setClient(chat, client string, members []string) {
	c := m.chats[chat]
	if c.client == client {
		return
	}
	m.touch(chat)
	m.changes = append(m.changes, modelChange{from: chat, was: c.clone()})
	c.client, c.members = client, slices.Clone(members)
}

// newest is the place of the newest change of a chat, -1 when there is none.
func (m *model) newest(chat string) int {
	for i, ch := range slices.Backward(m.changes) {
		if ch.from == chat || ch.into == chat {
			return i
		}
	}
	return -1
}

// tooLate says whether mail that came since a change is where it came, so that the
// change cannot be undone.
func (m *model) tooLate(i int) bool {
	ch := m.changes[i]
	return slices.ContainsFunc(ch.mail, func(id string) bool {
		moved := slices.ContainsFunc(m.changes[i+1:], func(later modelChange) bool { return slices.Contains(later.messages, id) })
		return ch.into != "" && !moved && slices.Contains(m.chats[ch.into].messages, id)
	})
}

// undo undoes the newest change of a chat.
func (m *model) undo(chat string) {
	i := m.newest(chat)
	if i < 0 {
		return
	}
	ch := m.changes[i]
	m.changes = slices.Delete(m.changes, i, i+1)
	m.touch(ch.from, ch.into)
	from := m.chats[ch.from]
	if ch.into == "" {
		from.client, from.members = ch.was.client, slices.Clone(ch.was.members)
		return
	}
	into := m.chats[ch.into]
	from.into = ""
	for _, id := range ch.messages {
		at := slices.Index(into.messages, id)
		if at < 0 {
			continue
		}
		into.messages = slices.Delete(into.messages, at, at+1)
		from.messages = append(from.messages, id)
		for _, p := range people {
			if slices.Contains(ch.vague, p) {
				from.vague[p] = true
			}
			delete(into.unread[p], id)
			if ch.was.unread[p][id] {
				from.unread[p][id] = true
			}
		}
	}
	// They come back where they were.
	order := map[string]int{}
	for i, id := range ch.was.messages {
		order[id] = i + 1
	}
	slices.SortStableFunc(from.messages, func(a, b string) int {
		if order[a] == 0 || order[b] == 0 {
			return min(order[b], 1) - min(order[a], 1)
		}
		return order[a] - order[b]
	})
	if ch.made && len(into.messages) == 0 {
		into.into = ch.from
	}
}

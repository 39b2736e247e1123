// Package chat stores the conversations between a client's contact and the team
// members who look after that client. It does not decide who takes part, and
// knows nothing of queues or Graph.
//
// Its rows are in the table "mails", beside those of items, so that a mail and
// its chat change in one transaction. A chat has the id of its first mail, so that
// two decisions on that mail make one chat; one that people made has an id of its
// own. Lists are newest first.
//
//	c|<chat>               -> the chat                                       (Chat)
//	u|<member>|<chat>      -> the same, for the list of a member             (Chat)
//	u|<member>|<chat>|seen -> how much of it the member has seen             (seen)
//	1|<member>|<chat>      -> an open chat of which something is unread      (count.go)
//	n|<client>|<chat>      -> the same, for the list of a client             (Chat)
//	x|<chat>|<mail>        -> a message, newest first                        (Message)
//	l|chat|<word>|<chat>   -> a chat by its words (see package index)
//	k|<h>                  -> the chat of a mail or of a conversation        (thread)
//	y|<chat>|<h>           -> the note that a request with this key wrote (noteRequest)
//	a|<chat>|<change>      -> how a person rearranged it, newest first       (Change)
//	a|open|<change>        -> a change that is not finished                  (Change)
//	a|moved|<change>|<id>  -> a message that went into the other chat        (moved)
//
// # Parts
//
// Start and Join (here) make operations of a mail that is decided, Append (append.go) of
// what the office writes. Change (change.go) is one transaction by a person; Move, Merge,
// SetClient and Undo may take several (rearrange.go, rearrangement.go). What a member has
// seen is counted in seen.go and recount.go. Answered (find.go) returns the chat that a mail
// answers, Find (search.go) those with words.
package chat

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"kantoorpost/shared/ids"
	"kantoorpost/shared/item"
	"kantoorpost/shared/table"
)

// A State tells whether a chat is open.
type State string

// The states of a chat.
const (
	Open   State = "open"
	Closed State = "closed" // new mail opens it again
)

// MaxMembers is how many team members one chat can have: each has a row in the
// transaction that changes the chat.
const MaxMembers = 80

// A Chat is one conversation.
type Chat struct {
	ID          string    `json:"id"`
	Subject     string    `json:"subject"`
	Client      string    `json:"client"`  // id
	Contact     string    `json:"contact"` // id of the contact who wrote
	ContactName string    `json:"contactName,omitempty"`
	Members     []string  `json:"members"`   // ids, in the order in which they joined
	Addresses   []string  `json:"addresses"` // that received its mail
	State       State     `json:"state"`
	Started     time.Time `json:"started"`
	Last        time.Time `json:"last"` // when the last message was received
	Preview     string    `json:"preview"`
	Messages    int64     `json:"messages"`
	// Verdict is Exchange's opinion on the sender of the first mail.
	Verdict item.Verdict `json:"verdict,omitempty"`
	Notes   int64        `json:"notes,omitempty"` // how many of the messages are notes
	// Sequence is that of the newest message. It never goes down.
	Sequence int64 `json:"sequence,omitempty"`
	// ActivitySequence counts what members should look at: mail that people wrote,
	// and notes. It never goes down, so that it can say how much a member has seen.
	ActivitySequence int64 `json:"activitySequence,omitempty"`
	// Assignee is the id of the team member who looks after the chat, "" for nobody in
	// particular; it gives no right. Before Later nobody has to look at it, unless
	// something new comes.
	Assignee string            `json:"assignee,omitempty"`
	Later    time.Time         `json:"later,omitzero"`
	Added    map[string]ByHand `json:"added,omitempty"`   // members whom a person added, by id
	Removed  []string          `json:"removed,omitempty"` // members whom a person removed: later mail does not bring them back

	// Into is the chat that this one was merged into. It has no messages of its own
	// then, is in no list, and who asks for it gets the other.
	Into string `json:"into,omitempty"`
	// Change is the change by people that is not finished, if there is one.
	Change     string    `json:"change,omitempty"`
	Rearranged time.Time `json:"rearranged,omitzero"` // time of the last change by people
	// Gone are the activity numbers of messages that are now in another chat: nobody
	// has to look at them here.
	Gone []Span `json:"gone,omitempty"`
	// Began is the id of the mail with which the chat began, when that is not its own.
	Began string `json:"began,omitempty"`

	// Erased is when all that it says was erased. No mail joins it any more.
	Erased time.Time `json:"erased,omitzero"`
	// First is nil when the office began the chat, or an older version stored it.
	First *First `json:"first,omitempty"`
	// Indexed is a hash of what its index rows say besides its words; "" when it has none.
	Indexed string `json:"indexed,omitempty"`

	// Unread is how much of ActivitySequence the member of the list has not seen.
	Unread int64 `json:"-"`
	// UnreadAt is the second result of Store.Unread.
	UnreadAt []Span `json:"-"`

	etag string // of its c row
	// activityRead is its ActivitySequence when it was read, and joined are the members who
	// came in since.
	activityRead int64
	joined       []string
}

// ByHand says which person did something, and when.
type ByHand struct {
	By string    `json:"by"` // id
	At time.Time `json:"at"`
}

// FirstMail returns the id of the mail with which the chat began; that mail may be in
// another chat now.
func (c Chat) FirstMail() string { return cmp.Or(c.Began, c.ID) }

// ETag is the version of the chat: it changes with every message and change.
func (c Chat) ETag() string { return c.etag }

// A thread says which chat a mail, or a conversation in a mailbox, belongs to.
type thread struct {
	Chat        string `json:"chat"`
	Fingerprint string `json:"fingerprint,omitempty"` // of the mail; "" for a conversation
}

func chatKey(id string) string                   { return "c|" + id }
func memberKey(member, id string) string         { return "u|" + member + "|" + id }
func clientKey(client, id string) string         { return "n|" + client + "|" + id }
func messageKey(chat, mail string) string        { return "x|" + chat + "|" + mail }
func mailThread(internetMessageID string) string { return "k|" + ids.Hash("mail", internetMessageID) }
func conversationThread(mailbox, conversation string) string {
	return "k|" + ids.Hash("conversation", mailbox, conversation)
}

// Start returns the chat with an id that begins with a mail, and the operations that
// store it. They fail when there is a chat with this id, which is that of the mail where it
// is free (see FreeID). ByMessageID says whether later mail finds the chat by this mail's
// internet message id: not when another mail, with other content, has that id already.
func Start(id string, it item.Item, client, contact, contactName string, members []string,
	byMessageID bool) (Chat, []table.Op) {
	c := Chat{
		ID: id, Subject: it.Subject, Client: client, Contact: contact, ContactName: contactName,
		Members: members, Addresses: []string{it.Address}, State: Open,
		Started: it.Received, Last: it.Received, Preview: it.Preview, Messages: 1, ActivitySequence: 1, Sequence: 1, Verdict: it.Verdict,
	}
	if id != it.ID {
		c.Began = it.ID
	}
	m := messageOf(it)
	m.Sequence = 1
	c.First = firstOf(it, c)
	ops := c.insert(m)
	return c, append(ops, threads(c.ID, it, byMessageID)...)
}

// insert returns the operations that store a new chat with its first message.
func (c *Chat) insert(m Message) []table.Op {
	found := c.reindex()
	ops := []table.Op{table.Insert(row(messageKey(c.ID, m.ID), m))}
	for _, r := range c.documents() {
		ops = append(ops, table.Insert(r))
	}
	return slices.Concat(ops, c.newUnread(), found)
}

// An Entry says how a mail comes into a chat.
type Entry struct {
	Members []string // who join with it
	// Copy says that the chat has the mail already, received at another address:
	// it adds members and no message.
	Copy bool
	// ByMessageID is as in Start.
	ByMessageID bool
	// Quiet says that a program wrote the mail: it is not unread for anybody.
	Quiet bool
	// Own says that the office wrote the mail, outside of this product. By is the id of
	// the team member who did, "" when that is not known.
	Own bool
	By  string
	// New, Outside and SideConversation are those of Message.
	New, Outside     bool
	SideConversation string
}

// Join returns c with the mail and the members added, and the operations that
// store it; they fail if somebody changed the chat since it was read.
func (c Chat) Join(it item.Item, e Entry) (Chat, []table.Op) {
	c.join(e.Members)
	if !slices.Contains(c.Addresses, it.Address) {
		c.Addresses = append(slices.Clip(c.Addresses), it.Address)
	}
	var ops []table.Op
	if !e.Copy {
		c.Messages++
		c.Sequence++
		m := messageOf(it)
		m.Sequence, m.New, m.Outside, m.SideConversation = c.Sequence, e.New, e.Outside, e.SideConversation
		if e.Own {
			m.Direction, m.Via, m.By = Out, ViaOutlook, e.By
		}
		if e.Quiet {
			m.Kind = string(it.Class)
		} else {
			if !e.Own {
				c.State, c.Later = Open, time.Time{}
			}
			c.ActivitySequence++
			if it.Received.After(c.Last) {
				c.Last, c.Preview = it.Received, it.Preview
			}
		}
		ops = append(ops, table.Put(row(messageKey(c.ID, it.ID), m)))
	}
	ops = append(ops, c.rows()...)
	return c, append(ops, threads(c.ID, it, e.ByMessageID && !e.Copy)...)
}

// join adds members, but none whom a person removed.
func (c *Chat) join(members []string) {
	for _, m := range members {
		if !slices.Contains(c.Members, m) && !slices.Contains(c.Removed, m) && len(c.Members) < MaxMembers {
			c.Members, c.joined = append(slices.Clip(c.Members), m), append(slices.Clip(c.joined), m)
		}
	}
}

// rows returns the operations that replace all rows of the chat.
func (c Chat) rows() []table.Op {
	found := c.reindex()
	all := c.documents()
	ops := []table.Op{table.Replace(all[0])}
	for _, r := range all[1:] {
		ops = append(ops, table.Put(r))
	}
	return slices.Concat(ops, c.newUnread(), found)
}

// documents returns the row of the chat, and those of its client and its members, which
// have the same document.
func (c Chat) documents() []table.Row {
	all := []table.Row{c.row()}
	document := maps.Clone(all[0].Props)
	delete(document, "subject")
	delete(document, "state")
	all = append(all, table.Row{Key: clientKey(c.Client, c.ID), Props: document})
	for _, m := range c.Members {
		all = append(all, table.Row{Key: memberKey(m, c.ID), Props: document})
	}
	return all
}

// threads returns the operations by which later mail finds the chat. The thread
// of the mail itself is inserted, not put: when two copies are decided at the same
// time, the second fails and sees the first.
func threads(chat string, it item.Item, byMessageID bool) []table.Op {
	var ops []table.Op
	if it.InternetMessageID != "" && byMessageID {
		r := row(mailThread(it.InternetMessageID), thread{Chat: chat, Fingerprint: it.Fingerprint})
		ops = append(ops, table.Insert(r))
	}
	if it.ConversationID != "" {
		ops = append(ops, table.Put(row(conversationThread(it.Mailbox, it.ConversationID), thread{Chat: chat})))
	}
	return ops
}

// row makes a row of a value of this package.
func row(key string, v any) table.Row { return table.Document(key, v, nil) }

// row returns the row of the chat itself. Its columns are for searches in the Azure
// portal.
func (c Chat) row() table.Row {
	r := table.Document(chatKey(c.ID), c, map[string]any{"subject": c.Subject, "state": string(c.State)})
	r.ETag = c.etag
	return r
}

package chat

import (
	"kantoorpost/shared/ids"
	"kantoorpost/shared/table"
)

// An Event says what a person did with a chat, for those who read it. It names
// objects by their ids: whether a reader may know more of them is not decided here.
type Event struct {
	Action EventAction `json:"action"`
	Undone bool        `json:"undone,omitempty"` // the action was undone
	Chat   string      `json:"chat,omitempty"`   // id of the other chat
	Client string      `json:"client,omitempty"` // id of the client that the chat has now
	Count  int64       `json:"count,omitempty"`  // of EventMerged: messages that came
}

// An EventAction is what was done. Actions are stored.
type EventAction string

// The actions.
const (
	EventMovedOut EventAction = "moved-out" // a mail went into another chat; the subject is that of the mail
	EventMovedIn  EventAction = "moved-in"  // a mail came from another chat; the subject is that of the mail
	EventMerged   EventAction = "merged"    // another chat became part of this one; the subject is that of the chat
	EventClient   EventAction = "client"    // the chat belongs to another client
)

// addEvent adds an event to c, which must be written with it. An event is neither
// activity nor counted among the messages.
func (c *Chat) addEvent(ch Change, e Event, subject string) table.Op {
	e.Undone = ch.Undone
	c.Sequence++
	done := "done"
	if ch.Undone {
		done = "undone"
	}
	m := Message{
		ID: ids.Timed(ch.Begun, ids.Hash("event", c.ID, ch.ID, string(e.Action), done)), Kind: KindEvent, Sequence: c.Sequence,
		By: ch.Doer, Subject: subject, Received: ch.Begun, Event: &e,
	}
	return table.Put(row(messageKey(c.ID, m.ID), m))
}

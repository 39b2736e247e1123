package wire

import (
	"time"
)

// A ChatObject is a chat as the API shows it.
type ChatObject struct {
	ID          string     `json:"id"`
	Subject     string     `json:"subject"`
	Client      string     `json:"client" doc:"id of the client"`
	ClientName  string     `json:"clientName,omitempty" doc:"in lists only when names are asked for"`
	Contact     string     `json:"contact" doc:"id of the contact who wrote"`
	ContactName string     `json:"contactName"`
	Members     []string   `json:"members" nullable:"false" doc:"ids of the team members who take part"`
	Addresses   []string   `json:"addresses" nullable:"false" doc:"the addresses that received its mail"`
	State       string     `json:"state" enum:"open,closed"`
	Started     time.Time  `json:"started"`
	Last        time.Time  `json:"last" doc:"when its last message was received"`
	Preview     string     `json:"preview" doc:"the start of its last message"`
	Messages    int64      `json:"messages" doc:"how many there are"`
	Unread      int64      `json:"unread" doc:"how much came since you looked; of your chats, and in lists only with mine"`
	UnreadAt    []Place    `json:"unreadAt,omitempty" doc:"of one chat: which are unread, 1 for the highest seq; absent: the newest"`
	Assignee    *Named     `json:"assignee,omitempty" doc:"the team member who looks after it"`
	Later       *time.Time `json:"later,omitempty" doc:"before this moment nobody has to look at it, unless something new comes"`
	Undo        *Undoable  `json:"undo,omitempty" doc:"what POST …/undo undoes; only of one chat"`
	Position    int64      `json:"position" doc:"how much had come when this was read; POST …/read takes it"`
}

// A ChatList is a page of a list of chats.
type ChatList struct {
	ListOf[ChatObject]
	ClientsLeftOut bool `json:"clientsLeftOut,omitempty" doc:"a search found more clients than count"`
}

// ChatCounts counts chats of the caller.
type ChatCounts struct {
	Unread int  `json:"unread" doc:"your open chats with something unread that you see now, of at most 35 members; at most 1,000"`
	More   bool `json:"more" doc:"whether there may be more than are counted"`
}

// A Place is a range of places in a list, both ends included.
type Place struct {
	First int64 `json:"first"`
	Last  int64 `json:"last"`
}

// Undoable is the newest change of a chat by people.
type Undoable struct {
	Kind string    `json:"kind" enum:"move,merge,client"`
	By   Named     `json:"by"`
	At   time.Time `json:"at"`
}

// A Participant is a team member in a chat, with the reason as far as the
// current links and directory give it.
type Participant struct {
	ID     string     `json:"id"`
	Name   string     `json:"name" doc:"empty when the team member was deleted"`
	Email  string     `json:"email,omitempty"`
	Active bool       `json:"active"`
	Why    string     `json:"why" enum:"hand,contact,role,process-team,substitute,earlier" doc:"hand: somebody added this one; contact: it is his or her own address; role, process-team: the link of the address; substitute: stands in for another participant; earlier: by what was so when a mail came in"`
	What   string     `json:"what,omitempty" doc:"the address, or a name: of the role or team, of who is away, of who added"`
	At     *time.Time `json:"at,omitempty" doc:"of hand: when"`
}

// A BeginBody is the first message of a chat that the office begins.
type BeginBody struct {
	ReplyContent
	Client  string `json:"client" maxLength:"64" doc:"id of the client"`
	Contact string `json:"contact,omitempty" maxLength:"64" doc:"the first recipient who is one of the client's when absent"`
}

// A BegunChat is a chat that the office began, with its first message.
type BegunChat struct {
	ChatObject
	Reply ReplyObject `json:"reply"`
}

// NoteBody is what somebody writes to the others in a chat.
type NoteBody struct {
	Body     string   `json:"body" minLength:"1" maxLength:"10000" doc:"plain text"`
	Mentions []string `json:"mentions,omitempty" maxItems:"10" doc:"ids of team members whom it names; each must see the chat, and is told"`
}

// A NoticeObject is a notice as the API shows it.
type NoticeObject struct {
	ID     string    `json:"id"`
	Kind   string    `json:"kind" enum:"mentioned,assigned"`
	Object string    `json:"object" enum:"mail,chat"`
	Of     string    `json:"of" doc:"id of the mail or chat"`
	By     Named     `json:"by"`
	At     time.Time `json:"at"`
}

package chat

import (
	"context"
	"errors"
	"time"

	"kantoorpost/shared/table"
)

// A ChangeKind is a way in which people rearrange chats. Kinds are stored.
type ChangeKind string

// The kinds.
const (
	Moved         ChangeKind = "move"   // one mail went into another chat
	Merged        ChangeKind = "merge"  // all of a chat went into another
	ClientChanged ChangeKind = "client" // the chat belongs to another client
)

// A Change says how a person rearranged chats, and what is needed to undo that.
//
// The first transaction of a change has its effect, or the first part of it, and
// writes a row a|open. Further transactions move what does not fit into the first,
// at most table.MaxOps rows each, and bring the rows that repeat a chat up to date;
// the last deletes a|open. Each leaves every message in exactly one chat. When the
// process dies in between, the next change of one of the chats continues, or Resume.
type Change struct {
	ID   string     `json:"id"`
	Kind ChangeKind `json:"kind"`
	By   string     `json:"by"` // id of the person
	At   time.Time  `json:"at"`

	From string `json:"from"`           // id of the chat that was changed, or that lost messages
	Into string `json:"into,omitempty"` // id of the chat that got them
	New  bool   `json:"new,omitempty"`  // Into was made for it
	Mail string `json:"mail,omitempty"` // of Moved: its id

	Client    string   `json:"client,omitempty"`    // of ClientChanged
	OldClient string   `json:"oldClient,omitempty"` // of ClientChanged
	Joined    []string `json:"joined,omitempty"`    // members who came with it
	Left      []string `json:"left,omitempty"`      // members who went with it
	Addresses []string `json:"addresses,omitempty"` // that Into, or From of ClientChanged, got with it
	Received  []string `json:"received,omitempty"`  // of Moved: the addresses that received the mail
	Opened    bool     `json:"opened,omitempty"`    // Into was closed before
	Sequence  int64    `json:"sequence,omitempty"`  // of Into; what came later has a higher one
	// UnseenAt says which of the Counted messages that moved, by their order, the members of
	// both chats have not seen; it is used once, when the rest is done. Unseen says how many,
	// for an instance of the former release.
	UnseenAt map[string][]Span `json:"unseenAt,omitempty"`
	Counted  int64             `json:"counted,omitempty"`
	Unseen   map[string]int64  `json:"unseen,omitempty"`

	Undone bool      `json:"undone,omitempty"` // it is being undone
	Doer   string    `json:"doer,omitempty"`   // id of the person who does or undoes it
	Begun  time.Time `json:"begun"`            // when that began
	// UnreadMoved says that UnseenAt was used.
	UnreadMoved bool `json:"settled,omitempty"`
}

// The errors of rearranging chats.
var (
	// ErrSame means that the two chats are one.
	ErrSame = errors.New("this is the same chat")
	// ErrMerged means that the chat was merged into another meanwhile.
	ErrMerged = errors.New("the chat was merged into another")
	// ErrNotMail means that only mail can be moved alone, not a note or a reply.
	ErrNotMail = errors.New("only a mail that came in can be moved alone")
	// ErrOnly means that a chat of one mail cannot be split.
	ErrOnly = errors.New("the chat has nothing else")
	// ErrLeaving means that a reply in the chat has not left yet.
	ErrLeaving = errors.New("a reply in the chat has not left yet")
	// ErrNobody means that no team member would take part.
	ErrNobody = errors.New("nobody would take part in the chat")
	// ErrNothing means that there is no change to undo.
	ErrNothing = errors.New("nothing to undo")
)

// A LaterError says why a change cannot be undone any more. Code is one of the Later
// constants.
type LaterError struct{ Code string }

// Error implements error.
func (e *LaterError) Error() string { return "the change cannot be undone: " + e.Code }

// The codes of a LaterError.
const (
	LaterMessages = "messages" // mail came in, or somebody wrote, in the chat that got messages
	LaterChange   = "change"   // the chat was rearranged again
	LaterMoved    = "moved"    // what was moved is no longer there
)

// Members returns the ids of the team members whom the links of addresses bring into
// a chat with a client.
type Members func(ctx context.Context, client string, addresses []string) ([]string, error)

func changeKey(chat, change string) string   { return "a|" + chat + "|" + change }
func openKey(change string) string           { return "a|open|" + change }
func movedKey(change, message string) string { return "a|moved|" + change + "|" + message }
func (ch Change) row(key string) table.Row   { return row(key, ch) }

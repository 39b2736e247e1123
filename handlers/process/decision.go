package process

import (
	"context"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/connector"
	"kantoorpost/shared/item"
)

// A sender is the contact who wrote a mail.
type sender struct {
	ID, Name string
	Clients  []string
	Rule     string // the learned rule by which the address is this contact's; "" when people wrote it in the directory
	PassedOn bool   // a team member sent the mail on: its address and display name are not the contact's
}

// An office answers what a decision rests on. The answers come from the
// directory and the chats; in tests from a few lines of text.
type office interface {
	// Link is what the address that received the mail is linked with; false
	// when it was never activated, or its role or team is gone.
	Link(ctx context.Context, mailbox string) (connector.Link, bool, error)
	// Contact is the one with this e-mail address, if any.
	Contact(ctx context.Context, email string) (sender, bool, error)
	// ContactByID is the one that a person named, if he or she is still there.
	ContactByID(ctx context.Context, id string) (sender, bool, error)
	// Client says whether a client is still there.
	Client(ctx context.Context, id string) (bool, error)
	// Member is the active team member with this e-mail address, if any.
	Member(ctx context.Context, email string) (id string, ok bool, err error)
	// Own says whether an e-mail address is the office's own.
	Own(ctx context.Context, email string) (bool, error)
	// Joiners are the ids of those whom the link of an address brings into a chat
	// with a client, or the reason why there is nobody.
	Joiners(ctx context.Context, link connector.Link, address, client string) ([]string, item.Reason, error)
	// Answered is the chat that a mail answers, if it is known.
	Answered(ctx context.Context, it item.Item) (chat.Chat, bool, error)
	// Copied tells about the internet message id of a mail: whether a chat has
	// a mail with that id, and which, if that mail is this one, received at
	// another address.
	Copied(ctx context.Context, it item.Item) (c chat.Chat, taken, same bool, err error)

	// What people taught, as ids of rules; "" when they taught nothing that is
	// certain about this mail.

	// PassedOn is the contact who wrote what a team member passes on.
	PassedOn(ctx context.Context, it item.Item) (sender, bool, error)
	// Dismissed is the rule by which mail like this needs nobody.
	Dismissed(ctx context.Context, it item.Item) (rule string, err error)
	// Accepted is the rule by which this sender's automated mail is like any other.
	Accepted(ctx context.Context, it item.Item) (rule string, err error)
	// Belongs is the one client to whom all senders of the domain belong.
	Belongs(ctx context.Context, it item.Item) (client, rule string, err error)
	// Named are the clients whose numbers the writer of a mail gives.
	Named(ctx context.Context, it item.Item) ([]string, error)
	// OtherName says whether the name beside the address is somebody else's than
	// the contact's whose address it is.
	OtherName(ctx context.Context, it item.Item, from sender) (bool, error)
	// Meant is the one of the sender's clients that the mail is about. The mail
	// can say so itself: then there is a client without a rule.
	Meant(ctx context.Context, it item.Item, from sender) (client, rule string, err error)
}

// A decision is what becomes of a mail: it waits for a reason, needs nobody (for
// a reason or by a rule), has its sender made a contact first, joins a chat, or starts one.
type decision struct {
	Reason item.Reason
	Facts  item.Facts

	Dismiss bool
	Create  *newContact

	Join  *chat.Chat
	Copy  bool // Join has this mail already
	Named bool // the chat can be found by the mail's internet message id
	Quiet bool // a program wrote it

	From    sender
	Client  string
	Members []string
	Why     string   // the kind of link that chose the members
	Rules   []string // that people taught, and that it rests on
}

// A newcomer is a sender who is to become a contact of a client.
type newContact struct{ Client, Rule string }

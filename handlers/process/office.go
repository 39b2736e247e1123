package process

import (
	"context"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/connector"
	"kantoorpost/shared/item"
	"kantoorpost/shared/outbox"
)

// An office answers the questions of decide: records from the tables, in tests a few
// lines of text.
type office interface {
	// Link returns the link of the address that received the mail; false when the
	// address was never activated, or its role or team is gone.
	Link(ctx context.Context, mailbox string) (connector.Link, bool, error)
	// Contact returns the contact with an e-mail address.
	Contact(ctx context.Context, email string) (sender, bool, error)
	// ContactByID returns a contact that a person chose; false when it was deleted.
	ContactByID(ctx context.Context, id string) (sender, bool, error)
	// Client tells whether a client still exists.
	Client(ctx context.Context, id string) (bool, error)
	// Member returns the id of the active team member with an e-mail address.
	Member(ctx context.Context, email string) (id string, ok bool, err error)
	// Own tells whether an e-mail address is the office's own.
	Own(ctx context.Context, email string) (bool, error)
	// Joiners returns the ids of the team members whom the link of an address brings
	// into a chat with a client, or the reason why there is nobody.
	Joiners(ctx context.Context, link connector.Link, address, client string) ([]string, item.Reason, error)
	// Answered returns the chat that a mail answers. Named says that the mail names one
	// of its messages.
	Answered(ctx context.Context, it item.Item) (c chat.Chat, named, ok bool, err error)
	// InConversation returns the chat of a conversation in a mailbox.
	InConversation(ctx context.Context, mailbox, conversation string) (chat.Chat, bool, error)
	// TookPart tells whether an address stood in From, To or Cc of mail of a chat.
	TookPart(ctx context.Context, chat, email string) (bool, error)
	// AtClient tells whether an address is at a domain of which all contacts are of a
	// client, and which is not public.
	AtClient(ctx context.Context, client, email string) (bool, error)
	// SideConversation returns the id of the message of a chat with which the side
	// conversation began that a mail of somebody outside answers; "" when there is none.
	SideConversation(ctx context.Context, c chat.Chat, it item.Item) (string, error)
	// Copied looks for a mail with the internet message id of it. Taken says that one
	// was placed already; same, that it is a copy of this mail, received at another
	// address, in chat c.
	Copied(ctx context.Context, it item.Item) (c chat.Chat, taken, same bool, err error)

	// Reported returns what a delivery report says about a reply of this office, and the
	// chat of that reply; false when it names none.
	Reported(ctx context.Context, it item.Item) ([]outcome, chat.Chat, bool, error)

	// The following come from learned rules. A rule is "" when no rule is certain.

	// Forwarded returns the contact who wrote the mail that a team member forwards.
	Forwarded(ctx context.Context, it item.Item) (sender, bool, error)
	// DismissedBy returns the rule that dismisses the mail. Contact is its sender, ""
	// for a stranger: what people did with a stranger's mail says nothing about that of
	// the contact whom they made of him.
	DismissedBy(ctx context.Context, it item.Item, contact string) (rule string, err error)
	// AcceptedBy returns the rule that processes automated mail of this sender like
	// any other.
	AcceptedBy(ctx context.Context, it item.Item) (rule string, err error)
	// DomainClient returns the one client to which all senders of the domain belong.
	DomainClient(ctx context.Context, it item.Item) (client, rule string, err error)
	// Named returns the clients that the writer firmly names, other than those of the
	// sender; or, in an answer, other than that of chat c. Those of which people said
	// before that this sender names them in passing are left out. Sure is the rule that
	// says that the only one is what the mail is about.
	Named(ctx context.Context, it item.Item, from sender, c *chat.Chat) (others []string, sure string, err error)
	// Signed returns the clients whose names stand in the signature.
	Signed(ctx context.Context, it item.Item) ([]string, error)
	// ForPortal returns the clients that mail of a portal names, and the rule of its
	// sender, "" when people never chose for its mail.
	ForPortal(ctx context.Context, it item.Item, from sender) (clients []string, rule string, err error)
	// AboutClient tells whether mail of a contact with one client is about that client. Mail
	// of a company or a program that is not the client is so only if it says so; named are
	// the clients that it names.
	AboutClient(ctx context.Context, it item.Item, from sender) (about bool, named []string, err error)
	// Unproven tells whether Exchange has not verified the mail, and either did verify the
	// earlier mail of this address or the mail asks for money as fraud does.
	Unproven(ctx context.Context, it item.Item, from sender) (unproven, asksMoney bool, err error)
	// OtherName tells whether the name beside the address is another person's than the
	// contact's.
	OtherName(ctx context.Context, it item.Item, from sender) (bool, error)
	// WhichClient returns the client of the sender that the mail is about. When the
	// mail itself says so, there is no rule.
	WhichClient(ctx context.Context, it item.Item, from sender) (client, rule string, err error)
	// Suggested returns the client with which the model places a mail that waits, the rule
	// that is its record, and why; "" when it does not.
	Suggested(ctx context.Context, it item.Item) (client, rule string, why *item.Placement, err error)
}

// An outcome is what a delivery report says about one recipient of a reply.
type outcome struct {
	Reply, Email string
	State        outbox.RecipientState
	Status       string
	Unknown      bool // the address does not exist
}

// A sender is the contact who wrote a mail.
type sender struct {
	ID, Name string
	Clients  []string
	Rule     string // the learned rule that gave the contact this address; "" when a person did
	Portal   bool   // a program that writes for many clients, and has none of its own
	// Undeliverable says that mail to this address did not arrive.
	Undeliverable bool
}

// noClient is directory.Contact.NoClient.
func (s sender) noClient() bool { return !s.Portal && len(s.Clients) == 0 }

// A decision says what happens to a mail: it waits for a reason, is dismissed for a
// reason or by a rule, needs a new contact first, joins a chat, or starts one.
type decision struct {
	Reason item.Reason
	Facts  item.Facts
	Detail string // what failed

	Dismiss bool
	Create  *newContact

	Start       string // id of the chat that starts; "" for that of the mail
	Join        *chat.Chat
	Copy        bool // Join has this mail already
	ByMessageID bool // later mail finds the chat by this mail's internet message id
	Quiet       bool // a program wrote it

	Own bool   // the office wrote it, outside of this product
	By  string // id of the team member who did

	participation
	Outcomes []outcome // of a delivery report

	From    sender
	Client  string
	Members []string
	Why     string          // the kind of link that chose the members
	Rules   []string        // the learned rules that decided
	Placed  *item.Placement // why the model chose the client
	Lookups []string        // what it looked up in the directory: directory.Lookups
}

// entry says how the mail comes into the chat that it joins.
func (d decision) entry() chat.Entry {
	return chat.Entry{
		Members: d.Members, Copy: d.Copy, ByMessageID: d.ByMessageID, Quiet: d.Quiet, Own: d.Own, By: d.By,
		New: d.participation.New, Outside: d.Outside, SideConversation: d.SideConversation,
	}
}

// made tells whether the mail waits, is dismissed or joins a chat.
func (d decision) made() bool { return d.Reason != "" || d.Join != nil || d.Dismiss }

// starts tells whether the mail begins something: a chat, or a contact.
func (d decision) starts() bool { return !d.made() }

// addsClient tells whether the contact gets the client with it.
func (d decision) addsClient() bool { return d.Placed != nil && d.Placed.AddedTo != "" }

// A newContact says of which client the sender becomes a contact, and by which rule.
type newContact struct{ Client, Rule string }

// unplaced is an office in which a mail answers nothing: somebody undid where it was placed
// by itself, and it waits.
type unplaced struct{ office }

func (unplaced) Answered(context.Context, item.Item) (chat.Chat, bool, bool, error) {
	return chat.Chat{}, false, false, nil
}

func (unplaced) Copied(context.Context, item.Item) (chat.Chat, bool, bool, error) {
	return chat.Chat{}, true, false, nil
}

func (unplaced) Reported(context.Context, item.Item) ([]outcome, chat.Chat, bool, error) {
	return nil, chat.Chat{}, false, nil
}

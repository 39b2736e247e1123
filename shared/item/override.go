package item

import (
	"slices"
	"time"

	"kantoorpost/shared/words"
)

// An Action is what a person does with a mail.
type Action string

// The actions that solve a mail. They are stored.
const (
	LinkContact   Action = "link-contact"   // the sender is this contact
	CreateContact Action = "create-contact" // the sender is a new contact
	ChooseClient  Action = "choose-client"  // the mail is about this client
	Release       Action = "release"        // process the mail in spite of its reason
	Dismiss       Action = "dismiss"        // nothing needs to be done
)

// The other actions, which a history holds beside the solutions.
const (
	RetryAction     Action = "retry"
	UndoAction      Action = "undo"
	MoveAction      Action = "move"       // it is in another chat
	SetClientAction Action = "set-client" // its chat belongs to another client
	UndoMoveAction  Action = "undo-move"  // one of these was undone
)

// An Override is what a person said about one mail. It goes before the directory
// and before learned rules. The zero Override says nothing.
type Override struct {
	Contact string   `json:"contact,omitempty"` // id of the contact who wrote it, whose address it is from or not
	Client  string   `json:"client,omitempty"`  // id of the client that it is about
	Release []Reason `json:"release,omitempty"` // reasons that no longer keep it waiting
	Added   bool     `json:"added,omitempty"`   // Client became one of the contact's clients with this solution
	NoRules bool     `json:"noRules,omitempty"` // no learned rule decides it: one was wrong
	Ask     bool     `json:"ask,omitempty"`     // it was placed by itself, and that was undone: a person says where it belongs

	Action Action    `json:"action,omitempty"` // the last solution, which can be undone
	Rule   string    `json:"rule,omitempty"`   // the learned rule that Action changed
	By     string    `json:"by,omitempty"`
	At     time.Time `json:"at,omitzero"`
	First  *First    `json:"first,omitempty"` // what was suggested first, before Action
}

// A Scope says to which mail a solution applies.
type Scope string

// The scopes. The zero Scope is the usual one of an action.
const (
	Once     Scope = "once"   // this mail
	OfSender Scope = "sender" // all mail of the sender, now and later
	OfList   Scope = "list"   // all mail of the mailing list, now and later
)

// A Solution is what a person decides about one mail.
type Solution struct {
	Action  Action `json:"action"`
	Contact string `json:"contact,omitempty"` // LinkContact: id
	Client  string `json:"client,omitempty"`  // ChooseClient: id. CreateContact: id, or "" when the contact has none yet
	Scope   Scope  `json:"scope,omitempty"`   // Dismiss and Release: Once unless another is given
	Alone   bool   `json:"alone,omitempty"`   // for this mail only: nothing is learned from it

	// Portal says that the contact is a portal: LinkContact, CreateContact and ChooseClient.
	Portal bool `json:"portal,omitempty"`

	// CreateContact; Email is the sender's unless given.
	Name     string `json:"name,omitempty"`
	Email    string `json:"email,omitempty"`
	Phone    string `json:"phone,omitempty"`
	Function string `json:"function,omitempty"`
}

// A Claim says that a solution is being carried out. Until it is finished, nobody
// else solves or decides the mail. When the process dies, the tick finishes it.
type Claim struct {
	Solution
	By      string    `json:"by"`                // id of the person
	Manager bool      `json:"manager,omitempty"` // By may switch rules
	Added   bool      `json:"added,omitempty"`   // Client was not one of the contact's clients when the claim was made
	At      time.Time `json:"at"`

	// First is the first suggestion at that time; nil when there was none.
	First *First `json:"first,omitempty"`
}

// First says how a solution compares with what was suggested first.
type First struct {
	Chance float64 `json:"chance"`         // that the suggestion was right
	Done   bool    `json:"done,omitempty"` // the person did what was suggested
	Sure   bool    `json:"sure,omitempty"` // it counts in the record of sure suggestions
	// SameClient says that the person did something else with it for the same client, such
	// as to create a contact instead of linking one.
	SameClient bool `json:"sameClient,omitempty"`
}

// Right says whether the client of a suggestion was right.
func (f *First) Right() bool { return f.Done || f.SameClient }

// A Placement says why the model placed a mail with its client.
type Placement struct {
	Client string  `json:"client"` // id
	Chance float64 `json:"chance"` // that it is right
	Signs  []Sign  `json:"signs"`  // the heaviest first
	// AddedTo is the id of the contact who got Client with this placement, "" for nobody. A
	// contact gets it as when a person chooses it: else later mail that names nobody would
	// go to the only other client.
	AddedTo string `json:"addedTo,omitempty"`
}

// A Sign is one reason of a placement, as package learn gave it at that time.
type Sign struct {
	Code string `json:"code"`
	words.Text
	Weight float64 `json:"weight,omitempty"`
}

// Releases tells whether r no longer keeps the mail waiting.
func (o Override) Releases(r Reason) bool { return slices.Contains(o.Release, r) }

// AsksPerson tells whether the mail waits until a person says where it belongs.
func (o Override) AsksPerson() bool { return o.Ask && o.Action == "" }

// Facts are the ids of the objects that a reason speaks of; names change.
type Facts struct {
	Contact string   `json:"contact,omitempty"` // the sender
	Clients []string `json:"clients,omitempty"` // that the mail can be about
	Named   []string `json:"named,omitempty"`   // those of them that only its text or its signature names
	Portal  bool     `json:"portal,omitempty"`  // Contact is a portal
	Unsaid  bool     `json:"unsaid,omitempty"`  // Contact writes for others, and the mail does not say for which client
	// AsksMoney tells of mail that is not verified: it asks for money as fraud does.
	AsksMoney bool   `json:"asksMoney,omitempty"`
	Role      string `json:"role,omitempty"` // that nobody has at the client
	Team      string `json:"team,omitempty"` // that has no active member
}

// An Attempt is one event in the history of a mail.
type Attempt struct {
	At     time.Time `json:"at"`
	By     string    `json:"by,omitempty"`     // id of the person; "" for the system
	Action Action    `json:"action,omitempty"` // "" for a decision
	State  State     `json:"state,omitempty"`  // after it
	Reason Reason    `json:"reason,omitempty"`
	Chat   string    `json:"chat,omitempty"`
	Rule   string    `json:"rule,omitempty"`   // that decided
	Client string    `json:"client,omitempty"` // of these three: id of the client of the chat
}

// Note adds an attempt to the history of a mail. Copies of the item keep theirs.
func (it *Item) Note(a Attempt) { it.History = append(slices.Clip(it.History), a) }

// Answers returns the internet message ids of the mails that this one answers,
// the nearest first: an answer may come after a dozen mails that the office never got.
// Each costs a table operation until one is found.
func (it Item) Answers() []string {
	ids := []string{}
	references := slices.Clone(it.References)
	slices.Reverse(references)
	for _, id := range append([]string{it.InReplyTo}, references...) {
		if id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// DismissedItself tells whether the mail was dismissed for its class, by no
// person and no learned rule.
func (it Item) DismissedItself() bool { return it.State == Dismissed && it.Reason != "" }

// Waits tells whether a person can still solve the mail.
func (it Item) Waits() bool { return it.State == Parked || it.State == New }

// Solutions returns the actions that solve mail that waits for a reason, the most
// likely first. A reason that is mended in the directory has only Dismiss.
func Solutions(r Reason) []Action {
	switch r {
	case UnknownSender, InternalSender:
		return []Action{LinkContact, CreateContact, Dismiss}
	case NoSender:
		return []Action{LinkContact, Dismiss}
	case SenderNoClient, SeveralClients:
		return []Action{ChooseClient, Dismiss}
	case SenderNotVerified:
		return []Action{Dismiss, Release}
	case Automated, Bounce, TooLarge, NotAnalysed, Acknowledgement:
		return []Action{Dismiss, Release}
	}
	return []Action{Dismiss}
}

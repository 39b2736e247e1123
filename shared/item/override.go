package item

import (
	"slices"
	"time"
)

// An Action is what a person can do with a mail that waits.
type Action string

// The solutions. They are stored.
const (
	LinkContact   Action = "link-contact"   // the sender is this contact
	CreateContact Action = "create-contact" // the sender is somebody new
	ChooseClient  Action = "choose-client"  // the mail is about this client
	Release       Action = "release"        // the reason is no reason
	Dismiss       Action = "dismiss"        // nothing needs to be done
)

// What else people do with a mail. It stands in histories, beside the solutions.
const (
	RetryAction Action = "retry"
	UndoAction  Action = "undo"
)

// A Hint is what a person said about one mail. Decisions obey it, whatever the
// directory says. The zero Hint says nothing.
type Override struct {
	Contact string   `json:"contact,omitempty"` // who wrote it, whoever its address belongs to
	Client  string   `json:"client,omitempty"`  // whom it is about
	Release []Reason `json:"release,omitempty"` // what no longer keeps it waiting
	Added   bool     `json:"added,omitempty"`   // Client was made one of the contact's for this mail
	NoRules bool     `json:"noRules,omitempty"` // a learned rule was wrong about it

	Action Action    `json:"action,omitempty"` // the last solution, which can be undone
	Rule   string    `json:"rule,omitempty"`   // what that taught
	By     string    `json:"by,omitempty"`
	At     time.Time `json:"at,omitzero"`
}

// A Scope says how much a solution is about.
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
	Client  string `json:"client,omitempty"`  // ChooseClient: id. CreateContact: id, or "" when the newcomer has none yet
	Scope   Scope  `json:"scope,omitempty"`   // Dismiss and Release: Once unless another is given
	Alone   bool   `json:"alone,omitempty"`   // for this mail only: nothing is learned from it

	// CreateContact; Email is the sender's unless given.
	Name     string `json:"name,omitempty"`
	Email    string `json:"email,omitempty"`
	Phone    string `json:"phone,omitempty"`
	Function string `json:"function,omitempty"`
}

// A Claim says that a solution is being carried out. While a mail has one,
// nobody else solves or decides it; a Claim that is left behind is finished by
// the tick.
type Claim struct {
	Solution
	By      string    `json:"by"`
	Manager bool      `json:"manager,omitempty"` // By may switch rules
	Added   bool      `json:"added,omitempty"`   // Client was none of the contact's when the claim was made
	At      time.Time `json:"at"`
}

// Releases tells whether a person said that a reason is none.
func (h Override) Releases(r Reason) bool { return slices.Contains(h.Release, r) }

// Facts are what a reason is about, by id; names change.
type Facts struct {
	Contact string   `json:"contact,omitempty"` // the sender
	Clients []string `json:"clients,omitempty"` // those that it can be about
	Role    string   `json:"role,omitempty"`    // that nobody has
	Team    string   `json:"team,omitempty"`    // that nobody is in
}

// An Attempt is one thing that happened to a mail.
type Attempt struct {
	At     time.Time `json:"at"`
	By     string    `json:"by,omitempty"`     // id of the person; "" for the system
	Action Action    `json:"action,omitempty"` // "" for a decision
	State  State     `json:"state,omitempty"`  // what became of it
	Reason Reason    `json:"reason,omitempty"`
	Chat   string    `json:"chat,omitempty"`
	Rule   string    `json:"rule,omitempty"` // that decided
}

// Note adds an attempt to the history of a mail. The slice is never shared.
func (it *Item) Note(a Attempt) { it.History = append(slices.Clip(it.History), a) }

// Answers are the internet message ids that a mail says it answers, the
// nearest first and at most three: each costs a look.
func (it Item) Answers() []string {
	ids := []string{}
	named := slices.Clone(it.References)
	slices.Reverse(named)
	for _, id := range append([]string{it.InReplyTo}, named...) {
		if id != "" && !slices.Contains(ids, id) && len(ids) < 3 {
			ids = append(ids, id)
		}
	}
	return ids
}

// DismissedItself tells whether the mail was dismissed for what it is, by no
// person and no rule.
func (it Item) DismissedItself() bool { return it.State == Dismissed && it.Reason != "" }

// Waits tells whether a person can still solve the mail.
func (it Item) Waits() bool { return it.State == Parked || it.State == New }

// Solutions are what a person can do about mail that waits for a reason, the
// most likely first. Reasons that are mended in the directory have none.
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

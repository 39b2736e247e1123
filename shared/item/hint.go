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
type Hint struct {
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

// Releases tells whether a person said that a reason is none.
func (h Hint) Releases(r Reason) bool { return slices.Contains(h.Release, r) }

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
	case Automated, Bounce, TooLarge:
		return []Action{Dismiss, Release}
	}
	return []Action{Dismiss}
}

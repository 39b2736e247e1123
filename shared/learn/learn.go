// Package learn helps to decide a mail. Its functions answer three questions:
//
//   - What is certain? WhichClient, DomainClient, Decides and others say what the mail
//     itself and the earlier decisions of people leave no doubt about. That happens
//     without a person, so a mail that points to two clients is never certain.
//   - What is likely? Suggest ranks what a person may do with a mail that waits. Each
//     suggestion has its reasons in words, and the chance that it is right.
//   - What does a decision of a person teach? The functions Teach, TeachFailure and Forget return
//     the rule with that evidence.
//
// The package reads mail and the directory. It writes nothing, and knows no mailboxes
// and no rights.
package learn

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/mailtext"
	"kantoorpost/shared/sorting"
	"kantoorpost/shared/words"
)

// An Office answers the questions of this package; *directory.Store is one. A
// limit is the most that an answer holds.
type Office interface {
	Contact(ctx context.Context, id string) (directory.Contact, error)
	ContactByAddress(ctx context.Context, address string) (directory.Contact, bool, error)
	ContactsAtDomain(ctx context.Context, domain string, limit int) ([]directory.Contact, error)
	ContactsNamed(ctx context.Context, surname string, limit int) ([]directory.Contact, error)
	ContactsOfClient(ctx context.Context, client string, limit int) ([]directory.Contact, error)
	Client(ctx context.Context, id string) (directory.Client, error)
	ClientByNumber(ctx context.Context, number string) (directory.Client, bool, error)
	ClientsByKvK(ctx context.Context, kvk string) ([]directory.Client, error)
	ClientsByVAT(ctx context.Context, vat string) ([]directory.Client, error)
	ClientsByIBAN(ctx context.Context, iban string) ([]directory.Client, error)
	ClientsNamed(ctx context.Context, word string, limit int) ([]directory.Client, error)
	ClientsSpelt(ctx context.Context, word string, limit int) ([]directory.Client, error) // nearly so
	ClientTeam(ctx context.Context, client string) ([]directory.Link, error)
	Domains(ctx context.Context) ([]string, error) // of contacts
	AllMembers(ctx context.Context) ([]directory.TeamMember, error)
	MemberByAddress(ctx context.Context, address string) (directory.TeamMember, bool, error)
	RuleFor(ctx context.Context, kind directory.RuleKind, key string) (directory.Rule, bool, error)
}

// A Mail is a mail that waits, with what is known about it.
type Mail struct {
	Item     item.Item
	Text     mailtext.Text           // the text of the mail
	Answered *chat.Chat              // the chat that it answers, if there is one
	Own      func(email string) bool // whether an address is the office's own; nil when that is not known
	Domains  []string                // of the office's own addresses, as far as they are known
	Earlier  []chat.Chat             // the chats of its sender, if the sender has several clients
	Warnings []Reason                // of Warnings, the gravest first
	Doubt    bool                    // the mail may be fraud: nothing that trusts the sender is suggested first
	Trusted  bool                    // earlier mail of this sender was verified and is in a chat
	Known    *Domains                // of contacts; nil to ask the office
	Files    []string                // the names of the attached files, as far as they are known
}

// A Reason is one reason for a suggestion or a decision.
type Reason struct {
	Code string `json:"code"` // stable, such as "same-name"
	words.Text
	// Weight is how much the reason adds to a suggestion, as the natural logarithm by
	// which it lowers the chance to be wrong: 0.7 alone makes an even chance, 2.3 makes
	// 90 %. It is 0 for what a stronger reason says already.
	Weight float64 `json:"weight,omitempty"`
}

// A Scope says how far a dismissal or a release reaches.
type Scope = string

// The scopes.
const (
	Once   Scope = "once"   // this mail
	Sender Scope = "sender" // this and all later mail of its sender
	List   Scope = "list"   // this and all later mail of its mailing list
)

// A Suggestion is one thing that a person may want to do with a mail.
type Suggestion struct {
	Action  item.Action
	Contact *directory.Contact // of link-contact
	Client  *directory.Client  // of choose-client, and of create-contact unless the sender is a prospect
	Scope   Scope              // of dismiss and release

	Portal bool // of create-contact and choose-client: the sender is a portal

	Name, Email, Phone, Function string // of create-contact, as far as the mail tells

	Score   float64 // the chance that it is right, 0 to 1
	Reasons []Reason
}

// maxSuggestions is how many suggestions a person reads.
const maxSuggestions = 8

// Suggest returns what a person may want to do with a mail that waits, the most
// likely first, at most eight. There are no suggestions for reasons that are
// solved in the directory. It asks the office at most about thirty questions,
// and returns the first error.
func Suggest(ctx context.Context, office Office, m Mail) ([]Suggestion, error) {
	var list []Suggestion
	var err error
	switch m.Item.Reason {
	case item.UnknownSender:
		list, err = suggestPeople(ctx, office, m, written(m))
	case item.NoSender:
		list, err = suggestNobody(ctx, office, m)
	case item.InternalSender:
		list, err = suggestPassedOn(ctx, office, m)
	case item.SenderNoClient:
		list, err = suggestAnyClient(ctx, office, m)
	case item.SeveralClients:
		list, err = suggestOwnClient(ctx, office, m)
	case item.Automated:
		list, err = suggestAutomated(ctx, office, m)
	case item.Bounce:
		list = []Suggestion{dismissal(Once, likelyOnce, reason("bounce"))}
	case item.SenderNotVerified:
		list, err = suggestUnverified(ctx, office, m)
	case item.TooLarge, item.Undecodable, item.NotAnalysed:
		list, err = suggestUnread(ctx, office, m)
	}
	if err != nil {
		return nil, err
	}
	list = possible(list, m)
	model.weighed(list, m.Item.Reason)
	list = best(list)
	model.calibrated(list)
	if m.Doubt {
		list = careful(list, m.Warnings)
	}
	return list, nil
}

// possible leaves out contacts that cannot be created: without an address, or
// with an address that another contact has.
func possible(list []Suggestion, m Mail) []Suggestion {
	taken := m.Item.Reason == item.UnknownSender && m.Item.Facts.Contact != ""
	return slices.DeleteFunc(list, func(s Suggestion) bool {
		return s.Action == item.CreateContact &&
			(s.Email == "" && m.Item.From.Email == "" || taken && (s.Email == "" || s.Email == m.Item.From.Email))
	})
}

// careful puts suggestions that do not trust the sender before those that do,
// which are wrong more often than right.
func careful(list []Suggestion, warnings []Reason) []Suggestion {
	if len(warnings) == 0 {
		warnings = []Reason{reason("careful")}
	}
	if !slices.ContainsFunc(list, func(s Suggestion) bool { return s.trusts() == 0 }) {
		list = append(list[:min(len(list), maxSuggestions-1)], dismissal(Once, leastScore, warnings[:1]...))
	}
	sorting.By(list, func(a, b Suggestion) int { return cmp.Compare(a.trusts(), b.trusts()) })
	var sums [2]float64
	for _, s := range list {
		sums[s.trusts()] += s.Score
	}
	for i, s := range list {
		if s.trusts() == 0 {
			list[i].Score *= max(1, doubtful/sums[0])
		} else {
			list[i].Score *= min(1, (1-doubtful)/sums[1], list[0].Score/s.Score)
		}
	}
	return list
}

// trusts is 0 for a dismissal, and 1 for suggestions that believe the sender's
// name.
func (s Suggestion) trusts() int {
	if s.Action == item.Dismiss {
		return 0
	}
	return 1
}

// best orders suggestions and leaves out those that say the same as a better
// one. Suggestions exclude each other, so the sum of their chances is at most
// 1.
func best(list []Suggestion) []Suggestion {
	sorting.By(list, func(a, b Suggestion) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), strings.Compare(a.name(), b.name()))
	})
	var out []Suggestion
	var sum float64
	seen := map[string]bool{}
	for _, s := range list {
		if s.Score < leastScore && s.Action != item.ChooseClient || len(out) == maxSuggestions || seen[s.says()] {
			continue
		}
		seen[s.says()] = true
		sum += s.Score
		out = append(out, s)
	}
	for i := range out {
		out[i].Score /= max(1, sum)
	}
	return out
}

func (s Suggestion) name() string {
	switch {
	case s.Contact != nil:
		return s.Contact.Name
	case s.Client != nil:
		return s.Client.Name
	}
	return s.Scope
}

// says returns a text that is equal for suggestions of the same action.
func (s Suggestion) says() string {
	id := s.Scope
	if s.Contact != nil {
		id = s.Contact.ID
	} else if s.Client != nil {
		id = s.Client.ID
	}
	if s.Portal {
		id += " portal"
	}
	return strings.TrimSpace(string(s.Action) + " " + id)
}

// Is says whether a person did what is suggested. A dismissal or a release is right
// for any scope: that is about later mail.
func (s Suggestion) Is(done item.Solution) bool {
	if s.Action != done.Action {
		return false
	}
	switch s.Action {
	case item.LinkContact:
		return s.Contact.ID == done.Contact && s.Portal == done.Portal
	case item.ChooseClient:
		return s.Client.ID == done.Client
	case item.CreateContact:
		return s.Client == nil && done.Client == "" || s.Client != nil && s.Client.ID == done.Client
	}
	return true
}

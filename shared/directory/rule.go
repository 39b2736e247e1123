package directory

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"kantoorpost/shared/ids"
)

// A RuleKind is the kind of a rule: what its key is, and what follows from it.
type RuleKind string

// The kinds of rules. The comments begin with the key.
const (
	AddressContact RuleKind = "address-contact" // an address: its mail is a contact's
	DomainClient   RuleKind = "domain-client"   // a domain: its senders belong to a client
	SenderClient   RuleKind = "sender-client"   // a contact's id: subjects that tell the client
	DismissList    RuleKind = "dismiss-list"    // a mailing list's id: its mail is dismissed
	DismissSender  RuleKind = "dismiss-sender"  // an address: its mail is dismissed
	DismissKind    RuleKind = "dismiss-kind"    // KindAutoReply: such mail is dismissed
	AcceptSender   RuleKind = "accept-sender"   // an address: its mail is let through
	AcceptKind     RuleKind = "accept-kind"     // KindForwarded: such mail is let through

	SuggestedClient RuleKind = "suggested-client" // KindSuggested: mail is about the client that is suggested first
)

var ruleKinds = []RuleKind{AddressContact, DomainClient, SenderClient, DismissList, DismissSender, DismissKind, AcceptSender, AcceptKind,
	SuggestedClient}

// KindAutoReply is the key of the rule about automatic answers, such as
// out-of-office, that belong to no chat.
const KindAutoReply = "auto-reply"

// KindForwarded is the key of the rule about mail of a contact that a team member
// forwards: it is the contact's.
const KindForwarded = "forwarded"

// KindSuggested is the key of the rule about sure suggestions that a sign in the mail
// itself supports.
const KindSuggested = "suggestion"

// A RuleState says whether a rule decides.
type RuleState string

// The states of a rule.
const (
	RuleLearning RuleState = "learning" // not certain yet: it decides nothing
	RuleProposed RuleState = "proposed" // certain, but a manager must switch it on: it decides nothing
	RuleOn       RuleState = "on"
	RuleOff      RuleState = "off"     // switched off by a person
	RuleUndoing  RuleState = "undoing" // its effects are being taken back
	RuleUndone   RuleState = "undone"
)

var ruleStates = []RuleState{RuleLearning, RuleProposed, RuleOn, RuleOff, RuleUndoing, RuleUndone}

// The limits of a rule.
const (
	maxRuleKey       = maxReceived // runes
	maxEvidence      = 200         // the latest
	maxEvidenceBytes = 400 << 10   // of all, as JSON: the table counts two bytes for each
	maxWords         = 20          // of one piece of evidence
	maxNamedClients  = 5           // of one piece of evidence
	maxHad           = 50          // likewise
	maxText          = 200         // runes of a text of evidence
)

// Evidence is one decision of a person that a rule rests on.
type Evidence struct {
	At      time.Time `json:"at"`
	By      string    `json:"by,omitempty" doc:"who decided"`
	Mail    string    `json:"mail,omitempty" doc:"id of the mail that it was about"`
	Action  string    `json:"action,omitempty"`
	Contact string    `json:"contact,omitempty"`
	Client  string    `json:"client,omitempty"`
	Words   []string  `json:"words,omitempty" doc:"of the mail's subject"`
	Named   []string  `json:"named,omitempty" doc:"ids of clients that the mail named, when somebody had to choose"`
	// Template is the subject without numbers and dates; "" in evidence of older versions.
	Template string `json:"template,omitempty" doc:"the mail's subject without numbers and dates"`
	Weighty  bool   `json:"weighty,omitempty" doc:"whether the mail had files, or was about money or a document"`
	Added    bool   `json:"added,omitempty" doc:"whether client became one of the contact's with this decision"`
	Portal   bool   `json:"portal,omitempty" doc:"whether the contact became a portal with this decision"`
	// Had is empty in evidence of older versions.
	Had []string `json:"had,omitempty" doc:"then: ids of the clients that the contact had before, at most 50"`

	Name     string `json:"name,omitempty" doc:"beside the address of the mail's sender"`
	Manager  bool   `json:"manager,omitempty" doc:"whether who decided may switch rules"`
	Verified bool   `json:"verified,omitempty" doc:"whether Exchange had verified the mail's sender"`
	From     string `json:"from,omitempty" doc:"the domain of the mail's sender"`
	Envelope string `json:"envelope,omitempty" doc:"the domain of the mail's Return-Path"`
}

// A Rule is what solutions taught: mail with a key leads to a contact or a
// client, or is dismissed, or is let through.
type Rule struct {
	ID         string     `json:"id"`
	Kind       RuleKind   `json:"kind" enum:"address-contact,domain-client,sender-client,dismiss-list,dismiss-sender,dismiss-kind,accept-sender,accept-kind,suggested-client"`
	Key        string     `json:"key" doc:"the address, domain, id of a contact or id of a mailing list that it is about"`
	Contact    string     `json:"contact,omitempty" doc:"id of the contact that it leads to"`
	Client     string     `json:"client,omitempty" doc:"id of the client that it leads to"`
	State      RuleState  `json:"state" enum:"learning,proposed,on,off,undoing,undone"`
	SwitchedBy string     `json:"switchedBy,omitempty" doc:"who switched it on, beyond what its evidence says"`
	Undoing    string     `json:"undoing,omitempty" doc:"while it is being taken back: the one address that this is about; all when absent"`
	Evidence   []Evidence `json:"evidence" nullable:"false" doc:"the last 200, oldest first; in a list the last one"`
	Count      int64      `json:"count" doc:"of all evidence ever"`
	Failed     int64      `json:"failed,omitempty" doc:"mails that it decided and that people decided otherwise"`
	// FailedMails are the ids of the last of these mails, so that each counts once.
	FailedMails []string  `json:"failedMails,omitempty" doc:"ids of the last of these mails; not in lists"`
	Created     time.Time `json:"created"`
	Changed     time.Time `json:"changed"`
	ChangedBy   string    `json:"changedBy,omitempty"`
	Revision    string    `json:"revision" doc:"the entity tag, without its quotes"`

	partial bool // read from a list, without all evidence
}

func (r Rule) identity() (kind, id, revision string) { return "rule", r.ID, r.Revision }
func (r Rule) with(id, revision string) Rule {
	r.ID, r.Revision = id, revision
	return r
}

func (r Rule) beside() map[string]any {
	return map[string]any{
		"id": r.ID, "kind": string(r.Kind), "key": r.Key, "state": string(r.State),
		"contact": r.Contact, "client": r.Client, "count": r.Count,
	}
}

func (r Rule) derived() []derivedRow {
	listed := r
	listed.Evidence, listed.FailedMails = r.Evidence[max(0, len(r.Evidence)-1):], nil
	// Lists read this row only, so it holds what a list shows.
	rows := []derivedRow{{key: ruleKeyRow(r.Kind, r.Key), copies: true, holds: listed}}
	if r.State == RuleUndoing {
		rows = append(rows, derivedRow{key: keyOf("rule-undoing", r.ID), copies: true})
	}
	return rows
}

func ruleKeyRow(kind RuleKind, key string) string {
	// An escaped character takes up to three of the 512 characters of a key.
	part := strings.TrimPrefix(keyOf("", key), "|")
	if utf8.RuneCountInString(part) > 200 {
		key = RuleID(kind, key)
	}
	return keyOf("rule-key", string(kind), key)
}

// RuleID returns the id of the rule of a kind about a key. It is always the
// same, so two people who teach the same change one rule.
func RuleID(kind RuleKind, key string) string {
	return ids.Hash(string(kind), normalRuleKey(kind, key))
}

// Rule returns the rule with an id, or ErrNotFound.
func (s *Store) Rule(ctx context.Context, id string) (Rule, error) {
	return get[Rule](ctx, s, id)
}

// RuleFor returns the rule of a kind about a key, with one table operation.
func (s *Store) RuleFor(ctx context.Context, kind RuleKind, key string) (Rule, bool, error) {
	return find[Rule](ctx, s, keyOf("rule", RuleID(kind, key)))
}

// Rules lists rules by kind and key, those of one kind or for "" all, each with its latest
// evidence only. To change a rule, read it with Tx.Rule.
func (s *Store) Rules(ctx context.Context, kind RuleKind, q Query) (Page[Rule], error) {
	rows := "rule-key"
	if kind != "" {
		if !slices.Contains(ruleKinds, kind) {
			return Page[Rule]{Items: []Rule{}}, &Invalid{Field: "kind", Expected: "a kind of rule such as " + string(AddressContact)}
		}
		rows = keyOf(rows, string(kind))
	}
	page, err := list(ctx, s, rows, q, func(r Rule) []string { return []string{r.Key} })
	for i, r := range page.Items {
		page.Items[i].partial = r.Count > int64(len(r.Evidence))
	}
	return page, err
}

// UndoingRules returns the rules whose effects are being taken back, with one
// query; normally there are none.
func (s *Store) UndoingRules(ctx context.Context) ([]Rule, error) {
	return read[Rule](ctx, s, "rule-undoing|", most)
}

// ContactsByRule returns contacts with an address that a rule linked, with one
// query.
func (s *Store) ContactsByRule(ctx context.Context, rule string, limit int) ([]Contact, error) {
	return below[Contact](ctx, s, "rule-contact", asID(rule), limit)
}

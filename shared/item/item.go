// Package item keeps processing items: every mail that was fetched, from the
// moment it is stored until a person or a rule has placed it. It does not
// decide anything, and knows nothing of Graph.
//
// Its rows are in the table "mails", where h is a hash (see Hash) and a mail's
// id starts with its inverted time, so that every list is newest first:
//
//	i|<mailbox>|<h>        -> the identity of a mail: which id it has       (Insert only)
//	m|<id>                 -> the mail: what is known of it, its state       (Item)
//	v|<mailbox>|<id>       -> the same, for those who see one mailbox        (Item)
//	w|<id>                 -> open work: a mail in state new, or claimed     (Work)
//	p|<id>                 -> a parked mail, and under what it was decided   (Item, decisionVersion; reason and address apart, to be counted)
//	q|<mailbox>|<id>       -> the same, for those who see one mailbox        (Item; reason and address)
//	f|<h>|<id>             -> a parked mail by its sender, the sender's domain or its list
//	r|<rule>|<id>          -> a mail that was decided by what a rule says
//	t|<h>|<id>             -> which mails have an internet message id
//	b|<id>|<nn>            -> what the mail says, compressed, in pieces
//	g|<time>-<random>      -> how much of what happened then                 (Tally)
//	z|<time>-<random>      -> who did what (see package audit)
//
// All rows of one step are written in one transaction: m decides (If-Match),
// the others follow it. The identity is inserted, never replaced: that is what
// makes a mail that is delivered twice one mail.
package item

import (
	"strings"
	"time"

	"kantoorpost/shared/mail"
)

// A State is where a mail stands.
type State string

// The states of a mail; from each of them Processed can be reached.
const (
	New       State = "new"       // stored, not decided yet
	Processed State = "processed" // in a chat
	Parked    State = "parked"    // waits for a person, with its reason
	Dismissed State = "dismissed" // a person said that nothing needs to be done
)

// A Reason says why a mail waits for a person. It is kept as a string, so that
// what is stored outlives a reordering of this list.
type Reason string

// The reasons, in the order in which they are looked at.
const (
	Acknowledgement   Reason = "acknowledgement"       // a read receipt or an answer to an invitation, and in no chat
	Undecodable       Reason = "undecodable"           // Graph sent something that is no message
	TooLarge          Reason = "too-large"             // what the mail says is longer than what is kept
	NoSender          Reason = "no-sender"             // the mail names nobody as its sender
	Bounce            Reason = "bounce"                // a report that some mail could not be delivered
	Automated         Reason = "automated"             // written by a program: newsletter, notification, out-of-office
	SenderNotVerified Reason = "sender-not-verified"   // Exchange doubts that the sender is who he says he is
	NotAnalysed       Reason = "not-analysed"          // what the mail says was not read: that failed, or took too long
	LinkRemoved       Reason = "link-removed"          // the role or team that the address was linked with is gone
	InternalSender    Reason = "internal-sender"       // sent by a team member or one of the office's own addresses
	UnknownSender     Reason = "unknown-sender"        // the sender's address is no contact's
	SenderNoClient    Reason = "sender-without-client" // the contact is linked with no client
	SeveralClients    Reason = "several-clients"       // the contact is linked with several clients
	NoMemberAddress   Reason = "no-member-for-address" // no active team member has the address that received the mail
	NoMemberRole      Reason = "no-member-with-role"   // nobody has the role at this client
	EmptyTeam         Reason = "empty-team"            // the process team has no active member
	Technical         Reason = "technical"             // something failed that is no fault of the mail
)

// Reasons are all of them, in order.
func Reasons() []Reason {
	return []Reason{Acknowledgement, Undecodable, TooLarge, NoSender, Bounce, Automated, SenderNotVerified, NotAnalysed, LinkRemoved, InternalSender,
		UnknownSender, SenderNoClient, SeveralClients, NoMemberAddress, NoMemberRole, EmptyTeam, Technical}
}

// A Kind is what a program wrote about another mail. Of a contact's mail only
// automatic answers, receipts and answers to invitations can be dismissed by
// themselves.
type Kind string

// The kinds of answer. They are stored.
const (
	AutoReply          Kind = "auto-reply"          // such as out-of-office; its Bar is Automated
	ReadReceipt        Kind = "read-receipt"        // a mail was read, or deleted unread
	InvitationResponse Kind = "invitation-response" // an invitation was accepted, tentatively accepted or declined
	Recall             Kind = "recall"              // the sender wants a mail back; its Bar is Automated
)

// A Verdict is Exchange's own opinion on whether the sender is who he says he is.
type Verdict string

// What Exchange can say of a sender.
const (
	VerdictPass Verdict = "pass" // proven
	VerdictSoft Verdict = "soft" // neither proven nor doubted
	VerdictFail Verdict = "fail" // doubted
)

// An Item is one mail in the processing module. It holds what deciding and
// lists need; what the mail says is kept apart (see Store.Body).
type Item struct {
	ID      string `json:"id"`
	Mailbox string `json:"mailbox"` // id of the activated mailbox that received it
	Address string `json:"address"` // its address at that time

	MessageID         string         `json:"messageId"` // Graph's immutable id
	InternetMessageID string         `json:"internetMessageId,omitempty"`
	ConversationID    string         `json:"conversationId,omitempty"`
	InReplyTo         string         `json:"inReplyTo,omitempty"`
	References        []string       `json:"references,omitempty"` // oldest first, the last few
	Fingerprint       string         `json:"fingerprint"`          // equal for copies of one mail at two addresses
	Subject           string         `json:"subject"`
	Preview           string         `json:"preview"`
	From              mail.Address   `json:"from"`
	To                []mail.Address `json:"to,omitempty"`
	Cc                []mail.Address `json:"cc,omitempty"`
	Received          time.Time      `json:"received"`
	HasAttachments    bool           `json:"hasAttachments,omitempty"`
	RemotePictures    bool           `json:"remotePictures,omitempty"` // it shows pictures that are kept elsewhere
	Numbers           []string       `json:"numbers,omitempty"`        // client numbers, KvK numbers and VAT ids that its writer gives

	Verdict       Verdict `json:"verdict"`
	InitialReason Reason  `json:"initialReason,omitempty"` // a reason that was plain when the mail came in, whoever sent it
	Kind          Kind    `json:"kind,omitempty"`          // what a program answered; "" for all other mail
	ListID        string  `json:"listId,omitempty"`        // of the mailing list that it came through
	// ReturnDomain is the domain of the Return-Path, which the sending server
	// gave; "" when there is none. ReplyTo is where answers shall go, when that is
	// at another domain than the sender's.
	ReturnDomain string `json:"returnDomain,omitempty"`
	ReplyTo      string `json:"replyTo,omitempty"`
	// NotAnalysed says that reading what the mail says failed or took too long:
	// it is not placed before a person has released it.
	NotAnalysed bool `json:"notAnalysed,omitempty"`

	State    State     `json:"state"`
	Reason   Reason    `json:"reason,omitempty"` // of Parked, and of Dismissed when no person and no rule did that
	Facts    Facts     `json:"facts,omitzero"`   // of Parked: what the reason is about
	Detail   string    `json:"detail,omitempty"` // of Technical and Undecodable: what failed
	Chat     string    `json:"chat,omitempty"`   // of Processed
	Why      string    `json:"why,omitempty"`    // of Processed: the kind of link that chose the members
	Rules    []string  `json:"rules,omitempty"`  // of Processed and Dismissed: the learned rules that it rests on
	Stored   time.Time `json:"stored"`
	Decided  time.Time `json:"decided,omitzero"`
	Attempts int64     `json:"attempts,omitempty"` // decisions so far

	Override Override  `json:"override,omitzero"` // what a person said about this mail
	Claim    *Claim    `json:"claim,omitempty"`   // a solution that is being carried out
	History  []Attempt `json:"history,omitempty"` // the last of what happened to it, oldest first

	Lines         int    `json:"lines,omitempty"` // about how many it takes on a page; 0 for none and for not known
	BodyType      string `json:"bodyType"`        // "html" or "text"
	BodyParts     int64  `json:"bodyParts"`       // rows of b|
	BodyTruncated bool   `json:"bodyTruncated,omitempty"`

	etag    string // of its m row
	claimed bool   // it had a Claim when it was read
}

// Limits on what an item keeps of a mail. Beyond them the mail is cut, never
// refused; they keep an item far below the 1 MiB of a row.
const (
	maxSubject    = 500  // runes
	maxName       = 200  // runes
	maxPreview    = 255  // runes, as in Graph
	maxRecipients = 50   // of To and of Cc
	maxReferences = 10   // the last ones
	maxID         = 2000 // bytes of an id that others made
	maxHistory    = 20   // attempts, the last ones
	maxNumbers    = 5
)

// cut makes an item fit, whatever the mail was.
func (it *Item) cut() {
	it.Subject = clean(it.Subject, maxSubject)
	it.Preview = clean(it.Preview, maxPreview)
	it.From = cutAddress(it.From)
	it.To, it.Cc = cutAddresses(it.To), cutAddresses(it.Cc)
	it.InternetMessageID = clean(it.InternetMessageID, maxID)
	it.ConversationID = clean(it.ConversationID, maxID)
	it.InReplyTo = clean(it.InReplyTo, maxID)
	it.Detail = clean(it.Detail, maxSubject)
	it.ListID = strings.ToLower(clean(it.ListID, maxName))
	it.ReturnDomain, it.ReplyTo = clean(it.ReturnDomain, maxName), clean(it.ReplyTo, maxName*2)
	it.Numbers = it.Numbers[:min(len(it.Numbers), maxNumbers)]
	it.History = it.History[max(0, len(it.History)-maxHistory):]
	if n := len(it.References); n > maxReferences {
		it.References = it.References[n-maxReferences:]
	}
	for i, r := range it.References {
		it.References[i] = clean(r, maxID)
	}
}

func cutAddress(a mail.Address) mail.Address {
	return mail.Address{Name: clean(a.Name, maxName), Email: clean(a.Email, maxName*2)}
}

func cutAddresses(in []mail.Address) []mail.Address {
	out := make([]mail.Address, 0, min(len(in), maxRecipients))
	for _, a := range in[:min(len(in), maxRecipients)] {
		out = append(out, cutAddress(a))
	}
	return out
}

// Package item stores processing items: every mail that was fetched, from its
// arrival until a person or a rule has placed it. It decides nothing, and knows
// nothing of Graph.
//
// Its rows are in the table "mails", where h is a hash (see ids.Hash) and a mail's
// id starts with its inverted time, so that every list is newest first:
//
//	i|<mailbox>|<h>        -> the identity of a mail: its id                 (Insert only)
//	m|<id>                 -> the mail                                       (Item)
//	v|<mailbox>|<id>       -> the same, for lists of one mailbox             (Item)
//	h|<id>                 -> the categories of a mail in Outlook are to be set (Mark)
//	w|<id>                 -> open work: a mail in state new, or claimed     (Work)
//	p|<id>                 -> a parked mail                                  (Item; decision version, reason and address as columns)
//	q|<mailbox>|<id>       -> the same, for lists of one mailbox             (Item; reason and address as columns)
//	s|parked               -> up to which version of the office all parked mails were decided
//	l|basis|<look-up>|<id> -> a parked mail by what its decision rests on
//	f|<h>|<id>             -> a parked mail by its sender, the sender's domain or its list
//	r|<rule>|<id>          -> a mail that a learned rule decided
//	l|<state>|<word>|<id>  -> a mail by its words (see package index)
//	t|<h>|<id>             -> a mail by its internet message id
//	b|<id>|<nn>            -> the text of a mail, compressed, in pieces
//	g|<time>-<random>      -> a count of what happened at that time          (Tally)
//	z|<time>-<random>      -> who did what (see package audit)
//
// All rows of one step are written in one transaction, which holds if m is
// unchanged (If-Match). The identity is inserted, never replaced: so a mail that
// is delivered twice is one mail.
//
// # The way of a mail
//
//   - Prepare and Insertion (ingest.go) store a mail that arrives, decided or not.
//   - A decision or a solution changes the Item, and Transition (transition.go) returns the
//     operations for all rows that follow from it. Commit writes them with others.
//   - Store.Work finds mails that are not decided, and Outdated
//     (decision_version.go) parked mails whose decision rests on what changed.
//   - List (store.go) and Find (find.go) show mails, ByMessageID and Waiting (waiting.go)
//     find those that belong together.
package item

import (
	"slices"
	"strings"
	"time"

	"kantoorpost/shared/bounce"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/mailtext"
)

// A State is the state of a mail.
type State string

// The states of a mail. Processed can be reached from each of them.
const (
	New       State = "new"       // stored, not decided yet
	Processed State = "processed" // in a chat
	Parked    State = "parked"    // waits for a person, with its reason
	Dismissed State = "dismissed" // a person said that nothing needs to be done
)

// A Reason says why a mail waits for a person. Reasons are stored.
type Reason string

// The reasons, in the order in which a decision checks them.
const (
	Acknowledgement   Reason = "acknowledgement"       // a read receipt or an answer to an invitation, which belongs to no chat
	Undecodable       Reason = "undecodable"           // Graph sent something that is no message
	TooLarge          Reason = "too-large"             // the text is longer than what is stored
	NoSender          Reason = "no-sender"             // the mail names nobody as its sender
	Bounce            Reason = "bounce"                // a report that a mail could not be delivered
	Automated         Reason = "automated"             // written by a program: newsletter, notification, out-of-office
	SenderNotVerified Reason = "sender-not-verified"   // Exchange doubts that the sender is who he says he is
	NotAnalysed       Reason = "not-analysed"          // analysing the text failed, or took too long
	LinkRemoved       Reason = "link-removed"          // the role or team of the address is gone
	InternalSender    Reason = "internal-sender"       // sent by a team member or one of the office's own addresses
	UnknownSender     Reason = "unknown-sender"        // no contact has the sender's address
	SenderNoClient    Reason = "sender-without-client" // the contact is linked with no client
	SeveralClients    Reason = "several-clients"       // the contact is linked with several clients
	NoMemberAddress   Reason = "no-member-for-address" // no active team member has the address that received the mail
	NoMemberRole      Reason = "no-member-with-role"   // nobody has the role at this client
	EmptyTeam         Reason = "empty-team"            // the process team has no active member
	Technical         Reason = "technical"             // something failed that the mail is not to blame for
)

// Reasons returns all of them, in order.
func Reasons() []Reason {
	return []Reason{Acknowledgement, Undecodable, TooLarge, NoSender, Bounce, Automated, SenderNotVerified, NotAnalysed, LinkRemoved,
		InternalSender,
		UnknownSender, SenderNoClient, SeveralClients, NoMemberAddress, NoMemberRole, EmptyTeam, Technical}
}

// A MessageClass says which kind of message about another mail a program wrote,
// after Exchange's message classes.
// https://learn.microsoft.com/office/vba/outlook/concepts/forms/item-types-and-message-classes
type MessageClass string

// The message classes. They are stored.
const (
	AutoReply          MessageClass = "auto-reply"          // such as out-of-office; its InitialReason is Automated
	ReadReceipt        MessageClass = "read-receipt"        // a mail was read, or deleted unread
	InvitationResponse MessageClass = "invitation-response" // an invitation was accepted, tentatively accepted or declined
	Recall             MessageClass = "recall"              // the sender wants a mail back; its InitialReason is Automated
	DeliveryReport     MessageClass = "delivery-report"     // of a report on one of our replies; its InitialReason is Bounce
)

// A Verdict is Exchange's opinion on whether the sender is who he says he is.
type Verdict string

// The verdicts. They are stored.
const (
	VerdictPass Verdict = "pass" // proven
	VerdictSoft Verdict = "soft" // neither proven nor doubted
	VerdictFail Verdict = "fail" // doubted
)

// An Item is one mail in the processing module. It holds what decisions and
// lists need; the text is stored in rows of its own (see Store.Body).
type Item struct {
	ID      string `json:"id"`
	Mailbox string `json:"mailbox"` // id of the activated mailbox that received it
	Address string `json:"address"` // its address at that time

	MessageID         string         `json:"messageId"` // Graph's immutable id
	InternetMessageID string         `json:"internetMessageId,omitempty"`
	ConversationID    string         `json:"conversationId,omitempty"`
	InReplyTo         string         `json:"inReplyTo,omitempty"`
	References        []string       `json:"references,omitempty"` // oldest first: the first and the last few
	Fingerprint       string         `json:"fingerprint"`          // equal for copies of one mail at two addresses
	Subject           string         `json:"subject"`
	Preview           string         `json:"preview"`
	From              mail.Address   `json:"from"`
	To                []mail.Address `json:"to,omitempty"`
	Cc                []mail.Address `json:"cc,omitempty"`
	Omitted           int            `json:"omittedRecipients,omitempty"` // how many To and Cc had beyond MaxRecipients
	Received          time.Time      `json:"received"`
	HasAttachments    bool           `json:"hasAttachments,omitempty"`
	// Files are the names of its attachments, as a decision read them; nil until then. Not in lists.
	Files          []string `json:"files,omitzero"`
	RemotePictures bool     `json:"remotePictures,omitempty"` // it shows pictures that are kept elsewhere
	Numbers        []string `json:"numbers,omitempty"`        // client numbers, KvK numbers and VAT ids that its writer gives

	// Sent says that a team member sent the mail from Mailbox, in Outlook. It is no mail
	// to be processed: no list has it. SentBy is the address of who pressed send, when
	// that is another than From.
	Sent   bool   `json:"sent,omitempty"`
	SentBy string `json:"sentBy,omitempty"`

	Verdict       Verdict      `json:"verdict"`
	InitialReason Reason       `json:"initialReason,omitempty"` // a reason that shows on arrival, whoever the sender is
	Class         MessageClass `json:"class,omitempty"`         // "" for mail that a person wrote, and for all other mail of programs
	ListID        string       `json:"listId,omitempty"`        // of the mailing list that it came through
	// ReturnDomain is the domain of the Return-Path, which the sending server
	// gave; "" when there is none. ReplyTo is the address for answers, when it is
	// at another domain than the sender's.
	ReturnDomain string `json:"returnDomain,omitempty"`
	ReplyTo      string `json:"replyTo,omitempty"`
	// Report is what a delivery report says. It is nil for other mail.
	Report *bounce.Report `json:"report,omitempty"`
	// AnswersTo are the addresses of Reply-To, at any domain, when the sender's own is
	// not the only one. Nothing verifies them.
	AnswersTo []mail.Address `json:"answersTo,omitempty"`
	// ReceiptRequested says that its sender asks for a read receipt, which this product never sends.
	// https://www.rfc-editor.org/rfc/rfc8098#section-2.1
	ReceiptRequested bool `json:"receiptRequested,omitempty"`
	// Encrypted is how its text is kept from all but its recipients: SMIME, PGP, "" for not.
	Encrypted Encryption `json:"encrypted,omitempty"`
	// Away is what an automatic answer says about an absence; nil for nothing.
	Away *mailtext.Away `json:"away,omitempty"`
	// NotAnalysed says that analysing the text failed or took too long: the mail
	// is placed only after a person has released it.
	NotAnalysed bool `json:"notAnalysed,omitempty"`

	State  State    `json:"state"`
	Reason Reason   `json:"reason,omitempty"` // of Parked, and of Dismissed when no person and no rule did that
	Facts  Facts    `json:"facts,omitzero"`   // of Parked: the objects that the reason speaks of
	Detail string   `json:"detail,omitempty"` // of Technical and Undecodable: what failed
	Chat   string   `json:"chat,omitempty"`   // of Processed
	Why    string   `json:"why,omitempty"`    // of Processed: the kind of link that chose the members
	Rules  []string `json:"rules,omitempty"`  // of Processed and Dismissed: the learned rules that decided
	// Placed, of Processed, says why the model chose the client; nil when it did not.
	Placed   *Placement `json:"placed,omitempty"`
	Stored   time.Time  `json:"stored"`
	Decided  time.Time  `json:"decided,omitzero"`
	Attempts int64      `json:"attempts,omitempty"` // decisions so far

	// Assignee is the id of the team member who looks after the mail, "" for nobody in
	// particular; it gives no right. Before Later nobody has to look at it.
	Assignee string    `json:"assignee,omitempty"`
	Later    time.Time `json:"later,omitzero"`

	Override Override  `json:"override,omitzero"` // what a person said about this mail
	Claim    *Claim    `json:"claim,omitempty"`   // a solution that is being carried out
	History  []Attempt `json:"history,omitempty"` // the last events, oldest first

	Lines         int    `json:"lines,omitempty"`    // about how many lines a page shows, without quoted text; 0 for none and for not known
	Shingles      []byte `json:"shingles,omitempty"` // of what its writer says: mailtext.Shingles; not in lists
	Says          string `json:"says,omitempty"`     // the beginning of the writer's own text, for decisions; not in lists
	Signed        string `json:"signed,omitempty"`   // the beginning of the signature; not in lists
	BodyType      string `json:"bodyType"`           // "html" or "text"
	BodyParts     int64  `json:"bodyParts"`          // rows of b|
	BodyTruncated bool   `json:"bodyTruncated,omitempty"`

	// Lookups, of Parked, has the hashes of the look-ups in the directory that the decision
	// rests on (see directory.Lookups).
	Lookups []string `json:"basis,omitempty"`

	Indexed bool `json:"indexed,omitempty"` // Find finds it by its words

	etag       string // of its m row
	claimed    bool   // it had a Claim when it was read
	was        State  // when it was read
	wasReason  Reason // when it was read
	wasLookups []string
}

// Message is the mail with its text, for the search for quoted text.
func (it Item) Message(content string) mailtext.Message {
	domain := directory.Domain(it.Address)
	if directory.PublicDomain(domain) {
		domain = ""
	}
	return mailtext.Message{
		Type: it.BodyType, Content: content, Subject: it.Subject, From: it.From, To: slices.Concat(it.To, it.Cc), Office: it.Address,
		Domain: domain,
	}
}

// An Encryption is a standard by which a mail is encrypted, or signed so that only mail programs
// that know it read it. They are stored.
type Encryption string

// The standards of encryption.
const (
	SMIME Encryption = "smime" // https://www.rfc-editor.org/rfc/rfc8551#section-3.2
	PGP   Encryption = "pgp"   // https://www.rfc-editor.org/rfc/rfc3156#section-4
)

// Limits of the fields of an item. Longer values are cut, never refused; an item
// stays far below the 1 MiB of a row.
const (
	// MaxRecipients is how many are kept of To, and of Cc.
	MaxRecipients = 50

	maxSubject    = 500  // runes
	maxName       = 200  // runes
	maxPreview    = 255  // runes, as in Graph
	maxReferences = 12   // the first, which began the conversation, and the last ones
	maxID         = 2000 // runes of an id that another system made
	maxHistory    = 20   // attempts, the last ones
	maxNumbers    = 5
	maxFiles      = 100
	maxSays       = 4000 // runes
	maxSigned     = 500  // runes
)

// cut brings an item within the limits.
func (it *Item) cut() {
	it.Subject = clean(it.Subject, maxSubject)
	it.Preview = clean(it.Preview, maxPreview)
	it.From = cutAddress(it.From)
	it.Omitted += max(0, len(it.To)-MaxRecipients) + max(0, len(it.Cc)-MaxRecipients)
	it.To, it.Cc = cutAddresses(it.To), cutAddresses(it.Cc)
	if it.AnswersTo != nil {
		it.AnswersTo = cutAddresses(it.AnswersTo)
	}
	it.InternetMessageID = clean(it.InternetMessageID, maxID)
	it.ConversationID = clean(it.ConversationID, maxID)
	it.InReplyTo = clean(it.InReplyTo, maxID)
	it.Detail = clean(it.Detail, maxSubject)
	it.ListID = strings.ToLower(clean(it.ListID, maxName))
	it.ReturnDomain, it.ReplyTo = clean(it.ReturnDomain, maxName), clean(it.ReplyTo, maxName*2)
	it.Numbers = it.Numbers[:min(len(it.Numbers), maxNumbers)]
	it.Files = it.Files[:min(len(it.Files), maxFiles)]
	for i, name := range it.Files {
		it.Files[i] = clean(name, maxName)
	}
	it.Says, it.Signed = clean(it.Says, maxSays), clean(it.Signed, maxSigned)
	it.History = it.History[max(0, len(it.History)-maxHistory):]
	if n := len(it.References); n > maxReferences {
		it.References = append(it.References[:1:1], it.References[n-maxReferences+1:]...)
	}
	for i, r := range it.References {
		it.References[i] = clean(r, maxID)
	}
}

func cutAddress(a mail.Address) mail.Address {
	return mail.Address{Name: clean(a.Name, maxName), Email: clean(a.Email, maxName*2)}
}

func cutAddresses(in []mail.Address) []mail.Address {
	out := make([]mail.Address, 0, min(len(in), MaxRecipients))
	for _, a := range in[:min(len(in), MaxRecipients)] {
		out = append(out, cutAddress(a))
	}
	return out
}

// Package outbox keeps the replies of team members from the moment they are written
// until they have left the office as mail, and the drafts of replies. It decides
// which change of a reply is allowed. It does not know Graph, and it does not know
// how a reply becomes a mail.
//
// Its rows are in the table "mails", beside the chats, so that a reply and its chat
// change in one transaction. A reply has an id like that of a mail, so that lists
// are newest first:
//
//	e|<reply>           -> the reply                                        (Reply)
//	e|<reply>|body      -> its text                                         (body)
//	e|id|<h>            -> the reply with an internet message id            (pointer)
//	e|key|<h>           -> the reply that a request with this key wrote     (pointer)
//	j|<reply>           -> a reply that is not finished or needs a person   (Reply)
//	o|send|<reply>      -> open work: a reply that has not left yet         (work.Entry)
//	d|<chat>|<member>   -> the draft of a member in a chat                  (Draft)
//
// Every change of a reply holds only if its row e is unchanged (If-Match).
package outbox

import (
	"slices"
	"strings"
	"time"

	"kantoorpost/shared/mail"
)

// A State is the state of a reply. States are stored.
type State string

// The states of a reply.
const (
	Held      State = "held"      // leaves in some seconds; can be taken back
	Scheduled State = "scheduled" // leaves at a time that its author chose; can be taken back
	Waiting   State = "approval"  // waits for a second person; can be taken back
	Sending   State = "sending"   // is being handed to Exchange
	Sent      State = "sent"      // Exchange took it
	Failed    State = "failed"    // Exchange refused it: it did not leave
	Bounced   State = "bounced"   // it left, and did not reach somebody
	Unknown   State = "unknown"   // whether it left could not be found out
	TakenBack State = "draft"     // it did not leave: its text is its author's draft again
)

// CanTakeBack says whether a reply in this state certainly has not left and is not
// leaving.
func (s State) CanTakeBack() bool { return s == Held || s == Scheduled || s == Waiting || s == Failed }

// IsWaiting says whether a reply in this state leaves without another decision of a
// person.
func (s State) IsWaiting() bool { return s == Held || s == Scheduled }

// A Mode says how a reply follows from the message that it answers. Modes are stored.
type Mode string

// The modes of a reply.
const (
	ModeReply    Mode = "reply"     // to the sender
	ModeReplyAll Mode = "reply-all" // to the sender and the other recipients
	ModeForward  Mode = "forward"   // to somebody else
	ModeNew      Mode = "new"       // it answers nothing: the office begins
)

// A RecipientState says whether the mail reached a recipient, as far as reports
// tell. They are stored.
type RecipientState string

// The states of a recipient. The zero value means that the mail has not left.
const (
	RecipientSent      RecipientState = "sent"      // it left; no report came
	RecipientDelayed   RecipientState = "delayed"   // a server still tries
	RecipientDelivered RecipientState = "delivered" // a server says that it was delivered
	RecipientBounced   RecipientState = "bounced"   // a server gave up
)

// A Recipient is a person to whom a reply is sent.
type Recipient struct {
	Name  string         `json:"name,omitempty"`
	Email string         `json:"email"`
	State RecipientState `json:"state,omitempty"`
	// Status is the enhanced status code of the last report, such as "5.1.1".
	// https://www.rfc-editor.org/rfc/rfc3463
	Status string `json:"status,omitempty"`
}

// An Attachment is a file that leaves with a reply. Its content is kept in Blob
// Storage under the id of the upload.
type Attachment struct {
	Upload      string `json:"upload"`
	Name        string `json:"name"`
	ContentType string `json:"contentType,omitempty"`
	Size        int64  `json:"size"`             // bytes
	Inline      bool   `json:"inline,omitempty"` // the text shows it: src="cid:" and the id of the upload
}

// An Original is the mail that a reply answers or forwards, as Exchange knows it.
type Original struct {
	Mailbox           string   `json:"mailbox,omitempty"`   // id of the mailbox that has it
	MessageID         string   `json:"messageId,omitempty"` // Graph's immutable id
	InternetMessageID string   `json:"internetMessageId,omitempty"`
	References        []string `json:"references,omitempty"` // of the original, oldest first
}

// An Approval says that a second person must agree before a reply leaves.
type Approval struct {
	Why      []string  `json:"why"`          // codes: "member", "client", "word"
	By       string    `json:"by,omitempty"` // id of the member who decided
	At       time.Time `json:"at,omitzero"`
	Rejected bool      `json:"rejected,omitempty"`
	Comment  string    `json:"comment,omitempty"`
}

// The reasons why a reply failed or became a draft again. They are stored.
const (
	ReasonNewer     = "newer-message" // something newer came into the chat
	ReasonRights    = "no-right"      // its author may no longer send from the address, or write in the chat
	ReasonAddress   = "address-gone"  // the address is no longer activated
	ReasonRejected  = "rejected"      // the second person said no
	ReasonRecipient = "recipient"     // Exchange refuses a recipient
	ReasonTooLarge  = "too-large"     // the mail is larger than the mailbox may send
	ReasonSender    = "sender"        // the mailbox may not send
	ReasonQuota     = "quota"         // the mailbox is full, or sent too much
	ReasonUpload    = "attachment"    // an attachment is gone
	// ReasonUnreachable means that the mailbox could not be reached for so long that a
	// person should know.
	ReasonUnreachable = "unreachable"
	ReasonRefused     = "refused" // Exchange refused the mail for another reason, which Detail holds
)

// A Reply is one mail that a team member writes in a chat. Its text is a row of its
// own (see Store.Body).
type Reply struct {
	ID   string `json:"id"`
	Chat string `json:"chat"`

	Mailbox string `json:"mailbox"` // id of the activated mailbox that sends
	Address string `json:"address"` // its address
	// Alias is the alias of the mailbox as which it leaves, "" for its address. AliasRefused
	// says that Exchange does not let it: the mail leaves, or left, from the address.
	Alias        string `json:"alias,omitempty"`
	AliasRefused bool   `json:"aliasRefused,omitempty"`

	Mode     Mode     `json:"mode"`
	Answers  string   `json:"answers,omitempty"` // id of the message that it answers or forwards
	Original Original `json:"original,omitzero"`

	To      []Recipient `json:"to"`
	Cc      []Recipient `json:"cc,omitempty"`
	Bcc     []Recipient `json:"bcc,omitempty"`
	Subject string      `json:"subject"`
	Preview string      `json:"preview,omitempty"`

	State  State  `json:"state"`
	Reason string `json:"reason,omitempty"` // of Failed and TakenBack
	Detail string `json:"detail,omitempty"` // what Exchange said

	Author    string    `json:"author"` // id of the team member
	Created   time.Time `json:"created"`
	LeavesAt  time.Time `json:"leavesAt,omitzero"`
	Scheduled bool      `json:"scheduled,omitempty"` // LeavesAt is a time that the author chose

	Sequence  int64     `json:"sequence"`            // of its message in the chat
	Since     int64     `json:"since"`               // the sequence of the chat's newest message when writing began
	Force     bool      `json:"force,omitempty"`     // it leaves although something newer came
	Confirmed []string  `json:"confirmed,omitempty"` // codes of the warnings that the author has seen
	Approval  *Approval `json:"approval,omitempty"`

	Attachments []Attachment `json:"attachments,omitempty"`
	Language    string       `json:"language,omitempty"`  // of what is added to its text; "" for that of the mailbox
	Signature   string       `json:"signature,omitempty"` // HTML, as it was when the reply was written
	Pictures    []Attachment `json:"pictures,omitempty"`  // that the signature shows
	NoQuote     bool         `json:"noQuote,omitempty"`   // without the mail that it answers below
	Shingles    []byte       `json:"shingles,omitempty"`  // of the text and the signature: mailtext.Shingles

	DraftID           string    `json:"draftId,omitempty"`           // immutable id of its draft in the mailbox
	InternetMessageID string    `json:"internetMessageId,omitempty"` // of that draft, and of the mail
	SendStarted       time.Time `json:"sendStarted,omitzero"`        // when the draft was last told to leave
	Sends             int64     `json:"sends,omitempty"`             // how often it was told to
	SentAt            time.Time `json:"sentAt,omitzero"`
	// ForOthers says that it did not leave since its author has no right to send it. It stays
	// a message of its chat, so that another member takes it over.
	ForOthers bool `json:"forOthers,omitempty"`
	// Dismissed says that a person has seen that it failed, bounced, is unknown or is for others.
	Dismissed bool `json:"dismissed,omitempty"`
	// Erased says that what it said, and to whom it went, was erased.
	Erased bool `json:"erased,omitempty"`

	NextTry time.Time `json:"nextTry,omitzero"` // when a job continues to send it, if it could not
	Taken   time.Time `json:"taken,omitzero"`   // when a job first took it; again after a retry
	// Claim is the token of the job that is sending it, until ClaimEnds.
	Claim     string    `json:"claim,omitempty"`
	ClaimEnds time.Time `json:"claimEnds,omitzero"`

	etag string
}

// ClaimLife is how long no other job continues with a reply, once the turn of the job that
// sends it is over (see Turn). It is well above TurnLife, after which a job has stopped.
const ClaimLife = time.Minute

// listed says whether the reply is in lists of what has not left or needs a person.
func (r Reply) listed() bool {
	return r.State != Sent && (r.State != TakenBack || r.ForOthers) && !r.Dismissed
}

// open says whether there is something to do for the function that sends.
func (r Reply) open() bool { return r.State.IsWaiting() || r.State == Sending || r.HasDraftToDelete() }

// HasDraftToDelete says whether a reply that does not leave any more still has a draft in the
// mailbox, which is to be deleted: it was taken back, or it failed and a person has seen
// that.
func (r Reply) HasDraftToDelete() bool {
	return r.DraftID != "" && (r.State == TakenBack || r.State == Failed && r.Dismissed)
}

// CanTakeBack says whether the reply certainly has not left and is not leaving, and is a
// message of its chat.
func (r Reply) CanTakeBack() bool { return r.State.CanTakeBack() || r.ForOthers }

// CanRetry says whether a person can let the reply leave again; of an unknown one, who knows
// that it did not leave.
func (r Reply) CanRetry() bool {
	return r.State == Unknown || r.State == Failed && !r.HasDraftToDelete()
}

// CanDismiss says whether the reply needs a person, and none has seen it.
func (r Reply) CanDismiss() bool {
	return !r.Dismissed && (r.State == Failed || r.State == Bounced || r.State == Unknown || r.ForOthers)
}

// ETag is the version of the reply.
func (r Reply) ETag() string { return r.etag }

// Recipients returns all recipients: To, Cc and Bcc.
func (r Reply) Recipients() []Recipient { return slices.Concat(r.To, r.Cc, r.Bcc) }

// setRecipients lets f change the recipients with an e-mail address; "" for all. It
// says whether there was one.
func (r *Reply) setRecipients(email string, f func(*Recipient)) (found bool) {
	for _, list := range []*[]Recipient{&r.To, &r.Cc, &r.Bcc} {
		*list = slices.Clone(*list)
		for i := range *list {
			if email == "" || strings.EqualFold((*list)[i].Email, email) {
				f(&(*list)[i])
				found = true
			}
		}
	}
	return found
}

// Addresses returns recipients as addresses of a mail.
func Addresses(recipients []Recipient) []mail.Address {
	out := make([]mail.Address, 0, len(recipients))
	for _, r := range recipients {
		out = append(out, mail.Address{Name: r.Name, Email: r.Email})
	}
	return out
}

package mail

import "time"

// How a draft answers a message: they name Graph's createReply, createReplyAll and
// createForward.
// https://learn.microsoft.com/graph/api/message-createreply
const (
	ModeReply    = "reply"
	ModeReplyAll = "reply-all"
	ModeForward  = "forward"
)

// A Draft is a message that a mailbox is about to send, or its copy among the sent
// ones.
type Draft struct {
	ID                string // immutable id; case-sensitive and opaque
	InternetMessageID string // with its angle brackets
	ConversationID    string
	IsDraft           bool      // false: Exchange took it for sending
	Sent              time.Time // of a draft: when it was made
	From              Address
	Subject           string
	To, Cc, Bcc       []Address
	Body              string // "" when it was not asked for
	BodyType          string // "html" or "text"
	Truncated         bool   // Body is only the first part: it must not be written back
	HasAttachments    bool   // attachments of the text, such as pictures, do not count
}

// A NewDraft is a message that answers no message of its mailbox.
type NewDraft struct {
	Subject     string
	HTML        string
	To, Cc, Bcc []Address
	InReplyTo   string   // Message-ID of the answered mail with its brackets, or ""
	References  []string // Message-IDs with their brackets, oldest first
	Reply       string   // id of our reply, by which the draft is found again
}

// A DraftPatch changes a draft. Nil fields stay as they are. HTML replaces the
// whole body, and the lists replace those of the draft.
type DraftPatch struct {
	Subject, HTML *string
	To, Cc, Bcc   *[]Address
	From          *Address // an alias of the mailbox, or its address
}

// An OutgoingAttachment describes a file that is attached to a draft.
type OutgoingAttachment struct {
	Name        string
	ContentType string // "" is sent as application/octet-stream
	ContentID   string // by which the text names an inline picture, without brackets
	Inline      bool
	Size        int64 // bytes
}

// SentKeys are what a message that was perhaps sent is found by. Empty ones are
// not used.
type SentKeys struct {
	InternetMessageID string // of the draft: its copy among the sent items keeps it
	ID                string // immutable id of the draft
	Reply             string // id of our reply, a property of the draft
}

// Properties are what Exchange knows about a message and Graph's message does not
// have. They also exist where internetMessageHeaders is missing, as in Sent Items.
// https://learn.microsoft.com/graph/api/singlevaluelegacyextendedproperty-get
type Properties struct {
	Class      string   // message class, such as "IPM.Note" or "REPORT.IPM.Note.NDR"
	InReplyTo  string   // Message-ID with its brackets
	References []string // Message-IDs with their brackets
	Reply      string   // id of our reply, when one of ours made the message
}

// MailboxSettings are the settings of a mailbox that people see in replies.
// https://learn.microsoft.com/graph/api/resources/mailboxsettings
type MailboxSettings struct {
	TimeZone         string // name of Windows or IANA, "" when unknown
	Language         string // such as "nl-NL", "" when unknown
	AutomaticReplies AutomaticReplies
}

// AutomaticReplies is the out-of-office answer of a mailbox.
// https://learn.microsoft.com/graph/api/resources/automaticrepliessetting
type AutomaticReplies struct {
	Status      string    // "disabled", "alwaysEnabled" or "scheduled"
	From, Until time.Time // of a scheduled one
}

// A Category is one entry of the master list of a mailbox.
// https://learn.microsoft.com/graph/api/resources/outlookcategory
type Category struct {
	Name  string
	Color string // "preset0" to "preset24", or "none"
}

// A CategoryChange says what changes in the categories of one message. The other
// categories of the message stay.
type CategoryChange struct {
	Message     string // immutable id
	Add, Remove []string
}

package sim

import (
	"errors"
	"time"
)

// Envelope is a mail's SMTP envelope: MAIL FROM ("" for the null sender) and every
// RCPT TO, without angle brackets. The time is when an older mail arrived; zero is
// the time of its delivery. Sent says that From is a mailbox of the tenant whose Sent
// Items keep a copy.
type Envelope struct {
	From string    `json:"from"`
	To   []string  `json:"to"`
	At   time.Time `json:"at,omitzero"`
	Sent bool      `json:"sent,omitempty"`
}

// ErrNoMailbox means that a recipient of [Tenant.Deliver] is in the tenant's domain,
// but no mailbox or alias.
var ErrNoMailbox = errors.New("no such mailbox")

// Message is one mail in a simulated mailbox, in the JSON format of Graph. A stored
// Message is never changed in place: a change stores a changed copy, so that a
// Message that was returned before stays the same.
//
// https://learn.microsoft.com/graph/api/resources/message
type Message struct {
	// Type is "" for a plain mail, and for instance "#microsoft.graph.eventMessageRequest" for a meeting.
	Type              string       `json:"@odata.type,omitempty"`
	ID                string       `json:"id"`
	Created           time.Time    `json:"createdDateTime"`
	Modified          time.Time    `json:"lastModifiedDateTime"`
	ChangeKey         string       `json:"changeKey"`
	Categories        []string     `json:"categories"`
	Received          time.Time    `json:"receivedDateTime"`
	Sent              time.Time    `json:"sentDateTime"`
	HasAttachments    bool         `json:"hasAttachments"` // false if all attachments are inline
	InternetMessageID string       `json:"internetMessageId"`
	Subject           string       `json:"subject"`
	Preview           string       `json:"bodyPreview"` // at most 255 characters of text
	Importance        string       `json:"importance"`  // low, normal or high
	ParentFolderID    string       `json:"parentFolderId"`
	ConversationID    string       `json:"conversationId"`
	ConversationIndex []byte       `json:"conversationIndex"`
	ReceiptRequested  bool         `json:"isReadReceiptRequested"`
	IsRead            bool         `json:"isRead"`
	IsDraft           bool         `json:"isDraft"`
	WebLink           string       `json:"webLink"`
	Body              Body         `json:"body"`
	Sender            *Recipient   `json:"sender"` // nil when the mail names no sender
	From              *Recipient   `json:"from"`   // nil when the mail names no author
	To                []Recipient  `json:"toRecipients"`
	Cc                []Recipient  `json:"ccRecipients"`
	Bcc               []Recipient  `json:"bccRecipients"`
	ReplyTo           []Recipient  `json:"replyTo"`
	Headers           []Header     `json:"internetMessageHeaders,omitempty"` // in the order of the mail, with repeated names
	Flag              Flag         `json:"flag"`
	Attachments       []Attachment `json:"-"`
	Plain             string       `json:"-"` // the plain alternative of a mail with HTML
	MIME              []byte       `json:"-"` // the raw source; empty for a message that was made over Graph
	InReplyTo         string       `json:"-"` // the Message-ID that it answers
	References        []string     `json:"-"` // Message-IDs of the thread, oldest first
	Extended          []Extended   `json:"-"` // further MAPI properties
	Class             string       `json:"-"` // message class; "" is IPM.Note
	number            uint64       // number of the change that made it, in the whole tenant
}

// Body is the text of a message: ContentType is "html" or "text".
type Body struct {
	ContentType string `json:"contentType"`
	Content     string `json:"content"`
}

// Recipient is a named address, nested as in Graph.
type Recipient struct {
	EmailAddress EmailAddress `json:"emailAddress"`
}

// EmailAddress is a display name and an address; either may be empty.
type EmailAddress struct {
	Name    string `json:"name,omitempty"`
	Address string `json:"address,omitempty"`
}

// Header is one header field of a mail, decoded and unfolded.
type Header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Flag is the follow-up flag: "notFlagged", "flagged" or "complete".
type Flag struct {
	FlagStatus string `json:"flagStatus"`
}

// The kinds of attachments that Graph knows.
//
// https://learn.microsoft.com/graph/api/resources/attachment
const (
	FileAttachment      = "#microsoft.graph.fileAttachment"
	ItemAttachment      = "#microsoft.graph.itemAttachment"
	ReferenceAttachment = "#microsoft.graph.referenceAttachment"
)

// Attachment is one attachment of a message. The Content of an item attachment is
// the MIME source of the attached mail.
type Attachment struct {
	Type        string    `json:"@odata.type"`
	ID          string    `json:"id"` // given by the tenant when the message is stored
	Modified    time.Time `json:"lastModifiedDateTime"`
	Name        string    `json:"name"`
	ContentType string    `json:"contentType"`
	Size        int       `json:"size"` // bytes
	IsInline    bool      `json:"isInline"`
	ContentID   string    `json:"contentId,omitempty"` // without angle brackets
	Content     []byte    `json:"contentBytes,omitempty"`
}

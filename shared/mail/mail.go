// Package mail holds the values that travel through the system: mailboxes,
// messages and their addresses, in the words of Microsoft Graph.
//
// It knows nothing about where they come from or where they are kept.
package mail

import "time"

// A Mailbox is one that the tenant has.
type Mailbox struct {
	ID      string   // the user's id in Graph, a GUID: an address can change, this does not
	Address string   // the primary SMTP address, lower case
	Name    string   // display name
	Aliases []string // other addresses that deliver here, lower case
	Enabled bool     // whether the account can sign in; a shared mailbox usually cannot
}

// An Address is one mail address with the name that was written beside it.
type Address struct {
	Name  string `json:"name,omitempty"`
	Email string `json:"email,omitempty"`
}

// A Header is one line of a mail's head, as Exchange keeps it.
type Header struct{ Name, Value string }

// A Body is what a mail says.
type Body struct {
	ContentType string // "html" or "text"
	Content     string
	Truncated   bool // the content was longer than what is read of it
}

// A Message is one mail as Graph tells of it, reduced to what is read.
// https://learn.microsoft.com/graph/api/resources/message
type Message struct {
	ID                string // immutable id; case-sensitive and opaque
	InternetMessageID string
	ConversationID    string
	Subject           string
	Preview           string
	From              Address // empty when the mail names nobody
	Sender            Address
	ReplyTo, To, Cc   []Address
	Received          time.Time
	Sent              time.Time
	Body              Body
	HasAttachments    bool
	Draft             bool   // nobody has sent it
	Type              string // "" for a mail, else Graph's type, such as "eventMessage"
	Headers           []Header
}

// A Page is one page of a delta round over an inbox.
// https://learn.microsoft.com/graph/delta-query-messages
type Page struct {
	Messages []Message
	Odd      []Odd    // items that could not be decoded
	Partial  []string // ids of items that came with only what changed
	Removed  []string // ids of items that left the inbox
	Next     string   // link to the next page, "" on the last one
	Link     string   // on the last page: the link of the next round
}

// An Odd is an item of a page that could not be decoded.
type Odd struct {
	ID  string // "" when even that could not be read
	Raw []byte // what Graph sent, at most 64 KiB of it
	Err error
}

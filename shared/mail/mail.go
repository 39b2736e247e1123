// Package mail holds the values that all packages share: mailboxes, messages and
// their addresses, named as in Microsoft Graph.
//
// It does not know where they come from or where they are kept.
package mail

import "time"

// A Mailbox is one mailbox of the tenant.
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

// A Header is one header field of a mail, as Exchange keeps it.
type Header struct{ Name, Value string }

// A Body is the content of a mail.
type Body struct {
	ContentType string // "html" or "text"
	Content     string
	Truncated   bool // Content is only the first part: the rest was too long
}

// A Message is one mail from Graph, reduced to the properties that are used.
// https://learn.microsoft.com/graph/api/resources/message
type Message struct {
	ID                string // immutable id; case-sensitive and opaque
	InternetMessageID string
	ConversationID    string
	Subject           string
	Preview           string
	From              Address // empty when the mail names no author
	Sender            Address
	ReplyTo, To, Cc   []Address
	Received          time.Time
	Sent              time.Time
	Body              Body
	HasAttachments    bool
	Draft             bool   // not sent yet
	ReceiptRequested  bool   // mail within an organisation says so in no header
	Type              string // "" for a mail, else Graph's type, such as "eventMessage"
	Headers           []Header
}

// A Page is one page of a delta round over an inbox.
// https://learn.microsoft.com/graph/delta-query-messages
type Page struct {
	Messages    []Message
	Undecodable []Undecodable // items that could not be decoded
	Incomplete  []string      // ids of items that came with only their changed properties
	Removed     []string      // ids of items that left the inbox
	Next        string        // link to the next page, "" on the last page
	DeltaLink   string        // on the last page: the link that starts the next round
}

// An Undecodable is an item of a page that could not be decoded.
type Undecodable struct {
	ID  string // "" when not even the id could be read
	Raw []byte // what Graph sent, at most 64 KiB of it
	Err error
}

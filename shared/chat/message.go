package chat

import (
	"time"

	"kantoorpost/shared/item"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/mailtext"
)

// KindReply is the kind of mail that a team member wrote in the chat. KindEvent is
// the kind of message that says what was done with the chat. Kinds are stored.
const (
	KindReply = "reply"
	KindEvent = "event"
)

// The directions of a message.
const (
	In  = "in"  // to the office; "" in messages of an older version means the same
	Out = "out" // from the office
)

// KindMail is the kind of mail that a person wrote. Mail of a program has its
// item.MessageClass as kind. Kinds are stored.
const KindMail = "mail"

// ViaOutlook is how a team member sent a mail that was written in Outlook.
const ViaOutlook = "outlook"

// A Message is one mail, reply or note in a chat.
type Message struct {
	ID   string `json:"id"`   // of a mail, that of the mail; of a reply, that of the reply
	Kind string `json:"kind"` // KindMail, KindReply, KindNote, KindEvent or an item.MessageClass
	// Sequence says in which order the messages came into the chat; 0 in messages
	// of an older version.
	Sequence int64 `json:"sequence,omitempty"`
	// Alias is the alias as which a reply leaves, if it is not From. AliasRefused says that
	// Exchange put From in its place.
	Alias        string `json:"alias,omitempty"`
	AliasRefused bool   `json:"aliasRefused,omitempty"`
	Direction    string `json:"direction,omitempty"` // In or Out
	State        string `json:"state,omitempty"`     // of a reply: the outbox.State
	By           string `json:"by,omitempty"`        // of a reply or an event: id of the team member; of a mail via Outlook too
	Via          string `json:"via,omitempty"`       // ViaOutlook or ""

	From mail.Address   `json:"from"`
	To   []mail.Address `json:"to,omitempty"` // of a mail, as are Cc
	Cc   []mail.Address `json:"cc,omitempty"`
	// Omitted is how many recipients To and Cc leave out: see item.MaxRecipients.
	Omitted int `json:"omittedRecipients,omitempty"`

	Subject        string       `json:"subject"`
	Preview        string       `json:"preview"`
	Received       time.Time    `json:"received"`
	HasAttachments bool         `json:"hasAttachments,omitempty"`
	Attachments    []Attachment `json:"attachments,omitzero"` // of a mail; nil until they were read once
	RemotePictures bool         `json:"remotePictures,omitempty"`
	Verdict        item.Verdict `json:"verdict,omitempty"`  // of a mail: Exchange's opinion on its sender
	Language       string       `json:"language,omitempty"` // of the own text of a mail; see mailtext.LanguageIn
	Lines          int          `json:"lines,omitempty"`    // of a mail: about how many lines a page shows
	// ReceiptRequested says that the sender of a mail asks for a read receipt.
	ReceiptRequested bool `json:"receiptRequested,omitempty"`
	// Shingles holds the mailtext.Shingles of a mail or a reply, so that later mail
	// that quotes it can be folded; nil for none.
	Shingles []byte `json:"shingles,omitempty"`

	// New says that its sender was not in the conversation before, and Outside that he
	// or she is not of the client, such as a bank to which a mail was forwarded.
	// SideConversation is the id of the message that such a person answers: what belongs
	// to it is a part of the chat that the client does not see.
	New              bool   `json:"new,omitempty"`
	Outside          bool   `json:"outside,omitempty"`
	SideConversation string `json:"leg,omitempty"`

	Away *mailtext.Away `json:"away,omitempty"` // of an automatic answer

	Author string `json:"author,omitempty"` // of a note: id of the team member
	Text   string `json:"text,omitempty"`   // of a note, as it was written
	Key    string `json:"key,omitempty"`    // of a note: hash of the key of the request that wrote it
	// Mentions are the ids of the team members whom a note names. Edited is when its
	// author last changed it; Deleted says that the author took its text back.
	Mentions []string  `json:"mentions,omitempty"`
	Edited   time.Time `json:"edited,omitzero"`
	Deleted  bool      `json:"deleted,omitempty"`

	Event *Event `json:"event,omitempty"` // of an event
	// Erased says that what it said, and who wrote it, was erased.
	Erased bool `json:"erased,omitempty"`
}

// IsMail says whether the message is a mail that was fetched, with its id. All but
// replies, notes and events are.
func (m Message) IsMail() bool {
	return m.Kind != KindReply && m.Kind != KindNote && m.Kind != KindEvent
}

func messageOf(it item.Item) Message {
	return Message{ID: it.ID, Kind: KindMail, Direction: In, From: it.From, To: it.To, Cc: it.Cc,
		Omitted: it.Omitted, Subject: it.Subject, Preview: it.Preview,
		Received: it.Received, HasAttachments: it.HasAttachments, RemotePictures: it.RemotePictures, Verdict: it.Verdict, Lines: it.Lines,
		Away: it.Away, Shingles: it.Shingles, Language: mailtext.LanguageIn(it.Says), ReceiptRequested: it.ReceiptRequested}
}

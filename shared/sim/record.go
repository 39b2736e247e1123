package sim

import (
	"encoding/json"
	"time"
)

// A record is one change of the tenant: its fields are what the change sets. All
// state of the tenant comes from records, which are new or from the journal.
type record struct {
	Seq      uint64          `json:"seq"`
	Key      []byte          `json:"key,omitempty"`
	App      *application    `json:"app,omitempty"`
	Mailbox  *MailboxOptions `json:"mailbox,omitempty"`
	Put      *stored         `json:"put,omitempty"`
	Submit   *submission     `json:"submit,omitempty"`
	Remove   *removal        `json:"remove,omitempty"`
	Outside  *stored         `json:"outside,omitempty"`
	Settings *settings       `json:"settings,omitempty"`
	Forget   *forgotten      `json:"forget,omitempty"`
	Secret   *vaultSecret    `json:"secret,omitempty"`
	Blob     *blob           `json:"blob,omitempty"` // only in the journal
}

// stored is a message in a folder of a mailbox, or at an outside address. Its other
// fields are the journal's format of the message.
type stored struct {
	Mailbox string   `json:"mailbox,omitempty"` // mailbox id
	Folder  string   `json:"folder,omitempty"`
	Changed []string `json:"changed,omitempty"`
	Address string   `json:"address,omitempty"` // outside address

	Message     json.RawMessage    `json:"message"`
	Attachments []storedAttachment `json:"attachments,omitempty"`
	MIME        string             `json:"mime,omitempty"` // hash of a blob
	InReplyTo   string             `json:"inReplyTo,omitempty"`
	References  []string           `json:"references,omitempty"`
	Extended    []Extended         `json:"extended,omitempty"`
	Class       string             `json:"class,omitempty"`
	Number      uint64             `json:"number"`

	message *Message
}

type storedAttachment struct {
	Attachment
	Blob string `json:"blob,omitempty"` // hash of its content
}

// A submission is a draft that was sent and leaves at a time.
type submission struct {
	Mailbox string    `json:"mailbox"`
	ID      string    `json:"id"`
	Due     time.Time `json:"due"`
}

type removal struct {
	Mailbox string `json:"mailbox"`
	ID      string `json:"id"`
}

// settings are the changed settings and categories of a mailbox.
type settings struct {
	Mailbox    string                     `json:"mailbox"`
	Settings   map[string]json.RawMessage `json:"settings,omitempty"`
	Categories []category                 `json:"categories,omitempty"`
}

// forgotten makes all delta links of a mailbox, or of all mailboxes, invalid.
type forgotten struct {
	Mailbox string `json:"mailbox,omitempty"`
}

// blob is a large content, which is stored only once.
type blob struct {
	Hash string `json:"hash"`
	Data []byte `json:"data"`
}

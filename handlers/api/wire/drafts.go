package wire

import (
	"time"
)

// A DraftBody is what a person has written so far.
type DraftBody struct {
	Answers     string            `json:"answers,omitempty" maxLength:"64"`
	Mode        string            `json:"mode,omitempty" enum:"reply,reply-all,forward,new"`
	Address     string            `json:"address,omitempty" maxLength:"254"`
	To          []RecipientObject `json:"to,omitempty" nullable:"true" maxItems:"500" doc:"kept as they were typed"`
	Cc          []RecipientObject `json:"cc,omitempty" nullable:"true" maxItems:"500"`
	Bcc         []RecipientObject `json:"bcc,omitempty" nullable:"true" maxItems:"500"`
	Language    string            `json:"language,omitempty" enum:"nl,en,de,fr"`
	Subject     string            `json:"subject,omitempty" maxLength:"1000"`
	HTML        string            `json:"html,omitempty"`
	Text        string            `json:"text,omitempty"`
	Attachments []string          `json:"attachments,omitempty" nullable:"true" maxItems:"100" doc:"ids of uploads"`
	Along       []int             `json:"along,omitempty" nullable:"true" maxItems:"200" doc:"of a forward: numbers of what goes along; absent: all"`
	Since       int64             `json:"since,omitempty" minimum:"0"`
}

// A DraftObject is a stored draft.
type DraftObject struct {
	Answers     string            `json:"answers,omitempty"`
	Mode        string            `json:"mode,omitempty"`
	Address     string            `json:"address,omitempty"`
	To          []RecipientObject `json:"to" nullable:"false"`
	Cc          []RecipientObject `json:"cc" nullable:"false"`
	Bcc         []RecipientObject `json:"bcc" nullable:"false"`
	Language    string            `json:"language,omitempty" doc:"of what is added to its text, when the writer chose it"`
	Subject     string            `json:"subject"`
	HTML        string            `json:"html,omitempty"`
	Text        string            `json:"text,omitempty"`
	Attachments []ReplyFile       `json:"attachments" nullable:"false"`
	Along       []int             `json:"along,omitzero" doc:"of a forward: numbers of what goes along; absent: all"`
	Since       int64             `json:"since"`
	Reply       string            `json:"reply,omitempty" doc:"id of the reply that became this draft again"`
	Reason      string            `json:"reason,omitempty" doc:"why it did, unless somebody took it back"`
	Updated     time.Time         `json:"updated"`
	Writing     []Named           `json:"writing" nullable:"false" doc:"other team members who wrote here in the last two minutes"`
}

// An UploadObject is a file that a team member sends along.
type UploadObject struct {
	ID          string    `json:"id" doc:"for the attachments of a reply; a picture in its text has src=\"cid:\" and this"`
	Name        string    `json:"name"`
	ContentType string    `json:"contentType,omitempty"`
	Size        int64     `json:"size" doc:"bytes"`
	Until       time.Time `json:"until" doc:"when it is deleted, unless a draft or a reply has it by then"`
}

// A TakeOver names an attachment of a mail.
type TakeOver struct {
	Mail       string `json:"mail"`
	Attachment int    `json:"attachment"`
}

// A TemplateObject is a text with placeholders, to begin a reply with.
type TemplateObject struct {
	ID       string    `json:"id"`
	Name     string    `json:"name"`
	Language string    `json:"language" enum:"nl,en,de,fr"`
	Team     string    `json:"team,omitempty" doc:"id of the process team that uses it; empty for everybody"`
	Subject  string    `json:"subject,omitempty"`
	HTML     string    `json:"html" doc:"with placeholders such as {name}; with a chat, filled in as far as that tells"`
	Missing  []string  `json:"missing,omitempty" nullable:"false" doc:"with a chat: placeholders to fill in; a reply with one does not leave"`
	Updated  time.Time `json:"updated"`
}

// A TemplateBody makes a template.
type TemplateBody struct {
	Name     string `json:"name" minLength:"1" maxLength:"100"`
	Language string `json:"language,omitempty" enum:"nl,en,de,fr" default:"nl"`
	Team     string `json:"team,omitempty" maxLength:"64"`
	Subject  string `json:"subject,omitempty" maxLength:"255"`
	HTML     string `json:"html" maxLength:"100000" doc:"placeholders: {name}, {client}, {number}, {member}, {deadline} (by hand)"`
}

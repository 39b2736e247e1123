package answer

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"kantoorpost/shared/mail"
)

// The ids of the MAPI properties of a message that are read or written.
// https://learn.microsoft.com/graph/api/resources/extended-properties-overview
// https://learn.microsoft.com/openspecs/exchange_server_protocols/ms-oxprops
const (
	PropertyClass      = "String 0x001A" // PidTagMessageClass
	PropertyReferences = "String 0x1039" // PidTagInternetReferences
	PropertyInReplyTo  = "String 0x1042" // PidTagInReplyToId
	// PropertyReply is our own: the id of the reply that a message was made for. It
	// stays in the mailbox. Changing it makes earlier drafts impossible to find.
	PropertyReply = "String {9b6d3c41-5a0e-4f7c-8a52-6f0f2d1c7e35} Name KantoorpostReply"
)

// A Stored is a draft or a sent message as the mailbox has it.
type Stored struct {
	mail.Draft
	ETag       string // "" when the answer had none
	Properties mail.Properties
}

// stored is the JSON of a Stored.
type stored struct {
	message
	ETag       string       `json:"@odata.etag"`
	IsDraft    *bool        `json:"isDraft"`
	Bcc        []*recipient `json:"bccRecipients"`
	Properties []*property  `json:"singleValueExtendedProperties"`
}

type property struct {
	ID    string `json:"id"`
	Value string `json:"value"`
}

// Draft decodes a draft or a sent message. An answer that does not say which of
// both it is, is an error: whether a message may be sent depends on it.
func Draft(raw []byte) (Stored, error) {
	var w stored
	if err := json.Unmarshal(raw, &w); err != nil {
		return Stored{}, fmt.Errorf("decode draft: %w", err)
	}
	switch {
	case w.ID == "":
		return Stored{}, errors.New("decode draft: no id")
	case w.IsDraft == nil:
		return Stored{}, errors.New("decode draft: no isDraft")
	}
	s := Stored{ETag: w.ETag, Properties: properties(w.Properties), Draft: mail.Draft{
		ID: w.ID, ConversationID: w.ConversationID, IsDraft: *w.IsDraft, From: w.From.address(),
		To: addresses(w.To), Cc: addresses(w.Cc), Bcc: addresses(w.Bcc), HasAttachments: w.HasAttachments,
	}}
	if w.InternetMessageID != nil {
		s.InternetMessageID = *w.InternetMessageID
	}
	if present(w.Subject) {
		if err := json.Unmarshal(w.Subject, &s.Subject); err != nil {
			return Stored{}, fmt.Errorf("decode draft: subject: %w", err)
		}
	}
	if w.Sent != nil {
		s.Sent, _ = moment(*w.Sent) // for people, so an odd time is no error
	}
	if b := w.Body.body(); w.Body != nil {
		s.Body, s.BodyType, s.Truncated = b.Content, b.ContentType, b.Truncated
	}
	return s, nil
}

// Properties decodes the extended properties of a message.
func Properties(raw []byte) (mail.Properties, error) {
	var w struct {
		Properties []*property `json:"singleValueExtendedProperties"`
	}
	if err := json.Unmarshal(raw, &w); err != nil {
		return mail.Properties{}, fmt.Errorf("decode properties: %w", err)
	}
	return properties(w.Properties), nil
}

func properties(all []*property) (p mail.Properties) {
	for _, one := range all {
		switch {
		case one == nil:
		// Graph can write ids in another case than it was asked with.
		case strings.EqualFold(one.ID, PropertyClass):
			p.Class = one.Value
		case strings.EqualFold(one.ID, PropertyInReplyTo):
			p.InReplyTo = strings.TrimSpace(one.Value)
		case strings.EqualFold(one.ID, PropertyReferences):
			p.References = mail.MessageIDs(one.Value)
		case strings.EqualFold(one.ID, PropertyReply):
			p.Reply = one.Value
		}
	}
	return p
}

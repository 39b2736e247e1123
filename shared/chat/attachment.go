package chat

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"kantoorpost/shared/ids"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/table"
)

// An Attachment is an attachment of a message, without its content.
type Attachment struct {
	N           int    `json:"n"` // its number in the mail, from 1
	Kind        string `json:"kind"`
	Name        string `json:"name"`
	ContentType string `json:"contentType,omitempty"`
	Size        int64  `json:"size"` // bytes, about
}

// maxAttachments and maxFileName limit what a message keeps: the row of a message
// stays small. The name is counted in runes.
const maxAttachments, maxFileName = 200, 300

// AttachmentOf returns the nth attachment of a mail as a message keeps it.
func AttachmentOf(n int, at mail.Attachment) Attachment {
	cut := func(s string) string {
		runes := []rune(s)
		return string(runes[max(0, len(runes)-maxFileName):]) // the extension stays
	}
	return Attachment{N: n, Kind: at.Kind, Name: cut(at.Name), ContentType: cut(at.ContentType), Size: at.Size}
}

// Attachment returns a as an attachment of a mail.
func (a Attachment) Attachment() mail.Attachment {
	return mail.Attachment{Kind: a.Kind, Name: a.Name, ContentType: a.ContentType, Size: a.Size}
}

// SetAttachments notes which attachments a message has, for lists. It writes nothing
// when that is known already, when the chat has no such message, or when somebody
// else changes the message meanwhile: the next reader of the attachments notes it.
func (s *Store) SetAttachments(ctx context.Context, chat, message string, list []Attachment) error {
	if !ids.IsTimed(chat) || !ids.IsTimed(message) {
		return nil
	}
	var m Message
	key := messageKey(chat, message)
	etag, err := s.get(ctx, key, &m)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	list = append([]Attachment{}, list[:min(len(list), maxAttachments)]...)
	if err != nil || m.Attachments != nil && slices.Equal(m.Attachments, list) {
		return err
	}
	m.Attachments = list
	r := row(key, m)
	r.ETag = etag
	err = s.table.Write(ctx, table.Replace(r))
	if err != nil && !table.IsConflict(err) {
		return fmt.Errorf("note the attachments of message %s: %w", message, err)
	}
	return nil
}

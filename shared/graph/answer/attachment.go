package answer

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"kantoorpost/shared/mail"
)

// attachment is the wire form of what mail.Attachment keeps.
// https://learn.microsoft.com/graph/api/resources/attachment
type attachment struct {
	Type        string  `json:"@odata.type"`
	ID          string  `json:"id"`
	Name        string  `json:"name"`
	ContentType *string `json:"contentType"`
	Size        float64 `json:"size"`
	IsInline    bool    `json:"isInline"`
	ContentID   *string `json:"contentId"`
}

// Attachment decodes one attachment. A type that Graph did not have when this
// was written is a file: what has no content says so when it is asked for.
func Attachment(raw []byte) (mail.Attachment, error) {
	var w attachment
	if err := json.Unmarshal(raw, &w); err != nil {
		return mail.Attachment{}, fmt.Errorf("decode attachment: %w", err)
	}
	if w.ID == "" {
		return mail.Attachment{}, errors.New("decode attachment: no id")
	}
	a := mail.Attachment{ID: w.ID, Kind: mail.AttachedFile, Name: w.Name, Size: int64(min(max(w.Size, 0), 1<<40)), Inline: w.IsInline}
	switch w.Type {
	case "#microsoft.graph.itemAttachment":
		a.Kind = mail.AttachedItem
	case "#microsoft.graph.referenceAttachment":
		a.Kind = mail.AttachedLink
	}
	if w.ContentType != nil {
		a.ContentType = *w.ContentType
	}
	if w.ContentID != nil {
		a.ContentID = strings.Trim(*w.ContentID, "<> ")
	}
	return a, nil
}

package answer

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"kantoorpost/shared/mail"
)

// attachment is the JSON of the properties in mail.Attachment.
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

// Attachment decodes one attachment. An unknown type counts as a file: if it has
// no content, the request for its content fails.
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

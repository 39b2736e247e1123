package graph

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// WebLink returns the URL at which Outlook on the web opens a message, for who may open its
// mailbox there.
// https://learn.microsoft.com/graph/api/resources/message#properties
func (c *Client) WebLink(ctx context.Context, mailboxID, message string) (string, error) {
	if err := errors.Join(segment(mailboxID), segment(message)); err != nil {
		return "", err
	}
	var body struct {
		WebLink string `json:"webLink"`
	}
	raw, err := c.read(ctx, mailboxID, message, immutable(), []string{"webLink"}, nil)
	if err == nil {
		err = json.Unmarshal(raw, &body)
	}
	if err != nil {
		return "", fmt.Errorf("link of a message in mailbox %s: %w", mailboxID, err)
	}
	return body.WebLink, nil
}

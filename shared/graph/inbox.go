package graph

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	abs "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoftgraph/msgraph-sdk-go/users"

	"kantoorpost/shared/fault"
	"kantoorpost/shared/graph/answer"
	"kantoorpost/shared/mail"
)

// Message reads one message. It is for items that came with only their changed
// properties. If it cannot be decoded, the error is answer.ErrUndecodable.
func (c *Client) Message(ctx context.Context, mailboxID, id string) (mail.Message, error) {
	return c.message(ctx, mailboxID, id, prefer(pageSize))
}

// Text reads a message as plain text. It is for messages whose HTML has no text.
// https://learn.microsoft.com/graph/api/message-get#request-headers
func (c *Client) Text(ctx context.Context, mailboxID, id string) (string, error) {
	m, err := c.message(ctx, mailboxID, id, immutable(`outlook.body-content-type="text"`))
	if err != nil || m.Body.ContentType != "text" {
		return "", err
	}
	return m.Body.Content, nil
}

func (c *Client) message(ctx context.Context, mailboxID, id string, headers *abs.RequestHeaders) (mail.Message, error) {
	raw, err := c.read(ctx, mailboxID, id, headers, fields(), nil)
	if err != nil {
		return mail.Message{}, fmt.Errorf("message of mailbox %s: %w", mailboxID, err)
	}
	m, err := answer.Message(raw)
	if err != nil {
		return mail.Message{}, fault.Final(fmt.Errorf("message of mailbox %s: %w: %w", mailboxID, answer.ErrUndecodable, err))
	}
	return m, nil
}

// WebLink returns the URL at which Outlook on the web opens a message, for who may open its
// mailbox there.
// https://learn.microsoft.com/graph/api/resources/message#properties
func (c *Client) WebLink(ctx context.Context, mailboxID, message string) (string, error) {
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

// read reads selected and expanded properties of a message.
func (c *Client) read(
	ctx context.Context, mailboxID, id string, headers *abs.RequestHeaders, fields, expand []string,
) (raw []byte, err error) {
	err = c.ask(ctx, mailboxID, headers, func(ctx context.Context, r request) error {
		_, err := c.item(mailboxID, id).Get(ctx, &users.ItemMessagesMessageItemRequestBuilderGetRequestConfiguration{
			Headers: r.headers, Options: r.options,
			QueryParameters: &users.ItemMessagesMessageItemRequestBuilderGetQueryParameters{Select: fields, Expand: expand},
		})
		return err
	}, object(&raw))
	return raw, err
}

// CheckInbox tests with one request whether the inbox of a mailbox can be read.
func (c *Client) CheckInbox(ctx context.Context, mailboxID string) error {
	_, err := c.folder(ctx, mailboxID, inbox)
	return err
}

// folder reads a folder itself: only its id, and no messages.
func (c *Client) folder(ctx context.Context, mailboxID, name string) (raw []byte, err error) {
	err = c.ask(ctx, mailboxID, prefer(pageSize),
		func(ctx context.Context, r request) error {
			_, err := c.user(mailboxID).MailFolders().ByMailFolderId(name).Get(ctx,
				&users.ItemMailFoldersMailFolderItemRequestBuilderGetRequestConfiguration{
					Headers: r.headers, Options: r.options,
					QueryParameters: &users.ItemMailFoldersMailFolderItemRequestBuilderGetQueryParameters{Select: []string{"id"}},
				})
			return err
		}, object(&raw))
	if err != nil {
		return nil, fmt.Errorf("%s of mailbox %s: %w", name, mailboxID, err)
	}
	return raw, nil
}

// object returns a reader that stores a whole answer in raw.
func object(raw *[]byte) func(io.Reader) error {
	return func(r io.Reader) (err error) {
		*raw, err = answer.Object(r)
		return err
	}
}

// segment refuses an id that would lead to another path. Ids become segments of paths, in
// which the SDK escapes everything except dots.
func segment(id string) error {
	if id == "" || id == "." || id == ".." {
		return fault.Final(fmt.Errorf("%w: graph: %q is no id", answer.ErrNotAsked, id))
	}
	return nil
}

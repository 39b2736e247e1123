package graph

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"time"

	"github.com/microsoftgraph/msgraph-sdk-go/users"

	"kantoorpost/shared/graph/answer"
	"kantoorpost/shared/mail"
)

// MaxAttachment is how many bytes of an attachment are read: the largest mail
// that Exchange allows.
// https://learn.microsoft.com/office365/servicedescriptions/exchange-online-service-description/exchange-online-limits#message-limits
const MaxAttachment = 150 << 20

// downloadTimeout is the longest time for one attachment.
const downloadTimeout = 3 * time.Minute

// Attachments lists the attachments of a message in their order, without content.
// It omits those that cannot be decoded.
// https://learn.microsoft.com/graph/api/message-list-attachments
func (c *Client) Attachments(ctx context.Context, mailboxID, message string) ([]mail.Attachment, error) {
	var all []mail.Attachment
	err := c.ask(ctx, mailboxID, prefer(maxAttachments),
		func(ctx context.Context, r request) error {
			_, err := c.item(mailboxID, message).Attachments().Get(ctx, &users.ItemMessagesItemAttachmentsRequestBuilderGetRequestConfiguration{
				Headers: r.headers, Options: r.options,
				// Without a selection Graph also sends the contents. Only a file has a
				// content id, and a property of a derived type is selected with its type.
				// https://docs.oasis-open.org/odata/odata/v4.01/odata-v4.01-part2-url-conventions.html#sec_AddressingDerivedTypes
				QueryParameters: &users.ItemMessagesItemAttachmentsRequestBuilderGetQueryParameters{
					Select: []string{"id", "name", "contentType", "size", "isInline", "microsoft.graph.fileAttachment/contentId"}},
			})
			return err
		},
		func(r io.Reader) error {
			all = nil
			_, err := answer.Collection(r, func(raw []byte) {
				if a, err := answer.Attachment(raw); err == nil && len(all) < maxAttachments {
					all = append(all, a)
				}
			})
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("attachments in mailbox %s: %w", mailboxID, err)
	}
	return all, nil
}

// maxAttachments is how many attachments of a message are listed: Exchange allows
// no more.
const maxAttachments = 250

// Attachment writes the content of one attachment to w. If the attachment is a
// mail, the content is that mail as it was sent. After an error w may have got a
// part of it.
// https://learn.microsoft.com/graph/api/attachment-get#example-6-get-the-raw-contents-of-a-file-attachment-on-a-message
func (c *Client) Attachment(ctx context.Context, mailboxID, message, id string, w io.Writer) error {
	if err := errors.Join(segment(mailboxID), segment(message), segment(id)); err != nil {
		return err
	}
	// The SDK has no builder for the value of an attachment.
	link := c.root.JoinPath("v1.0", "users", url.PathEscape(mailboxID), "messages", url.PathEscape(message), "attachments", url.PathEscape(id),
		"$value").String()
	err := c.download(ctx, mailboxID, immutable(), w, func(ctx context.Context, r request) error {
		builder := c.item(mailboxID, message).Attachments().ByAttachmentId(id).WithUrl(link)
		_, err := builder.Get(ctx, &users.ItemMessagesItemAttachmentsAttachmentItemRequestBuilderGetRequestConfiguration{
			Headers: r.headers, Options: r.options,
		})
		return err
	})
	if err != nil {
		return fmt.Errorf("attachment in mailbox %s: %w", mailboxID, err)
	}
	return nil
}

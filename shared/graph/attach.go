package graph

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"github.com/microsoftgraph/msgraph-sdk-go/users"

	"kantoorpost/shared/fault"
	"kantoorpost/shared/graph/answer"
	"kantoorpost/shared/mail"
)

// smallAttachment is the largest file, in bytes, that is attached with one request:
// in base64 it is 4 MB, which is the limit of a request.
// https://learn.microsoft.com/graph/outlook-large-attachments
const smallAttachment = 3_000_000

// uploadTimeout is the longest time for one request with a piece of a file.
const uploadTimeout = 2 * time.Minute

// Attach adds a file of a.Size bytes to a draft: a small one with one request, a
// large one in pieces. After an error the file may be attached, so look before a
// second call. ErrForeignLink means that Graph named a server for the upload that is
// not Microsoft's.
// https://learn.microsoft.com/graph/api/message-post-attachments
func (c *Client) Attach(ctx context.Context, mailboxID, draft string, a mail.OutgoingAttachment, content io.ReaderAt) error {
	if a.Size < 0 || a.Size >= MaxAttachment {
		return fault.Final(fmt.Errorf("graph: attachment of %d bytes", a.Size))
	}
	if a.ContentType == "" {
		a.ContentType = "application/octet-stream"
	}
	var err error
	if a.Size <= smallAttachment {
		err = c.attachSmall(ctx, mailboxID, draft, a, content)
	} else if err = c.upload(ctx, mailboxID, draft, a, content); tooSmall(err) {
		err = c.attachSmall(ctx, mailboxID, draft, a, content)
	}
	if err != nil {
		return fmt.Errorf("attach a file of %d bytes in mailbox %s: %w", a.Size, mailboxID, err)
	}
	return nil
}

// tooSmall says whether Graph wants a file in one request: its limit between small
// and large is not exactly documented.
func tooSmall(err error) bool {
	e, ok := answer.Of(err)
	return ok && strings.EqualFold(e.Code, "ErrorAttachmentSizeShouldNotBeLessThanMinimumSize")
}

func (c *Client) attachSmall(ctx context.Context, mailboxID, draft string, a mail.OutgoingAttachment, content io.ReaderAt) error {
	data := make([]byte, a.Size)
	if n, err := content.ReadAt(data, 0); int64(n) < a.Size {
		return fmt.Errorf("read the file: %d bytes: %w", n, err)
	}
	return c.tell(ctx, mailboxID, uploadTimeout, immutable(), func(ctx context.Context, r request) error {
		file := models.NewFileAttachment()
		file.SetName(&a.Name)
		file.SetContentType(&a.ContentType)
		file.SetIsInline(&a.Inline)
		file.SetContentBytes(data)
		if a.ContentID != "" {
			file.SetContentId(&a.ContentID)
		}
		_, err := c.item(mailboxID, draft).Attachments().Post(ctx, file, &users.ItemMessagesItemAttachmentsRequestBuilderPostRequestConfiguration{
			Headers: r.headers, Options: r.options,
		})
		return err
	})
}

// Detach removes an attachment from a draft. One that is gone is no error.
// https://learn.microsoft.com/graph/api/attachment-delete
func (c *Client) Detach(ctx context.Context, mailboxID, draft, attachment string) error {
	var err error
	for n := 0; n == 0 || n <= conflicts && answer.IsConflict(err); n++ {
		err = c.tell(ctx, mailboxID, changeTimeout, immutable(), func(ctx context.Context, r request) error {
			return c.item(mailboxID, draft).Attachments().ByAttachmentId(attachment).
				Delete(ctx, &users.ItemMessagesItemAttachmentsAttachmentItemRequestBuilderDeleteRequestConfiguration{
					Headers: r.headers, Options: r.options,
				})
		})
	}
	if err != nil && !refusedWith(err, http.StatusNotFound) {
		return fmt.Errorf("remove an attachment in mailbox %s: %w", mailboxID, err)
	}
	return nil
}

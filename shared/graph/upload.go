package graph

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"github.com/microsoftgraph/msgraph-sdk-go/users"

	"kantoorpost/shared/fault"
	"kantoorpost/shared/graph/answer"
	"kantoorpost/shared/mail"
)

// piece is how many bytes of a file are uploaded at a time: Graph takes up to 4 MB.
const piece = 12 * 320 << 10

// breaks is how many requests of one upload may fail.
const breaks = 5

// pause is the time between a failed request of an upload and the next one.
const pause = time.Second

// uploadHosts are the servers that upload sessions are opened on, beside the one of
// Graph itself. Another host would get the content of a mail.
// https://learn.microsoft.com/microsoft-365/enterprise/urls-and-ip-address-ranges
// https://learn.microsoft.com/microsoft-365/enterprise/microsoft-365-u-s-government-gcc-high-endpoints
// https://learn.microsoft.com/microsoft-365/enterprise/urls-and-ip-address-ranges-21vianet
var uploadHosts = map[string]bool{
	"outlook.office.com":    true,
	"outlook.office365.com": true,
	"outlook.office365.us":  true, // GCC High
	"webmail.apps.mil":      true, // DoD
	"partner.outlook.cn":    true, // 21Vianet
}

// uploadLink checks the address of an upload session.
func (c *Client) uploadLink(link string) (string, error) {
	u, err := url.Parse(link)
	if err != nil {
		return "", foreign("unreadable")
	}
	known := u.Host == c.root.Host || uploadHosts[u.Host]
	if u.Scheme != "https" || !known || u.User != nil || u.Opaque != "" || u.Fragment != "" {
		return "", foreign(u.Scheme + "://" + u.Host)
	}
	return link, nil
}

// upload attaches a file through an upload session. The file is attached when its
// last byte has arrived.
// https://learn.microsoft.com/graph/outlook-large-attachments
func (c *Client) upload(ctx context.Context, mailboxID, draft string, a mail.OutgoingAttachment, content io.ReaderAt) error {
	link, err := c.openUpload(ctx, mailboxID, draft, a)
	if err != nil {
		return err
	}
	failed := 0
	// A piece is read whole: each read of content may be a request of its own.
	buffer := make([]byte, min(piece, a.Size))
	for from := int64(0); from < a.Size; {
		p := buffer[:min(piece, a.Size-from)]
		if n, err := content.ReadAt(p, from); n < len(p) {
			return fmt.Errorf("read the file from byte %d: %d bytes: %w", from, n, err)
		}
		next, err := c.put(ctx, mailboxID, link, p, from, a.Size)
		switch kind, after := fault.Of(err); {
		case err == nil && next > from:
			from = next
			continue
		case err == nil:
			err = fmt.Errorf("graph: the server has %d bytes after a piece to %d", next, from+int64(len(p)))
		case kind == fault.KindFinal || kind == fault.KindLater && after > time.Minute:
			return err
		}
		if failed++; failed > breaks {
			return err
		}
		if err := wait(ctx, pause); err != nil {
			return err
		}
		// The part may have arrived although its answer was lost. Without an answer the
		// upload continues from the last known position.
		if state, err := c.uploadState(ctx, mailboxID, link); err == nil && state >= 0 {
			from = state
		}
	}
	return nil
}

// openUpload opens a session for a file and returns its address.
// https://learn.microsoft.com/graph/api/attachment-createuploadsession
func (c *Client) openUpload(ctx context.Context, mailboxID, draft string, a mail.OutgoingAttachment) (string, error) {
	var raw []byte
	err := c.ask(ctx, mailboxID, immutable(), func(ctx context.Context, r request) error {
		item, kind := models.NewAttachmentItem(), models.FILE_ATTACHMENTTYPE
		item.SetAttachmentType(&kind)
		item.SetName(&a.Name)
		item.SetSize(&a.Size)
		item.SetContentType(&a.ContentType)
		item.SetIsInline(&a.Inline)
		if a.ContentID != "" {
			item.SetContentId(&a.ContentID)
		}
		body := users.NewItemMessagesItemAttachmentsCreateUploadSessionPostRequestBody()
		body.SetAttachmentItem(item)
		_, err := c.item(mailboxID, draft).Attachments().CreateUploadSession().
			Post(ctx, body, &users.ItemMessagesItemAttachmentsCreateUploadSessionRequestBuilderPostRequestConfiguration{
				Headers: r.headers, Options: r.options,
			})
		return err
	}, object(&raw))
	if err != nil {
		return "", err
	}
	session, err := answer.UploadState(raw)
	if err != nil {
		return "", err
	}
	return c.uploadLink(session.URL)
}

// put uploads one piece of a file and returns the first byte that the server does
// not have.
func (c *Client) put(ctx context.Context, mailboxID, link string, p []byte, from, size int64) (next int64, err error) {
	next = from + int64(len(p))
	header := http.Header{
		"Content-Type":  {"application/octet-stream"},
		"Content-Range": {fmt.Sprintf("bytes %d-%d/%d", from, next-1, size)},
	}
	err = c.uploading(ctx, mailboxID, http.MethodPut, link, header, p, func(u answer.Upload) {
		if u.Next >= 0 && next < size {
			next = u.Next
		}
	})
	return next, err
}

// uploadState asks which byte is the first that the server does not have; -1 when it
// does not say.
func (c *Client) uploadState(ctx context.Context, mailboxID, link string) (next int64, err error) {
	next = -1
	err = c.uploading(ctx, mailboxID, http.MethodGet, link, nil, nil, func(u answer.Upload) { next = u.Next })
	return next, err
}

// uploading makes a request of an upload session. The address is a secret of its
// own: these requests have no token, and errors do not show it.
func (c *Client) uploading(
	ctx context.Context, mailboxID, method, link string, header http.Header, p []byte, state func(answer.Upload),
) error {
	release, err := c.limit.acquire(ctx, mailboxID)
	if err != nil {
		return err
	}
	defer release()
	timed, cancel := context.WithTimeoutCause(ctx, uploadTimeout, errSlow)
	defer cancel()
	r, err := http.NewRequestWithContext(timed, method, link, bytes.NewReader(p))
	if err != nil {
		return errors.New("graph: upload: the address cannot be used")
	}
	for name, values := range header {
		r.Header[name] = values
	}
	res, err := c.uploads.Do(r)
	if err != nil {
		return classify(ctx, timed, err)
	}
	defer res.Body.Close()
	if res.StatusCode < 200 || res.StatusCode > 299 {
		return classify(ctx, timed, answer.Failure(res))
	}
	// The last piece has an empty answer.
	if raw, err := answer.Object(res.Body); err == nil {
		if u, err := answer.UploadState(raw); err == nil {
			state(u)
		}
	}
	return nil
}

// wait waits, or returns early with the error of the context.
func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return fmt.Errorf("graph: %w", ctx.Err())
	case <-time.After(d):
		return nil
	}
}

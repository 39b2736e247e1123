package graph

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	abs "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoftgraph/msgraph-sdk-go/users"

	"kantoorpost/shared/graph/answer"
	"kantoorpost/shared/mail"
)

// fields are the properties of a message that are requested. Read state and
// categories are left out: a change of a selected property counts as a change of
// the message, and our own marks must not come back. uniqueBody would double the
// bytes of bodies.
func fields() []string {
	return []string{"id", "internetMessageId", "conversationId", "subject", "bodyPreview", "from", "sender", "replyTo",
		"toRecipients", "ccRecipients", "receivedDateTime", "sentDateTime", "body", "hasAttachments", "isDraft",
		"isReadReceiptRequested", "internetMessageHeaders"}
}

// prefer asks for ids that survive a move, and for pages of the given size. Every
// request must have it, the first and the following ones.
// https://learn.microsoft.com/graph/outlook-immutable-id
func prefer(size int) *abs.RequestHeaders {
	h := abs.NewRequestHeaders()
	h.Add("Prefer", fmt.Sprintf(`IdType="ImmutableId", odata.maxpagesize=%d`, size))
	return h
}

// The well-known names of the folders that are read.
// https://learn.microsoft.com/graph/api/resources/mailfolder
const inbox, sentItems = "inbox", "sentitems"

// pageSize is how many messages a page has; smallPage is used when the answer
// with pageSize messages is too large. $top would limit the total instead.
const pageSize, smallPage = 20, 1

// Delta reads one page of a delta round over the inbox of a mailbox. An empty link
// starts a round with the mail that was received at or after since (zero: all).
// Any other link must be the Next or Link of an earlier page; if it does not lead
// to this inbox, the error is answer.ErrForeignLink. If answer.IsGone(err), a new
// round is needed.
//
// Items may come again, and in any order. After an error nothing of the page may
// be used.
func (c *Client) Delta(ctx context.Context, mailboxID, link string, since time.Time) (mail.Page, error) {
	return c.delta(ctx, mailboxID, inbox, link, since)
}

// SentDelta does for the Sent Items what Delta does for the inbox. Its messages
// have no internet headers: Properties reads what they answer. An item can come
// before it can be read.
func (c *Client) SentDelta(ctx context.Context, mailboxID, link string, since time.Time) (mail.Page, error) {
	return c.delta(ctx, mailboxID, sentItems, link, since)
}

func (c *Client) delta(ctx context.Context, mailboxID, folder, link string, since time.Time) (mail.Page, error) {
	if link != "" {
		if err := c.leadsTo(ctx, mailboxID, folder, link); err != nil {
			return mail.Page{}, fmt.Errorf("delta of %s of mailbox %s: %w", folder, mailboxID, err)
		}
	}
	page, err := c.page(ctx, mailboxID, folder, link, since, pageSize)
	if errors.Is(err, answer.ErrTooLarge) {
		page, err = c.page(ctx, mailboxID, folder, link, since, smallPage)
	}
	if err != nil {
		return mail.Page{}, fmt.Errorf("delta of %s of mailbox %s: %w", folder, mailboxID, err)
	}
	return page, nil
}

func (c *Client) page(ctx context.Context, mailboxID, folder, link string, since time.Time, size int) (mail.Page, error) {
	var page mail.Page
	err := c.ask(ctx, mailboxID, prefer(size),
		func(ctx context.Context, r request) error {
			config := &users.ItemMailFoldersItemMessagesDeltaRequestBuilderGetRequestConfiguration{Headers: r.headers, Options: r.options}
			delta := c.user(mailboxID).MailFolders().ByMailFolderId(folder).Messages().Delta()
			if link != "" {
				delta = delta.WithUrl(link)
			} else {
				config.QueryParameters = &users.ItemMailFoldersItemMessagesDeltaRequestBuilderGetQueryParameters{Select: fields(),
					Filter: received(since)}
			}
			_, err := delta.GetAsDeltaGetResponse(ctx, config)
			return err
		},
		func(r io.Reader) (err error) {
			page, err = answer.Page(r)
			return err
		})
	var refused *Error
	switch {
	case errors.As(err, &refused) && link != "" && refused.Status == http.StatusBadRequest:
		// We cannot correct a refused link; we can only start a new round.
		return mail.Page{}, fmt.Errorf("%w: %w", answer.ErrRefusedLink, refused)
	case err != nil:
		return mail.Page{}, err
	}
	if page.Next != "" {
		page.DeltaLink = ""
	}
	return page, c.follows(ctx, mailboxID, folder, link, page)
}

// follows checks the links at the end of a page before they are stored.
func (c *Client) follows(ctx context.Context, mailboxID, folder, link string, page mail.Page) error {
	to := page.Next + page.DeltaLink // one of them is empty
	switch {
	case to == "":
		return errors.New("graph: page without a link")
	case page.Next != "" && page.Next == link:
		return errors.New("graph: page names itself as the next one")
	}
	return c.leadsTo(ctx, mailboxID, folder, to)
}

// received returns the only filter that messages/delta supports.
// https://learn.microsoft.com/graph/api/message-delta
func received(since time.Time) *string {
	if since.IsZero() {
		return nil
	}
	filter := "receivedDateTime ge " + since.UTC().Format("2006-01-02T15:04:05Z")
	return &filter
}

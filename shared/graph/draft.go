package graph

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	abs "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"github.com/microsoftgraph/msgraph-sdk-go/users"

	"kantoorpost/shared/fault"
	"kantoorpost/shared/graph/answer"
	"kantoorpost/shared/mail"
)

// changeTimeout is the longest time for a change: Exchange copies attachments when
// it makes a forward, and counts sizes when it sends.
const changeTimeout = time.Minute

// conflicts is how often a change is repeated that came between two others.
// Exchange reports such a conflict even for changes without condition.
// https://github.com/microsoftgraph/msgraph-sdk-dotnet/issues/1201
const conflicts = 3

// immutable asks for ids that survive a move, and for more preferences.
func immutable(more ...string) *abs.RequestHeaders {
	h := abs.NewRequestHeaders()
	h.Add("Prefer", strings.Join(append([]string{`IdType="ImmutableId"`}, more...), ", "))
	return h
}

// CreateReply makes a draft that answers or forwards a message, with the message
// quoted in it. mode is one of mail.Mode…. reply, "" or the id of our reply, becomes
// a property of the draft, so that FindSent finds a draft whose answer was lost.
// Times in the header of the quote are in timeZone, a name of Windows or IANA; "" is
// UTC. If Graph has not the message, answer.IsMissing(err).
// https://learn.microsoft.com/graph/api/message-createreply
func (c *Client) CreateReply(ctx context.Context, mailboxID, message, mode, reply, timeZone string) (mail.Draft, error) {
	if strings.ContainsFunc(timeZone, func(r rune) bool { return r < ' ' || r > '~' || r == '"' || r == '\\' }) {
		timeZone = ""
	}
	draft, err := c.createReply(ctx, mailboxID, message, mode, reply, timeZone)
	if reply != "" && refusedWith(err, http.StatusBadRequest) {
		draft, err = c.createReply(ctx, mailboxID, message, mode, "", timeZone)
		if err == nil {
			// The caller has the draft, and can find it by its ids without the property.
			_ = c.patch(ctx, mailboxID, draft.ID, withReply(models.NewMessage(), reply))
		}
	}
	if timeZone != "" && refusedWith(err, http.StatusBadRequest) {
		// A zone that Graph does not know must not prevent an answer.
		return c.CreateReply(ctx, mailboxID, message, mode, reply, "")
	}
	if err != nil {
		return mail.Draft{}, fmt.Errorf("%s in mailbox %s: %w", mode, mailboxID, err)
	}
	return draft, nil
}

func (c *Client) createReply(ctx context.Context, mailboxID, message, mode, reply, timeZone string) (mail.Draft, error) {
	headers := immutable()
	if timeZone != "" {
		headers = immutable(`outlook.timezone="` + timeZone + `"`)
	}
	var content models.Messageable
	if reply != "" {
		content = withReply(models.NewMessage(), reply)
	}
	return c.makeDraft(ctx, mailboxID, headers, func(ctx context.Context, r request) error {
		item := c.item(mailboxID, message)
		var err error
		switch mode {
		case mail.ModeReply:
			body := users.NewItemMessagesItemCreateReplyPostRequestBody()
			body.SetMessage(content)
			_, err = item.CreateReply().Post(ctx, body, &users.ItemMessagesItemCreateReplyRequestBuilderPostRequestConfiguration{
				Headers: r.headers, Options: r.options,
			})
		case mail.ModeReplyAll:
			body := users.NewItemMessagesItemCreateReplyAllPostRequestBody()
			body.SetMessage(content)
			_, err = item.CreateReplyAll().Post(ctx, body, &users.ItemMessagesItemCreateReplyAllRequestBuilderPostRequestConfiguration{
				Headers: r.headers, Options: r.options,
			})
		case mail.ModeForward:
			body := users.NewItemMessagesItemCreateForwardPostRequestBody()
			body.SetMessage(content)
			_, err = item.CreateForward().Post(ctx, body, &users.ItemMessagesItemCreateForwardRequestBuilderPostRequestConfiguration{
				Headers: r.headers, Options: r.options,
			})
		default:
			err = fault.Final(fmt.Errorf("graph: no draft for mode %q", mode))
		}
		return err
	})
}

// CreateDraft makes a draft that answers no message of the mailbox. In-Reply-To and
// References are written as MAPI properties, since Graph takes only headers that
// start with "x-".
// https://learn.microsoft.com/graph/api/user-post-messages
func (c *Client) CreateDraft(ctx context.Context, mailboxID string, d mail.NewDraft) (mail.Draft, error) {
	draft, err := c.makeDraft(ctx, mailboxID, immutable(), func(ctx context.Context, r request) error {
		_, err := c.user(mailboxID).Messages().Post(ctx, newDraft(d), &users.ItemMessagesRequestBuilderPostRequestConfiguration{
			Headers: r.headers, Options: r.options,
		})
		return err
	})
	if err != nil {
		return mail.Draft{}, fmt.Errorf("new draft in mailbox %s: %w", mailboxID, err)
	}
	return draft, nil
}

// makeDraft makes a request whose answer is a new draft.
func (c *Client) makeDraft(ctx context.Context, mailboxID string, headers *abs.RequestHeaders, do send) (mail.Draft, error) {
	var raw []byte
	if err := c.ask(ctx, mailboxID, headers, do, object(&raw)); err != nil {
		return mail.Draft{}, err
	}
	made, err := answer.Draft(raw)
	return made.Draft, err
}

// Draft reads a draft, or what became of it, with its body.
func (c *Client) Draft(ctx context.Context, mailboxID, id string) (mail.Draft, error) {
	d, err := c.stored(ctx, mailboxID, id, append(draftFields(), "body"), nil)
	if err != nil {
		return mail.Draft{}, fmt.Errorf("draft in mailbox %s: %w", mailboxID, err)
	}
	return d.Draft, nil
}

// draftFields are the properties of a mail.Draft, except its body.
func draftFields() []string {
	return []string{"id", "internetMessageId", "conversationId", "isDraft", "sentDateTime", "from", "subject",
		"toRecipients", "ccRecipients", "bccRecipients", "hasAttachments"}
}

// replyProperty expands our own property.
// https://learn.microsoft.com/graph/api/singlevaluelegacyextendedproperty-get
func replyProperty() []string {
	return []string{"singleValueExtendedProperties($filter=id eq '" + answer.PropertyReply + "')"}
}

// stored reads a message that may be a draft.
func (c *Client) stored(ctx context.Context, mailboxID, id string, fields, expand []string) (answer.Stored, error) {
	raw, err := c.read(ctx, mailboxID, id, immutable(), fields, expand)
	if err != nil {
		return answer.Stored{}, err
	}
	return answer.Draft(raw)
}

// PatchDraft changes a draft. It does not change a message that was sent.
// https://learn.microsoft.com/graph/api/message-update
func (c *Client) PatchDraft(ctx context.Context, mailboxID, id string, p mail.DraftPatch) error {
	err := c.patch(ctx, mailboxID, id, patched(p))
	for n := 0; n < conflicts && answer.IsConflict(err); n++ {
		var d answer.Stored
		if d, err = c.stored(ctx, mailboxID, id, []string{"id", "isDraft"}, nil); err != nil {
			break
		}
		if !d.IsDraft {
			err = fault.Final(answer.ErrNotDraft)
			break
		}
		err = c.patch(ctx, mailboxID, id, patched(p))
	}
	if err != nil {
		return fmt.Errorf("change draft in mailbox %s: %w", mailboxID, err)
	}
	return nil
}

// patch changes a message once.
// https://learn.microsoft.com/graph/best-practices-concept#getting-minimal-responses
func (c *Client) patch(ctx context.Context, mailboxID, id string, m models.Messageable) error {
	// The answer need not repeat the message; not every service obeys that.
	return c.tell(ctx, mailboxID, changeTimeout, immutable("return=minimal"), func(ctx context.Context, r request) error {
		_, err := c.item(mailboxID, id).Patch(ctx, m, &users.ItemMessagesMessageItemRequestBuilderPatchRequestConfiguration{
			Headers: r.headers, Options: r.options,
		})
		return err
	})
}

// DeleteDraft deletes a message if it is a draft, also when another change comes in
// between. The error of a message that was sent is answer.ErrNotDraft. A message
// that is gone is no error.
// https://learn.microsoft.com/graph/api/message-delete
func (c *Client) DeleteDraft(ctx context.Context, mailboxID, id string) error {
	var err error
	for n := 0; n == 0 || n <= conflicts && answer.IsConflict(err); n++ {
		err = c.deleteDraft(ctx, mailboxID, id)
	}
	if err != nil && !answer.IsMissing(err) {
		return fmt.Errorf("delete draft in mailbox %s: %w", mailboxID, err)
	}
	return nil
}

func (c *Client) deleteDraft(ctx context.Context, mailboxID, id string) error {
	d, err := c.stored(ctx, mailboxID, id, []string{"id", "isDraft"}, nil)
	if err != nil {
		return err
	}
	if !d.IsDraft {
		return fault.Final(answer.ErrNotDraft)
	}
	headers := immutable()
	if d.ETag != "" {
		headers.Add("If-Match", d.ETag)
	}
	return c.tell(ctx, mailboxID, changeTimeout, headers, func(ctx context.Context, r request) error {
		return c.item(mailboxID, id).Delete(ctx, &users.ItemMessagesMessageItemRequestBuilderDeleteRequestConfiguration{
			Headers: r.headers, Options: r.options,
		})
	})
}

// refusedWith says whether Graph refused a request with a status.
func refusedWith(err error, status int) bool {
	e, ok := answer.Of(err)
	return ok && e.Status == status
}

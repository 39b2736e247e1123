package graph

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	abs "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoftgraph/msgraph-sdk-go/users"

	"kantoorpost/shared/fault"
	"kantoorpost/shared/graph/answer"
	"kantoorpost/shared/mail"
)

// SendDraft sends a draft, with one request, which is repeated only when Graph
// refused its token. Success means that Exchange took the
// message, and not that it arrived. answer.NotSent says which errors are proof that
// it did not; after every other error the message may have been sent.
// https://learn.microsoft.com/graph/api/message-send
func (c *Client) SendDraft(ctx context.Context, mailboxID, draft string) error {
	err := c.tell(ctx, mailboxID, changeTimeout, immutable(), func(ctx context.Context, r request) error {
		return c.item(mailboxID, draft).Send().Post(ctx, &users.ItemMessagesItemSendRequestBuilderPostRequestConfiguration{
			Headers: r.headers, Options: r.options,
		})
	})
	if err != nil {
		return fmt.Errorf("send draft of mailbox %s: %w", mailboxID, err)
	}
	return nil
}

// FindSent looks for a message by each of its keys until it finds one that was
// sent; else it returns the draft, when there is one. It checks the key of each item
// that Graph returns, since Graph can ignore a filter without saying so. false means
// that Graph shows no such message now: a sent one can appear later. One key is enough to
// find a sent message; that there is none is said only when every search had an answer.
func (c *Client) FindSent(ctx context.Context, mailboxID string, k mail.SentKeys) (mail.Draft, bool, error) {
	var draft mail.Draft
	var failed error
	found := false
	for _, search := range []func(context.Context, string, mail.SentKeys) ([]answer.Stored, error){c.byMessageID, c.byID, c.byReply} {
		all, err := search(ctx, mailboxID, k)
		if mayRepeat(ctx, err) { // a person waits ten minutes for the next look
			all, err = search(ctx, mailboxID, k)
		}
		switch {
		case err == nil || noAnswer(err):
		case mayRepeat(ctx, err):
			failed = errors.Join(failed, err)
		default: // Graph refuses, or asks to wait
			return mail.Draft{}, false, fmt.Errorf("look for a sent message in mailbox %s: %w", mailboxID, err)
		}
		for _, one := range all {
			if !one.IsDraft {
				return one.Draft, true, nil
			}
			draft, found = one.Draft, true
		}
	}
	if failed != nil {
		return mail.Draft{}, false, fmt.Errorf("look for a sent message in mailbox %s: %w", mailboxID, failed)
	}
	return draft, found, nil
}

// mayRepeat says whether a search may be repeated at once: Graph gave no answer, or one
// that cannot be read.
func mayRepeat(ctx context.Context, err error) bool {
	_, refused := answer.Of(err)
	kind, _ := fault.Of(err)
	return err != nil && !refused && kind == fault.KindRetry && ctx.Err() == nil
}

// noAnswer says whether a search found nothing: the item is missing, or Graph
// refuses this kind of search. A missing mailbox is another error.
func noAnswer(err error) bool {
	e, ok := answer.Of(err)
	if !ok || e.Status != http.StatusNotFound {
		return ok && e.Status == http.StatusBadRequest
	}
	switch strings.ToLower(e.Code) {
	case "mailboxnotenabledforrestapi", "mailboxnotsupportedforrestapi", "errorinvaliduser", "request_resourcenotfound", "resourcenotfound":
		return false
	}
	return true
}

// byMessageID searches in all folders.
// https://learn.microsoft.com/graph/api/user-list-messages
func (c *Client) byMessageID(ctx context.Context, mailboxID string, k mail.SentKeys) ([]answer.Stored, error) {
	if k.InternetMessageID == "" {
		return nil, nil
	}
	return c.filtered(ctx, mailboxID, "internetMessageId eq "+quoted(k.InternetMessageID), nil, func(s answer.Stored) bool {
		return strings.TrimSpace(s.InternetMessageID) == strings.TrimSpace(k.InternetMessageID)
	})
}

// byID reads the draft. Its id can lead to the copy among the sent items.
// https://learn.microsoft.com/graph/outlook-immutable-id
func (c *Client) byID(ctx context.Context, mailboxID string, k mail.SentKeys) ([]answer.Stored, error) {
	if segment(k.ID) != nil {
		return nil, nil
	}
	s, err := c.stored(ctx, mailboxID, k.ID, draftFields(), replyProperty())
	if err != nil {
		return nil, err
	}
	same := func(is, key string) bool { return key != "" && is == key }
	if !same(s.ID, k.ID) && !same(s.InternetMessageID, k.InternetMessageID) && !same(s.Properties.Reply, k.Reply) {
		return nil, nil
	}
	return []answer.Stored{s}, nil
}

// byReply searches for our own property.
// https://learn.microsoft.com/graph/api/singlevaluelegacyextendedproperty-get
func (c *Client) byReply(ctx context.Context, mailboxID string, k mail.SentKeys) ([]answer.Stored, error) {
	if k.Reply == "" {
		return nil, nil
	}
	filter := "singleValueExtendedProperties/Any(ep: ep/id eq " + quoted(answer.PropertyReply) + " and ep/value eq " + quoted(k.Reply) + ")"
	return c.filtered(ctx, mailboxID, filter, replyProperty(), func(s answer.Stored) bool { return s.Properties.Reply == k.Reply })
}

// filtered lists the messages of a mailbox that Graph and match agree on.
func (c *Client) filtered(
	ctx context.Context, mailboxID, filter string, expand []string, match func(answer.Stored) bool,
) ([]answer.Stored, error) {
	var all []answer.Stored
	var odd error
	err := c.ask(ctx, mailboxID, prefer(pageSize),
		func(ctx context.Context, r request) error {
			_, err := c.user(mailboxID).Messages().Get(ctx, &users.ItemMessagesRequestBuilderGetRequestConfiguration{
				Headers: r.headers, Options: r.options,
				QueryParameters: &users.ItemMessagesRequestBuilderGetQueryParameters{Filter: &filter, Select: draftFields(), Expand: expand},
			})
			return err
		},
		func(r io.Reader) error {
			all, odd = nil, nil
			_, err := answer.Collection(r, func(raw []byte) {
				switch s, err := answer.Draft(raw); {
				case err != nil:
					odd = err // it could be the one
				case match(s):
					all = append(all, s)
				}
			})
			return err
		})
	if err == nil && len(all) == 0 {
		err = odd
	}
	return all, err
}

// quoted is a text in a filter.
// https://learn.microsoft.com/graph/filter-query-parameter
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// Properties reads what Exchange knows about a message beside Graph's message.
func (c *Client) Properties(ctx context.Context, mailboxID, id string) (mail.Properties, error) {
	var wanted []string
	for _, p := range []string{answer.PropertyClass, answer.PropertyInReplyTo, answer.PropertyReferences, answer.PropertyReply} {
		wanted = append(wanted, "id eq "+quoted(p))
	}
	raw, err := c.read(ctx, mailboxID, id, immutable(), []string{"id"},
		[]string{"singleValueExtendedProperties($filter=" + strings.Join(wanted, " or ") + ")"})
	if err != nil {
		return mail.Properties{}, fmt.Errorf("properties of a message in mailbox %s: %w", mailboxID, err)
	}
	return answer.Properties(raw)
}

// MIME writes a message as it was sent, at most MaxAttachment bytes. After an error
// w may have got a part of it.
// https://learn.microsoft.com/graph/outlook-get-mime-message
func (c *Client) MIME(ctx context.Context, mailboxID, id string, w io.Writer) error {
	err := c.download(ctx, mailboxID, immutable(), w, func(ctx context.Context, r request) error {
		_, err := c.item(mailboxID, id).Content().Get(ctx, &users.ItemMessagesItemValueContentRequestBuilderGetRequestConfiguration{
			Headers: r.headers, Options: r.options,
		})
		return err
	})
	if err != nil {
		return fmt.Errorf("message of mailbox %s as it was sent: %w", mailboxID, err)
	}
	return nil
}

// download makes a request, and writes at most MaxAttachment bytes of its answer.
func (c *Client) download(ctx context.Context, mailboxID string, headers *abs.RequestHeaders, w io.Writer, do send) error {
	headers.Add("Accept", "*/*")
	return c.withSlot(ctx, mailboxID, func(ctx context.Context) error {
		return c.once(ctx, downloadTimeout, headers, do, func(res *http.Response) error {
			n, err := io.Copy(w, io.LimitReader(res.Body, MaxAttachment))
			if err != nil {
				return fmt.Errorf("graph: download: %w", err)
			}
			if n == MaxAttachment {
				return fault.Final(fmt.Errorf("graph: content of %d bytes or more", MaxAttachment))
			}
			return nil
		})
	})
}

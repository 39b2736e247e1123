package graph

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	abs "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoftgraph/msgraph-sdk-go/users"

	"kantoorpost/shared/fault"
	"kantoorpost/shared/graph/answer"
	"kantoorpost/shared/mail"
)

// emptyPages is how many pages without a result are skipped before the caller
// gets an empty page with a next.
const emptyPages = 10

// Mailboxes lists the mailboxes of the tenant that have search in their name or
// address ("": all), a page at a time. next continues the list, and is "" at the
// end. Guests and users without mail are left out. An after that is not from an
// earlier next is a final error.
func (c *Client) Mailboxes(ctx context.Context, search, after string) (boxes []mail.Mailbox, next string, err error) {
	l, err := newListing(search, after)
	if err != nil {
		return nil, "", err
	}
	for range emptyPages {
		boxes, l.skip, err = c.userPage(ctx, l)
		var refused *Error
		if l.server && errors.As(err, &refused) && refused.Status == http.StatusBadRequest {
			// Not every directory can search; we then filter the whole list.
			l.server, l.skip = false, ""
			continue
		}
		if err != nil {
			return nil, "", fmt.Errorf("mailboxes: %w", err)
		}
		if len(boxes) > 0 || l.skip == "" {
			break
		}
	}
	return boxes, l.next(), nil
}

// userPage reads one page of users.
func (c *Client) userPage(ctx context.Context, l listing) (boxes []mail.Mailbox, skip string, err error) {
	headers := prefer(pageSize)
	if l.server {
		// https://learn.microsoft.com/graph/search-query-parameter#using-search-on-directory-object-collections
		headers.Add("ConsistencyLevel", "eventual")
	}
	// The SDK has no parameter for $skiptoken, and we do not follow a whole link.
	address := c.root.String() + "/v1.0/users?" + l.query().Encode()
	boxes, link, err := c.readUsers(ctx, headers, func(ctx context.Context, config *users.UsersRequestBuilderGetRequestConfiguration) error {
		_, err := c.users().WithUrl(address).Get(ctx, config)
		return err
	})
	if err != nil || link == "" {
		return l.filter(boxes), "", err
	}
	u, err := ours(c.root, link)
	if err != nil {
		return nil, "", err
	}
	if u.Query().Get("$skiptoken") == "" {
		return nil, "", errors.New("graph: page of users without a token for the next one")
	}
	return l.filter(boxes), u.Query().Get("$skiptoken"), nil
}

// Mailbox finds the mailbox with an address: its primary address, an alias, or
// the sign-in name of its user. ErrNoMailbox is final.
func (c *Client) Mailbox(ctx context.Context, address string) (mail.Mailbox, error) {
	address = strings.ToLower(strings.TrimSpace(address))
	if local, domain, found := strings.Cut(address, "@"); !found || local == "" || domain == "" || len(address) > 320 ||
		strings.ContainsAny(domain, "@/") || strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return mail.Mailbox{}, fault.Final(ErrNoMailbox)
	}
	box, found, err := c.byName(ctx, address)
	if err == nil && !found {
		box, found, err = c.byAddress(ctx, address)
	}
	switch {
	case err != nil:
		return mail.Mailbox{}, fmt.Errorf("mailbox of an address: %w", err)
	case !found:
		return mail.Mailbox{}, fault.Final(ErrNoMailbox)
	}
	return box, nil
}

// byName requests the user with the address as sign-in name.
func (c *Client) byName(ctx context.Context, address string) (box mail.Mailbox, found bool, err error) {
	var raw []byte
	err = c.ask(ctx, "", prefer(pageSize), func(ctx context.Context, r request) error {
		_, err := c.user(address).Get(ctx, &users.UserItemRequestBuilderGetRequestConfiguration{
			Headers: r.headers, Options: r.options,
			QueryParameters: &users.UserItemRequestBuilderGetQueryParameters{Select: profile()},
		})
		return err
	}, object(&raw))
	var refused *Error
	switch {
	case errors.As(err, &refused) && refused.Status == http.StatusNotFound:
		return mail.Mailbox{}, false, nil
	case err != nil:
		return mail.Mailbox{}, false, err
	}
	box, found = answer.Mailbox(raw)
	return box, found, nil
}

// byAddress requests the user who has the address among his mail addresses. It
// doubles the quotes in the address, and compares what Graph returns.
// https://learn.microsoft.com/graph/filter-query-parameter
func (c *Client) byAddress(ctx context.Context, address string) (box mail.Mailbox, found bool, err error) {
	quoted := strings.ReplaceAll(address, "'", "''")
	filter := fmt.Sprintf("mail eq '%[1]s' or proxyAddresses/any(p:p eq 'smtp:%[1]s') or proxyAddresses/any(p:p eq 'SMTP:%[1]s')", quoted)
	boxes, _, err := c.readUsers(ctx, prefer(pageSize),
		func(ctx context.Context, config *users.UsersRequestBuilderGetRequestConfiguration) error {
			config.QueryParameters = &users.UsersRequestBuilderGetQueryParameters{Select: profile(), Filter: &filter}
			_, err := c.users().Get(ctx, config)
			return err
		})
	if err != nil {
		return mail.Mailbox{}, false, err
	}
	for _, box := range boxes {
		if box.Address == address || slices.Contains(box.Aliases, address) {
			return box, true, nil
		}
	}
	return mail.Mailbox{}, false, nil
}

// readUsers makes a request whose answer is a page of users.
func (c *Client) readUsers(ctx context.Context, headers *abs.RequestHeaders,
	do func(context.Context, *users.UsersRequestBuilderGetRequestConfiguration) error) (boxes []mail.Mailbox, link string, err error) {
	err = c.ask(ctx, "", headers,
		func(ctx context.Context, r request) error {
			return do(ctx, &users.UsersRequestBuilderGetRequestConfiguration{Headers: r.headers, Options: r.options})
		},
		func(r io.Reader) error {
			boxes = nil
			links, err := answer.Collection(r, func(raw []byte) {
				if box, ok := answer.Mailbox(raw); ok {
					boxes = append(boxes, box)
				}
			})
			link = links.Next
			return err
		})
	if err != nil {
		return nil, "", err
	}
	return boxes, link, nil
}

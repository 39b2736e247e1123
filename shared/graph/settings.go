package graph

import (
	"context"
	"fmt"

	"github.com/microsoftgraph/msgraph-sdk-go/users"

	"kantoorpost/shared/graph/answer"
	"kantoorpost/shared/mail"
)

// CheckSettings tests with one request whether the settings of a mailbox can be
// read.
func (c *Client) CheckSettings(ctx context.Context, mailboxID string) error {
	_, err := c.settings(ctx, mailboxID)
	return err
}

// Settings reads the settings of a mailbox. A setting that cannot be decoded is
// empty.
// https://learn.microsoft.com/graph/api/user-get-mailboxsettings
func (c *Client) Settings(ctx context.Context, mailboxID string) (mail.MailboxSettings, error) {
	raw, err := c.settings(ctx, mailboxID)
	if err != nil {
		return mail.MailboxSettings{}, err
	}
	return answer.Settings(raw)
}

func (c *Client) settings(ctx context.Context, mailboxID string) (raw []byte, err error) {
	err = c.ask(ctx, mailboxID, prefer(pageSize),
		func(ctx context.Context, r request) error {
			_, err := c.user(mailboxID).MailboxSettings().Get(ctx, &users.ItemMailboxSettingsRequestBuilderGetRequestConfiguration{
				Headers: r.headers, Options: r.options,
			})
			return err
		}, object(&raw))
	if err != nil {
		return nil, fmt.Errorf("settings of mailbox %s: %w", mailboxID, err)
	}
	return raw, nil
}

package api

import (
	"context"
	"io"

	"kantoorpost/shared/mail"
)

func (m *mailboxes) Attachments(ctx context.Context, _, _ string) ([]mail.Attachment, error) {
	return nil, m.token(ctx)
}

func (m *mailboxes) Attachment(ctx context.Context, _, _, _ string, _ io.Writer) error {
	return m.token(ctx)
}

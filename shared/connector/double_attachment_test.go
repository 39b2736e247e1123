package connector_test

import (
	"context"
	"io"

	"kantoorpost/shared/mail"
)

func (g *graphClient) Attachments(ctx context.Context, id, _ string) ([]mail.Attachment, error) {
	return nil, g.call(ctx, id)
}

func (g *graphClient) Attachment(ctx context.Context, id, _, _ string, _ io.Writer) error {
	return g.call(ctx, id)
}

func (g *graphClient) Text(ctx context.Context, id, _ string) (string, error) {
	return "", g.call(ctx, id)
}

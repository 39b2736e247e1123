package fetch

import (
	"context"
	"log/slog"
	"strings"

	"kantoorpost/shared/bounce"
	"kantoorpost/shared/connector"
	"kantoorpost/shared/graph/answer"
	"kantoorpost/shared/item"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/mailtext"
)

// reportTries is how many rounds in a row may fail on the content of a report. Then it
// is read from what the page has, so that it stops no other mail.
const reportTries = 3

// readReport reads what a delivery report says. Graph's message has no part with the
// status of each recipient, so its MIME content is read: one call for each report.
// https://learn.microsoft.com/graph/outlook-get-mime-message
func (h *Handler) readReport(ctx context.Context, graph connector.Graph, b *connector.Mailbox, m mail.Message, it *item.Item) error {
	if it.InitialReason != item.Bounce {
		return nil
	}
	if known, err := h.Items.Known(ctx, it.Mailbox, it.MessageID); err != nil || known {
		return asStorageError(err) // the page comes again
	}
	mime := &prefix{limit: bounce.MaxReport}
	err := graph.MIME(ctx, b.Activation.ID, m.ID, mime)
	content := mime.String()
	switch {
	case err != nil && !answer.IsMissing(err) && b.Cursor.Failures < reportTries:
		return err
	case err != nil:
		slog.WarnContext(ctx, "content of a delivery report not read, taking the message", "error", err)
		content = fromMessage(m)
	}
	report, err := mailtext.Bounded(mailtext.Limit, func() bounce.Report { return bounce.Parse(content) })
	if err != nil {
		slog.ErrorContext(ctx, "delivery report not read", "bytes", len(content), "error", err)
	}
	it.Report = &report
	return nil
}

// fromMessage returns a message of Graph as MIME content.
func fromMessage(m mail.Message) string {
	var b strings.Builder
	field := func(name, value string) {
		b.WriteString(name + ": " + strings.NewReplacer("\r", " ", "\n", " ").Replace(value) + "\n")
	}
	field("From", m.From.Email)
	field("Subject", m.Subject)
	for _, h := range m.Headers {
		switch strings.ToLower(h.Name) {
		case "from", "subject", "content-type", "content-transfer-encoding":
		default:
			field(h.Name, h.Value)
		}
	}
	kind := "text/plain"
	if strings.EqualFold(m.Body.ContentType, "html") {
		kind = "text/html"
	}
	field("Content-Type", kind)
	b.WriteString("\n" + m.Body.Content)
	return b.String()
}

// A prefix keeps the first bytes that are written to it.
type prefix struct {
	strings.Builder
	limit int
}

func (p *prefix) Write(b []byte) (int, error) {
	p.Builder.Write(b[:max(0, min(len(b), p.limit-p.Len()))])
	return len(b), nil
}

package connector

import (
	"context"
	"io"
	"time"

	"kantoorpost/shared/mail"
)

// Graph is Microsoft Graph through one connector. Errors have a kind (package
// fault), and say how Graph refused (package answer).
type Graph interface {
	// Mailboxes lists the tenant's mailboxes page by page; next is "" on the last.
	Mailboxes(ctx context.Context, search, after string) (boxes []mail.Mailbox, next string, err error)
	// Mailbox finds the mailbox that an address, primary or alias, delivers to.
	// It is a final error when there is none.
	Mailbox(ctx context.Context, address string) (mail.Mailbox, error)
	// CheckInbox checks that the inbox can be read, CheckSettings the settings.
	CheckInbox(ctx context.Context, mailbox string) error
	CheckSettings(ctx context.Context, mailbox string) error
	// Delta returns one page of a round over the inbox; link "" starts one.
	Delta(ctx context.Context, mailbox, link string, since time.Time) (mail.Page, error)
	// Message returns one mail.
	Message(ctx context.Context, mailbox, id string) (mail.Message, error)
	// WebLink returns the URL at which Outlook on the web opens a mail.
	WebLink(ctx context.Context, mailbox, id string) (string, error)
	// Text returns the body of a mail as plain text.
	Text(ctx context.Context, mailbox, id string) (string, error)
	// Attachments lists the attachments of a mail, in its order. Attachment writes
	// the content of one of them, and may have written a part when it fails.
	Attachments(ctx context.Context, mailbox, message string) ([]mail.Attachment, error)
	Attachment(ctx context.Context, mailbox, message, id string, w io.Writer) error

	Sender
	Categorizer
}

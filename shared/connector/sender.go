package connector

import (
	"context"
	"io"
	"time"

	"kantoorpost/shared/mail"
)

// A Sender writes and sends mail from the mailboxes of a tenant. It never repeats a
// request that may have had an effect, unless it says so.
type Sender interface {
	// CreateReply makes a draft that answers a message; mode is one of mail.Mode….
	// reply is the id of our reply, by which the draft is found again. Times in the
	// header of the quote are in timeZone ("": UTC). It is a fault of kind final with
	// status 404 when the message is gone.
	CreateReply(ctx context.Context, mailbox, message, mode, reply, timeZone string) (mail.Draft, error)
	// CreateDraft makes a draft that answers no message of the mailbox.
	CreateDraft(ctx context.Context, mailbox string, d mail.NewDraft) (mail.Draft, error)
	// Draft reads a draft with its body.
	Draft(ctx context.Context, mailbox, id string) (mail.Draft, error)
	// PatchDraft changes a draft. It repeats a change that came between two others,
	// up to three times.
	PatchDraft(ctx context.Context, mailbox, id string, p mail.DraftPatch) error
	// Attach adds a file to a draft. A second call adds it a second time.
	Attach(ctx context.Context, mailbox, draft string, a mail.OutgoingAttachment, content io.ReaderAt) error
	// Detach removes an attachment from a draft. One that is gone is no error.
	Detach(ctx context.Context, mailbox, draft, attachment string) error
	// SendDraft sends a draft. answer.NotSent says whether an error means that Graph
	// certainly did not take it; every other error is a doubt.
	SendDraft(ctx context.Context, mailbox, draft string) error
	// FindSent looks for a message that was perhaps sent; false means that Graph
	// shows none now, which does not mean that it was not sent.
	FindSent(ctx context.Context, mailbox string, k mail.SentKeys) (mail.Draft, bool, error)
	// DeleteDraft deletes a message only while it is a draft. One that is gone is no
	// error.
	DeleteDraft(ctx context.Context, mailbox, id string) error
	// SentDelta returns one page of a round over the Sent Items; link "" starts one.
	SentDelta(ctx context.Context, mailbox, link string, since time.Time) (mail.Page, error)
	// Properties reads what a message has beside Graph's own properties.
	Properties(ctx context.Context, mailbox, id string) (mail.Properties, error)
	// MIME writes a message as it was sent. It may have written a part when it fails.
	MIME(ctx context.Context, mailbox, id string, w io.Writer) error
	// Settings reads the settings of a mailbox.
	Settings(ctx context.Context, mailbox string) (mail.MailboxSettings, error)
}

// A Categorizer marks messages with Outlook's categories.
type Categorizer interface {
	// EnsureCategories adds those that are missing to the master list of a mailbox.
	EnsureCategories(ctx context.Context, mailbox string, wanted []mail.Category) error
	// Categorize changes the categories of messages. The result has an error for each
	// message that was perhaps not changed, and one for "" when none could be.
	Categorize(ctx context.Context, mailbox string, changes []mail.CategoryChange) map[string]error
}

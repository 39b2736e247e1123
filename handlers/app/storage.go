package app

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/queue"
)

// TableNames returns the tables, each with one partition.
func TableNames() []string { return []string{"configuration", "directory", "mailboxes", "mails"} }

// QueueNames returns the queues, one for each function with a queue.
func QueueNames() []string { return []string{"fetch", "process", "send", "mark"} }

// uploads is the container of the files that people send along.
const Uploads = "uploads"

// PoisonNames returns the queues to which the host moves a message after too many
// failures.
// https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-queue-trigger#poison-messages
func PoisonNames() (names []string) {
	for _, q := range QueueNames() {
		names = append(names, q+queue.Poison)
	}
	return names
}

// Prepare creates missing tables, queues and the container, or checks that they exist. It repeats
// that until it succeeds: nothing works without them, and the roles of a new identity
// take minutes to act.
func (a *App) Prepare(ctx context.Context) {
	for pause := time.Second; ; pause = min(2*pause, time.Minute) {
		err := a.storage(ctx)
		if err == nil {
			close(a.ready)
			return
		}
		slog.ErrorContext(ctx, "tables and queues are not there", "error", err)
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return
		}
	}
}

// Index makes clients, contacts, mails and chats searchable that an older version of the
// product saved; usually there are none. When another instance or an import does the same, the
// next start does what is left.
func (a *App) Index(ctx context.Context) {
	select {
	case <-a.ready:
	default:
		return // ctx ended before the tables were there
	}
	for what, index := range map[string]func(context.Context) error{
		"clients and contacts": a.directory.Index, "mails": a.process.Items.Index, "chats": a.process.Chats.Index,
	} {
		if err := index(ctx); err != nil && !errors.Is(err, directory.ErrImporting) && ctx.Err() == nil {
			slog.WarnContext(ctx, "some of an older version are not indexed yet: searches read them all", "what", what, "error", err)
		}
	}
}

func (a *App) storage(ctx context.Context) error {
	if a.creates {
		return errors.Join(a.tables.Create(ctx, TableNames()...), a.queues.Create(ctx, QueueNames()...), a.uploads.Create(ctx))
	}
	return errors.Join(a.tables.Check(ctx, TableNames()...), a.queues.Check(ctx, QueueNames()...), a.queues.Check(ctx, PoisonNames()...),
		a.uploads.Check(ctx))
}

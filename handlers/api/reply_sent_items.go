package api

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/job"
)

// sentAskedEvery is how often the Sent Items of a mailbox are asked for at most.
const sentAskedEvery = time.Minute

// askForSent has the Sent Items read of the mailboxes of a chat when somebody begins a reply: a
// colleague may have answered in Outlook. It is a hint, as every job is.
func (a *api) askForSent(ctx context.Context, c chat.Chat) {
	enabled, err := a.Connectors.Enabled(ctx)
	boxes, boxErr := a.Connectors.Activated(ctx)
	if err = errors.Join(err, boxErr); err != nil || !enabled {
		return
	}
	j := job.Fetch{Why: "somebody begins a reply", Claim: job.NewClaim()}
	for _, b := range boxes {
		asked, _ := a.sentAsked.Load(b.ID)
		last, _ := asked.(time.Time)
		if !b.Active || !slices.Contains(c.Addresses, b.Address) || time.Since(last) < sentAskedEvery {
			continue
		}
		a.sentAsked.Store(b.ID, time.Now())
		j.Addresses, j.Mailboxes, j.Sent = append(j.Addresses, b.Address), append(j.Mailboxes, b.ID), append(j.Sent, b.ID)
	}
	if len(j.Mailboxes) == 0 {
		return
	}
	if err := a.Jobs.Put(ctx, j); err != nil {
		slog.InfoContext(ctx, "the Sent Items wait for the tick", "error", err)
	}
}

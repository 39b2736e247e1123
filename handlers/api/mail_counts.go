package api

import (
	"context"
	"net/http"
	"time"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
	"kantoorpost/shared/item"
)

// maxCounted is how many waiting mails are counted at most: two queries for a
// caller who sees all of them.
const maxCounted = 2000

func (a *api) registerMailCounts() {
	handle(a, access.MailsRead, apiTag("mails").op("count-mails", http.MethodGet, "/api/mails/counts",
		"How many mails wait, by reason and by address"), func(ctx context.Context, _ *struct{}) (*bodyOutput[wire.MailCounts], error) {
		return bodyOf(a.countMails(ctx))
	})
}

func (a *api) countMails(ctx context.Context) (wire.MailCounts, error) {
	now := time.Now()
	n := wire.MailCounts{Reasons: map[string]int{}, Addresses: map[string]int{}}
	boxes, err := a.mailboxes(ctx, "")
	if err != nil {
		return n, err
	}
	for _, box := range boxes {
		for from, more := "", true; more; more = from != "" {
			if n.Parked+n.Later >= maxCounted {
				n.More = true
				return n, nil
			}
			var mails []item.Summary
			if mails, from, err = a.Items.Summaries(ctx, box, from); err != nil {
				return n, err
			}
			for _, m := range mails {
				if m.Later.After(now) {
					n.Later++
					continue
				}
				n.Parked++
				n.Reasons[string(m.Reason)]++
				n.Addresses[m.Address]++
			}
		}
	}
	return n, nil
}

package api

import (
	"context"
	"net/http"
	"time"

	"kantoorpost/shared/access"
	"kantoorpost/shared/item"
)

// maxCounted is how many waiting mails are counted at most: two queries for a
// caller who sees all of them.
const maxCounted = 2000

type mailCounts struct {
	Parked    int            `json:"parked" doc:"mails that wait and that somebody has to look at now, at most 2,000"`
	Later     int            `json:"later" doc:"those that wait for a later moment"`
	More      bool           `json:"more" doc:"whether there are more than are counted"`
	Reasons   map[string]int `json:"reasons" doc:"of these, by reason"`
	Addresses map[string]int `json:"addresses" doc:"of these, by the address that received them"`
}

func (a *api) registerMailCounts() {
	handle(a, access.MailsRead, apiTag("mails").op("count-mails", http.MethodGet, "/api/mails/counts",
		"How many mails wait, by reason and by address"), func(ctx context.Context, _ *struct{}) (*struct{ Body mailCounts }, error) {
		n, err := a.countMails(ctx)
		return &struct{ Body mailCounts }{n}, err
	})
}

func (a *api) countMails(ctx context.Context) (mailCounts, error) {
	now := time.Now()
	n := mailCounts{Reasons: map[string]int{}, Addresses: map[string]int{}}
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

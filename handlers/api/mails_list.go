package api

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
)

func (a *api) listMails(ctx context.Context, in *mailsInput) (*listOutput[wire.MailObject], error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	if in.Reason != "" && !slices.Contains(item.Reasons(), item.Reason(in.Reason)) {
		return nil, invalid("query.reason", "one of the reasons")
	}
	boxes, err := a.mailboxes(ctx, in.Address)
	if err != nil {
		return nil, err
	}
	q := item.Query{State: item.State(in.State), Limit: in.Limit, After: in.After}
	if in.Reason != "" {
		q.State = item.Parked
	}
	if !in.Before.IsZero() { // lists are newest first: older mail comes after this position
		q.After = max(q.After, item.NewID("", "", in.Before))
	}
	if in.Assignee == "me" {
		in.Assignee = cmp.Or(actor(ctx).Member.ID, "nobody")
	}
	if in.Order == "oldest" {
		return a.listOldest(ctx, in, boxes)
	}
	if out, ok, err := a.findMails(ctx, in, q, boxes); ok || err != nil {
		return out, err
	}
	items, next, err := filtered(boxes, in.Limit, q.After, func(box string, limit int, after string) ([]item.Item, string, error) {
		q := q
		q.Mailbox, q.Limit, q.After = box, limit, after
		return a.Items.List(ctx, q)
	}, func(it item.Item) string { return it.ID }, in.matches)
	if err != nil {
		return nil, err
	}
	return a.listedMails(ctx, mapped(items, mailOf), next)
}

// listedMails is a page of a list, with the names of those who look after its mails.
func (a *api) listedMails(ctx context.Context, found []wire.MailObject, next string) (*listOutput[wire.MailObject], error) {
	names := map[string]string{}
	for _, m := range found {
		if err := a.nameMember(ctx, names, m.Assignee); err != nil {
			return nil, err
		}
	}
	return &listOutput[wire.MailObject]{Body: wire.ListOf[wire.MailObject]{Items: found, Next: next}}, nil
}

// listOldest lists parked mail, oldest first. The table has it the other way round: the
// ids of all that wait are read first, a thousand at a time.
func (a *api) listOldest(ctx context.Context, in *mailsInput, boxes []string) (*listOutput[wire.MailObject], error) {
	if in.State != string(item.Parked) && in.Reason == "" {
		return nil, invalid("query.order", "newest, or state=parked")
	}
	var waiting []string
	for _, box := range boxes {
		for from, more := "", true; more; more = from != "" {
			var page []item.Summary
			var err error
			if page, from, err = a.Items.Summaries(ctx, box, from); err != nil {
				return nil, err
			}
			for _, s := range page {
				if (in.After == "" || s.ID < in.After) && (in.Before.IsZero() || s.ID > item.NewID("", "", in.Before)) {
					waiting = append(waiting, s.ID)
				}
			}
		}
	}
	slices.Sort(waiting)
	waiting = slices.Compact(waiting)
	slices.Reverse(waiting)
	found := []wire.MailObject{}
	for part := range slices.Chunk(waiting, in.Limit) {
		items, err := a.Items.Load(ctx, part)
		if err != nil {
			return nil, err
		}
		for _, it := range items {
			if it.State == item.Parked && in.matches(it) {
				found = append(found, mailOf(it))
			}
			if len(found) == in.Limit && it.ID != waiting[len(waiting)-1] {
				return a.listedMails(ctx, found, it.ID)
			}
		}
	}
	return a.listedMails(ctx, found, "")
}

// findMails lists mails that an index finds. Not ok says that their list is read.
func (a *api) findMails(ctx context.Context, in *mailsInput, q item.Query, boxes []string) (*listOutput[wire.MailObject], bool, error) {
	if len(boxes) == 0 || in.words() == nil && (q.State == "" || q.State == item.Parked || q.State == item.Processed) {
		return nil, false, nil
	}
	find := item.Search{State: q.State, Reason: item.Reason(in.Reason), Words: in.words(), Limit: q.Limit, After: q.After}
	if boxes[0] != "" {
		find.Mailboxes = boxes
	}
	items, next, ok, err := a.Items.Find(ctx, find)
	if !ok || err != nil {
		return nil, false, err
	}
	items = slices.DeleteFunc(items, func(it item.Item) bool { return !in.matches(it) })
	out, err := a.listedMails(ctx, mapped(items, mailOf), next)
	return out, true, err
}

// words are those that are searched for.
func (in *mailsInput) words() []string { return directory.Words(in.Search) }

func (in *mailsInput) matches(it item.Item) bool {
	if in.Assignee != "" && it.Assignee != in.Assignee || in.Later != "" && it.Later.After(time.Now()) != (in.Later == "only") {
		return false
	}
	return (in.Reason == "" || it.Reason == item.Reason(in.Reason)) && it.Has(in.words())
}

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

package api

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"reflect"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"golang.org/x/sync/errgroup"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
	"kantoorpost/shared/connector"
	"kantoorpost/shared/item"
	"kantoorpost/shared/job"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/sorting"
)

// Jobs puts jobs on their queues.
type Jobs interface {
	Put(ctx context.Context, j job.Job) error
	// PutAfter is Put for a job that nobody sees before a delay is over.
	PutAfter(ctx context.Context, j job.Job, delay time.Duration) error
}

func mailOf(it item.Item) wire.MailObject {
	m := wire.MailObject{
		ID: it.ID, Address: it.Address, From: it.From, To: it.To, Cc: it.Cc, Omitted: it.Omitted,
		Subject: it.Subject, Preview: it.Preview,
		Received: it.Received, HasAttachments: it.HasAttachments, RemotePictures: it.RemotePictures, Verdict: string(it.Verdict),
		State:  string(it.State),
		Reason: string(it.Reason), Detail: it.Detail, Chat: it.Chat, Why: it.Why, Rules: it.Rules, Stored: it.Stored, Attempts: it.Attempts,
	}
	m.Decided, m.Later = orNil(it.Decided), orNil(it.Later)
	if it.Assignee != "" {
		m.Assignee = &wire.Named{ID: it.Assignee}
	}
	if m.To == nil {
		m.To = []mail.Address{}
	}
	if m.Cc == nil {
		m.Cc = []mail.Address{}
	}
	return m
}

type mailsInput struct {
	PageInput
	Before   time.Time `query:"before" doc:"only mail that was received before"`
	State    string    `query:"state" enum:"new,processed,parked,dismissed" doc:"only mail in this state"`
	Reason   string    `query:"reason" maxLength:"40" doc:"only mail parked for this reason"`
	Address  string    `query:"address" maxLength:"254" doc:"only mail that this activated address received"`
	Assignee string    `query:"assignee" maxLength:"64" doc:"only mail that this team member looks after; me for yourself"`
	Later    string    `query:"later" enum:"only,hidden" doc:"only mail that waits for a later moment, or none of it"`
	Order    string    `query:"order" enum:"newest,oldest" default:"newest" doc:"oldest first is only for mail that is parked"`
	Search   string    `query:"search" maxLength:"100" doc:"words that the subject, the sender's name or address or a number in the text begins with, all of them, whatever their case and diacritics; a page may then hold fewer items than the limit and still have a next"`
}

func (a *api) registerMails() {
	op := apiTag("mails").op
	handle(a, access.MailsRead, op("list-mails", http.MethodGet, "/api/mails", "List the mails of the processing module"),
		a.listMails)
	handleMail(a, access.MailsRead,
		op("get-mail", http.MethodGet, "/api/mails/{mail}", "Get a mail, with why it waits and what was done to it"),
		func(ctx context.Context, _ *MailPath, it item.Item) (*detailOutput, error) { return a.detail(ctx, it) })
	handleMail(a, access.MailsRead, bodyOperation("get-mail-body", "mails", "/api/mails/{mail}/body"),
		func(ctx context.Context, in *struct {
			MailPath
			Showing
		}, it item.Item) (*huma.StreamResponse, error) {
			return a.body(ctx, it, "/api/mails/"+it.ID+"/body", in.Showing, nil)
		})
}

// MailPath names a mail.
type MailPath struct {
	Mail string `path:"mail" maxLength:"64"`
}

// handleMail is handle for an operation on the mail that its input names with Mail, and to
// which the caller may do the action.
func handleMail[I, O any](a *api, action access.Action, op huma.Operation, serve func(context.Context, *I, item.Item) (*O, error)) {
	a.register(action, op, reflect.ValueOf(serve), func(ctx context.Context, in reflect.Value) (any, error) {
		return a.mail(ctx, in.FieldByName("Mail").String(), action)
	})
}

// mail returns a mail to which the caller may do this action. A mail that the
// caller may not see is reported as missing.
func (a *api) mail(ctx context.Context, id string, action access.Action) (item.Item, error) {
	it, err := a.Items.Get(ctx, id)
	if err != nil {
		return item.Item{}, err
	}
	visible, err := a.visibility(ctx)
	if err != nil {
		return item.Item{}, err
	}
	if err := mayDo(actor(ctx), visible, it, action); err != nil {
		return item.Item{}, err
	}
	return it, nil
}

// mayDo refuses an action on a mail to an actor without the right to it.
func mayDo(who access.Actor, visible access.Visibility, it item.Item, action access.Action) error {
	object := visible.Object(it.Mailbox)
	if !access.Can(who, access.MailsRead, object) {
		return item.ErrNotFound
	}
	if !access.Can(who, action, object) {
		return newProblem(http.StatusForbidden, "your rights do not include "+string(action)+" for this mail")
	}
	return nil
}

// mailboxes are those whose mail a list shows; "" stands for all of them.
func (a *api) mailboxes(ctx context.Context, address string) ([]string, error) {
	visible, err := a.visibility(ctx)
	if err != nil {
		return nil, err
	}
	if address != "" {
		box, err := a.Connectors.Activation(ctx, address)
		if errors.Is(err, connector.ErrNotFound) || err == nil && !visible.Sees(box.ID) {
			return nil, nil
		}
		return []string{box.ID}, err
	}
	if visible.All {
		return []string{""}, nil
	}
	var boxes []string
	for id := range visible.Mailboxes {
		boxes = append(boxes, id)
	}
	slices.Sort(boxes)
	return boxes, nil
}

// readsAtOnce is how many reads of one request run at the same time.
const readsAtOnce = 8

// share is how much of a page of so many is read first of each of several lists: together
// they usually have enough.
func share(limit, lists int) int {
	if lists <= 1 {
		return limit
	}
	return min(limit, limit/lists*3+5)
}

// maxPagesRead is how many pages of the table are read at most for one page
// of a filtered list.
const maxPagesRead = 5

// filtered returns one page of the objects of several lists that match, and where it goes
// on. A page may be short although more follows.
func filtered[T any](lists []string, limit int, after string, read func(list string, limit int, after string) ([]T, string, error),
	id func(T) string, matches func(T) bool) (found []T, next string, err error) {
	for n := range maxPagesRead {
		most := limit
		if n == 0 {
			most = share(limit, len(lists))
		}
		items, next, err := merged(lists, func(list string) ([]T, string, error) { return read(list, most, after) }, id)
		if err != nil {
			return nil, "", err
		}
		for i, v := range items {
			if !matches(v) {
				continue
			}
			if found = append(found, v); len(found) == limit && (next != "" || i < len(items)-1) {
				return found, id(v), nil
			}
		}
		if after = next; after == "" {
			break
		}
	}
	return found, after, nil
}

// merged returns one page over several lists, with one query for each, a few at a time, and
// without duplicates. Ids have the order of lists, so one position serves for
// all lists.
func merged[T any](lists []string, page func(list string) ([]T, string, error), id func(T) string) (items []T, next string, err error) {
	parts, mores := make([][]T, len(lists)), make([]string, len(lists))
	var reads errgroup.Group
	reads.SetLimit(readsAtOnce)
	for i, list := range lists {
		reads.Go(func() (err error) {
			parts[i], mores[i], err = page(list)
			return err
		})
	}
	if err := reads.Wait(); err != nil {
		return nil, "", err
	}
	for i, more := range mores {
		items = append(items, parts[i]...)
		if more != "" && (next == "" || more < next) {
			next = more
		}
	}
	sorting.By(items, func(x, y T) int { return cmp.Compare(id(x), id(y)) })
	items = slices.CompactFunc(items, func(x, y T) bool { return id(x) == id(y) })
	if next == "" {
		return items, "", nil
	}
	// Objects after the first list's end are read again with the next page.
	n := 0
	for n < len(items) && id(items[n]) <= next {
		n++
	}
	return items[:n], next, nil
}

package app_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azqueue/v2"

	"kantoorpost/handlers/app"
	"kantoorpost/handlers/app/apptest"
	"kantoorpost/infra"
	"kantoorpost/infra/infratest"
	"kantoorpost/shared/must"
	"kantoorpost/shared/queue"
	"kantoorpost/shared/storage"
	"kantoorpost/shared/table"
)

// confine gives the product and its host the managed identity and no more than
// rights, on a storage account with all that the templates make; and starts it.
func (w *world) confine(rights *infratest.Rights) {
	w.T.Helper()
	made := must.Get(infra.ReadStorage())(w.T)
	for _, name := range made.Tables {
		must.Do(w.T, w.Tables.Service(w.T, w.Tables.Transport()).Create(w.T.Context(), name))
	}
	for _, name := range append(made.Queues, made.PoisonQueues...) {
		must.Do(w.T, w.Queues.Service(w.T, w.Queues.Transport()).Create(w.T.Context(), name))
	}
	for _, name := range made.Containers {
		w.Blobs.CreateContainer(name)
	}
	w.Tables.Refuse, w.Queues.Refuse, w.Blobs.Refuse = rights.Tables, rights.Queues, rights.Blobs
	w.Config.Storage = ""
	w.Config.BlobURL = "https://kantoorpost.blob.core.windows.net"
	w.Config.TableURL = "https://kantoorpost.table.core.windows.net"
	w.Config.QueueURL = "https://kantoorpost.queue.core.windows.net"
	w.Start()
}

// An identityHost takes messages as the Functions host does with the managed
// identity: what it does needs rights too.
// https://github.com/Azure/azure-sdk-for-net/blob/main/sdk/storage/Microsoft.Azure.WebJobs.Extensions.Storage.Queues/src/Listeners/QueueProcessor.cs
type identityHost struct {
	w      *world
	queues *azqueue.ServiceClient
}

func (w *world) identityHost() identityHost {
	w.T.Helper()
	c := must.Get(azqueue.NewServiceClient(w.Config.QueueURL, apptest.Identity{Wire: w.ToMicrosoft}, &azqueue.ClientOptions{
		ClientOptions: azcore.ClientOptions{Transport: w.ToQueues},
	}))(w.T)
	return identityHost{w, c}
}

// once takes one message of a queue, and does what the host does with it. A
// message that takes long is renewed; one that fails is released, and put aside
// the fifth time.
func (h identityHost) once(ctx context.Context, name string, renew bool) (took bool, err error) {
	q := h.queues.NewQueueClient(name)
	hidden := int32(600)
	got, err := q.DequeueMessage(ctx, &azqueue.DequeueMessageOptions{VisibilityTimeout: &hidden})
	if err != nil || len(got.Messages) == 0 {
		return false, err
	}
	m := got.Messages[0]
	receipt := *m.PopReceipt
	update := func(seconds int32) error {
		u, err := q.UpdateMessage(ctx, *m.MessageID, receipt, *m.MessageText, &azqueue.UpdateMessageOptions{VisibilityTimeout: &seconds})
		if err == nil {
			receipt = *u.PopReceipt
		}
		return err
	}
	if renew {
		if err := update(hidden); err != nil {
			return true, err
		}
	}
	switch ok := h.w.Invoke(name, "job", apptest.Quoted(*m.MessageText)); {
	case ok:
	case *m.DequeueCount < 5:
		return true, update(0)
	default:
		if _, err := h.queues.NewQueueClient(name+"-poison").EnqueueMessage(ctx, *m.MessageText, nil); err != nil {
			return true, err
		}
	}
	_, err = q.DeleteMessage(ctx, *m.MessageID, receipt, nil)
	return true, err
}

// drain does all that is on the queues.
func (h identityHost) drain(renew bool) error {
	for busy := true; busy; {
		busy = false
		for _, name := range app.QueueNames() {
			took, err := h.once(h.w.T.Context(), name, renew)
			if err != nil {
				return err
			}
			busy = busy || took
		}
	}
	return nil
}

// story is the main one, with the host's part of it: a mail becomes a chat, one
// waits and is solved, a long job is renewed, and one that always fails is put
// aside and counted. Its error says what did not come about.
func (w *world) story() error {
	host := w.identityHost()
	info := "info@" + apptest.Domain
	w.Send("jan@bakker.example", []string{info}, apptest.RawMail("Jan <jan@bakker.example>", info, "Btw-aangifte", "a1"))
	w.Receive("piet@onbekend.example", info, "Kennismaking", "b1")
	tick := func() error {
		time.Sleep(5 * time.Minute) // simulated
		if !w.Invoke("poll", "timer", `{"Schedule":{"AdjustForDST":true},"ScheduleStatus":null,"IsPastDue":false}`) {
			return errors.New("the tick failed")
		}
		return host.drain(true)
	}
	if err := tick(); err != nil {
		return err
	}
	if got := apptest.Subjects(w.Mails(), "processed"); !slices.Equal(got, []string{"Btw-aangifte"}) || len(w.Chats()) != 1 {
		return errors.New("no chat has come of the mail")
	}
	client := w.Must("GET", "/api/clients", nil)["items"].([]any)[0].(object)["id"]
	w.Must("POST", "/api/contacts", object{"name": "Piet", "emails": []string{"piet@onbekend.example"}, "clients": []any{client}})
	if err := tick(); err != nil {
		return err
	}
	if got := apptest.Subjects(w.Mails(), "parked"); len(got) != 0 {
		return errors.New("what waited was not solved")
	}

	// A file is kept, and deleted when nobody sends it.
	if code := w.Ask(apptest.Admin, "POST", "/api/uploads?name=brief.txt", "Beste Piet", nil); code != http.StatusCreated {
		return errors.New("a file is not kept: " + w.Answered[len(w.Answered)-1])
	}
	time.Sleep(25 * time.Hour) // simulated
	if err := tick(); err != nil {
		return err
	}
	if names := w.Blobs.Names(app.Uploads); len(names) > 0 {
		return fmt.Errorf("%q are kept for ever", names)
	}

	// The tables fail until the message is put aside; mail is not lost by it.
	w.Receive("jan@bakker.example", info, "Jaarrekening", "c1")
	rights := w.Tables.Refuse
	time.Sleep(5 * time.Minute) // simulated
	if !w.Invoke("poll", "timer", `{"ScheduleStatus":null,"IsPastDue":false}`) {
		return errors.New("the tick failed")
	}
	w.Tables.Refuse = func(*http.Request) (int, string) { return http.StatusInternalServerError, "InternalError" }
	err := host.drain(false)
	w.Tables.Refuse = rights
	if err != nil {
		return err
	}
	var report struct {
		Queues []struct {
			Name   string
			Poison int
		}
	}
	if code := w.Ask(apptest.Admin, "GET", "/api/health", nil, &report); code != http.StatusOK {
		return errors.New("no health report: " + w.Answered[len(w.Answered)-1])
	}
	if len(report.Queues) != len(app.QueueNames()) || report.Queues[0].Poison != 1 {
		return errors.New("the message that always fails was not put aside")
	}
	if err := tick(); err != nil {
		return err
	}
	if got := apptest.Subjects(w.Mails(), "processed"); len(got) != 3 {
		return errors.New("the mail of the failed message is lost")
	}
	return nil
}

// With the rights of the templates, and no others, the product does all that it
// promises.
func TestTheStoryWithTheRightsOfTheTemplates(t *testing.T) {
	simulated(t, func(t *testing.T, w *world) {
		rights := infratest.New(t)
		w.confine(rights)
		w.Office()
		if err := w.story(); err != nil {
			t.Error(err)
		}
		if got := rights.Refused(); len(got) > 0 {
			t.Errorf("refused: %q", got)
		}
	})
}

// Each role is needed: without any one of them the story ends otherwise.
func TestEachRoleIsNeeded(t *testing.T) {
	access := must.Get(infra.ReadAccess())(t)
	for _, kind := range slices.Sorted(maps.Keys(access.App)) {
		if kind == "vault" || kind == "component" {
			continue // not of storage
		}
		for _, grant := range access.App[kind] {
			without := kind + ": " + grant.Role
			t.Run(without, func(t *testing.T) {
				simulated(t, func(t *testing.T, w *world) {
					w.confine(infratest.New(t))
					w.Office()
					// It is taken away while the process runs: at a start, what is
					// missing is waited for.
					rights := infratest.New(t, without)
					w.Tables.Refuse, w.Queues.Refuse, w.Blobs.Refuse = rights.Tables, rights.Queues, rights.Blobs
					if kind == "table" {
						if w.Invoke("poll", "timer", `{"ScheduleStatus":null}`) {
							t.Error("a tick succeeds without the tables")
						}
					} else if err := w.story(); err == nil {
						t.Error("the story ends as ever: the role can go")
					}
					if len(rights.Refused()) == 0 {
						t.Error("nothing was refused")
					}
				})
			})
		}
	}
}

// Nothing is made with the managed identity, and what is missing is named until
// it is there.
func TestWhatIsMissingIsNamed(t *testing.T) {
	simulated(t, func(t *testing.T, w *world) {
		rights := infratest.New(t)
		w.confine(rights)
		identity := apptest.Identity{Wire: w.ToMicrosoft}
		tables := must.Get(table.Open(storage.Account{URL: w.Config.TableURL, Credential: identity, Transport: w.ToTables}))(t)
		queues := must.Get(queue.Open(storage.Account{URL: w.Config.QueueURL, Credential: identity, Transport: w.ToQueues}))(t)
		if err := tables.Check(t.Context(), "mails", "nowhere"); err == nil || !strings.Contains(err.Error(), "table nowhere") ||
			strings.Contains(err.Error(), "mails") {
			t.Errorf("%v", err)
		}
		if err := queues.Check(t.Context(), "fetch", "nowhere"); err == nil || !strings.Contains(err.Error(), "queue nowhere") ||
			strings.Contains(err.Error(), "queue fetch") {
			t.Errorf("%v", err)
		}
		w.ToTables.Reset()
		w.ToQueues.Reset()
		w.Start()
		for _, c := range append(w.ToTables.Calls(), w.ToQueues.Calls()...) {
			if c.Method != http.MethodGet && c.Method != http.MethodHead {
				t.Errorf("a start makes %s %s", c.Method, c.URL)
			}
		}
	})
}

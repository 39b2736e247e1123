package queue_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/storage/azqueue/v2"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azqueue/v2/queueerror"

	"kantoorpost/shared/dev/azurite/azuritetest"
	"kantoorpost/shared/must"
	"kantoorpost/shared/queue"
	"kantoorpost/shared/queue/queuetest"
	"kantoorpost/shared/storage"
)

func TestDoubleKeepsThePromises(t *testing.T) {
	wire := queuetest.New().Transport()
	opts := &azqueue.ClientOptions{}
	opts.Transport = wire
	service := must.Get(queue.Open(storage.Account{ConnectionString: queuetest.Connection, Transport: wire}))(t)
	host := must.Get(azqueue.NewServiceClientFromConnectionString(queuetest.Connection, opts))(t)
	run(t, service, host)
}

func TestAzuriteKeepsThePromises(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: no Azurite")
	}
	runOn(t, azuritetest.ForTest(t).ConnectionString())
}

func TestAzureKeepsThePromises(t *testing.T) {
	account := os.Getenv("KANTOORPOST_STORAGE")
	if account == "" {
		t.Skip("KANTOORPOST_STORAGE holds no connection string of a storage account")
	}
	runOn(t, account)
}

func runOn(t *testing.T, account string) {
	service := must.Get(queue.Open(storage.Account{ConnectionString: account}))(t)
	host := must.Get(azqueue.NewServiceClientFromConnectionString(account, nil))(t)
	run(t, service, host)
}

// note is a job of these tests.
type note struct {
	Text  string   `json:"text"`
	Items []string `json:"items,omitempty"`

	queue string
	ttl   time.Duration
}

func (n note) Queue() string      { return n.queue }
func (n note) TTL() time.Duration { return n.ttl }

// run checks what package queue promises, and what the Functions host relies on;
// host is the client that the host would use.
func run(t *testing.T, service *queue.Service, host *azqueue.ServiceClient) {
	for _, promise := range []struct {
		name string
		keep func(t *testing.T, service *queue.Service, q *azqueue.QueueClient, name string)
	}{
		{"the first job makes its queue", putCreates},
		{"a message is the job's plain JSON", plainJSON},
		{"the largest job fits", largestJob},
		{"creating twice is harmless", createTwice},
		{"the depth counts every message", depth},
		{"a job is hidden until its delay is over", delayed},
		{"a message is hidden, and comes back with its count", comesBack},
		{"only the newest receipt deletes", receipts},
		{"peeking takes nothing", peeking},
		{"clearing leaves nothing", clearing},
	} {
		t.Run(promise.name, func(t *testing.T) {
			name := "q" + strings.ToLower(rand.Text())
			t.Cleanup(func() {
				_, err := host.DeleteQueue(context.WithoutCancel(t.Context()), name, nil)
				if err != nil && !queueerror.HasCode(err, queueerror.QueueNotFound) {
					t.Error(err)
				}
			})
			promise.keep(t, service, host.NewQueueClient(name), name)
		})
	}
}

func put(t *testing.T, service *queue.Service, n note) {
	t.Helper()
	must.Do(t, service.Put(t.Context(), n))
}

// take receives n messages of q and hides them for some seconds.
func take(t *testing.T, q *azqueue.QueueClient, n, hidden int32) []*azqueue.DequeuedMessage {
	t.Helper()
	res := must.Get(q.DequeueMessages(t.Context(), &azqueue.DequeueMessagesOptions{NumberOfMessages: &n, VisibilityTimeout: &hidden}))(t)
	return res.Messages
}

func wantDepth(t *testing.T, service *queue.Service, name string, want int) {
	t.Helper()
	if got, err := service.Depth(t.Context(), name); err != nil || got != want {
		t.Errorf("depth is %d, %v; want %d", got, err, want)
	}
}

func putCreates(t *testing.T, service *queue.Service, q *azqueue.QueueClient, name string) {
	wantDepth(t, service, name, 0)
	put(t, service, note{queue: name, ttl: time.Minute})
	wantDepth(t, service, name, 1)
}

func plainJSON(t *testing.T, service *queue.Service, q *azqueue.QueueClient, name string) {
	n := note{Text: "info@kantoor.nl <b> & \"q\" 'a' \r\n\t\x00\x1b é 👋 \u2028 \ufffe\uffff ]]>",
		Items: []string{"AAMk=", "b|c"}, queue: name, ttl: 90 * time.Second}
	put(t, service, n)
	got := take(t, q, 1, 30)
	if len(got) != 1 {
		t.Fatal("no message")
	}
	text := *got[0].MessageText
	if !strings.HasPrefix(text, `{"job":"`+name+`","text":"info@kantoor.nl <b> & `) {
		t.Errorf("message is %s", text)
	}
	var back note
	if err := json.Unmarshal([]byte(text), &back); err != nil || back.Text != n.Text || len(back.Items) != 2 {
		t.Errorf("message reads as %+v, %v", back, err)
	}
	if d := got[0].ExpirationTime.Sub(*got[0].InsertionTime); d != n.ttl {
		t.Errorf("message stays for %s, want %s", d, n.ttl)
	}
}

func largestJob(t *testing.T, service *queue.Service, q *azqueue.QueueClient, name string) {
	n := note{Text: strings.Repeat("a", queue.MaxBytes-len(`{"job":"","text":"","id":""}`)-len(name)-26-4*12), queue: name,
		ttl: time.Minute}
	put(t, service, n)
	if got := take(t, q, 1, 30); len(got) != 1 || !strings.Contains(*got[0].MessageText, n.Text) {
		t.Error("the message is not whole")
	}
	n.Text += "a"
	if err := service.Put(t.Context(), n); !errors.Is(err, queue.ErrTooLarge) {
		t.Errorf("one byte more: %v", err)
	}
	n.Text = strings.Repeat(`"`, queue.MaxBytes/6)
	if err := service.Put(t.Context(), n); !errors.Is(err, queue.ErrTooLarge) {
		t.Errorf("a job that is too large in XML: %v", err)
	}
}

func createTwice(t *testing.T, service *queue.Service, q *azqueue.QueueClient, name string) {
	put(t, service, note{queue: name, ttl: time.Minute})
	if err := service.Create(t.Context(), name, name); err != nil {
		t.Error(err)
	}
	wantDepth(t, service, name, 1)
}

func depth(t *testing.T, service *queue.Service, q *azqueue.QueueClient, name string) {
	for range 5 {
		put(t, service, note{queue: name, ttl: time.Minute})
	}
	m := take(t, q, 2, 30)
	wantDepth(t, service, name, 5)
	if _, err := q.DeleteMessage(t.Context(), *m[0].MessageID, *m[0].PopReceipt, nil); err != nil {
		t.Error(err)
	}
	wantDepth(t, service, name, 4)
}

func delayed(t *testing.T, service *queue.Service, q *azqueue.QueueClient, name string) {
	later := note{Text: "later", queue: name, ttl: time.Minute}
	must.Do(t, service.PutAfter(t.Context(), later, time.Hour))
	wantDepth(t, service, name, 1)
	put(t, service, note{Text: "now", queue: name, ttl: time.Minute})
	got := take(t, q, 32, 30)
	if len(got) != 1 || !strings.Contains(*got[0].MessageText, "now") {
		t.Errorf("took %d messages, want only the one without a delay", len(got))
	}
	if err := service.PutAfter(t.Context(), later, queue.MaxDelay+time.Second); err == nil {
		t.Error("a delay that the service refuses is accepted")
	}
}

func comesBack(t *testing.T, service *queue.Service, q *azqueue.QueueClient, name string) {
	put(t, service, note{queue: name, ttl: time.Minute})
	first := take(t, q, 32, 30)
	if len(first) != 1 || *first[0].DequeueCount != 1 {
		t.Fatalf("took %d messages", len(first))
	}
	if again := take(t, q, 32, 30); len(again) != 0 {
		t.Fatal("a hidden message was handed out")
	}
	var zero int32
	must.Get(q.UpdateMessage(t.Context(), *first[0].MessageID, *first[0].PopReceipt, *first[0].MessageText,
		&azqueue.UpdateMessageOptions{VisibilityTimeout: &zero}))(t)
	second := take(t, q, 32, 30)
	if len(second) != 1 || *second[0].DequeueCount != 2 || *second[0].MessageText != *first[0].MessageText ||
		*second[0].MessageID != *first[0].MessageID {
		t.Errorf("the message did not come back as it was")
	}
}

func receipts(t *testing.T, service *queue.Service, q *azqueue.QueueClient, name string) {
	put(t, service, note{queue: name, ttl: time.Minute})
	m := take(t, q, 1, 30)[0]
	hidden := int32(30)
	res := must.Get(q.UpdateMessage(t.Context(), *m.MessageID, *m.PopReceipt, *m.MessageText,
		&azqueue.UpdateMessageOptions{VisibilityTimeout: &hidden}))(t)
	if _, err := q.DeleteMessage(t.Context(), *m.MessageID, *m.PopReceipt, nil); err == nil {
		t.Error("an old receipt deleted the message")
	}
	if _, err := q.DeleteMessage(t.Context(), *m.MessageID, *res.PopReceipt, nil); err != nil {
		t.Error(err)
	}
	if _, err := q.DeleteMessage(t.Context(), *m.MessageID, *res.PopReceipt, nil); !queueerror.HasCode(err, queueerror.MessageNotFound) {
		t.Errorf("deleted twice: %v", err)
	}
}

func peeking(t *testing.T, service *queue.Service, q *azqueue.QueueClient, name string) {
	for _, text := range []string{"a", "b", "c"} {
		put(t, service, note{Text: text, queue: name, ttl: time.Minute})
	}
	n := int32(2)
	for range 2 {
		res, err := q.PeekMessages(t.Context(), &azqueue.PeekMessagesOptions{NumberOfMessages: &n})
		if err != nil || len(res.Messages) != 2 || *res.Messages[0].DequeueCount != 0 {
			t.Fatalf("peeked at %d messages, %v", len(res.Messages), err)
		}
	}
	if got := take(t, q, 32, 30); len(got) != 3 || !strings.Contains(*got[0].MessageText, `"a"`) {
		t.Errorf("took %d messages", len(got))
	}
}

func clearing(t *testing.T, service *queue.Service, q *azqueue.QueueClient, name string) {
	for range 3 {
		put(t, service, note{queue: name, ttl: time.Minute})
	}
	must.Get(q.ClearMessages(t.Context(), nil))(t)
	wantDepth(t, service, name, 0)
	if got := take(t, q, 32, 30); len(got) != 0 {
		t.Errorf("took %d messages", len(got))
	}
}

package host

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/storage/azqueue/v2"

	"kantoorpost/shared/dev/azurite/azuritetest"
	"kantoorpost/shared/must"
)

// work records the messages for which a function is called.
type work struct {
	do func(text string) error

	mu      sync.Mutex
	texts   []string
	counts  []string
	running int
	most    int
}

func (w *work) call(_ context.Context, _ string, payload []byte) error {
	var in struct {
		Data     struct{ Job string }
		Metadata struct{ DequeueCount string }
	}
	var text string
	if err := errors.Join(json.Unmarshal(payload, &in), json.Unmarshal([]byte(in.Data.Job), &text)); err != nil {
		return err
	}
	w.mu.Lock()
	w.texts, w.counts = append(w.texts, text), append(w.counts, in.Metadata.DequeueCount)
	w.running++
	w.most = max(w.most, w.running)
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		w.running--
		w.mu.Unlock()
	}()
	return w.do(text)
}

// calls returns how often the function was called so far.
func (w *work) calls() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.texts)
}

// listening runs a listener on a queue in Azurite with the name of the test.
func listening(t *testing.T, queue string, o queueOptions, w *work) *listener {
	t.Helper()
	settings := map[string]string{"AzureWebJobsStorage": azuritetest.ForTest(t).ConnectionString()}
	l := must.Get(newListener(function{name: "fetch", trigger: binding{Name: "job", QueueName: queue}}, o, settings, w, quiet))(t)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { l.run(ctx, context.Background()); close(ended) }()
	t.Cleanup(func() { cancel(); <-ended })
	return l
}

func put1(t *testing.T, q *azqueue.QueueClient, texts ...string) {
	t.Helper()
	for _, text := range texts {
		must.Get(q.EnqueueMessage(t.Context(), text, nil))(t)
	}
}

// eventually waits for the result of another goroutine.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
	}
}

func left(t *testing.T, q *azqueue.QueueClient) int {
	t.Helper()
	p, err := q.GetProperties(t.Context(), nil)
	if missing(err) {
		return 0
	}
	if err != nil {
		t.Fatal(err)
	}
	return int(*p.ApproximateMessagesCount)
}

var fast = queueOptions{batchSize: 4, newBatchThreshold: 2, maxDequeueCount: 3, maxPollingInterval: time.Minute}

func TestAMessageIsWorkedOnOnceAndRemovedAlsoWhenItsQueueComesLater(t *testing.T) {
	w := &work{do: func(string) error { return nil }}
	l := listening(t, "comes-later", fast, w)
	must.Get(l.queue.Create(t.Context(), nil))(t)
	put1(t, l.queue, "one", `{"a":"<&>"}`)
	eventually(t, "the queue is empty", func() bool { return w.calls() >= 2 && left(t, l.queue) == 0 })
	if len(w.texts) != 2 || w.counts[0] != "1" {
		t.Errorf("called for %q, dequeued %q times", w.texts, w.counts)
	}
}

func TestAMessageThatAlwaysFailsEndsInThePoisonQueueAsItWas(t *testing.T) {
	w := &work{do: func(string) error { return errors.New("it answered 500") }}
	l := listening(t, "always-fails", fast, w)
	must.Get(l.queue.Create(t.Context(), nil))(t)
	put1(t, l.queue, `{"n":1}`)
	eventually(t, "the message is poison", func() bool { return left(t, l.poison) == 1 && left(t, l.queue) == 0 })
	if got := w.counts; len(got) != 3 || got[0] != "1" || got[1] != "2" || got[2] != "3" {
		t.Errorf("dequeue counts %q, want 1, 2 and 3", got)
	}
	p, err := l.poison.PeekMessage(t.Context(), nil)
	if err != nil || len(p.Messages) != 1 || *p.Messages[0].MessageText != `{"n":1}` {
		t.Errorf("poison queue: %v, %v", p.Messages, err)
	}
}

func TestNoMoreThanABatchAndTheThresholdAtATime(t *testing.T) {
	release := make(chan struct{})
	w := &work{do: func(string) error {
		select {
		case <-release:
		case <-t.Context().Done():
		}
		return nil
	}}
	l := listening(t, "many", queueOptions{batchSize: 2, newBatchThreshold: 1, maxDequeueCount: 3}, w)
	must.Get(l.queue.Create(t.Context(), nil))(t)
	put1(t, l.queue, "1", "2", "3", "4", "5", "6", "7")
	eventually(t, "two run", func() bool { return w.calls() >= 2 })
	for range 7 {
		release <- struct{}{}
	}
	eventually(t, "all are done", func() bool { return w.calls() == 7 && left(t, l.queue) == 0 })
	if w.most > 3 {
		t.Errorf("%d at a time, want at most batchSize + newBatchThreshold = 3", w.most)
	}
}

package host

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azqueue/v2"
)

const (
	lease       = 10 * time.Minute // how long a received message is hidden; it is renewed after half that time
	minPoll     = 100 * time.Millisecond
	maxPoll     = 500 * time.Millisecond // the local value of maxPollingInterval, since people wait for it here
	poisonAfter = "-poison"              // suffix of the queue for messages that failed too often
)

// A listener calls one function for the messages of one queue.
type listener struct {
	function function
	options  queueOptions
	service  *azqueue.ServiceClient
	queue    *azqueue.QueueClient
	poison   *azqueue.QueueClient
	invoker  caller
	log      *slog.Logger
}

func newListener(f function, o queueOptions, settings map[string]string, i caller, log *slog.Logger) (*listener, error) {
	connection := f.trigger.Connection
	if connection == "" {
		connection = "AzureWebJobsStorage"
	}
	text, ok := settings[connection]
	if !ok {
		return nil, fmt.Errorf("function %s: the app setting %s, its connection, is not set", f.name, connection)
	}
	service, err := azqueue.NewServiceClientFromConnectionString(text, nil)
	if err != nil {
		return nil, fmt.Errorf("function %s: app setting %s: %w", f.name, connection, err)
	}
	return &listener{
		function: f, options: o, service: service, invoker: i,
		queue:  service.NewQueueClient(f.trigger.QueueName),
		poison: service.NewQueueClient(f.trigger.QueueName + poisonAfter),
		log:    log.With("function", f.name, "queue", f.trigger.QueueName),
	}, nil
}

// run receives messages until taking ends; their work lasts until life ends. It
// fetches a batch when no more than newBatchThreshold messages are in work:
// https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-queue-trigger#concurrency.
func (l *listener) run(taking, life context.Context) {
	var working sync.WaitGroup
	defer working.Wait()
	slots := make(chan struct{}, l.options.batchSize+l.options.newBatchThreshold)
	wait := minPoll
	for taking.Err() == nil {
		// Below the threshold there must be room for a whole batch.
		for range l.options.batchSize {
			select {
			case slots <- struct{}{}:
			case <-taking.Done():
				return
			}
		}
		batch, err := l.receive(taking)
		for range l.options.batchSize - len(batch) {
			<-slots
		}
		for _, m := range batch {
			working.Go(func() {
				defer func() { <-slots }()
				l.work(life, m)
			})
		}
		if len(batch) > 0 {
			wait = minPoll
			continue
		}
		if err != nil && taking.Err() == nil {
			l.log.WarnContext(taking, "queue cannot be read", "error", err)
		}
		select {
		case <-taking.Done():
		case <-time.After(wait/2 + rand.N(wait/2)):
		}
		wait = min(2*wait, maxPoll, max(minPoll, l.options.maxPollingInterval))
	}
}

// receive receives up to a batch of messages. A missing queue counts as empty,
// since the host never makes it.
func (l *listener) receive(ctx context.Context) ([]*message, error) {
	res, err := l.queue.DequeueMessages(ctx, &azqueue.DequeueMessagesOptions{
		NumberOfMessages: new(int32(l.options.batchSize)), VisibilityTimeout: new(int32(lease / time.Second)),
	})
	if missing(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("receive: %w", err)
	}
	var batch []*message
	for _, m := range res.Messages {
		batch = append(batch, &message{
			id: *m.MessageID, popReceipt: *m.PopReceipt, text: *m.MessageText, dequeueCount: *m.DequeueCount,
			inserted: *m.InsertionTime, expires: *m.ExpirationTime, nextVisible: *m.TimeNextVisible,
		})
	}
	return batch, nil
}

// work calls the function for one message, and then deletes, releases or buries the
// message.
func (l *listener) work(ctx context.Context, m *message) {
	if m.dequeueCount > int64(l.options.maxDequeueCount) {
		l.finish(ctx, m, l.moveToPoison)
		return
	}
	sys := system{function: l.function.name, now: time.Now(), random: newGUID()}
	payload := queuePayload(l.function.trigger.Name, *m, sys)
	done := make(chan struct{})
	var renewal sync.WaitGroup
	renewal.Go(func() { l.renew(ctx, m, done) })
	err := l.invoker.call(ctx, l.function.name, payload)
	close(done)
	renewal.Wait()
	switch {
	case ctx.Err() != nil:
		// The host stops; the lease expires by itself.
	case err == nil:
		l.finish(ctx, m, l.remove)
	case m.dequeueCount >= int64(l.options.maxDequeueCount):
		l.log.ErrorContext(ctx, "message goes to the poison queue", "message", m.id, "tries", m.dequeueCount, "error", err)
		l.finish(ctx, m, l.moveToPoison)
	default:
		l.log.WarnContext(ctx, "message will be tried again", "message", m.id, "tries", m.dequeueCount, "error", err)
		l.finish(ctx, m, l.release)
	}
}

// finish does the last operation on a message. If it fails, the message comes again
// after its lease.
func (l *listener) finish(ctx context.Context, m *message, do func(context.Context, *message) error) {
	if err := do(ctx, m); err != nil && ctx.Err() == nil {
		l.log.WarnContext(ctx, "message comes again after its lease", "message", m.id, "error", err)
	}
}

func (l *listener) remove(ctx context.Context, m *message) error {
	_, err := l.queue.DeleteMessage(ctx, m.id, m.popReceipt, nil)
	if missing(err) {
		return nil
	}
	return err
}

// release makes a failed message visible again after host.json's visibilityTimeout.
func (l *listener) release(ctx context.Context, m *message) error {
	return l.hide(ctx, m, l.options.visibilityTimeout)
}

// moveToPoison copies a message to the poison queue and then removes it. In that order it
// may be there twice, but is never lost.
func (l *listener) moveToPoison(ctx context.Context, m *message) error {
	_, err := l.poison.EnqueueMessage(ctx, m.text, nil)
	if missing(err) {
		if _, err := l.poison.Create(ctx, nil); err != nil && !answered(err, http.StatusConflict) {
			return err
		}
		_, err = l.poison.EnqueueMessage(ctx, m.text, nil)
	}
	if err != nil {
		return err
	}
	return l.remove(ctx, m)
}

// renew keeps the message hidden until the work is done. It always finishes a
// renewal that it has started: without the answer the new receipt would be lost,
// and the message would come again.
func (l *listener) renew(ctx context.Context, m *message, done <-chan struct{}) {
	tick := time.NewTicker(lease / 2)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case <-tick.C:
			if err := l.hide(ctx, m, lease); err != nil && ctx.Err() == nil {
				l.log.WarnContext(ctx, "lease is not renewed", "message", m.id, "error", err)
			}
		}
	}
}

func (l *listener) hide(ctx context.Context, m *message, how time.Duration) error {
	res, err := l.queue.UpdateMessage(ctx, m.id, m.popReceipt, m.text, &azqueue.UpdateMessageOptions{
		VisibilityTimeout: new(int32(how / time.Second)),
	})
	if err == nil {
		m.popReceipt = *res.PopReceipt
	}
	return err
}

func missing(err error) bool { return answered(err, http.StatusNotFound) }

func answered(err error, status int) bool {
	refused, ok := errors.AsType[*azcore.ResponseError](err)
	return ok && refused.StatusCode == status
}

package host

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azqueue/v2"

	"kantoorpost/shared/must"
	"kantoorpost/shared/queue/queuetest"
)

// The real host renews the lease of ten minutes while the work lasts, so that
// nobody else gets the message.
func TestWorkThatTakesLongerThanItsLeaseKeepsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := queuetest.New()
		service := must.Get(azqueue.NewServiceClientFromConnectionString(queuetest.Connection,
			&azqueue.ClientOptions{ClientOptions: azcore.ClientOptions{Transport: server.Transport()}}))(t)
		w := &work{do: func(string) error { time.Sleep(35 * time.Minute); return nil }}
		l := &listener{
			function: function{name: "fetch", trigger: binding{Name: "job", QueueName: "long"}}, options: fast, service: service,
			queue: service.NewQueueClient("long"), poison: service.NewQueueClient("long-poison"), invoker: w, log: quiet,
		}
		must.Get(l.queue.Create(t.Context(), nil))(t)
		put1(t, l.queue, "hello")
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		l.run(ctx, t.Context())
		if len(w.texts) != 1 || left(t, l.queue) != 0 {
			t.Errorf("called %d times, %d messages are left", len(w.texts), left(t, l.queue))
		}
	})
}

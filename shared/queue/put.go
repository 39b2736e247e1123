package queue

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/storage/azqueue/v2"

	"kantoorpost/shared/ids"
	"kantoorpost/shared/job"
	"kantoorpost/shared/telemetry"
)

// MaxBytes is the size of the largest message on the wire: in XML, where each
// quote of the JSON takes five bytes. The documentation of the service does not
// say whether it counts before or after that encoding.
//
// See https://learn.microsoft.com/rest/api/storageservices/put-message
const MaxBytes = 64 << 10

// ErrTooLarge is returned for a job that does not fit in one message.
var ErrTooLarge = errors.New("too large for a queue message")

// Put puts j on its queue for its TTL, and creates a missing queue. If the answer
// of the service is lost, the job may be there twice.
func (s *Service) Put(ctx context.Context, j job.Job) error { return s.PutAfter(ctx, j, 0) }

// MaxDelay is the longest delay of PutAfter.
//
// See https://learn.microsoft.com/rest/api/storageservices/put-message
const MaxDelay = 7 * 24 * time.Hour

// PutAfter is Put for a job that nobody sees before the delay is over; its TTL
// starts then. A delay of more than
// MaxDelay is an error.
func (s *Service) PutAfter(ctx context.Context, j job.Job, delay time.Duration) error {
	if err := s.put(ctx, j, delay); err != nil {
		return fmt.Errorf("put a job on queue %s: %w", j.Queue(), err)
	}
	return nil
}

func (s *Service) put(ctx context.Context, j job.Job, delay time.Duration) error {
	text, err := encode(j, telemetry.Parent(ctx), ids.Random())
	if err != nil {
		return err
	}
	if j.TTL() <= 0 {
		return fmt.Errorf("a TTL of %s", j.TTL())
	}
	if delay > MaxDelay {
		return fmt.Errorf("a delay of %s", delay)
	}
	hidden := seconds(max(delay, 0))
	ttl := hidden + seconds(j.TTL())
	q := s.client.NewQueueClient(j.Queue())
	opts := &azqueue.EnqueueMessageOptions{TimeToLive: &ttl}
	if hidden > 0 {
		opts.VisibilityTimeout = &hidden
	}
	_, err = q.EnqueueMessage(ctx, text, opts)
	if !isMissing(err) {
		return err
	}
	if err := s.create(ctx, j.Queue()); err != nil {
		return fmt.Errorf("create it: %w", err)
	}
	_, err = q.EnqueueMessage(ctx, text, opts)
	return err
}

// seconds rounds up.
func seconds(d time.Duration) int32 { return int32((d + time.Second - 1) / time.Second) }

// encode writes j as JSON that is readable in the portal and valid in XML. Its
// first field is the queue. The last ones are its id, by which the reason of its failure
// is found, and the trace that the job belongs to, unless that is "".
func encode(j job.Job, parent, id string) (string, error) {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(j); err != nil {
		return "", err
	}
	members := text.Bytes()[len("{") : text.Len()-len("}\n")]
	data := fmt.Appendf(nil, `{"job":%q,%s,%q:%q}`, j.Queue(), members, job.IDField, id)
	if parent != "" {
		data = fmt.Appendf(data[:len(data)-1], `,%q:%q}`, telemetry.Field, parent)
	}
	// JSON allows these two characters unescaped, XML does not.
	data = bytes.ReplaceAll(data, []byte("\ufffe"), []byte(`\ufffe`))
	data = bytes.ReplaceAll(data, []byte("\uffff"), []byte(`\uffff`))
	var escaped bytes.Buffer
	if err := xml.EscapeText(&escaped, data); err != nil {
		return "", err
	}
	if escaped.Len() > MaxBytes {
		return "", fmt.Errorf("%d bytes: %w", escaped.Len(), ErrTooLarge)
	}
	return string(data), nil
}

package queue

import (
	"context"
	"fmt"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/storage/azqueue/v2"
)

// Oldest is when the first message that waits on the named queue was put there;
// the zero time when none waits. Messages that are being worked on do not wait,
// and one that came back stands behind others, so it is about the oldest.
//
// See https://learn.microsoft.com/rest/api/storageservices/peek-messages
func (s *Service) Oldest(ctx context.Context, name string) (time.Time, error) {
	one := int32(1)
	r, err := s.client.NewQueueClient(name).PeekMessages(ctx, &azqueue.PeekMessagesOptions{NumberOfMessages: &one})
	if isMissing(err) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("oldest message of queue %s: %w", name, err)
	}
	if len(r.Messages) == 0 || r.Messages[0].InsertionTime == nil {
		return time.Time{}, nil
	}
	return r.Messages[0].InsertionTime.UTC(), nil
}

package queue

import (
	"context"
	"fmt"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/storage/azqueue/v2"
)

// Oldest returns the time at which the first message that waits on the named
// queue was put there, and the zero time when none waits. A message that is being
// worked on does not wait, and a message that was released is behind others, so
// the result is approximate.
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

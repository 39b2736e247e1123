// Package queue puts jobs on queues of Azure Queue Storage, as plain JSON that
// people can read in the portal, and counts the jobs that wait.
//
// It does not know what a job asks, and it never receives a message: the
// Functions host does that.
package queue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"kantoorpost/shared/storage"

	"github.com/Azure/azure-sdk-for-go/sdk/storage/azqueue/v2"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azqueue/v2/queueerror"
)

// A Service is the queue service of one storage account. It is safe for
// concurrent use.
type Service struct{ client *azqueue.ServiceClient }

// Open returns the queue service of an account. It sends no request.
func Open(account storage.Account) (*Service, error) {
	options := &azqueue.ClientOptions{ClientOptions: account.ClientOptions(20 * time.Second)}
	c, err := storage.Open(account, options, azqueue.NewServiceClientFromConnectionString, azqueue.NewServiceClient)
	if err != nil {
		return nil, fmt.Errorf("open queue storage: %w", err)
	}
	return &Service{c}, nil
}

// Create creates those of the named queues that are missing. The deletion of a
// queue takes the service 30 seconds or more; Create waits for it until ctx ends,
// and at most one minute for each queue.
//
// See https://learn.microsoft.com/rest/api/storageservices/delete-queue3
func (s *Service) Create(ctx context.Context, names ...string) error {
	for _, name := range names {
		if err := s.create(ctx, name); err != nil {
			return fmt.Errorf("create queue %s: %w", name, err)
		}
	}
	return nil
}

func (s *Service) create(ctx context.Context, name string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for delay := time.Second; ; delay = min(2*delay, 10*time.Second) {
		_, err := s.client.CreateQueue(ctx, name, nil)
		if queueerror.HasCode(err, queueerror.QueueAlreadyExists) {
			return nil // it exists, with other metadata than ours
		}
		if !queueerror.HasCode(err, queueerror.QueueBeingDeleted) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(delay):
		}
	}
}

// Check returns an error that names each queue that is missing or cannot be
// read. It changes nothing.
func (s *Service) Check(ctx context.Context, names ...string) error {
	var errs []error
	for _, name := range names {
		if _, err := s.client.NewQueueClient(name).GetProperties(ctx, nil); err != nil {
			errs = append(errs, fmt.Errorf("check queue %s: %w", name, err))
		}
	}
	return errors.Join(errs...)
}

// Depth is the approximate number of messages on the named queue, including
// those that are being worked on; 0 when there is no such queue.
//
// See https://learn.microsoft.com/rest/api/storageservices/get-queue-metadata
func (s *Service) Depth(ctx context.Context, name string) (int, error) {
	p, err := s.client.NewQueueClient(name).GetProperties(ctx, nil)
	if isMissing(err) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("depth of queue %s: %w", name, err)
	}
	if p.ApproximateMessagesCount == nil {
		return 0, fmt.Errorf("depth of queue %s: the service did not tell", name)
	}
	return int(*p.ApproximateMessagesCount), nil
}

func isMissing(err error) bool {
	return queueerror.HasCode(err, queueerror.QueueNotFound, queueerror.QueueBeingDeleted)
}

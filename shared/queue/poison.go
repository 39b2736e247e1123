package queue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/storage/azqueue/v2"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azqueue/v2/queueerror"
)

// Poison is what the host appends to the name of a queue for the messages that failed
// too often.
// https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-queue-trigger#poison-messages
const Poison = "-poison"

// MaxPeek is how many messages the service shows or hands out at a time.
//
// See https://learn.microsoft.com/rest/api/storageservices/peek-messages
const MaxPeek = 32

// ErrNoMessage means that there is no such message, or that somebody else has it now.
var ErrNoMessage = errors.New("no such message")

// A Message is a message of a poison queue.
type Message struct {
	ID       string
	Text     string
	Inserted time.Time
	Expires  time.Time
}

// Failed returns the first messages of the poison queue of a queue, at most MaxPeek.
func (s *Service) Failed(ctx context.Context, name string) ([]Message, error) {
	all := int32(MaxPeek)
	r, err := s.client.NewQueueClient(name+Poison).PeekMessages(ctx, &azqueue.PeekMessagesOptions{NumberOfMessages: &all})
	if isMissing(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("failed messages of queue %s: %w", name, err)
	}
	var out []Message
	for _, m := range r.Messages {
		out = append(out, Message{ID: *m.MessageID, Text: value(m.MessageText), Inserted: value(m.InsertionTime).UTC(),
			Expires: value(m.ExpirationTime).UTC()})
	}
	return out, nil
}

// lease is how long others do not see a message that is being removed.
const lease = int32(30)

// Remove removes a message from the poison queue of a queue, once do has succeeded. It
// returns ErrNoMessage when the message is not among the first, or somebody else removes
// it now: of several callers, one calls do.
func (s *Service) Remove(ctx context.Context, name, id string, do func(Message) error) error {
	n, err := s.remove(ctx, name, func(m Message) bool { return m.ID == id }, do)
	if n == 0 && err == nil {
		err = ErrNoMessage
	}
	return err
}

// RemoveSome is Remove for the first messages, at most MaxPeek. It returns how many are
// removed; 0 when there are none. It stops at the first error.
func (s *Service) RemoveSome(ctx context.Context, name string, do func(Message) error) (int, error) {
	return s.remove(ctx, name, func(Message) bool { return true }, do)
}

func (s *Service) remove(ctx context.Context, name string, wanted func(Message) bool, do func(Message) error) (n int, err error) {
	q := s.client.NewQueueClient(name + Poison)
	all, hidden := int32(MaxPeek), lease
	start := time.Now()
	r, err := q.DequeueMessages(ctx, &azqueue.DequeueMessagesOptions{NumberOfMessages: &all, VisibilityTimeout: &hidden})
	if isMissing(err) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("take failed messages of queue %s: %w", name, err)
	}
	for _, d := range r.Messages {
		m := Message{ID: *d.MessageID, Text: value(d.MessageText), Inserted: value(d.InsertionTime).UTC()}
		// In the second half of the lease nothing new begins: somebody else may have the message at its end.
		if err == nil && wanted(m) && time.Since(start) < time.Duration(lease)*time.Second/2 {
			if err = do(m); err == nil {
				_, err = q.DeleteMessage(ctx, m.ID, *d.PopReceipt, nil)
				if queueerror.HasCode(err, queueerror.MessageNotFound, queueerror.PopReceiptMismatch) {
					err = nil // somebody deleted it meanwhile
				}
			}
			if err == nil {
				n++
				continue
			}
			err = fmt.Errorf("failed message %s of queue %s: %w", m.ID, name, err)
		}
		// The others are there again at once. If that fails, their lease ends.
		now := int32(0)
		_, _ = q.UpdateMessage(ctx, m.ID, *d.PopReceipt, m.Text, &azqueue.UpdateMessageOptions{VisibilityTimeout: &now})
	}
	return n, err
}

// PutBack puts the text of a message on its queue once more, as it was.
func (s *Service) PutBack(ctx context.Context, name, text string) error {
	ttl := seconds(24 * time.Hour)
	if _, err := s.client.NewQueueClient(name).EnqueueMessage(ctx, text, &azqueue.EnqueueMessageOptions{TimeToLive: &ttl}); err != nil {
		return fmt.Errorf("put a message back on queue %s: %w", name, err)
	}
	return nil
}

func value[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

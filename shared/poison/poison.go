// Package poison keeps why messages of queues failed for the last time, and lets people
// retry or drop them. The host moves a message that failed too often to a poison queue,
// without a reason.
//
// A poison message is evidence only: the tick does again whatever is still to be done.
package poison

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"kantoorpost/shared/audit"
	"kantoorpost/shared/ids"
	"kantoorpost/shared/queue"
	"kantoorpost/shared/sorting"
	"kantoorpost/shared/table"
	"kantoorpost/shared/telemetry"
)

// A Reason says why a message failed for the last time.
type Reason struct {
	At         time.Time `json:"at"`
	Queue      string    `json:"queue"`
	Error      string    `json:"error"`
	Invocation string    `json:"invocation,omitempty"` // of the host
	Trace      string    `json:"trace,omitempty"`      // in the lines of the log
}

// A Message is a message that failed too often.
type Message struct {
	queue.Message
	Queue  string
	Job    Job
	Reason *Reason // nil: the process was killed, or could not write the reason
}

// A Job is what people read of a message. Only the job of its own queue is shown.
type Job struct {
	ID        string   `json:"id"`
	Job       string   `json:"job"`
	Why       string   `json:"why"`
	Mailbox   string   `json:"mailbox"`
	Address   string   `json:"address"`
	Addresses []string `json:"addresses"`
	Mails     []string `json:"mails"`
	Replies   []string `json:"replies"`
	Trace     string   `json:"traceparent"`
}

// A Store keeps reasons in the table "configuration":
//
//	unfinished|<job id>  -> why the message with this id failed for the last time (Reason)
type Store struct {
	Table  *table.Table
	Queues *queue.Service
	Names  []string // of the queues
}

// ErrNotFound means that there is no such message any more.
var ErrNotFound = errors.New("no such failed message")

// maxError is how much of an error is kept, in bytes.
const maxError = 1000

func reasonKey(job string) string { return "unfinished|" + ids.Hash(job) }

// Record stores why the message with the job of this id failed for the last time.
func (s Store) Record(ctx context.Context, job string, r Reason) error {
	r.At, r.Trace, r.Error = r.At.UTC(), telemetry.TraceID(ctx), cut(r.Error)
	if err := s.Table.Write(ctx, table.Put(table.Pack(reasonKey(job), r))); err != nil {
		return fmt.Errorf("store why a job of queue %s failed: %w", r.Queue, err)
	}
	return nil
}

func cut(text string) string {
	if len(text) <= maxError {
		return text
	}
	return text[:maxError] + "…"
}

// List returns the first failed messages of each queue with their reasons, oldest first.
// It costs one call for each queue, and one query.
func (s Store) List(ctx context.Context) ([]Message, error) {
	reasons, err := s.reasons(ctx)
	if err != nil {
		return nil, err
	}
	var all []Message
	for _, name := range s.Names {
		failed, err := s.Queues.Failed(ctx, name)
		if err != nil {
			return nil, err
		}
		for _, f := range failed {
			m := Message{Message: f, Queue: name, Job: jobOf(f.Text, name)}
			if r, ok := reasons[reasonKey(m.Job.ID)]; ok && m.Job.ID != "" {
				m.Reason = &r
			}
			all = append(all, m)
		}
	}
	sorting.By(all, func(a, b Message) int { return a.Inserted.Compare(b.Inserted) })
	return all, nil
}

// kept is how long a reason stays without being asked for. The host's messages live
// seven days.
const kept = 14 * 24 * time.Hour

// reasons reads all reasons, and deletes those whose messages have expired.
func (s Store) reasons(ctx context.Context) (map[string]Reason, error) {
	found := map[string]Reason{}
	var old []table.Op
	for row, err := range s.Table.Rows(ctx, "unfinished|", "unfinished|"+ids.Above) {
		if err != nil {
			return nil, fmt.Errorf("read why jobs failed: %w", err)
		}
		var r Reason
		if err := row.Unpack(&r); err != nil || time.Since(r.At) > kept {
			old = append(old, table.Delete(table.Row{Key: row.Key}))
			continue
		}
		found[row.Key] = r
	}
	for part := range slices.Chunk(old, table.MaxOps) {
		if err := s.Table.Write(ctx, part...); err != nil && !errors.Is(err, table.ErrNotFound) {
			return nil, fmt.Errorf("delete old reasons: %w", err)
		}
	}
	return found, nil
}

// jobOf reads the job of a message. A message that people put there may say anything.
func jobOf(text, name string) Job {
	var j Job
	if json.Unmarshal([]byte(text), &j) != nil || j.Job != name {
		return Job{}
	}
	return j
}

// Retry puts a failed message back on its queue, once, and Drop removes it; both return
// ErrNotFound when it is gone. Who did so is stored first.
func (s Store) Retry(ctx context.Context, name, id string) error {
	return s.remove(ctx, name, id, s.retry(ctx, name))
}

// Drop is described at Retry.
func (s Store) Drop(ctx context.Context, name, id string) error {
	return s.remove(ctx, name, id, s.drop(ctx, name))
}

func (s Store) remove(ctx context.Context, name, id string, do func(queue.Message) error) error {
	if !slices.Contains(s.Names, name) {
		return ErrNotFound
	}
	err := s.Queues.Remove(ctx, name, id, do)
	if errors.Is(err, queue.ErrNoMessage) {
		return ErrNotFound
	}
	return err
}

// What RetryAll and DropAll do at most.
const (
	maxRemoved = 20 * queue.MaxPeek
	removeTime = 20 * time.Second
)

// RetryAll is Retry for the failed messages of a queue: for those that are there now, at
// most 640 and for about 20 seconds. It returns how many it removed, also with an error,
// and how many are left.
func (s Store) RetryAll(ctx context.Context, name string) (removed, left int, err error) {
	return s.removeAll(ctx, name, s.retry(ctx, name))
}

// DropAll is described at RetryAll.
func (s Store) DropAll(ctx context.Context, name string) (removed, left int, err error) {
	return s.removeAll(ctx, name, s.drop(ctx, name))
}

func (s Store) removeAll(ctx context.Context, name string, do func(queue.Message) error) (removed, left int, err error) {
	if !slices.Contains(s.Names, name) {
		return 0, 0, ErrNotFound
	}
	before, err := s.Queues.Depth(ctx, name+queue.Poison)
	start := time.Now()
	for n := -1; err == nil && n != 0 && removed < min(before, maxRemoved) && time.Since(start) < removeTime; removed += max(n, 0) {
		n, err = s.Queues.RemoveSome(ctx, name, do)
	}
	if err != nil {
		return removed, max(0, before-removed), err
	}
	left, err = s.Queues.Depth(ctx, name+queue.Poison)
	return removed, left, err
}

func (s Store) retry(ctx context.Context, name string) func(queue.Message) error {
	return s.recorded(ctx, name, "poison.retry", func(m queue.Message) error { return s.Queues.PutBack(ctx, name, m.Text) })
}

func (s Store) drop(ctx context.Context, name string) func(queue.Message) error {
	return s.recorded(ctx, name, "poison.drop", func(queue.Message) error { return nil })
}

// recorded returns what stores who does it, does it, and forgets why the message failed.
func (s Store) recorded(ctx context.Context, name, action string, do func(queue.Message) error) func(queue.Message) error {
	return func(m queue.Message) error {
		job := jobOf(m.Text, name).ID
		entry := audit.Entry{By: audit.By(ctx), Action: action, Object: "queue " + name, Detail: map[string]string{"message": m.ID, "job": job}}
		if err := s.Table.Write(ctx, audit.Op(entry)); err != nil {
			return fmt.Errorf("audit: %w", err)
		}
		if err := do(m); err != nil {
			return err
		}
		if err := s.Table.Write(ctx, table.Delete(table.Row{Key: reasonKey(job)})); err != nil && !errors.Is(err, table.ErrNotFound) {
			slog.WarnContext(ctx, "why a job failed is not deleted", "queue", name, "error", err) // it is in two weeks
		}
		return nil
	}
}

package api

import (
	"context"
	"net/http"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
	"kantoorpost/shared/poison"
)

type (

	// PoisonPath names a message of a poison queue.
	PoisonPath struct {
		Queue   string `path:"queue" maxLength:"64"`
		Message string `path:"message" maxLength:"64" doc:"id of the message, or \"all\" for at most 640 of the queue"`
	}
)

func (a *api) registerPoison() {
	const list, one = "/api/poison", "/api/poison/{queue}/{message}"
	op := apiTag("about").op
	handle(a, access.HealthRead, op("list-poison", http.MethodGet, list,
		"List the first messages of each queue that failed five times, with their reasons"),
		func(ctx context.Context, _ *struct{}) (*listOutput[wire.PoisonObject], error) {
			failed, err := a.Poison.List(ctx)
			return listed(mapped(failed, poisonOf), ""), err
		})
	handle(a, access.QueuesWrite, op("retry-poison", http.MethodPost, one+"/retry", "Put a failed message back on its queue"),
		func(ctx context.Context, in *PoisonPath) (*struct{}, error) {
			if in.Message == everyMessage {
				_, _, err := a.Poison.RetryAll(ctx, in.Queue)
				return nil, err
			}
			return nil, a.Poison.Retry(ctx, in.Queue, in.Message)
		})
	handle(a, access.QueuesWrite,
		op("drop-poison", http.MethodDelete, one, "Drop a failed message; the timer asks again for what is still to be done"),
		func(ctx context.Context, in *PoisonPath) (*struct{}, error) {
			if in.Message == everyMessage {
				_, _, err := a.Poison.DropAll(ctx, in.Queue)
				return nil, err
			}
			return nil, a.Poison.Drop(ctx, in.Queue, in.Message)
		})
}

// everyMessage stands for all failed messages of a queue, at most 640 in a call.
const everyMessage = "all"

func poisonOf(m poison.Message) wire.PoisonObject {
	o := wire.PoisonObject{
		ID: m.ID, Queue: m.Queue, Inserted: m.Inserted, Expires: m.Expires, Job: m.Job.ID, Why: m.Job.Why,
		Addresses: append([]string{}, m.Job.Addresses...), Mails: append([]string{}, m.Job.Mails...),
		Replies: append([]string{}, m.Job.Replies...),
	}
	for _, address := range []string{m.Job.Mailbox, m.Job.Address} {
		if address != "" {
			o.Addresses = append(o.Addresses, address)
		}
	}
	if r := m.Reason; r != nil {
		o.Reason = &wire.PoisonReason{At: r.At, Error: r.Error, Invocation: r.Invocation, Trace: r.Trace}
	}
	return o
}

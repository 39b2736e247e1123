package api

import (
	"context"
	"net/http"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/outbox"
)

func (a *api) registerReplyChanges() {
	const one = "/api/chats/{chat}/replies/{reply}"
	op := apiTag("replies").op
	handle(a, access.ChatsSend, op("delete-reply", http.MethodDelete, one,
		"Take back a reply that has not left: it is its writer's draft again, or yours if its writer may not send it", http.StatusNoContent),
		func(ctx context.Context, in *ReplyPath) (*struct{}, error) {
			r, err := a.reply(ctx, in.Chat, in.Reply, access.ChatsSend)
			if err != nil {
				return nil, err
			}
			if !mayTakeBack(ctx, r) {
				return nil, newProblem(http.StatusForbidden, "only who wrote a reply, or a manager, takes it back")
			}
			_, err = a.Outbox.TakeBack(ctx, in.Chat, in.Reply, anyChat)
			return nil, err
		})
	handle(a, access.ChatsSend, op("retry-reply", http.MethodPost, one+"/retry",
		"Let a reply leave again that failed, or of which you know that it did not leave", http.StatusAccepted),
		func(ctx context.Context, in *struct {
			ReplyPath
			Body *struct {
				Confirmed bool `json:"confirmed,omitempty" doc:"of an unknown one: you looked for it, and it did not leave"`
			}
		}) (*acceptedReply, error) {
			if err := a.maySend(ctx, in.ReplyPath); err != nil {
				return nil, err
			}
			r, err := a.Outbox.Retry(ctx, in.Chat, in.Reply, a.mayReply(ctx), in.Body != nil && in.Body.Confirmed)
			return a.changedReply(ctx, r, err, "retry")
		})
	handle(a, access.RepliesApprove,
		op("approve-reply", http.MethodPost, one+"/approve", "Agree, as the second person, that a reply leaves", http.StatusAccepted),
		func(ctx context.Context, in *struct {
			ReplyPath
			RowPrecondition
			Body *wire.DecisionBody
		}) (*acceptedReply, error) {
			return a.decide(ctx, in.ReplyPath, in.RowPrecondition, in.Body, true)
		})
	handle(a, access.RepliesApprove,
		op("reject-reply", http.MethodPost, one+"/reject", "Send a reply back to who wrote it, as the second person: it is a draft again",
			http.StatusOK),
		func(ctx context.Context, in *struct {
			ReplyPath
			RowPrecondition
			Body *wire.DecisionBody
		}) (*acceptedReply, error) {
			return a.decide(ctx, in.ReplyPath, in.RowPrecondition, in.Body, false)
		})
	handle(a, access.ChatsSend, op("dismiss-reply", http.MethodPost, one+"/dismiss",
		"Say that nothing more needs to be done about a reply that failed, bounced or is unknown", http.StatusOK),
		func(ctx context.Context, in *ReplyPath) (*acceptedReply, error) {
			r, err := a.reply(ctx, in.Chat, in.Reply, access.ChatsSend)
			if err == nil {
				r, err = a.Outbox.Dismiss(ctx, in.Chat, in.Reply, anyChat)
			}
			return a.changedReply(ctx, r, err, "")
		})
}

// anyChat is the check of a change that depends on the reply alone.
func anyChat(chat.Chat) error { return nil }

// mayReply checks the right to write mail in a chat, at the moment of the change.
func (a *api) mayReply(ctx context.Context) chat.Check {
	return func(c chat.Chat) error { return a.mayChat(ctx, c, access.ChatsSend) }
}

// maySend refuses a caller who may not send from the address of a reply.
func (a *api) maySend(ctx context.Context, in ReplyPath) error {
	c, err := a.chat(ctx, in.Chat, access.ChatsSend)
	if err != nil {
		return err
	}
	r, err := a.Outbox.Get(ctx, in.Chat, in.Reply)
	if err != nil {
		return err
	}
	k, err := a.correspondence(ctx, c)
	if err != nil {
		return err
	}
	_, err = k.sender(ctx, r.Mailbox, original{})
	return err
}

// decide stores what the caller says as the second person.
func (a *api) decide(ctx context.Context, in ReplyPath, p RowPrecondition, body *wire.DecisionBody, approved bool) (*acceptedReply, error) {
	etag := p.rowETag()
	r, err := a.reply(ctx, in.Chat, in.Reply, access.ChatsSend)
	if err != nil {
		return nil, err
	}
	if err := mayApprove(ctx, r); err != nil {
		return nil, err
	}
	comment := ""
	if body != nil {
		comment = body.Comment
	}
	r, err = a.Outbox.Decide(ctx, in.Chat, in.Reply, etag, a.mayReply(ctx), approved, comment)
	return a.changedReply(ctx, r, err, "approved")
}

// changedReply answers with a reply after a change, and lets it leave if it can.
func (a *api) changedReply(ctx context.Context, r outbox.Reply, err error, why string) (*acceptedReply, error) {
	if err != nil {
		return nil, err
	}
	if why != "" {
		a.sendLater(ctx, r, why)
	}
	return a.replyOutput(ctx, r)
}

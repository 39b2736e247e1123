package api

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/outbox"
)

type repliesInput struct {
	PageInput
	State string `query:"state" enum:"held,scheduled,approval,sending,failed,bounced,unknown,draft" doc:"only in this state"`
	Mine  bool   `query:"mine" doc:"only what you wrote"`
}

func (a *api) registerReplyList() {
	handle(a, access.ChatsSend, huma.Operation{
		OperationID: "list-replies", Method: http.MethodGet, Path: "/api/replies", Tags: []string{"replies"},
		Summary: "List replies that have not left, or that need a person: scheduled, waiting for a second person, failed, bounced, " +
			"unknown, or drafts whose writer may not send them; newest first",
		Description: "Of the chats that you may read. A page may hold fewer items than the limit and still have a next.",
	}, a.listReplies)
}

func (a *api) listReplies(ctx context.Context, in *repliesInput) (*listOutput[wire.ReplyObject], error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	q := outbox.Query{State: outbox.State(in.State), Limit: in.Limit, After: in.After}
	if in.Mine {
		q.Author = actor(ctx).Member.ID
		if q.Author == "" {
			return listed[wire.ReplyObject](nil, ""), nil
		}
	}
	out := &listOutput[wire.ReplyObject]{Body: wire.ListOf[wire.ReplyObject]{Items: []wire.ReplyObject{}}}
	names, chats := map[string]string{}, map[string]chat.Chat{}
	for range maxPagesRead {
		replies, next, err := a.Outbox.List(ctx, q)
		if err != nil {
			return nil, err
		}
		for i, r := range replies {
			subject, shown, err := a.replyShown(ctx, r, chats)
			if err != nil {
				return nil, err
			}
			if !shown {
				continue
			}
			o, err := a.replyOf(ctx, r, names)
			if err != nil {
				return nil, err
			}
			o.ChatSubject = subject
			out.Body.Items = append(out.Body.Items, o)
			if len(out.Body.Items) == in.Limit && (next != "" || i < len(replies)-1) {
				out.Body.Next = r.ID
				return out, nil
			}
		}
		if q.After = next; next == "" {
			break
		}
	}
	out.Body.Next = q.After
	return out, nil
}

// replyShown says whether the caller may see a reply of a list, and the subject of its
// chat; chats keeps what was read.
func (a *api) replyShown(ctx context.Context, r outbox.Reply, chats map[string]chat.Chat) (subject string, shown bool, err error) {
	c, known := chats[r.Chat]
	if !known {
		c, err = a.Chats.Get(ctx, r.Chat)
		if err != nil && !errors.Is(err, chat.ErrNotFound) {
			return "", false, err
		}
		chats[r.Chat] = c
	}
	if isAuthor(ctx, r) || c.ID == "" {
		return c.Subject, isAuthor(ctx, r), nil
	}
	if access.Can(actor(ctx), access.ChatsRead, access.Other) {
		return c.Subject, true, nil
	}
	part, err := a.part(ctx, c)
	return c.Subject, part == access.Linked, err
}

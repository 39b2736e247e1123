package api

import (
	"context"
	"net/http"
	"time"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/directory"
)

func (a *api) registerChatChanges() {
	op := apiTag("chats").op
	handle(a, access.ChatsWrite, op("update-chat", http.MethodPatch, "/api/chats/{chat}",
		"Close a chat, or open it again (new mail opens it too); give it to another client, whose team members then take part; or say who "+
			"looks after it, and when"), a.updateChat)
	// Reading a chat does not mark it as read: browsers and mail programs
	// prefetch pages that nobody has opened.
	handle(a, access.ChatsRead, op("read-chat", http.MethodPost, "/api/chats/{chat}/read",
		"Note that you have looked at a chat: at all of it, or as far as a position"),
		func(ctx context.Context, in *struct {
			ChatPath
			Body *struct {
				Position int64 `json:"position,omitempty" minimum:"1" doc:"of the chat when it was read; what came later stays unread"`
			}
		}) (*struct{}, error) {
			c, err := a.chat(ctx, in.Chat, access.ChatsRead)
			if err != nil {
				return nil, err
			}
			var position int64
			if in.Body != nil {
				position = in.Body.Position
			}
			return nil, a.Chats.MarkSeen(ctx, c, actor(ctx).Member.ID, position)
		})
}

type updateChatInput struct {
	ChatPath
	RowPrecondition
	Body struct {
		State  string `json:"state,omitempty" enum:"open,closed"`
		Client string `json:"client,omitempty" minLength:"1" maxLength:"64" doc:"id of the client to which the chat belongs"`
		PlanFields
	}
}

func (a *api) updateChat(ctx context.Context, in *updateChatInput) (*objectOutput[wire.ChatObject], error) {
	etag := in.rowETag()
	planned := in.Body.Assignee.set || in.Body.Later.set
	if in.Body.State == "" && in.Body.Client == "" && !planned {
		return nil, invalid("body", "state, client, assignee or later")
	}
	// The chat is looked at first: who may not see it learns nothing of clients.
	c, err := a.chat(ctx, in.Chat, access.ChatsWrite)
	if err == nil {
		err = a.mustBeClient(ctx, in.Body.Client)
	}
	if err == nil && planned {
		c, etag, err = a.planChat(ctx, c, etag, in.Body.PlanFields)
	}
	if err == nil && in.Body.State != "" {
		c, err = a.Chats.SetState(ctx, in.Chat, etag, a.mayWrite(ctx), chat.State(in.Body.State))
		if etag != "" {
			etag = c.ETag() // the caller's change
		}
	}
	if err == nil && in.Body.Client != "" {
		c, err = a.Chats.SetClient(ctx, in.Chat, etag, a.mayWrite(ctx), in.Body.Client, a.successors(ctx), time.Now())
	}
	if err != nil {
		return nil, err
	}
	return a.oneChat(ctx, c)
}

// planChat says who looks after a chat, and when. It returns the chat and the version by
// which the rest of the request goes on.
func (a *api) planChat(ctx context.Context, c chat.Chat, etag string, in PlanFields) (chat.Chat, string, error) {
	p, err := a.plan(ctx, in, func(m directory.TeamMember) (bool, error) { return seesChat(m, c), nil })
	if err != nil {
		return c, etag, err
	}
	c, err = a.Chats.SetPlan(ctx, c.ID, etag, a.mayWrite(ctx), p, time.Now())
	if etag != "" {
		etag = c.ETag()
	}
	return c, etag, err
}

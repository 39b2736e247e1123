package api

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"kantoorpost/shared/access"
	"kantoorpost/shared/chat"
)

func (a *api) registerChatChanges() {
	op := func(id, method, path, summary string, status int) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, Tags: []string{"chats"}, DefaultStatus: status}
	}
	handle(a, access.ChatsWrite, op("update-chat", http.MethodPatch, "/api/chats/{chat}", "Close a chat, or open it again; new mail opens it too", http.StatusOK),
		func(ctx context.Context, in *struct {
			ChatPath
			Precondition
			Body struct {
				State string `json:"state" enum:"open,closed"`
			}
		}) (*objectOutput[chatObject], error) {
			etag, err := in.rowETag()
			if err != nil {
				return nil, err
			}
			c, err := a.Chats.SetState(ctx, in.Chat, etag, a.mayWrite(ctx), chat.State(in.Body.State))
			if err != nil {
				return nil, err
			}
			return a.oneChat(ctx, c)
		})
	// Reading a chat does not mark it as read: browsers and mail programs
	// prefetch pages that nobody has opened.
	handle(a, access.ChatsRead, op("read-chat", http.MethodPost, "/api/chats/{chat}/read", "Note that you have looked at a chat: at all of it, or as far as a position", http.StatusNoContent),
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
	a.explain = append(a.explain, explainChats)
}

// explainChats says what the errors of changing a chat mean in HTTP.
func explainChats(err error) *problem {
	switch {
	case errors.Is(err, chat.ErrChanged):
		return changed()
	case errors.Is(err, chat.ErrMembers):
		return invalid("body.members", "1 to 80 ids of team members, each once, and at most about 90 who come or go at a time")
	}
	return nil
}

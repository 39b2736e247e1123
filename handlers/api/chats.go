package api

import (
	"context"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/ids"
	"kantoorpost/shared/invoke"
)

func chatOf(c chat.Chat) wire.ChatObject {
	o := wire.ChatObject{
		ID: c.ID, Subject: c.Subject, Client: c.Client, Contact: c.Contact, ContactName: c.ContactName, Members: c.Members,
		Addresses: c.Addresses, State: string(c.State), Started: c.Started, Last: c.Last, Preview: c.Preview, Messages: c.Messages,
		Unread: c.Unread, Position: c.ActivitySequence, Later: orNil(c.Later),
	}
	for _, s := range c.UnreadAt {
		o.UnreadAt = append(o.UnreadAt, wire.Place(s))
	}
	if c.Assignee != "" {
		o.Assignee = &wire.Named{ID: c.Assignee}
	}
	return o
}

type (
	// ChatPath names a chat.
	ChatPath struct {
		Chat string `path:"chat" maxLength:"64"`
	}
	// PageInput says which part of a list of mails or chats is wanted.
	PageInput struct {
		Limit int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"at most so many items"`
		After string `query:"after" maxLength:"64" doc:"the next of the page before"`
	}
	chatsInput struct {
		PageInput
		Mine     bool   `query:"mine" doc:"only chats in which you take part; for who sees no others that is so anyway"`
		State    string `query:"state" enum:"open,closed" doc:"only chats in this state"`
		Client   string `query:"client" maxLength:"64" pattern:"^[a-z0-9]+$" doc:"only chats of the client with this id"`
		Search   string `query:"search" maxLength:"100" doc:"words of the subject, the contact's name, the first mail or the client's name, all of them, each by its beginning, whatever their case and diacritics; for a word of the name also the beginning of the client's number, KvK number, VAT id or IBAN; of the clients that are found, 50 count; a page may then hold fewer items than the limit and still have a next"`
		Assignee string `query:"assignee" maxLength:"64" doc:"only chats that this team member looks after; me for yourself"`
		Later    string `query:"later" enum:"only,hidden" doc:"only chats that wait for a later moment, or none of them"`
		Unread   bool   `query:"unread" doc:"only your chats of which something is unread; a page may hold fewer items"`
		Names    bool   `query:"names" doc:"with the names of clients, at one read for each"`
	}
)

// A chatOutput is a chat, or that it did not change.
type chatOutput struct {
	Status int
	ETag   string `header:"ETag"`
	Body   wire.ChatObject
}

func (in PageInput) check() error {
	if in.After != "" && !ids.IsTimed(in.After) {
		return invalid("query.after", "the next of the page before")
	}
	return nil
}

func (a *api) registerChats() {
	op := apiTag("chats").op
	handle(a, access.ChatsRead, op("list-chats", http.MethodGet, "/api/chats", "List chats, the last started first"),
		a.listChats)
	handle(a, access.ChatsRead, op("count-chats", http.MethodGet, "/api/chats/counts", "How many chats you have not read"),
		func(ctx context.Context, _ *struct{}) (*bodyOutput[wire.ChatCounts], error) {
			n := wire.ChatCounts{}
			me := actor(ctx).Member.ID
			if me == "" {
				return bodyOf(n, nil)
			}
			var err error
			n.Unread, n.More, err = a.Chats.CountUnread(ctx, me, time.Now())
			return bodyOf(n, err)
		})
	handleChat(a, access.ChatsRead, op("get-chat", http.MethodGet, "/api/chats/{chat}",
		"Get a chat; under the id of one that was merged, the other"),
		func(ctx context.Context, in *struct {
			ChatPath
			IfNoneMatch string `header:"If-None-Match" maxLength:"400" doc:"an ETag, or a list: 304 when the chat has one, names and unread aside"`
		}, c chat.Chat) (*chatOutput, error) {
			if tag := rowTag(c.ETag()); invoke.Unchanged(in.IfNoneMatch, tag) {
				return &chatOutput{Status: http.StatusNotModified, ETag: tag}, nil
			}
			out, err := a.oneChat(ctx, c)
			if err != nil {
				return nil, err
			}
			return &chatOutput{http.StatusOK, out.ETag, out.Body}, nil
		})
	a.registerChatChanges()
	a.registerParticipants()
	a.registerAttachments()
	a.registerAttachmentViews()
	a.registerOutlook()
	a.registerMessages()
	a.registerMoves()
}

// handleChat is handle for an operation on the chat that its input names with Chat, and to
// which the caller may do the action.
func handleChat[I, O any](a *api, action access.Action, op huma.Operation, serve func(context.Context, *I, chat.Chat) (*O, error)) {
	a.register(action, op, reflect.ValueOf(serve), func(ctx context.Context, in reflect.Value) (any, error) {
		return a.chat(ctx, in.FieldByName("Chat").String(), action)
	})
}

// chat returns a chat to which the caller may do this action. A chat that the
// caller may not see is reported as missing.
func (a *api) chat(ctx context.Context, id string, action access.Action) (chat.Chat, error) {
	c, err := a.Chats.Get(ctx, id)
	if err != nil {
		return chat.Chat{}, err
	}
	if err := a.mayChat(ctx, c, action); err != nil {
		return chat.Chat{}, err
	}
	return c, nil
}

// mayChat refuses an action on a chat to an actor without the right to it.
func (a *api) mayChat(ctx context.Context, c chat.Chat, action access.Action) (err error) {
	part := access.Other
	if !access.Can(actor(ctx), access.ChatsRead, access.Other) {
		if part, err = a.part(ctx, c); err != nil {
			return err
		}
	}
	switch {
	case !access.Can(actor(ctx), access.ChatsRead, part):
		return chat.ErrNotFound
	case !access.Can(actor(ctx), action, part):
		return newProblem(http.StatusForbidden, "your rights do not include "+string(action)+" for this chat")
	}
	return nil
}

// mayWrite checks the right to write in a chat, at the moment of writing.
func (a *api) mayWrite(ctx context.Context) chat.Check {
	return func(c chat.Chat) error { return a.mayChat(ctx, c, access.ChatsWrite) }
}

// oneChat is a chat with the details that are too expensive for a list.
func (a *api) oneChat(ctx context.Context, c chat.Chat) (*objectOutput[wire.ChatObject], error) {
	var err error
	if c.Unread, c.UnreadAt, err = a.Chats.Unread(ctx, c, actor(ctx).Member.ID); err != nil {
		return nil, err
	}
	out := &objectOutput[wire.ChatObject]{ETag: rowTag(c.ETag()), Body: chatOf(c)}
	if out.Body.ClientName, err = a.readName(ctx, "client", c.Client); err != nil {
		return nil, err
	}
	names := map[string]string{}
	if err = a.nameMember(ctx, names, out.Body.Assignee); err != nil {
		return nil, err
	}
	if c.Rearranged.IsZero() {
		return out, nil
	}
	ch, ok, err := a.Chats.LastChange(ctx, c.ID)
	if err != nil || !ok {
		return out, err
	}
	out.Body.Undo = &wire.Undoable{Kind: string(ch.Kind), By: wire.Named{ID: ch.By}, At: ch.At}
	return out, a.nameMember(ctx, names, &out.Body.Undo.By)
}

func (a *api) registerChatChanges() {
	op := apiTag("chats").op
	handleChat(a, access.ChatsWrite, op("update-chat", http.MethodPatch, "/api/chats/{chat}",
		"Close a chat, or open it again (new mail opens it too); give it to another client, whose team members then take part; or say who "+
			"looks after it, and when"), a.updateChat)
	// Reading a chat does not mark it as read: browsers and mail programs
	// prefetch pages that nobody has opened.
	handleChat(a, access.ChatsRead, op("read-chat", http.MethodPost, "/api/chats/{chat}/read",
		"Note that you have looked at a chat: at all of it, or as far as a position"),
		func(ctx context.Context, in *struct {
			ChatPath
			Body *struct {
				Position int64 `json:"position,omitempty" minimum:"1" doc:"of the chat when it was read; what came later stays unread"`
			}
		}, c chat.Chat) (*struct{}, error) {
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

// updateChat looks at the chat first: who may not see it learns nothing of clients.
func (a *api) updateChat(ctx context.Context, in *updateChatInput, c chat.Chat) (*objectOutput[wire.ChatObject], error) {
	etag := in.rowETag()
	planned := in.Body.Assignee.set || in.Body.Later.set
	if in.Body.State == "" && in.Body.Client == "" && !planned {
		return nil, invalid("body", "state, client, assignee or later")
	}
	err := a.mustBeClient(ctx, in.Body.Client)
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

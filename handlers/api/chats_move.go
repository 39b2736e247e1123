package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/membership"
)

// moveInput says where a mail of a chat goes.
type moveInput struct {
	MessagePath
	Body struct {
		Chat   string `json:"chat,omitempty" maxLength:"64" doc:"id of another chat"`
		Client string `json:"client,omitempty" maxLength:"64" doc:"id of a client: into a new chat of that client"`
		New    bool   `json:"new,omitempty" doc:"into a new chat of the same client and the same participants"`
	}
}

func (a *api) registerMoves() {
	op := apiTag("chats").op
	handle(a, access.ChatsWrite, op("move-message", http.MethodPost, "/api/chats/{chat}/messages/{message}/move",
		"Move one mail into another chat, or into a new one; later mail that answers it follows. Get the chat where it is now"), a.moveMessage)
	handle(a, access.ChatsWrite, op("merge-chat", http.MethodPost, "/api/chats/{chat}/merge",
		"Bring all of a chat into another, which is then found under both ids; later mail follows. Get the other"),
		func(ctx context.Context, in *struct {
			ChatPath
			Body struct {
				Into string `json:"into" minLength:"1" maxLength:"64" doc:"id of the other chat"`
			}
		}) (*objectOutput[wire.ChatObject], error) {
			c, err := a.Chats.Merge(ctx, in.Chat, in.Body.Into, a.mayWrite(ctx), a.joiners(ctx), time.Now())
			if err != nil {
				return nil, err
			}
			return a.oneChat(ctx, c)
		})
	handle(a, access.ChatsWrite, op("undo-chat", http.MethodPost, "/api/chats/{chat}/undo",
		"Undo the newest move, merge or change of client of a chat, if nothing came since that makes it wrong"),
		func(ctx context.Context, in *struct {
			ChatPath
			RowPrecondition
		}) (*objectOutput[wire.ChatObject], error) {
			etag := in.rowETag()
			c, err := a.Chats.Undo(ctx, in.Chat, etag, a.mayUndo(ctx), actor(ctx).ID(), time.Now())
			if err != nil {
				return nil, err
			}
			return a.oneChat(ctx, c)
		})
}

func (a *api) moveMessage(ctx context.Context, in *moveInput) (*objectOutput[wire.ChatObject], error) {
	given := 0
	for _, is := range []bool{in.Body.Chat != "", in.Body.Client != "", in.Body.New} {
		if is {
			given++
		}
	}
	if given != 1 {
		return nil, invalid("body", "exactly one of chat, client and new")
	}
	m := chat.Move{
		Chat: in.Chat, Message: in.Message, Into: in.Body.Chat, Client: in.Body.Client,
		Check: a.mayWrite(ctx), Members: a.joiners(ctx), At: time.Now(),
	}
	if in.Body.Chat == "" {
		// The chat is looked at first: who may not see it learns nothing of clients.
		c, err := a.chat(ctx, in.Chat, access.ChatsWrite)
		if err != nil {
			return nil, err
		}
		if m.Contact, m.ContactName, err = a.writerOf(ctx, c.ID, in.Message); err != nil {
			return nil, err
		}
		if err := a.mustBeClient(ctx, in.Body.Client); err != nil {
			return nil, err
		}
		m.Members = a.successors(ctx)
	}
	c, err := a.Chats.Move(ctx, m)
	if err != nil {
		return nil, err
	}
	out, err := a.oneChat(ctx, c)
	if err != nil {
		return nil, err
	}
	out.Location = "/api/chats/" + c.ID
	return out, nil
}

// mustBeClient refuses the id of a client that does not exist; "" says nothing.
func (a *api) mustBeClient(ctx context.Context, id string) error {
	if id == "" {
		return nil
	}
	_, err := a.Directory.Client(ctx, id)
	if errors.Is(err, directory.ErrNotFound) {
		return invalid("body.client", "id of a client")
	}
	return err
}

// writerOf returns the id and name of the contact who wrote a message; "" when no
// contact has the address.
func (a *api) writerOf(ctx context.Context, chatID, message string) (id, name string, err error) {
	m, err := a.Chats.Message(ctx, chatID, message)
	if err != nil || m.From.Email == "" {
		return "", "", err
	}
	c, ok, err := a.Directory.ContactByAddress(ctx, m.From.Email)
	if err != nil || !ok {
		return "", "", err
	}
	return c.ID, c.Name, nil
}

// joiners returns whom the links of addresses bring into a chat with a client now, as
// for mail that comes in.
func (a *api) joiners(ctx context.Context) chat.Members {
	office := &membership.Office{Directory: a.Directory}
	return func(ctx context.Context, client string, addresses []string) (members []string, err error) {
		for _, address := range addresses {
			box, err := a.Connectors.Activation(ctx, address)
			if isGone(err) {
				continue
			}
			if err != nil {
				return nil, err
			}
			come, _, err := membership.Joiners(ctx, office, box.Link, address, client, time.Now())
			if err != nil {
				return nil, err
			}
			for _, m := range come {
				if !slices.Contains(members, m) {
					members = append(members, m)
				}
			}
		}
		return members, nil
	}
}

// successors returns joiners for a chat that is given to a client, or the caller when
// they are nobody: somebody must have the chat.
func (a *api) successors(ctx context.Context) chat.Members {
	joiners, me := a.joiners(ctx), actor(ctx).Member.ID
	return func(ctx context.Context, client string, addresses []string) ([]string, error) {
		members, err := joiners(ctx, client, addresses)
		if err == nil && len(members) == 0 && me != "" {
			members = []string{me}
		}
		return members, err
	}
}

// mayUndo refuses to undo a change of chats. Who may write in both chats may undo it;
// who made it may, who still has one of them or lost it by that change.
func (a *api) mayUndo(ctx context.Context) chat.May {
	return func(ch chat.Change, chats ...chat.Chat) error {
		var refused error
		may := false
		for _, c := range chats {
			err := a.mayChat(ctx, c, access.ChatsWrite)
			if ready := (*problem)(nil); err != nil && !errors.Is(err, chat.ErrNotFound) && !errors.As(err, &ready) {
				return err
			}
			if may = may || err == nil; err != nil {
				refused = err
			}
		}
		me := actor(ctx)
		own := ch.ID != "" && ch.By == me.ID() && access.Can(me, access.ChatsWrite, access.Linked)
		if own && (may || slices.Contains(ch.Left, me.Member.ID)) {
			return nil
		}
		return refused
	}
}

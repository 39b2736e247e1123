package api

import (
	"context"
	"errors"
	"slices"
	"time"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/directory"
)

// NotePath names a note of a chat.
type NotePath struct {
	ChatPath
	Note string `path:"note" maxLength:"64"`
}

// note reads a note for a chat: who is named must see it.
func (a *api) note(ctx context.Context, c chat.Chat, in wire.NoteBody) (chat.Note, error) {
	n := chat.Note{Text: in.Body}
	for _, id := range in.Mentions {
		m, err := a.Directory.TeamMember(ctx, id)
		if err != nil && !errors.Is(err, directory.ErrNotFound) {
			return n, err
		}
		if err != nil || !seesChat(m, c) {
			return n, invalid("body.mentions", "ids of active team members who see the chat")
		}
		if !slices.Contains(n.Mentions, id) {
			n.Mentions = append(n.Mentions, id)
		}
	}
	return n, nil
}

func (a *api) editNote(ctx context.Context, in *struct {
	NotePath
	Body wire.NoteBody
}, c chat.Chat) (*bodyOutput[wire.MessageObject], error) {
	n, err := a.note(ctx, c, in.Body)
	if err != nil {
		return nil, err
	}
	m, err := a.Chats.EditNote(ctx, c.ID, in.Note, actor(ctx).ID(), n, a.mayWrite(ctx), time.Now())
	return a.writtenNote(ctx, c.ID, m, err)
}

// writtenNote answers with a note that was written or changed.
func (a *api) writtenNote(ctx context.Context, in string, m chat.Message, err error) (*bodyOutput[wire.MessageObject], error) {
	if errors.Is(err, chat.ErrNote) {
		return nil, invalid("body.body", "1 to 10,000 characters")
	}
	if err != nil {
		return nil, err
	}
	o := messageOf(in, m)
	err = a.nameAuthor(ctx, map[string]string{}, &o)
	return bodyOf(o, err)
}

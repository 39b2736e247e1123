package api

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/item"
	"kantoorpost/shared/mailtext"
	"kantoorpost/shared/outbox"
)

func messageOf(in string, m chat.Message) wire.MessageObject {
	o := wire.MessageObject{
		ID: m.ID, Kind: m.Kind, Sequence: m.Sequence, Direction: m.Direction, State: m.State,
		Via: m.Via, New: m.New, Outside: m.Outside, Leg: m.SideConversation, From: m.From, To: m.To, Cc: m.Cc,
		Subject: m.Subject, Preview: m.Preview,
		Received: m.Received, At: m.Received,
		HasAttachments: m.HasAttachments, RemotePictures: m.RemotePictures, Verdict: string(m.Verdict), Lines: m.Lines,
		Author: m.Author, Text: m.Text, Receipt: m.ReceiptRequested && m.Direction != chat.Out,
	}
	o.Mentions, o.Edited, o.Deleted = m.Mentions, orNil(m.Edited), m.Deleted
	if m.IsMail() {
		o.Mail, o.Body, o.Direction = m.ID, messageBodyPath(in, m.ID), cmp.Or(m.Direction, chat.In)
	}
	if m.Alias != "" {
		o.From.Email = leavesFrom(m.From.Email, m.Alias, m.AliasRefused)
	}
	if m.AliasRefused {
		o.AliasRefused = m.Alias
	}
	if m.Away != nil {
		o.Away = &wire.AwayObject{Replacement: m.Away.Replacement}
		if !m.Away.Until.IsZero() {
			o.Away.Until = m.Away.Until.Format(time.DateOnly)
		}
	}
	if by := cmp.Or(m.Author, m.By); by != "" {
		o.By = &wire.Named{ID: by}
	}
	if m.Attachments != nil {
		o.Attachments = []wire.AttachmentObject{}
	}
	for _, at := range m.Attachments {
		o.Attachments = append(o.Attachments, attachmentOf(m.ID, at.N, at.Attachment()))
	}
	return o
}

func (a *api) nameAuthor(ctx context.Context, names map[string]string, o *wire.MessageObject) (err error) {
	if o.By == nil {
		return nil
	}
	o.By.Name, err = a.memberName(ctx, names, o.By.ID)
	if o.Author != "" {
		o.AuthorName = o.By.Name
	}
	return err
}

func (a *api) registerMessages() {
	handle(a, access.ChatsRead, apiTag("chats").op("list-messages", http.MethodGet, "/api/chats/{chat}/messages",
		"List the messages of a chat, newest first"), a.listMessages)
	handle(a, access.ChatsWrite, apiTag("chats").op("create-note", http.MethodPost, "/api/chats/{chat}/notes",
		"Write a note to the others in a chat; it never leaves the office", http.StatusCreated), a.writeNote)
	handle(a, access.ChatsRead, bodyOperation("get-message-body", "chats", "/api/chats/{chat}/messages/{message}/body"),
		func(ctx context.Context, in *struct {
			MessagePath
			Showing
		}) (*huma.StreamResponse, error) {
			it, r, err := a.contentOfMessage(ctx, in.MessagePath)
			switch {
			case err != nil:
				return nil, err
			case r != nil:
				return a.replyBody(ctx, *r, in.Showing)
			}
			var earlier *mailtext.Earlier
			if in.Quoted == "folded" {
				if earlier, err = a.earlierMessages(ctx, it); err != nil {
					return nil, err
				}
			}
			return a.body(ctx, it, messageBodyPath(in.Chat, it.ID), in.Showing, earlier)
		})
}

func (a *api) listMessages(ctx context.Context, in *struct {
	ChatPath
	PageInput
}) (*listOutput[wire.MessageObject], error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	c, err := a.chat(ctx, in.Chat, access.ChatsRead)
	if err != nil {
		return nil, err
	}
	messages, next, err := a.Chats.Messages(ctx, c.ID, in.Limit, in.After)
	if err != nil {
		return nil, err
	}
	out := &listOutput[wire.MessageObject]{Body: wire.ListOf[wire.MessageObject]{Items: []wire.MessageObject{}, Next: next}}
	names := map[string]string{}
	for _, m := range messages {
		o := messageOf(c.ID, m)
		if err := a.nameAuthor(ctx, names, &o); err != nil {
			return nil, err
		}
		if m.Event != nil {
			if err := a.nameEvent(ctx, names, &o, *m.Event); err != nil {
				return nil, err
			}
		}
		out.Body.Items = append(out.Body.Items, o)
	}
	return out, a.addReplies(ctx, messages, out.Body.Items)
}

type noteInput struct {
	ChatPath
	Key  string `header:"Idempotency-Key" maxLength:"200" doc:"a request that is repeated with the same key writes once"`
	Body wire.NoteBody
}

func (a *api) writeNote(ctx context.Context, in *noteInput) (*bodyOutput[wire.MessageObject], error) {
	n := chat.Note{Text: in.Body.Body}
	if len(in.Body.Mentions) > 0 {
		c, err := a.chat(ctx, in.Chat, access.ChatsWrite)
		if err == nil {
			n, err = a.note(ctx, c, in.Body)
		}
		if err != nil {
			return nil, err
		}
	}
	m, err := a.Chats.AddNote(ctx, in.Chat, actor(ctx).ID(), in.Key, n, a.mayWrite(ctx), time.Now())
	return a.writtenNote(ctx, in.Chat, m, err)
}

// contentOfMessage is the mail of a message in a chat, or the reply that it is, for a
// caller who may read the chat.
func (a *api) contentOfMessage(ctx context.Context, in MessagePath) (item.Item, *outbox.Reply, error) {
	c, err := a.chat(ctx, in.Chat, access.ChatsRead)
	if err != nil {
		return item.Item{}, nil, err
	}
	m, err := a.Chats.Message(ctx, c.ID, in.Message)
	switch {
	case err != nil:
		return item.Item{}, nil, err
	case m.Kind == chat.KindReply:
		r, err := a.Outbox.Get(ctx, c.ID, m.ID)
		return item.Item{}, &r, err
	case !m.IsMail():
		return item.Item{}, nil, chat.ErrNotFound // a note has no document
	}
	it, err := a.Items.Get(ctx, m.ID)
	return it, nil, err
}

func messageBodyPath(chat, message string) string {
	return "/api/chats/" + chat + "/messages/" + message + "/body"
}

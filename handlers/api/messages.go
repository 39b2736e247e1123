package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/item"
	"kantoorpost/shared/mailtext"
	"kantoorpost/shared/outbox"
	"kantoorpost/shared/words"
)

func messageOf(in string, m chat.Message) wire.MessageObject {
	o := wire.MessageObject{
		ID: m.ID, Kind: m.Kind, Sequence: m.Sequence, Direction: m.Direction, State: m.State,
		Via: m.Via, New: m.New, Outside: m.Outside, Leg: m.SideConversation, From: m.From, To: m.To, Cc: m.Cc, Omitted: m.Omitted,
		Subject: m.Subject, Preview: m.Preview,
		Received: m.Received, At: m.Received,
		HasAttachments: m.HasAttachments, RemotePictures: m.RemotePictures, Verdict: string(m.Verdict), Lines: m.Lines,
		Author: m.Author, Text: m.Text, Receipt: m.ReceiptRequested && m.Direction != chat.Out,
	}
	o.Mentions, o.Edited, o.Deleted = m.Mentions, orNil(m.Edited), m.Deleted
	if o.Erased = m.Erased; m.IsMail() && !m.Erased {
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
	handleChat(a, access.ChatsRead, apiTag("chats").op("list-messages", http.MethodGet, "/api/chats/{chat}/messages",
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
}, c chat.Chat) (*listOutput[wire.MessageObject], error) {
	if err := in.check(); err != nil {
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
	IdempotencyKey
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

// nameEvent adds to a message what its event says.
func (a *api) nameEvent(ctx context.Context, names map[string]string, o *wire.MessageObject, e chat.Event) error {
	event := &wire.EventObject{Action: string(e.Action), Undone: e.Undone, Count: e.Count}
	visible, err := a.seesChat(ctx, names, e.Chat)
	if err != nil {
		return err
	}
	if visible {
		event.Chat = e.Chat
	} else if e.Action == chat.EventMovedOut && !e.Undone || e.Action != chat.EventMovedOut && e.Undone {
		o.Subject = "" // what it names is now where the reader may not look
	}
	client := ""
	if e.Client != "" {
		name, known := names["client "+e.Client]
		if !known {
			if name, err = a.readName(ctx, "client", e.Client); err != nil {
				return err
			}
			names["client "+e.Client] = name
		}
		event.Client, client = &wire.Named{ID: e.Client, Name: name}, name
	}
	who := ""
	if o.By != nil {
		who = o.By.Name
	}
	event.Text = eventText(e, who, o.Subject, client)
	o.Event, o.Preview = event, event.Text.NL
	return nil
}

// seesChat says whether the caller may read a chat. Known caches that.
func (a *api) seesChat(ctx context.Context, known map[string]string, id string) (bool, error) {
	if id == "" {
		return false, nil
	}
	if seen, looked := known["chat "+id]; looked {
		return seen == "yes", nil
	}
	_, err := a.chat(ctx, id, access.ChatsRead)
	switch {
	case err == nil:
		known["chat "+id] = "yes"
	case errors.Is(err, chat.ErrNotFound):
		known["chat "+id], err = "no", nil
	}
	return known["chat "+id] == "yes", err
}

// eventText is what an event says, in one sentence.
func eventText(e chat.Event, who, subject, client string) words.Text {
	who, subject, client = words.Isolate(who), words.Isolate(subject), words.Isolate(client)
	t := eventChange(e, subject, client)
	return words.Text{NL: cmp.Or(who, "Iemand") + " " + t.NL, EN: cmp.Or(who, "Somebody") + " " + t.EN}
}

// eventChange is what was done. Without a subject, it does not say which mail or chat.
func eventChange(e chat.Event, subject, client string) words.Text {
	mail, other := words.Text{NL: "een bericht", EN: "a message"}, words.Text{NL: "een andere chat", EN: "another chat"}
	if subject != "" {
		mail = words.Text{NL: "“" + subject + "”", EN: "“" + subject + "”"}
		other = words.Text{NL: "de chat “" + subject + "”", EN: "the chat “" + subject + "”"}
	}
	to := words.Text{NL: cmp.Or(client, "die er niet meer is"), EN: cmp.Or(client, "who is no longer there")}
	switch {
	case e.Action == chat.EventMovedOut && !e.Undone:
		return words.Text{NL: "verplaatste " + mail.NL + " naar een andere chat", EN: "moved " + mail.EN + " to another chat"}
	case e.Action == chat.EventMovedIn && !e.Undone:
		return words.Text{NL: "verplaatste " + mail.NL + " hierheen uit een andere chat", EN: "moved " + mail.EN + " here from another chat"}
	case e.Action == chat.EventMovedOut || e.Action == chat.EventMovedIn:
		return words.Text{NL: "maakte de verplaatsing van " + mail.NL + " ongedaan", EN: "undid the move of " + mail.EN}
	case e.Action == chat.EventMerged && !e.Undone:
		return words.Text{
			NL: "voegde " + other.NL + " hierbij (" + counted(e.Count, "bericht", "berichten") + ")",
			EN: "merged " + other.EN + " into this one (" + counted(e.Count, "message", "messages") + ")",
		}
	case e.Action == chat.EventMerged:
		return words.Text{NL: "haalde " + other.NL + " er weer uit", EN: "took " + other.EN + " out again"}
	case e.Undone:
		return words.Text{NL: "gaf deze chat terug aan relatie " + to.NL, EN: "gave this chat back to client " + to.EN}
	}
	return words.Text{NL: "gaf deze chat aan relatie " + to.NL, EN: "gave this chat to client " + to.EN}
}

func counted(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

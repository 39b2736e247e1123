package api

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"kantoorpost/shared/access"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/item"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/mailtext"
	"kantoorpost/shared/outbox"
)

// A messageObject is a message of a chat as the API shows it.
type messageObject struct {
	ID             string             `json:"id"`
	Kind           string             `json:"kind" enum:"mail,auto-reply,read-receipt,invitation-response,recall,delivery-report,reply,note,event" doc:"reply: the office wrote it; note: a team member to the others; event: what somebody did with the chat; all others but mail: a program wrote for the contact"`
	Direction      string             `json:"direction,omitempty" enum:"in,out" doc:"in: it came to the office; out: it leaves the office; none for a note and an event, which stay"`
	State          string             `json:"state,omitempty" doc:"of a reply"`
	Mail           string             `json:"mail,omitempty" doc:"id of the mail; only of what came in"`
	Author         string             `json:"author,omitempty" doc:"of a note: id of the team member"`
	AuthorName     string             `json:"authorName,omitempty" doc:"of a note, in lists"`
	Via            string             `json:"via,omitempty" enum:"outlook" doc:"outlook: the office wrote it in a mail program"`
	New            bool               `json:"new,omitempty" doc:"its sender was not in the conversation before"`
	Outside        bool               `json:"outside,omitempty" doc:"its sender is not of the client, such as a bank to which a mail was forwarded"`
	Leg            string             `json:"leg,omitempty" doc:"of what came from outside: id of the message with which that part of the conversation began"`
	Away           *awayObject        `json:"away,omitempty" doc:"of an automatic answer that says how long its writer is away"`
	By             *named             `json:"by,omitempty" doc:"the team member who wrote or did it"`
	Text           string             `json:"text,omitempty" doc:"of a note, as it was written"`
	Mentions       []string           `json:"mentions,omitempty" doc:"of a note: ids of the team members whom it names"`
	Edited         *time.Time         `json:"edited,omitempty" doc:"when a note was last changed"`
	Deleted        bool               `json:"deleted,omitempty" doc:"of a note whose author took its text back"`
	Event          *eventObject       `json:"event,omitempty"`
	From           mail.Address       `json:"from"`
	To             []mail.Address     `json:"to,omitempty" doc:"of a mail: whom it was sent to"`
	Cc             []mail.Address     `json:"cc,omitempty"`
	Subject        string             `json:"subject"`
	Preview        string             `json:"preview"`
	Received       time.Time          `json:"received"`
	At             time.Time          `json:"at" doc:"the same as received"`
	Sequence       int64              `json:"seq" doc:"its number in the order in which the messages came into the chat; 0 for a message of before such numbers were given"`
	HasAttachments bool               `json:"hasAttachments"`
	Attachments    []attachmentObject `json:"attachments" nullable:"true" doc:"null until they were read for the first time, at GET /api/mails/{mail}/attachments"`
	Verdict        string             `json:"verdict,omitempty" enum:"pass,soft,fail" doc:"of a mail: Exchange's opinion on whether its sender is who he says he is"`
	RemotePictures bool               `json:"remotePictures" doc:"of a mail: whether it shows pictures that are kept elsewhere"`
	Lines          int                `json:"lines" doc:"of a mail: about how many lines it takes on a page, without what …/body?quoted=folded folds, at most 60; 0 when that is not known"`
	Receipt        bool               `json:"receiptRequested,omitempty" doc:"of a mail: its sender asks for a read receipt; none is sent"`
	AliasRefused   string             `json:"aliasRefused,omitempty" doc:"of a reply: the alias as which it was to leave, for which Exchange put the address of the mailbox"`
	Body           string             `json:"body,omitempty" doc:"path of what it says, as an HTML document; only of a mail or a reply"`
	MessageReply
}

// An awayObject is what an out-of-office answer says.
type awayObject struct {
	Until       string `json:"until,omitempty" format:"date" doc:"the last day"`
	Replacement string `json:"replacement,omitempty" doc:"whom to turn to meanwhile, in its own words"`
}

func messageOf(in string, m chat.Message) messageObject {
	o := messageObject{
		ID: m.ID, Kind: m.Kind, Sequence: m.Sequence, Direction: m.Direction, State: m.State,
		Via: m.Via, New: m.New, Outside: m.Outside, Leg: m.SideConversation, From: m.From, To: m.To, Cc: m.Cc, Subject: m.Subject, Preview: m.Preview,
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
		o.Away = &awayObject{Replacement: m.Away.Replacement}
		if !m.Away.Until.IsZero() {
			o.Away.Until = m.Away.Until.Format(time.DateOnly)
		}
	}
	if by := cmp.Or(m.Author, m.By); by != "" {
		o.By = &named{ID: by}
	}
	if m.Attachments != nil {
		o.Attachments = []attachmentObject{}
	}
	for _, at := range m.Attachments {
		o.Attachments = append(o.Attachments, attachmentOf(m.ID, at.N, at.Attachment()))
	}
	return o
}

func (a *api) nameAuthor(ctx context.Context, names map[string]string, o *messageObject) (err error) {
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
}) (*listOutput[messageObject], error) {
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
	out := &listOutput[messageObject]{Body: listOf[messageObject]{Items: []messageObject{}, Next: next}}
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
	Body noteBody
}

func (a *api) writeNote(ctx context.Context, in *noteInput) (*struct{ Body messageObject }, error) {
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

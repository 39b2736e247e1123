package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"kantoorpost/shared/access"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/item"
	"kantoorpost/shared/mail"
)

// A chatObject is a chat as the API shows it.
type chatObject struct {
	ID          string    `json:"id"`
	Subject     string    `json:"subject"`
	Client      string    `json:"client" doc:"id of the client"`
	Contact     string    `json:"contact" doc:"id of the contact who wrote"`
	ContactName string    `json:"contactName"`
	Members     []string  `json:"members" nullable:"false" doc:"ids of the team members who take part"`
	Addresses   []string  `json:"addresses" nullable:"false" doc:"the addresses that received its mail"`
	State       string    `json:"state" enum:"open,closed"`
	Started     time.Time `json:"started"`
	Last        time.Time `json:"last" doc:"when its last message was received"`
	Preview     string    `json:"preview" doc:"the start of its last message"`
	Messages    int64     `json:"messages" doc:"how many there are"`
}

func chatOf(c chat.Chat) chatObject {
	return chatObject{
		ID: c.ID, Subject: c.Subject, Client: c.Client, Contact: c.Contact, ContactName: c.ContactName, Members: c.Members,
		Addresses: c.Addresses, State: string(c.State), Started: c.Started, Last: c.Last, Preview: c.Preview, Messages: c.Messages,
	}
}

// A messageObject is a message of a chat as the API shows it.
type messageObject struct {
	ID             string       `json:"id"`
	Kind           string       `json:"kind" enum:"mail"`
	Mail           string       `json:"mail" doc:"id of the mail"`
	From           mail.Address `json:"from"`
	Subject        string       `json:"subject"`
	Preview        string       `json:"preview"`
	Received       time.Time    `json:"received"`
	HasAttachments bool         `json:"hasAttachments"`
	Body           string       `json:"body" doc:"path of what it says, as an HTML document"`
}

func messageOf(chat string, m chat.Message) messageObject {
	return messageObject{
		ID: m.ID, Kind: m.Kind, Mail: m.ID, From: m.From, Subject: m.Subject, Preview: m.Preview, Received: m.Received,
		HasAttachments: m.HasAttachments, Body: "/api/chats/" + chat + "/messages/" + m.ID + "/body",
	}
}

type (
	// ChatPath names a chat.
	ChatPath struct {
		Chat string `path:"chat" maxLength:"64"`
	}
	// PageInput says which part of a list of mails or chats is wanted.
	PageInput struct {
		Limit int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"at most so many items"`
		After string `query:"after" maxLength:"40" doc:"the next of the page before"`
	}
	chatsInput struct {
		PageInput
		Mine   bool   `query:"mine" doc:"only chats in which you take part; for who sees no others that is so anyway"`
		State  string `query:"state" enum:"open,closed" doc:"only chats in this state"`
		Client string `query:"client" maxLength:"64" pattern:"^[a-z0-9]+$" doc:"only chats of the client with this id"`
	}
	chatOutput struct{ Body chatObject }
)

func (in PageInput) check() error {
	if in.After != "" && !item.ValidID(in.After) {
		return invalid("query.after", "the next of the page before")
	}
	return nil
}

func (a *api) registerChats() {
	op := func(id, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: http.MethodGet, Path: path, Summary: summary, Tags: []string{"chats"}}
	}
	handle(a, access.ChatsRead, op("list-chats", "/api/chats", "List chats, the last started first"),
		func(ctx context.Context, in *chatsInput) (*listOutput[chatObject], error) {
			return a.listChats(ctx, in)
		})
	handle(a, access.ChatsRead, op("get-chat", "/api/chats/{chat}", "Get a chat"),
		func(ctx context.Context, in *ChatPath) (*chatOutput, error) {
			c, err := a.chat(ctx, in.Chat)
			return &chatOutput{chatOf(c)}, err
		})
	handle(a, access.ChatsRead, op("list-messages", "/api/chats/{chat}/messages", "List the messages of a chat, newest first"),
		func(ctx context.Context, in *struct {
			ChatPath
			PageInput
		}) (*listOutput[messageObject], error) {
			if err := in.check(); err != nil {
				return nil, err
			}
			c, err := a.chat(ctx, in.Chat)
			if err != nil {
				return nil, err
			}
			messages, next, err := a.Chats.Messages(ctx, c.ID, in.Limit, in.After)
			out := &listOutput[messageObject]{Body: listOf[messageObject]{Items: []messageObject{}, Next: next}}
			for _, m := range messages {
				out.Body.Items = append(out.Body.Items, messageOf(c.ID, m))
			}
			return out, err
		})
	handle(a, access.ChatsRead, op("get-message-body", "/api/chats/{chat}/messages/{message}/body", "Get what a message says, as an HTML document without scripts and remote content"),
		func(ctx context.Context, in *struct {
			ChatPath
			Message string `path:"message" maxLength:"64"`
		}) (*bodyOutput, error) {
			c, err := a.chat(ctx, in.Chat)
			if err != nil {
				return nil, err
			}
			m, err := a.Chats.Message(ctx, c.ID, in.Message)
			if err != nil {
				return nil, err
			}
			it, err := a.Items.Get(ctx, m.ID)
			if err != nil {
				return nil, err
			}
			return a.body(ctx, it)
		})
}

// chat returns one chat that the one who asks may see. Another does not exist.
func (a *api) chat(ctx context.Context, id string) (chat.Chat, error) {
	c, err := a.Chats.Get(ctx, id)
	if err != nil {
		return chat.Chat{}, err
	}
	if !access.Can(actor(ctx), access.ChatsRead, part(ctx, c)) {
		return chat.Chat{}, chat.ErrNotFound
	}
	return c, nil
}

func (a *api) listChats(ctx context.Context, in *chatsInput) (*listOutput[chatObject], error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	q := chat.Query{Client: in.Client, Limit: in.Limit, After: in.After}
	if in.Mine || !access.Can(actor(ctx), access.ChatsRead, access.Other) {
		if q.Member = actor(ctx).Member.ID; q.Member == "" {
			return listed([]chatObject{}, ""), nil // an application, or not in the directory yet
		}
	}
	found := []chatObject{}
	for range maxLooks {
		chats, next, err := a.Chats.List(ctx, q)
		if err != nil {
			return nil, err
		}
		for i, c := range chats {
			if in.State != "" && string(c.State) != in.State || in.Client != "" && c.Client != in.Client {
				continue
			}
			found = append(found, chatOf(c))
			if len(found) == in.Limit && (next != "" || i < len(chats)-1) {
				return &listOutput[chatObject]{Body: listOf[chatObject]{Items: found, Next: c.ID}}, nil
			}
		}
		if q.After = next; next == "" {
			break
		}
	}
	return &listOutput[chatObject]{Body: listOf[chatObject]{Items: found, Next: q.After}}, nil
}

package api

import (
	"cmp"
	"context"
	"slices"
	"time"

	"kantoorpost/shared/access"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/directory"
)

func (a *api) listChats(ctx context.Context, in *chatsInput) (*listOutput[chatObject], error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	if in.Assignee == "me" {
		in.Assignee = cmp.Or(actor(ctx).Member.ID, "nobody")
	}
	members := []string{""}
	if in.Mine || in.Unread || !access.Can(actor(ctx), access.ChatsRead, access.Other) {
		var err error
		if members, err = a.selves(ctx); err != nil {
			return nil, err
		}
	}
	if out, ok, err := a.findChats(ctx, in, members); ok || err != nil {
		return out, err
	}
	chats, next, err := filtered(members, in.Limit, in.After, func(m string, limit int, after string) ([]chat.Chat, string, error) {
		chats, next, err := a.Chats.List(ctx, chat.Query{Client: in.Client, Member: m, Limit: limit, After: after})
		if m != actor(ctx).Member.ID { // the read marks of others are private
			for i := range chats {
				chats[i].Unread = 0
			}
		}
		return chats, next, err
	}, func(c chat.Chat) string { return c.ID }, in.matches)
	if err != nil {
		return nil, err
	}
	return a.listedChats(ctx, in, chats, next)
}

// listedChats is a page of a list, with the names of clients if they are asked for. A
// deleted client has no name.
func (a *api) listedChats(ctx context.Context, in *chatsInput, chats []chat.Chat, next string) (*listOutput[chatObject], error) {
	out := &listOutput[chatObject]{Body: listOf[chatObject]{Items: mapped(chats, chatOf), Next: next}}
	if !in.Names {
		return out, nil
	}
	keys := map[string]bool{}
	for _, c := range chats {
		keys["client "+c.Client] = true
	}
	names, err := a.namesOf(ctx, keys)
	for i, c := range chats {
		out.Body.Items[i].ClientName = names["client "+c.Client]
	}
	return out, err
}

func (in *chatsInput) matches(c chat.Chat) bool {
	if in.State != "" && string(c.State) != in.State || in.Client != "" && c.Client != in.Client || in.Unread && c.Unread == 0 {
		return false
	}
	if in.Assignee != "" && c.Assignee != in.Assignee || in.Later != "" && c.Later.After(time.Now()) != (in.Later == "only") {
		return false
	}
	return c.Has(directory.Words(in.Search))
}

// findChats lists chats that the index finds. Not ok says that their list is read.
func (a *api) findChats(ctx context.Context, in *chatsInput, members []string) (*listOutput[chatObject], bool, error) {
	find := chat.Search{Words: directory.Words(in.Search), Client: in.Client, State: chat.State(in.State), Limit: in.Limit, After: in.After}
	if len(find.Words) == 0 || in.Unread || len(members) == 0 {
		return nil, false, nil
	}
	if members[0] != "" {
		find.Members = members
	}
	chats, next, ok, err := a.Chats.Find(ctx, find)
	if !ok || err != nil {
		return nil, false, err
	}
	var found []chat.Chat
	for _, c := range chats {
		if !in.matches(c) || find.Members != nil && !slices.ContainsFunc(members, func(m string) bool { return slices.Contains(c.Members, m) }) {
			continue
		}
		if !slices.Contains(c.Members, actor(ctx).Member.ID) {
			c.Unread = 0 // the read marks of others are private
		}
		found = append(found, c)
	}
	out, err := a.listedChats(ctx, in, found, next)
	return out, true, err
}

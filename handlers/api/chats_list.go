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
	q := chat.Query{Client: in.Client, Limit: in.Limit, After: in.After}
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
	out := &listOutput[chatObject]{Body: listOf[chatObject]{Items: []chatObject{}}}
	for n := range maxPagesRead {
		if q.Limit = in.Limit; n == 0 {
			q.Limit = share(in.Limit, len(members))
		}
		chats, next, err := merged(members, func(m string) ([]chat.Chat, string, error) {
			q := q
			q.Member = m
			chats, next, err := a.Chats.List(ctx, q)
			if m != actor(ctx).Member.ID { // the read marks of others are private
				for i := range chats {
					chats[i].Unread = 0
				}
			}
			return chats, next, err
		}, func(c chat.Chat) string { return c.ID })
		if err != nil {
			return nil, err
		}
		for i, c := range chats {
			if !in.matches(c) {
				continue
			}
			out.Body.Items = append(out.Body.Items, chatOf(c))
			if len(out.Body.Items) == in.Limit && (next != "" || i < len(chats)-1) {
				out.Body.Next = c.ID
				return out, a.nameClients(ctx, in, out.Body.Items)
			}
		}
		if q.After = next; next == "" {
			break
		}
	}
	out.Body.Next = q.After
	return out, a.nameClients(ctx, in, out.Body.Items)
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
	out := &listOutput[chatObject]{Body: listOf[chatObject]{Items: []chatObject{}, Next: next}}
	for _, c := range chats {
		if !in.matches(c) || find.Members != nil && !slices.ContainsFunc(members, func(m string) bool { return slices.Contains(c.Members, m) }) {
			continue
		}
		if !slices.Contains(c.Members, actor(ctx).Member.ID) {
			c.Unread = 0 // the read marks of others are private
		}
		out.Body.Items = append(out.Body.Items, chatOf(c))
	}
	return out, true, a.nameClients(ctx, in, out.Body.Items)
}

// nameClients adds the names of clients to a list. A deleted client has no name.
func (a *api) nameClients(ctx context.Context, in *chatsInput, chats []chatObject) error {
	if !in.Names {
		return nil
	}
	keys := map[string]bool{}
	for _, c := range chats {
		keys["client "+c.Client] = true
	}
	names, err := a.namesOf(ctx, keys)
	for i := range chats {
		chats[i].ClientName = names["client "+chats[i].Client]
	}
	return err
}

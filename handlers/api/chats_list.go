package api

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"

	"kantoorpost/shared/access"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/directory"
)

func (a *api) listChats(ctx context.Context, in *chatsInput) (*listOutput[chatObject], error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	q := chat.Query{Client: in.Client, Limit: in.Limit, After: in.After}
	members := []string{""}
	if in.Mine || in.Unread || !access.Can(actor(ctx), access.ChatsRead, access.Other) {
		var err error
		if members, err = a.selves(ctx); err != nil {
			return nil, err
		}
	}
	out := &listOutput[chatObject]{Body: listOf[chatObject]{Items: []chatObject{}}}
	for range maxLooks {
		chats, next, err := merged(members, func(m string) ([]chat.Chat, string, error) {
			q.Member = m
			chats, next, err := a.Chats.List(ctx, q)
			if m != actor(ctx).Member.ID { // what others did not look at is no concern
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
	search := strings.ToLower(strings.TrimSpace(in.Search))
	return strings.Contains(strings.ToLower(c.Subject), search) || strings.Contains(strings.ToLower(c.ContactName), search)
}

// nameClients adds the names of clients to a list, a few reads at a time. Who
// was deleted has none.
func (a *api) nameClients(ctx context.Context, in *chatsInput, chats []chatObject) error {
	if !in.Names {
		return nil
	}
	names := map[string]string{}
	for _, c := range chats {
		names[c.Client] = ""
	}
	var (
		mu     sync.Mutex
		errs   []error
		wait   sync.WaitGroup
		places = make(chan struct{}, 8)
	)
	for _, id := range slices.Collect(maps.Keys(names)) {
		places <- struct{}{}
		wait.Go(func() {
			defer func() { <-places }()
			name, err := a.clientName(ctx, id)
			mu.Lock()
			defer mu.Unlock()
			names[id] = name
			errs = append(errs, err)
		})
	}
	wait.Wait()
	for i := range chats {
		chats[i].ClientName = names[chats[i].Client]
	}
	return errors.Join(errs...)
}

func (a *api) clientName(ctx context.Context, id string) (string, error) {
	c, err := a.Directory.Client(ctx, id)
	if errors.Is(err, directory.ErrNotFound) {
		return "", nil
	}
	return c.Name, err
}

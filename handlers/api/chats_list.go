package api

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
)

func (a *api) listChats(ctx context.Context, in *chatsInput) (*bodyOutput[wire.ChatList], error) {
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
	clients, all, err := a.clientsFound(ctx, in)
	if err != nil {
		return nil, err
	}
	out, ok, err := a.findChats(ctx, in, members, clients)
	if !ok && err == nil {
		out, err = a.walkChats(ctx, in, members, clients)
	}
	if err != nil {
		return nil, err
	}
	out.Body.ClientsLeftOut = !all
	return out, nil
}

// walkChats lists chats of the lists of members, or of all.
func (a *api) walkChats(ctx context.Context, in *chatsInput, members []string,
	clients clientWords) (*bodyOutput[wire.ChatList], error) {
	chats, next, err := filtered(members, in.Limit, in.After, func(m string, limit int, after string) ([]chat.Chat, string, error) {
		chats, next, err := a.Chats.List(ctx, chat.Query{Client: in.Client, Member: m, Limit: limit, After: after})
		if m != actor(ctx).Member.ID { // the read marks of others are private
			for i := range chats {
				chats[i].Unread = 0
			}
		}
		return chats, next, err
	}, func(c chat.Chat) string { return c.ID }, func(c chat.Chat) bool { return in.matches(c, clients) })
	if err != nil {
		return nil, err
	}
	return a.listedChats(ctx, in, chats, next)
}

// listedChats is a page of a list, with the names of clients if they are asked for. A
// deleted client has no name.
func (a *api) listedChats(ctx context.Context, in *chatsInput, chats []chat.Chat, next string) (*bodyOutput[wire.ChatList], error) {
	out := &bodyOutput[wire.ChatList]{wire.ChatList{ListOf: wire.ListOf[wire.ChatObject]{Items: mapped(chats, chatOf), Next: next}}}
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

// clientWords are, by the ids of the clients that a search finds, the words that their chats
// must have besides.
type clientWords map[string][]string

// matches says whether a chat is wanted.
func (in *chatsInput) matches(c chat.Chat, clients clientWords) bool {
	if in.State != "" && string(c.State) != in.State || in.Client != "" && c.Client != in.Client || in.Unread && c.Unread == 0 {
		return false
	}
	if in.Assignee != "" && c.Assignee != in.Assignee || in.Later != "" && c.Later.After(time.Now()) != (in.Later == "only") {
		return false
	}
	besides, ok := clients[c.Client]
	return ok && c.Has(besides) || c.Has(directory.Words(in.Search))
}

const (
	// maxClientsFound is of how many clients a search shows the chats, with a query for each.
	maxClientsFound = 50
	// maxClientSearches is how many words are tried alone as those of a client.
	maxClientSearches = 4
)

// clientsFound are the clients that have all words of a search, or else some of them. The
// chats do not have the names and numbers of their clients: so a client may be renamed with
// any number of chats. Not all says that there are more than maxClientsFound.
func (a *api) clientsFound(ctx context.Context, in *chatsInput) (found clientWords, all bool, err error) {
	words, found := directory.Words(in.Search), clientWords{}
	if len(words) == 0 {
		return nil, true, nil
	}
	if all, err = a.findClients(ctx, in, in.Search, nil, found); err != nil || len(found) > 0 || len(words) == 1 {
		return found, all, err
	}
	alone := slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(words))), func(w string) bool { return !item.Leads(w) })
	for _, word := range alone[:min(len(alone), maxClientSearches)] {
		allOf, err := a.findClients(ctx, in, word, words, found)
		if err != nil {
			return nil, false, err
		}
		all = all && allOf
	}
	return found, all, nil
}

// findClients adds the clients that have a text to found. Their chats must have the words,
// except the text. Not all says that there are more.
func (a *api) findClients(ctx context.Context, in *chatsInput, text string, words []string, found clientWords) (all bool, err error) {
	page, err := a.Directory.Clients().List(ctx, directory.Query{Search: text, Limit: maxClientsFound})
	for _, c := range page.Items {
		besides, ok := found[c.ID]
		if !ok {
			if in.Client != "" && in.Client != c.ID {
				continue
			}
			if len(found) == maxClientsFound {
				return false, err
			}
			besides = words
		}
		found[c.ID] = slices.DeleteFunc(slices.Clone(besides), func(w string) bool { return w == text })
	}
	_, has := found[in.Client]
	return page.Next == "" || has, err
}

// errNoIndex says that the index does not answer a search.
var errNoIndex = errors.New("the index does not answer")

// findChats lists chats that the index finds, and those of clients. Not ok says that
// their list is read.
func (a *api) findChats(
	ctx context.Context,
	in *chatsInput,
	members []string,
	clients clientWords,
) (*bodyOutput[wire.ChatList], bool, error) {
	find := chat.Search{Words: directory.Words(in.Search), Client: in.Client, State: chat.State(in.State)}
	if len(find.Words) == 0 || in.Unread || len(members) == 0 {
		return nil, false, nil
	}
	if members[0] != "" {
		find.Members = members
	}
	const byWords = ""
	lists := append([]string{byWords}, slices.Collect(maps.Keys(clients))...)
	chats, next, err := filtered(lists, in.Limit, in.After, func(client string, limit int, after string) ([]chat.Chat, string, error) {
		if client != byWords {
			return a.Chats.List(ctx, chat.Query{Client: client, Limit: limit, After: after})
		}
		find := find
		find.Limit, find.After = limit, after
		chats, next, ok, err := a.Chats.Find(ctx, find)
		if err == nil && !ok {
			err = errNoIndex
		}
		return chats, next, err
	}, func(c chat.Chat) string { return c.ID }, func(c chat.Chat) bool {
		its := func(member string) bool { return slices.Contains(c.Members, member) }
		return in.matches(c, clients) && (find.Members == nil || slices.ContainsFunc(members, its))
	})
	if errors.Is(err, errNoIndex) {
		return nil, false, nil
	}
	if err == nil && find.Members != nil {
		err = a.countUnread(ctx, chats)
	}
	if err != nil {
		return nil, false, err
	}
	out, err := a.listedChats(ctx, in, chats, next)
	return out, true, err
}

// countUnread sets how much of each chat the caller has not seen.
func (a *api) countUnread(ctx context.Context, chats []chat.Chat) error {
	var reads errgroup.Group
	reads.SetLimit(readsAtOnce)
	for i := range chats {
		reads.Go(func() (err error) {
			chats[i].Unread, _, err = a.Chats.Unread(ctx, chats[i], actor(ctx).Member.ID)
			return err
		})
	}
	return reads.Wait()
}

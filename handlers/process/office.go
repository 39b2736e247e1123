package process

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/connector"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
)

// records is the office as the tables have it. It lives for one job: what it
// looked up is remembered, since mails of one job have much in common.
type records struct {
	h        *Handler
	boxes    map[string]connector.Activation
	members  func(context.Context) (byID map[string]directory.TeamMember, byAddress map[string]string, err error)
	contacts map[string]lookup[sender]
	atClient map[string][]directory.Link
	teams    map[string]lookup[[]string]
	roles    map[string]bool
}

type lookup[T any] struct {
	value T
	found bool
}

func (h *Handler) records(boxes map[string]connector.Activation) *records {
	r := &records{
		h: h, boxes: boxes,
		contacts: map[string]lookup[sender]{},
		atClient: map[string][]directory.Link{},
		teams:    map[string]lookup[[]string]{},
		roles:    map[string]bool{},
	}
	var once sync.Once
	var byID map[string]directory.TeamMember
	var byAddress map[string]string
	var err error
	r.members = func(ctx context.Context) (map[string]directory.TeamMember, map[string]string, error) {
		once.Do(func() { byID, byAddress, err = h.activeMembers(ctx) })
		return byID, byAddress, err
	}
	return r
}

// activeMembers reads all team members: an office has dozens of them, and one
// query is cheaper than a look for each.
func (h *Handler) activeMembers(ctx context.Context) (map[string]directory.TeamMember, map[string]string, error) {
	byID, byAddress := map[string]directory.TeamMember{}, map[string]string{}
	for q := (directory.Query{Limit: 1000}); ; {
		page, err := h.Directory.TeamMembers(ctx, q)
		if err != nil {
			return nil, nil, fmt.Errorf("read team members: %w", err)
		}
		for _, m := range page.Items {
			if m.Active {
				byID[m.ID], byAddress[m.Email] = m, m.ID
			}
		}
		if q.After = page.Next; q.After == "" {
			return byID, byAddress, nil
		}
	}
}

func (r *records) Link(ctx context.Context, mailbox string) (connector.Link, bool, error) {
	box, ok := r.boxes[mailbox]
	if !ok {
		return connector.Link{}, false, nil
	}
	switch box.Link.Kind {
	case connector.LinkRole:
		there, asked := r.roles[box.Link.ID]
		if !asked {
			_, err := r.h.Directory.Role(ctx, box.Link.ID)
			if err != nil && !errors.Is(err, directory.ErrNotFound) {
				return connector.Link{}, false, err
			}
			there = err == nil
			r.roles[box.Link.ID] = there
		}
		return box.Link, there, nil
	case connector.LinkProcessTeam:
		_, there, err := r.team(ctx, box.Link.ID)
		return box.Link, there, err
	}
	return box.Link, true, nil
}

func (r *records) Contact(ctx context.Context, email string) (sender, bool, error) {
	if l, ok := r.contacts[email]; ok {
		return l.value, l.found, nil
	}
	c, found, err := r.h.Directory.ContactByAddress(ctx, email)
	if err != nil {
		return sender{}, false, err
	}
	s := sender{ID: c.ID, Name: c.Name, Clients: c.Clients}
	r.contacts[email] = lookup[sender]{s, found}
	return s, found, nil
}

func (r *records) Member(ctx context.Context, email string) (string, bool, error) {
	_, byAddress, err := r.members(ctx)
	id, ok := byAddress[email]
	return id, ok, err
}

func (r *records) HasRole(ctx context.Context, client, role string) ([]string, error) {
	byID, _, err := r.members(ctx)
	if err != nil {
		return nil, err
	}
	links, asked := r.atClient[client]
	if !asked {
		if links, err = r.h.Directory.ClientTeam(ctx, client); err != nil {
			return nil, err
		}
		r.atClient[client] = links
	}
	var ids []string
	for _, l := range links {
		if _, active := byID[l.Member]; active && l.Role == role {
			ids = append(ids, l.Member)
		}
	}
	return ids, nil
}

func (r *records) InTeam(ctx context.Context, team string) ([]string, error) {
	byID, _, err := r.members(ctx)
	if err != nil {
		return nil, err
	}
	in, _, err := r.team(ctx, team)
	var ids []string
	for _, m := range in {
		if _, active := byID[m]; active {
			ids = append(ids, m)
		}
	}
	return ids, err
}

func (r *records) team(ctx context.Context, id string) (members []string, there bool, err error) {
	if l, ok := r.teams[id]; ok {
		return l.value, l.found, nil
	}
	t, err := r.h.Directory.Team(ctx, id)
	if err != nil && !errors.Is(err, directory.ErrNotFound) {
		return nil, false, err
	}
	l := lookup[[]string]{t.Members, err == nil}
	r.teams[id] = l
	return l.value, l.found, nil
}

// Answered looks first for the mails that this one names, then for the
// conversation that Exchange has put it in. That alone would not do: Exchange
// also joins mails that merely have the same subject.
func (r *records) Answered(ctx context.Context, it item.Item) (chat.Chat, bool, error) {
	named := answers(it)
	for _, id := range named {
		t, err := r.h.Chats.MailThread(ctx, id)
		if errors.Is(err, chat.ErrNotFound) {
			continue
		}
		if err != nil {
			return chat.Chat{}, false, err
		}
		return r.chat(ctx, t.Chat)
	}
	if len(named) == 0 || it.ConversationID == "" {
		return chat.Chat{}, false, nil
	}
	t, err := r.h.Chats.ConversationThread(ctx, it.Mailbox, it.ConversationID)
	if errors.Is(err, chat.ErrNotFound) {
		return chat.Chat{}, false, nil
	}
	if err != nil {
		return chat.Chat{}, false, err
	}
	return r.chat(ctx, t.Chat)
}

func (r *records) Copied(ctx context.Context, it item.Item) (c chat.Chat, taken, same bool, err error) {
	t, err := r.h.Chats.MailThread(ctx, it.InternetMessageID)
	if errors.Is(err, chat.ErrNotFound) {
		return chat.Chat{}, false, false, nil
	}
	if err != nil || t.Fingerprint != it.Fingerprint {
		return chat.Chat{}, true, false, err
	}
	c, same, err = r.chat(ctx, t.Chat)
	return c, true, same, err
}

func (r *records) chat(ctx context.Context, id string) (chat.Chat, bool, error) {
	c, err := r.h.Chats.Get(ctx, id)
	if errors.Is(err, chat.ErrNotFound) {
		return chat.Chat{}, false, nil
	}
	return c, err == nil, err
}

package process

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/connector"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
)

// records is the office as the tables have it, for the mails of one job.
type records struct {
	h     *Handler
	boxes map[string]connector.Activation
	known *known
	at    time.Time
}

// apart is the same office for one decision, which shares no map with r that
// changes without a lock.
func (r *records) apart() *records {
	other := *r
	other.boxes = maps.Clone(r.boxes)
	return &other
}

// known is what was looked up in the directory at one version of it. The
// process keeps it from job to job, since the same clients write again and
// again; when the directory changes it starts anew.
type known struct {
	version int64

	mu        sync.Mutex
	byID      map[string]directory.TeamMember // active members
	byAddress map[string]string
	contacts  map[string]found[sender]
	atClient  map[string][]directory.Link
	teams     map[string]found[[]string]
	roles     map[string]bool
	rules     map[string]found[directory.Rule]
}

type found[T any] struct {
	value T
	there bool
}

// maxKnown bounds how many contacts and clients are kept.
const maxKnown = 5000

// at returns what is known at a version of the directory.
func (h *Handler) at(version int64) *known {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.known == nil || h.known.version != version || h.known.full() {
		h.known = &known{
			version:  version,
			contacts: map[string]found[sender]{},
			atClient: map[string][]directory.Link{},
			teams:    map[string]found[[]string]{},
			roles:    map[string]bool{},
			rules:    map[string]found[directory.Rule]{},
		}
	}
	return h.known
}

func (k *known) full() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.contacts)+len(k.atClient)+len(k.teams)+len(k.rules) > maxKnown
}

// look returns what m knows of key, or asks and keeps the answer.
func lookup[T any](k *known, m map[string]T, key string, ask func() (T, error)) (T, error) {
	k.mu.Lock()
	v, ok := m[key]
	k.mu.Unlock()
	if ok {
		return v, nil
	}
	v, err := ask() // not under the lock: two may ask the same, and get the same
	if err != nil {
		return v, err
	}
	k.mu.Lock()
	m[key] = v
	k.mu.Unlock()
	return v, nil
}

func (r *records) members(ctx context.Context) (map[string]directory.TeamMember, map[string]string, error) {
	k := r.known
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.byID == nil {
		byID, byAddress, err := r.h.activeMembers(ctx)
		if err != nil {
			return nil, nil, err
		}
		k.byID, k.byAddress = byID, byAddress
	}
	return k.byID, k.byAddress, nil
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
	var err error
	switch box.Link.Kind {
	case connector.LinkRole:
		ok, err = lookup(r.known, r.known.roles, box.Link.ID, func() (bool, error) {
			_, err := r.h.Directory.Role(ctx, box.Link.ID)
			if errors.Is(err, directory.ErrNotFound) {
				return false, nil
			}
			return true, err
		})
	case connector.LinkProcessTeam:
		_, ok, err = r.team(ctx, box.Link.ID)
	}
	return box.Link, ok, err
}

func (r *records) Contact(ctx context.Context, email string) (sender, bool, error) {
	c, err := lookup(r.known, r.known.contacts, email, func() (found[sender], error) {
		c, there, err := r.h.Directory.ContactByAddress(ctx, email)
		if !there || err != nil {
			return found[sender]{}, err
		}
		return found[sender]{sender{ID: c.ID, Name: c.Name, Clients: c.Clients, Rule: c.Learned[email]}, true}, nil
	})
	return c.value, c.there, err
}

func (r *records) ContactByID(ctx context.Context, id string) (sender, bool, error) {
	c, err := r.h.Directory.Contact(ctx, id)
	if errors.Is(err, directory.ErrNotFound) {
		return sender{}, false, nil
	}
	return sender{ID: c.ID, Name: c.Name, Clients: c.Clients}, err == nil, err
}

func (r *records) Client(ctx context.Context, id string) (bool, error) {
	_, err := r.h.Directory.Client(ctx, id)
	if errors.Is(err, directory.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

func (r *records) Member(ctx context.Context, email string) (string, bool, error) {
	_, byAddress, err := r.members(ctx)
	id, ok := byAddress[email]
	return id, ok, err
}

func (r *records) Own(ctx context.Context, email string) (bool, error) {
	_, err := r.h.Connectors.Activation(ctx, email)
	if errors.Is(err, connector.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

func (r *records) HasRole(ctx context.Context, client, role string) ([]string, error) {
	byID, _, err := r.members(ctx)
	if err != nil {
		return nil, err
	}
	links, err := lookup(r.known, r.known.atClient, client, func() ([]directory.Link, error) {
		return r.h.Directory.ClientTeam(ctx, client)
	})
	if err != nil {
		return nil, err
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

// StandIns follows those who stand in for others to those who stand in for
// them, since more than one may be away.
func (r *records) StandIns(ctx context.Context, members []string) ([]string, error) {
	byID, _, err := r.members(ctx)
	if err != nil {
		return nil, err
	}
	var found []string
	for todo := slices.Clone(members); len(todo) > 0; todo = todo[1:] {
		id, away := byID[todo[0]].Away(r.at)
		if _, active := byID[id]; away && active && !slices.Contains(members, id) && !slices.Contains(found, id) {
			found = append(found, id)
			todo = append(todo, id)
		}
	}
	return found, nil
}

func (r *records) team(ctx context.Context, id string) (members []string, there bool, err error) {
	t, err := lookup(r.known, r.known.teams, id, func() (found[[]string], error) {
		t, err := r.h.Directory.Team(ctx, id)
		if errors.Is(err, directory.ErrNotFound) {
			return found[[]string]{}, nil
		}
		return found[[]string]{t.Members, true}, err
	})
	return t.value, t.there, err
}

func (r *records) Answered(ctx context.Context, it item.Item) (chat.Chat, bool, error) {
	return r.h.Chats.Answered(ctx, it)
}

func (r *records) Copied(ctx context.Context, it item.Item) (c chat.Chat, taken, same bool, err error) {
	return r.h.Chats.Copied(ctx, it)
}

package process

import (
	"context"
	"errors"
	"maps"
	"sync"
	"time"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/connector"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/membership"
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

	mu       sync.Mutex
	staff    *membership.Staff
	contacts map[string]found[sender]
	atClient map[string][]directory.Link
	teams    map[string]found[directory.ProcessTeam]
	roles    map[string]found[directory.Role]
	rules    map[string]found[directory.Rule]
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
			teams:    map[string]found[directory.ProcessTeam]{},
			roles:    map[string]found[directory.Role]{},
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

// lookupID is lookup of what has an id, and may be gone: directory.ErrNotFound.
func lookupID[T any](k *known, m map[string]found[T], id string, ask func() (T, error)) (T, error) {
	v, err := lookup(k, m, id, func() (found[T], error) {
		v, err := ask()
		if errors.Is(err, directory.ErrNotFound) {
			return found[T]{}, nil
		}
		return found[T]{v, true}, err
	})
	if err == nil && !v.there {
		err = directory.ErrNotFound
	}
	return v.value, err
}

// Staff, Role, Team and Roles make records a membership.Source.
func (r *records) Staff(ctx context.Context) (*membership.Staff, error) {
	k := r.known
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.staff == nil {
		staff, err := (&membership.Office{Directory: r.h.Directory}).Staff(ctx)
		if err != nil {
			return nil, err
		}
		k.staff = staff
	}
	return k.staff, nil
}

func (r *records) Role(ctx context.Context, id string) (directory.Role, error) {
	return lookupID(r.known, r.known.roles, id, func() (directory.Role, error) { return r.h.Directory.Role(ctx, id) })
}

func (r *records) Team(ctx context.Context, id string) (directory.ProcessTeam, error) {
	return lookupID(r.known, r.known.teams, id, func() (directory.ProcessTeam, error) { return r.h.Directory.Team(ctx, id) })
}

func (r *records) Roles(ctx context.Context, client string) ([]directory.Link, error) {
	return lookup(r.known, r.known.atClient, client, func() ([]directory.Link, error) { return r.h.Directory.ClientTeam(ctx, client) })
}

func (r *records) Link(ctx context.Context, mailbox string) (connector.Link, bool, error) {
	box, ok := r.boxes[mailbox]
	if !ok {
		return connector.Link{}, false, nil
	}
	ok, err := box.Link.Exists(ctx, r)
	return box.Link, ok, err
}

func (r *records) Joiners(ctx context.Context, link connector.Link, address, client string) ([]string, item.Reason, error) {
	return membership.Joiners(ctx, r, link, address, client, r.at)
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

// MemberByAddress makes records what membership.Own asks.
func (r *records) MemberByAddress(ctx context.Context, email string) (directory.TeamMember, bool, error) {
	staff, err := r.Staff(ctx)
	if err != nil {
		return directory.TeamMember{}, false, err
	}
	m, ok := staff.ByAddress(email)
	return m, ok, nil
}

func (r *records) Member(ctx context.Context, email string) (string, bool, error) {
	return membership.Colleague(ctx, r, email)
}

func (r *records) Own(ctx context.Context, email string) (bool, error) {
	return membership.Own(ctx, r, r.h.Connectors, email)
}

func (r *records) Answered(ctx context.Context, it item.Item) (chat.Chat, bool, error) {
	return r.h.Chats.Answered(ctx, it)
}

func (r *records) Copied(ctx context.Context, it item.Item) (c chat.Chat, taken, same bool, err error) {
	return r.h.Chats.Copied(ctx, it)
}

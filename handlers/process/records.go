package process

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/connector"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/evidence"
	"kantoorpost/shared/item"
	"kantoorpost/shared/learn"
	"kantoorpost/shared/membership"
	"kantoorpost/shared/outbox"
)

// records is the office as the tables have it, at one version of the directory. A
// decision that was given up may still read it, so it never changes.
type records struct {
	*chat.Store // Answered, Copied, TookPart
	directory   *directory.Store
	connectors  *connector.Store
	items       *item.Store
	outbox      *outbox.Store
	evidence    *evidence.Reader
	fileNames   func(context.Context, item.Item) ([]string, error)
	files       *memo[[]string] // by mail: what fileNames returned

	addresses map[string]connector.Activation // by mailbox
	contents  map[string]string               // texts of mails that are not stored yet, by mail
	cache     *cache
	now       time.Time
	clients   func(ctx context.Context) (*learn.ClientIndex, error)
}

// A cache holds what was read from the directory at one version of it. A process
// keeps it from job to job, since the same clients write again and again.
type cache struct {
	version  int64
	staff    memo[*membership.Staff] // by ""
	contacts memo[*sender]           // by address; nil for none
	teams    memo[directory.ProcessTeam]
	roles    memo[directory.Role]
	atClient memo[[]directory.Link]
	// addresses and clientTeams were read ahead of the questions of contacts and atClient.
	addresses   readAhead[directory.Contact]
	clientTeams readAhead[[]directory.Link]
	rules       memo[*directory.Rule] // by id; nil for none
}

// maxCached bounds the contacts, clients, teams and rules of a cache.
const maxCached = 5000

// cacheAt returns the cache of a version of the directory.
func (h *Handler) cacheAt(version int64) *cache {
	h.mu.Lock()
	defer h.mu.Unlock()
	c := h.cache
	if c == nil || c.version != version || c.contacts.len()+c.atClient.len()+c.teams.len()+c.rules.len() > maxCached {
		h.cache = &cache{version: version}
	}
	return h.cache
}

// A memo keeps values by key, and that there is none: directory.ErrNotFound.
type memo[T any] struct {
	mu   sync.Mutex
	kept map[string]result[T]
}

type result[T any] struct {
	value T
	err   error
	keys  []string // of the look-ups that gave it
}

// get returns the value of a key. It calls read for a key that is new.
func (m *memo[T]) get(ctx context.Context, key string, read func(context.Context) (T, error)) (T, error) {
	m.mu.Lock()
	r, ok := m.kept[key]
	m.mu.Unlock()
	if ok {
		directory.Note(ctx, r.keys...)
		return r.value, r.err
	}
	observed, lookups := directory.Observe(ctx)
	r.value, r.err = read(observed) // without the lock: two reads of one key return the same
	r.keys = lookups.Keys()
	directory.Note(ctx, r.keys...)
	if r.err != nil && !errors.Is(r.err, directory.ErrNotFound) {
		return r.value, r.err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.kept == nil {
		m.kept = map[string]result[T]{}
	}
	m.kept[key] = r
	return r.value, r.err
}

// has returns the value of a key that get has read before; false for another key.
func (m *memo[T]) has(key string) (value T, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r, ok := m.kept[key]
	return r.value, ok
}

func (m *memo[T]) len() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.kept)
}

// Staff, Role, Team and Roles make records a membership.Source.

// Staff notes no look-up: MemberByAddress and Joiners say whom of all they rest on.
func (r *records) Staff(ctx context.Context) (*membership.Staff, error) {
	unnoted, _ := directory.Observe(ctx)
	return r.cache.staff.get(unnoted, "", func(ctx context.Context) (*membership.Staff, error) {
		return (&membership.Office{Directory: r.directory}).Staff(ctx)
	})
}

func (r *records) Role(ctx context.Context, id string) (directory.Role, error) {
	return r.cache.roles.get(ctx, id, func(ctx context.Context) (directory.Role, error) { return r.directory.Role(ctx, id) })
}

func (r *records) Team(ctx context.Context, id string) (directory.ProcessTeam, error) {
	return r.cache.teams.get(ctx, id, func(ctx context.Context) (directory.ProcessTeam, error) { return r.directory.Team(ctx, id) })
}

func (r *records) Roles(ctx context.Context, client string) ([]directory.Link, error) {
	return r.cache.atClient.get(ctx, client, func(ctx context.Context) ([]directory.Link, error) {
		directory.NoteClientTeam(ctx, client)
		team, _, known, err := r.cache.clientTeams.get(directory.TeamPlace(client),
			func(from string) (map[string][]directory.Link, string, error) {
				return r.directory.TeamsAhead(ctx, from)
			})
		if known || err != nil {
			return team, err
		}
		return r.directory.ClientTeam(ctx, client)
	})
}

func (r *records) Joiners(ctx context.Context, link connector.Link, address, client string) ([]string, item.Reason, error) {
	directory.NoteMembers(ctx)
	return membership.Joiners(ctx, r, link, address, client, r.now)
}

func (r *records) Link(ctx context.Context, mailbox string) (connector.Link, bool, error) {
	a, ok := r.addresses[mailbox]
	if !ok {
		return connector.Link{}, false, nil
	}
	ok, err := a.Link.Exists(ctx, r)
	return a.Link, ok, err
}

func (r *records) Contact(ctx context.Context, email string) (sender, bool, error) {
	c, err := r.cache.contacts.get(ctx, email, func(ctx context.Context) (*sender, error) {
		directory.NoteContact(ctx, email)
		c, ok, known, err := r.cache.addresses.get(directory.AddressPlace(email),
			func(from string) (map[string]directory.Contact, string, error) {
				return r.directory.ContactsAhead(ctx, from)
			})
		if !known && err == nil {
			c, ok, err = r.directory.ContactByAddress(ctx, email)
		}
		if !ok || err != nil {
			return nil, err
		}
		_, undeliverable := c.Undeliverable[email]
		return &sender{ID: c.ID, Name: c.Name, Clients: c.Clients, Rule: c.Learned[email], Portal: c.Portal, Undeliverable: undeliverable}, nil
	})
	if c == nil || err != nil {
		return sender{}, false, err
	}
	return *c, true, nil
}

func (r *records) ContactByID(ctx context.Context, id string) (sender, bool, error) {
	c, err := r.directory.Contact(ctx, id)
	if errors.Is(err, directory.ErrNotFound) {
		return sender{}, false, nil
	}
	return sender{ID: c.ID, Name: c.Name, Clients: c.Clients, Portal: c.Portal}, err == nil, err
}

func (r *records) Client(ctx context.Context, id string) (bool, error) {
	_, err := r.directory.Client(ctx, id)
	if errors.Is(err, directory.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// MemberByAddress makes records the membership.Members of Member and Own.
func (r *records) MemberByAddress(ctx context.Context, email string) (directory.TeamMember, bool, error) {
	directory.NoteMember(ctx, email)
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
	return membership.Own(ctx, r, r.connectors, email)
}

// AtClient reads at most fifty contacts of the domain.
func (r *records) AtClient(ctx context.Context, client, email string) (bool, error) {
	contacts, err := r.directory.ContactsAtDomain(ctx, directory.Domain(email), 50)
	if err != nil || len(contacts) == 0 {
		return false, err
	}
	return !slices.ContainsFunc(contacts, func(c directory.Contact) bool { return !slices.Contains(c.Clients, client) }), nil
}

// SideConversation follows what the mail answers: a forward begins a side conversation,
// and what answers a message of it belongs to it.
func (r *records) SideConversation(ctx context.Context, c chat.Chat, it item.Item) (string, error) {
	for _, id := range it.Answers() {
		reply, ok, err := r.outbox.ByMessageID(ctx, id)
		if err != nil {
			return "", err
		}
		answered := reply.Answers
		switch {
		case ok && reply.Chat == c.ID && reply.Mode == outbox.ModeForward:
			return reply.ID, nil
		case !ok:
			earlier, err := r.items.ByMessageID(ctx, id)
			if err != nil {
				return "", err
			}
			if i := slices.IndexFunc(earlier, func(e item.Item) bool { return e.Chat == c.ID }); i >= 0 {
				answered = earlier[i].ID
			}
		}
		if answered == "" {
			continue
		}
		m, err := r.Message(ctx, c.ID, answered)
		if errors.Is(err, chat.ErrNotFound) {
			continue
		}
		return m.SideConversation, err
	}
	return "", nil
}

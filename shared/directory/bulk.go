package directory

import (
	"cmp"
	"context"
	"reflect"
	"slices"
	"strings"

	"kantoorpost/shared/ids"
	"kantoorpost/shared/table"
)

// A Bulk is the directory in memory, with changes that are checked like single
// changes and then written together, many in one transaction. The zero Bulk is
// an empty directory for checks only. A Bulk has one user at a time.
//
// An import is no Change: that reads each object that it changes, and writes at most 100
// rows. A thousand new clients cost 110 requests with a Bulk, and 3,000 with a Change each.
type Bulk struct {
	store   *Store
	version int64  // of the directory when this Bulk was read
	token   string // the revision of all changed objects
	index   bool   // the search rows of all clients and contacts are written again

	clients  stagedObjects[Client]
	contacts stagedObjects[Contact]
	members  stagedObjects[TeamMember]
	roles    stagedObjects[Role]
	teams    stagedObjects[clientTeam]

	lease lease
}

// Bulk reads the clients, contacts, team members, roles, and teams of clients,
// a thousand with each query. Errors: ErrImporting.
func (s *Store) Bulk(ctx context.Context) (*Bulk, error) {
	v, _, err := find[version](ctx, s, versionKey)
	if err != nil {
		return nil, err
	}
	if err := v.open(); err != nil {
		return nil, err
	}
	b := &Bulk{store: s, version: v.Version, lease: lease{turn: make(chan struct{}, 1)}}
	for _, load := range []func(context.Context, *Store) error{
		b.clients.load, b.contacts.load, b.members.load, b.roles.load, b.teams.load,
	} {
		if err := load(ctx, s); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// A stagedObjects holds the objects of one kind in memory.
type stagedObjects[T Entity[T]] struct {
	now map[string]T // by the key of their own row
	was map[string]T // as in the table, for those that change and are not new
	// changed are the keys of the changed objects, in the order of their first
	// changes.
	changed []string
	// unique has the key of the object with a unique value, by the key of the
	// value's row. A value that an object gives up stays here: rows are written
	// in any order, so no other object can have it in the same Bulk.
	unique map[string]string
}

func (s *stagedObjects[T]) load(ctx context.Context, from *Store) error {
	return each(ctx, from, kindOf[T]()+"|", func(v T) bool {
		s.place(v)
		return true
	})
}

func (s *stagedObjects[T]) place(v T) {
	if s.now == nil {
		s.now, s.was, s.unique = map[string]T{}, map[string]T{}, map[string]string{}
	}
	key := keyOfRow(v)
	s.now[key] = v
	for _, d := range v.derived() {
		if d.unique != "" {
			s.unique[d.key] = key
		}
	}
}

// put adds or changes an object that has been checked. Errors: *Conflict,
// *TooLarge.
func (s *stagedObjects[T]) put(token string, v T) (T, error) {
	was, there := s.now[keyOfRow(v)]
	if there && reflect.DeepEqual(was, v) {
		return was, nil
	}
	_, id, _ := v.identity()
	v = v.with(cmp.Or(id, ids.Random()), token)
	key, derived := keyOfRow(v), v.derived()
	if rows := 1 + len(derived); rows > table.MaxOps {
		return v, &TooLarge{Rows: rows, Limit: table.MaxOps}
	}
	for _, d := range derived {
		if owner, taken := s.unique[d.key]; taken && d.unique != "" && owner != key {
			kind, id, _ := strings.Cut(owner, "|")
			return v, &Conflict{Field: d.unique, Value: d.value, Kind: kinds[kind].word, ID: id}
		}
	}
	s.place(v)
	if !there || revisionOf(was) != token {
		s.changed = append(s.changed, key)
		if there {
			s.was[key] = was
		}
	}
	return v, nil
}

// by returns the object with a unique value, by the key of the value's row.
func (s *stagedObjects[T]) by(key string) (v T, found bool) {
	v, found = s.now[s.unique[key]]
	return v, found
}

func (b *Bulk) revision() string {
	b.token = cmp.Or(b.token, ids.Random())
	return b.token
}

// Client returns the client with an id.
func (b *Bulk) Client(id string) (Client, bool) {
	c, found := b.clients.now[keyOf("client", id)]
	return c, found
}

// ClientByNumber returns the client with a number.
func (b *Bulk) ClientByNumber(number string) (Client, bool) {
	return b.clients.by(keyOf("client-number", fold(oneLine(number))))
}

// ContactByAddress returns the contact with an e-mail address. Text that is no
// address has no contact.
func (b *Bulk) ContactByAddress(address string) (Contact, bool) {
	address, err := ReceivedAddress(address)
	if err != nil {
		return Contact{}, false
	}
	return b.contacts.by(addressKey("contact-address", address))
}

// MemberByAddress returns the team member with an e-mail address, active or
// not. Text that is no address has no member.
func (b *Bulk) MemberByAddress(address string) (TeamMember, bool) {
	address, err := ReceivedAddress(address)
	if err != nil {
		return TeamMember{}, false
	}
	return b.members.by(addressKey("member-address", address))
}

// RoleNamed returns the role with a name. It ignores case.
func (b *Bulk) RoleNamed(name string) (Role, bool) {
	return b.roles.by(keyOf("role-name", fold(oneLine(name))))
}

// ClientTeam returns who works for a client, in order.
func (b *Bulk) ClientTeam(client string) []Link {
	return b.teams.now[keyOf("links", client)].Links
}

// Administered says whether there is an active administrator.
func (b *Bulk) Administered() bool {
	for _, m := range b.members.now {
		if m.administrates() {
			return true
		}
	}
	return false
}

// SaveClient changes a client, or adds one without an id, and returns it as
// saved. Errors: *Invalid, *Conflict.
func (b *Bulk) SaveClient(c Client) (Client, error) {
	c, err := c.checked()
	if err != nil {
		return c, err
	}
	return b.clients.put(b.revision(), c)
}

// SaveContact changes a contact, or adds one without an id, and returns it as
// saved. Errors: *Invalid, *Conflict, *TooLarge.
func (b *Bulk) SaveContact(c Contact) (Contact, error) {
	was := b.contacts.now[keyOf("contact", c.ID)]
	c, err := checkContact(context.Background(), b.has, c, was, typedOr(was.Emails))
	if err != nil {
		return c, err
	}
	return b.contacts.put(b.revision(), c)
}

// has says whether there is an object, by the key of its row.
func (b *Bulk) has(_ context.Context, key string) (bool, error) {
	_, client := b.clients.now[key]
	_, member := b.members.now[key]
	_, role := b.roles.now[key]
	return client || member || role, nil
}

// SaveTeamMember changes a team member, or adds one without an id, and returns
// the member as saved. The caller asks Administered when all members are saved.
// Errors: *Invalid, *Conflict.
func (b *Bulk) SaveTeamMember(m TeamMember) (TeamMember, error) {
	m, err := m.checked()
	if err != nil {
		return m, err
	}
	m.account = account{}
	if was := b.members.now[keyOf("member", m.ID)]; was.Email == m.Email {
		m.account = was.account
	}
	return b.members.put(b.revision(), m)
}

// SaveRole changes a role, or adds one without an id, and returns it as saved.
// Errors: *Invalid, *Conflict.
func (b *Bulk) SaveRole(r Role) (Role, error) {
	r, err := r.checked()
	if err != nil {
		return r, err
	}
	return b.roles.put(b.revision(), r)
}

// SaveClientTeam replaces the list of who works for a client, in order. Errors:
// ErrNotFound, *Invalid, *TooLarge.
func (b *Bulk) SaveClientTeam(client string, links []Link) error {
	if _, found := b.Client(client); !found {
		return notFound[Client](client)
	}
	if err := checkLinks(context.Background(), b.has, links); err != nil {
		return err
	}
	team := b.teams.now[keyOf("links", client)]
	team.Client, team.Links = client, slices.Clone(links)
	_, err := b.teams.put(b.revision(), team)
	return err
}

package membership

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"kantoorpost/shared/connector"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
)

// office is a directory, and how often it was read.
type office struct {
	members     []directory.TeamMember // by name
	clients     map[string][]directory.Link
	roles       map[string][]string // by member
	teams       map[string][]string
	substituted map[string][]directory.TeamMember // by substitute
	fails       map[string]error                  // by member, of RolesOf
	activated   []string

	mu    sync.Mutex
	reads map[string]int
}

func (o *office) read(what string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.reads == nil {
		o.reads = map[string]int{}
	}
	o.reads[what]++
}

func (o *office) AllMembers(context.Context) ([]directory.TeamMember, error) {
	o.read("members")
	return o.members, nil
}

func (o *office) Role(_ context.Context, id string) (directory.Role, error) {
	o.read("role")
	if id != "rb" {
		return directory.Role{}, directory.ErrNotFound
	}
	return directory.Role{ID: id, Name: "Relatiebeheerder"}, nil
}

func (o *office) Team(_ context.Context, id string) (directory.ProcessTeam, error) {
	o.read("team")
	members, ok := o.teams[id]
	if !ok {
		return directory.ProcessTeam{}, directory.ErrNotFound
	}
	return directory.ProcessTeam{ID: id, Name: "Loon", Members: members}, nil
}

func (o *office) ClientTeam(_ context.Context, client string) ([]directory.Link, error) {
	o.read("client")
	return o.clients[client], nil
}

func (o *office) RolesOf(_ context.Context, member string) ([]string, error) {
	o.read("roles")
	return o.roles[member], o.fails[member]
}

func (o *office) TeamsOf(_ context.Context, member string) (teams []string, _ error) {
	o.read("teams")
	for t, members := range o.teams {
		if slices.Contains(members, member) {
			teams = append(teams, t)
		}
	}
	return teams, nil
}

func (o *office) SubstitutedBy(_ context.Context, member string, _ time.Time) ([]directory.TeamMember, error) {
	o.read("substituted")
	return o.substituted[member], nil
}

func (o *office) MemberByAddress(_ context.Context, address string) (directory.TeamMember, bool, error) {
	m, ok := NewStaff(o.members...).ByAddress(address)
	return m, ok, nil
}

func (o *office) Activation(_ context.Context, address string) (connector.Activation, error) {
	o.read("activation")
	if !slices.Contains(o.activated, address) {
		return connector.Activation{}, connector.ErrNotFound
	}
	return connector.Activation{Address: address}, nil
}

func newOffice() *office {
	return &office{
		members: []directory.TeamMember{member("anna"), member("bram"), left(member("carla"))},
		clients: map[string][]directory.Link{"1001": {{Member: "carla", Role: "rb"}, {Member: "bram", Role: "rb"}, {Member: "anna", Role: "rb"}}},
		roles:   map[string][]string{"anna": {"other", "rb"}, "bram": {"rb"}, "carla": {"rb"}},
		teams:   map[string][]string{"loon": {"bram"}},
	}
}

// A link needs no more than its own facts, and several links need the team
// members and their roles once.
func TestLoad(t *testing.T) {
	d := newOffice()
	o := &Office{Directory: d}
	for _, x := range []struct {
		name            string
		link            connector.Link
		address, client string
		want, target    string
		reads           map[string]int
	}{
		{"a contact", contact, "anna@kantoor.example", "1001", "anna", "", map[string]int{"members": 1}},
		{"a role at a client", role, "", "1001", "bram, anna", "Relatiebeheerder", map[string]int{"role": 1, "client": 1}},
		{"a role at any client", role, "", "", "anna, bram", "Relatiebeheerder", map[string]int{"role": 1, "roles": 3}},
		{"again", role, "", "", "anna, bram", "Relatiebeheerder", map[string]int{"role": 1}},
		{"a team", team, "", "1001", "bram", "Loon", map[string]int{"team": 1}},
	} {
		d.reads = map[string]int{}
		f, err := Load(t.Context(), o, x.link, x.client)
		if err != nil || f.Name != x.target {
			t.Fatalf("%s: %q, %v", x.name, f.Name, err)
		}
		if got, _ := f.Candidates(x.link, x.address, at); text(got) != x.want {
			t.Errorf("%s: %q, want %q", x.name, text(got), x.want)
		}
		if !maps.Equal(d.reads, x.reads) {
			t.Errorf("%s: read %v, want %v", x.name, d.reads, x.reads)
		}
	}
}

// Mail to an address whose role or team is gone waits; a directory that fails
// decides nothing, and says of each read that failed why.
func TestJoinersOfWhatIsGone(t *testing.T) {
	d := newOffice()
	o := &Office{Directory: d}
	for _, gone := range []connector.Link{{Kind: connector.LinkRole, ID: "gone"}, {Kind: connector.LinkProcessTeam, ID: "gone"}} {
		if ids, reason, err := Joiners(t.Context(), o, gone, "", "1001", at); err != nil || len(ids) > 0 || reason != item.LinkRemoved {
			t.Errorf("%s: %v, %q, %v", gone.Kind, ids, reason, err)
		}
	}
	if ids, reason, err := Joiners(t.Context(), o, role, "", "1001", at); err != nil || !slices.Equal(ids, []string{"bram"}) || reason != "" {
		t.Errorf("%v, %q, %v", ids, reason, err)
	}
	one, two := errors.New("one"), errors.New("two")
	d.fails = map[string]error{"anna": one, "bram": two}
	if _, _, err := Joiners(t.Context(), o, role, "", "", at); !errors.Is(err, one) || !errors.Is(err, two) {
		t.Errorf("the directory fails twice: %v", err)
	}
}

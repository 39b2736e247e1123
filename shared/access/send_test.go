package access

import (
	"context"
	"testing"
	"time"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/connector"
	"kantoorpost/shared/directory"
)

// office is what team members are linked with, by their ids.
type office struct {
	away         map[string][]directory.TeamMember
	roles, teams map[string][]string
}

func (o office) SubstitutedBy(_ context.Context, member string, _ time.Time) ([]directory.TeamMember, error) {
	return o.away[member], nil
}
func (o office) RolesOf(_ context.Context, member string) ([]string, error) {
	return o.roles[member], nil
}
func (o office) TeamsOf(_ context.Context, member string) ([]string, error) {
	return o.teams[member], nil
}

// Who sends from which address, in a chat of info@ and of Anna's own address.
func TestMaySend(t *testing.T) {
	who := func(id string, rights directory.Rights) directory.TeamMember {
		return directory.TeamMember{ID: id, Email: id + "@kantoor.example", Rights: rights, Active: true}
	}
	anna, bram, carla := who("anna", directory.Editor), who("bram", directory.Editor), who("carla", directory.Manager)
	dirk, eva, left := who("dirk", directory.Editor), who("eva", directory.Reader), who("anna", directory.Editor)
	left.Active = false
	linked := office{
		away:  map[string][]directory.TeamMember{"dirk": {anna}},
		roles: map[string][]string{"anna": {"rb"}, "bram": {"loon"}},
	}
	address := func(name string, kind connector.LinkKind, id string) connector.Activation {
		return connector.Activation{ID: name, Address: name + "@kantoor.example", Link: connector.Link{Kind: kind, ID: id}, Active: true}
	}
	info, own, loon := address("info", connector.LinkRole, "rb"), address("anna", connector.LinkContact, ""),
		address("loon", connector.LinkRole, "loon")
	gone := info
	gone.Active = false
	c := chat.Chat{Members: []string{"anna", "eva", "bram"}, Addresses: []string{info.Address, own.Address}}
	for _, x := range []struct {
		name  string
		actor Actor
		from  connector.Activation
		want  bool
	}{
		{"an address that her link means", Actor{Member: anna}, info, true},
		{"her own address", Actor{Member: anna}, own, true},
		{"an address that is neither hers nor the chat's", Actor{Member: anna}, loon, false},
		{"who takes part, from the chat's address", Actor{Member: bram}, info, true},
		{"who takes part, from another address of his", Actor{Member: bram}, loon, true},
		{"who takes part, from somebody's own address", Actor{Member: bram}, own, false},
		{"a manager, from a shared address", Actor{Member: carla}, loon, true},
		{"a manager, from somebody's own address", Actor{Member: carla}, own, false},
		{"who stands in for her, from her address", Actor{Member: dirk}, own, true},
		{"who stands in for her, from the chat's address", Actor{Member: dirk}, info, true},
		{"who does not take part", Actor{Member: who("fred", directory.Editor)}, info, false},
		{"who may only read", Actor{Member: eva}, info, false},
		{"who has left", Actor{Member: left}, info, false},
		{"an address that is no longer activated", Actor{Member: anna}, gone, false},
		{"a program", Actor{Application: "a", Roles: []string{roleChats}}, info, false},
		{"the first administrator", Actor{Member: directory.TeamMember{Email: "x@kantoor.example", Rights: directory.Administrator,
			Active: true}}, info, false},
	} {
		got, err := MaySend(t.Context(), x.actor, c, x.from, linked, time.Now())
		if err != nil || got != x.want {
			t.Errorf("%s: %v, %v; want %v", x.name, got, err, x.want)
		}
	}
}

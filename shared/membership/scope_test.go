package membership

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"kantoorpost/shared/connector"
	"kantoorpost/shared/directory"
)

// A team member sees the mail of the mailboxes whose links mean him or her, and
// of those whose links mean somebody for whom he or she is the substitute, even
// if that one has left.
func TestMailboxes(t *testing.T) {
	activations := []connector.Activation{
		{ID: "own", Address: "Anna@Kantoor.example", Link: contact},
		{ID: "other", Address: "carla@kantoor.example", Link: contact},
		{ID: "role", Address: "info@kantoor.example", Link: role},
		{ID: "otherRole", Address: "a@kantoor.example", Link: connector.Link{Kind: connector.LinkRole, ID: "loon"}},
		{ID: "team", Address: "b@kantoor.example", Link: team},
		{ID: "otherTeam", Address: "c@kantoor.example", Link: connector.Link{Kind: connector.LinkProcessTeam, ID: "rb"}},
		{ID: "odd", Address: "anna@kantoor.example", Link: connector.Link{ID: "rb"}},
	}
	anna, bram := member("anna"), member("bram")
	for _, x := range []struct {
		name   string
		member directory.TeamMember
		away   []directory.TeamMember
		of     []connector.Activation
		want   string
		reads  map[string]int
	}{
		{"own address and role", anna, nil, activations, "own role", map[string]int{"substituted": 1, "roles": 1, "teams": 1}},
		{"role and team", bram, nil, activations, "role team", map[string]int{"substituted": 1, "roles": 1, "teams": 1}},
		{"links are asked for nothing", anna, nil, activations[:2], "own", map[string]int{"substituted": 1}},
		{"of those who are away", anna, []directory.TeamMember{left(member("carla")), bram}, activations, "other own role team",
			map[string]int{"substituted": 1, "roles": 3, "teams": 3}},
	} {
		o := newOffice()
		o.substituted = map[string][]directory.TeamMember{x.member.ID: x.away}
		seen, err := Mailboxes(t.Context(), o, x.member, x.of, at)
		got := slices.Sorted(maps.Keys(seen))
		if want := strings.Fields(x.want); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: sees %q, %v; want %q", x.name, got, err, want)
		}
		if !maps.Equal(o.reads, x.reads) {
			t.Errorf("%s: read %v, want %v", x.name, o.reads, x.reads)
		}
	}
}

// The office's own are the addresses of active team members and those that were
// activated; a former colleague is a stranger.
func TestOwn(t *testing.T) {
	o := newOffice()
	o.activated = []string{"info@kantoor.example"}
	for address, want := range map[string]bool{
		"anna@kantoor.example": true, "info@kantoor.example": true, "carla@kantoor.example": false, "jan@bakker.example": false,
	} {
		if own, err := Own(t.Context(), o, o, address); err != nil || own != want {
			t.Errorf("%s: %t, %v", address, own, err)
		}
	}
	// The address of a former colleague that the office still reads is its own.
	o.activated = append(o.activated, "carla@kantoor.example")
	if own, err := Own(t.Context(), o, o, "carla@kantoor.example"); err != nil || !own {
		t.Errorf("an activated address of a former colleague: %t, %v", own, err)
	}
	if _, ok, err := Colleague(t.Context(), o, "carla@kantoor.example"); err != nil || ok {
		t.Errorf("a former colleague is a colleague: %v", err)
	}
}

package membership

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"kantoorpost/shared/connector"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
)

var (
	at      = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	contact = connector.Link{Kind: connector.LinkContact}
	role    = connector.Link{Kind: connector.LinkRole, ID: "rb"}
	team    = connector.Link{Kind: connector.LinkProcessTeam, ID: "loon"}
)

// member is an active team member, and who stands in now.
func member(id string, substitute ...string) directory.TeamMember {
	m := directory.TeamMember{ID: id, Email: id + "@kantoor.example", Active: true}
	for _, s := range substitute {
		m.Substitute = &directory.Substitute{Member: s, From: at.Add(-time.Hour), Until: at.Add(time.Hour)}
	}
	return m
}

func left(m directory.TeamMember) directory.TeamMember {
	m.Active = false
	return m
}

func text(joiners []Joiner) string {
	var out []string
	for _, j := range joiners {
		if j.For != "" {
			j.ID += " for " + j.For
		}
		out = append(out, j.ID)
	}
	return strings.Join(out, ", ")
}

// Whom a link brings into a chat, and whom at any client.
func TestJoiners(t *testing.T) {
	anna, bram, carla := member("anna"), member("bram"), member("carla")
	office := []directory.TeamMember{anna, bram, carla}
	roles := func(ids ...string) (links []directory.Link) {
		for _, id := range ids {
			links = append(links, directory.Link{Member: id, Role: "rb"})
		}
		return links
	}
	for _, x := range []struct {
		name    string
		staff   []directory.TeamMember
		roles   []directory.Link
		team    []string
		link    connector.Link
		address string
		want    string
		all     string // Candidates, when that differs
		reason  item.Reason
	}{
		{name: "the member's own address", link: contact, address: "anna@kantoor.example", want: "anna"},
		{name: "an address in another form", link: contact, address: " Anna@KANTOOR.example", want: "anna"},
		{name: "nobody's address", link: contact, address: "weg@kantoor.example", reason: item.NoMemberAddress},
		{name: "no address", link: contact, reason: item.NoMemberAddress},
		{name: "the address of somebody who left", staff: []directory.TeamMember{left(anna)}, link: contact, address: "anna@kantoor.example",
			reason: item.NoMemberAddress},
		{name: "the first who has the role", roles: roles("bram", "anna"), link: role, want: "bram", all: "bram, anna"},
		{name: "the first of the active", staff: []directory.TeamMember{left(bram), anna}, roles: roles("bram", "anna"), link: role,
			want: "anna"},
		{name: "another role", roles: []directory.Link{{Member: "anna", Role: "other"}}, link: role, reason: item.NoMemberRole},
		{name: "a role of somebody who was deleted", roles: roles("gone"), link: role, reason: item.NoMemberRole},
		{name: "a role twice", roles: roles("anna", "anna"), link: role, want: "anna"},
		{name: "the whole team, in its order", team: []string{"carla", "anna", "bram"}, link: team, want: "carla, anna, bram"},
		{name: "the active of a team", staff: []directory.TeamMember{anna, left(bram)}, team: []string{"bram", "anna"}, link: team, want: "anna"},
		{name: "an empty team", link: team, reason: item.EmptyTeam},
		{name: "a team of whom all left", staff: []directory.TeamMember{left(bram)}, team: []string{"bram"}, link: team, reason: item.EmptyTeam},
		{name: "a link of an unknown kind", link: connector.Link{Kind: "new", ID: "rb"}, roles: roles("anna"), reason: item.LinkRemoved},
		{name: "a substitute", staff: []directory.TeamMember{member("anna", "bram"), bram}, roles: roles("anna"), link: role,
			want: "anna, bram for anna"},
		{name: "a substitute's substitute", staff: []directory.TeamMember{member("anna", "bram"), member("bram", "carla"), carla},
			roles: roles("anna"), link: role, want: "anna, bram for anna, carla for bram"},
		{name: "a circle of substitutes", staff: []directory.TeamMember{member("anna", "bram"), member("bram", "anna")}, link: contact,
			address: "bram@kantoor.example", want: "bram, anna for bram"},
		{name: "a substitute who joins anyway", staff: []directory.TeamMember{member("anna", "bram"), bram}, team: []string{"anna", "bram"},
			link: team, want: "anna, bram"},
		{name: "a substitute who left", staff: []directory.TeamMember{member("anna", "bram"), left(bram)}, roles: roles("anna"), link: role,
			want: "anna"},
		{name: "the substitute of somebody who left", staff: []directory.TeamMember{left(member("anna", "bram")), bram}, roles: roles("anna"),
			link: role, reason: item.NoMemberRole},
	} {
		staff := x.staff
		if staff == nil {
			staff = office
		}
		if x.all == "" {
			x.all = x.want
		}
		f := Facts{Staff: NewStaff(staff...), Roles: x.roles, Teams: map[string][]string{"loon": x.team}}
		if got, reason := f.Joiners(x.link, x.address, at); text(got) != x.want || reason != x.reason {
			t.Errorf("%s: joiners %q, %q; want %q, %q", x.name, text(got), reason, x.want, x.reason)
		}
		if got, reason := f.Candidates(x.link, x.address, at); text(got) != x.all || reason != x.reason {
			t.Errorf("%s: candidates %q, %q; want %q, %q", x.name, text(got), reason, x.all, x.reason)
		}
	}
	for when, want := range map[time.Time]string{at.Add(-time.Hour): "anna, bram for anna", at.Add(-time.Hour - 1): "anna",
		at.Add(time.Hour): "anna"} {
		f := Facts{Staff: NewStaff(member("anna", "bram"), bram)}
		if got, _ := f.Joiners(contact, "anna@kantoor.example", when); text(got) != want {
			t.Errorf("at %s: %q, want %q", when, text(got), want)
		}
	}
}

// What a caller does with the joiners does not change the team.
func TestJoinersLeaveTheFactsAlone(t *testing.T) {
	members := []string{"gone", "anna"}
	f := Facts{Staff: NewStaff(member("anna")), Teams: map[string][]string{"loon": members}}
	if got, _ := f.Joiners(team, "", at); text(got) != "anna" || !slices.Equal(members, []string{"gone", "anna"}) {
		t.Error(fmt.Sprint(got, members))
	}
}

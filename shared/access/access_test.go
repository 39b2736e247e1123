package access

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"kantoorpost/infra"
	"kantoorpost/shared/directory"
)

func person(rights directory.Rights) Actor {
	return Actor{Member: directory.TeamMember{ID: "m", Email: "m@kantoor.nl", Rights: rights, Active: true}}
}

// The matrix of rights: what each actor may do to objects that are linked with
// the actor, and to others.
func TestMatrix(t *testing.T) {
	actors := []struct {
		name  string
		actor Actor
	}{
		{"reader", person(directory.Reader)},
		{"editor", person(directory.Editor)},
		{"manager", person(directory.Manager)},
		{"administrator", person(directory.Administrator)},
		{"directory app", Actor{Application: "a", Roles: []string{"Directory.ReadWrite"}}},
		{"members app", Actor{Application: "a", Roles: []string{"TeamMembers.ReadWrite"}}},
		{"mails app", Actor{Application: "a", Roles: []string{"Mails.Read"}}},
		{"chats app", Actor{Application: "a", Roles: []string{"Chats.ReadWrite"}}},
		{"configuration app", Actor{Application: "a", Roles: []string{"Configuration.ReadWrite"}}},
		{"nobody", Actor{}},
		{"inactive", Actor{Member: directory.TeamMember{ID: "m", Rights: directory.Administrator}}},
		{"app without roles", Actor{Application: "a"}},
		{"app with other roles", Actor{Application: "a", Roles: []string{"Mail.Read", "administrator"}}},
		{"person with app roles", Actor{Member: directory.TeamMember{ID: "m", Rights: "none", Active: true}, Roles: []string{"Mails.Read"}}},
	}
	// Each mark is for one actor: - never, l linked objects only, a all.
	matrix := []struct {
		action Action
		marks  string
	}{
		{Public, "aaaaaaaaaaaaaa"},
		{MeRead, "aaaaaaaaa----a"},
		{HealthRead, "--aa----------"},
		{DirectoryRead, "aaaaa---------"},
		{DirectoryWrite, "---aa---------"},
		{ProspectsWrite, "--aaa---------"},
		{MembersRead, "aaaaaa--------"},
		{MembersWrite, "---a-a--------"},
		{ConfigurationRead, "---a----a-----"},
		{ConfigurationWrite, "---a----a-----"},
		{MailsRead, "llaa--a-------"},
		{MailsSolve, "-laa----------"},
		{MailsRelease, "--aa----------"},
		{ChatsRead, "llaa---a------"},
		{ChatsWrite, "-laa---a------"},
		{"unheard.of", "--------------"},
	}
	for _, row := range matrix {
		for i, a := range actors {
			want := row.marks[i]
			for object, may := range map[Object]bool{Some: want != '-', Linked: want != '-', Other: want == 'a'} {
				if Can(a.actor, row.action, object) != may {
					t.Errorf("%s %s object %d: %v", a.name, row.action, object, !may)
				}
			}
		}
	}
	for _, a := range actors {
		for _, row := range matrix[1:] {
			if slices.Contains(Actions(a.actor), row.action) != Can(a.actor, row.action, Some) {
				t.Errorf("Actions of %s disagree about %s", a.name, row.action)
			}
		}
	}
	if Can(person(directory.Administrator), DirectoryWrite, Object(9)) {
		t.Error("an unknown kind of object is allowed")
	}
}

type links struct {
	roles, teams []string
	asked        int
	away         []directory.TeamMember // for whom the member is the substitute
}

var at = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

func TestScopeFollowsTheLink(t *testing.T) {
	activations := []Activation{
		{ID: "own", Address: "M@Kantoor.nl", Kind: "contact"},
		{ID: "other", Address: "x@kantoor.nl", Kind: "contact"},
		{ID: "role", Address: "info@kantoor.nl", Kind: "role", Link: "r1"},
		{ID: "otherRole", Address: "a@kantoor.nl", Kind: "role", Link: "r2"},
		{ID: "team", Address: "b@kantoor.nl", Kind: "process-team", Link: "t1"},
		{ID: "otherTeam", Address: "c@kantoor.nl", Kind: "process-team", Link: "r1"},
		{ID: "odd", Address: "m@kantoor.nl", Kind: "", Link: "r1"},
	}
	for rights, all := range map[directory.Rights]bool{
		directory.Reader: false, directory.Editor: false, directory.Manager: true, directory.Administrator: true,
	} {
		l := &links{roles: []string{"r1"}, teams: []string{"t1"}}
		scope, err := ScopeOf(t.Context(), person(rights), activations, l, at)
		if err != nil || scope.All != all {
			t.Fatalf("%s: %+v, %v", rights, scope, err)
		}
		for _, a := range activations {
			linked := slices.Contains([]string{"own", "role", "team"}, a.ID)
			if scope.Sees(a.ID) != (all || linked) {
				t.Errorf("%s sees %s: %v", rights, a.ID, scope.Sees(a.ID))
			}
			if Can(person(rights), MailsRead, scope.Object(a.ID)) != scope.Sees(a.ID) {
				t.Errorf("%s: Can and Sees disagree about %s", rights, a.ID)
			}
		}
	}
	for name, actor := range map[string]Actor{"nobody": {}, "directory app": {Application: "a", Roles: []string{"Directory.ReadWrite"}}} {
		if scope, err := ScopeOf(t.Context(), actor, activations, &links{roles: []string{"r1"}}, at); err != nil || scope.All || len(scope.Mailboxes) > 0 {
			t.Errorf("%s sees %+v, %v", name, scope, err)
		}
	}
	// A substitute sees what the absent member is linked with, and no more.
	away := directory.TeamMember{ID: "away", Email: "x@kantoor.nl", Rights: directory.Administrator, Active: true}
	scope, err := ScopeOf(t.Context(), person(directory.Reader), activations, &links{away: []directory.TeamMember{away}}, at)
	if err != nil || scope.All || !scope.Sees("other") || !scope.Sees("own") || scope.Sees("role") {
		t.Errorf("a substitute sees %+v, %v", scope, err)
	}
	l := &links{}
	if _, err := ScopeOf(t.Context(), person(directory.Reader), activations[:2], l, at); err != nil || l.asked > 0 {
		t.Errorf("links were asked %d times for nothing, %v", l.asked, err)
	}
}

func TestActorsAreToldApart(t *testing.T) {
	first := Actor{Member: directory.TeamMember{Email: "boss@kantoor.nl", Active: true}}
	ids := map[string]bool{}
	for _, a := range []Actor{person(directory.Reader), {Application: "m"}, first} {
		ids[a.ID()] = true
	}
	if len(ids) != 3 || ids[""] {
		t.Error(fmt.Sprint("ids ", ids))
	}
}

func (l *links) RolesOf(context.Context, string) ([]string, error) { l.asked++; return l.roles, nil }
func (l *links) SubstitutedBy(context.Context, string, time.Time) ([]directory.TeamMember, error) {
	return l.away, nil
}
func (l *links) TeamsOf(context.Context, string) ([]string, error) { l.asked++; return l.teams, nil }

// The app registration gives programs the roles that the code knows, and tokens
// of the version whose claims it reads.
func TestRegistrationHasTheRoles(t *testing.T) {
	r, err := infra.ReadRegistration()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	ids := map[string]bool{}
	for _, role := range r.AppRoles {
		if got = append(got, role.Value); !isGUID(role.ID) || ids[role.ID] || role.Description == "" {
			t.Errorf("%+v", role)
		}
		ids[role.ID] = true
	}
	if !slices.Equal(got, roles) {
		t.Errorf("infra/registration.json has the roles %q, want %q", got, roles)
	}
	if r.API.RequestedAccessTokenVersion != 2 || len(r.API.Scopes) != 1 {
		t.Errorf("%+v", r.API)
	}
}

package access

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"kantoorpost/infra"
	"kantoorpost/shared/connector"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/ids"
	"kantoorpost/shared/must"
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
		{ChatsSend, "-laa----------"},
		{TemplatesRead, "-aaa----------"},
		{TemplatesWrite, "--aa----------"},
		{RepliesApprove, "--aa----------"},
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

// links are the links of a member of team t1.
type links struct{}

func (links) RolesOf(context.Context, string) ([]string, error) { return nil, nil }
func (links) TeamsOf(context.Context, string) ([]string, error) { return []string{"t1"}, nil }
func (links) SubstitutedBy(context.Context, string, time.Time) ([]directory.TeamMember, error) {
	return nil, nil
}

// An actor sees all mailboxes or those of membership.Mailboxes, as his or her rights say.
func TestScopeFollowsTheRights(t *testing.T) {
	activations := []connector.Activation{
		{ID: "team", Address: "b@kantoor.nl", Link: connector.Link{Kind: connector.LinkProcessTeam, ID: "t1"}},
		{ID: "other", Address: "c@kantoor.nl", Link: connector.Link{Kind: connector.LinkProcessTeam, ID: "t2"}},
	}
	for _, x := range []struct {
		name        string
		actor       Actor
		all, linked bool
	}{
		{"reader", person(directory.Reader), false, true},
		{"editor", person(directory.Editor), false, true},
		{"manager", person(directory.Manager), true, true},
		{"administrator", person(directory.Administrator), true, true},
		{"nobody", Actor{}, false, false},
		{"directory app", Actor{Application: "a", Roles: []string{"Directory.ReadWrite"}}, false, false},
	} {
		visible, err := VisibilityOf(t.Context(), x.actor, activations, links{}, time.Now())
		if err != nil || visible.All != x.all || visible.Sees("team") != x.linked || visible.Sees("other") != x.all {
			t.Errorf("%s sees %+v, %v", x.name, visible, err)
		}
		for _, a := range activations {
			if Can(x.actor, MailsRead, visible.Object(a.ID)) != visible.Sees(a.ID) {
				t.Errorf("%s: Can and Sees disagree about %s", x.name, a.ID)
			}
		}
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

// The app registration gives programs the roles that the code knows, and tokens
// of the version whose claims it reads.
func TestRegistrationHasTheRoles(t *testing.T) {
	r := must.Get(infra.ReadRegistration())(t)
	var got []string
	seen := map[string]bool{}
	for _, role := range r.AppRoles {
		if got = append(got, role.Value); !ids.IsGUID(role.ID) || seen[role.ID] || role.Description == "" {
			t.Errorf("%+v", role)
		}
		seen[role.ID] = true
	}
	if !slices.Equal(got, roles) {
		t.Errorf("infra/registration.json has the roles %q, want %q", got, roles)
	}
	if r.API.RequestedAccessTokenVersion != 2 || len(r.API.Scopes) != 1 {
		t.Errorf("%+v", r.API)
	}
}

package access

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/ids"
	"kantoorpost/shared/must"
	"kantoorpost/shared/table/tabletest"
)

const (
	tenant = "11111111-2222-3333-4444-555555555555"
	alice  = "aaaaaaaa-0000-0000-0000-000000000001"
	mallet = "aaaaaaaa-0000-0000-0000-000000000002"
)

type claims map[string]any

func signed(c claims) http.Header {
	var list []map[string]string
	for typ, values := range c {
		switch values := values.(type) {
		case string:
			list = append(list, map[string]string{"typ": typ, "val": values})
		case []string:
			for _, v := range values {
				list = append(list, map[string]string{"typ": typ, "val": v})
			}
		}
	}
	return header(map[string]any{"auth_typ": "aad", "role_typ": "roles", "claims": list})
}

func header(principal any) http.Header {
	text, err := json.Marshal(principal)
	if err != nil {
		panic(err)
	}
	return http.Header{Header: {base64.StdEncoding.EncodeToString(text)}}
}

func user(object, email string) http.Header {
	return signed(claims{"tid": tenant, "oid": object, "preferred_username": email, "name": "Naam"})
}

func newGate(t testing.TB) Gate {
	service := tabletest.Open(t, "directory")
	return Gate{Enabled: true, Tenant: tenant, FirstAdministrator: "Boss@Kantoor.nl", Directory: directory.New(service.Table("directory"))}
}

func (g Gate) add(t testing.TB, email string, rights directory.Rights) directory.TeamMember {
	t.Helper()
	m := directory.TeamMember{Name: "N", Email: email, Rights: rights, Active: true}
	m = must.Get(g.Directory.TeamMembers().Create(t.Context(), m))(t)
	return m
}

func TestOnlyAWellFormedPrincipalOfTheTenantIsSomebody(t *testing.T) {
	g := newGate(t)
	g.add(t, "alice@kantoor.nl", directory.Editor)
	good := user(alice, "alice@kantoor.nl")
	double := http.Header{Header: {good.Get(Header), good.Get(Header)}}
	for name, h := range map[string]http.Header{
		"no header":    {},
		"empty header": {Header: {""}},
		"two headers":  double,
		"no base64":    {Header: {"%%%"}},
		"no JSON":      {Header: {base64.StdEncoding.EncodeToString([]byte("alice"))}},
		"a list":       header([]string{"aad"}),
		"too long": signed(claims{"tid": tenant, "oid": alice, "preferred_username": "alice@kantoor.nl",
			"x": strings.Repeat("x", maxPrincipal)}),
		"another provider": header(map[string]any{"auth_typ": "google", "claims": []any{}}),
		"no claims":        signed(claims{}),
		"no tenant":        signed(claims{"oid": alice, "preferred_username": "alice@kantoor.nl"}),
		"no object":        signed(claims{"tid": tenant, "preferred_username": "alice@kantoor.nl"}),
		"two objects":      signed(claims{"tid": tenant, "oid": []string{alice, mallet}, "preferred_username": "alice@kantoor.nl"}),
		"two tenants":      signed(claims{"tid": []string{tenant, mallet}, "oid": alice, "preferred_username": "alice@kantoor.nl"}),
		"another tenant":   signed(claims{"tid": mallet, "oid": alice, "preferred_username": "alice@kantoor.nl"}),
		"no address":       signed(claims{"tid": tenant, "oid": alice, "scp": "user_impersonation"}),
		"object no GUID":   signed(claims{"tid": tenant, "oid": "alice|x", "preferred_username": "alice@kantoor.nl"}),
	} {
		if actor, err := g.Identify(t.Context(), h); !errors.Is(err, ErrNobody) || actor.ID() != "" {
			t.Errorf("%s: %+v, %v", name, actor, err)
		}
	}
	if actor, err := g.Identify(t.Context(), good); err != nil || actor.Member.Rights != directory.Editor {
		t.Errorf("alice: %+v, %v", actor, err)
	}
	for name, closed := range map[string]Gate{
		"authentication off": {Tenant: tenant, Directory: g.Directory},
		"no tenant set":      {Enabled: true, Directory: g.Directory},
	} {
		if _, err := closed.Identify(t.Context(), good); !errors.Is(err, ErrClosed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestClaimsMayHaveTheirMappedNames(t *testing.T) {
	g := newGate(t)
	g.add(t, "alice@kantoor.nl", directory.Reader)
	for _, email := range []string{xmlsoapClaims + "upn", "preferred_username", "upn"} {
		h := signed(claims{identityClaims + "tenantid": tenant, identityClaims + "objectidentifier": alice, email: "ALICE@kantoor.nl"})
		if actor, err := g.Identify(t.Context(), h); err != nil || actor.Member.Email != "alice@kantoor.nl" {
			t.Errorf("%s: %+v, %v", email, actor, err)
		}
	}
}

func TestAnAddressThatPassesToAnotherDoesNotTakeTheMemberAlong(t *testing.T) {
	g, ctx := newGate(t), t.Context()
	member := g.add(t, "alice@kantoor.nl", directory.Administrator)
	must.Get(g.Identify(ctx, user(alice, "alice@kantoor.nl")))(t)
	if actor, err := g.Identify(ctx, user(mallet, "alice@kantoor.nl")); !errors.Is(err, ErrStranger) {
		t.Errorf("another account with the address: %+v, %v", actor, err)
	}
	if actor, err := g.Identify(ctx, user(alice, "alice.married@kantoor.nl")); err != nil || actor.Member.ID != member.ID {
		t.Errorf("the account with another address: %+v, %v", actor, err)
	}
}

func TestRightsAreThoseOfThisMoment(t *testing.T) {
	g, ctx := newGate(t), t.Context()
	g.add(t, "boss@kantoor.nl", directory.Administrator)
	member := g.add(t, "alice@kantoor.nl", directory.Manager)
	h := user(alice, "alice@kantoor.nl")
	if actor, err := g.Identify(ctx, h); err != nil || !Can(actor, HealthRead, Some) {
		t.Fatal(actor, err)
	}
	set := func(edit func(*directory.TeamMember)) {
		t.Helper()
		must.Get(g.Directory.TeamMembers().Update(ctx, member.ID, "", func(m *directory.TeamMember) error { edit(m); return nil }))(t)
	}
	set(func(m *directory.TeamMember) { m.Rights = directory.Reader })
	if actor, err := g.Identify(ctx, h); err != nil || Can(actor, HealthRead, Some) {
		t.Errorf("after demotion: %+v, %v", actor, err)
	}
	set(func(m *directory.TeamMember) { m.Active = false })
	if _, err := g.Identify(ctx, h); !errors.Is(err, ErrStranger) {
		t.Errorf("after leaving: %v", err)
	}
	must.Do(t, g.Directory.TeamMembers().Delete(ctx, member.ID, ""))
	if _, err := g.Identify(ctx, h); !errors.Is(err, ErrStranger) {
		t.Errorf("after deletion: %v", err)
	}
}

func TestTheFirstAdministratorIsOneUntilTheDirectoryKnowsBetter(t *testing.T) {
	g, ctx := newGate(t), t.Context()
	boss := user(alice, "boss@kantoor.nl")
	is := func(when string, want directory.Rights) {
		t.Helper()
		actor, err := g.Identify(ctx, boss)
		if err != nil || actor.Member.Rights != want {
			t.Errorf("%s: %+v, %v; want %s", when, actor, err, want)
		}
	}
	is("in an empty directory", directory.Administrator)
	if _, err := g.Identify(ctx, user(mallet, "mallet@kantoor.nl")); !errors.Is(err, ErrStranger) {
		t.Errorf("somebody else: %v", err)
	}
	other := g.add(t, "other@kantoor.nl", directory.Administrator)
	is("while only others are in the directory", directory.Administrator)
	member := g.add(t, "boss@kantoor.nl", directory.Reader)
	is("when the directory has him as a reader", directory.Reader)
	if err := g.Directory.TeamMembers().Delete(ctx, other.ID, ""); !errors.Is(err, directory.ErrLastAdministrator) {
		t.Fatal(err)
	}
	must.Do(t, g.Directory.TeamMembers().Delete(ctx, member.ID, ""))
	if actor, err := g.Identify(ctx, boss); !errors.Is(err, ErrStranger) {
		t.Errorf("when he is deleted: %+v, %v", actor, err)
	}
}

// A person who was ever a team member cannot become the first administrator
// again: neither with the address nor with the account.
func TestAFormerMemberIsNoFirstAdministrator(t *testing.T) {
	edit := func(f func(*directory.TeamMember)) func(Gate, directory.TeamMember) error {
		return func(g Gate, m directory.TeamMember) error {
			_, err := g.Directory.TeamMembers().Update(t.Context(), m.ID, "", func(m *directory.TeamMember) error { f(m); return nil })
			return err
		}
	}
	remove := func(g Gate, m directory.TeamMember) error {
		return g.Directory.TeamMembers().Delete(t.Context(), m.ID, "")
	}
	for name, end := range map[string]func(Gate, directory.TeamMember) error{
		"deleted":           remove,
		"inactive":          edit(func(m *directory.TeamMember) { m.Active = false }),
		"another address":   edit(func(m *directory.TeamMember) { m.Email = "else@kantoor.nl" }),
		"renamed, inactive": edit(func(m *directory.TeamMember) { m.Email, m.Active = "else@kantoor.nl", false }),
	} {
		for _, signedIn := range []bool{false, true} {
			g := newGate(t)
			g.add(t, "other@kantoor.nl", directory.Administrator)
			m := g.add(t, "boss@kantoor.nl", directory.Administrator)
			if signedIn {
				must.Get(g.Identify(t.Context(), user(alice, "boss@kantoor.nl")))(t)
			}
			must.Do(t, end(g, m))
			if actor, err := g.Identify(t.Context(), user(alice, "boss@kantoor.nl")); !errors.Is(err, ErrStranger) {
				t.Errorf("%s, signed in %t: %+v, %v", name, signedIn, actor, err)
			}
		}
	}
	// A former member with another address, who now signs in with the name of
	// the first administrator.
	g := newGate(t)
	m := g.add(t, "alice@kantoor.nl", directory.Reader)
	must.Get(g.Identify(t.Context(), user(alice, "alice@kantoor.nl")))(t)
	must.Do(t, remove(g, m))
	if actor, err := g.Identify(t.Context(), user(alice, "boss@kantoor.nl")); !errors.Is(err, ErrStranger) {
		t.Errorf("the account of a former member: %+v, %v", actor, err)
	}
}

// Claims that people can edit themselves bind no account.
func TestOnlyTheSignInNameBindsAnAccount(t *testing.T) {
	for name, c := range map[string]claims{
		"e-mail":              {"email": "boss@kantoor.nl"},
		"mapped e-mail":       {xmlsoapClaims + "emailaddress": "boss@kantoor.nl"},
		"another sign-in":     {"email": "boss@kantoor.nl", "preferred_username": "mallet@kantoor.nl"},
		"guest by name":       {"preferred_username": "boss@kantoor.nl", "upn": "boss_kantoor.nl#EXT#@x.onmicrosoft.com"},
		"guest by v1 name":    {"upn": "boss@kantoor.nl", "unique_name": "boss_kantoor.nl#ext#@x.onmicrosoft.com"},
		"guest by acct":       {"preferred_username": "boss@kantoor.nl", "acct": "1"},
		"guest by idp":        {"preferred_username": "boss@kantoor.nl", "idp": "https://sts.windows.net/" + mallet + "/"},
		"guest by mapped idp": {"preferred_username": "boss@kantoor.nl", identityClaims + "identityprovider": "live.com"},
	} {
		for _, member := range []bool{false, true} {
			g := newGate(t)
			if member {
				g.add(t, "boss@kantoor.nl", directory.Administrator)
			}
			c["tid"], c["oid"] = tenant, alice
			actor, err := g.Identify(t.Context(), signed(c))
			if !errors.Is(err, ErrNobody) && !errors.Is(err, ErrStranger) {
				t.Errorf("%s, member %t: %+v, %v", name, member, actor, err)
			}
		}
	}
	g := newGate(t)
	g.add(t, "boss@kantoor.nl", directory.Administrator)
	own := claims{"tid": tenant, "oid": alice, "preferred_username": "boss@kantoor.nl", "acct": "0",
		"idp": "https://sts.windows.net/" + tenant + "/"}
	if actor, err := g.Identify(t.Context(), signed(own)); err != nil || actor.Member.Email != "boss@kantoor.nl" {
		t.Errorf("a member of the tenant: %+v, %v", actor, err)
	}
	// Once bound, the account is enough.
	bound := claims{"tid": tenant, "oid": alice, "email": "x@y.nl"}
	if actor, err := g.Identify(t.Context(), signed(bound)); err != nil || actor.Member.Email != "boss@kantoor.nl" {
		t.Errorf("a bound account: %+v, %v", actor, err)
	}
	own["acct"] = "1"
	if actor, err := g.Identify(t.Context(), signed(own)); !errors.Is(err, ErrStranger) {
		t.Errorf("a bound account that became a guest: %+v, %v", actor, err)
	}
}

func TestAnAccountThatIsTakenAwayMakesPlace(t *testing.T) {
	g, ctx := newGate(t), t.Context()
	m := g.add(t, "alice@kantoor.nl", directory.Editor)
	must.Get(g.Identify(ctx, user(alice, "alice@kantoor.nl")))(t)
	if err := g.Directory.Unbind(ctx, m.ID, "another"); !errors.Is(err, directory.ErrChanged) {
		t.Errorf("of another revision: %v", err)
	}
	must.Do(t, g.Directory.Unbind(ctx, m.ID, ""))
	if actor, err := g.Identify(ctx, user(mallet, "alice@kantoor.nl")); err != nil || actor.Member.ID != m.ID {
		t.Errorf("the new account: %+v, %v", actor, err)
	}
	if _, err := g.Identify(ctx, user(alice, "alice@kantoor.nl")); !errors.Is(err, ErrStranger) {
		t.Errorf("the old account: %v", err)
	}
}

func TestAnApplicationHasItsAppRolesAndNoMore(t *testing.T) {
	g := newGate(t)
	g.add(t, "alice@kantoor.nl", directory.Administrator)
	for name, c := range map[string]claims{
		"with idtyp":    {"tid": tenant, "oid": alice, "idtyp": "app", "roles": []string{"Mails.Read", "Chats.ReadWrite"}},
		"without idtyp": {"tid": tenant, "oid": alice, "azp": mallet, "roles": []string{"Mails.Read", "Chats.ReadWrite"}},
		"mapped role":   {"tid": tenant, "oid": alice, "appid": mallet, roleClaim: []string{"Mails.Read", "Chats.ReadWrite"}},
	} {
		actor, err := g.Identify(t.Context(), signed(c))
		if err != nil || actor.Application != alice || actor.Member.ID != "" {
			t.Errorf("%s: %+v, %v", name, actor, err)
		}
		if !Can(actor, MailsRead, Other) || !Can(actor, ChatsWrite, Other) || Can(actor, DirectoryRead, Some) || Can(actor, MailsSolve, Some) {
			t.Errorf("%s may do %v", name, Actions(actor))
		}
	}
	for name, c := range map[string]claims{
		"no roles":    {"tid": tenant, "oid": alice, "idtyp": "app"},
		"other roles": {"tid": tenant, "oid": alice, "idtyp": "app", "roles": "administrator"},
	} {
		if actor, err := g.Identify(t.Context(), signed(c)); !errors.Is(err, ErrStranger) {
			t.Errorf("%s: %+v, %v", name, actor, err)
		}
	}
	// App roles that a person was given do not count.
	h := signed(claims{"tid": tenant, "oid": mallet, "preferred_username": "mallet@kantoor.nl", "roles": "Configuration.ReadWrite"})
	if actor, err := g.Identify(t.Context(), h); !errors.Is(err, ErrStranger) {
		t.Errorf("a person with an app role: %+v, %v", actor, err)
	}
}

// Many first requests at once bind one account once.
func TestFirstRequestsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(t)
		g.add(t, "alice@kantoor.nl", directory.Editor)
		var wait sync.WaitGroup
		for range 8 {
			wait.Go(func() {
				if actor, err := g.Identify(t.Context(), user(alice, "alice@kantoor.nl")); err != nil || actor.Member.Rights != directory.Editor {
					t.Errorf("%+v, %v", actor, err)
				}
			})
		}
		wait.Wait()
		if v, err := g.Directory.Version(t.Context()); v != 2 || err != nil {
			t.Errorf("bound %d times, %v", v-1, err)
		}
	})
}

func FuzzParsePrincipal(f *testing.F) {
	f.Add(`{"auth_typ":"aad","claims":[{"typ":"tid","val":"` + tenant + `"},{"typ":"oid","val":"` + alice +
		`"},{"typ":"upn","val":"a@b.nl"}]}`)
	f.Add(`{"auth_typ":"aad","claims":[null,{}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ParsePrincipal(http.Header{Header: {base64.StdEncoding.EncodeToString([]byte(text))}})
		if err == nil && !(ids.IsGUID(strings.ToLower(p.Tenant)) && ids.IsGUID(strings.ToLower(p.Object))) {
			t.Errorf("%q is %+v", text, p)
		}
	})
}

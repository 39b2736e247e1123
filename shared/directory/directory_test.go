package directory

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"kantoorpost/shared/must"
	"kantoorpost/shared/table"
	"kantoorpost/shared/table/tabletest"
	"kantoorpost/shared/wiretest"
)

// An office is a directory on a double of the table service. Each of its stores
// stands for a process.
type office struct {
	*Store
	server *tabletest.Server
	wire   *wiretest.Wire
}

func newOffice(t testing.TB) office {
	t.Helper()
	server := tabletest.New()
	wire := server.Transport()
	service := server.Service(t, wire)
	must.Do(t, service.Create(t.Context(), "directory"))
	return office{Store: New(service.Table("directory")), server: server, wire: wire}
}

// another returns the store of another process.
func (o office) another(t testing.TB) *Store {
	return New(o.server.Service(t, o.wire).Table("directory"))
}

func (o office) member(t testing.TB, email string, rights Rights) TeamMember {
	t.Helper()
	return must.Get(o.TeamMembers().Create(t.Context(), TeamMember{Name: "Naam " + email, Email: email, Rights: rights, Active: true}))(t)
}

func (o office) client(t testing.TB, number string) Client {
	t.Helper()
	return must.Get(o.Clients().Create(t.Context(), Client{Number: number, Type: Organisation, Name: "Klant " + number}))(t)
}

func (o office) role(t testing.TB, name string) Role {
	t.Helper()
	return must.Get(o.Roles().Create(t.Context(), Role{Name: name}))(t)
}

// consistent checks that the derived rows are exactly those of the objects.
func (o office) consistent(t testing.TB) {
	t.Helper()
	rows := map[string]table.Row{}
	for _, row := range o.server.Snapshot(t)["directory"] {
		rows[row.Key] = row
	}
	want := map[string]bool{versionKey: true}
	for key, row := range rows {
		kind, _, _ := strings.Cut(key, "|")
		switch kind {
		case "member":
			expect[TeamMember](t, rows, want, row)
		case "client":
			expect[Client](t, rows, want, row)
		case "contact":
			expect[Contact](t, rows, want, row)
		case "role":
			expect[Role](t, rows, want, row)
		case "team":
			expect[ProcessTeam](t, rows, want, row)
		case "links":
			expect[clientTeam](t, rows, want, row)
		case "rule":
			expect[Rule](t, rows, want, row)
		case "z", prospectsKey, "member-was", "member-former", "changed":
			want[key] = true
		}
	}
	for key := range rows {
		if !want[key] {
			t.Errorf("row %s belongs to nothing", key)
		}
	}
}

func expect[T Entity[T]](t testing.TB, rows map[string]table.Row, want map[string]bool, row table.Row) {
	t.Helper()
	var v T
	must.Do(t, unpack(row, &v))
	want[row.Key] = true
	for _, d := range v.derived() {
		want[d.key] = true
		derived, found := rows[d.key]
		if !found {
			t.Errorf("%s lacks its row %s", nameOf(v), d.key)
		}
		if d.copies && d.holds == nil && !reflect.DeepEqual(derived.Props, row.Props) {
			t.Errorf("row %s is no copy of %s", d.key, nameOf(v))
		}
	}
}

func TestEveryObjectIsFoundByItsLookUpsWithOneOperationEach(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	sanne := o.member(t, "Sanne@Kantoor.nl", Editor)
	bakker := o.client(t, "1001")
	role := o.role(t, "Relatiebeheerder")
	team := must.Get(o.Teams().Create(ctx, ProcessTeam{Name: "Salaris", Members: []string{sanne.ID}}))(t)
	piet := must.Get(o.Contacts().Create(ctx, Contact{Name: "Piet", Emails: []string{"piet@bakker.nl", "PIET@thuis.nl"},
		Clients: []string{bakker.ID}}))(t)
	links := []Link{{Member: sanne.ID, Role: role.ID}}
	must.Get(o.SetClientTeam(ctx, bakker.ID, "", links))(t)
	must.Get(o.Bind(ctx, sanne.ID, "T", "O"))(t)
	sanne = must.Get(o.TeamMember(ctx, sanne.ID))(t)

	one := func(name string, got any, err error, want any) {
		t.Helper()
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v; want %+v", name, got, err, want)
		}
		if n := len(o.wire.Calls()); n != 1 {
			t.Errorf("%s took %d operations", name, n)
		}
		o.wire.Reset()
	}
	o.wire.Reset()
	contact, _, err := o.ContactByAddress(ctx, " Piet@THUIS.nl ")
	one("ContactByAddress", contact, err, piet)
	member, _, err := o.MemberByAddress(ctx, "sanne@kantoor.nl")
	one("MemberByAddress", member, err, sanne)
	member, _, err = o.MemberByPerson(ctx, "t", "o")
	one("MemberByPerson", member, err, sanne)
	who, err := o.ClientTeam(ctx, bakker.ID)
	one("ClientTeam", who, err, links)
	gotTeam, err := o.Team(ctx, team.ID)
	one("Team", gotTeam, err, team)
	gotRole, err := o.Role(ctx, role.ID)
	one("Role", gotRole, err, role)
	roles, err := o.RolesOf(ctx, sanne.ID)
	one("RolesOf", roles, err, []string{role.ID})
	teams, err := o.TeamsOf(ctx, sanne.ID)
	one("TeamsOf", teams, err, []string{team.ID})
	o.consistent(t)
}

func TestWhatIsNoIDOrAddressBelongsToNobody(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	for _, odd := range []string{"", "a/b", "x' or '1' eq '1", strings.Repeat("a", 5000), "../version", "\x00"} {
		if _, err := o.Contact(ctx, odd); !errors.Is(err, ErrNotFound) {
			t.Errorf("Contact(%.20q): %v", odd, err)
		}
		if err := o.Roles().Delete(ctx, odd, ""); !errors.Is(err, ErrNotFound) {
			t.Errorf("DeleteRole(%.20q): %v", odd, err)
		}
		if _, err := o.Clients().Update(ctx, odd, "", func(*Client) error { return nil }); !errors.Is(err, ErrNotFound) {
			t.Errorf("UpdateClient(%.20q): %v", odd, err)
		}
		if _, found, err := o.ContactByAddress(ctx, odd); found || err != nil {
			t.Errorf("ContactByAddress(%.20q): %v, %v", odd, found, err)
		}
		if links, err := o.ClientTeam(ctx, odd); len(links) > 0 || err != nil {
			t.Errorf("ClientTeam(%.20q): %v, %v", odd, links, err)
		}
	}
}

func TestEveryChangeRaisesTheVersionOnce(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	if v := must.Get(o.Version(ctx))(t); v != 0 {
		t.Fatalf("an empty directory has version %d", v)
	}
	role := o.role(t, "Assistent")
	rename := func(r *Role) error { r.Name = "Accountant"; return nil }
	must.Get(o.Roles().Update(ctx, role.ID, "", rename))(t)
	must.Get(o.Roles().Update(ctx, role.ID, "", rename))(t) // changes nothing
	must.Do(t, o.Roles().Delete(ctx, role.ID, ""))
	if v := must.Get(o.Version(ctx))(t); v != 3 {
		t.Errorf("version %d after three changes", v)
	}
}

func TestValuesThatMustBeUniqueAre(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	sanne := o.member(t, "sanne@kantoor.nl", Editor)
	bakker := o.client(t, "a1001")
	role := o.role(t, "Assistent")
	piet := must.Get(o.Contacts().Create(ctx, Contact{Name: "Piet", Emails: []string{"piet@bakker.nl"}}))(t)
	team := must.Get(o.Teams().Create(ctx, ProcessTeam{Name: "Salaris"}))(t)
	other := must.Get(o.Contacts().Create(ctx, Contact{Name: "Kees", Emails: []string{"kees@bakker.nl"}}))(t)

	_, asMember := o.TeamMembers().Create(ctx, TeamMember{Name: "S", Email: "SANNE@kantoor.nl", Rights: Reader})
	_, asNumber := o.Clients().Create(ctx, Client{Number: "A1001", Type: Person, Name: "X"})
	_, asRole := o.Roles().Create(ctx, Role{Name: " ASSISTENT "})
	_, asTeam := o.Teams().Create(ctx, ProcessTeam{Name: "salaris"})
	_, asContact := o.Contacts().Create(ctx, Contact{Name: "Y", Emails: []string{"y@y.nl", "Piet@Bakker.nl"}})
	_, asUpdate := o.Contacts().Update(ctx, other.ID, "", func(c *Contact) error {
		c.Emails = append(slices.Clone(c.Emails), "piet@bakker.nl")
		return nil
	})
	for _, c := range []struct {
		err       error
		field, id string
	}{
		{asMember, "email", sanne.ID}, {asNumber, "number", bakker.ID}, {asRole, "name", role.ID},
		{asTeam, "name", team.ID}, {asContact, "emails", piet.ID}, {asUpdate, "emails", piet.ID},
	} {
		var conflict *Conflict
		if !errors.As(c.err, &conflict) || conflict.Field != c.field || conflict.ID != c.id {
			t.Errorf("%v; want a conflict about %s with %s", c.err, c.field, c.id)
		}
	}
	// An address that a contact gave up is free again.
	must.Get(o.Contacts().Update(ctx, piet.ID, "", func(c *Contact) error { c.Emails = []string{"p@bakker.nl"}; return nil }))(t)
	must.Get(o.Contacts().Create(ctx, Contact{Name: "Y", Emails: []string{"piet@bakker.nl"}}))(t)
	o.consistent(t)
}

func TestAnEditBasedOnAnOldRevisionIsRefused(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	first := o.client(t, "1")
	second := must.Get(o.Clients().Update(ctx, first.ID, first.Revision, func(c *Client) error { c.KvK = "12345678"; return nil }))(t)
	if _, err := o.Clients().Update(ctx, first.ID, first.Revision,
		func(c *Client) error { c.Name = "X"; return nil }); !errors.Is(err, ErrChanged) {
		t.Errorf("edit of an old revision: %v", err)
	}
	if err := o.Clients().Delete(ctx, first.ID, first.Revision); !errors.Is(err, ErrChanged) {
		t.Errorf("deletion of an old revision: %v", err)
	}
	if got := must.Get(o.Client(ctx, first.ID))(t); !reflect.DeepEqual(got, second) {
		t.Errorf("%+v; want %+v", got, second)
	}
	set := must.Get(o.SetClientTeam(ctx, first.ID, "", nil))(t)
	if _, err := o.SetClientTeam(ctx, first.ID, "other"+set, nil); !errors.Is(err, ErrChanged) {
		t.Errorf("team of an old revision: %v", err)
	}
}

func TestWhatIsReferredToIsNotDeleted(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	sanne, role, bakker := o.member(t, "s@kantoor.nl", Reader), o.role(t, "Assistent"), o.client(t, "1")
	inTeam := o.member(t, "t@kantoor.nl", Reader)
	team := must.Get(o.Teams().Create(ctx, ProcessTeam{Name: "Salaris", Members: []string{inTeam.ID}}))(t)
	contact := must.Get(o.Contacts().Create(ctx, Contact{Name: "P", Emails: []string{"p@x.nl"}, Clients: []string{bakker.ID}}))(t)
	must.Get(o.SetClientTeam(ctx, bakker.ID, "", []Link{{sanne.ID, role.ID}}))(t)

	for _, c := range []struct {
		err error
		by  string
	}{
		{o.TeamMembers().Delete(ctx, sanne.ID, ""), bakker.ID},
		{o.TeamMembers().Delete(ctx, inTeam.ID, ""), team.ID},
		{o.Roles().Delete(ctx, role.ID, ""), bakker.ID},
		{o.Clients().Delete(ctx, bakker.ID, ""), contact.ID},
	} {
		var inUse *InUse
		if !errors.As(c.err, &inUse) || !slices.Contains(inUse.IDs, c.by) {
			t.Errorf("%v; want in use by %s", c.err, c.by)
		}
	}
	for _, err := range []error{
		o.Contacts().Delete(ctx, contact.ID, ""), o.Clients().Delete(ctx, bakker.ID, ""), o.Roles().Delete(ctx, role.ID, ""),
		o.Teams().Delete(ctx, team.ID, ""), o.TeamMembers().Delete(ctx, sanne.ID, ""), o.TeamMembers().Delete(ctx, inTeam.ID, ""),
	} {
		if err != nil {
			t.Error(err)
		}
	}
	rows := slices.DeleteFunc(o.server.Snapshot(t)["directory"], func(r table.Row) bool {
		return strings.HasPrefix(r.Key, "z|") || strings.HasPrefix(r.Key, changedPrefix) || strings.HasPrefix(r.Key, "member-was|") ||
			strings.HasPrefix(r.Key, "member-former|")
	})
	if len(rows) != 1 || rows[0].Key != versionKey {
		t.Errorf("an emptied directory keeps %v", rows)
	}
}

func TestReferencesNameWhatExists(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	sanne, role, bakker := o.member(t, "s@kantoor.nl", Reader), o.role(t, "Assistent"), o.client(t, "1")
	_, contact := o.Contacts().Create(ctx, Contact{Name: "P", Emails: []string{"p@x.nl"}, Clients: []string{bakker.ID, sanne.ID}})
	_, team := o.Teams().Create(ctx, ProcessTeam{Name: "T", Members: []string{bakker.ID}})
	_, member := o.SetClientTeam(ctx, bakker.ID, "", []Link{{sanne.ID, role.ID}, {role.ID, role.ID}})
	_, asRole := o.SetClientTeam(ctx, bakker.ID, "", []Link{{sanne.ID, sanne.ID}})
	_, twice := o.SetClientTeam(ctx, bakker.ID, "", []Link{{sanne.ID, role.ID}, {sanne.ID, role.ID}})
	for field, err := range map[string]error{
		"clients[1]": contact, "members[0]": team, "[1].member": member, "[0].role": asRole, "[1]": twice,
	} {
		var wrong *Invalid
		if !errors.As(err, &wrong) || wrong.Field != field {
			t.Errorf("%v; want %s to be wrong", err, field)
		}
	}
	if _, err := o.SetClientTeam(ctx, sanne.ID, "", nil); !errors.Is(err, ErrNotFound) {
		t.Errorf("team of an unknown client: %v", err)
	}
}

func TestTheOfficeKeepsAnAdministrator(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	boss := o.member(t, "boss@kantoor.nl", Administrator)
	demote := func(m *TeamMember) error { m.Rights = Manager; return nil }
	leave := func(m *TeamMember) error { m.Active = false; return nil }
	for _, edit := range []func(*TeamMember) error{demote, leave} {
		if _, err := o.TeamMembers().Update(ctx, boss.ID, "", edit); !errors.Is(err, ErrLastAdministrator) {
			t.Errorf("the last administrator is lost: %v", err)
		}
	}
	if err := o.TeamMembers().Delete(ctx, boss.ID, ""); !errors.Is(err, ErrLastAdministrator) {
		t.Errorf("the last administrator is deleted: %v", err)
	}
	o.member(t, "other@kantoor.nl", Administrator)
	must.Get(o.TeamMembers().Update(ctx, boss.ID, "", demote))(t)
}

func TestAnAccountIsBoundOnceAndForGood(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	sanne, kees := o.member(t, "s@kantoor.nl", Reader), o.member(t, "k@kantoor.nl", Manager)
	must.Get(o.Bind(ctx, sanne.ID, "tenant", "one"))(t)
	must.Get(o.Bind(ctx, sanne.ID, "TENANT", "ONE"))(t) // the same again
	if _, err := o.Bind(ctx, sanne.ID, "tenant", "two"); !errors.Is(err, ErrBound) {
		t.Errorf("a second account for one member: %v", err)
	}
	var conflict *Conflict
	if _, err := o.Bind(ctx, kees.ID, "tenant", "one"); !errors.As(err, &conflict) {
		t.Errorf("a second member for one account: %v", err)
	}
	must.Get(o.TeamMembers().Update(ctx, sanne.ID, "", func(m *TeamMember) error { m.Name = "S"; return nil }))(t)
	if m, found, _ := o.MemberByPerson(ctx, "tenant", "one"); !found || m.Name != "S" {
		t.Errorf("after a new name the account finds %+v", m)
	}
	must.Get(o.TeamMembers().Update(ctx, sanne.ID, "", func(m *TeamMember) error { m.Email = "new@kantoor.nl"; return nil }))(t)
	if _, found, _ := o.MemberByPerson(ctx, "tenant", "one"); found {
		t.Error("a new address leaves the old account bound")
	}
	o.consistent(t)
}

func TestAChangeLargerThanATransactionSaysSoAndChangesNothing(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	fill := func(from int) (emails, clients []string) {
		for i := range maxEmails {
			emails = append(emails, fmt.Sprintf("p%d@x.nl", from+i))
		}
		for i := range MaxClients {
			clients = append(clients, o.client(t, fmt.Sprint(from+i)).ID)
		}
		return emails, clients
	}
	emails, clients := fill(0)
	was := must.Get(o.Contacts().Create(ctx, Contact{Name: "P", Emails: emails, Clients: clients}))(t)
	emails, clients = fill(1000)
	var large *TooLarge
	_, err := o.Contacts().Update(ctx, was.ID, "", func(c *Contact) error { c.Emails, c.Clients = emails, clients; return nil })
	if !errors.As(err, &large) || !strings.Contains(err.Error(), "100") {
		t.Errorf("%v; want the limit", err)
	}
	if got := must.Get(o.Contact(ctx, was.ID))(t); !reflect.DeepEqual(got, was) {
		t.Error("the contact changed")
	}
	o.consistent(t)
}

// A member who was saved before there were marks leaves one when deleted. The
// mark is written and removed only in transactions that write the member.
func TestFormerTeamMembersLeaveAMark(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	was := func(when, address string, want bool) {
		t.Helper()
		if got, err := o.WasMember(ctx, address, "T", "O"); err != nil || got != want {
			t.Errorf("%s: %t, %v", when, got, err)
		}
	}
	was("never", "sanne@kantoor.nl", false)
	sanne := o.member(t, "Sanne@Kantoor.nl", Editor)
	for _, row := range o.server.Snapshot(t)["directory"] {
		if strings.HasPrefix(row.Key, "member-was|") {
			must.Do(t, o.table.Write(ctx, table.Delete(table.Row{Key: row.Key})))
		}
	}
	was("now", "sanne@kantoor.nl", false)
	o.wire.Reset()
	must.Do(t, o.TeamMembers().Delete(ctx, sanne.ID, ""))
	writes := 0
	for _, call := range o.wire.Calls() {
		if call.Method != "GET" {
			writes++
		}
	}
	if writes != 1 {
		t.Errorf("deleting took %d transactions", writes)
	}
	was("formerly", "SANNE@kantoor.nl", true)
	for id, want := range map[string]string{sanne.ID: sanne.Name, "nobody": "", "a/b": "", strings.Repeat("x", 5000): ""} {
		if name := must.Get(o.MemberName(ctx, id))(t); name != want || id == sanne.ID && name == "" {
			t.Errorf("the name of %s is %q, want %q", id, name, want)
		}
	}
}

package directory

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"kantoorpost/shared/audit"
	"kantoorpost/shared/fault"
	"kantoorpost/shared/ids"
	"kantoorpost/shared/must"
	"kantoorpost/shared/wiretest"
)

// fill makes n clients on b, each with two contacts and a team.
func fill(t testing.TB, b *Bulk, n int) {
	t.Helper()
	role := must.Get(b.SaveRole(Role{Name: "Relatiebeheerder"}))(t)
	boss := must.Get(b.SaveTeamMember(TeamMember{Name: "Baas", Email: "baas@kantoor.nl", Rights: Administrator, Active: true}))(t)
	for i := range n {
		client := must.Get(b.SaveClient(Client{Number: fmt.Sprint(1000 + i), Type: Organisation, Name: fmt.Sprint("Bakkerij Zoet ", i)}))(t)
		for _, who := range []string{"piet", "mies"} {
			must.Get(b.SaveContact(Contact{Name: who + " Zoet", Emails: []string{fmt.Sprintf("%s@zoet%d.nl", who, i)},
				Clients: []string{client.ID}}))(t)
		}
		must.Do(t, b.SaveClientTeam(client.ID, []Link{{boss.ID, role.ID}}))
	}
}

func TestABulkWritesWhatSingleChangesWouldHave(t *testing.T) {
	o, ctx := newOffice(t), audit.As(t.Context(), "beheerder")
	o.client(t, "1000")
	before := must.Get(o.Version(ctx))(t)
	b := must.Get(o.Bulk(ctx))(t)
	old, _ := b.ClientByNumber("1000")
	old.Name, old.KvK = "Bakkerij Oud", "12345678"
	must.Get(b.SaveClient(old))(t)
	role := must.Get(b.SaveRole(Role{Name: "Assistent"}))(t)
	m := must.Get(b.SaveTeamMember(TeamMember{Name: "Sanne", Email: "Sanne@Kantoor.nl", Rights: Editor, Active: true}))(t)
	c := must.Get(b.SaveContact(Contact{Name: "Piet Bakker", Emails: []string{"Piet@Bakker.nl"}, Clients: []string{old.ID}, Phone: "06"}))(t)
	must.Do(t, b.SaveClientTeam(old.ID, []Link{{m.ID, role.ID}}))
	must.Do(t, b.Apply(ctx))
	o.consistent(t)
	if v := must.Get(o.Version(ctx))(t); v != before+1 {
		t.Errorf("version %d after %d", v, before)
	}
	if got := must2(o.ContactByAddress(ctx, "piet@bakker.nl"))(t); got.ID != c.ID || got.Phone != "06" ||
		!slices.Equal(got.Clients, []string{old.ID}) {
		t.Errorf("got %+v", got)
	}
	if got := must.Get(o.Client(ctx, old.ID))(t); got.Name != "Bakkerij Oud" || got.KvK != "12345678" {
		t.Errorf("got %+v", got)
	}
	if links := must.Get(o.ClientTeam(ctx, old.ID))(t); len(links) != 1 || links[0] != (Link{m.ID, role.ID}) {
		t.Errorf("links %v", links)
	}
	entries, _, err := audit.New(o.table).List(ctx, 10, "")
	// Both may be of the same millisecond: then either stands first.
	imported := slices.IndexFunc(entries, func(e audit.Entry) bool { return e.Action == "directory.import" })
	if err != nil || len(entries) != 2 || imported < 0 || entries[imported].By != "beheerder" || entries[imported].Detail["contacts"] != "1" {
		t.Errorf("audit %+v, %v", entries, err)
	}

	again := must.Get(o.Bulk(ctx))(t)
	same, _ := again.ContactByAddress("PIET@bakker.nl")
	must.Get(again.SaveContact(same))(t)
	o.wire.Reset()
	if err := again.Apply(ctx); err != nil || again.Changes() != 0 || len(o.wire.Calls()) != 0 {
		t.Errorf("what changes nothing: %d changes, %d calls, %v", again.Changes(), len(o.wire.Calls()), err)
	}
}

func TestABulkChecksAsSingleChangesDo(t *testing.T) {
	b := new(Bulk)
	client := must.Get(b.SaveClient(Client{Number: "K 1", Type: Person, Name: "X"}))(t)
	must.Get(b.SaveContact(Contact{Name: "P", Emails: []string{"p@x.nl"}, Clients: []string{client.ID}}))(t)
	member := must.Get(b.SaveTeamMember(TeamMember{Name: "S", Email: "s@k.nl", Rights: Reader, Active: true}))(t)
	role := must.Get(b.SaveRole(Role{Name: "R"}))(t)
	field := func(err error) string {
		var wrong *Invalid
		var conflict *Conflict
		switch {
		case errors.As(err, &wrong):
			return wrong.Field
		case errors.As(err, &conflict):
			return "taken " + conflict.Field
		}
		return fmt.Sprint(err)
	}
	second := func(_ any, err error) error { return err }
	for _, c := range []struct {
		err  error
		want string
	}{
		{second(b.SaveClient(Client{Number: "k  1", Type: Person, Name: "Y"})), "taken number"},
		{second(b.SaveClient(Client{Number: "2", Type: Person, Name: "Y", KvK: "1"})), "kvk"},
		{second(b.SaveContact(Contact{Name: "Q", Emails: []string{"P@X.nl"}})), "taken emails"},
		{second(b.SaveContact(Contact{Name: "Q", Emails: []string{"q@x.nl"}, Clients: []string{ids.Random()}})), "clients[0]"},
		{second(b.SaveContact(Contact{Name: "Q", Emails: []string{"q"}})), "emails[0]"},
		{second(b.SaveTeamMember(TeamMember{Name: "T", Email: "S@k.nl", Rights: Reader})), "taken email"},
		{second(b.SaveTeamMember(TeamMember{Name: "T", Email: "t@k.nl"})), "rights"},
		{second(b.SaveRole(Role{Name: "r"})), "taken name"},
		{b.SaveClientTeam(client.ID, []Link{{member.ID, role.ID}, {member.ID, role.ID}}), "[1]"},
		{b.SaveClientTeam(client.ID, []Link{{role.ID, role.ID}}), "[0].member"},
		{b.SaveClientTeam(client.ID, []Link{{member.ID, member.ID}}), "[0].role"},
		{b.SaveClientTeam(client.ID, make([]Link, maxLinks+1)), "links"},
	} {
		if got := field(c.err); got != c.want {
			t.Errorf("got %q; want %q", got, c.want)
		}
	}
	if err := b.SaveClientTeam(ids.Random(), nil); !errors.Is(err, ErrNotFound) {
		t.Errorf("a team of no client: %v", err)
	}
}

func TestABulkOfAnOldDirectoryIsRefused(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	b := must.Get(o.Bulk(ctx))(t)
	must.Get(b.SaveRole(Role{Name: "A"}))(t)
	o.role(t, "B")
	if err := b.Apply(ctx); !errors.Is(err, ErrChanged) {
		t.Errorf("got %v", err)
	}
	if _, found := must.Get(o.Bulk(ctx))(t).RoleNamed("A"); found {
		t.Error("it was written")
	}
}

// Other changes are refused during an import, with a time to try again.
func TestAnImportHasTheDirectoryForItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, ctx := newOffice(t), t.Context()
		b := must.Get(o.Bulk(ctx))(t)
		fill(t, b, 50)
		other := must.Get(o.Bulk(ctx))(t)
		must.Get(other.SaveRole(Role{Name: "Later"}))(t)
		var during []error
		var once sync.Once
		o.wire.Reset()
		o.wire.Fault(func(n int, _ *http.Request) wiretest.Fault {
			if n == 5 { // in the middle of the rows
				once.Do(func() {
					second := o.another(t)
					_, err := second.Roles().Create(ctx, Role{Name: "Meanwhile"})
					_, errRead := second.Bulk(ctx)
					during = append(during, err, errRead, other.Apply(ctx))
				})
			}
			return wiretest.Pass
		})
		must.Do(t, b.Apply(ctx))
		if len(during) != 3 {
			t.Fatalf("%d calls", len(o.wire.Calls()))
		}
		for _, err := range during {
			verdict, after := fault.Of(err)
			if !errors.Is(err, ErrImporting) || verdict != fault.KindLater || after <= 0 || after > leaseTime {
				t.Errorf("refused with %v, after %v", err, after)
			}
		}
		o.role(t, "Afterwards")
		o.consistent(t)
	})
}

// An import whose process died blocks other changes for two minutes. After that
// its own changes count as one.
func TestTheLeaseOfADeadImportEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, ctx := newOffice(t), t.Context()
		b := must.Get(o.Bulk(ctx))(t)
		fill(t, b, 50)
		o.wire.Fault(wiretest.When(wiretest.Refuse, func(n int, _ *http.Request) bool { return n > 4 }))
		o.wire.Reset()
		if err := b.Apply(ctx); err == nil {
			t.Fatal("a dead process ends well")
		}
		o.wire.Fault(nil)
		if _, err := o.Roles().Create(ctx, Role{Name: "X"}); !errors.Is(err, ErrImporting) {
			t.Errorf("before its end: %v", err)
		}
		if v := must.Get(o.Version(ctx))(t); v != 0 {
			t.Errorf("version %d while it may still live", v)
		}
		time.Sleep(leaseTime)
		if v := must.Get(o.Version(ctx))(t); v != 1 {
			t.Errorf("version %d after its end", v)
		}
		o.role(t, "X")
		if v := must.Get(o.Version(ctx))(t); v != 2 {
			t.Errorf("version %d after the next change", v)
		}

		again := must.Get(o.Bulk(ctx))(t)
		had := len(again.clients.now)
		if had == 0 || had == 50 {
			t.Errorf("%d clients were written: it did not break off in the middle", had)
		}
		refill(t, again, 50)
		must.Do(t, again.Apply(ctx))
		o.consistent(t)
		if n := len(must.Get(o.Bulk(ctx))(t).contacts.now); n != 100 {
			t.Errorf("%d contacts", n)
		}
	})
}

// refill is fill for a directory that has some of the objects already.
func refill(t testing.TB, b *Bulk, n int) {
	t.Helper()
	role, _ := b.RoleNamed("Relatiebeheerder")
	role.Name = "Relatiebeheerder"
	role = must.Get(b.SaveRole(role))(t)
	boss, _ := b.MemberByAddress("baas@kantoor.nl")
	boss.Name, boss.Email, boss.Rights, boss.Active = "Baas", "baas@kantoor.nl", Administrator, true
	boss = must.Get(b.SaveTeamMember(boss))(t)
	for i := range n {
		client, _ := b.ClientByNumber(fmt.Sprint(1000 + i))
		client.Number, client.Type, client.Name = fmt.Sprint(1000+i), Organisation, fmt.Sprint("Bakkerij Zoet ", i)
		client = must.Get(b.SaveClient(client))(t)
		for _, who := range []string{"piet", "mies"} {
			email := fmt.Sprintf("%s@zoet%d.nl", who, i)
			c, _ := b.ContactByAddress(email)
			c.Name, c.Emails, c.Clients = who+" Zoet", []string{email}, []string{client.ID}
			must.Get(b.SaveContact(c))(t)
		}
		must.Do(t, b.SaveClientTeam(client.ID, []Link{{boss.ID, role.ID}}))
	}
}

// Any call may fail, or lose its answer. The import succeeds, or breaks off and
// continues when it is repeated. No object is there twice or in part.
func TestAnyCallOfAnImportMayFail(t *testing.T) {
	run := func(kind wiretest.Fault, at, more int) (calls int) {
		synctest.Test(t, func(t *testing.T) {
			o, ctx := newOffice(t), t.Context()
			o.wire.Reset()
			o.wire.Fault(wiretest.When(kind, func(n int, _ *http.Request) bool { return n >= at && n < at+more }))
			tries := 0
			for done := false; !done; tries++ {
				if tries == 20 {
					t.Fatal("it never ends well")
				}
				b, err := o.Bulk(ctx)
				if err == nil {
					refill(t, b, 20)
					err = b.Apply(ctx)
				}
				if done = err == nil; !done {
					time.Sleep(leaseTime)
				}
			}
			calls = len(o.wire.Calls())
			o.wire.Fault(nil)
			o.consistent(t)
			b := must.Get(o.Bulk(ctx))(t)
			if len(b.clients.now) != 20 || len(b.contacts.now) != 40 || len(b.teams.now) != 20 || len(b.members.now) != 1 {
				t.Errorf("%d clients, %d contacts, %d teams", len(b.clients.now), len(b.contacts.now), len(b.teams.now))
			}
			if more == 1 && tries > 1 {
				t.Errorf("a single fault takes %d tries", tries)
			}
			if refill(t, b, 20); b.Changes() != 0 {
				t.Errorf("a repeated import changes %d objects", b.Changes())
			}
		})
		return calls
	}
	calls := run(wiretest.Pass, -1, 0)
	for _, kind := range []wiretest.Fault{wiretest.Refuse, wiretest.Lose} {
		for _, more := range []int{1, 60} {
			for at := 0; at < calls; at += 1 + more/20 {
				if run(kind, at, more); t.Failed() {
					t.Fatalf("with %d faults %v from call %d", more, kind, at)
				}
			}
		}
	}
}

func TestALongImportKeepsItsLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, ctx := newOffice(t), t.Context()
		b := must.Get(o.Bulk(ctx))(t)
		fill(t, b, 600)
		o.wire.Fault(func(int, *http.Request) wiretest.Fault {
			time.Sleep(15 * time.Second)
			return wiretest.Pass
		})
		start := time.Now()
		must.Do(t, b.Apply(ctx))
		if took := time.Since(start); took < 2*leaseTime {
			t.Fatalf("it took only %v", took)
		}
		o.wire.Fault(nil)
		o.consistent(t)
		if v := must.Get(o.Version(ctx))(t); v != 1 {
			t.Errorf("version %d", v)
		}
	})
}

func TestTransactionsOfABulkAreFull(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	b := must.Get(o.Bulk(ctx))(t)
	fill(t, b, 500)
	o.wire.Reset()
	must.Do(t, b.Apply(ctx))
	transactions, rows := 0, len(o.server.Snapshot(t)["directory"])
	for _, call := range o.wire.Calls() {
		if strings.HasSuffix(call.URL, "$batch") {
			transactions++
		}
	}
	if rows < 5000 || transactions > rows/60 {
		t.Errorf("%d transactions for %d rows", transactions, rows)
	}
}

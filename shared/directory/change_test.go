package directory

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"

	"kantoorpost/shared/must"
	"kantoorpost/shared/wiretest"
)

// Of processes that add the same address at the same time, one succeeds, and
// the others learn which contact has it.
func TestOneOfManyGetsTheAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		const processes = 6
		made := make([]Contact, processes)
		errs := make([]error, processes)
		var wait sync.WaitGroup
		for i := range processes {
			store := o.another(t)
			wait.Go(func() {
				made[i], errs[i] = store.Contacts().Create(t.Context(), Contact{Name: fmt.Sprint("P", i), Emails: []string{"p@x.nl"}})
			})
		}
		wait.Wait()
		owner := must2(o.ContactByAddress(t.Context(), "p@x.nl"))(t)
		won := 0
		for i, err := range errs {
			var conflict *Conflict
			switch {
			case err == nil && made[i].ID == owner.ID:
				won++
			case errors.As(err, &conflict) && conflict.ID == owner.ID:
			default:
				t.Errorf("process %d: %v", i, err)
			}
		}
		if won != 1 {
			t.Errorf("%d processes got the address", won)
		}
		o.consistent(t)
	})
}

func must2[T any](v T, found bool, err error) func(testing.TB) T {
	if err == nil && !found {
		err = errors.New("not found")
	}
	return must.Get(v, err)
}

// A client is deleted while a contact is linked to it: one of the two happens.
func TestNoContactKeepsAClientThatIsGone(t *testing.T) {
	for range 20 {
		synctest.Test(t, func(t *testing.T) {
			o, ctx := newOffice(t), t.Context()
			client := o.client(t, "1")
			one, two := o.another(t), o.another(t)
			var linked, deleted error
			var wait sync.WaitGroup
			wait.Go(func() {
				_, linked = one.Contacts().Create(ctx, Contact{Name: "P", Emails: []string{"p@x.nl"}, Clients: []string{client.ID}})
			})
			wait.Go(func() { deleted = two.Clients().Delete(ctx, client.ID, "") })
			wait.Wait()
			if (linked == nil) == (deleted == nil) {
				t.Errorf("linked: %v; deleted: %v", linked, deleted)
			}
			o.consistent(t)
		})
	}
}

// Any call to the table may fail before it is sent, or take effect and lose its
// answer. Every change still happens once and says so.
func TestAnyCallMayFail(t *testing.T) {
	calls := scenario(t, wiretest.Pass, -1)
	if calls < 20 {
		t.Fatalf("the scenario makes only %d calls", calls)
	}
	for _, fault := range []wiretest.Fault{wiretest.Refuse, wiretest.Lose} {
		for n := range calls {
			if scenario(t, fault, n); t.Failed() {
				t.Fatalf("with fault %v at call %d", fault, n)
			}
		}
	}
}

func scenario(t *testing.T, fault wiretest.Fault, at int) (calls int) {
	synctest.Test(t, func(t *testing.T) {
		o, ctx := newOffice(t), t.Context()
		o.wire.Reset()
		o.wire.Fault(wiretest.At(at, fault))
		sanne, role := o.member(t, "s@kantoor.nl", Administrator), o.role(t, "Assistent")
		bakker := o.client(t, "1")
		contact := must.Get(o.Contacts().Create(ctx, Contact{Name: "P", Emails: []string{"p@x.nl"}, Clients: []string{bakker.ID}}))(t)
		contact = must.Get(o.Contacts().Update(ctx, contact.ID, contact.Revision, func(c *Contact) error {
			c.Name, c.Emails = c.Name+"Q", []string{"q@x.nl"}
			return nil
		}))(t)
		if contact.Name != "PQ" {
			t.Errorf("the edit was made %d times", len(contact.Name)-1)
		}
		revision := must.Get(o.SetClientTeam(ctx, bakker.ID, "", []Link{{sanne.ID, role.ID}}))(t)
		must.Get(o.SetClientTeam(ctx, bakker.ID, revision, []Link{}))(t)
		must.Get(o.Bind(ctx, sanne.ID, "tenant", "object"))(t)
		if err := o.Contacts().Delete(ctx, contact.ID, contact.Revision); err != nil {
			t.Error(err)
		}
		if err := o.Roles().Delete(ctx, role.ID, role.Revision); err != nil {
			t.Error(err)
		}
		if v := must.Get(o.Version(ctx))(t); v != 10 {
			t.Errorf("%d changes; want 10", v)
		}
		calls = len(o.wire.Calls())
		o.wire.Fault(nil)
		o.consistent(t)
	})
	return calls
}

package directory

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"kantoorpost/shared/ids"
	"kantoorpost/shared/must"
	"kantoorpost/shared/wiretest"
)

// learn links an address with a contact, or with a new contact of a client, and
// saves the reason in a rule, as a solution does.
func learn(s *Store, t testing.TB, address, contact, client string) (Contact, Rule, error) {
	var c Contact
	var rule Rule
	err := s.Change(t.Context(), func(tx *Tx) error {
		c = Contact{Name: "Piet Bakker", Clients: []string{client}}
		if contact != "" {
			var err error
			if c, err = tx.Contact(contact); err != nil {
				return err
			}
		}
		var err error
		if rule, _, err = tx.Rule(AddressContact, address); err != nil {
			return err
		}
		rule.Kind, rule.Key, rule.State, rule.Count = AddressContact, address, RuleOn, rule.Count+1
		rule.Evidence = append(slices.Clone(rule.Evidence), Evidence{By: "sanne", Contact: contact, Client: client})
		if rule, err = tx.SaveRule(rule); err != nil {
			return err
		}
		if !slices.Contains(c.Emails, address) {
			c.Emails = append(slices.Clone(c.Emails), address)
		}
		if c.Learned == nil {
			c.Learned = map[string]string{}
		}
		c.Learned[address] = rule.ID
		c, err = tx.SaveContact(c)
		return err
	})
	return c, rule, err
}

// Any call of a change may fail before it is sent, or take effect and lose its
// answer. Its evidence is there once, and it returns what was saved.
func TestAChangeThatLosesItsAnswerIsMadeOnce(t *testing.T) {
	calls := teaching(t, wiretest.Pass, -1)
	for _, fault := range []wiretest.Fault{wiretest.Refuse, wiretest.Lose} {
		for n := range calls {
			if teaching(t, fault, n); t.Failed() {
				t.Fatalf("with fault %v at call %d", fault, n)
			}
		}
	}
}

func teaching(t *testing.T, fault wiretest.Fault, at int) (calls int) {
	synctest.Test(t, func(t *testing.T) {
		o, ctx := newOffice(t), t.Context()
		client := o.client(t, "1")
		o.wire.Reset()
		o.wire.Fault(wiretest.At(at, fault))
		made, _, err := learn(o.Store, t, "p@x.nl", "", client.ID)
		must.Get(made, err)(t)
		now, rule, err := learn(o.Store, t, "q@x.nl", made.ID, client.ID)
		must.Get(now, err)(t)
		now, again, err := learn(o.Store, t, "q@x.nl", made.ID, client.ID)
		must.Get(now, err)(t)
		err = o.Change(ctx, func(tx *Tx) error {
			again.State = RuleUndone
			if _, err := tx.SaveRule(again); err != nil {
				return err
			}
			return tx.DeleteContact(now.ID)
		})
		if err != nil {
			t.Error(err)
		}
		calls = len(o.wire.Calls())
		o.wire.Fault(nil)
		if !slices.Equal(now.Emails, []string{"p@x.nl", "q@x.nl"}) || now.ID != made.ID || now.Learned["q@x.nl"] != rule.ID {
			t.Errorf("the contact is %+v", now)
		}
		got := must.Get(o.Rule(ctx, rule.ID))(t)
		if got.Count != 2 || len(got.Evidence) != 2 || got.State != RuleUndone {
			t.Errorf("the rule is %+v", got)
		}
		if v := must.Get(o.Version(ctx))(t); v != 5 {
			t.Errorf("%d changes; want 5", v)
		}
		if n := o.entries(t); n != 5 {
			t.Errorf("%d entries of the audit; want 5", n)
		}
		o.consistent(t)
	})
	return calls
}

func (o office) entries(t testing.TB) (n int) {
	t.Helper()
	for _, row := range o.server.Snapshot(t)["directory"] {
		if strings.HasPrefix(row.Key, "z|") {
			n++
		}
	}
	return n
}

// Processes teach the same rule at the same time: no evidence is lost, and no
// process is refused because of another's change.
func TestEvidenceOfManyAddsUp(t *testing.T) {
	for range 20 {
		evidenceOfMany(t)
	}
}

func evidenceOfMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		client := o.client(t, "1")
		piet := must.Get(o.Contacts().Create(t.Context(), Contact{Name: "P", Emails: []string{"p@x.nl"}}))(t)
		// Calls are slow, so that reads of one change are between writes of
		// another.
		o.wire.Fault(func(int, *http.Request) wiretest.Fault {
			time.Sleep(rand.N(20 * time.Millisecond))
			return wiretest.Pass
		})
		const processes = 5
		var wait sync.WaitGroup
		for range processes {
			store := o.another(t)
			wait.Go(func() {
				if _, _, err := learn(store, t, "q@x.nl", piet.ID, client.ID); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		rule, _, err := o.RuleFor(t.Context(), AddressContact, "q@x.nl")
		if err != nil || rule.Count != processes || len(rule.Evidence) != processes {
			t.Errorf("%+v, %v", rule, err)
		}
		o.consistent(t)
	})
}

func TestAChangeIsAllOrNothing(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	piet := must.Get(o.Contacts().Create(ctx, Contact{Name: "Piet", Emails: []string{"p@x.nl"}}))(t)
	wanted := errors.New("no")
	err := o.Change(ctx, func(tx *Tx) error {
		must.Get(tx.SaveContact(Contact{Name: "Q", Emails: []string{"q@x.nl"}}))(t)
		must.Get(tx.SaveRule(Rule{Kind: AcceptSender, Key: "q@x.nl", State: RuleOn}))(t)
		return wanted
	})
	if !errors.Is(err, wanted) {
		t.Errorf("%v; want what the function says", err)
	}
	var conflict *Conflict
	err = o.Change(ctx, func(tx *Tx) error {
		must.Get(tx.SaveRule(Rule{Kind: AcceptSender, Key: "q@x.nl", State: RuleOn}))(t)
		_, err := tx.SaveContact(Contact{Name: "Q", Emails: []string{"p@x.nl"}})
		return err
	})
	if !errors.As(err, &conflict) || conflict.ID != piet.ID {
		t.Errorf("%v; want a conflict with %s", err, piet.ID)
	}
	if v := must.Get(o.Version(ctx))(t); v != 1 {
		t.Errorf("version %d after changes that failed", v)
	}
	o.consistent(t)
}

// A change reads its own writes, and one object can take an address that
// another gives up, in any order of saving.
func TestAnAddressMovesInOneChange(t *testing.T) {
	for _, takerFirst := range []bool{true, false} {
		o, ctx := newOffice(t), t.Context()
		piet := must.Get(o.Contacts().Create(ctx, Contact{Name: "Piet", Emails: []string{"p@x.nl", "info@x.nl"}}))(t)
		kees := must.Get(o.Contacts().Create(ctx, Contact{Name: "Kees", Emails: []string{"k@x.nl"}}))(t)
		err := o.Change(ctx, func(tx *Tx) error {
			give := func() {
				c := must.Get(tx.Contact(piet.ID))(t)
				c.Emails = []string{"p@x.nl"}
				must.Get(tx.SaveContact(c))(t)
			}
			take := func() {
				c := must.Get(tx.Contact(kees.ID))(t)
				c.Emails = []string{"k@x.nl", "info@x.nl"}
				must.Get(tx.SaveContact(c))(t)
			}
			if takerFirst {
				take()
				give()
			} else {
				give()
				if _, found, err := tx.ContactByAddress("info@x.nl"); found || err != nil {
					t.Errorf("the address still belongs to somebody: %v", err)
				}
				take()
			}
			if c, _, err := tx.ContactByAddress("INFO@x.nl"); c.ID != kees.ID || err != nil {
				t.Errorf("the address is %s's: %v", c.Name, err)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		if c, _, err := o.ContactByAddress(ctx, "info@x.nl"); c.ID != kees.ID || err != nil {
			t.Errorf("the address is %s's: %v", c.Name, err)
		}
		o.consistent(t)
	}
}

func TestWhatAChangeRefuses(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	piet := must.Get(o.Contacts().Create(ctx, Contact{Name: "Piet", Emails: []string{"p@x.nl"}}))(t)
	old := piet
	piet = must.Get(o.Contacts().Update(ctx, piet.ID, "", func(c *Contact) error { c.Phone = "1"; return nil }))(t)
	kees := must.Get(o.Contacts().Create(ctx, Contact{Name: "Kees", Emails: []string{"k@x.nl"}}))(t)
	var conflict *Conflict
	var wrong *Invalid
	for what, c := range map[string]struct {
		do   func(*Tx) error
		want func(error) bool
	}{
		"an old revision": {func(tx *Tx) error { _, err := tx.SaveContact(old); return err },
			func(err error) bool { return errors.Is(err, ErrChanged) }},
		"an old revision of a rule": {func(tx *Tx) error {
			_, err := tx.SaveRule(Rule{Kind: AcceptSender, Key: "p@x.nl", State: RuleOn, Revision: "old"})
			return err
		}, func(err error) bool { return errors.Is(err, ErrChanged) }},
		"an unknown contact": {func(tx *Tx) error { _, err := tx.SaveContact(Contact{ID: ids.Random()}); return err },
			func(err error) bool { return errors.Is(err, ErrNotFound) }},
		"a contact that it deleted": {func(tx *Tx) error {
			if err := tx.DeleteContact(piet.ID); err != nil {
				t.Error(err)
			}
			_, err := tx.Contact(piet.ID)
			return err
		}, func(err error) bool { return errors.Is(err, ErrNotFound) }},
		"an unknown client": {func(tx *Tx) error {
			_, err := tx.SaveContact(Contact{Name: "X", Emails: []string{"x@x.nl"}, Clients: []string{ids.Random()}})
			return err
		}, func(err error) bool { return errors.As(err, &wrong) && wrong.Field == "clients[0]" }},
		"two new contacts": {func(tx *Tx) error {
			must.Get(tx.SaveContact(Contact{Name: "X", Emails: []string{"x@x.nl"}}))(t)
			_, err := tx.SaveContact(Contact{Name: "Y", Emails: []string{"y@x.nl"}})
			return err
		}, func(err error) bool { return err != nil }},
		"one address for two": {func(tx *Tx) error {
			for _, c := range []Contact{piet, kees} {
				c.Emails = []string{"both@x.nl"}
				must.Get(tx.SaveContact(c))(t)
			}
			return nil
		}, func(err error) bool { return errors.As(err, &conflict) && conflict.ID == piet.ID }},
	} {
		if err := o.Change(ctx, c.do); !c.want(err) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if got := must.Get(o.Contact(ctx, piet.ID))(t); !reflect.DeepEqual(got, piet) {
		t.Errorf("the contact became %+v", got)
	}
	o.consistent(t)
}

// A contact is found by the rule that linked its address, until the address is
// linked otherwise.
func TestContactsByRule(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	client := o.client(t, "1")
	made, rule, err := learn(o.Store, t, "p@x.nl", "", client.ID)
	must.Get(made, err)(t)
	// A rule may have linked several addresses of one contact.
	made = must.Get(o.Contacts().Update(ctx, made.ID, "", func(c *Contact) error {
		c.Emails = append(slices.Clone(c.Emails), "q@x.nl")
		c.Learned["Q@x.nl"] = rule.ID
		c.Learned["gone@x.nl"] = rule.ID
		return nil
	}))(t)
	if want := map[string]string{"p@x.nl": rule.ID, "q@x.nl": rule.ID}; !reflect.DeepEqual(made.Learned, want) {
		t.Errorf("learned %v; want %v", made.Learned, want)
	}
	if got := must.Get(o.ContactsByRule(ctx, rule.ID, 9))(t); len(got) != 1 || !reflect.DeepEqual(got[0], made) {
		t.Errorf("the rule linked %+v", got)
	}
	if got := must.Get(o.ContactsByRule(ctx, "x|", 9))(t); len(got) != 0 {
		t.Errorf("what is no rule linked %+v", got)
	}
	o.consistent(t)
	made = must.Get(o.Contacts().Update(ctx, made.ID, "", func(c *Contact) error { c.Emails = []string{"other@x.nl"}; return nil }))(t)
	if got := must.Get(o.ContactsByRule(ctx, rule.ID, 9))(t); len(got) != 0 || made.Learned != nil {
		t.Errorf("the rule still linked %+v", got)
	}
	o.consistent(t)
}

// A contact at all limits and two rules fit in one transaction.
func TestTheLargestContactIsMadeWithItsRules(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	c := Contact{Name: "Piet Bakker", Learned: map[string]string{}}
	for i := range MaxClients {
		c.Clients = append(c.Clients, o.client(t, fmt.Sprint(i)).ID)
	}
	for i := range maxEmails {
		email := fmt.Sprintf("p@x%d.nl", i)
		c.Emails = append(c.Emails, email)
		c.Learned[email] = ids.Random()
	}
	err := o.Change(ctx, func(tx *Tx) error {
		for _, key := range c.Emails[:2] {
			must.Get(tx.SaveRule(Rule{Kind: AddressContact, Key: key, State: RuleUndoing}))(t)
		}
		_, err := tx.SaveContact(c)
		return err
	})
	if err != nil {
		t.Error(err)
	}
	o.consistent(t)
}

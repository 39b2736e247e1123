package directory

import (
	"slices"
	"testing"

	"kantoorpost/shared/must"
)

// Each change says which look-ups it changes, also of what was not there.
func TestAChangeNamesTheLookupsThatItChanges(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	client, other := o.client(t, "1"), o.client(t, "2")
	observed, basis := Observe(ctx)
	if _, found, err := o.ContactByAddress(observed, "jan@bakker.example"); found || err != nil {
		t.Fatal(found, err)
	}
	stranger := basis.Hashes()
	observed, basis = Observe(ctx)
	must.Get(o.ContactsAtDomain(observed, "bakker.example", 9))(t)
	domain := basis.Hashes()
	observed, basis = Observe(ctx)
	must.Get(o.Client(observed, client.ID))(t)
	ofClient := basis.Hashes()
	touches := func(after int64, hashes []string) bool {
		t.Helper()
		lookups, all, err := o.Changed(ctx, after, must.Get(o.Version(ctx))(t))
		if err != nil || all {
			t.Fatal("all look-ups changed: ", err)
		}
		return slices.ContainsFunc(hashes, func(h string) bool { return lookups[h] > after })
	}
	before := must.Get(o.Version(ctx))(t)
	must.Get(o.Clients().Update(ctx, other.ID, "", func(c *Client) error { c.Name = "Anders"; return nil }))(t)
	if touches(before, stranger) || touches(before, domain) || touches(before, ofClient) {
		t.Error("another client changes these look-ups")
	}
	before = must.Get(o.Version(ctx))(t)
	must.Get(o.Contacts().Create(ctx, Contact{Name: "Jan", Emails: []string{"jan@bakker.example"}, Clients: []string{client.ID}}))(t)
	if !touches(before, stranger) || !touches(before, domain) || touches(before, ofClient) {
		t.Error("the new contact changes who has his address and who is at his domain, and not his client")
	}
	before = must.Get(o.Version(ctx))(t)
	must.Get(o.Clients().Update(ctx, client.ID, "", func(c *Client) error { c.Name = "Bakker"; return nil }))(t)
	if !touches(before, ofClient) || touches(before, stranger) {
		t.Error("the client changes its own look-up, and no other")
	}
	now := must.Get(o.Version(ctx))(t)
	if _, all, err := o.Changed(ctx, now-maxChanges-1, now); err != nil || !all {
		t.Error("more changes than are looked at are any: ", err)
	}
	must.Do(t, o.ForgetChanged(ctx, now))
	if _, all, err := o.Changed(ctx, now-1, now); err != nil || !all {
		t.Error("a change that is forgotten may be any: ", err)
	}
}

package connector_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"kantoorpost/shared/connector"
	"kantoorpost/shared/fault"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/must"
)

// An alias activates its mailbox, which is found by both addresses.
func TestActivateByAlias(t *testing.T) {
	o := open(t)
	c := o.create(t)
	box := o.graph.add(1)
	a := must.Get(o.Activate(t.Context(), c.ID, connector.Request{Address: " Alias-of-" + strings.ToUpper(box.Address),
		Link: connector.Link{Kind: connector.LinkRole, ID: "role"}}))(t)
	if a.ID != box.ID || a.Address != box.Address || a.Name != box.Name || !slices.Equal(a.Aliases, box.Aliases) || !a.Active ||
		time.Since(a.From) > time.Minute {
		t.Errorf("activated %+v", a)
	}
	for _, name := range []string{box.ID, box.Address, strings.ToUpper(box.Address)} {
		if got, err := o.Activation(t.Context(), name); err != nil || !reflect.DeepEqual(got, a) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	for _, name := range []string{"", "x", "other@kantoor.example", boxID(2), "a@b/../c", "smtp|" + box.Address,
		strings.Repeat("x", 300) + "@y.example"} {
		if _, err := o.Activation(t.Context(), name); !errors.Is(err, connector.ErrNotFound) {
			t.Errorf("%q: error %v, want ErrNotFound", name, err)
		}
	}
}

// An address that cannot be activated is refused with the name of the wrong
// field.
func TestActivateRefuses(t *testing.T) {
	o := open(t)
	c := o.create(t)
	box := o.graph.add(1)
	o.directory.gone["nobody"] = true
	role := connector.Link{Kind: connector.LinkRole, ID: "role"}
	for _, x := range []struct {
		q     connector.Request
		field string
	}{
		{connector.Request{Address: "no address", Link: role}, "address"},
		{connector.Request{Address: "other@kantoor.example", Link: role}, "address"},
		{connector.Request{Address: box.Address}, "link.kind"},
		{connector.Request{Address: box.Address, Link: connector.Link{Kind: connector.LinkRole}}, "link.id"},
		{connector.Request{Address: box.Address, Link: connector.Link{Kind: connector.LinkProcessTeam, ID: "nobody"}}, "link.id"},
		{connector.Request{Address: box.Address, Link: connector.Link{Kind: connector.LinkRole, ID: "nobody"}}, "link.id"},
		{connector.Request{Address: box.Address, Link: role, From: time.Now().AddDate(3, 0, 0)}, "from"},
	} {
		_, err := o.Activate(t.Context(), c.ID, x.q)
		if f, _ := field(err); f != x.field {
			t.Errorf("%+v: error %v, want field %s", x.q, err, x.field)
		}
	}
	if _, err := o.Activate(t.Context(), "none", connector.Request{Address: box.Address, Link: role}); !errors.Is(err, connector.ErrNotFound) {
		t.Errorf("unknown connector: %v", err)
	}
}

// Deactivation loses nothing: active again, the mailbox continues where it was.
func TestReactivationContinues(t *testing.T) {
	o := open(t)
	c := o.create(t)
	a := o.activate(t, c, 1)
	must.Get(o.SaveCursor(t.Context(), a.ID, connector.Cursor{DeltaLink: "far"}))(t)
	again := connector.Request{Address: a.Address, Link: connector.Link{Kind: connector.LinkRole, ID: "role"}}
	_, err := o.Activate(t.Context(), c.ID, again)
	var exists *connector.ExistsError
	if !errors.As(err, &exists) || exists.ID != a.ID {
		t.Fatalf("error %v, want that it exists", err)
	}
	must.Do(t, o.Deactivate(t.Context(), a.ID, a.ETag))
	now, err := o.Activate(t.Context(), c.ID, again)
	if err != nil || !now.Active || now.Link != again.Link || !now.From.Equal(a.From) {
		t.Errorf("%+v, %v", now, err)
	}
	boxes, err := o.Load(t.Context(), []string{a.ID})
	if err != nil || boxes[0].Cursor.DeltaLink != "far" {
		t.Errorf("%+v, %v", boxes, err)
	}
}

// An earlier date starts the mailbox over from there, a later one does not.
func TestAnEarlierDateStartsOver(t *testing.T) {
	o := open(t)
	a := o.activate(t, o.create(t), 1)
	must.Get(o.SaveCursor(t.Context(), a.ID, connector.Cursor{DeltaLink: "far", Next: "next"}))(t)
	move := func(from time.Time, link string) {
		t.Helper()
		now, err := o.PatchActivation(t.Context(), a.Address, "", connector.ActivationPatch{From: &from})
		if err != nil || !now.From.Equal(from) {
			t.Fatalf("%+v, %v", now, err)
		}
		boxes, err := o.Load(t.Context(), []string{a.ID})
		if err != nil || boxes[0].Cursor.DeltaLink != link {
			t.Errorf("%+v, %v", boxes, err)
		}
	}
	move(a.From.Add(time.Hour), "far")
	move(a.From.Add(-time.Hour), "")
}

// When two people edit an address, the second one gets ErrChanged.
func TestTwoPeopleEditAnAddress(t *testing.T) {
	o := open(t)
	a := o.activate(t, o.create(t), 1)
	link := connector.Link{Kind: connector.LinkRole, ID: "role"}
	must.Get(o.PatchActivation(t.Context(), a.ID, a.ETag, connector.ActivationPatch{Link: &link}))(t)
	if _, err := o.PatchActivation(t.Context(), a.ID, a.ETag, connector.ActivationPatch{Link: &link}); !errors.Is(err, connector.ErrChanged) {
		t.Errorf("error %v, want ErrChanged", err)
	}
}

// When the tenant gives an address to another mailbox, that mailbox is read
// instead of the former one.
func TestAnAddressMovesToAnotherMailbox(t *testing.T) {
	o := open(t)
	c := o.create(t)
	old := o.activate(t, c, 1)
	o.graph.boxes[old.Address] = mail.Mailbox{ID: boxID(9), Address: old.Address, Name: "New box"}
	now, err := o.Activate(t.Context(), c.ID, connector.Request{Address: old.Address, Link: old.Link})
	if err != nil || now.ID != boxID(9) {
		t.Fatalf("%+v, %v", now, err)
	}
	if got, _ := o.Activation(t.Context(), old.Address); !reflect.DeepEqual(got, now) {
		t.Errorf("the address is %+v", got)
	}
	if got, _ := o.Activation(t.Context(), old.ID); got.Active {
		t.Error("the former mailbox is still read")
	}
}

// The list of mailboxes says which are activated.
func TestMailboxes(t *testing.T) {
	o := open(t)
	c := o.create(t)
	a, b := o.activate(t, c, 1), o.activate(t, c, 2)
	o.graph.add(3)
	must.Do(t, o.Deactivate(t.Context(), b.ID, ""))
	page, next, err := o.Mailboxes(t.Context(), c.ID, "", "")
	if err != nil || next != "" || len(page) != 3 {
		t.Fatalf("%v %q %v", page, next, err)
	}
	for _, m := range page {
		if m.Activated != (m.ID == a.ID) {
			t.Errorf("%+v", m)
		}
	}
}

// A refusal of Entra or Graph does not mean that the address does not exist.
func TestARefusalIsNoUnknownAddress(t *testing.T) {
	o := open(t)
	c := o.create(t)
	box := o.graph.add(1)
	q := connector.Request{Address: box.Address, Link: connector.Link{Kind: connector.LinkContact}}
	o.graph.fail["users"] = fault.Final(&graphError{403, "Authorization_RequestDenied"})
	_, err := o.Activate(t.Context(), c.ID, q)
	if code, reason, ok := o.Outside(err); !ok || code != "missing:User.Read.All" || reason != "Authorization_RequestDenied" {
		t.Errorf("%q %q, %v", code, reason, err)
	}
	o.restart()
	o.entra.forget(canary)
	_, err = o.Activate(t.Context(), c.ID, q)
	if code, _, ok := o.Outside(err); !ok || code != string(connector.StateSecretWrong) {
		t.Errorf("%q, %v", code, err)
	}
}

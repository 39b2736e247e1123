package connector_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"kantoorpost/shared/connector"
	"kantoorpost/shared/must"
)

// The app is limited when a mailbox that nobody activated refuses it. One that
// can be read proves that it is not; one that has no licence proves nothing.
func TestCheckLimits(t *testing.T) {
	denied, unlicensed := &graphError{403, "ErrorAccessDenied"}, &graphError{404, "MailboxNotEnabledForRESTAPI"}
	for _, x := range []struct {
		name    string
		fail    map[string]error // of boxes 2 and 3, which are not activated
		address string
		want    string
		problem string
	}{
		{"not limited", nil, "", "missing", connector.LimitsNone},
		{"limited", map[string]error{boxID(2): denied, boxID(3): denied}, "", "granted", ""},
		{"one can be read", map[string]error{boxID(2): denied}, "", "missing", connector.LimitsNone},
		{"none can tell", map[string]error{boxID(2): unlicensed, boxID(3): unlicensed}, "", "unknown", connector.LimitsUnknown},
		{"the refused one tells", map[string]error{boxID(2): unlicensed, boxID(3): denied}, "", "granted", ""},
		{"one that is named", map[string]error{boxID(3): denied}, " Box3@kantoor.example", "granted", ""},
	} {
		t.Run(x.name, func(t *testing.T) {
			o := open(t)
			c := o.create(t)
			o.activate(t, c, 1)
			o.graph.add(2)
			o.graph.add(3)
			o.graph.fail, o.graph.looks = x.fail, nil
			l, err := o.CheckLimits(t.Context(), c.ID, x.address)
			if err != nil || word(l.Limited) != x.want || l.Problem != x.problem || len(l.Tried) == 0 {
				t.Fatalf("%+v, %v", l, err)
			}
			advised(t, l.Problem, x.problem != "")
			if slices.Contains(o.graph.looks, boxID(1)) {
				t.Error("the activated mailbox was tried")
			}
			if !recorded(t, o, "configuration", "connector.check-limits") {
				t.Error("nobody can see afterwards who looked")
			}
		})
	}
}

func recorded(t *testing.T, o *office, table, action string) bool {
	t.Helper()
	for _, r := range o.tables.Snapshot(t)[table] {
		if strings.Contains(strings.Join(texts(r.Props), " "), action) {
			return true
		}
	}
	return false
}

// Who looks at a mailbox that is not activated is in the audit, also when it refuses.
func TestLookingAtAMailboxIsRecorded(t *testing.T) {
	o := open(t)
	c := o.create(t)
	o.graph.add(2)
	o.graph.fail = map[string]error{boxID(2): &graphError{403, "ErrorAccessDenied"}}
	if r, err := o.CheckMailbox(t.Context(), c.ID, "box2@kantoor.example"); err != nil || r.Readable {
		t.Fatalf("%+v, %v", r, err)
	}
	if !recorded(t, o, "mailboxes", "address.check") {
		t.Error("nobody can see afterwards who looked")
	}
}

func texts(props map[string]any) (all []string) {
	for _, v := range props {
		if s, ok := v.(string); ok {
			all = append(all, s)
		}
	}
	return all
}

func TestCheckLimitsRefuses(t *testing.T) {
	o := open(t)
	c := o.create(t)
	o.activate(t, c, 1)
	for address, code := range map[string]string{"box1@kantoor.example": "address-activated", "nobody@kantoor.example": "address-unknown",
		"no address": "address"} {
		var wrong connector.Invalid
		if _, err := o.CheckLimits(t.Context(), c.ID, address); !errors.As(err, &wrong) || wrong[0].Field != "address" || wrong[0].Code != code {
			t.Errorf("%s: %v", address, err)
		}
	}
	if _, err := o.CheckLimits(t.Context(), "none", ""); !errors.Is(err, connector.ErrNotFound) {
		t.Error(err)
	}
	o.entra.set(canary, false)
	_, err := o.CheckLimits(t.Context(), c.ID, "")
	if code, _, ok := o.Outside(err); !ok || code != string(connector.StateSecretExpired) {
		t.Errorf("%q, %v", code, err)
	}
}

// The script names the activated addresses only, and no address can end its
// string.
func TestLimitScript(t *testing.T) {
	o := open(t)
	c := o.create(t)
	o.activate(t, c, 2)
	o.activate(t, c, 1)
	o.graph.add(3)
	box := o.graph.add(4)
	o.graph.mu.Lock()
	box.Address = "o’b'rien@kantoor.example"
	o.graph.boxes[box.Address] = box
	o.graph.mu.Unlock()
	must.Get(o.Activate(t.Context(), c.ID, connector.Request{Address: box.Address,
		Link: connector.Link{Kind: connector.LinkContact}}))(t)
	off := o.activate(t, c, 5)
	must.Do(t, o.Deactivate(t.Context(), off.ID, ""))
	script, limited, err := o.LimitScript(t.Context(), c.ID)
	if err != nil || !slices.Equal(limited, []string{"box1@kantoor.example", "box2@kantoor.example", "o’b'rien@kantoor.example"}) {
		t.Fatalf("%q, %v", limited, err)
	}
	for _, want := range []string{
		"'box1@kantoor.example'\n", "'box2@kantoor.example'\n", "'o’’b''rien@kantoor.example'\n", "'" + clientID + "'", "'" + tenant + "'",
		"New-ServicePrincipal -AppId", "New-ManagementScope", "Set-ManagementScope",
		"-Role 'Application Mail.ReadWrite'", "-Role 'Application MailboxSettings.ReadWrite'", "-Role 'Application Mail.Send'",
		"Test-ServicePrincipalAuthorization",
	} {
		if !strings.Contains(script, want) {
			t.Errorf("lacks %s", want)
		}
	}
	for _, no := range []string{"box3@", "box5@", canary, "Application User"} {
		if strings.Contains(script, no) {
			t.Errorf("holds %s", no)
		}
	}
}

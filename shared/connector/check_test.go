package connector_test

import (
	"testing"

	"kantoorpost/shared/connector"
	"kantoorpost/shared/must"
)

// word returns a permission's answer as a word.
func word(granted *bool) string {
	switch {
	case granted == nil:
		return "unknown"
	case *granted:
		return "granted"
	}
	return "missing"
}

// A readable mailbox proves more than the token. What is not proven is known
// from the token, or unknown.
func TestPermissions(t *testing.T) {
	const mail, set, users, send = "Mail.ReadWrite", "MailboxSettings.ReadWrite", "User.Read.All", "Mail.Send"
	denied := &graphError{403, "ErrorAccessDenied"}
	for _, x := range []struct {
		name  string
		roles []string
		boxes int
		fail  map[string]error
		want  [4]string // in the order above
	}{
		{"all consented", []string{mail, set, users, send}, 1, nil, [4]string{"granted", "granted", "granted", "granted"}},
		{"no mailbox to prove with", []string{mail, set, users, send}, 0, nil, [4]string{"granted", "granted", "granted", "granted"}},
		{"sending forgotten", []string{mail, set, users}, 1, nil, [4]string{"granted", "granted", "granted", "missing"}},
		{"settings forgotten", []string{mail, users, send}, 1, map[string]error{"settings:" + boxID(1): denied},
			[4]string{"granted", "missing", "granted", "granted"}},
		{"only reading", []string{"Mail.Read", set, users, send}, 1, nil, [4]string{"missing", "granted", "granted", "granted"}},
		{"no consent at all", nil, 0, map[string]error{"users": &graphError{403, "Authorization_RequestDenied"}},
			[4]string{"missing", "missing", "missing", "missing"}},
		{"RBAC for Applications", []string{users}, 1, nil, [4]string{"granted", "granted", "granted", "unknown"}},
		{"RBAC, nothing to prove with", []string{users}, 0, nil, [4]string{"unknown", "unknown", "granted", "unknown"}},
		{"no role and refused", []string{users}, 1, map[string]error{boxID(1): denied}, [4]string{"missing", "unknown", "granted", "unknown"}},
		{"no list of users", []string{mail, set, send}, 0, map[string]error{"users": &graphError{403, "Authorization_RequestDenied"}},
			[4]string{"granted", "granted", "missing", "granted"}},
	} {
		t.Run(x.name, func(t *testing.T) {
			o := open(t)
			c := o.create(t)
			for n := range x.boxes {
				o.activate(t, c, n+1)
			}
			o.entra.roles = x.roles
			o.graph.fail = x.fail
			r, err := o.Check(t.Context(), c.ID)
			if err != nil || len(r.Permissions) != 4 {
				t.Fatalf("%+v, %v", r, err)
			}
			for i, name := range []string{mail, set, users, send} {
				p := r.Permissions[i]
				if p.Name != name || word(p.Granted) != x.want[i] {
					t.Errorf("%s is %s, want %s", name, word(p.Granted), x.want[i])
				}
				advised(t, p.Problem, word(p.Granted) != "granted")
			}
		})
	}
}

// advised fails unless a code has advice exactly when there is a problem.
func advised(t *testing.T, code string, problem bool) {
	t.Helper()
	text, ok := connector.Advice(code)
	if ok != problem || ok && (text.NL == "" || text.EN == "") {
		t.Errorf("advice for %q: %v %+v", code, ok, text)
	}
}

// Each activated mailbox is checked, with its own problem; other mailboxes, and
// those of other connectors, are not touched.
func TestCheckLooksIntoEveryActivatedMailbox(t *testing.T) {
	o := open(t)
	c := o.create(t)
	for n := range 9 {
		o.activate(t, c, n+1)
	}
	must.Do(t, o.Deactivate(t.Context(), boxID(9), ""))
	o.graph.fail = map[string]error{
		boxID(2):               &graphError{403, "ErrorAccessDenied"},
		boxID(3):               &graphError{404, "MailboxNotEnabledForRESTAPI"},
		boxID(4):               &graphError{404, "ErrorInvalidUser"},
		boxID(5):               &graphError{429, "ApplicationThrottled"},
		"settings:" + boxID(6): &graphError{403, "ErrorAccessDenied"},
	}
	o.graph.looks = nil
	r, err := o.Check(t.Context(), c.ID)
	if err != nil || len(r.Mailboxes) != 8 || r.Works {
		t.Fatalf("%+v, %v", r, err)
	}
	want := []string{"", "no-access", "no-licence", "missing", "throttled", "no-settings", "", ""}
	for i, m := range r.Mailboxes {
		if m.ID != boxID(i+1) || m.Address == "" || m.Problem != want[i] {
			t.Errorf("%+v, want %q", m, want[i])
		}
		if m.Readable != (want[i] == "" || want[i] == "no-settings") || m.Settings != (want[i] == "") {
			t.Errorf("%+v", m)
		}
		advised(t, m.Problem, want[i] != "")
	}
	for _, look := range o.graph.looks {
		if look == boxID(9) {
			t.Error("a mailbox that is not active was looked into")
		}
	}
}

// A connector without a token says why and records it, and there is advice for
// every cause.
func TestCheckWithoutAToken(t *testing.T) {
	o := open(t)
	c := o.create(t)
	o.activate(t, c, 1)
	o.restart()
	o.entra.forget(canary)
	r, err := o.Check(t.Context(), c.ID)
	if err != nil || r.Works || r.State != connector.StateSecretWrong || r.Reason == "" {
		t.Fatalf("%+v, %v", r, err)
	}
	for _, p := range r.Permissions {
		if p.Granted != nil {
			t.Errorf("%+v", p)
		}
		advised(t, p.Problem, true)
	}
	for _, m := range r.Mailboxes {
		advised(t, m.Problem, true)
	}
	if now, _ := o.Connector(t.Context(), c.ID); now.State != connector.StateSecretWrong {
		t.Errorf("state %s", now.State)
	}
	o.entra.set(canary, true)
	o.entra.tid = "99999999-2222-3333-4444-555555555555"
	if r, err := o.Check(t.Context(), c.ID); err != nil || r.State != connector.StateOtherTenant {
		t.Errorf("%+v, %v", r, err)
	}
}

// After a check, new permissions count at once, also for fetching mail.
func TestCheckRenewsTheToken(t *testing.T) {
	o := open(t)
	c := o.create(t)
	must.Do(t, o.use(t.Context(), t, c))
	must.Get(o.Check(t.Context(), c.ID))(t)
	must.Do(t, o.use(t.Context(), t, c))
	if n := len(o.entra.received); n != 2 {
		t.Errorf("%d tokens were asked, want the first and that of the check", n)
	}
}

// Every code has its advice in both languages.
func TestEveryStateHasItsAdvice(t *testing.T) {
	for _, s := range []connector.State{connector.StateSecretExpired, connector.StateSecretWrong, connector.StateSecretMissing,
		connector.StateVault,
		connector.StateNotInTenant, connector.StateTenantUnknown, connector.StateOtherTenant, connector.StateRefused, connector.StateTokenRefused,
		connector.StateUnreachable} {
		advised(t, string(s), true)
	}
	advised(t, string(connector.StateWorks), false)
	for _, s := range []string{connector.MailboxThrottled, connector.MailboxForbidden, connector.MailboxUnlicensed, connector.MailboxMissing,
		connector.MailboxUnreachable, connector.MailboxNoSettings} {
		advised(t, s, true)
	}
}

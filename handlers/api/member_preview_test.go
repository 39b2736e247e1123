package api

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"kantoorpost/shared/connector"
	"kantoorpost/shared/must"
)

// names are who would join, in order.
func names(a answer) (out []string) {
	members, _ := a.body["members"].([]any)
	for _, m := range members {
		one := m.(map[string]any)
		text := fmt.Sprint(one["name"])
		if away, ok := one["standsInFor"]; ok {
			text += fmt.Sprint(" for ", away)
		}
		out = append(out, text)
	}
	return out
}

// The preview agrees with the processing of a mail: the address' own member,
// the first one at the client with the role, or the whole team, and the
// substitutes of absent members.
func TestJoiners(t *testing.T) {
	c := newConnected(t)
	id := func(path, body string) string { return fmt.Sprint(c.done(t, "POST "+path, body).body["id"]) }
	member := func(name string, active bool) string {
		return id("/api/team-members", fmt.Sprintf(`{"name":%q,"email":"%s@kantoor.example","rights":"editor","active":%t}`, name,
			strings.ToLower(name), active))
	}
	anna, bert, carla, left := member("Anna", true), member("Bert", true), member("Carla", true), member("Left", false)
	role, other := id("/api/roles", `{"name":"Relatiebeheerder"}`), id("/api/roles", `{"name":"Assistent"}`)
	team := id("/api/process-teams", fmt.Sprintf(`{"name":"Loon","members":[%q,%q]}`, carla, left))
	empty := id("/api/process-teams", fmt.Sprintf(`{"name":"Leeg","members":[%q]}`, left))
	client := id("/api/clients", `{"number":"1","type":"organisation","name":"Bakkerij"}`)
	nobody := id("/api/clients", `{"number":"2","type":"organisation","name":"Slager"}`)
	c.done(t, "PUT /api/clients/"+client+"/team-members",
		fmt.Sprintf(`[{"member":%q,"role":%q},{"member":%q,"role":%q},{"member":%q,"role":%q}]`, left, role, bert, role, anna, role))
	now := time.Now()
	c.done(t, "PATCH /api/team-members/"+carla, fmt.Sprintf(`{"substitute":{"member":%q,"from":%q,"until":%q}}`, anna,
		now.Add(-time.Hour).UTC().Format(time.RFC3339), now.Add(time.Hour).UTC().Format(time.RFC3339)))

	ask := func(address string, query ...string) answer {
		q := url.Values{}
		for i := 0; i < len(query); i += 2 {
			q.Set(query[i], query[i+1])
		}
		return c.done(t, "GET /api/addresses/"+address+"/joiners?"+q.Encode(), "")
	}
	for _, x := range []struct {
		got     answer
		want    string
		warning string
	}{
		{ask("anna@kantoor.example", "kind", "contact"), "[Anna]", ""},
		{ask("left@kantoor.example", "kind", "contact"), "[]", "no-member-for-address"},
		{ask("info@kantoor.example", "kind", "contact"), "[]", "no-member-for-address"},
		{ask("info@kantoor.example", "kind", "role", "link", role), "[Anna Bert]", ""},
		{ask("info@kantoor.example", "kind", "role", "link", role, "client", client), "[Bert]", ""},
		{ask("info@kantoor.example", "kind", "role", "link", role, "client", nobody), "[]", "no-member-with-role"},
		{ask("info@kantoor.example", "kind", "role", "link", other), "[]", "no-member-with-role"},
		{ask("info@kantoor.example", "kind", "role", "link", "gone"), "[]", "link-removed"},
		{ask("info@kantoor.example", "kind", "process-team", "link", team), "[Carla Anna for Carla]", ""},
		{ask("info@kantoor.example", "kind", "process-team", "link", empty), "[]", "empty-team"},
	} {
		if fmt.Sprint(names(x.got)) != x.want || !strings.Contains(x.got.text, x.warning) ||
			(x.warning == "") == strings.Contains(x.got.text, "warnings") {
			t.Errorf("%s, want %s %s", x.got.text, x.want, x.warning)
		}
	}
	for _, request := range []string{"GET /api/addresses/info@kantoor.example/joiners",
		"GET /api/addresses/info@kantoor.example/joiners?kind=contact&client=gone"} {
		if got := c.as(t, request, ""); got.status != http.StatusNotFound {
			t.Errorf("%s: %d", request, got.status)
		}
	}

	// An activated address includes the preview, in a list on request.
	c.graph.n = 3
	path, _ := c.create(t)
	made := c.done(t, "POST "+path+"/addresses", fmt.Sprintf(`{"address":"box1@kantoor.example","link":{"kind":"role","id":%q}}`, other))
	if !strings.Contains(made.text, "no-member-with-role") || !strings.Contains(made.text, `"target":"Assistent"`) {
		t.Error(made.text)
	}
	if got := c.done(t, "GET "+path+"/addresses", ""); strings.Contains(got.text, "joiners") {
		t.Error(got.text)
	}
	if got := c.done(t, "GET "+path+"/addresses?joiners=true", ""); !strings.Contains(got.text, "no-member-with-role") {
		t.Error(got.text)
	}
	c.done(t, "PATCH "+made.header.Get("Location"), fmt.Sprintf(`{"link":{"kind":"process-team","id":%q}}`, team))
	if got := ask("box1@kantoor.example"); fmt.Sprint(names(got)) != "[Carla Anna for Carla]" {
		t.Error(got.text)
	}
}

// The lag of a mailbox is measured from its last fetch when fetching fails, and
// from the connector when that has stopped; a healthy or paused mailbox has no
// lag.
func TestLag(t *testing.T) {
	last, since, from := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC), time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC),
		time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	stopped := connector.Connector{State: connector.StateSecretExpired, StateSince: since}
	works := connector.Connector{State: connector.StateWorks, StateSince: since}
	for _, x := range []struct {
		name   string
		active bool
		cursor connector.Cursor
		by     connector.Connector
		want   time.Time
	}{
		{"read", true, connector.Cursor{LastRound: last}, works, time.Time{}},
		{"never read", true, connector.Cursor{}, works, time.Time{}},
		{"refused", true, connector.Cursor{LastRound: last, State: connector.MailboxForbidden}, works, last},
		{"failing", true, connector.Cursor{LastRound: last, Failures: 2}, works, last},
		{"failing from the start", true, connector.Cursor{Failures: 2}, works, from},
		{"no token", true, connector.Cursor{LastRound: last}, stopped, since},
		{"paused", false, connector.Cursor{LastRound: last, State: connector.MailboxForbidden}, stopped, time.Time{}},
	} {
		o := addressOf(connector.Mailbox{Activation: connector.Activation{Active: x.active, From: from}, Cursor: x.cursor}, x.by)
		if got := o.BehindSince; got == nil != x.want.IsZero() || got != nil && !got.Equal(x.want) {
			t.Errorf("%s: %v, want %v", x.name, got, x.want)
		}
	}
	o := addressOf(connector.Mailbox{Activation: connector.Activation{Active: true},
		Cursor: connector.Cursor{Next: "page 2", RoundStart: since, Count: 40}}, works)
	if o.Reading == nil || o.Reading.Mails != 40 || !o.Reading.Since.Equal(since) {
		t.Errorf("%+v", o.Reading)
	}
}

// The check on other mailboxes says whether the app is limited, and what to do
// when it is not.
func TestLimits(t *testing.T) {
	c := newConnected(t)
	c.graph.n = 3
	path, _ := c.create(t)
	c.done(t, "POST "+path+"/addresses", `{"address":"box1@kantoor.example","link":{"kind":"contact"}}`)
	got := c.done(t, "POST "+path+"/check-limits", "")
	if got.body["limited"] != false || got.body["whatToDo"] == nil || strings.Contains(got.text, "box1@") {
		t.Error(got.text)
	}
	if got := c.as(t, "POST "+path+"/check-limits", `{"address":"box1@kantoor.example"}`); got.status != http.StatusUnprocessableEntity ||
		!strings.Contains(got.text, `"codes":{"address":"address-activated"}`) {
		t.Errorf("%d %s", got.status, got.text)
	}
	if got := c.done(t, "GET "+path+"/limit-script", ""); !strings.Contains(fmt.Sprint(got.body["script"]), "'box1@kantoor.example'") ||
		fmt.Sprint(got.body["addresses"]) != "[box1@kantoor.example]" {
		t.Error(got.text)
	}
	if strings.Contains(c.seen.String(), canary) {
		t.Error("the secret was answered")
	}
	must.Do(t, c.tenant.ExpireSecret(canary))
	if got := c.as(t, "POST "+path+"/check-limits", ""); got.status != http.StatusBadGateway || !strings.Contains(got.text, `"whatToDo":{`) {
		t.Errorf("%d %s", got.status, got.text)
	}
}

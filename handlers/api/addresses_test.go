package api

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"kantoorpost/shared/job"
	"kantoorpost/shared/must"
)

func items(a answer) (all []map[string]any) {
	for _, v := range a.body["items"].([]any) {
		all = append(all, v.(map[string]any))
	}
	return all
}

// The mailboxes of the tenant are listed in pages of the requested size, each
// once, and the activated ones are marked.
func TestMailboxesThatCanBeActivated(t *testing.T) {
	c := newConnected(t)
	c.graph.n = 8
	path, _ := c.create(t)
	c.done(t, "POST "+path+"/addresses", `{"address":"box4@kantoor.example","link":{"kind":"contact"}}`)
	for _, limit := range []int{1, 2, 3, 5, 50} {
		var got []string
		for after, pages := "", 0; pages < 20; pages++ {
			page := c.done(t, fmt.Sprintf("GET %s/mailboxes?limit=%d&after=%s", path, limit, after), "")
			for _, m := range items(page) {
				got = append(got, fmt.Sprint(m["address"]))
				if m["activated"] != (m["address"] == "box4@kantoor.example") {
					t.Errorf("%v", m)
				}
			}
			if after, _ = page.body["next"].(string); after == "" {
				break
			}
		}
		var want []string
		for n := range 8 {
			want = append(want, box(n).Address)
		}
		if !slices.Equal(got, want) {
			t.Errorf("limit %d: %v", limit, got)
		}
	}
	if got := c.as(t, "GET "+path+"/mailboxes?after=eHg", ""); got.status != http.StatusUnprocessableEntity {
		t.Errorf("%d %s", got.status, got.text)
	}
}

// An address is activated, read, changed, deactivated, and activated again.
func TestAddress(t *testing.T) {
	c := newConnected(t)
	c.graph.n = 3
	path, _ := c.create(t)
	made := c.done(t, "POST "+path+"/addresses", `{"address":"Box1@Kantoor.example","link":{"kind":"role","id":"r1"},"from":"2026-01-31"}`)
	where := made.header.Get("Location")
	if made.status != http.StatusCreated || made.body["address"] != "box1@kantoor.example" || made.body["active"] != true ||
		made.body["from"] != "2026-01-31T00:00:00Z" || fmt.Sprint(made.body["link"]) != "map[id:r1 kind:role]" || where == "" {
		t.Errorf("%d %s %s", made.status, made.text, where)
	}
	for _, one := range []string{where, "/api/addresses/box1@kantoor.example", "/api/addresses/BOX1%40kantoor.example"} {
		if got := c.done(t, "GET "+one, ""); got.text != made.text {
			t.Errorf("%s: %s", one, got.text)
		}
	}
	if got := c.as(t, "POST "+path+"/addresses",
		`{"address":"box1@kantoor.example","link":{"kind":"contact"}}`); got.status != http.StatusConflict ||
		got.body["existing"] != made.body["id"] {
		t.Errorf("again: %d %s", got.status, got.text)
	}
	tag := made.header.Get("ETag")
	if got := c.done(t, "PATCH "+where, `{"link":{"kind":"contact"}}`, "If-Match", tag); fmt.Sprint(got.body["link"]) != "map[kind:contact]" {
		t.Errorf("%s", got.text)
	}
	if got := c.as(t, "PATCH "+where, `{"active":false}`, "If-Match", tag); got.status != http.StatusPreconditionFailed {
		t.Errorf("%d %s", got.status, got.text)
	}
	if got := c.as(t, "DELETE "+path, ""); got.status != http.StatusConflict || !strings.Contains(got.text, "deactivate") {
		t.Errorf("%d %s", got.status, got.text)
	}
	c.done(t, "DELETE "+where, "")
	if got := c.done(t, "GET "+path+"/addresses", ""); len(items(got)) != 1 || items(got)[0]["active"] != false {
		t.Errorf("%s", got.text)
	}
	c.done(t, "POST "+path+"/addresses", `{"address":"box1@kantoor.example","link":{"kind":"contact"}}`)
	if got := c.done(t, "GET "+where, ""); got.body["active"] != true || got.body["from"] != "2026-01-31T00:00:00Z" {
		t.Errorf("%s", got.text)
	}
}

// Mail gets categories in Outlook unless the switch of its address is off.
func TestCategoriesOfAnAddress(t *testing.T) {
	c := newConnected(t)
	c.graph.n = 3
	path, _ := c.create(t)
	for body, want := range map[string]bool{
		`{"address":"box0@kantoor.example","link":{"kind":"contact"}}`:                    true,
		`{"address":"box1@kantoor.example","link":{"kind":"contact"},"categories":true}`:  true,
		`{"address":"box2@kantoor.example","link":{"kind":"contact"},"categories":false}`: false,
	} {
		made := c.done(t, "POST "+path+"/addresses", body)
		where := made.header.Get("Location")
		for _, got := range []answer{made, c.done(t, "GET "+where, ""), c.done(t, "PATCH "+where, `{"active":true}`)} {
			if got.body["categories"] != want {
				t.Errorf("%s: %s", body, got.text)
			}
		}
		for _, on := range []bool{!want, want} {
			if got := c.done(t, "PATCH "+where, fmt.Sprintf(`{"categories":%t}`, on)); got.body["categories"] != on || got.body["active"] != true {
				t.Errorf("%t: %s", on, got.text)
			}
		}
		if got := c.as(t, "PATCH "+where, `{"categories":null}`); got.status != http.StatusUnprocessableEntity {
			t.Errorf("%d %s", got.status, got.text)
		}
	}
}

// A problem with an address names the field.
func TestAddressNamesWhatIsWrong(t *testing.T) {
	c := newConnected(t)
	c.graph.n = 3
	path, _ := c.create(t)
	for body, want := range map[string]string{
		`{"address":"box9@kantoor.example","link":{"kind":"contact"}}`:                    "body.address",
		`{"address":"no address","link":{"kind":"contact"}}`:                              "body.address",
		`{"address":"box1@kantoor.example"}`:                                              "link",
		`{"address":"box1@kantoor.example","link":{"kind":"nobody"}}`:                     "body.link.kind",
		`{"address":"box1@kantoor.example","link":{"kind":"role"}}`:                       "body.link.id",
		`{"address":"box1@kantoor.example","link":{"kind":"contact"},"from":"yesterday"}`: "body.from",
		`{"address":"box1@kantoor.example","link":{"kind":"contact"},"more":1}`:           "more",
	} {
		if got := c.as(t, "POST "+path+"/addresses", body); got.status != http.StatusUnprocessableEntity || !strings.Contains(got.text, want) {
			t.Errorf("%s: %d %s", body, got.status, got.text)
		}
	}
	for _, request := range []string{"GET /api/addresses/box1@kantoor.example", "DELETE /api/addresses/x", "POST /api/addresses/x/fetch"} {
		if got := c.as(t, request, ""); got.status != http.StatusNotFound {
			t.Errorf("%s: %d", request, got.status)
		}
	}
}

// Fetching now puts a job, unless the job would have no effect.
func TestFetchNow(t *testing.T) {
	c := newConnected(t)
	c.graph.n = 3
	path, _ := c.create(t)
	where := c.done(t, "POST "+path+"/addresses", `{"address":"box1@kantoor.example","link":{"kind":"contact"}}`).header.Get("Location")
	if got := c.as(t, "POST "+where+"/fetch", ""); got.status != http.StatusConflict || !strings.Contains(got.text, "switched off") {
		t.Errorf("%d %s", got.status, got.text)
	}
	c.done(t, "PUT /api/settings", `{"enabled":true}`)
	if got := c.done(t, "POST "+where+"/fetch", ""); got.status != http.StatusAccepted || len(c.jobs) != 1 {
		t.Fatalf("%d, %v", got.status, c.jobs)
	}
	if j := c.jobs[0].(job.Fetch); !slices.Equal(j.Mailboxes, []string{box(1).ID}) ||
		!slices.Equal(j.Addresses, []string{box(1).Address}) || j.Why == "" {
		t.Errorf("%+v", j)
	}
	c.done(t, "PATCH "+where, `{"active":false}`)
	if got := c.as(t, "POST "+where+"/fetch", ""); got.status != http.StatusConflict || len(c.jobs) != 1 {
		t.Errorf("%d %s", got.status, got.text)
	}
}

// A check reports each permission and each mailbox, and what to do, in two
// languages.
func TestCheck(t *testing.T) {
	c := newConnected(t)
	c.graph.n = 3
	path, _ := c.create(t)
	c.done(t, "POST "+path+"/addresses", `{"address":"box1@kantoor.example","link":{"kind":"contact"}}`)
	got := c.done(t, "POST "+path+"/check", "")
	if got.body["works"] != true || got.body["state"] != "works" || len(got.body["permissions"].([]any)) != 4 ||
		len(got.body["mailboxes"].([]any)) != 1 {
		t.Errorf("%s", got.text)
	}
	if got := c.done(t, "GET "+path, ""); got.body["state"] != "works" {
		t.Errorf("%s", got.text)
	}
	must.Do(t, c.tenant.Revoke("Mail.Send"))
	got = c.done(t, "POST "+path+"/check", "")
	send := got.body["permissions"].([]any)[3].(map[string]any)
	advice, _ := send["whatToDo"].(map[string]any)
	if got.body["works"] != false || send["name"] != "Mail.Send" || send["granted"] != false || advice["nl"] == nil || advice["en"] == nil {
		t.Errorf("%s", got.text)
	}
	must.Do(t, c.tenant.ExpireSecret(canary))
	got = c.done(t, "POST "+path+"/check", "")
	if got.body["works"] != false || got.body["state"] != "secret-expired" || got.body["whatToDo"] == nil {
		t.Errorf("%s", got.text)
	}
	if got := c.done(t, "GET "+path, ""); got.body["state"] != "secret-expired" || got.body["whatToDo"] == nil {
		t.Errorf("%s", got.text)
	}
}

// A refusal by Entra or Graph is reported with what to do about it.
func TestTheOutsideRefuses(t *testing.T) {
	c := newConnected(t)
	path, _ := c.create(t)
	for _, x := range []struct {
		fail   error
		status int
		text   string
	}{
		{refused{403, "Authorization_RequestDenied"}, http.StatusBadGateway, "User.Read.All"},
		{refused{429, "ApplicationThrottled"}, http.StatusServiceUnavailable, "later"},
		{refused{401, "InvalidAuthenticationToken"}, http.StatusBadGateway, "token"},
		{fmt.Errorf("connection reset"), http.StatusServiceUnavailable, "could not be reached"},
	} {
		c.graph.fail = x.fail
		if got := c.as(t, "GET "+path+"/mailboxes", ""); got.status != x.status || !strings.Contains(got.text, x.text) {
			t.Errorf("%v: %d %s", x.fail, got.status, got.text)
		}
	}
}

package api

import (
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
)

// Each resource can be created, read, changed by the last reader, listed and
// deleted.
func TestLifeOfEachResource(t *testing.T) {
	o := newOffice(t)
	for _, c := range []struct{ path, made, patch, name string }{
		{"/api/team-members", `{"name":"Sanne","email":"Sanne@kantoor.nl","rights":"editor"}`, `{"name":"Sanne de Wit"}`, "Sanne de Wit"},
		{"/api/clients", `{"number":"1001","type":"organisation","name":"Bakker","kvk":"12345678","vat":"NL123456789B01"}`,
			`{"name":"Bakkerij"}`, "Bakkerij"},
		{"/api/contacts", `{"name":"Piet","emails":["piet@bakker.nl"]}`, `{"name":"Piet B","emails":["piet@bakker.nl","p@thuis.nl"]}`, "Piet B"},
		{"/api/roles", `{"name":"Assistent"}`, `{"name":"Accountant"}`, "Accountant"},
		{"/api/process-teams", `{"name":"Salaris"}`, `{"name":"Salarissen","members":[]}`, "Salarissen"},
	} {
		t.Run(c.path, func(t *testing.T) {
			made := o.ok(t, "administrator", "POST "+c.path, c.made)
			place := made.header.Get("Location")
			if made.status != http.StatusCreated || place != c.path+"/"+fmt.Sprint(made.body["id"]) {
				t.Errorf("%d at %q", made.status, place)
			}
			got := o.ok(t, "reader", "GET "+place, "")
			if !reflect.DeepEqual(got.body, made.body) || got.header.Get("ETag") != made.header.Get("ETag") || got.header.Get("ETag") == "" {
				t.Errorf("got %s; made %s", got.text, made.text)
			}
			changed := o.ok(t, "administrator", "PATCH "+place, c.patch, "If-Match", got.header.Get("ETag"), "Content-Type",
				"application/merge-patch+json")
			if changed.body["name"] != c.name || changed.header.Get("ETag") == got.header.Get("ETag") {
				t.Errorf("changed to %s", changed.text)
			}
			if late := o.call(t, "administrator", "PATCH "+place, c.patch, "If-Match",
				got.header.Get("ETag")); late.status != http.StatusPreconditionFailed {
				t.Errorf("a change of an old version: %d", late.status)
			}
			list := o.ok(t, "reader", "GET "+c.path+"?search="+strings.ReplaceAll(c.name, " ", "+"), "")
			if items := list.body["items"].([]any); len(items) != 1 || !reflect.DeepEqual(items[0], any(changed.body)) {
				t.Errorf("listed %s", list.text)
			}
			if gone := o.ok(t, "administrator", "DELETE "+place, "", "If-Match", changed.header.Get("ETag")); gone.status != http.StatusNoContent ||
				gone.text != "" {
				t.Errorf("deleted: %d %s", gone.status, gone.text)
			}
			if again := o.call(t, "administrator", "GET "+place, ""); again.status != http.StatusNotFound {
				t.Errorf("still there: %d", again.status)
			}
		})
	}
}

// A role or process team that an active address is linked to is not deleted.
func TestWhatAnAddressIsLinkedToStays(t *testing.T) {
	c := newConnected(t)
	c.graph.n = 3
	path, _ := c.create(t)
	var address string
	for kind, list := range map[string]string{"role": "/api/roles", "process-team": "/api/process-teams"} {
		target := c.done(t, "POST "+list, `{"name":"Loon"}`)
		link := fmt.Sprintf(`"link":{"kind":%q,"id":%q}`, kind, target.body["id"])
		if address == "" {
			address = c.done(t, "POST "+path+"/addresses", `{"address":"box1@kantoor.example",`+link+`}`).header.Get("Location")
		}
		c.done(t, "PATCH "+address, `{"active":true,`+link+`}`)
		one := "DELETE " + target.header.Get("Location")
		if got := c.as(t, one, ""); got.status != http.StatusConflict || !strings.Contains(got.text, "address box1@kantoor.example") {
			t.Errorf("%s: %d %s", one, got.status, got.text)
		}
		c.done(t, "PATCH "+address, `{"active":false}`)
		c.done(t, one, "")
	}
}

func TestAMergePatchChangesWhatItNames(t *testing.T) {
	o := newOffice(t)
	place := o.ok(t, "administrator", "POST /api/clients",
		`{"number":"1","type":"person","name":"X","kvk":"12345678","vat":"NL123456789B01","ibans":["NL91ABNA0417164300"]}`).header.Get("Location")
	got := o.ok(t, "administrator", "PATCH "+place, `{"kvk":null,"type":"supplier"}`)
	if _, there := got.body["kvk"]; there || got.body["vat"] != "NL123456789B01" || got.body["ibans"] == nil ||
		got.body["type"] != "supplier" || got.body["name"] != "X" {
		t.Errorf("%s", got.text)
	}
	got = o.ok(t, "administrator", "PATCH "+place, `{"ibans":null}`)
	if _, there := got.body["ibans"]; there {
		t.Errorf("%s", got.text)
	}
	place = o.ok(t, "administrator", "POST /api/team-members", `{"name":"S","email":"s@kantoor.nl","rights":"editor"}`).header.Get("Location")
	if got := o.ok(t, "administrator", "PATCH "+place, `{"active":false}`); got.body["active"] != false || got.body["rights"] != "editor" {
		t.Errorf("%s", got.text)
	}
	for _, body := range []string{`{"id":"x"}`, `{"revision":"x"}`, `{"active":"no"}`, `{"rights":"boss"}`, `{"active":null}`} {
		o.answers(t, http.StatusUnprocessableEntity, "administrator", "PATCH "+place, body)
	}
}

func TestPagesOfAListMeet(t *testing.T) {
	o := newOffice(t)
	for i := range 7 {
		o.ok(t, "administrator", "POST /api/roles", fmt.Sprintf(`{"name":"Rol %d's & zo"}`, i))
	}
	var names []any
	for next := ""; ; {
		page := o.ok(t, "reader", "GET /api/roles?limit=3&after="+next, "")
		for _, item := range page.body["items"].([]any) {
			names = append(names, item.(map[string]any)["name"])
		}
		more, there := page.body["next"].(string)
		if !there {
			break
		}
		next = more
	}
	if len(names) != 7 || names[0] != "Rol 0's & zo" || names[6] != "Rol 6's & zo" {
		t.Errorf("%v", names)
	}
}

func TestTheTeamOfAClientKeepsItsOrder(t *testing.T) {
	o := newOffice(t)
	id := func(path, body string) string {
		return fmt.Sprint(o.ok(t, "administrator", "POST "+path, body).body["id"])
	}
	client := id("/api/clients", `{"number":"1","type":"person","name":"X"}`)
	sanne := id("/api/team-members", `{"name":"S","email":"s@kantoor.nl","rights":"editor"}`)
	kees := id("/api/team-members", `{"name":"K","email":"k@kantoor.nl","rights":"editor"}`)
	role := id("/api/roles", `{"name":"Assistent"}`)
	path := "/api/clients/" + client + "/team-members"

	if got := o.ok(t, "reader", "GET "+path, ""); got.text != "{\"items\":[]}\n" {
		t.Errorf("nobody is %q", got.text)
	}
	links := fmt.Sprintf(`[{"member":"%s","role":"%s"},{"member":"%s","role":"%s"}]`, kees, role, sanne, role)
	set := o.ok(t, "administrator", "PUT "+path, links)
	got := o.ok(t, "reader", "GET "+path, "")
	if got.text != set.text || got.header.Get("ETag") != set.header.Get("ETag") || got.text != `{"items":`+links+"}\n" {
		t.Errorf("set %s; got %s", set.text, got.text)
	}
	if late := o.call(t, "administrator", "PUT "+path, "[]", "If-Match", `"old"`); late.status != http.StatusPreconditionFailed {
		t.Errorf("a change of an old version: %d", late.status)
	}
	if odd := o.call(t, "administrator", "PUT "+path,
		fmt.Sprintf(`[{"member":"%s","role":"nee"}]`, kees)); odd.status != http.StatusUnprocessableEntity ||
		!strings.Contains(odd.text, "body[0].role") {
		t.Errorf("%d %s", odd.status, odd.text)
	}
	if busy := o.call(t, "administrator", "DELETE /api/team-members/"+kees, ""); busy.status != http.StatusConflict ||
		!strings.Contains(busy.text, client) {
		t.Errorf("%d %s", busy.status, busy.text)
	}
}

func TestContactsOfAClient(t *testing.T) {
	o := newOffice(t)
	client := fmt.Sprint(o.ok(t, "administrator", "POST /api/clients", `{"number":"1","type":"person","name":"X"}`).body["id"])
	path := "/api/clients/" + client + "/contacts"
	if got := o.ok(t, "reader", "GET "+path, ""); len(got.body["items"].([]any)) != 0 {
		t.Errorf("%s", got.text)
	}
	o.ok(t, "administrator", "POST /api/contacts", fmt.Sprintf(`{"name":"Piet","emails":["piet@bakker.nl"],"clients":[%q]}`, client))
	o.ok(t, "administrator", "POST /api/contacts", `{"name":"Els","emails":["els@elders.nl"]}`)
	if got := o.ok(t, "reader", "GET "+path, ""); len(got.body["items"].([]any)) != 1 || !strings.Contains(got.text, "Piet") {
		t.Errorf("%s", got.text)
	}
	o.ok(t, "administrator", "POST /api/contacts", fmt.Sprintf(`{"name":"Aaltje","emails":["a@bakker.nl"],"clients":[%q]}`, client))
	page := o.ok(t, "reader", "GET "+path+"?limit=1", "")
	if rest := o.ok(t, "reader", "GET "+path+"?limit=1&after="+fmt.Sprint(page.body["next"]), ""); page.text == rest.text ||
		len(page.body["items"].([]any)) != 1 || len(rest.body["items"].([]any)) != 1 || rest.body["next"] != nil {
		t.Errorf("pages of one: %s %s", page.text, rest.text)
	}
	foreign := fmt.Sprint(o.ok(t, "reader", "GET /api/contacts?limit=1", "").body["next"])
	o.answers(t, http.StatusUnprocessableEntity, "reader", "GET "+path+"?after="+foreign, "")
	// Of a client that does not exist.
	o.answers(t, http.StatusNotFound, "reader", "GET /api/clients/aaaaaaaaaaaaaaaaaaaaaaaaaa/contacts", "")
}

// A manager adds prospects, whose numbers the product assigns, and nothing
// else.
func TestAManagerAddsProspectsOnly(t *testing.T) {
	o := newOffice(t)
	for i, who := range []string{"manager", "administrator", "Directory.ReadWrite"} {
		if got := o.ok(t, who, "POST /api/clients", `{"type":"prospect","name":"Molen"}`); got.status != http.StatusCreated ||
			got.body["number"] != fmt.Sprintf("P-%d", i+1) {
			t.Errorf("%s: %d %s", who, got.status, got.text)
		}
	}
	for _, c := range []struct {
		who, body string
		status    int
		says      string
	}{
		{"manager", `{"type":"prospect","name":"X","number":"77"}`, 422, "body.number"},
		{"manager", `{"type":"organisation","name":"X","number":"77"}`, 403, "prospect"},
		{"manager", `{"type":"organisation","name":"X"}`, 403, "prospect"},
		{"manager", `{"type":"prospect","name":" "}`, 422, "body.name"},
		{"editor", `{"type":"prospect","name":"X"}`, 403, "prospects.write"},
		{"reader", `{"type":"prospect","name":"X"}`, 403, "prospects.write"},
		{"administrator", `{"type":"organisation","name":"X"}`, 422, "body.number"},
	} {
		if got := o.call(t, c.who, "POST /api/clients", c.body); got.status != c.status || !strings.Contains(got.text, c.says) {
			t.Errorf("%s %s: %d %s", c.who, c.body, got.status, got.text)
		}
	}
	id := fmt.Sprint(o.ok(t, "reader", "GET /api/clients?search=P-1", "").body["items"].([]any)[0].(map[string]any)["id"])
	for _, request := range []string{"PATCH", "DELETE"} {
		o.answers(t, http.StatusForbidden, "manager", request+" /api/clients/"+id, `{"name":"Y"}`)
	}
}

// The first administrator loses that role as a team member. Therefore he cannot
// become a member with fewer rights by mistake while nobody else is
// administrator.
func TestTheFirstAdministratorDoesNotLockHimselfOut(t *testing.T) {
	for _, c := range []struct {
		rights string
		want   int
	}{{"reader", http.StatusConflict}, {"administrator", http.StatusCreated}} {
		o := emptyOffice(t)
		other := o.ok(t, "first", "POST /api/team-members", `{"name":"Ander","email":"ander@kantoor.nl","rights":"reader"}`).body["id"].(string)
		body := `{"name":"Eerste","email":"Eerste@kantoor.nl","rights":"` + c.rights + `"}`
		if c.want == http.StatusConflict {
			o.answers(t, c.want, "first", "PATCH /api/team-members/"+other, body) // changes another into himself
			file := "naam;e-mail;rechten\nEerste;eerste@kantoor.nl;raadpleger\n"
			o.answers(t, c.want, "first", importPath, file, "Content-Type", "text/csv") // imports himself
		}
		o.answers(t, c.want, "first", "POST /api/team-members", body)
		if got := o.ok(t, "first", "GET /api/me", ""); got.body["rights"] != "administrator" {
			t.Errorf("afterwards he is %s", got.text)
		}
	}
}

func TestAnAccountIsTakenAway(t *testing.T) {
	o := newOffice(t)
	id := o.ok(t, "reader", "GET /api/me", "").body["id"].(string)
	o.people["other"] = signedIn(30, "preferred_username", "reader@kantoor.nl")
	o.answers(t, http.StatusForbidden, "other", "GET /api/me", "")                                           // another account with the name
	o.answers(t, http.StatusForbidden, "Directory.ReadWrite", "DELETE /api/team-members/"+id+"/account", "") // without the right
	o.ok(t, "TeamMembers.ReadWrite", "DELETE /api/team-members/"+id+"/account", "")
	if got := o.ok(t, "other", "GET /api/me", ""); got.body["id"] != id {
		t.Errorf("the new account is %s", got.text)
	}
	o.answers(t, http.StatusForbidden, "reader", "GET /api/me", "") // the old account
}

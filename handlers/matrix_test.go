package main

import (
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// Every kind of user, at every route about one mail, one chat or one message,
// for his own and for another's: what one may not see does not exist, and what
// one may not do is refused. The routes come from the description of the API,
// so a new one is tried without anybody thinking of it.
func TestMatrixOfOwnership(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := desk(t)
		for _, m := range []object{{"name": "Lezer", "rights": "reader"}, {"name": "Vreemd", "rights": "editor"}, {"name": "Waarnemer", "rights": "editor"}} {
			m["email"] = strings.ToLower(m["name"].(string)) + "@" + domain
			w.must("POST", "/api/team-members", m)
		}
		id := func(name string) string {
			return w.must("GET", "/api/team-members?search="+name, nil)["items"].([]any)[0].(object)["id"].(string)
		}
		// Of info@, linked with a role: Anna and the reader have it at the client; one
		// stands in for Anna; one has nothing to do with it.
		role, client := w.first("/api/roles"), w.first("/api/clients")
		w.must("PUT", "/api/clients/"+client+"/team-members", []object{{"member": id("Anna"), "role": role}, {"member": id("Lezer"), "role": role}})
		now := time.Now()
		if code := w.ask("anna@"+domain, "PUT", "/api/me/substitute", object{"member": id("Waarnemer"), "from": now, "until": now.Add(24 * time.Hour)}, nil); code != http.StatusOK {
			t.Fatalf("name a substitute: %d", code)
		}
		w.send("jan@bakker.example", []string{"info@" + domain}, letter("jan@bakker.example", "info@"+domain, "Btw", "m1"))
		w.pass(1)
		chat := w.mail("Btw")["chat"].(string)
		parked := w.id("Nieuws 1")

		type rights struct{ seesMail, solves, seesChat, writes, manages bool }
		people := map[string]rights{
			"beheer": {true, true, true, true, true}, "carla": {true, true, true, true, true},
			"anna":      {true, true, true, true, false},
			"waarnemer": {true, true, true, true, false}, // what Anna sees, with rights of his own
			"lezer":     {true, false, false, false, false},
			"vreemd":    {},
		}
		// What each operation needs of its object, by method and path.
		needs := func(method, path string) (sees, does func(rights) bool) {
			sees, does = func(r rights) bool { return r.seesMail }, func(r rights) bool { return r.seesMail }
			if strings.Contains(path, "{chat}") {
				sees, does = func(r rights) bool { return r.seesChat }, func(r rights) bool { return r.seesChat }
				if method != "GET" {
					does = func(r rights) bool { return r.writes }
				}
			} else if method != "GET" {
				does = func(r rights) bool { return r.solves }
			}
			return sees, does
		}
		tried := 0
		params := regexp.MustCompile(`\{[^}]+\}`)
		for path, operations := range w.must("GET", "/api/openapi.json", nil)["paths"].(object) {
			if !strings.Contains(path, "{mail}") && !strings.Contains(path, "{chat}") {
				continue
			}
			at := strings.NewReplacer("{mail}", parked, "{chat}", chat, "{message}", chat).Replace(path)
			if left := params.FindString(at); left != "" {
				at = strings.ReplaceAll(at, left, "0")
			}
			for method := range operations.(object) {
				method = strings.ToUpper(method)
				tried++
				for _, who := range slices.Sorted(maps.Keys(people)) {
					sees, does := needs(method, path)
					// A body that no operation takes stops before anything is done.
					body := ""
					if method != "GET" && method != "DELETE" {
						body = `{"no-such-field":1}`
					}
					code, text := w.call(who+"@"+domain, method, at, body)
					r := people[who]
					switch {
					case !sees(r) && code != http.StatusNotFound && code != http.StatusForbidden && code != http.StatusUnprocessableEntity:
						t.Errorf("%s, who may not see it: %s %s: %d %s", who, method, path, code, text)
					case method == "GET" && !sees(r) && code != http.StatusNotFound:
						t.Errorf("%s, for whom it does not exist: %s %s: %d", who, method, path, code)
					case does(r) && (code == http.StatusForbidden || code == http.StatusNotFound && at == strings.ReplaceAll(at, "/0", "")):
						t.Errorf("%s, who may: %s %s: %d %s", who, method, path, code, text)
					}
				}
			}
		}
		if tried < 10 {
			t.Errorf("only %d routes", tried)
		}
		// With a right body: who may not, does nothing.
		for who, r := range people {
			for _, p := range []struct {
				path, body string
				sees, does bool
			}{
				{"/api/mails/" + parked + "/solve", `{"action":"dismiss"}`, r.seesMail, r.solves},
				{"/api/mails/" + parked + "/retry", ``, r.seesMail, r.solves},
				{"/api/chats/" + chat + "/messages", `{"kind":"note","body":"Ik bel."}`, r.seesChat, r.writes},
			} {
				if p.does {
					continue
				}
				code, _ := w.call(who+"@"+domain, "POST", p.path, p.body)
				if code != http.StatusNotFound && (code != http.StatusForbidden || !p.sees && who == "vreemd") {
					t.Errorf("%s: POST %s: %d", who, p.path, code)
				}
			}
			list := map[string]any{}
			if code := w.ask(who+"@"+domain, "GET", "/api/mails", nil, &list); code != http.StatusOK {
				t.Errorf("%s lists mails: %d", who, code)
			}
			if n := len(list["items"].([]any)); (n > 0) != r.seesMail || r.manages != strings.Contains(fmt.Sprint(list), "Loonstrook") {
				t.Errorf("%s sees %d mails: %v", who, n, list)
			}
		}
		if m := w.mail("Nieuws 1"); m["state"] != "parked" {
			t.Errorf("somebody who may not has done something: %v", m)
		}
		// Bulk actions pass over what one may not see.
		for who, want := range map[string]float64{"vreemd": 0, "anna": 1} {
			out := map[string]any{}
			w.ask(who+"@"+domain, "POST", "/api/mails/dismiss", object{"mails": []string{parked, w.id("Loonstrook")}}, &out)
			if out["dismissed"] != want {
				t.Errorf("%s dismissed %v, want %v", who, out, want)
			}
			if who == "anna" { // she dismissed one, and nobody else takes that back so
				for other, want := range map[string]float64{"vreemd": 0, "carla": 0} {
					w.ask(other+"@"+domain, "POST", "/api/mails/undo", object{"mails": []string{parked, w.id("Loonstrook")}}, &out)
					if out["reopened"] != want {
						t.Errorf("%s took back %v, want %v", other, out, want)
					}
				}
			}
		}
	})
}

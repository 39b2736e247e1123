package app_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kantoorpost/handlers/app/apptest"
)

// growthPages are the pages whose reads are counted, beside all routes of the API that read.
var growthPages = []string{"/web/mails", "/web/mails/{mail}", "/web/mails/{mail}/news", "/web/mails/{mail}/contacts?search=jansen",
	"/web/mails/{mail}/clients?search=jansen", "/web/chats", "/web/chats?whose=all", "/web/chats/{chat}", "/web/chats/{chat}/news",
	"/web/chats/{chat}/write", "/web/chats/new", "/web/counts", "/web/replies", "/web/notices", "/web/directory/clients",
	"/web/directory/contacts", "/web/directory/team-members", "/web/directory/roles", "/web/directory/process-teams",
	"/web/directory/clients/{client}", "/web/directory/contacts/{contact}", "/web/learning", "/web/rules", "/web/rules/{rule}",
	"/web/settings", "/web/settings/sending", "/web/audit", "/web/health", "/web/me", "/web/templates", "/web/connectors/{connector}",
	"/web/connectors/{connector}/addresses/{address}", "/web/recipients?chat={chat}&search=jan"}

// bounded has the limit for a page whose reads grow and then stop: it names at most twenty notices.
var bounded = map[string]int{"/web/notices": 70}

// No page and no route that reads costs more reads with ten times as much of everything. An
// export is all there is.
func TestReadsOfRoutesDoNotGrow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newMatrixOffice(t)
		o.write()
		paths := growthPages
		for path, operations := range o.Must("GET", "/api/openapi.json", nil)["paths"].(object) {
			if operations.(object)["get"] != nil && !strings.HasSuffix(path, "/export") {
				paths = append(paths, path)
			}
		}
		reads, was := map[string][]int{}, 0
		for _, n := range []int{8, 80} {
			o.grow(was, n)
			was = n
			for _, path := range paths {
				for _, who := range []string{apptest.Admin, "anna@" + apptest.Domain} {
					at := o.placed(path)
					o.ask(who, at)
					rec, count, _ := o.ask(who, at) // what a process keeps of the directory has been read
					if rec.Code >= 500 {
						t.Errorf("%s: %s: %d", who, path, rec.Code)
					}
					key := who + " " + path
					reads[key] = append(reads[key], count)
				}
			}
		}
		for key, n := range reads {
			t.Logf("%s: %v", key, n)
			_, path, _ := strings.Cut(key, " ")
			if n[1] > max(n[0]+2, bounded[path]) {
				t.Errorf("%s: %d reads, and %d with ten times as much", key, n[0], n[1])
			}
		}
	})
}

// grow adds clients with a contact and a chat each, mails that wait, messages of one chat,
// notices, replies, team members, roles, teams, templates and rules, up to n of each.
func (o *matrixOffice) grow(from, n int) {
	o.T.Helper()
	info := "info@" + apptest.Domain
	for i := from; i < n; i++ {
		klant, vreemd := fmt.Sprintf("klant%d@klanten.example", i), fmt.Sprintf("vreemd%d@elders.example", i)
		client := o.Must("POST", "/api/clients",
			object{"number": fmt.Sprint(5000 + i), "type": "organisation", "name": fmt.Sprint("Klant ", i)})["id"]
		o.Must("PUT", "/api/clients/"+client.(string)+"/team-members", []object{{"member": o.ids["anna"], "role": o.ids["role"]}})
		o.Must("POST", "/api/contacts", object{"name": klant, "emails": []string{klant}, "clients": []any{client}})
		lid := fmt.Sprintf("lid%d@%s", i, apptest.Domain)
		o.Must("POST", "/api/team-members", object{"name": fmt.Sprint("Lid ", i), "email": lid, "rights": "editor"})
		o.Must("POST", "/api/roles", object{"name": fmt.Sprint("Rol ", i)})
		o.Must("POST", "/api/process-teams", object{"name": fmt.Sprint("Team ", i), "members": []string{o.ids["anna"]}})
		o.as("carla", "POST", "/api/templates", object{"name": fmt.Sprint("Tekst ", i), "html": "Dag"})
		o.Send(klant, []string{info}, apptest.RawMail(klant, info, fmt.Sprint("Vraag ", i), fmt.Sprint("g", i)))
		o.Send(vreemd, []string{info}, apptest.RawMail(vreemd, info, fmt.Sprint("Onbekend ", i), fmt.Sprint("h", i)))
		o.Send("jan@bakker.example", []string{info}, apptest.RawMail("jan@bakker.example", info, "Re: Btw", fmt.Sprint("j", i),
			"In-Reply-To: <m1@elders.example>"))
	}
	o.Pass(1)
	for i := from; i < n; i++ {
		if i%2 == 0 {
			o.Must("POST", "/api/mails/"+o.ID(fmt.Sprint("Onbekend ", i))+"/solve",
				object{"action": "create-contact", "name": fmt.Sprint("Nieuw ", i), "client": o.ids["client"]})
		}
		o.as("carla", "POST", "/api/chats/"+o.ids["chat"]+"/notes", object{"body": "Kijk", "mentions": []string{o.ids["anna"]}})
	}
	o.Pass(1)
	time.Sleep(time.Hour) // simulated
}

// placed fills a path. The id of an object of the directory is that of its kind.
func (o *matrixOffice) placed(path string) string {
	kind := strings.TrimSuffix(strings.Split(path, "/")[2], "s")
	id := map[string]string{"team-member": o.ids["anna"], "process-team": o.ids["team"]}[kind]
	o.ids["id"], o.ids["picture"], o.ids["attachment"] = max(id, o.ids[kind], "0"), "0", "0"
	return o.fill(path)
}

package app_test

import (
	"debug/elf"
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kantoorpost/handlers/app/apptest"
	"kantoorpost/shared/dev/cost"
	"kantoorpost/shared/item"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/must"
	"kantoorpost/shared/sim"
	"kantoorpost/shared/storage"
	"kantoorpost/shared/table"
	"kantoorpost/shared/table/tabletest"
	"kantoorpost/shared/wiretest"
)

// hostPerJob is what the host itself asks of the queue for a job: it takes it
// and deletes it.
const hostPerJob = cost.HostPerMessage

// counted is what went over the wires.
type counted struct{ graph, tableReads, tableWrites, queue, bytes int }

func (w *world) reset() {
	for _, wire := range w.Transports() {
		wire.Reset()
	}
}

func (w *world) count() counted {
	var c counted
	for _, call := range w.ToMicrosoft.Calls() {
		if strings.Contains(call.URL, "/v1.0/") {
			c.graph++
			c.bytes += call.Received
		}
	}
	for _, call := range w.ToTables.Calls() {
		if call.Method == "GET" {
			c.tableReads++
		} else {
			c.tableWrites++
		}
	}
	for _, call := range w.ToQueues.Calls() {
		if call.Method == "POST" {
			c.queue += 1 + hostPerJob
		}
	}
	return c
}

// mailboxes activates so many addresses, all linked with one role.
func (w *world) mailboxes(n int) {
	w.T.Helper()
	member := w.Must("POST", "/api/team-members", object{"name": "Anna", "email": "anna@" + apptest.Domain, "rights": "editor",
		"active": true})["id"]
	role := w.Must("POST", "/api/roles", object{"name": "Relatiebeheerder"})["id"]
	client := w.Must("POST", "/api/clients", object{"number": "1001", "type": "organisation", "name": "Bakkerij Jansen"})["id"]
	w.Must("PUT", "/api/clients/"+client.(string)+"/team-members", []object{{"member": member, "role": role}})
	w.Must("POST", "/api/contacts", object{"name": "Jan Jansen", "emails": []string{"jan@bakker.example"}, "clients": []any{client}})
	var addresses []object
	for i := range n {
		address := fmt.Sprintf("box%05d@%s", i, apptest.Domain)
		must.Get(w.Tenant.AddMailbox(sim.MailboxOptions{Address: address, Name: address, Shared: true}))(w.T)
		addresses = append(addresses, object{"address": address, "link": object{"kind": "role", "id": role}})
	}
	w.Connect(addresses...)
	w.Tick()
	if n <= 16 { // one job; a benchmark has no simulated time
		w.Tick()
		return
	}
	w.Pass(2) // jobs of many mailboxes are spread over a tick
}

// A quiet office costs one call to Graph per mailbox, and one more in every third
// poll for its Sent Items, and writes nothing but that the timer ran. The tables are read
// for the tick and once for each job. A larger one does not cost more per mailbox.
func TestIdlePollBudget(t *testing.T) {
	perMailbox := map[int]float64{}
	for _, n := range []int{1, 6, 32, 320} {
		simulated(t, func(t *testing.T, w *world) {
			w.mailboxes(n)
			const polls = 3
			w.reset()
			w.Pass(polls)
			c := w.count()
			per := func(v int) float64 { return float64(v) / float64(n) / polls }
			t.Logf("%d mailboxes, %d polls: %+v", n, polls, c)
			if got := per(c.graph); got > cost.PollGraphCalls {
				t.Errorf("%d mailboxes: %.3f Graph calls each, want one, and one for the Sent Items in every third poll", n, got)
			}
			jobs := (n + 15) / 16
			reads := int(cost.TickTableCalls) + jobs*int(cost.JobTableReads)
			if c.tableReads > polls*reads || c.tableWrites > polls || c.queue > polls*jobs*(1+hostPerJob) {
				t.Errorf("%d mailboxes, %d polls: %+v; want at most %d table reads, 1 write and %v queue operations in each poll", n, polls, c, reads,
					jobs*(1+hostPerJob))
			}
			if n >= 32 && per(c.queue) > cost.PollQueueOperations {
				t.Errorf("%d mailboxes: %.2f queue operations each; want at most %.1f", n, per(c.queue), cost.PollQueueOperations)
			}
			perMailbox[n] = per(c.graph + c.tableReads + c.queue)
		})
	}
	if perMailbox[320] > perMailbox[32]*1.05 {
		t.Errorf("operations per mailbox grow: %v", perMailbox)
	}
}

// What one mail costs when many come at once, from fifty contacts of fifty clients:
// calls, reads, transactions, messages and bytes. Reads of the directory and of the tick
// are among them. More mails do not cost more each.
func TestMailBudget(t *testing.T) {
	const body = 6000
	writes := map[int]float64{}
	for _, n := range []int{100, 300} {
		simulated(t, func(t *testing.T, w *world) {
			w.mailboxes(1)
			w.clients(50)
			w.burst(n, 50, func(random *rand.Rand) string {
				text := make([]byte, body) // does not compress
				for j := range text {
					text[j] = byte('0' + random.IntN(64))
				}
				return string(text)
			})
			w.reset()
			w.Pass(1)
			c := w.count()
			if got := apptest.Subjects(w.Mails(), "processed"); len(got) != n {
				t.Fatalf("%d of %d mails processed", len(got), n)
			}
			per := func(v int) float64 { return float64(v) / float64(n) }
			t.Logf("%d mails of %d bytes: %+v", n, body, c)
			for _, limit := range []struct {
				what      string
				got, most float64
			}{
				{"Graph calls", per(c.graph), cost.MailGraphCalls},
				{"table reads", per(c.tableReads), 0.6},
				{"table writes", per(c.tableWrites), 0.4},
				{"queue messages", per(c.queue) / (1 + hostPerJob), 0.1},
				{"bytes read from Graph", per(c.bytes), 1.3*body + 2048},
			} {
				if limit.got > limit.most {
					t.Errorf("%d mails: %.2f %s each, want at most %.2f", n, limit.got, limit.what, limit.most)
				}
			}
			writes[n] = per(c.tableWrites)
		})
	}
	if writes[300] > writes[100]*1.05 {
		t.Errorf("table writes per mail grow: %v", writes)
	}
}

// clients makes clients with a contact each, klant0@klanten.example and so on, all in
// the care of the team member of mailboxes.
func (w *world) clients(n int) {
	members := w.Must("GET", "/api/team-members", nil)["items"].([]any)
	roles := w.Must("GET", "/api/roles", nil)["items"].([]any)
	for i := range n {
		from := fmt.Sprintf("klant%d@klanten.example", i)
		client := w.Must("POST", "/api/clients", object{"number": fmt.Sprint(2000 + i), "type": "organisation",
			"name": fmt.Sprint("Klant ", i)})["id"]
		w.Must("PUT", "/api/clients/"+client.(string)+"/team-members",
			[]object{{"member": members[0].(object)["id"], "role": roles[0].(object)["id"]}})
		w.Must("POST", "/api/contacts", object{"name": from, "emails": []string{from}, "clients": []any{client}})
	}
}

// burst sends n mails of the contacts of clients to the first of mailboxes.
func (w *world) burst(n, clients int, text func(*rand.Rand) string) {
	random, to := rand.New(rand.NewPCG(1, uint64(w.sent))), "box00000@"+apptest.Domain
	for range n {
		from := fmt.Sprintf("klant%d@klanten.example", w.sent%clients)
		w.Send(from, []string{to}, apptest.RawMail(from, to, fmt.Sprint("Vraag ", w.sent), fmt.Sprint("m", w.sent))+text(random))
		w.sent++
	}
}

// A page of a list is one query and a bounded number of bytes, however many
// mails there are.
func TestListBudget(t *testing.T) {
	simulated(t, func(t *testing.T, w *world) {
		w.mailboxes(1)
		to := "box00000@" + apptest.Domain
		for i := range 300 {
			w.Receive("jan@bakker.example", to, strings.Repeat("Een heel lang onderwerp ", 8), fmt.Sprint("m", i))
		}
		w.Pass(1)
		w.reset()
		r := httptest.NewRequest("GET", "/api/mails", nil).WithContext(t.Context())
		r.Header.Set("X-MS-CLIENT-PRINCIPAL", apptest.Principal(apptest.Admin))
		rec := httptest.NewRecorder()
		w.Process.ServeHTTP(rec, r)
		queries := 0
		for _, c := range w.ToTables.Calls() {
			if strings.Contains(c.URL, "/mails()") || strings.Contains(c.URL, "/mails?") {
				queries++
			}
		}
		if rec.Code != 200 || queries != 1 || rec.Body.Len() > 60<<10 {
			t.Errorf("status %d, %d queries, %d bytes; want 200, 1, at most 60 KiB: %v", rec.Code, queries, rec.Body.Len(), w.ToTables.Calls())
		}
	})
}

// parked puts mails of strangers among those that wait, n in all.
func (w *world) parked(from, n int) {
	w.T.Helper()
	tables := must.Get(table.Open(storage.Account{ConnectionString: tabletest.Connection, Transport: w.ToTables}))(w.T)
	items := item.NewStore(tables.Table("mails"))
	for ; from < n; from += 20 {
		var all []item.Arrival
		for i := from; i < min(from+20, n); i++ {
			all = append(all, item.Arrival{Content: "Dag", Item: item.Item{
				Mailbox: "box", Address: "box00000@" + apptest.Domain, MessageID: fmt.Sprint("message", i),
				Subject:  strings.Repeat("Een heel lang onderwerp ", 8),
				Preview:  strings.Repeat("Waar het bericht mee begint. ", 9),
				From:     mail.Address{Name: "Piet de Vries", Email: fmt.Sprintf("piet%d@elders.example", i)},
				Received: time.Now().Add(time.Duration(i) * time.Second), Verdict: item.VerdictSoft, BodyType: "text",
			}})
		}
		ids := must.Get(items.Ingest(w.T.Context(), all))(w.T)
		for _, id := range ids {
			kept := must.Get(items.Get(w.T.Context(), id))(w.T)
			kept.State, kept.Reason = item.Parked, item.UnknownSender
			must.Do(w.T, items.Commit(w.T.Context(), kept.Transition(item.New, "")...))
		}
	}
}

// The processing module costs the same however much waits: what it reads and
// what it sends has an end, the numbers in the navigation too.
func TestPageBudget(t *testing.T) {
	if wiretest.UnderRace {
		t.Skip("with the race detector thousands of mails take minutes, and the counts are the same")
	}
	simulated(t, func(t *testing.T, w *world) {
		w.mailboxes(1)
		type cost struct{ reads, received, sent int }
		costs := map[int]map[string]cost{}
		was := 0
		for _, n := range []int{2100, 4200} {
			w.parked(was, n)
			was, costs[n] = n, map[string]cost{}
			time.Sleep(5 * time.Minute) // simulated: the numbers begin with the health of the office
			for _, page := range []struct {
				name, path string
				reads      int
			}{{"/web/mails", "/web/mails", 6}, {"/web/counts with health", "/web/counts", 16}, {"/web/counts", "/web/counts", 6}} {
				w.reset()
				r := httptest.NewRequest("GET", page.path, nil).WithContext(t.Context())
				r.Header.Set("X-MS-CLIENT-PRINCIPAL", apptest.Principal(apptest.Admin))
				r.Header.Set("Accept-Encoding", "gzip")
				rec := httptest.NewRecorder()
				w.Process.ServeHTTP(rec, r)
				if rec.Code != 200 {
					t.Fatalf("%s: %d %s", page.name, rec.Code, rec.Body)
				}
				c := cost{sent: rec.Body.Len()}
				for _, call := range w.ToTables.Calls() {
					c.reads++
					c.received += call.Received
				}
				costs[n][page.name] = c
				t.Logf("%d mails wait, %s: %+v", n, page.name, c)
				if c.reads > page.reads || c.received > 512<<10 || c.sent > 30<<10 {
					t.Errorf("%s costs %+v with %d mails", page.name, c, n)
				}
			}
		}
		for name, c := range costs[4200] {
			if c.reads != costs[2100][name].reads {
				t.Errorf("%s costs %d reads with 4200 mails, and %d with 2100", name, c.reads, costs[2100][name].reads)
			}
		}
	})
}

// The executable is small, so that an instance starts soon: nothing in it makes
// the linker keep what nobody calls, and no operation of the API has machine code
// of its own.
func TestExecutableBudget(t *testing.T) {
	file := filepath.Join(t.TempDir(), "handler")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-o", file, "..").CombinedOutput(); err != nil {
		t.Fatalf("build the handler: %v\n%s", err, out)
	}
	f, err := elf.Open(file)
	if err != nil {
		t.Skip("counted where executables are as in Azure: ", err)
	}
	defer f.Close()
	var size uint64 // of the loaded sections: the deployed file has no others
	for _, s := range f.Sections {
		if s.Flags&elf.SHF_ALLOC != 0 && s.Type != elf.SHT_NOBITS {
			size += s.Size
		}
	}
	t.Logf("%.1f MB", float64(size)/1e6)
	if size > 24e6 {
		t.Errorf("the executable has %d bytes: go build -ldflags=-dumpdep . tells what brings them in", size)
	}
}

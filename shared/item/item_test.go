package item_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"kantoorpost/shared/item"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/must"
	"kantoorpost/shared/table/tabletest"
	"kantoorpost/shared/wiretest"
)

const box = "00000000-0000-4000-8000-000000000001"

func arrivals(from, n int) []item.Arrival {
	var out []item.Arrival
	for i := range n {
		out = append(out, item.Arrival{
			Item: item.Item{
				Mailbox: box, Address: "info@x.example", MessageID: fmt.Sprint("msg", from+i), Subject: fmt.Sprint("mail ", from+i),
				Received: time.Unix(1_700_000_000+int64(from+i), 0).UTC(), Verdict: item.VerdictSoft, BodyType: "text",
			},
			Content: "hallo",
		})
	}
	return out
}

// Nineteen mails, with the row that counts them, are one transaction. A mail is
// stored once, also when a page holds it twice.
func TestIngestOnce(t *testing.T) {
	server := tabletest.New()
	wire := server.Transport()
	service := server.Service(t, wire)
	must.Do(t, service.Create(t.Context(), "mails"))
	s := item.NewStore(service.Table("mails"))
	wire.Reset()
	ids, err := s.Ingest(t.Context(), append(arrivals(0, 19), arrivals(3, 2)...))
	if err != nil || len(ids) != 19 {
		t.Fatalf("stored %d: %v", len(ids), err)
	}
	if n := len(wire.Calls()); n != 1 {
		t.Errorf("nineteen mails took %d calls: %v", n, wire.Calls())
	}
	ids, err = s.Ingest(t.Context(), arrivals(10, 20))
	if err != nil || len(ids) != 11 {
		t.Errorf("eleven of twenty mails are new, %d were stored: %v", len(ids), err)
	}
	all, after, err := s.List(t.Context(), item.Query{Limit: 200})
	if err != nil || len(all) != 30 || after != "" {
		t.Fatalf("%d mails, %q, %v", len(all), after, err)
	}
	if all[0].Subject != "mail 29" || all[29].Subject != "mail 0" {
		t.Errorf("not newest first: %s … %s", all[0].Subject, all[29].Subject)
	}
}

// A mail keeps the first recipients of each list, and how many it had besides.
func TestRecipientsBeyondTheLimit(t *testing.T) {
	server := tabletest.New()
	service := server.Service(t, server.Transport())
	must.Do(t, service.Create(t.Context(), "mails"))
	s := item.NewStore(service.Table("mails"))
	in := arrivals(0, 1)
	in[0].Item.To, in[0].Item.Cc = make([]mail.Address, 71), make([]mail.Address, item.MaxRecipients)
	id := must.Get(s.Ingest(t.Context(), in))(t)[0]
	it := must.Get(s.Get(t.Context(), id))(t)
	if len(it.To) != item.MaxRecipients || len(it.Cc) != item.MaxRecipients || it.Omitted != 21 {
		t.Errorf("%d to, %d cc, and %d", len(it.To), len(it.Cc), it.Omitted)
	}
}

// A list is read in pages without a gap and without a mail twice, also while
// new mail comes in.
func TestListInPages(t *testing.T) {
	s := item.NewStore(tabletest.Open(t, "mails").Table("mails"))
	must.Get(s.Ingest(t.Context(), arrivals(0, 45)))(t)
	for _, q := range []item.Query{{Limit: 10}, {Limit: 10, Mailbox: box}} {
		seen := map[string]bool{}
		for pages := 0; ; pages++ {
			items, after, err := s.List(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			for _, it := range items {
				if seen[it.Subject] {
					t.Errorf("%s twice", it.Subject)
				}
				seen[it.Subject] = true
			}
			if _, err := s.Ingest(t.Context(), arrivals(100+pages, 1)); err != nil { // newer than all
				t.Fatal(err)
			}
			if q.After = after; after == "" {
				break
			}
		}
		for i := range 45 {
			if !seen[fmt.Sprint("mail ", i)] {
				t.Errorf("mail %d was left out", i)
			}
		}
	}
}

// A body of any size comes back as it was: of one row, of several rows, and one
// that does not compress.
func TestBodies(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 3<<20)
	for i := range noise {
		noise[i] = byte(' ' + random.IntN(94))
	}
	s := item.NewStore(tabletest.Open(t, "mails").Table("mails"))
	for name, content := range map[string]string{
		"none": "", "small": "hallo", "one row": string(noise[:900<<10]), "many rows": string(noise),
		"repetitive": strings.Repeat("ja ", 1<<19),
	} {
		a := arrivals(len(content), 1)[0]
		a.Content = content
		ids, err := s.Ingest(t.Context(), []item.Arrival{a})
		if err != nil || len(ids) != 1 {
			t.Fatalf("%s: %v", name, err)
		}
		it := must.Get(s.Get(t.Context(), ids[0]))(t)
		if got, err := s.Body(t.Context(), it); err != nil || got != content {
			t.Errorf("%s: %d of %d bytes came back, %v", name, len(got), len(content), err)
		}
	}
}

// When any call of an ingest fails or loses its answer, repeating it stores every
// mail once, and every stored mail has its work.
func TestIngestInterrupted(t *testing.T) {
	for _, f := range []wiretest.Fault{wiretest.Refuse, wiretest.Lose} {
		for n := range 6 {
			server := tabletest.New()
			wire := server.Transport()
			service := server.Service(t, wire)
			must.Do(t, service.Create(t.Context(), "mails"))
			s := item.NewStore(service.Table("mails"))
			wire.Reset()
			wire.Fault(wiretest.At(n, f))
			_, _ = s.Ingest(t.Context(), arrivals(0, 50))
			wire.Fault(nil)
			must.Get(s.Ingest(t.Context(), arrivals(0, 50)))(t)
			kinds := map[string]int{}
			for _, r := range server.Snapshot(t)["mails"] {
				kinds[r.Key[:1]]++
			}
			for _, kind := range []string{"i", "m", "v", "w", "b"} {
				if kinds[kind] != 50 {
					t.Errorf("fault %v at call %d: %d rows of kind %s, want 50", f, n, kinds[kind], kind)
				}
			}
		}
	}
}

// Load reads mails that arrived together in one query, and others one by one.
func TestLoad(t *testing.T) {
	server := tabletest.New()
	wire := server.Transport()
	service := server.Service(t, wire)
	must.Do(t, service.Create(t.Context(), "mails"))
	s := item.NewStore(service.Table("mails"))
	ids := must.Get(s.Ingest(t.Context(), arrivals(0, 200)))(t)
	wire.Reset()
	got, err := s.Load(t.Context(), append([]string{"nonsense", ids[5]}, ids[:20]...))
	if err != nil || len(got) != 20 || len(wire.Calls()) != 1 {
		t.Errorf("%d mails in %d calls: %v", len(got), len(wire.Calls()), err)
	}
	if len(got) == 20 && got[0].Received.After(got[19].Received) {
		t.Error("not oldest first")
	}
	got, err = s.Load(t.Context(), []string{ids[0], ids[199]})
	if err != nil || len(got) != 2 {
		t.Errorf("far apart: %d mails, %v", len(got), err)
	}
}

// Waiting mail is found by its sender, the sender's domain and its list, until it
// is solved. Every event is counted once.
func TestWaiting(t *testing.T) {
	server := tabletest.New()
	service := server.Service(t, server.Transport())
	must.Do(t, service.Create(t.Context(), "mails"))
	s := item.NewStore(service.Table("mails"))
	in := arrivals(0, 3)
	for i := range in {
		in[i].Item.From.Email, in[i].Item.ListID = fmt.Sprintf("p%d@bakker.example", i), "nieuws.bakker.example"
	}
	ids := must.Get(s.Ingest(t.Context(), in))(t)
	transition := func(id string, state item.State) {
		t.Helper()
		it := must.Get(s.Get(t.Context(), id))(t)
		was := it.State
		it.State, it.Rules, it.Lookups = state, []string{"rule"}, []string{"lookup"}
		must.Do(t, s.Commit(t.Context(), append(it.DecidedBy(), it.Transition(was, item.DecisionVersion(1, "role", "r"))...)...))
	}
	for _, id := range ids {
		transition(id, item.Parked)
	}
	count := func(want map[item.IndexKey]int) {
		t.Helper()
		for h, n := range want {
			if got, err := s.Waiting(t.Context(), h); err != nil || len(got) != n {
				t.Errorf("%s: %v, %v; want %d", h, got, err, n)
			}
		}
	}
	first, domain, list := item.SentBy("p1@bakker.example"), item.SentFrom("bakker.example"), item.OnList("nieuws.bakker.example")
	count(map[item.IndexKey]int{first: 1, domain: 3, list: 3, item.SentBy("x@y.nl"): 0})
	box := in[0].Item.Mailbox
	if got, _, err := s.List(t.Context(), item.Query{Mailbox: box, State: item.Parked, Limit: 10}); err != nil || len(got) != 3 {
		t.Errorf("waiting mails of the mailbox: %v, %v", got, err)
	}
	transition(ids[1], item.Dismissed)
	count(map[item.IndexKey]int{first: 0, domain: 2, list: 2})
	if got, _, err := s.List(t.Context(), item.Query{Mailbox: box, State: item.Parked, Limit: 10}); err != nil || len(got) != 2 {
		t.Errorf("waiting mails of the mailbox: %v, %v", got, err)
	}
	if got, err := s.ByRule(t.Context(), "rule"); err != nil || len(got) != 3 {
		t.Errorf("decided by the rule: %v, %v", got, err)
	}
	// After a retry the next tick decides again.
	office := item.Office{Version: 1, Links: map[string]string{box: item.DecisionVersion(1, "role", "r")}, Now: time.Now()}
	if out, err := s.Outdated(t.Context(), office, 10); err != nil || len(out) != 0 {
		t.Fatalf("outdated before: %v, %v", out, err)
	}
	if err := s.InvalidateDecisions(t.Context(), ids); err != nil { // one of them waits no longer
		t.Fatal(err)
	}
	if out, err := s.Outdated(t.Context(), office, 10); err != nil || len(out) != 2 {
		t.Errorf("outdated after a retry: %v, %v", out, err)
	}
	now := time.Now()
	for _, c := range []struct {
		from, until time.Duration
		want        int64
	}{{-time.Hour, time.Hour, 3}, {time.Hour, 2 * time.Hour, 0}, {-2 * time.Hour, -time.Hour, 0}} {
		if n, err := s.Counts(t.Context(), now.Add(c.from), now.Add(c.until)); err != nil || n[item.Stored] != c.want {
			t.Errorf("stored from %s until %s: %v, %v; want %d", c.from, c.until, n, err, c.want)
		}
	}
}

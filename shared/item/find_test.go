package item_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"kantoorpost/shared/item"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/must"
	"kantoorpost/shared/table"
	"kantoorpost/shared/table/tabletest"
	"kantoorpost/shared/wiretest"
)

// storeIn stores mails with subjects, oldest first, and brings each into a state.
func storeIn(t *testing.T, s *item.Store, first int, state item.State, subjects ...string) {
	t.Helper()
	for i, subject := range subjects {
		n := first + i
		a := item.Arrival{Item: item.Item{
			Mailbox: box, Address: "info@x.example", MessageID: fmt.Sprint("msg", n), Subject: subject, BodyType: "text",
			From:     mail.Address{Name: "Jan Jansen", Email: fmt.Sprintf("jan%d@bakker.example", n)},
			Received: time.Unix(1_700_000_000+int64(n), 0).UTC(), Verdict: item.VerdictSoft,
		}}
		ids, err := s.Ingest(t.Context(), []item.Arrival{a})
		if err != nil || len(ids) != 1 {
			t.Fatal(ids, err)
		}
		if state != item.New {
			move(t, s, ids[0], state)
		}
	}
}

func move(t *testing.T, s *item.Store, id string, state item.State) {
	t.Helper()
	it := must.Get(s.Get(t.Context(), id))(t)
	was := it.State
	it.State, it.Reason = state, ""
	if state == item.Parked {
		it.Reason = item.UnknownSender
	}
	must.Do(t, s.Commit(t.Context(), it.Transition(was, "")...))
}

func countedStore(t *testing.T) (*item.Store, *wiretest.Wire, *table.Table) {
	t.Helper()
	server := tabletest.New()
	wire := server.Transport()
	service := server.Service(t, wire)
	must.Do(t, service.Create(t.Context(), "mails"))
	tab := service.Table("mails")
	return item.NewStore(tab), wire, tab
}

func repeated(text string, n int) []string { return slices.Repeat([]string{text}, n) }

// A search reads what it finds, whatever lies above it: the oldest of ten times as many
// mails costs the same. So do the mails in a state that few have.
func TestFindDoesNotGrow(t *testing.T) {
	searches := []struct {
		name   string
		q      item.Search
		wanted int
	}{
		{"word", item.Search{Words: []string{"zeldzaam"}}, 1},
		{"beginning of a word", item.Search{Words: []string{"zeldz"}}, 1},
		{"rare and frequent", item.Search{Words: []string{"aangifte", "zeldzaam"}}, 1},
		{"address", item.Search{Words: []string{"jan0", "bakker"}}, 1},
		{"waits", item.Search{Words: []string{"aangifte"}, State: item.Parked}, 3},
		{"dismissed", item.Search{State: item.Dismissed}, 3},
		{"new", item.Search{State: item.New}, 3},
		{"frequent", item.Search{Words: []string{"aangifte"}}, 10},
		{"nothing", item.Search{Words: []string{"bestaatniet"}}, 0},
	}
	calls := map[string][]int{}
	for _, n := range []int{300, 3000} {
		s, wire, _ := countedStore(t)
		must.Do(t, s.Index(t.Context()))
		storeIn(t, s, 0, item.Processed, "Zeldzaam: aangifte")
		storeIn(t, s, 1, item.Dismissed, repeated("Nieuwsbrief", 3)...)
		storeIn(t, s, 4, item.New, repeated("Vraag", 3)...)
		storeIn(t, s, 7, item.Parked, repeated("Aangifte inkomstenbelasting", 3)...)
		storeIn(t, s, 10, item.Processed, repeated("Aangifte omzetbelasting", n)...)
		for _, search := range searches {
			search.q.Limit = 10
			wire.Reset()
			items, _, ok, err := s.Find(t.Context(), search.q)
			if err != nil || !ok || len(items) != search.wanted {
				t.Fatalf("%s of %d mails: %d found, want %d; %v %v", search.name, n, len(items), search.wanted, ok, err)
			}
			calls[search.name] = append(calls[search.name], len(wire.Calls()))
		}
	}
	for name, c := range calls {
		t.Log(name, c)
		if c[1] > c[0]+2 || c[1] > 20 { // words that more rows have than one query reads are skipped with another
			t.Errorf("%s takes %d calls with 300 mails and %d with 3000", name, c[0], c[1])
		}
	}
}

// The list of dismissed mails costs the same when ten times as many are, and all of them; so
// does a word of all their subjects, and one page costs no more than it shows.
func TestAllDismissedDoNotGrow(t *testing.T) {
	type cost struct{ calls, bytes int }
	costs := map[string][]cost{}
	for _, n := range []int{300, 3000} {
		s, wire, _ := countedStore(t)
		must.Do(t, s.Index(t.Context()))
		storeIn(t, s, 0, item.Dismissed, repeated("Nieuwsbrief november", n)...)
		for _, words := range [][]string{nil, {"nieuws"}, {"november", "nieuwsbrief"}} {
			wire.Reset()
			items, _, ok, err := s.Find(t.Context(), item.Search{State: item.Dismissed, Words: words, Limit: 50})
			if err != nil || !ok || len(items) != 50 {
				t.Fatalf("%v of %d: %d found, %v, %v", words, n, len(items), ok, err)
			}
			c := cost{calls: len(wire.Calls())}
			for _, call := range wire.Calls() {
				c.bytes += call.Received
			}
			costs[fmt.Sprint(words)] = append(costs[fmt.Sprint(words)], c)
		}
	}
	for words, c := range costs {
		if t.Log(words, c); c[1].calls > c[0].calls+2 || words == "[]" && c[1].bytes > c[0].bytes*11/10 {
			t.Errorf("%s costs %v with 300 and 3000", words, c)
		}
	}
}

// A search finds what it is to find: page after page without a gap, in the state in
// which a mail is now, also mail of an older version.
func TestFind(t *testing.T) {
	s, _, tab := countedStore(t)
	storeIn(t, s, 0, item.Processed, repeated("Jaarrekening 2025", 25)...)
	storeIn(t, s, 25, item.Parked, "Jaarrekening van den Berg", "RE: loonaangifte")
	old, _, err := s.List(t.Context(), item.Query{Limit: 200})
	if err != nil {
		t.Fatal(err)
	}
	rows, _, err := tab.Range(t.Context(), "l|processed|", "l|processed~", table.MaxRange)
	if err != nil || len(rows) == 0 {
		t.Fatal("no index rows: ", err)
	}
	for _, r := range rows {
		must.Do(t, tab.Write(t.Context(), table.Delete(r)))
	}
	for _, it := range old[2:] { // as an older version stored them
		it.Indexed = false
		must.Do(t, tab.Write(t.Context(), table.Put(table.Document("m|"+it.ID, it, nil))))
	}
	if _, _, ok, err := s.Find(t.Context(), item.Search{Words: []string{"jaar"}, Limit: 10}); ok || err != nil {
		t.Fatal("an index that lacks mail answers a search: ", err)
	}
	must.Do(t, s.Index(t.Context()))
	seen := map[string]bool{}
	for after, more := "", true; more; more = after != "" {
		items, next, ok, err := s.Find(t.Context(), item.Search{Words: []string{"jaarreken"}, Limit: 10, After: after})
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		for _, it := range items {
			if seen[it.ID] || after != "" && it.ID <= after {
				t.Errorf("%s twice, or out of order", it.ID)
			}
			seen[it.ID] = true
		}
		after = next
	}
	if len(seen) != 26 {
		t.Errorf("%d found in pages, want 26", len(seen))
	}
	found := func(state item.State, words ...string) int {
		items, _, ok, err := s.Find(t.Context(), item.Search{Words: words, State: state, Limit: 50})
		if err != nil || !ok {
			t.Fatal(words, ok, err)
		}
		return len(items)
	}
	if n := found(item.Parked, "berg", "jaarrekening"); n != 1 {
		t.Errorf("%d wait, want 1", n)
	}
	move(t, s, old[1].ID, item.Dismissed)
	if a, b := found(item.Parked, "berg"), found(item.Dismissed, "berg"); a != 0 || b != 1 {
		t.Errorf("dismissed, and %d found that wait, %d dismissed", a, b)
	}
	move(t, s, old[1].ID, item.New)
	if a, b := found(item.New, "berg"), found("", "berg"); a != 1 || b != 1 {
		t.Errorf("new, and %d found among new mail, %d among all", a, b)
	}
	if _, _, ok, err := s.Find(t.Context(), item.Search{Words: []string{"v"}, Limit: 10}); ok || err != nil {
		t.Error("one letter is looked for in an index: ", err)
	}
}

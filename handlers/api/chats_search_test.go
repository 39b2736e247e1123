package api

import (
	"fmt"
	"slices"
	"testing"

	"kantoorpost/shared/must"
)

// clients makes a client besides Bakkerij Jansen; the new one has chats 1 and 3, the other 2.
func (k *talking) clients(t *testing.T) (jansen, korenaar string) {
	t.Helper()
	jansen = k.client
	korenaar = k.done(t, "POST /api/clients",
		`{"number":"2004","type":"organisation","name":"Bakkerij De Korenaar","kvk":"12345678"}`).body["id"].(string)
	k.client = korenaar
	k.start(t, 1, "Petra", "editor", "reader")
	k.client = jansen
	k.start(t, 2, "Petra", "editor", "reader")
	k.client = korenaar
	k.start(t, 3, "Els", "manager")
	return jansen, korenaar
}

// A search finds chats by the name and the numbers of their client, and shows nobody a
// chat that he may not see, with an index and while there is none yet.
func TestChatsAreFoundByTheirClient(t *testing.T) {
	k := newTalking(t)
	jansen, korenaar := k.clients(t)
	for _, indexed := range []bool{false, true} {
		if indexed {
			must.Do(t, k.Chats.Index(t.Context()))
		}
		for _, c := range []struct {
			who, query string
			want       []string
		}{
			{"manager", "search=bakkerij%20koren", []string{"Vraag 3", "Vraag 1"}},
			{"manager", "search=KORENÁÁR", []string{"Vraag 3", "Vraag 1"}},
			{"manager", "search=2004", []string{"Vraag 3", "Vraag 1"}},
			{"manager", "search=123456", []string{"Vraag 3", "Vraag 1"}},
			{"manager", "search=bakk", []string{"Vraag 3", "Vraag 2", "Vraag 1"}},
			{"manager", "search=bakk&limit=2", []string{"Vraag 3", "Vraag 2"}},
			{"manager", "search=bakk&client=" + jansen, []string{"Vraag 2"}},
			{"manager", "search=korenaar&client=" + jansen, nil},
			{"manager", "search=petra&client=" + korenaar, []string{"Vraag 1"}},
			{"manager", "search=korenaar&mine=true", []string{"Vraag 3"}},
			{"manager", "search=korenaar&state=closed", nil},
			{"manager", "search=orenaar", nil},
			{"manager", "search=korenaar%20petra", []string{"Vraag 1"}},
			{"manager", "search=2004%20vraag", []string{"Vraag 3", "Vraag 1"}},
			{"manager", "search=vraag%20bakk%20els", []string{"Vraag 3"}},
			{"manager", "search=korenaar%20jansen", nil},
			{"reader", "search=korenaar%20vraag", []string{"Vraag 1"}},
			{"editor", "search=korenaar&unread=true", []string{"Vraag 1"}},
			{"reader", "search=korenaar", []string{"Vraag 1"}},
			{"reader", "search=2004", []string{"Vraag 1"}},
		} {
			got, list := k.subjects(t, c.who, "?"+c.query)
			if !slices.Equal(got, c.want) {
				t.Errorf("indexed %t: %s?%s: %v, want %v", indexed, c.who, c.query, got, c.want)
			}
			if c.who == "reader" && (len(list) != 1 || list[0]["unread"] != 1.0) {
				t.Errorf("indexed %t: %s?%s: %v", indexed, c.who, c.query, list)
			}
		}
	}
	k.done(t, "PATCH /api/clients/"+korenaar, `{"name":"Molen Zonneveld"}`)
	for query, want := range map[string][]string{"?search=zonne": {"Vraag 3", "Vraag 1"}, "?search=korenaar": nil} {
		if got, _ := k.subjects(t, "manager", query); !slices.Equal(got, want) {
			t.Errorf("after the client is renamed, %s: %v", query, got)
		}
	}
}

// A search that finds more clients than count says so.
func TestASearchSaysThatClientsAreLeftOut(t *testing.T) {
	k := newTalking(t)
	for n := range maxClientsFound {
		k.done(t, "POST /api/clients", fmt.Sprintf(`{"number":"%d","type":"organisation","name":"Molenaar Wijk %d"}`, 3000+n, n))
	}
	jansen, korenaar := k.clients(t)
	k.done(t, "PATCH /api/clients/"+korenaar, `{"name":"Molenaar De Korenaar"}`)
	for query, want := range map[string]bool{"molen": true, "molenaar%20vraag": true, "wijk": false, "korenaar": false,
		"molenaar&client=" + jansen: true, "": false} {
		got := k.ok(t, "manager", "GET /api/chats?search="+query, "").body["clientsLeftOut"]
		if (got == true) != want {
			t.Errorf("%s: %v", query, got)
		}
	}
}

// The pages of a search have each chat once, in the order of lists.
func TestPagesOfChatsOfAClient(t *testing.T) {
	k := newTalking(t)
	k.clients(t)
	for n := 4; n < 20; n++ {
		k.start(t, n, []string{"Bakker", "Els"}[n%2], "editor")
	}
	must.Do(t, k.Chats.Index(t.Context()))
	var all, want []string
	for n := 19; n > 0; n-- {
		want = append(want, fmt.Sprint("Vraag ", n))
	}
	for after, more := "", true; more; {
		a := k.ok(t, "manager", "GET /api/chats?search=bakker&limit=3&after="+after, "")
		for _, c := range items(a) {
			all = append(all, c["subject"].(string))
		}
		after, more = a.body["next"].(string)
	}
	if !slices.Equal(all, want) {
		t.Errorf("%v", all)
	}
}

// A search by client costs the same however many chats there are.
func TestASearchByClientDoesNotGrow(t *testing.T) {
	k := newTalking(t)
	jansen, _ := k.clients(t)
	k.client = jansen
	must.Do(t, k.Chats.Index(t.Context()))
	calls := map[string]int{}
	from := 4
	for _, n := range []int{40, 400} {
		for ; from < n; from++ {
			k.start(t, from, "Els", "editor")
		}
		for query, want := range map[string]int{"manager korenaar": 2, "manager 2004": 2, "reader korenaar": 1,
			"manager vraag+korenaar": 2} {
			var who, text string
			must.Get(fmt.Sscan(query, &who, &text))(t)
			k.mails.Reset()
			k.wire.Reset()
			if got, _ := k.subjects(t, who, "?search="+text); len(got) != want {
				t.Fatalf("%s of %d chats: %v", query, n, got)
			}
			now := len(k.mails.Calls()) + len(k.wire.Calls())
			if before, ok := calls[query]; ok && now > before {
				t.Errorf("%s costs %d calls, and %d when there are ten times as many chats", query, before, now)
			}
			calls[query] = now
		}
	}
	t.Log(calls)
}

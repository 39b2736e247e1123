package app_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kantoorpost/handlers/app/apptest"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/ids"
	"kantoorpost/shared/item"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/table"
)

// Pages, lists and a quiet tick cost the same table calls, and about the same bytes, with ten
// times as many mails and chats. MAILS=1000000 is an office with 100,000 chats, which takes
// two minutes and 4.3 GB.
func TestReadsOfAMillionMails(t *testing.T) {
	most := 40_000
	if n, err := strconv.Atoi(os.Getenv("MAILS")); err == nil {
		most = n
	}
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.mailboxes(1)
		w.clients(1)
		w.burst(1, 1, func(r *rand.Rand) string { return "Dag" })
		w.Pass(1)
		member, client := w.First("/api/team-members"), w.First("/api/clients")
		type cost struct{ calls, received int }
		costs, was := map[string][]cost{}, 0
		for _, n := range []int{most / 10, most} {
			w.fill(was, n, member, client)
			was = n
			middle := timedID(n / 2)
			for _, path := range []string{"/web/mails", "/web/chats", "/web/chats?whose=all", "/web/counts", "/web/audit",
				"/web/directory/clients/" + client, "/web/chats/{chat}", "/api/mails?limit=50", "/api/mails?state=processed&limit=50",
				"/api/mails?limit=50&after={mail}", "/api/mails/{mail}", "/api/chats?limit=50", "/api/chats?mine=true&limit=50",
				"/api/chats?client=" + client, "/api/mails/counts", "/api/learning"} {
				for _, who := range []string{apptest.Admin, "anna@" + apptest.Domain} {
					at := strings.NewReplacer("{mail}", middle, "{chat}", timedID(0)).Replace(path)
					w.ask(who, at)
					rec, calls, _ := w.ask(who, at)
					if rec.Code != 200 && who == apptest.Admin {
						t.Errorf("%s: %d %s", path, rec.Code, rec.Body)
					}
					c := cost{calls: calls}
					for _, call := range w.ToTables.Calls() {
						c.received += call.Received
					}
					costs[who+" "+path] = append(costs[who+" "+path], c)
				}
			}
			w.Pass(1)
			w.reset()
			w.Tick()
			c := w.count()
			costs["tick"] = append(costs["tick"], cost{c.tableReads + c.tableWrites, 0})
		}
		for path, c := range costs {
			t.Logf("%s: %+v", path, c)
			if c[1].calls > c[0].calls+1 || c[1].received > c[0].received*11/10+4<<10 {
				t.Errorf("%s costs %+v with %d mails, and %+v with %d", path, c[0], most/10, c[1], most)
			}
		}
	})
}

// timedID is the id of the nth of filled mails, the last of them first.
func timedID(n int) string {
	return ids.Timed(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Add(-time.Duration(n)*time.Minute), ids.Hash("filled", fmt.Sprint(n)))
}

// fill stores processed mails from one number to another, older and older, and a chat for
// each ten of them, past the wire.
func (w *world) fill(from, n int, member, client string) {
	rows, _, err := w.Tables.Service(w.T, w.Tables.Transport()).Table("mailboxes").Range(w.T.Context(), "", "", 100)
	i := slices.IndexFunc(rows, func(r table.Row) bool { return r.Props["address"] != nil })
	if err != nil || i < 0 {
		w.T.Fatalf("no mailbox in %v: %v", rows, err)
	}
	box, address := rows[i].Key, rows[i].Props["address"].(string)
	w.Tables.Fill("mails", func(yield func(key, document string) bool) {
		put := func(v any, keys ...string) {
			document, err := json.Marshal(v)
			if err != nil {
				w.T.Fatal(err)
			}
			for _, key := range keys {
				yield(key, string(document))
			}
		}
		for i := from; i < n; i++ {
			id, of := timedID(i), timedID(i/10*10)
			put(item.Item{ID: id, Mailbox: box, Address: address, MessageID: id, Subject: "Vraag", Preview: strings.Repeat("Dag ", 20),
				From: mail.Address{Email: "klant0@klanten.example"}, Received: ids.TimeOf(id),
				State: item.Processed, Chat: of, Verdict: item.VerdictPass,
			}, "m|"+id, "v|"+box+"|"+id)
			put(chat.Message{ID: id, Kind: chat.KindMail, Received: ids.TimeOf(id), Subject: "Vraag", Sequence: int64(10 - i%10)}, "x|"+of+"|"+id)
			if id == of {
				put(chat.Chat{ID: id, Subject: "Vraag", Client: client, Members: []string{member}, Addresses: []string{address}, State: chat.Open,
					Started: ids.TimeOf(id), Last: ids.TimeOf(id), Preview: strings.Repeat("Dag ", 20), Messages: 10, Sequence: 10, ActivitySequence: 10},
					"c|"+id, "n|"+client+"|"+id, "u|"+member+"|"+id)
				put(object{"activitySequence": 10}, "u|"+member+"|"+id+"|seen")
			}
		}
	})
}

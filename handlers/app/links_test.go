package app_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"kantoorpost/handlers/app/apptest"
	"kantoorpost/shared/connector"
	"kantoorpost/shared/must"
	"kantoorpost/shared/storage"
	"kantoorpost/shared/table"
	"kantoorpost/shared/table/tabletest"
)

// Who can write in the tables gives a mailbox the link of another one, of
// another folder, or of another host: nothing is asked there, the mailbox reads
// its own mail again from its own date, and the log says it once.
func TestLinkToAnotherMailboxIsDropped(t *testing.T) {
	defer slog.SetDefault(slog.Default())
	var log bytes.Buffer
	inOffice(t, func(t *testing.T, w *world) {
		w.Tick()
		info, loon := "info@"+apptest.Domain, "loon@"+apptest.Domain
		ids := map[string]string{}
		for _, address := range []string{info, loon} {
			ids[address] = w.Must("GET", "/api/addresses/"+address, nil)["id"].(string)
		}
		w.Must("PATCH", "/api/addresses/"+loon, object{"active": false})
		tables := must.Get(table.Open(storage.Account{ConnectionString: tabletest.Connection, Transport: w.ToTables}))(t)
		cursor := func(address string) (c connector.Cursor, r table.Row) {
			r, err := tables.Table("mailboxes").Get(t.Context(), ids[address]+"|cursor")
			if err == nil {
				err = r.Unpack(&c)
			}
			if err != nil {
				t.Fatal(err)
			}
			return c, r
		}
		own, _ := cursor(info)
		others, _ := cursor(loon)
		slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
		n := 0
		for _, link := range []string{
			others.DeltaLink, // a true one, of a mailbox that nobody activated any more
			strings.Replace(own.DeltaLink, "/inbox/", "/sentitems/", 1),
			strings.Replace(own.DeltaLink, "/users/", "/users/"+ids[loon]+"/../", 1),
			strings.Replace(own.DeltaLink, "sim.example", "evil.example", 1),
		} {
			for _, put := range []func(*connector.Cursor){func(c *connector.Cursor) { c.DeltaLink = link },
				func(c *connector.Cursor) { c.Next = link }} {
				c, r := cursor(info)
				put(&c)
				forged := table.Pack(r.Key, c)
				must.Do(t, tables.Table("mailboxes").Write(t.Context(), table.Put(forged)))
				n++
				subject := fmt.Sprint("Vraag ", n)
				w.Receive("jan@bakker.example", info, subject, fmt.Sprint("v", n))
				w.Receive("jan@bakker.example", loon, "Niet voor u", fmt.Sprint("n", n))
				w.reset()
				log.Reset()
				time.Sleep(5 * time.Minute)
				w.Tick()
				w.Tick()
				for _, call := range w.ToMicrosoft.Calls() {
					if strings.Contains(call.URL, ids[loon]) || call.URL == link || !strings.HasPrefix(call.URL, "https://sim.example/") {
						t.Errorf("%s: asked for %s", link, call.URL)
					}
				}
				if got := apptest.Subjects(w.Mails(), "processed"); len(got) != n {
					t.Errorf("%s: %d of %d mails are there: %q", link, len(got), n, got)
				}
				if c, _ := cursor(info); !strings.Contains(c.DeltaLink, ids[info]+"/mailFolders/inbox/") || c.Next != "" || c.State != "" {
					t.Errorf("%s: not healed: %+v", link, c)
				}
				if times := strings.Count(log.String(), "security event"); times != 1 {
					t.Errorf("%s: said %d times:\n%s", link, times, log.String())
				}
			}
		}
	})
}

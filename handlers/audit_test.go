package main

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
)

// Who has something done at once stands in the audit, like who changes something.
func TestRetryAndFetchAreAudited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := desk(t)
		mail, other := w.id("Kennismaking"), w.id("Loonstrook")
		connector := w.first("/api/connectors")
		path := "/api/connectors/" + connector + "/addresses"
		address := w.first(path)
		w.must("POST", "/api/mails/"+mail+"/retry", nil)
		w.must("POST", "/api/mails/retry", object{"mails": []string{mail, other}})
		if code := w.ask(admin, "POST", "/api/addresses/"+address+"/fetch", nil, nil); code >= 300 {
			t.Fatalf("fetch: %d", code)
		}
		me := w.must("GET", "/api/me", nil)["id"]
		var got []string
		for _, e := range w.must("GET", "/api/audit?limit=3", nil)["items"].([]any) {
			e := e.(object)
			if e["by"] != me {
				t.Errorf("%v was done by %v", e["action"], e["by"])
			}
			got = append(got, fmt.Sprint(e["action"], " ", e["object"], " ", e["mail"], " ", e["detail"]))
		}
		slices.Sort(got)
		for i, want := range []string{
			fmt.Sprint("address.fetch address ", address, " <nil> map[address:", w.must("GET", "/api/addresses/"+address, nil)["address"], "]"),
			"mail.retry <nil> <nil> map[mails:2]",
			fmt.Sprint("mail.retry mail ", mail, " ", mail, " <nil>"),
		} {
			if i >= len(got) || got[i] != want {
				t.Errorf("entry %d of %q; want %q", i, got, want)
			}
		}
	})
}

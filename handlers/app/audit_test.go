package app_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"

	"kantoorpost/handlers/app/apptest"
)

// Who has something done at once stands in the audit, like who changes something.
func TestRetryAndFetchAreAudited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := waitingOffice(t)
		mail, other := w.ID("Kennismaking"), w.ID("Loonstrook")
		connector := w.First("/api/connectors")
		path := "/api/connectors/" + connector + "/addresses"
		address := w.First(path)
		w.Must("POST", "/api/mails/"+mail+"/retry", nil)
		w.Must("POST", "/api/mails/retry", object{"mails": []string{mail, other}})
		if code := w.Ask(apptest.Admin, "POST", "/api/addresses/"+address+"/fetch", nil, nil); code >= 300 {
			t.Fatalf("fetch: %d", code)
		}
		me := w.Must("GET", "/api/me", nil)["id"]
		var got []string
		for _, e := range w.Must("GET", "/api/audit?limit=3", nil)["items"].([]any) {
			e := e.(object)
			if e["by"] != me {
				t.Errorf("%v was done by %v", e["action"], e["by"])
			}
			got = append(got, fmt.Sprint(e["action"], " ", e["object"], " ", e["mail"], " ", e["detail"]))
		}
		slices.Sort(got)
		for i, want := range []string{
			fmt.Sprint("address.fetch address ", address, " <nil> map[address:", w.Must("GET", "/api/addresses/"+address, nil)["address"], "]"),
			"mail.retry <nil> <nil> map[mails:2]",
			fmt.Sprint("mail.retry mail ", mail, " ", mail, " <nil>"),
		} {
			if i >= len(got) || got[i] != want {
				t.Errorf("entry %d of %q; want %q", i, got, want)
			}
		}
	})
}

package app_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"kantoorpost/handlers/app/apptest"
	"kantoorpost/handlers/mark"
	"kantoorpost/shared/must"
	"kantoorpost/shared/wiretest"
)

// outlook asks Graph of the tenant for what a person sees or does in Outlook.
func (w *world) outlook(method, path, body string, into any) {
	w.T.Helper()
	form := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {apptest.ClientID}, "client_secret": {apptest.ClientSecret},
		"scope": {w.URL + "/.default"},
	}
	r := httptest.NewRequest("POST", w.URL+"/"+apptest.TenantID+"/oauth2/v2.0/token", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	rec := httptest.NewRecorder()
	w.Tenant.Handler().ServeHTTP(rec, r)
	var token struct {
		Token string `json:"access_token"`
	}
	must.Do(w.T, json.Unmarshal(rec.Body.Bytes(), &token))
	r = httptest.NewRequest(method, w.URL+"/v1.0/users/"+path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+token.Token)
	r.Header.Set("Content-Type", "application/json")
	rec = httptest.NewRecorder()
	w.Tenant.Handler().ServeHTTP(rec, r)
	if rec.Code >= 300 {
		w.T.Fatalf("%s %s: %d %s", method, path, rec.Code, rec.Body)
	}
	if into != nil {
		must.Do(w.T, json.Unmarshal(rec.Body.Bytes(), into))
	}
}

// categories are those of each mail in an inbox, by subject.
func (w *world) categories(address string) map[string]string {
	all := map[string]string{}
	for _, m := range w.Tenant.Messages(address) {
		all[m.Subject] = strings.Join(m.Categories, ", ")
	}
	return all
}

// openMarks counts the marks that are still to be set.
func (w *world) openMarks() (n int) {
	for _, r := range w.Tables.Snapshot(w.T)["mails"] {
		if strings.HasPrefix(r.Key, "h|") {
			n++
		}
	}
	return n
}

// checkMarks reports mails whose categories do not say what was done with them.
func (w *world) checkMarks(t *testing.T) {
	t.Helper()
	if n := w.openMarks(); n > 0 {
		t.Errorf("%d marks are still to be set", n)
	}
	done, todo := mark.Categories()[0].Name, mark.Categories()[1].Name
	has := map[string]map[string]string{}
	for _, m := range w.Mails() {
		address := m["address"].(string)
		if has[address] == nil {
			has[address] = w.categories(address)
		}
		want := map[any]string{"processed": done, "parked": todo}[m["state"]]
		if got := has[address][m["subject"].(string)]; got != want {
			t.Errorf("%s at %s is %s, and has the categories %q", m["subject"], address, m["state"], got)
		}
	}
}

// A mail in a chat is marked as processed, one that waits as needing action, and a
// solution changes that. What a person set stays.
func TestOutlookShowsWhatWasDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := story(t)
		info := "info@" + apptest.Domain
		w.Pass(1)
		w.checkMarks(t)
		var masters struct {
			Value []struct{ DisplayName, Color string }
		}
		w.outlook("GET", info+"/outlook/masterCategories", "", &masters)
		for _, c := range mark.Categories() {
			if n := strings.Count(fmt.Sprint(masters.Value), c.Name+" "+c.Color); n != 1 {
				t.Errorf("%s is %d times in the list", c.Name, n)
			}
		}
		var waiting object
		for _, m := range w.Mails() {
			if m["subject"] == "Kennismaking" {
				waiting = m
			}
		}
		var inbox struct {
			Value []struct{ ID, Subject string }
		}
		w.outlook("GET", info+"/messages?$filter="+url.QueryEscape("internetMessageId eq '<b1@elders.example>'"), "", &inbox)
		w.outlook("PATCH", info+"/messages/"+inbox.Value[0].ID, `{"categories":["Van Anna","Kantoorpost: ACTIE nodig","Blauw"]}`, nil)
		w.Must("POST", "/api/mails/"+waiting["id"].(string)+"/solve", object{"action": "dismiss"})
		w.Pass(1)
		if got := w.categories(info)["Kennismaking"]; got != "Van Anna, Blauw" {
			t.Errorf("a mail that needs nothing has %q", got)
		}
		w.Must("POST", "/api/mails/"+waiting["id"].(string)+"/undo", nil)
		w.Pass(2)
		if got := w.categories(info)["Kennismaking"]; got != "Van Anna, Blauw, Kantoorpost: actie nodig" {
			t.Errorf("a mail that waits again has %q", got)
		}
		// What we changed in Outlook does not come back as a change of the mails.
		w.reset()
		w.Pass(1)
		if c := w.count(); c.tableWrites > 1 || c.graph > 3 { // two inboxes, and Sent Items in their turn
			t.Errorf("an idle tick after the marks: %+v", c)
		}
	})
}

// Without the switch of the address nothing is marked, and nothing is left to do.
func TestCategoriesAreOffForAnAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := story(t)
		info := "info@" + apptest.Domain
		if got := w.Must("GET", "/api/addresses/"+info, nil)["categories"]; got != true {
			t.Errorf("the switch is %v at first", got)
		}
		if got := w.Must("PATCH", "/api/addresses/"+info, object{"categories": false})["categories"]; got != false {
			t.Errorf("the switch is %v", got)
		}
		w.Pass(2)
		for subject, got := range w.categories(info) {
			if got != "" {
				t.Errorf("%s has %q", subject, got)
			}
		}
		if got := w.categories("loon@" + apptest.Domain)["Jaaropgave"]; got == "" {
			t.Error("the other address has no categories")
		}
		if n := w.openMarks(); n > 0 {
			t.Errorf("%d marks are left", n)
		}
	})
}

// While Graph fails, the mails are placed all the same; the marks wait, are tried less
// and less often, and are set when Graph works again. A mail that is gone by then
// has its mark dropped.
func TestMarksWaitForGraph(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := story(t)
		info := "info@" + apptest.Domain
		batches := 0
		w.ToMicrosoft.Fault(func(_ int, r *http.Request) wiretest.Fault {
			if strings.HasSuffix(r.URL.Path, "/$batch") {
				batches++
				return wiretest.Refuse
			}
			return wiretest.Pass
		})
		w.Pass(1)
		if got := w.Picture(); got != ending {
			t.Errorf("without categories\n%s\nwant\n%s", got, ending)
		}
		if n := w.openMarks(); n != 9 || len(w.Poisoned) > 0 {
			t.Errorf("%d marks are left", n)
		}
		w.Pass(24) // two hours
		if batches > 2*9 {
			t.Errorf("%d batches in two hours", batches)
		}
		for range 2 { // to Deleted Items, and from there
			var inbox struct{ Value []struct{ ID string } }
			w.outlook("GET", info+"/messages?$filter="+url.QueryEscape("internetMessageId eq '<b1@elders.example>'"), "", &inbox)
			w.outlook("DELETE", info+"/messages/"+inbox.Value[0].ID, "", nil)
		}
		w.Heal()
		w.Pass(30)
		if n := w.openMarks(); n > 0 {
			t.Errorf("%d marks are left", n)
		}
		if got := w.categories(info)["Btw"]; got != mark.Categories()[0].Name {
			t.Errorf("a mail has %q", got)
		}
	})
}

// Without the permission for the list of categories, mails have them without colour.
func TestCategoriesWithoutTheirList(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := story(t)
		asked := 0
		w.ToMicrosoft.Fault(func(_ int, r *http.Request) wiretest.Fault {
			if strings.HasSuffix(r.URL.Path, "/masterCategories") {
				asked++
				return wiretest.Refuse
			}
			return wiretest.Pass
		})
		w.Pass(1)
		w.checkMarks(t)
		if asked == 0 {
			t.Error("the list was not asked for")
		}
	})
}

// A mail in a page of ten, with its mark, costs little.
func TestMarkBudget(t *testing.T) {
	simulated(t, func(t *testing.T, w *world) {
		w.mailboxes(1)
		to := "box00000@" + apptest.Domain
		deliver := func(n int, id string) {
			for i := range n {
				w.Receive("jan@bakker.example", to, fmt.Sprint("Vraag ", id, i), fmt.Sprint(id, i))
			}
		}
		deliver(1, "eerste")
		w.Pass(1)
		const n = 10
		deliver(n, "m")
		w.reset()
		w.Pass(1)
		c := w.count()
		t.Logf("%d mails with their marks: %+v", n, c)
		if c.graph > 1.2*n || c.queue > 0.3*n*(1+hostPerJob) {
			t.Errorf("%d Graph calls and %d queue operations for %d mails", c.graph, c.queue, n)
		}
		if c.tableReads > 20 {
			t.Errorf("%d table reads: a mark says all that is needed of its mail", c.tableReads)
		}
		if c.graph > 4 {
			t.Errorf("%d Graph calls: the page, the end of the round, and two batches are enough", c.graph)
		}
		marked := 0
		for _, got := range w.categories(to) {
			if slices.Contains(strings.Split(got, ", "), mark.Categories()[0].Name) {
				marked++
			}
		}
		if marked != n+1 {
			t.Errorf("%d of %d mails are marked", marked, n+1)
		}
	})
}

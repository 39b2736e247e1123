package sim

import (
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kantoorpost/shared/must"
)

const selected = "?$select=id,internetMessageId,subject,receivedDateTime,body,internetMessageHeaders"

func subjects(items []map[string]any) string {
	var all []string
	for _, m := range items {
		if m["@removed"] != nil {
			all = append(all, "-")
			continue
		}
		s, _ := m["subject"].(string)
		all = append(all, s)
	}
	return strings.Join(all, " ")
}

func TestARoundGivesEveryMailOnceInPages(t *testing.T) {
	w := newWorld(t, "info")
	for i := range 25 {
		w.deliver(info, fmt.Sprint(i))
	}
	first := w.graph("GET", delta, nil)
	if n := len(values(first)); n != 10 {
		t.Errorf("a page of %d, want 10 when nothing is asked", n)
	}
	w.wire.Reset()
	items, link := w.round(delta + selected)
	seen := map[any]bool{}
	for _, m := range items {
		seen[m["id"]] = true
	}
	if len(items) != 25 || len(seen) != 25 || len(w.wire.Calls()) != 3 {
		t.Errorf("%d items, %d ids in %d calls", len(items), len(seen), len(w.wire.Calls()))
	}
	if items, _ := w.round(link); len(items) != 0 {
		t.Errorf("%d items when nothing happened", len(items))
	}
	res := w.graph("GET", delta, nil, "Prefer", `IdType="ImmutableId", odata.maxpagesize=20`)
	if n := len(values(res)); n != 20 {
		t.Errorf("a page of %d, want the 20 that were asked", n)
	}
}

func TestALinkCarriesTheOptionsOfItsRound(t *testing.T) {
	w := newWorld(t, "info")
	_, link := w.round(delta + "?$select=subject")
	w.deliver(info, "later")
	items, _ := w.round(link)
	if len(items) != 1 || items[0]["subject"] != "later" || items[0]["body"] != nil {
		t.Errorf("got %v", items)
	}
}

func TestHeadersOnlyComeWhenSelected(t *testing.T) {
	w := newWorld(t, "info")
	w.deliver(info, "a")
	plain, _ := w.round(delta)
	asked, _ := w.round(delta + "?$select=internetMessageHeaders")
	if plain[0]["internetMessageHeaders"] != nil || plain[0]["body"] == nil {
		t.Errorf("by default: %v", plain[0])
	}
	if asked[0]["internetMessageHeaders"] == nil || asked[0]["body"] != nil || asked[0]["id"] == nil {
		t.Errorf("selected: %v", asked[0])
	}
}

func TestOnlyChangesOfWhatWasSelectedComeBack(t *testing.T) {
	w := newWorld(t, "info")
	w.deliver(info, "a")
	items, without := w.round(delta + selected)
	_, with := w.round(delta + "?$select=subject,isRead,categories")
	id := url.PathEscape(items[0]["id"].(string))

	w.want(w.graph("PATCH", "/users/"+info+"/messages/"+id, `{"categories":["Verwerkt"]}`), 200)
	if items, _ := w.round(without); len(items) != 0 {
		t.Errorf("our own mark comes back: %v", items)
	}
	items, with = w.round(with)
	if len(items) != 1 || items[0]["subject"] != "a" {
		t.Errorf("a change of what was selected does not come: %v", items)
	}

	w.want(w.graph("PATCH", "/users/"+info+"/messages/"+id, `{"isRead":true}`), 200)
	items, _ = w.round(with)
	if len(items) != 1 || items[0]["isRead"] != true || items[0]["subject"] != nil {
		t.Errorf("a change of the read state alone comes as %v", items)
	}
}

func TestAnEmptyChangeChangesNothing(t *testing.T) {
	w := newWorld(t, "info")
	w.deliver(info, "a")
	items, link := w.round(delta)
	res := w.want(w.graph("PATCH", "/users/"+info+"/messages/"+url.PathEscape(items[0]["id"].(string)), `{}`), 200)
	if res.json["changeKey"] != items[0]["changeKey"] {
		t.Error("the change key is new")
	}
	if items, _ := w.round(link); len(items) != 0 {
		t.Errorf("it comes back: %v", items)
	}
}

func TestWhatLeavesTheInboxIsRemoved(t *testing.T) {
	w := newWorld(t, "info")
	for _, s := range []string{"a", "b", "c"} {
		w.deliver(info, s)
	}
	items, link := w.round(delta)
	path := func(i int) string { return "/users/" + info + "/messages/" + url.PathEscape(items[i]["id"].(string)) }
	w.want(w.graph("DELETE", path(0), nil), 204)
	w.want(w.graph("DELETE", path(1), nil), 204)
	w.want(w.graph("GET", path(0), nil), 200) // its immutable id leads to Deleted Items
	removed, link := w.round(link)
	if subjects(removed) != "- -" || removed[0]["id"] != items[0]["id"] || removed[1]["id"] != items[1]["id"] {
		t.Errorf("got %v", removed)
	}
	if more, _ := w.round(link); len(more) != 0 {
		t.Errorf("it is told again: %v", more)
	}
	if fresh, _ := w.round(delta); subjects(fresh) != "c" {
		t.Errorf("a first round gives %q", subjects(fresh))
	}
	w.want(w.graph("DELETE", path(1), nil), 204) // now from Deleted Items
	w.refused(w.graph("GET", path(1), nil), http.StatusNotFound, "ErrorItemNotFound")
}

func TestAFilterHoldsForTheRoundAndTheLink(t *testing.T) {
	w := newWorld(t, "info")
	w.deliver(info, "old")
	*w.clock = w.clock.Add(time.Hour)
	since := w.clock.Format(time.RFC3339)
	w.deliver(info, "at")
	*w.clock = w.clock.Add(time.Hour)
	w.deliver(info, "after")
	w.token = w.askToken()
	at, _ := w.round(delta + "?$filter=" + url.QueryEscape("receivedDateTime ge "+since))
	after, link := w.round(delta + "?$filter=" + url.QueryEscape("receivedDateTime gt "+since))
	if subjects(at) != "at after" || subjects(after) != "after" {
		t.Errorf("ge gives %q, gt gives %q", subjects(at), subjects(after))
	}
	w.deliver(info, "new")
	if items, _ := w.round(link); subjects(items) != "new" {
		t.Errorf("the link gives %q", subjects(items))
	}
}

func TestAFirstRoundWithAFilterStopsAtItsLimit(t *testing.T) {
	w := newWorld(t, "info")
	env := Envelope{To: []string{info}}
	for i := range maxFiltered + 7 {
		must.Do(t, w.tenant.Deliver(t.Context(), env, fmt.Appendf(nil, "Subject: %d\r\n\r\nx", i)))
	}
	w.schema = nil // 5,000 checks would take long
	count := func(path string) (n int, link string) {
		for path != "" {
			res := w.want(w.graph("GET", path, nil, "Prefer", `IdType="ImmutableId", odata.maxpagesize=1000`), 200)
			n += len(values(res))
			path, _ = res.json["@odata.nextLink"].(string)
			link, _ = res.json["@odata.deltaLink"].(string)
		}
		return n, link
	}
	n, link := count(delta + "?$select=id&$filter=receivedDateTime+ge+2026-01-01T00:00:00Z")
	if n != maxFiltered {
		t.Errorf("%d with a filter", n)
	}
	if n, _ := count(link); n != 0 {
		t.Errorf("the link still gives %d", n)
	}
	if n, _ := count(delta + "?$select=id"); n != maxFiltered+7 {
		t.Errorf("%d without a filter", n)
	}
}

func TestALinkThatIsNotKnownIsGone(t *testing.T) {
	w := newWorld(t, "info", "loon")
	w.deliver(info, "a")
	_, link := w.round(delta)
	garbled := strings.Replace(link, "deltatoken=", "deltatoken=x", 1)
	_, forged := newWorld(t, "info", "loon").round(delta) // signed by another tenant
	elsewhere := strings.Replace(link, "info@", "loon@", 1)
	for _, path := range []string{garbled, elsewhere, forged, delta + "?$deltatoken=latest"} {
		w.refused(w.graph("GET", path, nil), http.StatusGone, "SyncStateNotFound")
	}
	must.Do(t, w.tenant.ForgetDeltaLinks(info))
	w.refused(w.graph("GET", link, nil), http.StatusGone, "SyncStateNotFound")
	if items, _ := w.round(delta); len(items) != 1 {
		t.Error("a new round does not work")
	}
	_, link = w.round(delta)
	*w.clock = w.clock.Add(deltaLife + time.Hour)
	w.token = w.askToken()
	w.refused(w.graph("GET", link, nil), http.StatusGone, "SyncStateNotFound")
}

func TestForgottenLinksStayForgottenAfterARestart(t *testing.T) {
	file := filepath.Join(t.TempDir(), "journal")
	w := openWorld(t, file, "info")
	_, link := w.round(delta)
	must.Do(t, w.tenant.ForgetDeltaLinks(""))
	w.tenant.Close()
	w = openWorld(t, file)
	w.refused(w.graph("GET", link, nil), http.StatusGone, "SyncStateNotFound")
}

func TestWhatDeltaDoesNotSupportIsRefused(t *testing.T) {
	w := newWorld(t, "info")
	for query, code := range map[string]string{
		"?filter=receivedDateTime+ge+2026-01-01T00:00:00Z": "ErrorInvalidUrlQuery",
		"?$search=x":                       "ErrorInvalidUrlQuery",
		"?$filter=subject+eq+'x'":          "ErrorInvalidUrlQuery",
		"?$orderby=subject":                "ErrorInvalidUrlQuery",
		"?$filter=receivedDateTime+ge+1-1": "BadRequest",
		"?$select=nonsense":                "RequestBroker--ParseUri",
	} {
		w.refused(w.graph("GET", delta+query, nil), http.StatusBadRequest, code)
	}
}

// Repeated changes of a message do not make the log of a folder longer.
func TestManyChangesOfAMessageTakeNoRoom(t *testing.T) {
	w := newWorld(t, "info")
	w.deliver(info, "a")
	items, link := w.round(delta + "?$select=categories")
	for i := range 500 {
		w.want(w.graph("PATCH", "/users/"+info+"/messages/"+url.PathEscape(items[0]["id"].(string)), fmt.Sprintf(`{"categories":["%d"]}`, i)),
			200)
	}
	if n := len(w.tenant.user(info).folders[inbox].log); n > 200 {
		t.Errorf("%d entries", n)
	}
	if items, _ := w.round(link); len(items) != 1 {
		t.Errorf("%d items", len(items))
	}
}

func BenchmarkDeltaPageOfAFullInbox(b *testing.B) {
	tenant := must.Get(New(Options{Domain: domain, URL: root}))(b)
	must.Get(tenant.AddMailbox(MailboxOptions{Address: info, Name: "Info"}))(b)
	for i := range 100_000 {
		must.Do(b, tenant.Deliver(b.Context(), Envelope{To: []string{info}}, fmt.Appendf(nil, "Subject: %d\r\n\r\nx", i)))
	}
	box := tenant.user(info)
	for b.Loop() {
		d := deltaToken{Folder: inbox, Since: 50_000, Position: 90_000}
		if len(box.page(&d, 10, tenant.sequence)) != 10 {
			b.Fatal("no page")
		}
	}
}

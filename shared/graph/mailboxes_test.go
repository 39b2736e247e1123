package graph

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"kantoorpost/shared/fault"
	"kantoorpost/shared/graph/answer"
)

func TestMailboxesAreListedAndFound(t *testing.T) {
	var names []string
	for i := range 130 {
		names = append(names, fmt.Sprintf("m%03d", i))
	}
	o := open(t, append(names, "jan")...)
	list := func(search string) (addresses []string, pages int) {
		for after := ""; ; {
			boxes, next, err := o.Mailboxes(t.Context(), search, after)
			if err != nil {
				t.Fatal(err)
			}
			pages++
			for _, b := range boxes {
				addresses = append(addresses, b.Address)
			}
			if after = next; next == "" {
				return addresses, pages
			}
			if strings.Contains(next, "://") {
				t.Errorf("next is an address: %s", next)
			}
		}
	}
	all, pages := list("")
	if len(all) != 131 || pages < 2 || len(slices.Compact(slices.Sorted(slices.Values(all)))) != 131 {
		t.Errorf("%d mailboxes in %d pages", len(all), pages)
	}
	for search, want := range map[string]int{"jan": 1, "JAN": 1, " Vries ": 131, "m00": 10, "m001@kantoor": 1, "zz": 0, `"`: 0,
		`jan" mail:"m`: 0} {
		if found, _ := list(search); len(found) != want {
			t.Errorf("%q finds %d mailboxes", search, len(found))
		}
	}
	for _, call := range o.wire.Calls() {
		if call.Status == http.StatusBadRequest {
			t.Errorf("Graph refused %s", call.URL)
		}
	}
	for _, after := range []string{"x", "s:", "https://evil.example/?$skiptoken=x", ":x"} {
		if _, _, err := o.Mailboxes(t.Context(), "", after); err == nil {
			t.Errorf("%q continued", after)
		}
	}
}

// With any continuation, only our Graph is called, and only for users.
func TestAContinuationIsNoAddress(t *testing.T) {
	var paths []string
	c, _, _ := graphOf(t, func(w http.ResponseWriter, r *http.Request) {
		paths = append(paths, r.Host+r.URL.Path)
		says(200, jsonType, `{"value":[]}`)(w, r)
	})
	if _, _, err := c.Mailboxes(t.Context(), "", "h:x&$filter=1#/../../me?x=https://evil.example"); err != nil {
		t.Error(err)
	}
	if !slices.Equal(paths, []string{"graph.microsoft.com/v1.0/users"}) {
		t.Errorf("asked %v", paths)
	}
	c, _, _ = graphOf(t, says(200, jsonType, `{"value":[],"@odata.nextLink":"https://evil.example/v1.0/users?$skiptoken=x"}`))
	if _, _, err := c.Mailboxes(t.Context(), "", ""); !errors.Is(err, answer.ErrForeignLink) {
		t.Errorf("a foreign next link: %v", err)
	}
}

// If a directory cannot search, the whole list is filtered.
func TestADirectoryWithoutSearchIsLookedThrough(t *testing.T) {
	c, wire, _ := graphOf(t, func(w http.ResponseWriter, r *http.Request) {
		switch q := r.URL.Query(); {
		case q.Has("$search"):
			says(400, jsonType, `{"error":{"code":"Request_UnsupportedQuery"}}`)(w, r)
		case q.Get("$skiptoken") == "":
			says(200, jsonType, `{"value":[{"id":"1","mail":"a@b.example"},null,7],"@odata.nextLink":"`+root+`/v1.0/users?$skiptoken=t%2B1"}`)(w, r)
		case q.Get("$skiptoken") == "t+1":
			says(200, jsonType, `{"value":[{"id":"2","mail":"jan@b.example"},{"id":"3","mail":"jan@guest.example","userType":"Guest"}],`+
				`"@odata.nextLink":"`+root+`/v1.0/users?$skiptoken=t2"}`)(w, r)
		}
	})
	boxes, next, err := c.Mailboxes(t.Context(), "Jan", "")
	if err != nil || len(boxes) != 1 || boxes[0].ID != "2" || next != "h:t2" || len(wire.Calls()) != 3 {
		t.Errorf("%+v, next %q after %d calls: %v", boxes, next, len(wire.Calls()), err)
	}
}

func TestAMailboxIsFoundByEachOfItsAddresses(t *testing.T) {
	o := open(t, "jan", "o'neil", "info")
	for address, want := range map[string]string{"jan@kantoor.example": "jan", " JAN@Kantoor.example ": "jan",
		"jan.alias@kantoor.example": "jan", "o'neil.alias@kantoor.example": "o'neil"} {
		got, err := o.Mailbox(t.Context(), address)
		if err != nil || got.ID != o.boxes[want] || got.Address != want+"@kantoor.example" || !got.Enabled {
			t.Errorf("Mailbox(%q) = %+v, %v", address, got, err)
		}
	}
	o.wire.Reset()
	for _, address := range []string{"niemand@kantoor.example", "", "jan", "@kantoor.example", "jan@", "a b@kantoor.example",
		"jan@kantoor.example/messages", "x@y@kantoor.example", "jan@kantoor.example\n"[:3] + "\n@x"} {
		_, err := o.Mailbox(t.Context(), address)
		if v, _ := fault.Of(err); !errors.Is(err, ErrNoMailbox) || v != fault.KindFinal {
			t.Errorf("Mailbox(%q) = %v", address, err)
		}
	}
	if n := o.graphCalls(); n != 2 {
		t.Errorf("%d calls for one address that could be one", n)
	}
}

// A misread quote makes a filter return other users, so the result is compared
// with the request.
func TestAnotherMailboxIsNotTaken(t *testing.T) {
	c, _, _ := graphOf(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/users") {
			if !strings.Contains(r.URL.Query().Get("$filter"), "'smtp:x''or''a@b.example'") {
				t.Errorf("filter %s", r.URL.Query().Get("$filter"))
			}
			says(200, jsonType, `{"value":[{"id":"1","mail":"directie@b.example"}]}`)(w, r)
			return
		}
		says(404, jsonType, `{"error":{"code":"Request_ResourceNotFound"}}`)(w, r)
	})
	if got, err := c.Mailbox(t.Context(), "x'or'a@b.example"); !errors.Is(err, ErrNoMailbox) {
		t.Errorf("Mailbox = %+v, %v", got, err)
	}
}

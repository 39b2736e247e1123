package solving_test

import (
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"kantoorpost/handlers/app/apptest"
)

// Who stands in for somebody joins the new chats of that one, sees those that
// were there and the mail that waits, and no longer than it was said.
func TestSubstitute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := waitingOffice(t)
		member := func(name string) string {
			return w.Must("GET", "/api/team-members?search="+name, nil)["items"].([]any)[0].(object)["id"].(string)
		}
		w.Must("POST", "/api/team-members", object{"name": "Waarnemer", "email": "waarnemer@" + apptest.Domain, "rights": "editor"})
		info := "info@" + apptest.Domain
		send := func(subject, id string) {
			w.Receive("jan@bakker.example", info, subject, id)
			w.Pass(1)
		}
		seen := func() (mails, chats []string) {
			for path, into := range map[string]*[]string{"/api/mails": &mails, "/api/chats": &chats} {
				var list struct{ Items []struct{ Subject string } }
				if code := w.Ask("waarnemer@"+apptest.Domain, "GET", path, nil, &list); code != http.StatusOK {
					t.Fatalf("%s: %d", path, code)
				}
				for _, i := range list.Items {
					*into = append(*into, i.Subject)
				}
				slices.Sort(*into)
			}
			return mails, chats
		}
		send("Eerder", "e1")
		if mails, chats := seen(); len(mails)+len(chats) != 0 {
			t.Errorf("who stands in for nobody sees %v, %v", mails, chats)
		}
		from := time.Now().Add(time.Hour)
		for who, want := range map[string]int{"Anna": http.StatusUnprocessableEntity, "Waarnemer": http.StatusOK} { // not oneself
			if code := w.Ask("anna@"+apptest.Domain, "PUT", "/api/me/substitute",
				object{"member": member(who), "from": from, "until": from.Add(time.Hour)}, nil); code != want {
				t.Errorf("%s stands in for Anna: %d, want %d", who, code, want)
			}
		}
		send("Nog niet", "e2")
		w.Pass(14)
		send("Tijdens", "e3")
		mails, chats := seen()
		if !slices.Equal(chats, []string{"Eerder", "Nog niet", "Tijdens"}) || !slices.Contains(mails, "Nieuws 1") ||
			slices.Contains(mails, "Loonstrook") {
			t.Errorf("who stands in sees mails %v, chats %v", mails, chats)
		}
		w.Pass(14)
		send("Daarna", "e4")
		if mails, chats = seen(); !slices.Equal(chats, []string{"Tijdens"}) || len(mails) != 0 {
			t.Errorf("afterwards: %v, %v; want the chat that was joined", mails, chats)
		}
		w.Check(t)
	})
}

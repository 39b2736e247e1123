package solving_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
)

// Undoing that a sender is a portal gives it back what it had, however it became one. Mail
// that was placed by itself since then is decided again: it stays with a client of the
// sender, and waits when it names another. What people decided or answered stays.
func TestAPortalIsUndone(t *testing.T) {
	const from = "noreply@facturant.example"
	ways := map[string]struct {
		display string
		emails  []string
		how     func(w *world, owner, baker string) object
		rule    bool // not the mail is undone, but what it taught
	}{
		"its client chosen": {"Facturant", []string{from}, func(_ *world, _, baker string) object {
			return object{"action": "choose-client", "client": baker}
		}, false},
		"one address of two": {"Facturant", []string{"els@facturant.example", from}, func(_ *world, _, baker string) object {
			return object{"action": "choose-client", "client": baker}
		}, false},
		"linked with its owner": {"Kees Snel", []string{from}, func(_ *world, owner, _ string) object {
			return object{"action": "link-contact", "contact": owner}
		}, false},
		"linked with another of two clients": {"Kees Snel", []string{from}, func(w *world, _, baker string) object {
			kees := w.Must("POST", "/api/contacts", object{"name": "Kees Bol", "emails": []string{"bol@boek.example"},
				"clients": []string{baker, w.client("1345")}})
			return object{"action": "link-contact", "contact": kees["id"]}
		}, false},
		"the rule": {"Facturant", []string{from}, func(_ *world, _, baker string) object {
			return object{"action": "choose-client", "client": baker}
		}, true},
	}
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, baker, butcher := twoClients(t)
				third := w.Must("POST", "/api/clients", object{"number": "1400", "type": "organisation", "name": "Garage Hoekzema"})["id"].(string)
				w.Must("PUT", "/api/clients/"+third+"/team-members", w.Must("GET", "/api/clients/"+baker+"/team-members", nil)["items"])
				owner := w.Must("POST", "/api/contacts", object{"name": "Facturant", "emails": way.emails,
					"clients": []string{baker, butcher}})["id"].(string)
				contact := func() string {
					c := w.Must("GET", "/api/contacts/"+owner, nil)
					emails := strings.Fields(strings.Trim(fmt.Sprint(c["emails"]), "[]"))
					slices.Sort(emails)
					return fmt.Sprint(c["portal"] == true, emails, c["clients"])
				}
				before := contact()
				sender := "Facturant <" + from + ">"
				w.mailed(way.display+" <"+from+">", "Eerste", "Er staat iets klaar.")
				waited := w.placed("Eerste")
				solution := way.how(w, owner, baker)
				solution["portal"] = true
				taught := w.solve("Eerste", solution)["rule"]
				if w.mailed(sender, "Tweede", "Zie bijlage."); w.placed("Tweede") != "sender-without-client" {
					t.Fatalf("it is no portal: %s", w.placed("Tweede"))
				}
				for subject, client := range map[string]string{"Bij Slagerij van der Linde": butcher, "Bij Garage Hoekzema": third,
					"Ook Garage Hoekzema": third} {
					if w.mailed(sender, subject, "Er staat iets klaar."); w.placed(subject) != client {
						t.Fatalf("%s: %s", subject, w.placed(subject))
					}
				}
				written := third
				if way.rule {
					w.Must("DELETE", "/api/rules/"+taught.(string), nil)
					written = "several-clients"
				} else {
					w.Must("POST", "/api/chats/"+w.Mail("Ook Garage Hoekzema")["chat"].(string)+"/notes", object{"body": "Ik pak dit op."})
					w.Must("POST", "/api/mails/"+w.ID("Eerste")+"/undo", nil)
				}
				w.Tick()
				w.Pass(1)
				if got := contact(); got != before {
					t.Errorf("undone: %s, before %s", got, before)
				}
				if got := w.placed("Eerste"); got != waited && !way.rule {
					t.Errorf("the undone mail: %s, before %s", got, waited)
				}
				for subject, want := range map[string]string{"Bij Slagerij van der Linde": butcher, "Bij Garage Hoekzema": "several-clients",
					"Ook Garage Hoekzema": written, "Tweede": "several-clients"} {
					if got := w.placed(subject); got != want {
						t.Errorf("%s: %s, want %s", subject, got, want)
					}
				}
				w.Check(t)
			})
		})
	}
}

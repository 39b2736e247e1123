package solving_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"

	"kantoorpost/handlers/app/apptest"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/learn"
	"kantoorpost/shared/must"
	"kantoorpost/shared/wiretest"
)

// proven gives an office the record of n sure suggestions that people followed.
func (w *world) proven(n int) {
	w.T.Helper()
	store := directory.New(w.Tables.Service(w.T, w.ToTables).Table("directory"))
	must.Do(w.T, store.Change(w.T.Context(), func(tx *directory.Tx) error {
		rule, _, err := tx.Rule(directory.SuggestedClient, directory.KindSuggested)
		if err != nil {
			return err
		}
		for i := range n {
			rule = learn.TeachSuggested(rule, directory.Evidence{Mail: fmt.Sprint("earlier", i), Action: "choose-client"}, true)
		}
		_, err = tx.SaveRule(rule)
		return err
	}))
}

// colleagues are the addresses of new contacts of a client.
func (w *world) colleagues(client string, names ...string) (emails []string) {
	w.T.Helper()
	for _, name := range names {
		email := strings.ToLower(strings.Fields(name)[0]) + "@bakker.example"
		w.Must("POST", "/api/contacts", object{"name": name, "emails": []string{email}, "clients": []string{client}})
		emails = append(emails, email)
	}
	return emails
}

// clientsOf are the ids of the clients of the contact with an address.
func (w *world) clientsOf(email string) []any {
	w.T.Helper()
	found := w.Must("GET", "/api/contacts?search="+url.QueryEscape(email), nil)["items"].([]any)
	return found[0].(object)["clients"].([]any)
}

func (w *world) placing() object {
	w.T.Helper()
	return w.Must("GET", "/api/learning", nil)["placing"].(object)
}

// namesButcher is the text of a mail that firmly names the butcher, twice.
const namesButcher = "Het gaat over Slagerij van der Linde, klantnummer 1345."

// The model places a mail that names its client as soon as the record of sure suggestions
// holds, and says why. Any correction ends that: an undo, a move, another choice.
func TestTheModelPlaces(t *testing.T) {
	for how, correct := range map[string]func(w *world, baker string){
		"undo": func(w *world, _ string) { w.Must("POST", "/api/mails/"+w.ID("Concept drie")+"/undo", nil) },
		"move": func(w *world, baker string) {
			m := w.Mail("Concept drie")
			w.Must("POST", "/api/chats/"+m["chat"].(string)+"/messages/"+m["id"].(string)+"/move", object{"client": baker})
		},
		"another choice": func(w *world, baker string) {
			w.solve("Concept een", object{"action": "choose-client", "client": baker})
		},
		"dismissals": func(w *world, _ string) {
			w.Must("POST", "/api/mails/dismiss", object{"mails": []string{w.ID("Concept een")}})
		},
		"undo of a choice": func(w *world, _ string) {
			w.Must("POST", "/api/mails/"+w.ID("Concept twee")+"/undo", nil)
		},
	} {
		t.Run(how, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, baker, butcher := twoClients(t)
				w.Must("POST", "/api/clients", object{"number": "1400", "type": "organisation", "name": "Drukkerij Noord"})
				emails := w.colleagues(baker, "Bram Smit", "Cor Vos", "Dirk Mol", "Els Kok", "Fien Bos") // a choice teaches about its contact
				w.mailed(emails[0], "Concept een", namesButcher+"\r\n\r\nMet vriendelijke groet,\r\nBram Smit\r\nDrukkerij Noord")
				w.mailed(emails[4], "Concept nul", namesButcher)
				w.mailed(emails[1], "Concept twee", namesButcher)
				if got := w.placed("Concept twee"); got != "several-clients" {
					t.Fatalf("without a record: %s", got)
				}
				if p := w.placing(); p["may"] != false || p["missing"] != 87.0 || p["rule"] != nil {
					t.Errorf("without a record: %v", p)
				}
				w.proven(86)
				first := w.Must("GET", "/api/mails/"+w.ID("Concept twee")+"/suggestions", nil)["items"].([]any)[0].(object)
				if first["score"].(float64) < 0.98 || first["client"].(object)["id"] != butcher {
					t.Fatalf("suggested first: %v", first)
				}
				w.Must("POST", "/api/mails/"+w.ID("Concept twee")+"/solve", first["solve"])
				if p := w.placing(); p["may"] != true || p["mails"] != 87.0 || p["right"] != 87.0 || p["missing"] != 0.0 {
					t.Errorf("after 87: %v", p)
				}
				w.Tick()
				w.Pass(1)
				if got := w.placed("Concept nul"); got != butcher {
					t.Fatalf("what waited, when the record holds: %s", got)
				}
				w.mailed(emails[2], "Concept drie", namesButcher)
				m := w.Must("GET", "/api/mails/"+w.ID("Concept drie"), nil)
				if got := w.placed("Concept drie"); got != butcher || len(m["rules"].([]any)) != 1 {
					t.Fatalf("with a record: %s, %v", got, m["rules"])
				}
				if text := fmt.Sprint(m["placed"]); !strings.Contains(text, "Klantnummer 1345 staat in het bericht") ||
					!strings.Contains(text, "weight") {
					t.Errorf("why: %s", text)
				}
				recent := w.placing()["recent"].([]any)
				if len(recent) != 2 || recent[0].(object)["mail"] != m["id"] || recent[0].(object)["corrected"] != false {
					t.Errorf("placed last: %v", recent)
				}
				if got := w.clientsOf(emails[2]); len(got) != 2 {
					t.Errorf("the contact of a mail that the model placed has %v", got)
				}
				w.mailed(emails[2], "Zonder naam", "Kunt u mij even bellen?")
				if got := w.placed("Zonder naam"); got != "several-clients" {
					t.Errorf("later mail of that contact, which names nobody: %s", got)
				}
				correct(w, baker)
				w.Pass(1)
				corrected := w.placed("Concept drie") != butcher
				if got := w.clientsOf(emails[2]); corrected != (len(got) == 1) {
					t.Errorf("corrected %v, the contact has %v", corrected, got)
				}
				if p := w.placing(); p["may"] != false || p["missing"].(float64) < 58 { // 147 with one error, less the 88 before
					t.Errorf("corrected: %v", p)
				}
				w.mailed(emails[3], "Concept vier", namesButcher)
				if got := w.placed("Concept vier"); got != "several-clients" {
					t.Errorf("after the correction: %s", got)
				}
				w.Check(t)
			})
		})
	}
}

// The model does not place a mail that names two clients, a mail with a warning about its
// sender, or an unverified mail that asks for money. It does not place again what
// somebody undid.
func TestTheModelAsks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, baker, butcher := twoClients(t)
		w.Must("POST", "/api/clients", object{"number": "1400", "type": "organisation", "name": "Drukkerij Noord"})
		emails := w.colleagues(baker, "Bram Smit", "Cor Vos", "Dirk Mol", "Els Kok")
		w.proven(87)
		w.mailed(emails[0], "Twee namen", namesButcher+" De drukker is Drukkerij Noord.")
		w.mailed(emails[1], "Antwoordadres", namesButcher, "Reply-To: cor@elders.example")
		info := "info@" + apptest.Domain
		w.Send("x@evil.example", []string{info},
			apptest.RawMail(emails[2], info, "Geld", "geld")+namesButcher+" Wilt u dit bedrag vandaag betalen?\r\n")
		w.Pass(1)
		for _, subject := range []string{"Twee namen", "Antwoordadres", "Geld"} {
			if m := w.Mail(subject); m["state"] != "parked" {
				t.Errorf("%s: %v", subject, m["state"])
			}
		}
		w.mailed(emails[3], "Duidelijk", namesButcher)
		if got := w.placed("Duidelijk"); got != butcher {
			t.Fatalf("it names one: %s", got)
		}
		w.Must("POST", "/api/mails/"+w.ID("Duidelijk")+"/undo", nil)
		w.proven(150)
		w.Tick()
		w.Pass(1)
		if m := w.Mail("Duidelijk"); m["state"] != "parked" {
			t.Errorf("undone, and then: %v", m["state"])
		}
		w.Check(t)
	})
}

// A write of a solution may fail, or lose its answer. The sure suggestion that a person
// followed is in the record once all the same, and is counted once by its chance.
func TestASureSuggestionCountsOnce(t *testing.T) {
	writes := 1
	for _, fault := range []wiretest.Fault{wiretest.Refuse, wiretest.Lose} {
		for at := 0; at < writes; at++ {
			synctest.Test(t, func(t *testing.T) {
				w, baker, butcher := twoClients(t)
				w.mailed(w.colleagues(baker, "Bram Smit")[0], "Concept", namesButcher)
				path := "/api/mails/" + w.ID("Concept") + "/solve"
				solution := object{"action": "choose-client", "client": butcher}
				n := -1 // of the write
				w.ToTables.Fault(func(_ int, r *http.Request) wiretest.Fault {
					if r.Method == http.MethodGet {
						return wiretest.Pass
					}
					if n++; n == at {
						return fault
					}
					return wiretest.Pass
				})
				w.Ask(apptest.Admin, "POST", path, solution, nil)
				writes = max(writes, n+1)
				w.Recover()
				w.Ask(apptest.Admin, "POST", path, solution, nil) // somebody tries again
				w.Recover()
				if got := w.placed("Concept"); got != butcher {
					t.Fatalf("write %d, %v: %s", at, fault, got)
				}
				body := w.Must("GET", "/api/learning", nil)
				if p := body["placing"].(object); p["mails"] != 1.0 || p["right"] != 1.0 {
					t.Errorf("write %d, %v: in the record %v of %v", at, fault, p["right"], p["mails"])
				}
				if c := body["calibration"].([]any); len(c) != 1 || c[0].(object)["suggested"] != 1.0 || c[0].(object)["right"] != 1.0 {
					t.Errorf("write %d, %v: counted %v", at, fault, c)
				}
				w.Check(t)
			})
		}
	}
	if writes < 5 {
		t.Errorf("a solution makes %d writes", writes)
	}
}

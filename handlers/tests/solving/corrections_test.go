package solving_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"kantoorpost/handlers/app/apptest"
)

// twoClients is an office with a baker and a butcher, of which Jan Jansen is a contact
// of the baker. Placed returns the client of the chat of a mail, or why it waits.
func twoClients(t *testing.T) (w *world, baker, butcher string) {
	w = waitingOffice(t)
	baker = w.First("/api/clients")
	butcher = w.Must("POST", "/api/clients", object{"number": "1345", "type": "organisation", "name": "Slagerij van der Linde"})["id"].(string)
	w.Must("PUT", "/api/clients/"+butcher+"/team-members", w.Must("GET", "/api/clients/"+baker+"/team-members", nil)["items"])
	return w, baker, butcher
}

func (w *world) placed(subject string) string {
	w.T.Helper()
	m := w.Mail(subject)
	if m["state"] != "processed" {
		return fmt.Sprint(m["reason"])
	}
	return w.Must("GET", "/api/chats/"+m["chat"].(string), nil)["client"].(string)
}

func (w *world) mailed(from, subject, text string, more ...string) {
	w.T.Helper()
	info := "info@" + apptest.Domain
	letter := apptest.RawMail(from, info, subject, strings.ReplaceAll(subject, " ", ""), more...)
	letter, _, _ = strings.Cut(letter, "\r\n\r\n")
	_, address, _ := strings.Cut(strings.TrimSuffix(from, ">"), "<")
	if address == "" {
		address = from
	}
	w.Send(address, []string{info}, letter+"\r\n\r\n"+text+"\r\n")
	w.Pass(1)
}

func (w *world) solve(subject string, solution object) object {
	w.T.Helper()
	return w.Must("POST", "/api/mails/"+w.ID(subject)+"/solve", solution)
}

// A contact of one client who names another is asked about, until people said that the
// name says nothing in the mail of this contact.
func TestAnotherClientIsNamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, baker, _ := twoClients(t)
		const jan = "jan@bakker.example"
		w.mailed(jan, "Gewoon", "Zie bijlage.")
		w.mailed(jan, "Concept een", "Het gaat over Slagerij van der Linde.")
		w.mailed(jan, "Facturen", "Hierbij de factuur van Slagerij van der Linde.")
		for subject, want := range map[string]string{"Gewoon": baker, "Concept een": "several-clients", "Facturen": baker} {
			if got := w.placed(subject); got != want {
				t.Errorf("%s: %s, want %s", subject, got, want)
			}
		}
		detail := w.Must("GET", "/api/mails/"+w.ID("Concept een"), nil)
		if text := fmt.Sprint(detail["explanation"]); !strings.Contains(text, "Slagerij van der Linde") ||
			!strings.Contains(text, "Bakkerij Jansen") {
			t.Errorf("explained: %s", text)
		}
		w.mailed(jan, "Re: Gewoon", "Andere vraag, nu over klantnummer 1345.", "In-Reply-To: <Gewoon@elders.example>")
		if got := w.placed("Re: Gewoon"); got != "several-clients" {
			t.Errorf("another client in an old conversation: %s", got)
		}
		if w.solve("Re: Gewoon", object{"action": "choose-client", "client": baker}); w.Mail("Re: Gewoon")["chat"] != w.Mail("Gewoon")["chat"] {
			t.Error("chosen for the client of the conversation, and not in it")
		}
		w.mailed(jan, "Concept twee", "Het gaat over Slagerij van der Linde.")
		w.solve("Concept een", object{"action": "choose-client", "client": baker})
		if got := w.placed("Concept twee"); got != baker {
			t.Errorf("twice the name said nothing, and it is asked about: %s", got)
		}
		w.Check(t)
	})
}

// What the directory alone placed can be undone too, once it waits for a person, and
// never goes back by itself.
func TestUndoOfWhatTheDirectoryPlaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, baker, butcher := twoClients(t)
		const jan = "jan@bakker.example"
		w.mailed(jan, "Een", "Zie bijlage.")
		w.mailed(jan, "Re: Een", "Nog iets.", "In-Reply-To: <Een@elders.example>")
		w.Must("POST", "/api/mails/"+w.ID("Re: Een")+"/undo", nil)
		w.Tick()
		w.Pass(1)
		if got := w.placed("Re: Een"); got != "several-clients" {
			t.Errorf("undone: %s", got)
		}
		if text := fmt.Sprint(w.Must("GET", "/api/mails/"+w.ID("Re: Een"), nil)["explanation"]); !strings.Contains(text, "ongedaan") {
			t.Errorf("explained: %s", text)
		}
		w.solve("Re: Een", object{"action": "choose-client", "client": butcher, "remember": false})
		if got := w.placed("Re: Een"); got != butcher {
			t.Errorf("chosen: %s", got)
		}
		if got := w.placed("Een"); got != baker {
			t.Errorf("the mail that it answered: %s", got)
		}
		w.Check(t)
	})
}

// Moving a mail to another client teaches against the rule that placed it and for the
// client; undoing the move takes that back.
func TestAMoveTeaches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, baker, butcher := twoClients(t)
		const jan = "jan@bakker.example"
		w.mailed(jan, "Vraag een", "Zie bijlage.")
		chat := w.Mail("Vraag een")["chat"].(string)
		contact := func() []any {
			return w.Must("GET", "/api/contacts?search=Jansen", nil)["items"].([]any)[0].(object)["clients"].([]any)
		}
		moved := w.Must("POST", "/api/chats/"+chat+"/messages/"+w.ID("Vraag een")+"/move", object{"client": butcher})["id"].(string)
		if got := w.placed("Vraag een"); got != butcher || len(contact()) != 2 {
			t.Fatalf("moved: %s, clients of the contact %v", got, contact())
		}
		w.mailed(jan, "Iets anders", "Zie bijlage.")
		if got := w.placed("Iets anders"); got != "several-clients" {
			t.Errorf("mail of a contact who writes for two clients: %s", got)
		}
		w.Must("POST", "/api/chats/"+moved+"/undo", nil)
		if got := contact(); len(got) != 1 || got[0] != baker {
			t.Errorf("the move undone, clients of the contact %v", got)
		}
		if got := w.placed("Vraag een"); got != baker {
			t.Errorf("moved back: %s", got)
		}
		w.Check(t)
	})
}

// A rule that placed mail for the wrong client has that in its record, and no longer
// decides by the same word.
func TestARuleThatFailsStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, baker, butcher := twoClients(t)
		const bol = "bol@boekhouder.example"
		w.Must("POST", "/api/contacts", object{"name": "Kees Bol", "emails": []string{bol}, "clients": []string{baker, butcher}})
		last := ""
		for n := 0; n < 16 && (last == "" || w.Mail(last)["rules"] == nil); n++ {
			subject, client := fmt.Sprint("Vraag worst ", n), butcher
			if n%2 == 0 {
				subject, client = fmt.Sprint("Vraag oven ", n), baker
				last = subject
			}
			if w.mailed(bol, subject, "Zie bijlage."); w.Mail(subject)["state"] == "parked" {
				w.solve(subject, object{"action": "choose-client", "client": client})
			}
		}
		m := w.Mail(last)
		rules, _ := m["rules"].([]any)
		if len(rules) == 0 {
			t.Fatalf("no rule placed it: %v", m)
		}
		w.Must("POST", "/api/chats/"+m["chat"].(string)+"/messages/"+m["id"].(string)+"/move", object{"client": butcher})
		rule := w.Must("GET", "/api/rules/"+rules[0].(string), nil)
		if rule["failed"] != 1.0 {
			t.Errorf("the record of the rule: %v", rule["failed"])
		}
		w.mailed(bol, "Laatste oven", "Zie bijlage.")
		if got := w.placed("Laatste oven"); got != "several-clients" {
			t.Errorf("after the rule failed: %s", got)
		}
		w.Check(t)
	})
}

// Releasing mail of a sender speaks against dismissing the rest; an invoice is not
// dismissed because newsletters of the same sender were.
func TestReleasesTeachAgainstDismissals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, _, _ := twoClients(t)
		const from = "noreply@leverancier.example"
		send := func(subject string) string {
			w.mailed(from, subject, "Zie onze site.", "Auto-Submitted: auto-generated")
			return w.Mail(subject)["state"].(string)
		}
		for n := range 3 {
			send(fmt.Sprint("Nieuws van week ", n+10))
			w.solve(fmt.Sprint("Nieuws van week ", n+10), object{"action": "dismiss"})
		}
		if got := send("Nieuws van week 20"); got != "dismissed" {
			t.Errorf("more of the same: %s", got)
		}
		if got := send("Factuur 2026-104"); got != "parked" {
			t.Errorf("an invoice of the same sender: %s", got)
		}
		w.solve("Factuur 2026-104", object{"action": "release"})
		if got := send("Onderhoud aan uw account"); got != "parked" {
			t.Errorf("another subject, after one was needed: %s", got)
		}
		if got := send("Nieuws van week 21"); got != "dismissed" {
			t.Errorf("the same subject as those that were dismissed: %s", got)
		}
		if got := send("Factuur 2026-105"); got != "parked" {
			t.Errorf("the next invoice: %s", got)
		}
		w.Check(t)
	})
}

// The mail of a portal goes to the client that it names, whoever chose that it is one.
func TestPortals(t *testing.T) {
	const from = "noreply@facturant.example"
	for _, how := range []string{"chosen", "learned"} {
		t.Run(how, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, baker, butcher := twoClients(t)
				send := func(name, subject string) {
					w.mailed(fmt.Sprintf("%q <%s>", name, from), subject, "Er staat iets voor u klaar.", "Auto-Submitted: auto-generated")
					if m := w.Mail(subject); m["reason"] == "automated" {
						w.solve(subject, object{"action": "release"})
					}
				}
				send("Bakkerij Jansen via Facturant", "Klaar 1")
				if how == "chosen" {
					w.solve("Klaar 1", object{"action": "create-contact", "name": "Facturant", "portal": true, "client": baker})
				} else {
					w.solve("Klaar 1", object{"action": "create-contact", "name": "Facturant", "client": baker})
					els := w.Must("POST", "/api/contacts", object{"name": "Els van der Linde", "emails": []string{"els@vanderlinde.example"},
						"clients": []string{butcher}})["id"]
					jan := w.Must("GET", "/api/contacts?search=Jansen", nil)["items"].([]any)[0].(object)["id"]
					for n, contact := range []any{els, els, jan} {
						subject := fmt.Sprint("Klaar ", n+10)
						name := "Slagerij van der Linde via Facturant"
						if contact == jan {
							name = "Bakkerij Jansen via Facturant"
						}
						send(name, subject)
						if w.Mail(subject)["state"] == "parked" && w.Mail(subject)["reason"] == "unknown-sender" {
							w.solve(subject, object{"action": "link-contact", "contact": contact})
						}
					}
				}
				if got := w.placed("Klaar 1"); got != baker {
					t.Fatalf("the first: %s", got)
				}
				if how == "learned" {
					return // see TestIsPortal: three choices for display names of clients
				}
				send("Slagerij van der Linde via Facturant", "Klaar 2")
				if m := w.Mail("Klaar 2"); m["state"] != "processed" || w.placed("Klaar 2") != butcher {
					t.Errorf("another client's: %v", m)
				}
				send("Facturant", "Klaar 3")
				if got := w.placed("Klaar 3"); got != "sender-without-client" {
					t.Errorf("nobody's: %s", got)
				}
				if text := fmt.Sprint(w.Must("GET", "/api/mails/"+w.ID("Klaar 3"), nil)["explanation"]); !strings.Contains(text, "portaal") {
					t.Errorf("explained: %s", text)
				}
				w.solve("Klaar 3", object{"action": "choose-client", "client": baker})
				if c := w.Must("GET", "/api/contacts?search=Facturant", nil)["items"].([]any)[0].(object); c["portal"] != true ||
					len(c["clients"].([]any)) != 0 {
					t.Errorf("the portal got clients of its own: %v", c)
				}
				if got := w.placed("Klaar 3"); got != baker {
					t.Errorf("chosen: %s", got)
				}
				w.Check(t)
			})
		})
	}
}

// Mail under a contact's address that nobody proves waits, when all earlier mail was
// proven; a manager who releases one says that the address is used so.
func TestUnprovenMailOfAContact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, baker, _ := twoClients(t)
		const jan = "jan@bakker.example"
		info := "info@" + apptest.Domain
		forged := func(subject string) {
			w.Send("x@evil.example", []string{info}, apptest.RawMail(jan, info, subject, strings.ReplaceAll(subject, " ", "")))
			w.Pass(1)
		}
		forged("Te vroeg")
		if m := w.Mail("Te vroeg"); m["state"] != "processed" || m["verdict"] != "soft" {
			t.Fatalf("a contact of whom nothing is known: %v", m)
		}
		const els = "els@bakker.example"
		w.Must("POST", "/api/contacts", object{"name": "Els Jansen", "emails": []string{els}, "clients": []string{baker}})
		for n := range 3 {
			w.mailed(els, fmt.Sprint("Echt ", n), "Zie bijlage.")
		}
		w.Send("x@evil.example", []string{info}, apptest.RawMail(els, info, "Vals", "vals"))
		w.Pass(1)
		if got := w.placed("Vals"); got != "sender-not-verified" {
			t.Fatalf("not proven: %s", got)
		}
		if text := fmt.Sprint(w.Must("GET", "/api/mails/"+w.ID("Vals"), nil)["explanation"]); !strings.Contains(text, "steeds bewezen") {
			t.Errorf("explained: %s", text)
		}
		w.solve("Vals", object{"action": "release"})
		w.Send("x@evil.example", []string{info}, apptest.RawMail(els, info, "Weer", "weer"))
		w.Pass(1)
		if got := []string{w.placed("Vals"), w.placed("Weer")}; !slices.Equal(got, []string{baker, baker}) {
			t.Errorf("released, and then: %v", got)
		}
		w.Check(t)
	})
}

// The names of a mail's files are asked for once: later decisions and its suggestions have them.
func TestNamesOfFilesAreAskedForOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, _, butcher := twoClients(t)
		const from, info = "bestanden@portaal.example", "info@" + apptest.Domain
		w.Must("POST", "/api/contacts", object{"name": "Portaal", "emails": []string{from}, "portal": true})
		w.ToMicrosoft.Reset()
		asked := func() (n int) {
			for _, call := range w.ToMicrosoft.Calls() {
				if strings.Contains(call.URL, "/attachments") {
					n++
				}
			}
			return n
		}
		w.Send(from, []string{info}, "From: "+from+"\r\nTo: "+info+"\r\nSubject: Bestand\r\nMessage-ID: <bestand@portaal.example>\r\n"+
			"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\nContent-Type: text/plain\r\n\r\nEr is een bestand.\r\n"+
			"--m\r\nContent-Type: application/pdf; name=\"Jaarrekening Aardappel Handel BV.pdf\"\r\n"+
			"Content-Disposition: attachment\r\n\r\nx\r\n--m--\r\n")
		w.Pass(1)
		if n := asked(); n != 1 || w.placed("Bestand") != "sender-without-client" {
			t.Fatalf("asked %d times, %v", n, w.Mail("Bestand"))
		}
		w.Must("GET", "/api/mails/"+w.ID("Bestand")+"/suggestions", nil)
		w.Must("PATCH", "/api/clients/"+butcher, object{"name": "Aardappel Handel BV"})
		w.Must("POST", "/api/mails/"+w.ID("Bestand")+"/retry", nil)
		w.Pass(1)
		if n := asked(); n != 1 || w.placed("Bestand") != butcher {
			t.Errorf("asked %d times, %v", n, w.Mail("Bestand"))
		}
	})
}

// A sender that looks like a portal is offered as one, with the reason. One click makes it
// one and solves the mail, and undoing that gives it its clients back.
func TestAPortalIsOffered(t *testing.T) {
	const from = "noreply@facturant.example"
	for _, shared := range []bool{false, true} { // whether the contact has another address
		t.Run(fmt.Sprint("another address: ", shared), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, baker, butcher := twoClients(t)
				emails := []string{from}
				if shared {
					emails = []string{"els@facturant.example", from}
				}
				id := w.Must("POST", "/api/contacts", object{"name": "Facturant", "emails": emails, "clients": []string{baker, butcher}})["id"].(string)
				contact := func() string {
					c := w.Must("GET", "/api/contacts/"+id, nil)
					emails := strings.Fields(strings.Trim(fmt.Sprint(c["emails"]), "[]"))
					slices.Sort(emails)
					return fmt.Sprint(c["portal"] == true, emails, c["clients"])
				}
				before := contact()
				w.mailed("Facturant <"+from+">", "Er staat iets klaar", "Voor Slagerij van der Linde en voor Bakkerij Jansen.")
				offers := w.Must("GET", "/api/mails/"+w.ID("Er staat iets klaar")+"/suggestions", nil)["items"].([]any)
				first := offers[0].(object)
				if solve := first["solve"].(object); solve["portal"] != true || !strings.Contains(fmt.Sprint(first["reasons"]), "portaal") {
					t.Fatalf("suggested first: %v", first)
				}
				w.Must("POST", "/api/mails/"+w.ID("Er staat iets klaar")+"/solve", first["solve"])
				chosen := first["client"].(object)["id"]
				if got := w.placed("Er staat iets klaar"); got != chosen {
					t.Errorf("chosen: %s", got)
				}
				owner := w.Must("GET", "/api/contacts?search="+from, nil)["items"].([]any)[0].(object)
				if owner["portal"] != true || len(owner["clients"].([]any)) != 0 {
					t.Errorf("the sender: %v", owner)
				}
				w.mailed("Facturant <"+from+">", "Nog iets", "Administratie: Slagerij van der Linde.")
				if got := w.placed("Nog iets"); got != butcher {
					t.Errorf("the next, which names its client: %s", got)
				}
				w.Must("POST", "/api/mails/"+w.ID("Er staat iets klaar")+"/undo", nil)
				if got := contact(); got != before {
					t.Errorf("undone: %s, before %s", got, before)
				}
				if m := w.Mail("Er staat iets klaar"); m["state"] != "parked" {
					t.Errorf("undone: %v", m["state"])
				}
				w.Check(t)
			})
		})
	}
}

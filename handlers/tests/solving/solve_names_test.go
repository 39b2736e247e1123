package solving_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"kantoorpost/handlers/app/apptest"
)

// One address that writes for many: what is linked for one name never brings
// mail of another client's name into the same chat, and each can be solved.
func TestOneAddressWritesForMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := waitingOffice(t)
		info := "info@" + apptest.Domain
		bakery := w.First("/api/clients")
		butcher := w.Must("POST", "/api/clients", object{"number": "1002", "type": "organisation", "name": "Slagerij Van Dam"})["id"].(string)
		w.Must("PUT", "/api/clients/"+butcher+"/team-members", w.Must("GET", "/api/clients/"+bakery+"/team-members", nil)["items"])
		els := w.Must("POST", "/api/contacts", object{"name": "Els van Dam", "emails": []string{"els@vandam.example"},
			"clients": []string{butcher}})["id"].(string)
		jan := w.Must("GET", "/api/contacts?search=Jansen", nil)["items"].([]any)[0].(object)["id"].(string)
		send := func(name, subject string) object {
			t.Helper()
			const from = "no-reply@delenonline.example"
			w.Send(from, []string{info}, apptest.RawMail(fmt.Sprintf("%q <%s>", name, from), info, subject, strings.ReplaceAll(subject, " ", "")))
			w.Pass(1)
			return w.Mail(subject)
		}
		solve := func(m object, contact string) object {
			t.Helper()
			w.Must("POST", "/api/mails/"+m["id"].(string)+"/solve", object{"action": "link-contact", "contact": contact})
			return w.Must("GET", "/api/mails/"+m["id"].(string), nil)
		}
		if m := solve(send("Jan Jansen", "Map een"), jan); m["state"] != "processed" {
			t.Fatalf("linked: %v", m)
		}
		if m := send("J. Jansen", "Map twee"); m["state"] != "processed" {
			t.Errorf("the same person: %v", m)
		}
		m := send("Els van Dam", "Map drie")
		if m["state"] != "parked" || m["reason"] != "unknown-sender" {
			t.Fatalf("somebody else: %v", m)
		}
		detail := w.Must("GET", "/api/mails/"+m["id"].(string), nil)
		if text := fmt.Sprint(detail["explanation"], detail["whatToDo"]); !strings.Contains(text, "Els van Dam") ||
			!strings.Contains(text, "Jan Jansen") {
			t.Errorf("explained: %s", text)
		}
		first := w.Must("GET", "/api/mails/"+m["id"].(string)+"/suggestions", nil)["items"].([]any)[0].(object)
		if first["action"] != "link-contact" || first["contact"].(object)["id"] != els {
			t.Errorf("suggested first: %v", first)
		}
		if m = solve(m, els); m["state"] != "processed" || w.Must("GET", "/api/chats/"+m["chat"].(string), nil)["client"] != butcher {
			t.Errorf("somebody else, chosen: %v", m)
		}
		if c := w.Must("GET", "/api/contacts/"+els, nil); len(c["emails"].([]any)) != 1 {
			t.Errorf("the address went to another contact: %v", c)
		}
		// A person who says that it is the same contact is believed from then on.
		if m := solve(send("Marieke Jansen", "Map vier"), jan); m["state"] != "processed" {
			t.Errorf("the same contact under another name: %v", m)
		}
		if m := send("Marieke Jansen", "Map vijf"); m["state"] != "processed" {
			t.Errorf("that name again: %v", m)
		}
		w.Check(t)
	})
}

// A mail without a sender becomes the contact's whom a person names.
func TestABlankSenderIsSolved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := waitingOffice(t)
		info := "info@" + apptest.Domain
		w.Send("x@elders.example", []string{info}, strings.Replace(apptest.RawMail("Jan", info, "Zonder", "z1"), "From: Jan\r\n", "", 1))
		w.Pass(1)
		m := w.Mail("Zonder")
		if m["reason"] != "no-sender" {
			t.Fatalf("without a sender: %v", m)
		}
		solved := w.Must("POST", "/api/mails/"+m["id"].(string)+"/solve", object{"action": "link-contact", "contact": w.First("/api/contacts")})
		if got := solved["mail"].(object); got["state"] != "processed" || solved["released"] != 1.0 {
			t.Errorf("solved: %v", solved)
		}
		w.Check(t)
	})
}

// A former colleague is a stranger like any other: he can be made a contact.
func TestAFormerColleagueCanBecomeAContact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := waitingOffice(t)
		info := "info@" + apptest.Domain
		dirk := w.Must("POST", "/api/team-members", object{"name": "Dirk", "email": "dirk@" + apptest.Domain, "rights": "manager",
			"active": false})["id"]
		if dirk == "" {
			t.Fatal("no former colleague")
		}
		w.Send("dirk@"+apptest.Domain, []string{info}, apptest.RawMail("Dirk <dirk@"+apptest.Domain+">", info, "Mijn aangifte", "d1"))
		w.Pass(1)
		m := w.Mail("Mijn aangifte")
		if m["reason"] != "unknown-sender" {
			t.Fatalf("a former colleague: %v", m)
		}
		solved := w.Must("POST", "/api/mails/"+m["id"].(string)+"/solve",
			object{"action": "create-contact", "name": "Dirk", "client": w.First("/api/clients")})
		if got := solved["mail"].(object); got["state"] != "processed" {
			t.Errorf("made a contact: %v", solved)
		}
		w.Check(t)
	})
}

// Several people write from one address. The second person's mail waits, and never
// goes into the first one's chat by itself.
func TestTheSecondNameIsAskedAbout(t *testing.T) {
	const asked, unsaid, same = "unknown-sender", "several-clients", ""
	for name, c := range map[string]struct {
		first, second string // as From says them
		contact       string // that the first is linked with
		reason        string // why the second waits
		more          []string
	}{
		"file sharing":                  {"Jan Jansen <no-reply@mappen.example>", "Els Vis <no-reply@mappen.example>", "Jan Jansen", asked, nil},
		"file sharing, in its own name": {"Jan Jansen <no-reply@mappen.example>", "Mappen <no-reply@mappen.example>", "Jan Jansen", asked, nil},
		"file sharing, without a name":  {"Jan Jansen <no-reply@mappen.example>", "no-reply@mappen.example", "Jan Jansen", asked, nil},
		"file sharing, nobody known": {"Jan Jansen <no-reply@mappen.example>", "Ria Elders <no-reply@mappen.example>", "Jan Jansen",
			asked, nil},
		"signing": {"Jan Jansen via Ondertekend <post@ondertekend.example>",
			"Els Vis via Ondertekend <post@ondertekend.example>", "Jan Jansen", asked, nil},
		"invoices": {"Bakkerij Jansen <facturen@rekeningen.example>", "Slagerij Van Dam <facturen@rekeningen.example>",
			"Jan Jansen", asked, nil},
		"invoices of a third": {"Slagerij Van Dam <facturen@rekeningen.example>", "Garage Snel V.O.F. <facturen@rekeningen.example>",
			"Els Vis", asked, nil},
		"payroll": {"Jan Jansen (via Loonportaal) <dienst@loonportaal.example>",
			"Els Vis (via Loonportaal) <dienst@loonportaal.example>", "Jan Jansen", asked, nil},
		"in the first one's thread": {"Jan Jansen <no-reply@mappen.example>", "Els Vis <no-reply@mappen.example>", "Jan Jansen", asked,
			[]string{"References: <first@elders.example>"}},
		"a scanner": {"Jan Jansen <scan@winkelstraat.example>", "Els Vis <scan@winkelstraat.example>", "Jan Jansen",
			asked, nil},
		"a scanner, another department": {"Kopieerapparaat Balie <scan@winkelstraat.example>",
			"Kopieerapparaat Kelder <scan@winkelstraat.example>", "Jan Jansen", asked, nil},
		"a family": {"Jan Jansen <info@familie-jansen.example>", "Els Vis <info@familie-jansen.example>", "Jan Jansen",
			asked, nil},
		"a shared secretary": {"Jan Jansen <secretariaat@maatschap.example>", "Vis, Els <secretariaat@maatschap.example>",
			"Jan Jansen", asked, nil},
		"a shared secretary, for her": {"Jan Jansen <secretariaat@maatschap.example>",
			"Secretariaat namens Els Vis <secretariaat@maatschap.example>", "Jan Jansen", asked, nil},
		"with initials, another": {"Jan Jansen <secretariaat@maatschap.example>", "E. Vis <secretariaat@maatschap.example>", "Jan Jansen",
			asked, nil},
		"himself again": {"Jan Jansen <no-reply@mappen.example>", "Jan Jansen <no-reply@mappen.example>", "Jan Jansen",
			same, nil},
		"himself, with initials": {"Jan Jansen <no-reply@mappen.example>", "J.P. Jansen <no-reply@mappen.example>", "Jan Jansen",
			same, nil},
		"turned around": {"Jan Jansen <info@familie-jansen.example>", `"Jansen, Jan" <info@familie-jansen.example>`, "Jan Jansen",
			same, nil},
		"a married name":             {"Els Vis <els.vis@thuis.example>", "Els Vis-de Boer <els.vis@thuis.example>", "Els Vis", same, nil},
		"a married name before hers": {"Els Vis <els.vis@thuis.example>", "Els de Boer-Vis <els.vis@thuis.example>", "Els Vis", same, nil},
		"his company": {"Jan Jansen <no-reply@mappen.example>", "Bakkerij Jansen <no-reply@mappen.example>", "Jan Jansen",
			same, nil},
		"always the same program": {"Meldingen <no-reply@mappen.example>", "Meldingen <no-reply@mappen.example>", "Jan Jansen",
			unsaid, nil},
		"never a name": {"no-reply@mappen.example", "no-reply@mappen.example", "Jan Jansen", unsaid, nil},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := affairs(t)
				garage := w.Must("POST", "/api/clients", object{"number": "1003", "type": "organisation", "name": "Garage Snel V.O.F."})["id"]
				w.Must("POST", "/api/contacts", object{"name": "Kees Snel", "emails": []string{"kees@garage.example"}, "clients": []any{garage}})
				info := "info@" + apptest.Domain
				from := c.first[strings.LastIndexByte(c.first, '<')+1:]
				arrive := func(from, subject, id string, more ...string) object {
					w.Send(strings.Trim(from[strings.LastIndexByte(from, '<')+1:], ">"), []string{info},
						apptest.RawMail(strings.Replace(from, "Vis, Els", `"Vis, Els"`, 1), info, subject, id, more...))
					w.Pass(1)
					return w.Mail(subject)
				}
				first := arrive(c.first, "Eerste", "first")
				w.Must("POST", "/api/mails/"+first["id"].(string)+"/solve", object{"action": "link-contact", "contact": w.contact(c.contact)})
				if first = w.Mail("Eerste"); first["state"] != "processed" {
					t.Fatalf("%s linked: %v for %v", from, first["state"], first["reason"])
				}
				second := arrive(c.second, "Tweede", "second", c.more...)
				if state := map[bool]string{true: "processed", false: "parked"}[c.reason == same]; second["state"] != state ||
					second["reason"] != c.reason {
					t.Errorf("%s: %v for %v, want %s %s", c.second, second["state"], second["reason"], state, c.reason)
				}
				if second["chat"] == first["chat"] {
					t.Errorf("%s is in the chat of %s", c.second, c.first)
				}
				w.Check(t)
			})
		})
	}
}

// Mail that may be fraud has warnings, and nothing that trusts its sender is
// suggested first or as likely.
func TestAFraudIsNotSuggested(t *testing.T) {
	const lookalike, name, payment, elsewhere = "lookalike-domain", "known-name", "payment-change", "reply-to"
	for _, c := range []struct {
		what, from, text string
		more             []string
		codes            []string // the gravest first
		doubt            bool
	}{
		{"a domain in other letters", "Jan Jansen <jan@bаkker.example>", "Ons rekeningnummer is gewijzigd.", nil,
			[]string{lookalike, payment, name}, true},
		{"a domain with a word more", "Jan Jansen <jan@bakker-facturen.example>", "Bijgaand de stukken.", nil, []string{lookalike, name}, true},
		{"a domain like the office's", "Salaris <salaris@kant0or.example>", "Bijgaand de stukken.", nil, []string{lookalike}, true},
		{"a colleague's name", "Anna de Groot <directie2026@gmail.com>", "Ben je op kantoor?", nil, []string{name}, true},
		{"answers elsewhere", "Kees Snel <kees@garage.example>", "Bel mij.", []string{"Reply-To: kees@anders.example"},
			[]string{elsewhere}, true},
		{"a contact's new address", "Jan Jansen <jan.jansen@gmail.com>", "Bijgaand de stukken.", nil, []string{name}, false},
		{"a stranger", "Kees Snel <kees@garage.example>", "Bijgaand de stukken.", nil, nil, false},
	} {
		t.Run(c.what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := affairs(t)
				info := "info@" + apptest.Domain
				envelope := strings.Trim(c.from[strings.LastIndexByte(c.from, '<')+1:], ">")
				w.Send(envelope, []string{info}, apptest.RawMail(c.from, info, "Vraag", "f1",
					append(c.more, "", c.text, "", "Met vriendelijke groet,", "Jan Jansen", "Bakkerij Jansen")...))
				w.Pass(1)
				m := w.Mail("Vraag")
				if m["reason"] != "unknown-sender" {
					t.Fatalf("%v for %v", m["state"], m["reason"])
				}
				got := w.Must("GET", "/api/mails/"+m["id"].(string)+"/suggestions", nil)
				var codes []string
				for _, x := range got["warnings"].([]any) {
					codes = append(codes, x.(object)["code"].(string))
				}
				if !slices.Equal(codes, c.codes) || got["doubt"] != c.doubt {
					t.Errorf("warnings %v, doubt %v; want %v, %v", codes, got["doubt"], c.codes, c.doubt)
				}
				for i, s := range got["items"].([]any) {
					if s := s.(object); c.doubt && s["action"] != "dismiss" && (i == 0 || s["score"].(float64) > 0.5) {
						t.Errorf("suggested at place %d: %v with %v", i, s["action"], s["score"])
					}
				}
			})
		})
	}
}

// A second company that writes from the address of a contact makes a portal of it in one
// click: the mail goes to the company that it names, and undoing that gives the contact its
// client back.
func TestTheAddressOfAnotherCompany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, baker, butcher := twoClients(t)
		const from = "facturen@boekportaal.example"
		owner := w.Must("POST", "/api/contacts", object{"name": "Bakkerij Jansen", "emails": []string{from},
			"clients": []string{baker}})["id"].(string)
		contact := func() string {
			c := w.Must("GET", "/api/contacts/"+owner, nil)
			return fmt.Sprint(c["portal"] == true, c["emails"], c["clients"])
		}
		before := contact()
		w.mailed("Slagerij van der Linde <"+from+">", "Factuur 2", "Bijgaand factuur 2 van Slagerij van der Linde.")
		if got := w.placed("Factuur 2"); got != "unknown-sender" {
			t.Fatalf("another company's: %s", got)
		}
		first := w.Must("GET", "/api/mails/"+w.ID("Factuur 2")+"/suggestions", nil)["items"].([]any)[0].(object)
		if solve := first["solve"].(object); solve["portal"] != true || solve["contact"] != owner || solve["client"] != butcher {
			t.Fatalf("suggested first: %v", first)
		}
		w.Must("POST", "/api/mails/"+w.ID("Factuur 2")+"/solve", first["solve"])
		if got := w.placed("Factuur 2"); got != butcher {
			t.Errorf("solved: %s", got)
		}
		if got := contact(); !strings.HasPrefix(got, "true") || strings.Contains(got, baker) {
			t.Errorf("the owner of the address: %s", got)
		}
		w.Must("POST", "/api/mails/"+w.ID("Factuur 2")+"/undo", nil)
		if got := contact(); got != before {
			t.Errorf("undone: %s, before %s", got, before)
		}
		if got := w.placed("Factuur 2"); got != "unknown-sender" {
			t.Errorf("undone: %s", got)
		}
		w.Check(t)
	})
}

// Suggested first for mail of a portal is the only client of the only contact in whose name
// it writes; mail in the name of a client is that client's.
func TestAPortalWritesForAPerson(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, baker, butcher := twoClients(t)
		w.Must("POST", "/api/contacts", object{"name": "Els van Dam", "emails": []string{"els@linde.example"}, "clients": []string{butcher}})
		for subject, of := range map[string]struct{ name, client string }{
			"Voltooid 1": {"Jan Jansen via Tekenen", baker}, "Voltooid 2": {"Els van Dam via Tekenen", butcher},
			"Voltooid 3": {"Els van Dam", butcher},
		} {
			w.mailed(fmt.Sprintf("%q <dse@tekenonline.example>", of.name), subject, "Uw document is ondertekend.")
			if w.Mail(subject)["reason"] == "unknown-sender" {
				w.solve(subject, object{"action": "create-contact", "name": "Tekenen online", "portal": true})
			}
			first := w.Must("GET", "/api/mails/"+w.ID(subject)+"/suggestions", nil)["items"].([]any)[0].(object)
			if solve := first["solve"].(object); solve["action"] != "choose-client" || solve["client"] != of.client {
				t.Errorf("%s, suggested first: %v", of.name, first)
			}
		}
		w.mailed(`"Tekenen NL namens Slagerij van der Linde" <dse@tekenonline.example>`, "Voltooid 4", "Uw document is ondertekend.")
		if got := w.placed("Voltooid 4"); got != butcher {
			t.Errorf("on behalf of a client: %s", got)
		}
		w.Check(t)
	})
}

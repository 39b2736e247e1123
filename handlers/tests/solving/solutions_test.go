package solving_test

import (
	"encoding/json"
	"fmt"
	"maps"
	netmail "net/mail"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kantoorpost/handlers/app/apptest"
	"kantoorpost/shared/item"
	"kantoorpost/shared/must"
	"kantoorpost/shared/storage"
	"kantoorpost/shared/table"
	"kantoorpost/shared/table/tabletest"
)

// store puts a mail among those that were read and not decided yet.
func (w *world) store(it item.Item, content string) {
	w.T.Helper()
	tables := must.Get(table.Open(storage.Account{ConnectionString: tabletest.Connection, Transport: w.ToTables}))(w.T)
	info := w.Must("GET", "/api/connectors/"+w.First("/api/connectors")+"/addresses", nil)["items"].([]any)
	for _, a := range info {
		if a := a.(object); a["address"] == "info@"+apptest.Domain {
			it.Mailbox = a["id"].(string)
		}
	}
	it.Address, it.MessageID, it.Received, it.BodyType = "info@"+apptest.Domain, "stored", time.Now(), "text"
	must.Get(item.NewStore(tables.Table("mails")).Ingest(w.T.Context(), []item.Arrival{{Item: it, Content: content}}))(w.T)
	w.Pass(1)
}

// A waiting is a mail that waits for a reason, and how it comes to that in an
// office: "Vraag" is its subject.
type waiting struct {
	reason string
	arrive func(w *world)
}

// waits are mails for every reason, several where it has several causes.
func waits() map[string]waiting {
	const jan, stranger, to = "Jan Jansen <jan@bakker.example>", "Kees Snel <kees@garage.example>", "info@" + apptest.Domain
	arrives := func(envelope, from string, more ...string) func(w *world) {
		return func(w *world) {
			raw := apptest.RawMail(from, to, "Vraag", "v1", more...)
			if from == "" {
				raw = strings.Replace(raw, "From: \r\n", "", 1)
			}
			w.Send(envelope, []string{to}, raw)
			w.Pass(1)
		}
	}
	stored := func(from, verdict string, change func(*item.Item)) func(w *world) {
		return func(w *world) {
			it := item.Item{Subject: "Vraag", Preview: "Dag", Verdict: item.Verdict(verdict)}
			if a, err := netmail.ParseAddress(from); err == nil {
				it.From.Name, it.From.Email = a.Name, a.Address
			}
			change(&it)
			w.store(it, "Goedemorgen, zie de bijlage.\n\nMet vriendelijke groet,\nJan Jansen\nBakkerij Jansen")
		}
	}
	bounce := "Content-Type: multipart/report; report-type=delivery-status; boundary=r"
	receipt := func(from, verdict string) func(w *world) {
		return func(w *world) { // it is dismissed by itself, and somebody takes that back
			stored(from, verdict, func(it *item.Item) { it.Class = item.ReadReceipt })(w)
			w.Must("POST", "/api/mails/"+w.ID("Vraag")+"/undo", nil)
			w.Pass(1)
		}
	}
	forwarded := func(who string) func(w *world) {
		return func(w *world) {
			w.Send("anna@"+apptest.Domain, []string{to}, apptest.RawMail("Anna <anna@"+apptest.Domain+">", to, "Vraag", "v1")+
				"\r\n-----Oorspronkelijk bericht-----\r\nVan: "+who+"\r\nVerzonden: maandag 23 november 2026 09:00\r\nAan: Anna <anna@"+apptest.Domain+
				">\r\nOnderwerp: Btw\r\n\r\nZie de bijlage.\r\n")
			w.Pass(1)
		}
	}
	all := map[string]waiting{
		"a stranger":               {"unknown-sender", arrives("kees@garage.example", stranger)},
		"a stranger, not verified": {"unknown-sender", arrives("kees@elders.example", stranger)},
		"a tag, not verified":      {"unknown-sender", arrives("x@elders.example", "jan+btw@bakker.example")},
		"a namesake":               {"unknown-sender", arrives("jan@anders.example", "Jan Jansen <jan@anders.example>")},
		"a colleague's namesake":   {"unknown-sender", arrives("anna@anders.example", "Anna de Groot <anna@anders.example>")},
		"a prospect":               {"unknown-sender", arrives("kees@garage.example", stranger, "X-A: b", "", "Ik zoek een boekhouder.")},
		"a former colleague":       {"unknown-sender", arrives("dirk@"+apptest.Domain, "Dirk <dirk@"+apptest.Domain+">")},
		"an underscore":            {"unknown-sender", arrives("x@elders.example", "Jan Molenaar <jan@de_molen.example>")},
		"a quoted local part":      {"unknown-sender", arrives("x@elders.example", `Jan Molenaar <"jan molenaar"@molen.example>`)},
		"a host of one word":       {"unknown-sender", arrives("x@elders.example", "Scanner <scan@kopieer>")},
		"an X.500 name": {"unknown-sender", arrives("x@elders.example",
			"Kees Snel </O=EXCHANGELABS/OU=FIRST/CN=RECIPIENTS/CN=0A1B2C-KEES>")},
		"another's name": {"unknown-sender", func(w *world) {
			w.portal()
			arrives("no-reply@delen.example",
				"Els Vis <no-reply@delen.example>")(w)
		}},
		"a name that nobody has": {"unknown-sender", func(w *world) {
			w.portal()
			arrives("no-reply@delen.example",
				"Kees Snel <no-reply@delen.example>")(w)
		}},
		"no sender":           {"no-sender", arrives("x@elders.example", "")},
		"no sender, signed":   {"no-sender", stored("", "pass", func(it *item.Item) { it.InitialReason = item.NoSender })},
		"no sender of a name": {"no-sender", arrives("x@elders.example", "Jan")},
		"no sender, doubted":  {"no-sender", stored("", "fail", func(it *item.Item) { it.InitialReason = item.NoSender })},
		"no sender, not analysed": {"no-sender", stored("", "soft",
			func(it *item.Item) { it.InitialReason, it.NotAnalysed = item.NoSender, true })},
		"a colleague":             {"internal-sender", arrives("anna@"+apptest.Domain, "Anna <anna@"+apptest.Domain+">")},
		"an own address":          {"internal-sender", arrives("loon@"+apptest.Domain, "Loon <loon@"+apptest.Domain+">")},
		"passed on of a contact":  {"internal-sender", forwarded(jan)},
		"passed on of a stranger": {"internal-sender", forwarded(stranger)},
		"passed on of an odd one": {"internal-sender", forwarded("Jan Molenaar <jan@de_molen.example>")},
		"no client":               {"sender-without-client", arrives("ria@vrij.example", "Ria Vrij <ria@vrij.example>")},
		"two clients":             {"several-clients", arrives("bol@boek.example", "Kees Bol <bol@boek.example>")},
		"another's number":        {"several-clients", arrives("jan@bakker.example", jan, "X-A: b", "", "Klantnummer 1002.")},
		"doubted, a contact":      {"sender-not-verified", arrives("spoofed@bakker.example", jan)},
		"doubted, a stranger":     {"sender-not-verified", arrives("spoofed@garage.example", stranger)},
		"doubted, a receipt": {"sender-not-verified",
			stored("jan@bakker.example", "fail", func(it *item.Item) { it.Class = item.ReadReceipt })},
		"a list":               {"automated", arrives("nieuws@bladen.example", "nieuws@bladen.example", "List-Id: <blad.bladen.example>")},
		"a list, not verified": {"automated", arrives("x@elders.example", "nieuws@bladen.example", "List-Id: <blad.bladen.example>")},
		"a list without a sender": {"automated", stored("", "soft", func(it *item.Item) {
			it.InitialReason, it.ListID, it.ReturnDomain = item.Automated, "blad.example", "bladen.example"
		})},
		"a program":                   {"automated", arrives("x@machine.example", "x@machine.example", "Auto-Submitted: auto-generated")},
		"a program of a contact":      {"automated", arrives("jan@bakker.example", jan, "Auto-Submitted: auto-generated")},
		"a program, doubted":          {"automated", arrives("spoofed@machine.example", "x@machine.example", "Auto-Submitted: auto-generated")},
		"an absence":                  {"automated", arrives("kees@garage.example", stranger, "Auto-Submitted: auto-replied")},
		"an absence of a contact":     {"automated", arrives("jan@bakker.example", jan, "Auto-Submitted: auto-replied")},
		"a bounce":                    {"bounce", arrives("", "Mail Delivery System <mailer-daemon@garage.example>", bounce)},
		"a bounce without an address": {"bounce", arrives("", "Mail Delivery System", bounce)},
		"a bounce without a sender":   {"bounce", stored("", "soft", func(it *item.Item) { it.InitialReason = item.Bounce })},
		"a receipt":                   {"acknowledgement", func(w *world) { receipt(jan, "pass")(w) }},
		"a receipt of a stranger":     {"acknowledgement", func(w *world) { receipt(stranger, "soft")(w) }},
		"too large": {"too-large", stored("jan@bakker.example", "pass",
			func(it *item.Item) { it.InitialReason, it.BodyTruncated = item.TooLarge, true })},
		"too large, a stranger": {"too-large", stored("kees@garage.example", "pass",
			func(it *item.Item) { it.InitialReason, it.BodyTruncated = item.TooLarge, true })},
		"too large, no sender": {"too-large", stored("", "pass",
			func(it *item.Item) { it.InitialReason, it.BodyTruncated = item.TooLarge, true })},
		"undecodable": {"undecodable", stored("", "soft",
			func(it *item.Item) { it.InitialReason, it.Detail = item.Undecodable, "geen JSON" })},
		"not analysed":             {"not-analysed", stored("jan@bakker.example", "pass", func(it *item.Item) { it.NotAnalysed = true })},
		"not analysed, a stranger": {"not-analysed", stored("kees@garage.example", "pass", func(it *item.Item) { it.NotAnalysed = true })},
		"not analysed, of a program": {"automated", stored("jan@bakker.example", "pass",
			func(it *item.Item) { it.NotAnalysed, it.InitialReason = true, item.Automated })},
		"a role that nobody has": {"no-member-with-role", func(w *world) {
			w.Must("PUT", "/api/clients/"+w.client("1001")+"/team-members", []object{})
			arrives("jan@bakker.example", jan)(w)
		}},
	}
	return all
}

// portal makes an address, which others write from too, Jan's.
func (w *world) portal() {
	w.T.Helper()
	w.Send("no-reply@delen.example", []string{"info@" + apptest.Domain},
		apptest.RawMail("Jan Jansen <no-reply@delen.example>", "info@"+apptest.Domain, "Map", "map"))
	w.Pass(1)
	w.Must("POST", "/api/mails/"+w.ID("Map")+"/solve", object{"action": "link-contact", "contact": w.contact("Jan Jansen")})
}

func (w *world) contact(name string) string { return w.Named("/api/contacts", "name", name) }
func (w *world) client(number string) string {
	return w.Named("/api/clients", "number", number)
}

// affairs is an office with contacts of every kind.
func affairs(t *testing.T) *world {
	w := newWorld(t)
	w.Office()
	w.Tick()
	butcher := w.Must("POST", "/api/clients", object{"number": "1002", "type": "organisation", "name": "Slagerij Van Dam"})["id"]
	w.Must("PUT", "/api/clients/"+butcher.(string)+"/team-members",
		w.Must("GET", "/api/clients/"+w.client("1001")+"/team-members", nil)["items"])
	for _, c := range []object{
		{"name": "Els Vis", "emails": []string{"els@vandam.example"}, "clients": []any{butcher}},
		{"name": "Ria Vrij", "emails": []string{"ria@vrij.example"}, "clients": []any{}},
		{"name": "Kees Bol", "emails": []string{"bol@boek.example"}, "clients": []any{butcher, w.client("1001")}},
	} {
		w.Must("POST", "/api/contacts", c)
	}
	w.Must("POST", "/api/team-members", object{"name": "Dirk", "email": "dirk@" + apptest.Domain, "rights": "editor", "active": false})
	w.Must("POST", "/api/team-members", object{"name": "Anna de Groot", "email": "adegroot@" + apptest.Domain, "rights": "editor",
		"active": true})
	return w
}

// offers are all solutions that a mail offers, as they are sent: those of its
// reason, and what is suggested.
func (w *world) offers(m object) []object {
	w.T.Helper()
	suggested := w.Must("GET", "/api/mails/"+m["id"].(string)+"/suggestions", nil)
	prefill := suggested["prefill"].(object)
	var all []object
	for _, action := range m["solutions"].([]any) {
		switch action {
		case "link-contact":
			all = append(all, object{"action": action, "contact": w.contact("Jan Jansen")},
				object{"action": action, "contact": w.contact("Els Vis")},
				object{"action": action, "contact": w.contact("Jan Jansen"), "remember": false})
		case "create-contact":
			o := object{"action": action, "name": "Nieuw Iemand", "client": w.client("1001")}
			if prefill["email"] != nil {
				o["email"] = prefill["email"]
			} else {
				o["email"] = "nieuw@iemand.example" // the form asks for it
			}
			alone := maps.Clone(o)
			delete(alone, "client")
			all = append(all, o, alone)
		case "choose-client":
			for _, number := range []string{"1001", "1002"} {
				all = append(all, object{"action": action, "client": w.client(number)},
					object{"action": action, "client": w.client(number), "remember": false})
			}
		default:
			all = append(all, object{"action": action})
		}
	}
	for _, s := range suggested["items"].([]any) {
		all = append(all, s.(object)["solve"].(object))
	}
	seen := map[string]bool{}
	return slices.DeleteFunc(all, func(o object) bool {
		text, _ := json.Marshal(o)
		again := seen[string(text)]
		seen[string(text)] = true
		return again
	})
}

// Every solution that a waiting mail offers helps: then the mail waits no longer,
// or for another reason, which has solutions of its own.
func TestEverySolutionThatIsOfferedHelps(t *testing.T) {
	// are mended in the directory, as no-member-with-role
	covered := map[item.Reason]bool{item.LinkRemoved: true, item.NoMemberAddress: true, item.EmptyTeam: true, item.Technical: true}
	for name, c := range waits() {
		covered[item.Reason(c.reason)] = true
		t.Run(name, func(t *testing.T) {
			for n, of := 0, 1; n < of; n++ {
				synctest.Test(t, func(t *testing.T) {
					w := affairs(t)
					c.arrive(w)
					path := "/api/mails/" + w.ID("Vraag")
					before := w.Must("GET", path, nil)
					if before["state"] != "parked" || before["reason"] != c.reason {
						t.Fatalf("%v for %v, want %s", before["state"], before["reason"], c.reason)
					}
					offers := w.offers(before)
					of = len(offers)
					if of == 0 {
						t.Fatal("nothing is offered")
					}
					w.helps(path, before, offers[n])
					w.Check(t)
				})
			}
		})
	}
	for _, r := range item.Reasons() {
		if !covered[r] {
			t.Errorf("no mail waits for %s", r)
		}
	}
}

// helps does one solution, and follows what it leads to until the mail waits no
// longer.
func (w *world) helps(path string, before, solution object) {
	w.T.Helper()
	told := fmt.Sprint(before["reason"], ": ", solution)
	for range 6 {
		if code := w.Ask(apptest.Admin, "POST", path+"/solve", solution, nil); code != 200 {
			w.T.Errorf("%s: %d %s", told, code, w.Answered[len(w.Answered)-1])
			return
		}
		after := w.Must("GET", path, nil)
		if state := after["state"]; state == "processed" || state == "dismissed" {
			return
		}
		if after["state"] != "parked" || after["reason"] == before["reason"] {
			w.T.Errorf("%s: %v for %v", told, after["state"], after["reason"])
			return
		}
		if after["explanation"] == nil || after["whatToDo"] == nil {
			w.T.Errorf("%s: %v is not explained", told, after["reason"])
		}
		next := object(nil)
		for _, o := range w.offers(after) {
			if o["action"] != "dismiss" {
				next = o
				break
			}
		}
		if next == nil {
			w.T.Errorf("%s: nothing but dismissal is offered for %v", told, after["reason"])
			return
		}
		told += fmt.Sprint(", then ", after["reason"], ": ", next)
		before, solution = after, next
	}
	w.T.Errorf("%s: still waits", told)
}

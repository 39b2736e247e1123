package learn

import (
	"fmt"
	"testing"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/mailtext"
	"kantoorpost/shared/must"
	"kantoorpost/shared/table/tabletest"
	"kantoorpost/shared/wiretest"
)

// maxReads is how many reads of the table the suggestions for one mail take at most.
const maxReads = 30

// maxWarningReads is the same for warnings.
const maxWarningReads = 4

// grown is an office with clients and as many contacts, of whom the first writes
// for fifty clients.
func grown(t testing.TB, n int) (*directory.Store, *wiretest.Wire, directory.Contact) {
	t.Helper()
	server := tabletest.New()
	wire := server.Transport()
	service := server.Service(t, wire)
	must.Do(t, service.Create(t.Context(), "directory"))
	office := directory.New(service.Table("directory"))
	b := must.Get(office.Bulk(t.Context()))(t)
	var linked []string
	for i := range n {
		name := fmt.Sprintf("%s %s%s", []string{"Bakkerij", "Garage", "Kapsalon", "Bouwbedrijf"}[i%4], word(i),
			[]string{" B.V.", "", " Beheer B.V."}[i%3])
		c := must.Get(b.SaveClient(directory.Client{Number: fmt.Sprint(10000 + i), Type: directory.Organisation, Name: name,
			KvK: fmt.Sprint(20000000 + i)}))(t)
		if len(linked) < 50 {
			linked = append(linked, c.ID)
		}
		must.Get(b.SaveContact(directory.Contact{Name: "Jan " + word(i), Emails: []string{fmt.Sprintf("jan%d@%s.example", i, word(i))},
			Clients: []string{c.ID}}))(t)
	}
	made := must.Get(b.SaveContact(directory.Contact{Name: "Kees Bol", Emails: []string{"bol@boekhouder.example"}, Clients: linked}))(t)
	must.Do(t, b.Apply(t.Context()))
	return office, wire, made
}

// word is a surname for a number.
func word(i int) string {
	const letters = "bdfgklmnprst"
	w := ""
	for ; len(w) < 8; i /= 12 {
		w += string(letters[i%12]) + string("aeiou"[i%5])
	}
	return w
}

// hard are mails full of what leads to questions.
func hard(from directory.Contact) []Mail {
	text := "Klantnummer 10007. KvK 20000009. Het gaat om Bakkerij " + word(4) + ", Garage " + word(5) + " B.V., Kapsalon " + word(6) +
		"x en Bouwbedrijf " + word(7) + ".\n" +
		"Ook 10011, 10012 en 10013, en Administratie Zeeland, Stichting Onbekend en de heer Pieters.\n\nMet vriendelijke groet,\n\nKees " +
		"Bol\nDirecteur\nAdministratie Visser B.V.\nKvK 20000001"
	var all []Mail
	for _, subject := range []string{"Btw " + word(3), "Re: Stukken", "Klantnummer 10003", "Verzuim"} {
		for _, reason := range []item.Reason{item.SeveralClients, item.SenderNoClient, item.UnknownSender, item.Automated,
			item.SenderNotVerified} {
			it := item.Item{ID: "mail", Reason: reason, Verdict: item.VerdictPass, Subject: subject, Address: "info@kantoor.example",
				From: mail.Address{Name: "Kees Bol", Email: "kees.bol@" + word(2) + ".example"}}
			if reason == item.SeveralClients {
				it.From.Email, it.Facts = from.Emails[0], item.Facts{Contact: from.ID, Clients: from.Clients}
			}
			for i := range 6 {
				it.To = append(it.To, mail.Address{Email: fmt.Sprintf("jan%d@%s.example", i, word(i))})
			}
			all = append(all, Mail{Item: it, Text: mailtext.Read("text", text, subject),
				Files:    []string{"10004 " + word(8) + " loonjournaal.pdf", "balans-" + word(9) + ".xlsx"},
				Answered: &chat.Chat{ID: "c", Client: from.Clients[3], Contact: from.ID}})
		}
	}
	return all
}

// The suggestions for a mail take a limited number of reads, as many in a large
// office as in a small one.
func TestSuggestionsReadLittle(t *testing.T) {
	for _, n := range []int{60, 600} {
		office, wire, from := grown(t, n)
		for _, m := range hard(from) {
			wire.Reset()
			m.Known = NewDomains(nil)
			if _, _, err := Warnings(t.Context(), office, m); err != nil {
				t.Fatal(err)
			}
			if reads := len(wire.Calls()); reads > maxWarningReads {
				t.Errorf("%d clients, %s, %q: %d reads for warnings", n, m.Item.Reason, m.Item.Subject, reads)
			}
			wire.Reset()
			must.Get(Suggest(t.Context(), office, m))(t)
			if reads := len(wire.Calls()); reads > maxReads {
				t.Errorf("%d clients, %s, %q: %d reads", n, m.Item.Reason, m.Item.Subject, reads)
			}
		}
	}
}

// The time for the suggestions for one mail, in an office with 20,000 contacts and
// clients, with what the table takes in memory: at most 20 ms.
func BenchmarkSuggest(b *testing.B) {
	office, _, from := grown(b, 10_000)
	mails := hard(from)
	for i := 0; b.Loop(); i++ {
		must.Get(Suggest(b.Context(), office, mails[i%len(mails)]))(b)
	}
}

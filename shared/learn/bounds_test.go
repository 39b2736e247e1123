package learn

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/mailtext"
	"kantoorpost/shared/must"
)

// A bookkeeper may have any number of clients. With an index of all clients that costs
// no more questions, and the earlier chats of eight clients at most are read.
func TestManyClients(t *testing.T) {
	for _, n := range []int{2, 24, 60} {
		var office, ids []string
		for i := range n {
			ids = append(ids, fmt.Sprint("c", i))
			office = append(office, fmt.Sprintf("client c%d %d Relatie%c%c Handel", i, 5000+i, 'a'+i%26, 'a'+i/26))
		}
		office = append(office, "contact bol bol@boekhouder.example "+strings.Join(ids, ",")+" Kees Bol")
		c := parseCase(t, map[string]string{
			"office": strings.Join(office, "\n"), "mail": "reason: several-clients\nfrom: Kees Bol <bol@boekhouder.example>\nsubject: Btw",
			"text": "Klantnummer 5001.",
		})
		if got := c.certain(t); got != "certain c1" {
			t.Errorf("%d clients: %s, want certain c1", n, got)
		}
		asked, read := 0, 0
		said := Said{
			Text: func(context.Context) (mailtext.Text, error) { return c.mail.Text, nil },
			Earlier: func(_ context.Context, clients []string) ([]chat.Chat, error) {
				read = len(clients)
				return nil, nil
			},
		}
		indexed := Indexed(c.office, NewClientIndex(slices.Collect(maps.Values(c.office.clients))))
		c.office.asked.Store(0)
		client, _, _, _, err := WhichClient(t.Context(), indexed, "bol", ids, c.mail.Item, said)
		asked = int(c.office.asked.Load())
		if err != nil || client != "c1" || asked > 1 || read > maxEarlier {
			t.Errorf("%d clients: %s with %d questions and chats of %d clients, %v; want c1, at most 1 and 8", n, client, asked, read, err)
		}
	}
}

// The domain of a public provider belongs to no client, even if a rule says so.
func TestPublicProviders(t *testing.T) {
	for domain, want := range map[string]string{"gmail.com": "uncertain", "jansen.example": "certain bakker rule"} {
		c := parseCase(t, map[string]string{
			"office": "client bakker 1001 Bakkerij Jansen B.V.",
			"mail":   "reason: unknown-sender\nfrom: Kees Bol <kees@" + domain + ">",
		})
		c.office.teach(directory.DomainClient, domain, func(r directory.Rule) directory.Rule {
			for i := range 3 {
				r = Teach(r, directory.DomainClient, domain, evidence(i, fmt.Sprint("p", i), "bakker"), false)
			}
			r.State = directory.RuleOn
			return r
		})
		if got := strings.TrimSuffix(c.certain(t), " "+directory.RuleID(directory.DomainClient, domain)); got != want {
			t.Errorf("%s: %s, want %s", domain, got, want)
		}
	}
}

// A mail full of clues, from a bookkeeper's domain, causes a limited number of
// questions.
func TestLooksAreBounded(t *testing.T) {
	office := []string{"own info@kantoor.example", "chat c1 p1"}
	var to []string
	for i := range 40 {
		office = append(office, fmt.Sprintf("client c%d %d kvk=%d vat=NL%09dB01 Relatie%c Groep%c", i, 5000+i, 20000000+i, 100000000+i, 'a'+i%26,
			'a'+i/26))
		office = append(office, fmt.Sprintf("contact p%d p%d@admin-kantoor-visser.example c%d Piet%c Prins", i, i, i, 'a'+i%26))
		to = append(to, fmt.Sprintf("cc: P <p%d@admin-kantoor-visser.example>", i))
	}
	text := "Klantnummer 5001, klantnummer 5002. KvK 20000003, KvK 20000004. NL100000005B01, NL100000006B01.\n" +
		"Ook 5007, 5008 en 5009 voor Relatiea Groepa, voor Relatieb Groepa, voor Relatiec Groepa, voor Relatied Groepa en voor Relatiee " +
		"Groepa.\n\n" +
		"Met vriendelijke groet,\n\nJan\nBoekhouder\nAdministratie Visser B.V.\n\n" +
		"Op ma 2 mrt. 2026 om 09:12 schreef Margot <margot@kantoor.example>:\n> Klantnummer 5010, KvK 20000011, NL100000012B01."
	c := parseCase(t, map[string]string{
		"office": strings.Join(office, "\n"), "text": text,
		"mail": "reason: unknown-sender\nfrom: Jan <jan.vandervisser@admin-kantoor-visser.example>\nsubject: Stukken\n" + strings.Join(to, "\n"),
	})
	c.office.asked.Store(0)
	list := must.Get(Suggest(t.Context(), c.office, c.mail))(t)
	checkSuggestions(t, list)
	if n := c.office.asked.Load(); n > maxFirst+maxLoaded+2 || n < maxFirst+maxLoaded {
		t.Errorf("%d questions, want about %d", n, maxFirst+maxLoaded+1)
	}
}

// Of a bookkeeper with fifty clients the one that the mail names comes first,
// however it is named, with few questions; when it names none, as many as are
// shown are suggested.
func TestSuggestionsForFiftyClients(t *testing.T) {
	const n = 50
	var office, ids []string
	for i := range n {
		ids = append(ids, fmt.Sprint("c", i))
		office = append(office, fmt.Sprintf("client c%d %d kvk=%d Bakkerij Relatie%c%c", i, 5000+i, 20000000+i, 'a'+i/10, 'a'+i%10))
	}
	office = append(office, "contact bol bol@boekhouder.example "+strings.Join(ids, ",")+" Kees Bol", "habit bol c33 verzuim")
	for name, c := range map[string]struct{ subject, text, file, want string }{
		"a number":         {"Btw", "Klantnummer 5047.", "", "c47"},
		"a trade register": {"Btw", "KvK 20000046.", "", "c46"},
		"a name":           {"Btw", "Hierbij de stukken van Bakkerij Relatieec.", "", "c42"},
		"in small letters": {"btw relatieed", "Hierbij.", "", "c43"},
		"a file":           {"Stukken", "Hierbij.", "btw-q3-relatieee.pdf", "c44"},
		"a mistake":        {"Stukken", "Hierbij de stukken van Relatieeef.", "", ""},
		"what was chosen":  {"Verzuim", "Hierbij.", "", "c33"},
		"nothing":          {"Stukken", "Hierbij.", "", ""},
	} {
		mail := "reason: several-clients\nfrom: Kees Bol <bol@boekhouder.example>\nsubject: " + c.subject
		if c.file != "" {
			mail += "\nfile: " + c.file
		}
		test := parseCase(t, map[string]string{"office": strings.Join(office, "\n"), "mail": mail, "text": c.text})
		test.office.asked.Store(0)
		list, err := Suggest(t.Context(), test.office, test.mail)
		if err != nil || len(list) != maxSuggestions {
			t.Fatalf("%s: %d suggestions, %v", name, len(list), err)
		}
		checkSuggestions(t, list)
		if c.want != "" && list[0].Client.ID != c.want {
			t.Errorf("%s: %s is first: %v, then %s: %v", name, list[0].says(), list[0].Reasons, list[1].says(), list[1].Reasons)
		}
		if n := test.office.asked.Load(); n > maxQuestions {
			t.Errorf("%s: %d questions", name, n)
		}
	}
}

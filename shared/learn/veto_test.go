package learn

import (
	"testing"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
)

// What rules choose waits when the mail speaks for another client, and only then.
func TestContradicted(t *testing.T) {
	for name, c := range map[string]struct {
		subject, text, placed string
		want                  bool
	}{
		"it names the one":              {"Btw Bakkerij Jansen", "Hierbij.", "bakker", false},
		"it names the other":            {"Stukken", "Dit is voor Garage Visser.", "bakker", true},
		"it misspells the other":        {"Stukken oven", "Dit is voor Gaarage Visser.", "bakker", true},
		"chosen before":                 {"Oven", "Hierbij.", "bakker", false},
		"chosen before, and the kind":   {"Zorgtoeslag", "Over mijn oma.", "bakker", true},
		"it says nothing":               {"Vraag", "Bel je?", "bakker", false},
		"it says nothing, often other":  {"Vraag", "Bel je?", "garage", false},
		"an answer's subject, no more":  {"Re: Btw Bakkerij Jansen", "Bedankt.", "bakker", false},
		"another in an answer's text":   {"Re: Btw Bakkerij Jansen", "Andere vraag, nu over Garage Visser.", "bakker", true},
		"a number of the one, and name": {"Bakkerij Jansen", "Klantnummer 1041.", "bakker", false},
	} {
		test := parseCase(t, map[string]string{
			"office": "client bakker 1041 type=organisation Bakkerij Jansen B.V.\nclient garage 1042 type=organisation Garage Visser " +
				"V.O.F.\nclient prive 1043 type=person R. de Dijk\n" +
				"contact bol bol@boekhouder.example bakker,garage,prive Kees Bol\nhabit bol bakker oven\nhabit bol bakker oven\nhabit bol bakker oven",
			"mail": "reason: several-clients\nfrom: Kees Bol <bol@boekhouder.example>\nsubject: " + c.subject, "text": c.text,
		})
		var clients []directory.Client
		for _, id := range []string{"bakker", "garage", "prive"} {
			clients = append(clients, test.office.clients[id])
		}
		m := test.mail
		m.Item.Reason, m.Earlier = item.SeveralClients, []chat.Chat{}
		asked := test.office.asked.Load()
		rule := test.office.rules[directory.RuleID(directory.SenderClient, "bol")]
		if got := contradicted(m, clients, rule, c.placed); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
		if n := test.office.asked.Load() - asked; n != 0 {
			t.Errorf("%s: %d questions", name, n)
		}
	}
}

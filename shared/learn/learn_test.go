package learn

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/mailtext"
	"kantoorpost/shared/must"
)

// Clues to two clients make nothing certain: each kind of clue to one, with
// each kind of clue to the other.
func TestContradictionIsNeverCertain(t *testing.T) {
	office := newPeople()
	clients := []directory.Client{
		{ID: "bakker", Number: "1041", KvK: "12345678", VAT: "NL123456789B01", Name: "Bakkerij Jansen B.V."},
		{ID: "garage", Number: "1042", KvK: "87654321", VAT: "NL987654321B01", Name: "Garage Visser V.O.F."},
	}
	words := []string{"oven", "rallywagen"}
	for _, c := range clients {
		office.clients[c.ID] = c
	}
	for n := range 12 {
		office.taught(directory.SenderClient, "bol", evidence(n, "bol", clients[n%2].ID, words[n%2]), false)
	}
	ways := []func(i int) (subject, text string){
		func(i int) (string, string) { return "Klantnummer " + clients[i].Number, "" },
		func(i int) (string, string) { return "", "Het gaat om " + clients[i].Number + "." },
		func(i int) (string, string) { return "", "KvK " + clients[i].KvK + "." },
		func(i int) (string, string) { return "", "Btw-id " + clients[i].VAT + "." },
		func(i int) (string, string) { return "Stukken " + clients[i].Name, "" },
		func(i int) (string, string) { return "", "Hierbij de stukken van " + clients[i].Name + "." },
		func(i int) (string, string) { return "Over " + words[i], "" },
	}
	certain := func(subject, text string) (string, bool) {
		it := item.Item{ID: "mail", Verdict: item.VerdictPass, Subject: subject,
			From: mail.Address{Name: "Kees Bol", Email: "bol@boekhouder.example"}}
		client, _, _, ok, err := WhichClient(t.Context(), office, "bol", []string{"bakker", "garage"}, it,
			said(func(context.Context) (mailtext.Text, error) { return mailtext.Read("text", text, subject), nil }))
		if err != nil {
			t.Fatal(err)
		}
		return client, ok
	}
	for a, one := range ways {
		for i := range clients {
			s1, t1 := one(i)
			if client, ok := certain(s1, t1); !ok || client != clients[i].ID {
				t.Errorf("%q %q: got %q %v, want %s for certain", s1, t1, client, ok, clients[i].ID)
			}
			for b, other := range ways {
				s2, t2 := other(1 - i)
				if client, ok := certain(strings.TrimSpace(s1+" "+s2), t1+"\n"+t2); ok {
					t.Errorf("ways %d and %d: %q %q %q %q: certain %s", a, b, s1, s2, t1, t2, client)
				}
			}
		}
	}
	// The same for random evidence with both clients behind one word.
	random := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		var all []directory.Evidence
		for n := range 3 + random.IntN(30) {
			all = append(all, evidence(n, "bol", clients[random.IntN(2)].ID, "oven", fmt.Sprint("w", random.IntN(3))))
		}
		both := map[string]bool{}
		for _, e := range all {
			both[e.Client] = true
		}
		if client, word, ok := clientByWords(all, "oven", []string{"bakker", "garage"}); ok && len(both) > 1 {
			t.Fatalf("%q is certain to mean %s, and stood in choices for both", word, client)
		}
	}
}

// There are no suggestions for a reason that is solved in the directory, nor
// for a failure.
func TestReasonsWithoutSuggestions(t *testing.T) {
	for _, r := range []item.Reason{item.LinkRemoved, item.NoMemberAddress, item.NoMemberRole, item.EmptyTeam, item.Technical, ""} {
		list, err := Suggest(t.Context(), newPeople(), Mail{Item: item.Item{Reason: r, From: mail.Address{Email: "noreply@x.example"}}})
		if err != nil || len(list) != 0 {
			t.Errorf("%q: %v, %v", r, list, err)
		}
	}
}

// Every suggestion is one that fits the reason.
func TestSuggestionsFitTheirReason(t *testing.T) {
	c := parseCase(t, map[string]string{
		"office": "client bakker 1001 Bakkerij Jansen B.V.\nclient garage 1002 Garage Visser\ncontact jan jan@bakkerijjansen.example " +
			"bakker,garage Jan Jansen",
		"mail": "from: Jan Jansen <jan@bakkerijjansen.example>\nsubject: Garage Visser",
		"text": "Afmelden? Klantnummer 1001.",
	})
	for _, r := range item.Reasons() {
		c.mail.Item.Reason = r
		list := must.Get(Suggest(t.Context(), c.office, c.mail))(t)
		checkSuggestions(t, list)
		for _, s := range list {
			fits := false
			for _, a := range item.Solutions(r) {
				fits = fits || a == s.Action
			}
			if !fits {
				t.Errorf("%s: %s does not solve it", r, s.says())
			}
		}
	}
}

// An error of any question is returned, and never makes something certain.
func TestAnOfficeThatFails(t *testing.T) {
	broken := errors.New("broken")
	for _, r := range []item.Reason{item.UnknownSender, item.SenderNoClient, item.SeveralClients, item.Automated, item.SenderNotVerified,
		item.TooLarge} {
		office := newPeople()
		office.fail = broken
		it := item.Item{Reason: r, From: mail.Address{Name: "Jan Jansen", Email: "jan@bakker.example"},
			Facts: item.Facts{Contact: "jan", Clients: []string{"a", "b"}}}
		if _, err := Suggest(t.Context(), office, Mail{Item: it}); !errors.Is(err, broken) {
			t.Errorf("%s: %v", r, err)
		}
	}
	office := newPeople()
	office.fail = broken
	it := item.Item{Verdict: item.VerdictPass, From: mail.Address{Name: "Jan Jansen", Email: "jan@bakker.example"}}
	if _, _, ok, err := DomainClient(t.Context(), office, nil, it); ok || !errors.Is(err, broken) {
		t.Errorf("domain: %v %v", ok, err)
	}
	silent := func(context.Context) (mailtext.Text, error) { return mailtext.Text{}, nil }
	if _, _, _, ok, err := WhichClient(t.Context(), office, "jan", []string{"a", "b"}, it, said(silent)); ok || !errors.Is(err, broken) {
		t.Errorf("client: %v %v", ok, err)
	}
	office.fail = nil
	if _, _, _, ok, err := WhichClient(t.Context(), office, "jan", []string{"a", "b"}, it,
		said(func(context.Context) (mailtext.Text, error) { return mailtext.Text{}, broken })); ok || !errors.Is(err, broken) {
		t.Errorf("text: %v %v", ok, err)
	}
}

// A mail of any length causes a limited number of questions.
func TestQuestionsAreBounded(t *testing.T) {
	office := newPeople()
	var clients, text []string
	for i := range 60 {
		id := fmt.Sprint("c", i)
		office.clients[id] = directory.Client{ID: id, Number: fmt.Sprint(5000 + i), KvK: fmt.Sprint(10000000 + i),
			Name: fmt.Sprintf("Bakkerij Nummer%c%c", 'a'+i%26, 'a'+i/26)}
		office.contacts[id] = directory.Contact{ID: id, Name: fmt.Sprintf("Jan%d Jansen", i),
			Emails: []string{fmt.Sprintf("a%d@groep.example", i)}, Clients: []string{id}}
		clients = append(clients, id)
		text = append(text, fmt.Sprintf("Klantnummer %d, KvK %d, ook %d voor Bakkerij Nummer%c%c.", 5000+i, 10000000+i, 5000+i, 'a'+i%26,
			'a'+i/26))
	}
	chatted := &chat.Chat{Client: "c50", Contact: "c51"}
	it := item.Item{From: mail.Address{Name: "Jan", Email: "jan.van-jansen@groep-nummer-bakkerij.example"}, Subject: "Stukken 5030 5031 5032",
		Address: "info@kantoor.example", Facts: item.Facts{Contact: "jan", Clients: clients}}
	for i := range 50 {
		it.To = append(it.To, mail.Address{Email: fmt.Sprintf("a%d@groep.example", i)})
	}
	quoted := "\n\nMet vriendelijke groet,\n\nJan Jansen\nDirecteur\nBakkerij Groothandel B.V.\nBtw NL123456789B01\n\nOp ma 2 mrt. 2026 om " +
		"09:12 schreef Margot <margot@kantoor.example>:\n> Klantnummer 5040, KvK 10000041, NL123456789B02."
	l := mailtext.Read("text", strings.Join(text, "\n")+quoted, "")
	for _, r := range item.Reasons() {
		it.Reason = r
		office.asked.Store(0)
		list := must.Get(Suggest(t.Context(), office, Mail{Item: it, Text: l, Answered: chatted}))(t)
		checkSuggestions(t, list)
		if n := office.asked.Load(); n > 32 {
			t.Errorf("%s: %d questions", r, n)
		}
	}
	// Nothing is certain for a sender with more clients than are read.
	if _, _, _, ok, err := WhichClient(t.Context(), office, "jan", clients, it, said(func(context.Context) (mailtext.Text, error) {
		return mailtext.Read("text", "Klantnummer 5003.", ""), nil
	})); ok || err != nil {
		t.Errorf("certain of sixty clients: %v %v", ok, err)
	}
}

// Clues are combined as chances; clues of one group count once, and the strongest is the reason.
func TestClues(t *testing.T) {
	c := clues{unfitted: true}
	if c.score() != 0 {
		t.Errorf("nothing is worth %v", c.score())
	}
	c.add(0.5, Reason{Code: "a"})
	c.add(0.5, Reason{Code: "a"})
	c.add(0.5, Reason{Code: "b"})
	if got := c.score(); got != 0.75 || len(c.reasons()) != 2 {
		t.Errorf("two halves are %v for %d reasons", got, len(c.reasons()))
	}
	c.add(0.4, Reason{Code: "same-domain"})
	c.add(0.5, Reason{Code: "domain-name"})
	if got := c.score(); got != 0.875 || len(c.reasons()) != 3 {
		t.Errorf("a domain counts once: %v for %d reasons", got, len(c.reasons()))
	}
	c.add(0, Reason{Code: "c"})
	c.add(1, Reason{Code: "d"})
	if got := c.score(); got >= 1 || len(c.reasons()) != 4 {
		t.Errorf("nothing is certain: %v for %d reasons", got, len(c.reasons()))
	}
}

// Names are alike when they can be one person's.
func TestNames(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want likeness
	}{
		{"Jan Jansen", "jan  JANSEN", same},
		{"René de Vries", "Rene de Vries", same},
		{"Jan van der Berg", "Jan Berg", same},
		{"Jan P. Jansen", "Jan Jansen", same},
		{"J. Jansen", "Jan Jansen", initialAlike},
		{"Jan Jansen", "J. Jansen", initialAlike},
		{"Jan Jansen", "Joost Jansen", different},
		{"Jan Jansen", "Jan Pietersen", different},
		{"T. Jansen", "Tom Jansen", initialAlike},
		{"Jan van 't Hof", "J. van 't Hof", initialAlike},
		{"Jan", "Jan Jansen", firstAlike},
		{"Jan", "Piet Jansen", different},
		{"", "Piet Jansen", different},
	} {
		if got := nameOf(c.a).like(nameOf(c.b)); got != c.want {
			t.Errorf("%q and %q: %d, want %d", c.a, c.b, got, c.want)
		}
	}
	for _, c := range []struct {
		email, first string
		of           string
		want         likeness
	}{
		{"jan.jansen@x.example", "", "Jan Jansen", same},
		{"jjansen@x.example", "", "Jan Jansen", initialAlike},
		{"jan.jansen75@x.example", "", "Jan Jansen", same},
		{"emredeolmdam85@x.example", "emre", "Emre de Olmdam", same},
		{"cvanderhoutman@x.example", "", "Cor van der Houtman", initialAlike},
		{"administratie@x.example", "", "Jan Jansen", different},
		{"jan@x.example", "", "Jan Jansen", firstAlike},
	} {
		if got := localName(c.email, c.first).like(nameOf(c.of)); got != c.want {
			t.Errorf("%s and %q: %d, want %d", c.email, c.of, got, c.want)
		}
	}
}

// A domain has the name of a client when it has all words of the name, or is a
// part of it.
func TestCalledLike(t *testing.T) {
	for _, c := range []struct {
		domain, client string
		want           bool
	}{
		{"bakkerijjansen.nl", "Bakkerij Jansen B.V.", true},
		{"bakkerij-jansen.nl", "Bakkerij Jansen", true},
		{"mail.jansen.nl", "Bakkerij Jansen", true},
		{"debakkerijvanjansen.nl", "Bakkerij Jansen", true},
		{"bakkerijdevries.nl", "Bakkerij Jansen", false},
		{"jans.nl", "Bakkerij Jansen", false},
		{"x.nl", "X", false},
		{"", "", false},
	} {
		if got := calledLike(c.domain, c.client); got != c.want {
			t.Errorf("%s and %s: %v", c.domain, c.client, got)
		}
	}
}

// Suggest ends for any mail, with valid chances.
func FuzzSuggest(f *testing.F) {
	for _, s := range []string{"Btw Bakkerij Jansen", "Klantnummer 1041 KvK 12345678", "B.V. b.v. 'ß Ǆ", "van van der der", "\x00\xff",
		"FW: a\nVan: b <b@c.example>\nVerzonden: d\nAan: e\nOnderwerp: f\n\ng"} {
		f.Add(s, "Jan Jansen", "jan@bakkerijjansen.example", s, byte(1))
	}
	f.Fuzz(func(t *testing.T, subject, name, email, text string, n byte) {
		office := newPeople()
		office.clients["bakker"] = directory.Client{ID: "bakker", Number: "1041", KvK: "12345678", Name: "Bakkerij Jansen B.V."}
		office.clients["other"] = directory.Client{ID: "other", Number: text[:min(len(text), 5)], Name: subject}
		office.contacts["jan"] = directory.Contact{ID: "jan", Name: name, Emails: []string{email}, Clients: []string{"bakker", "other"}}
		reasons := item.Reasons()
		it := item.Item{Reason: reasons[int(n)%len(reasons)], Verdict: item.VerdictPass, Subject: subject,
			From: mail.Address{Name: name, Email: email}, Facts: item.Facts{Contact: "jan", Clients: []string{"bakker", "other"}}}
		l := mailtext.Read("text", text, subject)
		list := must.Get(Suggest(t.Context(), office, Mail{Item: it, Text: l}))(t)
		checkSuggestions(t, list)
		if _, _, _, _, err := WhichClient(t.Context(), office, "jan", it.Facts.Clients, it,
			said(func(context.Context) (mailtext.Text, error) { return l, nil })); err != nil {
			t.Fatal(err)
		}
	})
}

// The time for a hostile mail grows with its length only.
func BenchmarkHostile(b *testing.B) {
	for _, unit := range []string{"Bakkerij Jansen 1041 ", "Bakkerij ", "1041 ", "A. ", "van De ", "Beste Jan, KvK 12345678\n"} {
		b.Run(unit, func(b *testing.B) {
			office := newPeople()
			office.clients["bakker"] = directory.Client{ID: "bakker", Number: "1041", KvK: "12345678", Name: "Bakkerij Jansen B.V."}
			office.clients["other"] = directory.Client{ID: "other", Number: "1042", Name: "Bakkerij"}
			l := mailtext.Read("text", strings.Repeat(unit, (1<<20)/len(unit)), "")
			it := item.Item{Reason: item.UnknownSender, From: mail.Address{Name: "Jan Jansen", Email: "jan@bakker.example"},
				Facts: item.Facts{Contact: "jan", Clients: []string{"bakker", "other"}}}
			for b.Loop() {
				for _, it.Reason = range []item.Reason{item.UnknownSender, item.SeveralClients} {
					must.Get(Suggest(b.Context(), office, Mail{Item: it, Text: l}))(b)
				}
			}
		})
	}
}

// A domain is certain only if it is for all contacts in the directory, with a
// rule that people agreed on.
func TestDomainsInDoubt(t *testing.T) {
	agreed := Teach(directory.Rule{}, directory.DomainClient, "bakkerijjansen.example", evidence(1, "jan", "bakker"), false)
	agreed = Teach(agreed, directory.DomainClient, "bakkerijjansen.example", evidence(2, "els", "bakker"), false)
	ask := func(change func(*people, *directory.Rule, *item.Item)) bool {
		office := newPeople()
		office.clients["bakker"] = directory.Client{ID: "bakker", Name: "Bakkerij Jansen B.V."}
		rule := agreed
		it := item.Item{Verdict: item.VerdictPass, From: mail.Address{Name: "Kees Bol", Email: "kees@bakkerijjansen.example"}}
		change(office, &rule, &it)
		office.rules[directory.RuleID(directory.DomainClient, directory.Domain(it.From.Email))] = rule
		_, _, ok, err := DomainClient(t.Context(), office, nil, it)
		if err != nil {
			t.Fatal(err)
		}
		return ok
	}
	many := func(n int, name, domain string) func(*people, *directory.Rule, *item.Item) {
		return func(p *people, _ *directory.Rule, _ *item.Item) {
			for i := range n {
				id := fmt.Sprint("p", i)
				p.contacts[id] = directory.Contact{ID: id, Name: fmt.Sprintf(name, 'a'+i%26), Emails: []string{fmt.Sprint(id, domain)},
					Clients: []string{"bakker"}}
			}
		}
	}
	for name, c := range map[string]struct {
		change func(*people, *directory.Rule, *item.Item)
		want   bool
	}{
		"as it is": {func(*people, *directory.Rule, *item.Item) {}, true},
		"a public provider": {func(_ *people, r *directory.Rule, it *item.Item) {
			r.Key, it.From.Email = "gmail.com", "kees@gmail.com"
		}, false},
		"switched on without agreement": {func(_ *people, r *directory.Rule, _ *item.Item) {
			r.Evidence = append(r.Evidence[:1:1], evidence(2, "els", "garage"))
		}, false},
		"199 people there":          {many(199, "Piet%c Prins", "@bakkerijjansen.example"), true},
		"more people than are read": {many(200, "Piet%c Prins", "@bakkerijjansen.example"), false},
		"49 namesakes":              {many(49, "Piet%c Bol", "@gmail.com"), true},
		"more namesakes than read":  {many(50, "Piet%c Bol", "@gmail.com"), false},
		"a namesake at the domain": {func(p *people, _ *directory.Rule, _ *item.Item) {
			p.contacts["k"] = directory.Contact{ID: "k", Name: "Kees Bol", Emails: []string{"k.bol@bakkerijjansen.example"},
				Clients: []string{"bakker"}}
		}, true},
	} {
		if got := ask(c.change); got != c.want {
			t.Errorf("%s: certain %v, want %v", name, got, c.want)
		}
	}
}

// A mail longer than the part that is read may name another client there.
func TestLongMailIsNotCertain(t *testing.T) {
	office := newPeople()
	office.clients["a"] = directory.Client{ID: "a", Number: "1041", Name: "Bakkerij Jansen"}
	office.clients["b"] = directory.Client{ID: "b", Number: "1042", Name: "Garage Visser"}
	for _, c := range []struct {
		lines int
		want  bool
	}{{1, true}, {5000, false}} {
		text := "Klantnummer 1041.\n" + strings.Repeat("Dit is een regel.\n", c.lines)
		_, _, _, ok, err := WhichClient(t.Context(), office, "jan", []string{"a", "b"}, item.Item{},
			said(func(context.Context) (mailtext.Text, error) {
				return mailtext.Read("text", text, ""), nil
			}))
		if err != nil || ok != c.want {
			t.Errorf("%d lines: %v %v", c.lines, ok, err)
		}
	}
}

// said returns a mail with a text and without files, of a sender without chats.
func said(text func(context.Context) (mailtext.Text, error)) Said {
	return Said{Text: text, Earlier: func(context.Context, []string) ([]chat.Chat, error) { return nil, nil },
		Files: func(context.Context) ([]string, bool) { return nil, true }}
}

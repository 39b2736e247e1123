package learn

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
)

var monday = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// evidence returns the nth decision of a test.
func evidence(n int, contact, client string, words ...string) directory.Evidence {
	return directory.Evidence{At: monday.Add(time.Duration(n) * time.Hour), By: "margot", Manager: true, Verified: true,
		Mail: fmt.Sprint("m", n), Action: "dismiss", Contact: contact, Client: client, Words: words}
}

// A rule decides as soon as people decided often enough, and not before.
func TestRulesGrow(t *testing.T) {
	byEditor := func(teach func(directory.Rule, directory.Evidence) directory.Rule) func(directory.Rule, directory.Evidence) directory.Rule {
		return func(r directory.Rule, e directory.Evidence) directory.Rule {
			e.By, e.Manager = "els", false
			return teach(r, e)
		}
	}
	const proposed, on, learning, off, undone, undoing = directory.RuleProposed, directory.RuleOn, directory.RuleLearning, directory.RuleOff,
		directory.RuleUndone, directory.RuleUndoing
	domain := func(r directory.Rule, e directory.Evidence) directory.Rule {
		return Teach(r, directory.DomainClient, "jansen.example", e, false)
	}
	list := func(r directory.Rule, e directory.Evidence) directory.Rule {
		return Teach(r, directory.DismissList, "nieuws.example", e, false)
	}
	forever := func(r directory.Rule, e directory.Evidence) directory.Rule {
		return Teach(r, directory.DismissList, "nieuws.example", e, true)
	}
	kept := evidence(9, "", "")
	kept.Action = string(item.Release)
	accept := func(r directory.Rule, e directory.Evidence) directory.Rule {
		e.Action = string(item.Release)
		return Teach(r, directory.AcceptSender, "scan@jansen.example", e, false)
	}
	set := func(to directory.RuleState) func(directory.Rule, directory.Evidence) directory.Rule {
		return func(r directory.Rule, _ directory.Evidence) directory.Rule { r.State = to; return r }
	}
	switched := func(r directory.Rule, _ directory.Evidence) directory.Rule {
		r.State, r.SwitchedBy = on, "margot"
		return r
	}
	type step struct {
		teach func(directory.Rule, directory.Evidence) directory.Rule
		e     directory.Evidence
		want  directory.RuleState
	}
	for name, steps := range map[string][]step{
		"an address is certain at once": {{func(r directory.Rule, e directory.Evidence) directory.Rule {
			return Teach(r, directory.AddressContact, "jan@jansen.example", e, false)
		}, evidence(1, "jan", "c1"), on}},
		"a domain takes two senders": {{domain, evidence(1, "jan", "c1"), learning}, {domain, evidence(2, "els", "c1"), on}},
		"one sender twice is one":    {{domain, evidence(1, "jan", "c1"), learning}, {domain, evidence(2, "jan", "c1"), learning}},
		"one mail twice is one":      {{domain, evidence(1, "jan", "c1"), learning}, {domain, evidence(1, "els", "c1"), learning}},
		"another client contradicts": {{domain, evidence(1, "jan", "c1"), learning}, {domain, evidence(2, "els", "c1"), on},
			{domain, evidence(3, "tim", "c2"), learning}, {domain, evidence(4, "kim", "c1"), learning}},
		"a sender of several as well": {{domain, evidence(1, "jan", "c1"), learning}, {domain, evidence(2, "els", "c1"), on},
			{domain, evidence(3, "tim", ""), learning}},
		"a public domain never": {{func(r directory.Rule,
			e directory.Evidence) directory.Rule {
			return Teach(r, directory.DomainClient, "gmail.com", e, false)
		}, evidence(1, "jan", "c1"), learning}, {func(r directory.Rule,
			e directory.Evidence) directory.Rule {
			return Teach(r, directory.DomainClient, "gmail.com", e, false)
		}, evidence(2, "els", "c1"), learning}},
		"off stays off": {{domain, evidence(1, "jan", "c1"), learning}, {set(off), evidence(0, "", ""), off},
			{domain, evidence(2, "els", "c1"), off}, {domain, evidence(3, "kim", "c1"), off}},
		"undone starts afresh": {{domain, evidence(1, "jan", "c1"), learning}, {domain, evidence(2, "els", "c1"), on},
			{set(undone), evidence(0, "", ""), undone}, {domain, evidence(3, "tim", "c1"), learning}, {domain, evidence(4, "kim", "c1"), on}},
		"what is being undone stays so": {{domain, evidence(1, "jan", "c1"), learning}, {set(undoing), evidence(0, "", ""), undoing},
			{domain, evidence(2, "els", "c1"), undoing}},
		"a list takes three": {{list, evidence(1, "", ""), learning}, {list, evidence(2, "", ""), learning},
			{list, evidence(3, "", ""), on}},
		"a list that was wanted is kept": {{list, evidence(1, "", ""), learning}, {list, kept, learning},
			{list, evidence(2, "", ""), learning}, {list, evidence(3, "", ""), learning}, {list, evidence(4, "", ""), learning}},
		"for ever is certain at once": {{forever, evidence(1, "", ""), on}},
		"an editor proposes": {{byEditor(list), evidence(1, "", ""), learning},
			{byEditor(list), evidence(2, "", ""), learning}, {byEditor(list), evidence(3, "", ""), proposed},
			{byEditor(list), evidence(4, "", ""), proposed}},
		"an editor proposes for ever": {{byEditor(forever), evidence(1, "", ""), proposed}},
		"a manager among them is enough": {{byEditor(list), evidence(1, "", ""), learning}, {list, evidence(2, "", ""), learning},
			{byEditor(list), evidence(3, "", ""), on}},
		"a manager confirms": {{byEditor(forever), evidence(1, "", ""), proposed}, {list, evidence(2, "", ""), on}},
		"what a manager switched on stays": {{byEditor(list), evidence(1, "", ""), learning}, {switched, evidence(0, "", ""), on},
			{byEditor(list), evidence(2, "", ""), on}},
		"what a manager switched on can be wrong": {{byEditor(list), evidence(1, "", ""), learning}, {switched, evidence(0, "", ""), on},
			{list, kept, learning}},
		"editors teach whose a domain is": {{byEditor(domain), evidence(1, "jan", "c1"), learning},
			{byEditor(domain), evidence(2, "els", "c1"), on}},
		"for ever ends doubt":   {{list, kept, learning}, {forever, evidence(1, "", ""), on}},
		"wanted after for ever": {{forever, evidence(1, "", ""), on}, {list, kept, learning}},
		"releasing often is not for ever": {{accept, evidence(1, "", ""), learning}, {accept, evidence(2, "", ""), learning},
			{accept, evidence(3, "", ""), learning}, {accept, evidence(4, "", ""), learning},
			{func(r directory.Rule, e directory.Evidence) directory.Rule {
				e.Action = string(item.Release)
				return Teach(r, directory.AcceptSender, "scan@jansen.example", e, true)
			}, evidence(5, "", ""), on}},
	} {
		t.Run(name, func(t *testing.T) {
			var r directory.Rule
			for i, s := range steps {
				before := slices.Clone(r.Evidence)
				old := r
				if r = s.teach(r, s.e); r.State != s.want {
					t.Fatalf("after %d decisions %s, want %s", i+1, r.State, s.want)
				}
				if r.State == undoing && len(r.Evidence) != len(before) {
					t.Fatal("what is being undone learned")
				}
				if !slices.EqualFunc(before, old.Evidence, func(a, b directory.Evidence) bool { return a.Mail == b.Mail && a.Contact == b.Contact }) {
					t.Fatal("the rule as it was is changed")
				}
			}
		})
	}
}

// A new rule has its key, its author and its time.
func TestANewRule(t *testing.T) {
	r := Teach(directory.Rule{}, directory.DomainClient, "jansen.example", evidence(1, "jan", "c1"), false)
	if r.ID != directory.RuleID(directory.DomainClient, "jansen.example") || r.Kind != directory.DomainClient || r.Key != "jansen.example" ||
		r.Client != "c1" || r.Count != 1 || !r.Created.Equal(evidence(1, "", "").At) || r.ChangedBy != "margot" {
		t.Errorf("got %+v", r)
	}
	r = Teach(r, directory.DomainClient, "jansen.example", evidence(2, "els", "c1"), false)
	if r.Count != 2 || len(r.Evidence) != 2 || !r.Changed.After(r.Created) {
		t.Errorf("got %+v", r)
	}
	a := Teach(directory.Rule{}, directory.AddressContact, "jan@jansen.example", evidence(1, "jan", "c1"), false)
	a = Teach(a, directory.AddressContact, "jan@jansen.example", evidence(2, "els", "c1"), false)
	if a.Contact != "els" {
		t.Errorf("an address is that of whom people said last: %+v", a)
	}
}

// A rule keeps its latest evidence, and counts all of it.
func TestEvidenceIsBounded(t *testing.T) {
	var r directory.Rule
	for n := range 300 {
		r = Teach(r, directory.SenderClient, "bol", evidence(n, "bol", "c1", "oven"), false)
	}
	if len(r.Evidence) != 200 || r.Count != 300 || r.Evidence[199].Mail != "m299" {
		t.Errorf("%d pieces of evidence of %d, the last %s", len(r.Evidence), r.Count, r.Evidence[len(r.Evidence)-1].Mail)
	}
}

// Taking a solution back also removes its evidence.
func TestForget(t *testing.T) {
	r := Teach(directory.Rule{}, directory.DomainClient, "jansen.example", evidence(1, "jan", "c1"), false)
	r = Teach(r, directory.DomainClient, "jansen.example", evidence(2, "els", "c1"), false)
	r = Teach(r, directory.DomainClient, "jansen.example", evidence(3, "tim", "c2"), false)
	if r = Forget(r, "m3"); r.State != directory.RuleOn || r.Count != 2 || r.Client != "c1" {
		t.Errorf("without the contradiction: %+v", r)
	}
	if r = Forget(r, "m2"); r.State != directory.RuleLearning {
		t.Errorf("without the second sender: %+v", r)
	}
	if r = Forget(r, "m1"); r.State != directory.RuleUndone || r.Count != 0 {
		t.Errorf("without evidence: %+v", r)
	}
	r.State = directory.RuleOff
	if r = Forget(r, "m1"); r.State != directory.RuleOff {
		t.Errorf("off stays off: %s", r.State)
	}
}

// The rule of a sender is on as soon as one of its words is certain.
func TestTeachClient(t *testing.T) {
	var r directory.Rule
	for n := range 4 {
		r = Teach(r, directory.SenderClient, "bol", evidence(2*n, "bol", "c1", "rallywagen"), false)
		r = Teach(r, directory.SenderClient, "bol", evidence(2*n+1, "bol", "c2", "vraag"), false)
	}
	if r.State != directory.RuleLearning || r.Contact != "bol" {
		t.Errorf("after four choices for each of two clients: %+v", r)
	}
	r = Teach(r, directory.SenderClient, "bol", evidence(8, "bol", "c1", "rallywagen"), false)
	if r.State != directory.RuleOn {
		t.Errorf("after five: %s", r.State)
	}
	r = Teach(r, directory.SenderClient, "bol", evidence(9, "bol", "c2", "rallywagen", "oven"), false)
	if r.State != directory.RuleLearning {
		t.Errorf("after a choice for the other: %s", r.State)
	}
}

// Explanations are sentences that say what and why.
func TestExplain(t *testing.T) {
	names := func(kind, id string) string {
		return map[string]string{"client c1": "Bakkerij Jansen", "client c2": "Garage Visser", "contact jan": "Jan Jansen",
			"contact bol": "Kees Bol", "member margot": "Margot Hofland"}[kind+" "+id]
	}
	other := evidence(2, "els", "c1")
	other.By = "iris"
	off := Teach(directory.Rule{}, directory.DomainClient, "jansen.example", evidence(1, "jan", "c1"), false)
	off.State = directory.RuleOff
	var chosen directory.Rule
	for n := range 5 {
		chosen = Teach(chosen, directory.SenderClient, "bol", evidence(2*n, "bol", "c1", "oven"), false)
		chosen = Teach(chosen, directory.SenderClient, "bol", evidence(2*n+1, "bol", "c2", "rallywagen"), false)
	}
	for _, c := range []struct {
		rule   directory.Rule
		nl, en string
	}{
		{Teach(directory.Rule{}, directory.AddressContact, "jj@gmail.com", evidence(1, "jan", "c1"), false),
			"Mail van jj@gmail.com is van Jan Jansen, omdat Margot Hofland dat één keer besliste.",
			"Mail from jj@gmail.com is from Jan Jansen, because Margot Hofland decided so once."},
		{Teach(Teach(directory.Rule{}, directory.DomainClient, "jansen.example", evidence(1, "jan", "c1"), false),
			directory.DomainClient, "jansen.example", other, false),
			"Mail van @jansen.example hoort bij Bakkerij Jansen, omdat 2 mensen dat 2 keer beslisten.",
			"Mail from @jansen.example belongs to Bakkerij Jansen, because 2 people decided so 2 times."},
		{off, "Mail van @jansen.example hoort bij Bakkerij Jansen, omdat Margot Hofland dat één keer besliste; deze regel staat uit.",
			"Mail from @jansen.example belongs to Bakkerij Jansen, because Margot Hofland decided so once; this rule is off."},
		{chosen, "In onderwerpen van Kees Bol staat ‘oven’ voor Bakkerij Jansen, ‘rallywagen’ voor Garage Visser, omdat Margot Hofland dat 10 " +
			"keer besliste.", "In subjects of Kees Bol, “oven” means Bakkerij Jansen, “rallywagen” means Garage Visser, because Margot Hofland " +
			"decided so 10 times."},
		{Teach(directory.Rule{}, directory.DismissList, "nieuws.example", evidence(1, "", ""), true),
			"Mail van mailinglijst nieuws.example hoeft niemand te zien, omdat Margot Hofland dat voortaan altijd wilde.",
			"Nobody needs to see mail from mailing list nieuws.example, because Margot Hofland wanted it always so."},
		{Teach(directory.Rule{}, directory.DismissSender, "a@b.example", evidence(1, "", ""), false),
			"Mail van a@b.example hoeft niemand te zien, omdat Margot Hofland dat één keer besliste; dat is nog niet zeker.",
			"Nobody needs to see mail from a@b.example, because Margot Hofland decided so once; that is not certain yet."},
		{directory.Rule{Kind: directory.AcceptSender, Key: "a@b.example", State: directory.RuleUndone},
			"Mail van a@b.example wordt gewoon verwerkt; deze regel is ongedaan gemaakt.",
			"Mail from a@b.example is processed as usual; this rule was undone."},
		{directory.Rule{Kind: directory.DomainClient, Key: "b.example", Client: "c9", State: directory.RuleUndoing, Count: 1,
			Evidence: []directory.Evidence{{By: "weg"}}}, "Mail van @b.example hoort bij een relatie die er niet meer is, omdat weg dat één keer " +
			"besliste; deze regel wordt ongedaan gemaakt.", "Mail from @b.example belongs to a client that is gone, because weg decided so " +
			"once; this " +
			"rule is being undone."},
		{directory.Rule{Kind: directory.DomainClient, Key: "b.example", State: directory.RuleUndone},
			"Mail van @b.example hoort bij een relatie; deze regel is ongedaan gemaakt.",
			"Mail from @b.example belongs to a client; this rule was undone."},
		{directory.Rule{Kind: directory.AddressContact, Key: "a@b.example", Contact: "weg", State: directory.RuleUndone},
			"Mail van a@b.example is van een contact dat er niet meer is; deze regel is ongedaan gemaakt.",
			"Mail from a@b.example is from a contact who is gone; this rule was undone."},
	} {
		if got := Explain(c.rule, names); got.NL != c.nl || got.EN != c.en {
			t.Errorf("got\n\t%s\n\t%s\nwant\n\t%s\n\t%s", got.NL, got.EN, c.nl, c.en)
		}
	}
	learning := Teach(directory.Rule{}, directory.SenderClient, "bol", evidence(1, "bol", "c1", "vraag"), false)
	if got := Explain(learning, names); !strings.HasPrefix(got.NL,
		"Eerdere keuzes voor Kees Bol") {
		t.Errorf("got %s", got.NL)
	}
}

// After five equal decisions automatic answers are dismissed, and mail that
// colleagues forward is its author's. The first other decision ends that.
func TestKindsAreLearned(t *testing.T) {
	for kind, teach := range map[string]func(directory.Rule, directory.Evidence) directory.Rule{
		string(item.Dismiss): func(r directory.Rule, e directory.Evidence) directory.Rule {
			return Teach(r, directory.DismissKind, directory.KindAutoReply, e, false)
		},
		string(item.LinkContact): func(r directory.Rule, e directory.Evidence) directory.Rule {
			return Teach(r, directory.AcceptKind, directory.KindForwarded, e, false)
		},
	} {
		var rule directory.Rule
		for i := range 5 {
			if rule.State == directory.RuleOn {
				t.Errorf("%s: on after %d", kind, i)
			}
			rule = teach(rule, directory.Evidence{At: time.Unix(int64(i), 0), By: "anna", Manager: true, Mail: fmt.Sprint(i), Action: kind})
		}
		if rule.State != directory.RuleOn {
			t.Errorf("%s: after five it is %s", kind, rule.State)
		}
		if rule = teach(rule, directory.Evidence{At: time.Unix(9, 0), By: "bram", Mail: "other",
			Action: "otherwise"}); rule.State != directory.RuleLearning {
			t.Errorf("%s: somebody said otherwise, and it is %s", kind, rule.State)
		}
		for i := range 10 {
			if rule.State == directory.RuleOn {
				t.Errorf("%s: on again after %d", kind, i)
			}
			rule = teach(rule, directory.Evidence{At: time.Unix(int64(20+i), 0), By: "anna", Manager: true, Mail: fmt.Sprint("again ", i),
				Action: kind})
		}
		if rule.State != directory.RuleOn {
			t.Errorf("%s: ten more agree, and it is %s", kind, rule.State)
		}
		if text := Explain(rule, func(_, id string) string { return id }); text.NL == "" || text.EN == "" {
			t.Errorf("%s is not explained", kind)
		}
	}
}

// Chats that a sender's mail joined without a person also tell which client a
// word means. A mail counts once, and nothing counts once people took the rule
// back.
func TestChatsTellToo(t *testing.T) {
	var earlier []chat.Chat
	for i := range 6 {
		earlier = append(earlier, chat.Chat{ID: fmt.Sprint("a", i), Client: "bakker", Subject: "Ovens", Started: time.Unix(int64(i), 0)},
			chat.Chat{ID: fmt.Sprint("b", i), Client: "garage", Subject: "Bruggen", Started: time.Unix(int64(i), 0)})
	}
	client, word, ok := clientByWords(choices(directory.Rule{}, earlier), "Ovens", []string{"bakker", "garage"})
	if !ok || client != "bakker" || word != "ovens" {
		t.Errorf("six chats about ovens: %s %s %v", client, word, ok)
	}
	if n := len(choices(directory.Rule{State: directory.RuleOn, Evidence: []directory.Evidence{{Mail: "a1", Client: "bakker"}}},
		earlier)); n != len(earlier) {
		t.Errorf("%d choices of %d mails", n, len(earlier))
	}
	for _, s := range []directory.RuleState{directory.RuleOff, directory.RuleUndone} {
		if n := len(choices(directory.Rule{State: s}, earlier)); n != 0 {
			t.Errorf("%s, and %d choices count", s, n)
		}
	}
}

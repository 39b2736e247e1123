package learn

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/mail"
)

// Mail that nobody proves waits only if the earlier mail of its address always was
// proven: three times, or once when it is about a bank account.
func TestUnproven(t *testing.T) {
	const pass, soft, fail = item.VerdictPass, item.VerdictSoft, item.VerdictFail
	for _, c := range []struct {
		verdict item.Verdict
		text    string
		earlier []item.Verdict
		want    bool
		asks    bool // for money as fraud does
	}{
		{soft, "Zie bijlage.", []item.Verdict{pass, pass, pass}, true, false},
		{soft, "Zie bijlage.", []item.Verdict{pass, pass}, false, false},
		{soft, "Zie bijlage.", []item.Verdict{pass, pass, pass, soft}, false, false},
		{soft, "Zie bijlage.", []item.Verdict{pass, fail, pass}, false, false},
		{soft, "Ons rekeningnummer is gewijzigd.", []item.Verdict{pass}, true, true},
		{soft, "Stuur mij alle paspoorten.", []item.Verdict{pass}, true, false},
		{soft, "Kunt u het bedrag betalen?", []item.Verdict{pass}, true, false},
		{soft, "Ons rekeningnummer is gewijzigd.", []item.Verdict{pass, soft}, true, true},
		{soft, "Ons rekeningnummer is gewijzigd.", nil, true, true},
		{soft, "Graag betalen op DE89 3704 0044 0532 0130 00.", nil, true, true},
		{soft, "Graag betalen op NL91 ABNA 0417 1643 00.", nil, false, false},
		{soft, "Wilt u dit vandaag regelen? Btw-id NL899100089B01.", nil, false, false}, // no account
		{soft, "Zie bijlage.", nil, false, false},
		{pass, "Ons rekeningnummer is gewijzigd.", []item.Verdict{pass, pass, pass}, false, false},
	} {
		got, asks := Unproven(item.Item{Verdict: c.verdict, Says: c.text}, c.earlier, []string{"NL91ABNA0417164300"})
		if got != c.want || asks != c.asks {
			t.Errorf("%s %q after %v: %v, asks for money: %v", c.verdict, c.text, c.earlier, got, asks)
		}
	}
}

// Names in the mail of one contact say nothing more once people decided otherwise twice.
func TestStillUnclear(t *testing.T) {
	choice := func(client string, named ...string) directory.Evidence {
		return directory.Evidence{Client: client, Named: named}
	}
	for name, c := range map[string]struct {
		evidence []directory.Evidence
		state    directory.RuleState
		asked    bool
	}{
		"never":            {nil, directory.RuleLearning, true},
		"once in passing":  {[]directory.Evidence{choice("own", "other")}, directory.RuleLearning, true},
		"twice in passing": {[]directory.Evidence{choice("own", "other"), choice("own", "other")}, directory.RuleLearning, false},
		"another name":     {[]directory.Evidence{choice("own", "third"), choice("own", "third")}, directory.RuleLearning, true},
		"once meant": {[]directory.Evidence{choice("own", "other"), choice("own", "other"), choice("other", "other")},
			directory.RuleLearning, true},
		"meant long ago": {[]directory.Evidence{choice("other", "other"), choice("own", "other"), choice("own", "other")},
			directory.RuleLearning, false},
		"the rule is undone": {[]directory.Evidence{choice("own", "other"), choice("own", "other")}, directory.RuleUndone, true},
	} {
		rule := directory.Rule{State: c.state, Evidence: c.evidence}
		got := len(StillUnclear(rule, item.Item{Says: "Zie bijlage."}, []string{"other"})) > 0
		if got != c.asked {
			t.Errorf("%s: asked is %v", name, got)
		}
		if len(StillUnclear(rule, item.Item{Says: "Dit gaat over wat anders, namelijk dat."}, []string{"other"})) == 0 {
			t.Errorf("%s: not asked about what is said to be another matter", name)
		}
	}
}

// A portal names its clients; a bookkeeper writes for several under one name.
func TestIsPortal(t *testing.T) {
	names := func(id string) string {
		return map[string]string{"kroon": "Kroon Techniek B.V.", "linde": "Slagerij van der Linde"}[id]
	}
	choice := func(client, shown string, named ...string) directory.Evidence {
		return directory.Evidence{Client: client, Name: shown, Named: named, Verified: true}
	}
	unproven := choice("linde", "Slagerij van der Linde via Facturant")
	unproven.Verified = false
	for name, c := range map[string]struct {
		address  string
		evidence []directory.Evidence
		want     bool
	}{
		"names of clients": {"info@facturant.example", []directory.Evidence{choice("kroon", "Kroon Techniek via Facturant"),
			choice("linde", "Slagerij van der Linde via Facturant"), choice("kroon", "Kroon Techniek via Facturant")}, true},
		"too few": {"info@facturant.example",
			[]directory.Evidence{choice("kroon", "Kroon Techniek"), choice("linde", "Slagerij van der Linde")}, false},
		"one client": {"info@facturant.example",
			[]directory.Evidence{choice("kroon", "Kroon Techniek"), choice("kroon", "Kroon Techniek"), choice("kroon", "Kroon Techniek")}, false},
		"a program that names them": {"noreply@facturant.example",
			[]directory.Evidence{choice("kroon", "Facturant", "kroon"), choice("linde", "Facturant", "linde"),
				choice("kroon", "Facturant", "kroon")}, true},
		"a bookkeeper": {"kees@bol.example", []directory.Evidence{choice("kroon", "Kees Bol", "kroon"), choice("linde", "Kees Bol", "linde"),
			choice("kroon", "Kees Bol", "kroon")}, false},
		"a person with a firm": {"beheer@bolvastgoed.example", []directory.Evidence{choice("kroon", "Kees Bol", "kroon"),
			choice("linde", "Kees Bol", "linde"), choice("kroon", "Kees Bol", "kroon")}, false},
		"a desk of a program": {"service@facturant.example", []directory.Evidence{choice("kroon", "Facturant Klantenservice", "kroon"),
			choice("linde", "Facturant Klantenservice", "linde"), choice("kroon", "Facturant Klantenservice", "kroon")}, true},
		"nothing proves it": {"info@facturant.example", []directory.Evidence{unproven, unproven, choice("kroon", "Kroon Techniek")}, false},
	} {
		if got := IsPortal(directory.Rule{Evidence: c.evidence}, c.address, names); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// What mail of a portal names.
func TestForPortal(t *testing.T) {
	x := smallIndex()
	for _, c := range []struct{ shown, subject, text, want string }{
		{"Slagerij van der Linde via Facturant", "Factuur 2026-1", "Er staat een factuur klaar.", "[linde]"},
		{"Zwaluw (via Facturant)", "Er staat iets klaar", "", "[zwaluw]"},
		{"Facturant namens Slagerij van der Linde", "Er staat iets klaar", "", "[linde]"},
		{"Mira Dekker via Tulp Interieurbouw", "Er staat iets klaar", "", "[mira]"},
		{"Facturant", "Slagerij van der Linde heeft iets gedeeld", "", "[linde]"},
		{"Facturant", "Er staat iets klaar", "Tulp Interieurbouw heeft het ondertekend.", "[tulp]"},
		{"Facturant", "Er staat iets klaar", "KvK 22222222", "[linde]"},
		{"Facturant", "Er staat iets klaar", "Tulp Interieurbouw stuurt een factuur aan Slagerij van der Linde.", "[linde tulp]"},
		{"Slagerij van der Linde via Facturant", "Er staat iets klaar", "Tulp Interieurbouw stuurt u iets.", "[linde]"},
		{"Slagerij van der Linde via Facturant", "Tulp Interieurbouw", "", "[linde tulp]"},
		{"Facturant", "Er staat iets klaar", "Een zwaluw maakt nog geen zomer.", "[]"},
	} {
		it := item.Item{From: mail.Address{Name: c.shown, Email: "noreply@facturant.example"}, Subject: c.subject, Says: c.text}
		if got := fmt.Sprint(x.ForPortal(it)); got != c.want {
			t.Errorf("%s / %s / %s: %s, want %s", c.shown, c.subject, c.text, got, c.want)
		}
	}
}

// A failure counts once in the record of a rule, and is evidence against a word.
func TestAFailureIsRecorded(t *testing.T) {
	var r directory.Rule
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	teach := func(n int, client, word string) {
		r = Teach(r, directory.SenderClient, "bol",
			directory.Evidence{At: at, Mail: fmt.Sprint("m", n), Client: client, Words: []string{word}, Verified: true}, false)
	}
	for n := range 6 {
		teach(2*n, "c1", "oven")
		teach(2*n+1, "c2", "worst")
	}
	if _, _, ok := clientByWords(r.Evidence, "De oven", []string{"c1", "c2"}); !ok || r.State != directory.RuleOn {
		t.Fatalf("six choices are not enough: %s", r.State)
	}
	wrong := directory.Evidence{At: at, Mail: "later", Words: []string{"oven"}}
	r = TeachFailure(TeachFailure(r, wrong), wrong)
	if r.Failed != 1 {
		t.Errorf("failed %d times, want 1", r.Failed)
	}
	if client, _, ok := clientByWords(r.Evidence, "De oven", []string{"c1", "c2"}); ok {
		t.Errorf("after it failed the word still means %s", client)
	}
	if _, _, ok := clientByWords(r.Evidence, "De worst", []string{"c1", "c2"}); !ok {
		t.Error("a word that did not fail means nothing any more")
	}
}

// Who signs, and what kind of client a subject suits, tell the client once people twice
// chose so in a row.
func TestAgreeingSigns(t *testing.T) {
	all := []directory.Client{
		{ID: "firm", Type: directory.Organisation, Name: "Kroon Techniek B.V."},
		{ID: "own", Type: directory.Person, Name: "Mira Kroon"},
	}
	signed := func(client string) directory.Evidence {
		return directory.Evidence{Client: client, Named: []string{"firm"}}
	}
	about := func(client, word string) directory.Evidence {
		return directory.Evidence{Client: client, Words: []string{word}}
	}
	for name, c := range map[string]struct {
		chosen []directory.Evidence
		signed int
		kind   int
	}{
		"nothing yet": {nil, -1, -1},
		"once":        {[]directory.Evidence{signed("firm"), about("own", "toeslag")}, -1, -1},
		"twice":       {[]directory.Evidence{signed("firm"), about("own", "toeslag"), signed("firm"), about("own", "hypotheek")}, 0, 1},
		"otherwise last": {[]directory.Evidence{signed("firm"), about("own", "toeslag"), signed("firm"), about("own", "toeslag"), signed("own"),
			about("firm", "toeslag")}, -1, -1},
	} {
		if got, _ := bySignature(all, item.Item{Signed: "Groet,\nM.\nKroon Techniek B.V."}, c.chosen); got != c.signed {
			t.Errorf("%s: signed by %d, want %d", name, got, c.signed)
		}
		files := item.Item{Signed: "Groet,\nM.\nKroon Techniek B.V.", HasAttachments: true}
		group := append(slices.Clip(all), directory.Client{ID: "more", Type: directory.Organisation, Name: "KROONTECHNIEK PRODUCTIE"})
		if got, _ := bySignature(group, files, c.chosen); got >= 0 {
			t.Errorf("%s: files of a group are those of %d", name, got)
		}
		if got, _ := ofKind(all, "Vraag over mijn toeslag", "", c.chosen); got != c.kind {
			t.Errorf("%s: of the kind of %d, want %d", name, got, c.kind)
		}
	}
}

// A domain outlives its company: what newcomers write there is read.
func TestDomainThatWasTakenOver(t *testing.T) {
	for text, want := range map[string]string{
		"Ik ben nieuw hier.":                                                          "certain kroon rule",
		"Wij zijn overgenomen, ik ben uw nieuwe contact.":                             "uncertain",
		"Ik schrijf inzake Slagerij van der Linde.":                                   "uncertain",
		"Zie bijlage.\n\nMet vriendelijke groet,\nEls de Wit\nNoorderbouw Groep B.V.": "uncertain",
		"Zie bijlage.\n\nMet vriendelijke groet,\nEls de Wit\nKroon Techniek B.V.":    "certain kroon rule",
	} {
		c := parseCase(t, map[string]string{
			"office": "client kroon 1041 Kroon Techniek B.V.\nclient linde 1345 Slagerij van der Linde\n" +
				"domain kroontechniek.nl jan kroon\ndomain kroontechniek.nl piet kroon\ndomain kroontechniek.nl kees kroon",
			"mail": "reason: unknown-sender\nfrom: Els de Wit <els@kroontechniek.nl>\nsubject: Kennismaking",
			"text": text,
		})
		it := c.mail.Item
		it.Says, it.Signed = c.mail.Text.Own, c.mail.Text.Signature
		client, _, ok, err := DomainClient(t.Context(), c.office, smallIndex(), it)
		got := "uncertain"
		if ok {
			got = "certain " + client + " rule"
		}
		if err != nil || got != want {
			t.Errorf("%q: %s %v, want %s", text, got, err, want)
		}
	}
}

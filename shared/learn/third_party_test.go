package learn

import (
	"strings"
	"testing"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/mail"
)

// A contact is a third party when it is called like its domain, or is a program, and its
// client is called otherwise.
func TestThirdParty(t *testing.T) {
	office := newPeople()
	for id, name := range map[string]string{"bakker": "Bakkerij Vermeulen B.V.", "hoekstra": "Autobedrijf Hoekstra", "zon": "Studio Zon"} {
		office.clients[id] = directory.Client{ID: id, Name: name}
	}
	office.contacts["kees"] = directory.Contact{ID: "kees", Name: "Kees Vermeulen", Emails: []string{"kees@zonnig.nl"},
		Clients: []string{"zon"}}
	for _, c := range []struct {
		from, called, client string
		want                 bool
	}{
		{"Prima Lease <facturen@primalease.nl>", "Prima Lease", "hoekstra", true},
		{"Tekenfijn <noreply@tekenfijn.nl>", "Tekenfijn", "bakker", true},
		{"<noreply@tekenfijn.nl>", "Kees Vermeulen", "bakker", true},
		{"Van Est Gerechtsdeurwaarders <info@vanest.nl>", "Van Est Gerechtsdeurwaarders", "bakker", true},
		{"Webwinkel <noreply@autohoekstra.nl>", "Kees Bos", "hoekstra", false},
		{"Kees Vermeulen <noreply@delen.nl>", "Kees Vermeulen", "bakker", false},
		{"Kees Vermeulen <kees@vermeulen.nl>", "Kees Vermeulen", "hoekstra", false},
		{"Jan Jansen <info@jansen.nl>", "Jan Jansen", "hoekstra", false},
		{"Jan Bakker <jan@janbakker.nl>", "Jan Bakker", "hoekstra", false},
		{"Jan Bakker <info@janbakker.nl>", "Jan Bakker", "hoekstra", true},
		{"Primalease <primalease@primalease.nl>", "Prima Lease", "hoekstra", true},
		{"Linda Post <l.post@notarisdebrug.nl>", "Linda Post", "bakker", false},
		{"Prima Lease <primalease@gmail.com>", "Prima Lease", "hoekstra", false},
		{"Zonnig <info@zonnig.nl>", "Zonnig", "zon", false},
		{"Loonwijzer namens Slagerij Dam <meldingen@loonwijzer.nl>", "Loonwijzer namens Bakkerij Vermeulen", "bakker", true},
	} {
		name, email, _ := strings.Cut(c.from, "<")
		it := item.Item{From: mail.Address{Name: strings.TrimSpace(name), Email: strings.TrimSuffix(email, ">")}}
		got, err := ThirdParty(t.Context(), office, it, "c", c.called, []string{c.client})
		if err != nil || got != c.want {
			t.Errorf("%s of %s: %v, %v", c.from, c.client, got, err)
		}
	}
}

// A supplier's mail without a client's name is its client's after two choices for such
// mail, and as long as nobody chose otherwise.
func TestUsuallyFor(t *testing.T) {
	x := smallIndex()
	it := item.Item{Subject: "Factuur 2026-14", Verdict: item.VerdictPass}
	choice := func(client string, named ...string) directory.Evidence {
		return Proof(directory.Evidence{Client: client, Named: named}, item.Item{Subject: "Factuur 2026-9", Verdict: item.VerdictPass})
	}
	for name, c := range map[string]struct {
		evidence []directory.Evidence
		want     bool
	}{
		"never":               {nil, false},
		"once":                {[]directory.Evidence{choice("tulp")}, false},
		"twice":               {[]directory.Evidence{choice("tulp"), choice("tulp")}, true},
		"twice, then another": {[]directory.Evidence{choice("tulp"), choice("tulp"), choice("linde")}, false},
		"when it was named":   {[]directory.Evidence{choice("tulp", "tulp"), choice("tulp", "tulp")}, false},
		"twice, and corrected": {[]directory.Evidence{choice("tulp"), choice("tulp"),
			{Client: "tulp", Action: Otherwise, Verified: true, Template: "factuur"}}, false},
	} {
		if got, _ := x.AboutClient(it, "tulp", directory.Rule{State: directory.RuleLearning, Evidence: c.evidence}); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

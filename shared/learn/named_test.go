package learn

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/mailtext"
)

func smallIndex() *ClientIndex {
	return NewClientIndex([]directory.Client{
		{ID: "kroon", Number: "1041", Type: directory.Organisation, Name: "Kroon Techniek B.V.", KvK: "11111111"},
		{ID: "kroonholding", Number: "1042", Type: directory.Organisation, Name: "Kroon Techniek Holding B.V."},
		{ID: "linde", Number: "1345", Type: directory.Organisation, Name: "Slagerij van der Linde", KvK: "22222222", VAT: "NL123456789B01"},
		{ID: "zwaluw", Number: "2001", Type: directory.Organisation, Name: "Zwaluw B.V."},
		{ID: "mira", Number: "2002", Type: directory.Person, Name: "Mira Dekker"},
		{ID: "noord", Number: "2003", Type: directory.Organisation, Name: "Noordkade Notarissen"},
		{ID: "tulp", Number: "2004", Type: directory.Organisation, Name: "Tulp Interieurbouw"},
		{ID: "schaap", Number: "2005", Type: directory.Person, Name: "Mevr. S. Schaapman"},
	})
}

// What a contact of Kroon Techniek writes, and which other clients that firmly names. Most
// clients in a text are suppliers, customers, employers and employees: those are not.
func TestOthers(t *testing.T) {
	x := smallIndex()
	for _, c := range []struct{ subject, text, signed, from, want string }{
		{"Concept-akte Slagerij van der Linde", "Bijgaand het concept.", "", "", "linde"},
		{"Vraag", "Ik heb een vraag over Slagerij van der Linde.", "", "", "linde"},
		{"Vraag", "Kunt u mij de jaarrekening van Slagerij van der Linde sturen?", "", "", "linde"},
		{"Vraag", "Dit keer voor Slagerij van der Linde: wanneer is de aangifte klaar?", "", "", "linde"},
		{"Andere vraag", "Nu over klantnummer 1345.", "", "", "linde"},
		{"Andere vraag", "KvK 22222222, graag een uittreksel.", "", "", "linde"},
		{"Vraag", "Ik werk nu bij Tulp Interieurbouw.", "", "", "tulp"},
		{"Vraag", "Namens Zwaluw B.V. stuur ik de cijfers.", "", "", "zwaluw"},
		{"Vraag", "Inzake Zwaluw: kunt u bellen?", "", "", "zwaluw"},
		{"Aangifte inkomstenbelasting Mira Dekker", "Zie bijlage.", "", "", "mira"},
		{"Kroon Techniek Holding: dividend", "Wij keren uit.", "", "", "kroonholding"},
		{"Stukken", "Bijgaand.", "Met vriendelijke groet,\nMirjam Oord\nTulp Interieurbouw", "", "tulp"},
		{"Verzoek", "Een en ander speelt bij Slagerij van der Linde.", "", "", "linde"},
		{"Verzoek", "Jullie nummer is 1345.", "", "", "linde"},
		{"Verzoek", "Mijn zus regelt dit, bij jullie bekend als 1345.", "", "", "linde"},
		{"Bankafschriften", "Ik ben overgestapt van Kroon Techniek naar Tulp Interieurbouw.", "", "", "tulp"},
		{"Nieuw bericht", "Voor Tulp Interieurbouw staat een document klaar.", "", "Loonwijzer namens Tulp Interieurbouw <x@y.nl>", "tulp"},
		{"Rekening maart", "Geleverd aan Tulp Interieurbouw.", "", "", "tulp"},
		{"Revisie rekening-courant inz. TULP INTERIEURBOUW", "Zie bijlage.", "", "", "tulp"},
		{"Documenten", "Bijgaand.\nMet groet,\nJan\nTulp Interieurbouw\nDit bericht is vertrouwelijk.", "",
			"Jan de Wit <jan@kroontechniek.nl>", "tulp"},

		{"Vraag", "Tulp Interieurbouw raadde jullie aan.", "", "", ""},
		{"Vraag", "Tulp Interieurbouw is een van onze afnemers en betaalt laat.", "", "", ""},
		{"Vraag", "Van Tulp Interieurbouw kregen we een rekening die niet klopt.", "", "", ""},
		{"Vraag", "We leverden voor € 7.358,15 aan Tulp Interieurbouw.", "", "", ""},
		{"Factuur Slagerij van der Linde", "Zie bijlage.", "", "", ""},
		{"Facturen", "Bijgaand de factuur van Slagerij van der Linde.", "", "", ""},
		{"Bonnetje", "Wij hebben bij Slagerij van der Linde vlees gekocht.", "", "", ""},
		{"Vraag", "Wij hebben het betaald aan Tulp Interieurbouw.", "", "", ""},
		{"Fw: Offerte Tulp Interieurbouw", "Wat vindt u hiervan?", "", "", ""},
		{"Fwd: Tulp Interieurbouw", "Wat vindt u hiervan?", "", "", ""},
		{"Ziekmelding Mira Dekker", "Mira is ziek.", "", "", ""},
		{"Mira Dekker", "Zij komt in dienst.", "", "", ""},
		{"Zwaluw", "De zwaluw is terug.", "", "", ""},
		{"Vraag", "Gisteren zat er een zwaluw op het dak.", "", "", ""},
		{"Kroon Techniek en Tulp Interieurbouw", "Zie bijlage.", "", "", ""},
		{"Jaarrekening Kroon Techniek", "Wij doen zaken met en voor Tulp Interieurbouw.", "", "", ""},
		{"Stukken", "Bijgaand.", "Groet,\nJan\nKroon Techniek, onderdeel van Tulp Interieurbouw", "", ""},
		{"Stukken", "Bijgaand.", "Groet,\nJan\nKroon Techniek Holding", "", ""},
		{"Stukken", "Bijgaand.", "Groet,\nJan\nNoordkade Notarissen", "jan@noordkadenotarissen.nl", ""},
		{"Vraag over Mira Dekker", "Met vraag over Mira Dekker.", "", "Mira Dekker <x@y.nl>", ""},
		{"Overleg", "Bedrijf: Mira Dekker.", "", "Secretariaat Mira Dekker <x@y.nl>", "mira"},
		{"Overleg", "Bedrijf: Mira Dekker.", "", "Mira Dekker via Kroon <x@y.nl>", "mira"},
		{"Overleg", "Bedrijf: Suzanne Schaapman.", "", "Secretariaat Suzanne Schaapman <x@schaapmanbackoffice.nl>", "schaap"},
		{"Overleg", "Bedrijf: Pieter Schaapman.", "", "", ""},
		{"Overleg", "Bedrijf: Suzanne Schaapman.", "", "Suzanne Schaapman <x@y.nl>", ""},
		{"Overleg", "Suzanne Schaapman raadde jullie aan.", "", "", ""},
		{"Overleg", "Bedrijf: Mira Dekker.", "", "Mira Dekker, administratie <mira@y.nl>", ""},
		{"Vraag", "Ons klantnummer is 1041.", "", "", ""},
	} {
		it := item.Item{Subject: c.subject, Says: c.text, Signed: c.signed, From: mail.Address{Email: "jan@kroontechniek.nl"}}
		if name, email, ok := strings.Cut(c.from, " <"); ok {
			it.From = mail.Address{Name: name, Email: strings.TrimSuffix(email, ">")}
		} else if c.from != "" {
			it.From.Email = c.from
		}
		n := mailtext.NumbersIn(c.subject + "\n" + c.text)
		it.Numbers = slices.Concat(n.Labelled, n.KvK, n.VAT)
		if got := strings.Join(x.Others(it, []string{"kroon"}, ""), " "); got != c.want {
			t.Errorf("%s / %s / %s: names %q, want %q", c.subject, c.text, c.signed, got, c.want)
		}
	}
}

// An answer keeps the subject of its conversation, so only a new subject counts.
func TestOthersInAnswer(t *testing.T) {
	x := smallIndex()
	it := item.Item{Subject: "RE: Concept-akte Tulp Interieurbouw", Says: "Akkoord."}
	if got := x.Others(it, []string{"kroon"}, "Concept-akte Tulp Interieurbouw"); len(got) > 0 {
		t.Errorf("the subject of the conversation names %v", got)
	}
	if got := x.Others(it, []string{"kroon"}, "Concept-akte"); !slices.Equal(got, []string{"tulp"}) {
		t.Errorf("a new subject names %v, want tulp", got)
	}
}

// Searching for all clients of a large office is cheap.
func BenchmarkOthers(b *testing.B) {
	var all []directory.Client
	for i := range 20000 {
		all = append(all, directory.Client{ID: fmt.Sprint("c", i), Number: fmt.Sprint(1000 + i),
			Name: fmt.Sprintf("Naam%d Bedrijf%d B.V.", i%7000, i)})
	}
	x := NewClientIndex(all)
	it := item.Item{Subject: "Vraag over de aangifte", Says: strings.Repeat("Kunt u naar de stukken van Naam12 kijken? ", 90)}
	for b.Loop() {
		x.Others(it, []string{"c1"}, "")
	}
}

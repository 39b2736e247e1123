package learn

import (
	"errors"
	"testing"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/mail"
)

// An address is a contact's as long as the display name can be the contact's.
func TestOtherName(t *testing.T) {
	office := newPeople()
	for _, c := range []directory.Client{{ID: "bakker", Name: "Bakkerij De Korenaar B.V."}, {ID: "slager", Name: "Slagerij Van Dam"},
		{ID: "garage", Name: "Garage Snel V.O.F."}} {
		office.clients[c.ID] = c
	}
	for _, c := range []directory.Contact{
		{ID: "piet", Name: "Piet Jansen", Emails: []string{"piet@korenaar.example"}, Clients: []string{"bakker"}},
		{ID: "kim", Name: "Kim Bos", Emails: []string{"kim@korenaar.example"}, Clients: []string{"bakker"}},
		{ID: "bo", Name: "Bo Bos", Emails: []string{"bo@bakkersholding.example"}, Clients: []string{"bakker"}},
		{ID: "jo", Name: "Jo Post", Emails: []string{"jo@gedeeld.example"}, Clients: []string{"bakker"}},
		{ID: "al", Name: "Al Post", Emails: []string{"al@gedeeld.example"}, Clients: []string{"garage"}},
		{ID: "els", Name: "Els van Dam", Emails: []string{"els@vandam.example"}, Clients: []string{"slager"}},
	} {
		office.contacts[c.ID] = c
	}
	office.teach(directory.AddressContact, "dse@tekenonline.example", func(r directory.Rule) directory.Rule {
		e := evidence(1, "piet", "bakker")
		e.Name = "Het Tekenbureau"
		return Teach(r, directory.AddressContact, "dse@tekenonline.example", e, false)
	})
	office.teach(directory.AddressContact, "no-reply@mappen.example", func(r directory.Rule) directory.Rule {
		e := evidence(1, "piet", "bakker")
		e.Name = "Piet Jansen"
		return Teach(r, directory.AddressContact, "no-reply@mappen.example", e, false)
	})
	office.teach(directory.AddressContact, "no-reply@stukken.example", func(r directory.Rule) directory.Rule {
		e := evidence(1, "piet", "bakker")
		e.Name = "no-reply@stukken.example" // as Graph calls a sender without a name
		return Teach(r, directory.AddressContact, "no-reply@stukken.example", e, false)
	})
	const own, portal, sign, bills, scan = "piet@korenaar.example", "no-reply@delenonline.example", "dse@tekenonline.example",
		"facturen@boekportaal.example", "scan@korenaar.example"
	for _, c := range []struct {
		name, email string
		want        bool
	}{
		{"", own, false}, {"Piet Jansen", own, false}, {"piet jansen", own, false}, {"Jansen, Piet", own, false}, {"P. Jansen", own, false},
		{"P.J. Jansen", own, false},
		{"Piet", own, false}, {"Pieter Jansen", own, false}, {"Dhr. P. Jansen", own, false}, {"Piet Jansen-Bakker", own, false},
		{"Jansen Piet", own, false},
		{"piet@korenaar.example", own, false}, {"Bakkerij De Korenaar", own, false}, {"De Korenaar", own, false},
		{"Piet Jansen | Bakkerij De Korenaar", own, false},
		// a colleague at the same client
		{"Piet Jansen (Korenaar)", own, false}, {"Administratie", own, false}, {"Marieke Onbekend", own, false}, {"Kim Bos", own, false},
		{"Els van Dam", own, true}, {"E. van Dam", own, true}, {"Slagerij Van Dam", own, true}, {"Garage Snel V.O.F.", bills, true},
		{"Garage Snel", bills, true},
		{"Piet Jansen", portal, false}, {"Els van Dam", portal, true}, {"Marieke Onbekend", portal, true}, {"Delen Online", portal, false},
		{"", portal, false},
		{"Mappen", "no-reply@mappen.example", true}, {"", "no-reply@mappen.example", true}, {"P. Jansen", "no-reply@mappen.example", false},
		{"", "no-reply@stukken.example", false}, {"no-reply@stukken.example", "no-reply@stukken.example", false},
		{"Piet Jansen | Slagerij Van Dam", own, true},
		{"Piet Jansen via Tekenen", sign, false}, {"Els van Dam via Tekenen", sign, true}, {"Marieke Onbekend via Tekenen", sign, true},
		{"Het Tekenbureau", sign, false},
		{"Piet Jansen (via Google Docs)", sign, false}, {"Els van Dam namens Tekenen", sign, true},
		// Nobody else has this name, but the address writes for others.
		{"Marieke Onbekend", bills, true}, {"Kapper Onbekend", bills, true}, {"Administratie", bills, false}, {"Piet Bakker", bills, false},
		{"Boekportaal", bills, false},
		{"Marieke Onbekend", "familie@gmail.com", true}, {"Marieke Onbekend", "info@bakkersholding.example", false},
		{"Marieke Onbekend", "info@gedeeld.example", true},
		{"Scanner Magazijn", scan, true}, {"Piet Jansen", scan, false},
	} {
		it := item.Item{From: mail.Address{Name: c.name, Email: c.email}}
		got, err := OtherName(t.Context(), office, it, "piet", "Piet Jansen", []string{"bakker"})
		if err != nil || got != c.want {
			t.Errorf("%q <%s>: somebody else %v, %v; want %v", c.name, c.email, got, err, c.want)
		}
	}
	office.fail = errors.New("broken")
	if _, err := OtherName(t.Context(), office, item.Item{From: mail.Address{Name: "Els van Dam", Email: own}}, "piet", "Piet Jansen",
		[]string{"bakker"}); !errors.Is(err, office.fail) {
		t.Errorf("an office that fails: %v", err)
	}
}

package solve

import (
	"testing"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/learn"
	"kantoorpost/shared/must"
	"kantoorpost/shared/table/tabletest"
)

// Whoever does something else than is suggested, for the same client, agrees about the
// client; another client is an error, and a contact with several says nothing.
func TestAnotherWayToTheSameClient(t *testing.T) {
	d := directory.New(tabletest.Open(t, "directory").Table("directory"))
	b := must.Get(d.Bulk(t.Context()))(t)
	baker := must.Get(b.SaveClient(directory.Client{Number: "1001", Type: directory.Organisation, Name: "Bakker"}))(t)
	butcher := must.Get(b.SaveClient(directory.Client{Number: "1002", Type: directory.Organisation, Name: "Slager"}))(t)
	contact := func(name string, clients ...string) directory.Contact {
		return must.Get(b.SaveContact(directory.Contact{Name: name, Emails: []string{name + "@example.com"}, Clients: clients}))(t)
	}
	jan, piet, both := contact("jan", baker.ID), contact("piet", butcher.ID), contact("both", baker.ID, butcher.ID)
	must.Do(t, b.Apply(t.Context()))

	suggested := &learn.Suggestion{Action: item.CreateContact, Client: &baker}
	for name, c := range map[string]struct {
		solution    item.Solution
		sure, right bool
	}{
		"linked instead of created":     {item.Solution{Action: item.LinkContact, Contact: jan.ID}, true, true},
		"another client's contact":      {item.Solution{Action: item.LinkContact, Contact: piet.ID}, true, false},
		"a contact of several clients":  {item.Solution{Action: item.LinkContact, Contact: both.ID}, false, false},
		"a contact, and which client":   {item.Solution{Action: item.LinkContact, Contact: both.ID, Client: baker.ID}, true, true},
		"a contact who has just gone":   {item.Solution{Action: item.LinkContact, Contact: "gone"}, false, false},
		"nobody needs it":               {item.Solution{Action: item.Dismiss}, true, false},
		"it is done as it is suggested": {item.Solution{Action: item.CreateContact, Client: baker.ID}, true, true},
	} {
		first := &item.First{Sure: true, Done: suggested.Is(c.solution)}
		s := &Service{Directory: d}
		if err := s.compare(t.Context(), first, suggested, c.solution); err != nil {
			t.Fatal(err)
		}
		if first.Sure != c.sure || first.Right() != c.right {
			t.Errorf("%s: in the record %v, right %v", name, first.Sure, first.Right())
		}
	}
}

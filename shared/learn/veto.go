package learn

import (
	"slices"

	"kantoorpost/shared/directory"
)

// leastPlaced is the chance below which a client that rules chose is not certain
// after all, when the mail speaks for another one.
const leastPlaced = 0.6

// leastOther is the chance of that other one.
const leastOther = 0.2

// contradicted says whether the model doubts the client, one of a contact's, that
// rules chose for a mail: its chance is low, and the mail itself speaks for
// another. It asks nothing; clients are all of the contact's.
func contradicted(m Mail, clients []directory.Client, rule directory.Rule, placed string) bool {
	by := written(m)
	by.own = ownText(m)
	s := &ownClients{clientSearch: newSearch(nil, m, by), clients: clients, rule: rule}
	for _, c := range clients {
		s.ids = append(s.ids, c.ID)
	}
	s.regular, s.linked, s.said = true, s.ids, clients
	s.noteNames()
	list := s.suggestions()
	model.weighed(list, m.Item.Reason)
	doubted, other := false, false
	for _, x := range list {
		switch {
		case x.Client == nil:
		case x.Client.ID == placed:
			doubted = x.Score < leastPlaced
		case x.Score >= leastOther && slices.ContainsFunc(x.Reasons, func(r Reason) bool { return r.Weight > 0 && inMail[r.Code] }):
			other = true
		}
	}
	return doubted && other
}

// inMail are the codes of signs that stand in the mail itself.
var inMail = set("number kvk vat iban name name-part name-like name-file name-sender word own-name kind habit")

package solve

import (
	"testing"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
)

// An editor undoes his or her own solutions, and nothing that others confirmed.
func TestWhoMayUndo(t *testing.T) {
	editor := Person{ID: "anna"}
	solvedBy := func(id string) item.Item { return item.Item{Override: item.Override{Action: item.LinkContact, By: id}} }
	linkedBy := func(ids ...string) directory.Rule {
		r := directory.Rule{Kind: directory.AddressContact, State: directory.RuleOn}
		for _, id := range ids {
			r.Evidence = append(r.Evidence, directory.Evidence{By: id})
		}
		return r
	}
	undone := linkedBy("bram")
	undone.State = directory.RuleUndone
	list := directory.Rule{Kind: directory.DismissList, Evidence: linkedBy("bram").Evidence}
	for name, c := range map[string]struct {
		mail item.Item
		rule directory.Rule
		may  bool
	}{
		"her own":                              {solvedBy("anna"), linkedBy("anna"), true},
		"a colleague's":                        {solvedBy("bram"), linkedBy("anna"), false},
		"a rule's":                             {item.Item{Rules: []string{"r"}}, linkedBy("anna"), false},
		"her own, of a colleague's link":       {solvedBy("anna"), linkedBy("bram"), false},
		"her own, of a link of both":           {solvedBy("anna"), linkedBy("anna", "bram"), false},
		"her own, of a link that is gone":      {solvedBy("anna"), undone, true},
		"her own, which taught a rule of many": {solvedBy("anna"), list, true},
	} {
		if err := editor.mayUndo(c.mail, c.rule, true); (err == nil) != c.may {
			t.Errorf("%s: %v", name, err)
		}
		if err := (Person{ID: "carla", Manager: true}).mayUndo(c.mail, c.rule, true); err != nil {
			t.Errorf("%s, by a manager: %v", name, err)
		}
	}
}

package learn

import (
	"slices"
	"testing"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/mail"
)

// The clients whose whole name is in the names of the files of a portal's mail.
func TestInFiles(t *testing.T) {
	x := smallIndex()
	for file, want := range map[string][]string{
		"1345_SLAGERIJ_VAN_DER_LINDE.pdf":                   {"linde"},
		"slagerijvanderlinde_loonjournaal.pdf":              {"linde"},
		"Kroon Techniek Holding.pdf":                        {"kroonholding"},
		"Tulp Interieurbouw en Slagerij van der Linde.pdf":  {"tulp", "linde"},
		"Factuur Slagerij van der Linde.pdf":                nil,
		"linde.pdf":                                         nil,
		"zwaluw.jpg":                                        nil,
		"overeenkomst-tulp.pdf":                             nil,
		"loonjournaal tulp interieurbouw 2026-03 (1).xlsx ": {"tulp"},
	} {
		if got := x.InFiles([]string{file}); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", file, got, want)
		}
	}
}

// Who shares an address writes for the client that people chose for that display name, if
// they chose another for the other one.
func TestByWriter(t *testing.T) {
	all := []directory.Client{{ID: "theo"}, {ID: "riek"}}
	said := func(name, client string) directory.Evidence {
		return directory.Evidence{Name: name, Client: client, Verified: true}
	}
	theo, riek := said("Theo van Vliet", "theo"), said("Riek van Vliet", "riek")
	for name, c := range map[string]struct {
		evidence []directory.Evidence
		want     int
	}{
		"each name has its client": {[]directory.Evidence{theo, riek, theo}, 0},
		"once":                     {[]directory.Evidence{theo, riek}, -1},
		"one name only":            {[]directory.Evidence{theo, theo, theo}, -1},
		"one client only":          {[]directory.Evidence{theo, theo, said("Riek van Vliet", "theo")}, -1},
		"not always":               {[]directory.Evidence{theo, riek, theo, said("Theo van Vliet", "riek")}, -1},
	} {
		rule := directory.Rule{State: directory.RuleLearning, Evidence: c.evidence}
		it := item.Item{From: mail.Address{Name: "Theo van Vliet"}, Verdict: item.VerdictPass}
		if got := byWriter(all, it, rule); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
		it.Verdict = item.VerdictSoft
		if got := byWriter(all, it, rule); got >= 0 {
			t.Errorf("%s, not verified: %d", name, got)
		}
	}
}

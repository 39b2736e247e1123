package learn

import (
	"slices"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
)

// StillUnclear returns those of the clients that a sender's mail names about which people
// still have to be asked: when the last two mails of this sender that named a client
// turned out to be about another, the name alone says nothing. It does when the mail says
// that it is about another matter.
func StillUnclear(rule directory.Rule, it item.Item, named []string) []string {
	if !counting(rule) {
		return named
	}
	return slices.DeleteFunc(slices.Clone(named), func(id string) bool {
		n := 0
		for _, e := range slices.Backward(rule.Evidence) {
			if !slices.Contains(e.Named, id) {
				continue
			}
			if e.Client == id {
				return false
			}
			if n++; n == leastAgreeing {
				return !otherMatter.MatchString(fold(ownWords(it)))
			}
		}
		return false
	})
}

// leastNamed is how many mails in a row must have been about the one client that they
// named, before the name in the next one is certain.
const leastNamed = 3

// NamesItsClient says whether what a mail of this sender names is certain to be what it
// is about: people chose for the last verified mails the only client that each named, as
// for those of a notary's clerk. One mail that was placed wrongly ends that until as many
// were right again.
func NamesItsClient(rule directory.Rule, it item.Item) bool {
	return it.Verdict == item.VerdictPass && counting(rule) && inARow(rule.Evidence, leastNamed, func(e directory.Evidence) (bool, bool) {
		return e.Action == Otherwise || e.Verified && len(e.Named) > 0, e.Action != Otherwise && slices.Equal(e.Named, []string{e.Client})
	})
}

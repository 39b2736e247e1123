package learn

import (
	"slices"

	"kantoorpost/shared/item"
)

// leastProven is how much earlier mail of an address must have been verified before
// mail that is not waits for a person; one when the mail asks for money, data or haste.
const leastProven = 3

// Unproven says whether a mail is not verified while the earlier mail of its address
// always was, with these verdicts: somebody else may write under that address. An
// address whose mail was not always verified says nothing.
func Unproven(it item.Item, earlier []item.Verdict) bool {
	if it.Verdict != item.VerdictSoft || slices.Contains(earlier, item.VerdictSoft) {
		return false
	}
	least := leastProven
	if text := it.Subject + "\n" + ownWords(it); paymentChange(text) != "" || phrases(text, urging) > 0 {
		least = 1
	}
	proven := 0
	for _, v := range earlier {
		if v == item.VerdictPass {
			proven++
		}
	}
	return proven >= least
}

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
// address whose mail was not always verified says nothing. Without any earlier mail that
// was verified, a mail waits when it asks for money as fraud does (see asksAsFraud);
// accounts are those of its client.
func Unproven(it item.Item, earlier []item.Verdict, accounts []string) (unproven, asksMoney bool) {
	if it.Verdict != item.VerdictSoft {
		return false, false
	}
	if asksAsFraud(it, accounts) {
		return true, true
	}
	if slices.Contains(earlier, item.VerdictSoft) {
		return false, false
	}
	least := leastProven
	if text := it.Subject + "\n" + ownWords(it); paymentChange(text) != "" || phrases(text, urging) > 0 || moneyIn(text).asks() > 0 {
		least = 1
	}
	proven := 0
	for _, v := range earlier {
		if v == item.VerdictPass {
			proven++
		}
	}
	return proven >= least, false
}

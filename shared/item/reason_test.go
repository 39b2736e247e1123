package item_test

import (
	"testing"

	"kantoorpost/shared/item"
)

// A mail without proof waits for one of two reasons; a person reads which.
func TestWhyAMailIsNotVerified(t *testing.T) {
	it := item.Item{Reason: item.SenderNotVerified, Verdict: item.VerdictSoft}
	earlier, _ := item.ExplainMail(it)
	it.Facts.AsksMoney = true
	money, _ := item.ExplainMail(it)
	it.Facts.AsksMoney, it.Verdict = false, item.VerdictFail
	doubted, _ := item.ExplainMail(it)
	if earlier == money || money == doubted || doubted == earlier {
		t.Errorf("the same words for different reasons: %q, %q, %q", earlier.EN, money.EN, doubted.EN)
	}
}

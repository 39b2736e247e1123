package item_test

import (
	"testing"

	"kantoorpost/shared/item"
	"kantoorpost/shared/words"
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

// Each reason has its texts in both languages, and each case its own explanation.
func TestEachReasonIsExplained(t *testing.T) {
	unverified, several := item.SenderNotVerified, item.SeveralClients
	items := []item.Item{
		{Reason: unverified, Facts: item.Facts{AsksMoney: true}}, {Reason: unverified, Verdict: item.VerdictSoft},
		{Reason: item.SenderNoClient, Facts: item.Facts{Portal: true}}, {Reason: several, Facts: item.Facts{Portal: true}},
		{Reason: several, Facts: item.Facts{Unsaid: true}}, {Reason: several, Override: item.Override{Ask: true}},
		{Reason: several, Facts: item.Facts{Named: []string{"a"}, Clients: []string{"a", "b"}}},
	}
	for _, r := range item.Reasons() {
		items = append(items, item.Item{Reason: r})
	}
	seen := map[words.Text]item.Reason{}
	check := func(r item.Reason, why, whatToDo words.Text) {
		if why.NL == "" || why.EN == "" || whatToDo.NL == "" || whatToDo.EN == "" || seen[why] != "" {
			t.Errorf("%s: a text is missing, or is also that of %q: %+v %+v", r, seen[why], why, whatToDo)
		}
		seen[why] = r
	}
	for _, it := range items {
		why, whatToDo := item.ExplainMail(it)
		check(it.Reason, why, whatToDo)
	}
	why, whatToDo := item.ExplainOtherName()
	check(item.UnknownSender, why, whatToDo)
}

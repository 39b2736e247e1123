package learn

import (
	"fmt"
	"math"
	"testing"
	"time"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
)

// The bound is that of the Wilson score interval with z = 1.64.
func TestWilson(t *testing.T) {
	for _, c := range []struct {
		right, of int
		want      float64
	}{{0, 0, 0}, {1, 1, 0.2710}, {86, 86, 0.9697}, {87, 87, 0.9700}, {144, 145, 0.9698}, {50, 100, 0.4191}} {
		if got := wilson(c.right, c.of); math.Abs(got-c.want) > 0.0001 {
			t.Errorf("%d of %d: %.4f, want %.4f", c.right, c.of, got, c.want)
		}
	}
}

// solvedSurely returns the rule after n more sure suggestions that were right.
func solvedSurely(rule directory.Rule, n int) directory.Rule {
	for range n {
		rule = TeachSuggested(rule, directory.Evidence{At: time.Unix(rule.Count, 0), Mail: fmt.Sprint("m", rule.Count),
			Action: string(item.ChooseClient)}, true)
	}
	return rule
}

// The model may place mail after about ninety sure suggestions without an error. One
// correction ends that until the record holds again, however long it was.
func TestRecord(t *testing.T) {
	rule := solvedSurely(directory.Rule{}, 86)
	if r := RecordOf(rule); r.Holds() || rule.State != directory.RuleLearning || r.Missing() != 1 {
		t.Errorf("86 right: %v, %s, %d missing", r, rule.State, r.Missing())
	}
	if rule = solvedSurely(rule, 1); !RecordOf(rule).Holds() || rule.State != directory.RuleOn {
		t.Errorf("87 right: %v, %s", RecordOf(rule), rule.State)
	}
	rule = TeachFailure(solvedSurely(rule, 100), directory.Evidence{Mail: "placed"})
	r := RecordOf(rule)
	if r.Holds() || rule.State != directory.RuleLearning || rule.Failed != 1 || r.Mails != 1 || r.Right != 0 {
		t.Errorf("corrected once: %v, %s", r, rule.State)
	}
	missing := r.Missing()
	if rule = solvedSurely(rule, missing-1); rule.State != directory.RuleLearning {
		t.Errorf("%d right after the correction: %s", missing-1, rule.State)
	}
	if rule = solvedSurely(rule, 1); rule.State != directory.RuleOn || missing < 87 || missing > 150 {
		t.Errorf("%d right after the correction: %s", missing, rule.State)
	}
}

// A sure suggestion that people did not follow ends it as well, however long the record
// was. What was right before counts: 147 with one error, and thirty in a row after it.
func TestRecordKeepsWhatWasRight(t *testing.T) {
	for _, c := range []struct{ before, missing int }{{0, 146}, {87, 59}, {110, 36}, {130, 30}, {199, 30}} {
		rule := TeachSuggested(solvedSurely(directory.Rule{}, c.before), directory.Evidence{Mail: "otherwise"}, false)
		if r := RecordOf(rule); r.Holds() || rule.State != directory.RuleLearning || r.Missing() != c.missing {
			t.Errorf("otherwise after %d: %v, %s, %d missing", c.before, r, rule.State, r.Missing())
		}
		if rule = solvedSurely(rule, c.missing-1); RecordOf(rule).Holds() || rule.State != directory.RuleLearning {
			t.Errorf("otherwise after %d, and %d right: %v, %s", c.before, c.missing-1, RecordOf(rule), rule.State)
		}
		if rule = solvedSurely(rule, 1); !RecordOf(rule).Holds() || rule.State != directory.RuleOn {
			t.Errorf("otherwise after %d, and %d right: %v, %s", c.before, c.missing, RecordOf(rule), rule.State)
		}
	}
}

// A mail is in the record once, however often its solution is carried out, with what
// people did last.
func TestRecordCountsAMailOnce(t *testing.T) {
	rule := solvedSurely(directory.Rule{}, 90)
	again := directory.Evidence{Mail: "m7", Action: string(item.ChooseClient)}
	if r := RecordOf(TeachSuggested(rule, again, true)); r.Mails != 90 || r.Right != 90 {
		t.Errorf("carried out twice: %v", r)
	}
	undone := TeachSuggested(rule, again, false)
	if r := RecordOf(undone); r.Holds() || undone.State != directory.RuleLearning || undone.Count != 90 {
		t.Errorf("undone: %v, %s, %d", r, undone.State, undone.Count)
	}
	if r := RecordOf(TeachSuggested(undone, again, true)); r.Mails != 90 || r.Right != 90 {
		t.Errorf("undone, and done again: %v", r)
	}
}

// A person switches the model off, and a record that does not hold cannot be switched on.
func TestRecordIsNotSwitchedOn(t *testing.T) {
	rule := solvedSurely(directory.Rule{}, 90)
	rule.State = directory.RuleOff
	if rule = solvedSurely(rule, 1); rule.State != directory.RuleOff {
		t.Errorf("off, and right once more: %s", rule.State)
	}
	if got := Settle(rule).State; got != directory.RuleOn {
		t.Errorf("switched on: %s", got)
	}
	if got := Settle(TeachFailure(rule, directory.Evidence{Mail: "x"})).State; got != directory.RuleLearning {
		t.Errorf("switched on after a correction: %s", got)
	}
}

// A rule of the former release has no such evidence, and a suggestion counts only when it
// is sure and says which client it is.
func TestSure(t *testing.T) {
	if r := RecordOf(directory.Rule{}); r.Holds() || r.Missing() != 87 {
		t.Errorf("nothing known: %v", r)
	}
	c, named, name := &directory.Client{ID: "c"}, []Reason{{Code: "name", Weight: 2}}, []Reason{{Code: "same-name", Weight: 2}}
	for _, s := range []struct {
		Suggestion
		want bool
	}{
		{Suggestion{Action: item.ChooseClient, Client: c, Score: 0.98, Reasons: named}, true},
		{Suggestion{Action: item.ChooseClient, Client: c, Score: 0.9799, Reasons: named}, false},
		{Suggestion{Action: item.ChooseClient, Client: c, Score: 0.98, Portal: true, Reasons: named}, false},
		{Suggestion{Action: item.LinkContact, Contact: &directory.Contact{}, Score: 0.99, Reasons: named}, false},
		{Suggestion{Action: item.LinkContact, Contact: &directory.Contact{}, Score: 0.99, Reasons: name}, false},
		{Suggestion{Action: item.CreateContact, Client: c, Score: 0.99, Reasons: named}, true},
		{Suggestion{Action: item.CreateContact, Score: 0.99, Reasons: named}, false},
		{Suggestion{Action: item.Dismiss, Score: 0.99, Reasons: named}, false},
		{Suggestion{Action: item.Release, Score: 0.99, Reasons: named}, false},
	} {
		if got := s.Sure(); got != s.want {
			t.Errorf("%s %v: %v", s.Action, s.Score, got)
		}
	}
}

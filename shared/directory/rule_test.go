package directory

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"kantoorpost/shared/audit"
	"kantoorpost/shared/ids"
	"kantoorpost/shared/must"
	"kantoorpost/shared/table"
)

// teach saves a rule in a change of its own.
func (o office) teach(t testing.TB, r Rule) Rule {
	t.Helper()
	var now Rule
	err := o.Change(audit.As(t.Context(), "sanne@kantoor.nl"), func(tx *Tx) (err error) {
		now, err = tx.SaveRule(r)
		return err
	})
	return must.Get(now, err)(t)
}

func TestARuleHasOneIDHoweverItsKeyIsWritten(t *testing.T) {
	contact := ids.Random()
	for _, c := range []struct {
		kind     RuleKind
		one, two string
		same     bool
	}{
		{AddressContact, " Piet@Bakker.NL", "piet@bakker.nl", true},
		{DomainClient, "Bakker.nl.", "bakker.nl", true},
		{DomainClient, "bücher.de", "xn--bcher-kva.de", true},
		{DismissList, "<Nieuws.Bakker.nl>", "<nieuws.bakker.nl>", true},
		{SenderClient, contact, contact, true},
		{DomainClient, "bakker.nl", "loon.bakker.nl", false},
	} {
		if got := RuleID(c.kind, c.one) == RuleID(c.kind, c.two); got != c.same {
			t.Errorf("%s of %q and %q: same %v", c.kind, c.one, c.two, got)
		}
	}
	if RuleID(DismissSender, "a@x.nl") == RuleID(AcceptSender, "a@x.nl") {
		t.Error("two kinds share a rule")
	}
	if !isID(RuleID(DismissList, "\x00|")) {
		t.Error("the id of a rule is no id")
	}
}

func TestRulesAreChecked(t *testing.T) {
	o := newOffice(t)
	for _, c := range []struct {
		rule  Rule
		field string
	}{
		{Rule{Kind: "x", Key: "a@x.nl", State: RuleOn}, "kind"},
		{Rule{Kind: AcceptSender, Key: "a@x.nl"}, "state"},
		{Rule{Kind: AcceptSender, Key: "\u200b", State: RuleOn}, "key"},
		{Rule{Kind: AddressContact, Key: "", State: RuleOn}, "key"},
		{Rule{Kind: DomainClient, Key: "gmail.com", State: RuleOn}, "key"},
		{Rule{Kind: DomainClient, Key: "ＧＭＡＩＬ.com", State: RuleOn}, "key"},
		{Rule{Kind: DomainClient, Key: "a b", State: RuleOn}, "key"},
		{Rule{Kind: SenderClient, Key: "piet", State: RuleOn}, "key"},
		{Rule{Kind: DismissList, Key: strings.Repeat("x", 513), State: RuleOn}, "key"},
		{Rule{Kind: DismissList, Key: "x", State: RuleOn, Contact: "|"}, "contact"},
		{Rule{Kind: DismissList, Key: "x", State: RuleOn, Client: "1"}, "client"},
		{Rule{Kind: DismissList, Key: "x", State: RuleOn, Count: -1}, "count"},
	} {
		var wrong *Invalid
		err := o.Change(t.Context(), func(tx *Tx) error { _, err := tx.SaveRule(c.rule); return err })
		if !errors.As(err, &wrong) || wrong.Field != c.field {
			t.Errorf("%s %q: %v; want %s", c.rule.Kind, c.rule.Key, err, c.field)
		}
	}
	if v := must.Get(o.Version(t.Context()))(t); v != 0 {
		t.Errorf("refused rules made %d changes", v)
	}
}

// A rule keeps its newest evidence, with words of any length, and a list of
// rules is still small.
func TestARuleKeepsItsNewestEvidence(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	rule := Rule{Kind: DismissList, State: RuleOn, Count: maxEvidence + 10, Client: ids.Random()}
	for i := range maxEvidence + 10 {
		e := Evidence{At: time.Date(2026, 1, 1, 0, 0, i, 0, time.Local), By: strings.Repeat("é", 500), Mail: fmt.Sprint(i), Action: "dismiss"}
		for range 30 {
			e.Words = append(e.Words, strings.Repeat("\"", 100))
		}
		rule.Evidence = append(rule.Evidence, e)
	}
	for i := range 60 {
		rule.Key = fmt.Sprintf("<%s%02d.x.nl>", strings.Repeat("/", 280), i)
		rule = o.teach(t, rule)
		rule.Revision = ""
	}
	got, found, err := o.RuleFor(ctx, rule.Kind, strings.ToUpper(rule.Key))
	if !found || err != nil {
		t.Fatal(found, err)
	}
	got.Revision = ""
	if !reflect.DeepEqual(got, rule) {
		t.Errorf("%+v; want %+v", got, rule)
	}
	if len(got.Evidence) < 100 || len(got.Evidence) > maxEvidence || got.Evidence[len(got.Evidence)-1].Mail != fmt.Sprint(maxEvidence+9) ||
		len(got.Evidence[0].Words) != 20 || got.Count != maxEvidence+10 {
		t.Errorf("%d evidence from %+v", len(got.Evidence), got.Evidence[0])
	}
	if got.Evidence[0].At.Location() != time.UTC || len([]rune(got.Evidence[0].By)) != 200 || len(got.Evidence[0].Words[0]) != 60 {
		t.Errorf("evidence is kept as %+v", got.Evidence[0])
	}
	o.wire.Reset()
	seen := map[string]bool{}
	for q := (Query{Limit: 50}); ; {
		page := must.Get(o.Rules(ctx, "", q))(t)
		for _, r := range page.Items {
			seen[r.ID] = true
			if len(r.Evidence) != 1 || r.Evidence[0].Mail != fmt.Sprint(maxEvidence+9) {
				t.Errorf("a list has %d evidence of rule %s", len(r.Evidence), r.ID)
			}
		}
		if q.After = page.Next; q.After == "" {
			break
		}
	}
	if calls := o.wire.Calls(); len(seen) != 60 || len(calls) != 2 {
		t.Errorf("%d rules with %d queries", len(seen), len(calls))
	}
	o.consistent(t)
}

// A rule from a list lacks evidence: saving it would lose that.
func TestARuleFromAListIsNotSaved(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	rule := o.teach(t, Rule{Kind: AcceptSender, Key: "a@x.nl", State: RuleOn, Count: 2, Evidence: []Evidence{{By: "one"}, {By: "two"}}})
	listed := must.Get(o.Rules(ctx, "", Query{}))(t).Items[0]
	listed.State = RuleOff
	if err := o.Change(ctx, func(tx *Tx) error { _, err := tx.SaveRule(listed); return err }); !errors.Is(err, errPartial) {
		t.Errorf("%v; want that it is refused", err)
	}
	if got := must.Get(o.Rule(ctx, rule.ID))(t); !reflect.DeepEqual(got, rule) {
		t.Errorf("%+v; want %+v", got, rule)
	}
}

func TestRulesAreFoundByWhatTheyAre(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	accept := o.teach(t, Rule{Kind: AcceptSender, Key: "B@x.nl", State: RuleOn})
	other := o.teach(t, Rule{Kind: AcceptSender, Key: "a@x.nl", State: RuleOn})
	undoing := o.teach(t, Rule{Kind: DismissSender, Key: "c@y.nl", State: RuleUndoing})
	if accept.ChangedBy != "sanne@kantoor.nl" || accept.Created.IsZero() || accept.Created != accept.Changed || accept.Key != "b@x.nl" {
		t.Errorf("%+v", accept)
	}
	idsOf := func(rules []Rule, err error) (ids []string) {
		t.Helper()
		for _, r := range must.Get(rules, err)(t) {
			ids = append(ids, r.ID)
		}
		return ids
	}
	items := func(p Page[Rule], err error) ([]Rule, error) { return p.Items, err }
	for what, c := range map[string]struct{ got, want []string }{
		"by kind and key": {idsOf(items(o.Rules(ctx, "", Query{}))), []string{other.ID, accept.ID, undoing.ID}},
		"of a kind":       {idsOf(items(o.Rules(ctx, AcceptSender, Query{}))), []string{other.ID, accept.ID}},
		"by search":       {idsOf(items(o.Rules(ctx, "", Query{Search: "@Y"}))), []string{undoing.ID}},
		"being undone":    {idsOf(o.UndoingRules(ctx)), []string{undoing.ID}},
	} {
		if !reflect.DeepEqual(c.got, c.want) {
			t.Errorf("%s: %v; want %v", what, c.got, c.want)
		}
	}
	var wrong *Invalid
	if _, err := o.Rules(ctx, "accept", Query{}); !errors.As(err, &wrong) {
		t.Errorf("an unknown kind: %v", err)
	}
	if _, err := o.Rule(ctx, ids.Random()); !errors.Is(err, ErrNotFound) {
		t.Errorf("an unknown rule: %v", err)
	}
	o.wire.Reset()
	if _, found, err := o.RuleFor(ctx, AcceptSender, "nobody@x.nl"); found || err != nil || len(o.wire.Calls()) != 1 {
		t.Errorf("no rule: %v, %v with %d operations", found, err, len(o.wire.Calls()))
	}
	undoing.State = RuleUndone
	undone := o.teach(t, undoing)
	if left := must.Get(o.UndoingRules(ctx))(t); len(left) != 0 {
		t.Errorf("still being undone: %v", left)
	}
	// Saving the same again changes nothing, not even the time.
	if again := o.teach(t, undone); !reflect.DeepEqual(again, undone) {
		t.Errorf("saved again as %+v", again)
	}
	o.consistent(t)
}

func FuzzRuleKey(f *testing.F) {
	for _, seed := range []string{"<nieuws.x.nl>", "a@x.nl", "x.nl", "...", "y@x.nl", "\uffff", "Ӏ.Ӏ", "Y\u030a", "/\\#?", "\xff",
		strings.Repeat("é|", 150), strings.Repeat("𝔘", 300)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, key string) {
		for _, kind := range ruleKinds {
			rule, err := Rule{Kind: kind, Key: key, State: RuleOn}.checked()
			if err != nil {
				continue
			}
			if rule.ID != RuleID(kind, key) || rule.ID != RuleID(kind, rule.Key) {
				t.Errorf("%s %q is another rule after it was saved as %q", kind, key, rule.Key)
			}
			for _, d := range rule.derived() {
				if err := (table.Row{Key: d.key, Props: map[string]any{}}).Check(); err != nil {
					t.Errorf("%s %q: %v", kind, key, err)
				}
			}
		}
	})
}

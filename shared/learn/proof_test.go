package learn

import (
	"context"
	"fmt"
	"testing"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/mailtext"
)

// sent returns an automated mail with the proof of its sender.
func sent(from string, v item.Verdict, returnDomain, list string) item.Item {
	return item.Item{From: mail.Address{Email: from}, Verdict: v, ReturnDomain: returnDomain, ListID: list, InitialReason: item.Automated}
}

// A decision about one mail counts for another only if both have a proof of the
// same sender.
func TestRulesCountWhatIsProven(t *testing.T) {
	const pass, soft, fail = item.VerdictPass, item.VerdictSoft, item.VerdictFail
	const anna, list = "anna@prospect.example", "nieuws.prospect.example"
	letter := sent(anna, pass, "prospect.example", "")
	letter.InitialReason = ""
	for name, c := range map[string]struct {
		kind    directory.RuleKind
		taught  item.Item
		forever bool
		mail    item.Item
		want    bool
	}{
		"verified, and verified": {directory.DismissSender, sent(anna, pass, "prospect.example", ""), false,
			sent(anna, pass, "mail.prospect.example", ""), true},
		"forged, and genuine": {directory.DismissSender, sent(anna, soft, "evil.example", ""), false,
			sent(anna, pass, "prospect.example", ""), false},
		"forged for ever, and genuine": {directory.DismissSender, sent(anna, soft, "evil.example", ""), true,
			sent(anna, pass, "prospect.example", ""), false},
		"forged, and genuine that is not proven": {directory.DismissSender, sent(anna, soft, "evil.example", ""), false,
			sent(anna, soft, "prospect.example", ""), false},
		"forged without a return path": {directory.DismissSender, sent(anna, soft, "", ""), false, sent(anna, soft, "", ""), false},
		"verified, and forged": {directory.DismissSender, sent(anna, pass, "prospect.example", ""), false,
			sent(anna, soft, "evil.example", ""), false},
		"the same mailing service": {directory.DismissSender, sent(anna, soft, "b1.mailer.example", ""), false,
			sent(anna, soft, "b2.mailer.example", ""), true},
		"the same mailing service, now verified": {directory.DismissSender, sent(anna, soft, "mailer.example", ""), false,
			sent(anna, pass, "mailer.example", ""), true},
		"doubted now": {directory.DismissSender, sent(anna, pass, "prospect.example", ""), true,
			sent(anna, fail, "prospect.example", ""), false},
		"a program's mail, and a letter":          {directory.DismissSender, sent(anna, pass, "prospect.example", ""), false, letter, false},
		"a program's mail for ever, and a letter": {directory.DismissSender, sent(anna, pass, "prospect.example", ""), true, letter, true},
		"let through, and forged": {directory.AcceptSender, sent(anna, pass, "prospect.example", ""), true,
			sent(anna, soft, "evil.example", ""), false},
		"let through, and the same": {directory.AcceptSender, sent(anna, pass, "prospect.example", ""), true,
			sent(anna, pass, "prospect.example", ""), true},
		"a list, and the same list": {directory.DismissList, sent(anna, pass, "prospect.example", list), false,
			sent("jan@mail.prospect.example", pass, "prospect.example", list), true},
		"a list, under a stranger's domain": {directory.DismissList, sent("spam@evil.example", pass, "evil.example", list), false,
			sent(anna, pass, "prospect.example", list), false},
		"a list, under a stranger's domain for ever": {directory.DismissList, sent("spam@evil.example", pass, "evil.example", list), true,
			sent(anna, soft, "prospect.example", list), false},
		"a list, its domain forged": {directory.DismissList, sent(anna, soft, "evil.example", list), true,
			sent(anna, pass, "prospect.example", list), false},
		"a list that is never proven": {directory.DismissList, sent(anna, soft, "mailer.example", list), false,
			sent(anna, soft, "mailer.example", list), true},
	} {
		var rule directory.Rule
		for n := range leastDismissed {
			e := Proof(directory.Evidence{By: "margot", Manager: true, Mail: fmt.Sprint(n), Action: "dismiss"}, c.taught)
			if c.kind == directory.AcceptSender {
				e.Action = "release"
				rule = Teach(rule, directory.AcceptSender, anna, e, c.forever)
			} else {
				rule = Teach(rule, c.kind, anna, e, c.forever)
			}
		}
		if got, err := Decides(rule, c.mail, newPeople().index); got != c.want || err != nil {
			t.Errorf("%s: decided %v, want %v, %v", name, got, c.want, err)
		}
	}
	if Teaches(sent(anna, fail, "prospect.example", list), directory.DismissList) ||
		Teaches(sent(anna, fail, "prospect.example", ""), directory.DismissSender) || Teaches(sent(anna, fail, "", ""), directory.DismissKind) {
		t.Error("what Exchange doubts teaches")
	}
}

// Three dismissals of a department's mail, one by one, make a rule for mail with that
// subject, until one of them is released; mail that names a client is not dismissed.
func TestRoutineMailIsDismissed(t *testing.T) {
	office := newPeople()
	office.clients["bakker"] = directory.Client{ID: "bakker", Number: "1041", Name: "Bakkerij De Korenaar B.V."}
	mailOf := func(address, subject, says string) item.Item {
		return item.Item{ID: "m", From: mail.Address{Name: "Telefoon Direct", Email: address}, Verdict: item.VerdictPass, HasAttachments: true,
			Subject: subject, Says: says}
	}
	const desk = "facturen@telefoon.example"
	invoice := mailOf(desk, "Uw factuur 2026-0041", "Hierbij uw factuur.")
	for name, c := range map[string]struct {
		done []string // with earlier invoices
		mail item.Item
		want bool
	}{
		"twice":           {[]string{"dismiss", "dismiss"}, invoice, false},
		"three times":     {[]string{"dismiss", "dismiss", "dismiss"}, invoice, true},
		"another subject": {[]string{"dismiss", "dismiss", "dismiss"}, mailOf(desk, "Aanmaning", ""), false},
		"a client's": {[]string{"dismiss", "dismiss", "dismiss"},
			mailOf(desk, "Uw factuur 77", "Factuur voor Bakkerij De Korenaar B.V."), false},
		"of a person":             {[]string{"dismiss", "dismiss", "dismiss"}, mailOf("jan@telefoon.example", "Uw factuur 77", ""), false},
		"one of them was needed":  {[]string{"dismiss", "dismiss", "dismiss", "release"}, invoice, false},
		"and dismissed once more": {[]string{"dismiss", "dismiss", "dismiss", Otherwise, "dismiss", "dismiss", "dismiss"}, invoice, false},
	} {
		var rule directory.Rule
		for n, action := range c.done {
			e := Proof(directory.Evidence{By: "margot", Manager: true, Mail: fmt.Sprint(n), Action: action},
				mailOf(c.mail.From.Email, fmt.Sprint("Uw factuur 2026-00", n), ""))
			rule = Teach(rule, directory.DismissSender, desk, e, false)
		}
		if got, err := Decides(rule, c.mail, office.index); got != c.want || err != nil {
			t.Errorf("%s: decided %v, want %v, %v", name, got, c.want, err)
		}
	}
}

// Decisions about forged and about genuine mail do not add up.
func TestProofsDoNotAddUp(t *testing.T) {
	var rule directory.Rule
	const anna = "anna@prospect.example"
	for n, m := range []item.Item{
		sent(anna, item.VerdictSoft, "evil.example", ""), sent(anna, item.VerdictSoft, "evil.example", ""),
		sent(anna, item.VerdictPass, "prospect.example", ""),
	} {
		rule = Teach(rule, directory.DismissSender, anna,
			Proof(directory.Evidence{By: "margot", Manager: true, Mail: fmt.Sprint(n), Action: "dismiss"}, m), false)
	}
	if rule.State == directory.RuleOn {
		t.Errorf("two of one hand and one of another: %s", rule.State)
	}
}

// Only verified senders teach the client of a domain, and the words that decide
// without a person.
func TestOnlyVerifiedSendersTeachPlacing(t *testing.T) {
	var domain directory.Rule
	for n := range 4 {
		e := evidence(n, fmt.Sprint("p", n), "c1")
		e.Verified = false
		domain = Teach(domain, directory.DomainClient, "prospect.example", e, false)
	}
	if len(domain.Evidence) != 0 {
		t.Errorf("unverified senders taught whose a domain is: %+v", domain)
	}
	office := newPeople()
	for _, c := range []directory.Client{{ID: "bakker", Number: "1041", Name: "Bakkerij Jansen"},
		{ID: "garage", Number: "1042", Name: "Garage Visser"}} {
		office.clients[c.ID] = c
	}
	certain := func(taught bool, verdict item.Verdict) bool {
		office.rules = map[string]directory.Rule{}
		for n := range 12 {
			office.teach(directory.SenderClient, "bol", func(r directory.Rule) directory.Rule {
				e := evidence(n, "bol", []string{"bakker", "garage"}[n%2], []string{"oven", "rallywagen"}[n%2])
				e.Verified = taught
				return Teach(r, directory.SenderClient, "bol", e, false)
			})
		}
		it := item.Item{ID: "mail", Verdict: verdict, Subject: "Over oven", From: mail.Address{Name: "Kees Bol", Email: "bol@boekhouder.example"}}
		_, _, _, ok, err := WhichClient(t.Context(), office, "bol", []string{"bakker", "garage"}, it,
			said(func(context.Context) (mailtext.Text, error) { return mailtext.Text{}, nil }))
		if err != nil {
			t.Fatal(err)
		}
		return ok
	}
	for _, c := range []struct {
		taught  bool
		verdict item.Verdict
		want    bool
	}{{true, item.VerdictPass, true}, {false, item.VerdictPass, false}, {true, item.VerdictSoft, false}} {
		if got := certain(c.taught, c.verdict); got != c.want {
			t.Errorf("taught by verified mail %v, mail %s: certain %v, want %v", c.taught, c.verdict, got, c.want)
		}
	}
}

package learn

import (
	"slices"
	"strings"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
)

// What solutions teach. Each function takes a rule, the zero Rule when there is
// none yet, and returns it with one more decision. The functions are pure, so a
// transaction may run them again, and a mail counts once in a rule however often
// it is solved.
//
// A rule that a person switched off stays off, and collects evidence. A rule that
// was undone starts again with the decision. A rule that is being undone does not
// change.
//
// Rules that dismiss mail, or let it through, change what the whole office sees.
// Everybody's decisions are evidence for them, but without a manager's decision
// they are only proposed, and a manager switches them on.

// How many decisions it takes before a rule is on.
const (
	leastSenders   = 2 // senders of a domain for whom people agreed
	leastDismissed = 3 // mails of a list or sender that were dismissed one by one
	leastOfKind    = 5 // mails of a kind, from any sender
)

// keptEvidence is how many pieces of evidence a rule keeps; the directory keeps
// as many.
const keptEvidence = 200

// always marks the evidence of a person who decided for all mail to come.
const always = "always "

// Teach returns the rule of a kind about a key after a person decided e:
//
//   - AddressContact: the address is that of the contact e.Contact. It is certain at once.
//   - DomainClient: the sender e.Contact belongs to the client e.Client; "" when he has
//     several, which speaks against the rule. The domain of a public provider teaches
//     nothing (see directory.PublicDomain), and a sender who is not verified neither: then
//     the rule does not change.
//   - SenderClient: a mail of the contact with e.Words in its subject is about e.Client.
//   - DismissList, DismissSender, DismissKind: nobody needs the mail, or with another
//     e.Action somebody does.
//   - AcceptSender: the mail is let through, or with another e.Action not.
//   - AcceptKind: the contact linked with the mail wrote what a team member forwards.
//
// Forever says that the person decided for all mail to come; only that makes AcceptSender
// certain.
func Teach(rule directory.Rule, kind directory.RuleKind, key string, e directory.Evidence, forever bool) directory.Rule {
	if kind == directory.DomainClient && !e.Verified {
		return rule
	}
	if forever {
		e.Action = always + e.Action
	}
	return taught(rule, kind, key, e)
}

// Otherwise marks the evidence that a rule decided a mail wrongly.
const Otherwise = "otherwise"

// TeachFailure returns a rule that decided a mail which people then decided otherwise,
// with e.Client the right client, if they said which. The failure stays in the record
// of the rule, and is evidence against it. A rule about an address or a domain keeps its
// evidence, which is about persons; the caller says whether it holds.
func TeachFailure(rule directory.Rule, e directory.Evidence) directory.Rule {
	if rule.State == "" || rule.State == directory.RuleUndoing || rule.State == directory.RuleUndone ||
		slices.Contains(rule.FailedMails, e.Mail) {
		return rule
	}
	rule.Failed++
	rule.FailedMails = append(slices.Clip(rule.FailedMails), e.Mail)
	rule.FailedMails = rule.FailedMails[max(0, len(rule.FailedMails)-keptEvidence):]
	if rule.Kind == directory.AddressContact || rule.Kind == directory.DomainClient {
		return rule
	}
	e.Action = Otherwise
	return taught(rule, rule.Kind, rule.Key, e)
}

// Forget returns a rule without the evidence of one mail, for a solution that
// is taken back. A rule without evidence is undone.
func Forget(rule directory.Rule, mail string) directory.Rule {
	n := len(rule.Evidence)
	rule.Evidence = slices.DeleteFunc(slices.Clone(rule.Evidence), func(e directory.Evidence) bool { return e.Mail == mail })
	rule.Count = max(int64(len(rule.Evidence)), rule.Count-int64(n-len(rule.Evidence)))
	return evaluated(rule)
}

// taught adds a decision to a rule.
func taught(rule directory.Rule, kind directory.RuleKind, key string, e directory.Evidence) directory.Rule {
	switch rule.State {
	case directory.RuleUndoing:
		return rule
	case directory.RuleUndone:
		rule.Evidence, rule.Count, rule.State = nil, 0, directory.RuleLearning
	case "":
		rule.ID, rule.Kind, rule.Key = directory.RuleID(kind, key), kind, key
		rule.Created, rule.State = e.At, directory.RuleLearning
	}
	again := func(o directory.Evidence) bool { return e.Mail != "" && o.Mail == e.Mail }
	if !slices.ContainsFunc(rule.Evidence, again) {
		rule.Count++
	}
	list := slices.DeleteFunc(slices.Clone(rule.Evidence), again)
	list = append(list, e)
	rule.Evidence = list[max(0, len(list)-keptEvidence):]
	rule.Changed, rule.ChangedBy = e.At, e.By
	return evaluated(rule)
}

// Settle returns a rule that a person switches on with the state that its evidence gives
// it: a record cannot be switched on.
func Settle(rule directory.Rule) directory.Rule {
	rule.State = directory.RuleLearning
	return evaluated(rule)
}

// evaluated returns a rule with the state and the target that its evidence gives
// it.
func evaluated(rule directory.Rule) directory.Rule {
	sure, confirmed := false, true
	switch rule.Kind {
	case directory.AddressContact:
		if n := len(rule.Evidence); n > 0 {
			rule.Contact, rule.Client = rule.Evidence[n-1].Contact, rule.Evidence[n-1].Client
			sure = rule.Contact != ""
		}
	case directory.DomainClient:
		rule.Client = mostChosen(rule.Evidence)
		sure = !directory.PublicDomain(rule.Key) && rule.Client != "" && agree(rule) && len(senders(rule)) >= leastSenders
	case directory.SenderClient:
		rule.Contact = rule.Key
		t := count(rule.Evidence)
		for word := range t.with {
			_, means := t.means(word, len(t.all))
			sure = sure || means
		}
	case directory.DismissList, directory.DismissSender, directory.AcceptSender:
		sure = standsForSome(rule)
	case directory.DismissKind:
		sure = usual(rule, item.Dismiss)
	case directory.AcceptKind:
		sure = usual(rule, item.LinkContact)
	case directory.SuggestedClient:
		sure = RecordOf(rule).Holds()
	}
	switch rule.Kind {
	case directory.DismissList, directory.DismissSender, directory.DismissKind, directory.AcceptSender, directory.AcceptKind:
		sure = sure || switchedOn(rule)
		confirmed = rule.State == directory.RuleOn || slices.ContainsFunc(rule.Evidence, func(e directory.Evidence) bool { return e.Manager })
	}
	switch {
	case rule.State == directory.RuleOff || rule.State == directory.RuleUndoing || rule.State == directory.RuleUndone:
	case len(rule.Evidence) == 0:
		rule.State = directory.RuleUndone
	case sure && confirmed:
		rule.State = directory.RuleOn
	case sure:
		rule.State = directory.RuleProposed
	default:
		rule.State = directory.RuleLearning
	}
	return rule
}

// standsForSome says whether a rule is certain for mail like some of the mail
// in its evidence.
func standsForSome(rule directory.Rule) bool {
	return slices.ContainsFunc(rule.Evidence, func(e directory.Evidence) bool {
		return stands(rule, proof{e.Verified, e.From, e.Envelope, e.Template, e.Weighty})
	})
}

// switchedOn says whether a manager switched a rule on, and nobody has decided
// otherwise since.
func switchedOn(rule directory.Rule) bool {
	if rule.State != directory.RuleOn || rule.SwitchedBy == "" {
		return false
	}
	n := len(rule.Evidence)
	return n == 0 || does(rule.Kind, rule.Evidence[n-1])
}

// does says whether a decision did what rules of a kind do.
func does(kind directory.RuleKind, e directory.Evidence) bool {
	action := item.Dismiss
	switch kind {
	case directory.AcceptSender:
		action = item.Release
	case directory.AcceptKind:
		action = item.LinkContact
	}
	return strings.TrimPrefix(e.Action, always) == string(action)
}

// counting says whether the evidence of a rule about clients counts: nobody switched it
// off or took it back.
func counting(rule directory.Rule) bool {
	return rule.State == directory.RuleOn || rule.State == directory.RuleLearning
}

// agree says whether people never decided for another client than the rule's.
func agree(rule directory.Rule) bool {
	return !slices.ContainsFunc(rule.Evidence, func(e directory.Evidence) bool { return e.Client != rule.Client })
}

// senders returns the contacts of a rule's evidence.
func senders(rule directory.Rule) []string {
	var ids []string
	for _, e := range rule.Evidence {
		if e.Contact != "" && !slices.Contains(ids, e.Contact) {
			ids = append(ids, e.Contact)
		}
	}
	return ids
}

// mostChosen returns the client with the most evidence, the latest one of
// several.
func mostChosen(evidence []directory.Evidence) string {
	n := map[string]int{}
	client := ""
	for _, e := range evidence {
		if n[e.Client]++; e.Client != "" && (client == "" || n[e.Client] >= n[client]) {
			client = e.Client
		}
	}
	return client
}

// standing says whether people's decisions since the last contradiction make a
// rule: one for all mail to come, or at least least of them. After a
// contradiction, only a decision for all mail to come makes it one.
func standing(evidence []directory.Evidence, action item.Action, least int) bool {
	n, contradicted := 0, false
	for _, e := range slices.Backward(evidence) {
		switch e.Action {
		case always + string(action):
			return !contradicted
		case string(action):
			n++
		default:
			contradicted = true
		}
	}
	return !contradicted && n >= least
}

// usual says whether people always did the same with mail of a kind,
// leastOfKind times in a row. After a contradiction it takes twice as many.
func usual(rule directory.Rule, action item.Action) bool {
	n := 0
	for _, e := range slices.Backward(rule.Evidence) {
		if e.Action != string(action) && e.Action != always+string(action) {
			return n >= 2*leastOfKind
		}
		n++
	}
	return n >= leastOfKind
}

package learn

import (
	"strings"

	"golang.org/x/net/publicsuffix"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
)

// A proof is what tells whether two mails come from the same hand. Whoever
// forges a mail writes its From and its List-Id as he likes, and cannot make
// Exchange verify them. A Return-Path at a domain with SPF he cannot use either.
type proof struct {
	verified bool
	from     string // organisation of the sender's domain
	envelope string // organisation of the Return-Path; "" when there is none
}

// Proof notes on evidence what shows who sent the mail that it is about.
func Proof(e directory.Evidence, it item.Item) directory.Evidence {
	p := proofOf(it)
	e.Verified, e.From, e.Envelope = p.verified, p.from, p.envelope
	return e
}

func proofOf(it item.Item) proof {
	return proof{it.Verdict == item.VerdictPass, organisation(directory.Domain(it.From.Email)), organisation(it.ReturnDomain)}
}

// organisation is the part of a domain that somebody has registered:
// bakkerij.nl of mail.bakkerij.nl.
func organisation(domain string) string {
	domain = strings.TrimSuffix(strings.ToLower(domain), ".")
	if registered, err := publicsuffix.EffectiveTLDPlusOne(domain); err == nil {
		return registered
	}
	return domain
}

// counts says whether a decision about one mail of a list or a sender says
// anything about another mail, which the rule's key fits. What was not verified
// says something about mail of the same list at the same domain, or of the same
// sender through the same organisation's mail servers, and nothing about what is
// verified and came another way.
func counts(kind directory.RuleKind, e directory.Evidence, of proof) bool {
	sameWay := e.Envelope != "" && e.Envelope == of.envelope
	switch kind {
	case directory.DismissList:
		return e.From == of.from && (e.Verified || !of.verified || sameWay)
	case directory.DismissSender, directory.AcceptSender:
		return e.Verified && of.verified || sameWay
	}
	return true
}

// Teaches says whether a decision about a mail can make a rule of a kind: its
// sender is not doubted, and there is something by which later mail is known to
// come from the same hand.
func Teaches(it item.Item, kind directory.RuleKind) bool {
	return it.Verdict != item.VerdictFail && counts(kind, Proof(directory.Evidence{}, it), proofOf(it))
}

// countingFor is a rule with as much of its evidence as counts for a mail.
func countingFor(rule directory.Rule, of proof) directory.Rule {
	var list []directory.Evidence
	for _, e := range rule.Evidence {
		if counts(rule.Kind, e, of) {
			list = append(list, e)
		}
	}
	rule.Evidence, rule.Count = list, int64(len(list))
	return rule
}

// stands says whether a rule about lists or senders is certain for mail with a
// proof: by what people did with such mail, or because a manager switched it on.
func stands(rule directory.Rule, of proof) bool {
	rule = countingFor(rule, of)
	action, least := item.Dismiss, leastDismissed
	if rule.Kind == directory.AcceptSender {
		action, least = item.Release, keptEvidence+1
	}
	return standing(rule, action, least) || len(rule.Evidence) > 0 && switchedOn(rule)
}

// Decides says whether a rule that dismisses mail or lets it through decides
// this mail, which its key fits. It must be on, and certain for mail that is
// sent like this one; of mail whose sender Exchange doubts it decides none. That
// people dismissed what a program sent says nothing about a letter, unless they
// said that it shall always be so.
func Decides(rule directory.Rule, it item.Item) bool {
	if rule.State != directory.RuleOn || it.Verdict == item.VerdictFail {
		return false
	}
	switch rule.Kind {
	case directory.DismissKind, directory.AcceptKind:
		return true
	}
	if it.InitialReason == "" && !switchedOn(rule) {
		rule.Evidence = forGood(rule.Evidence)
	}
	return stands(rule, proofOf(it))
}

// forGood is the evidence of people who said that it shall always be so.
func forGood(all []directory.Evidence) (list []directory.Evidence) {
	for _, e := range all {
		if strings.HasPrefix(e.Action, always) {
			list = append(list, e)
		}
	}
	return list
}

package learn

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/publicsuffix"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/lazyregexp"
)

// A proof tells whether two mails come from the same sender. A forger writes
// any From and List-Id, but cannot get them verified by Exchange, and cannot
// use the Return-Path of a domain with SPF.
type proof struct {
	verified bool
	from     string // organisation of the sender's domain
	envelope string // organisation of the Return-Path; "" when there is none
	template string // the subject without numbers and dates
	weighty  bool   // it has files, or is about money or a document
}

// Proof returns evidence with the proof of the mail that it is about.
func Proof(e directory.Evidence, it item.Item) directory.Evidence {
	p := proofOf(it)
	e.Verified, e.From, e.Envelope, e.Template, e.Weighty = p.verified, p.from, p.envelope, p.template, p.weighty
	return e
}

func proofOf(it item.Item) proof {
	return proof{
		it.Verdict == item.VerdictPass, organisation(directory.Domain(it.From.Email)), organisation(it.ReturnDomain),
		template(it.Subject), it.HasAttachments || matters.MatchString(fold(it.Subject)),
	}
}

// matters finds subjects of mail that somebody in an accountancy office may need, even
// from a sender whose other mail nobody needs.
var matters = lazyregexp.New(`factu|invoice|creditnota|nota\b|aanmaning|incasso|betal|payment|rekening|bankafschrift|aanslag|beschikking|belasting|contract|overeenkomst|onderteken|handteken|` +
	`\bsign|\bakte|polis|deurwaarder|dagvaarding|vonnis|bezwaar|machtiging|jaaropgave|loonstro|salaris|ziekmelding|document|dossier|bijlage|attach|deadline|opzegg|verlopen|expire`)

// template returns a subject without what changes from mail to mail: numbers, dates, and
// marks of answers.
func template(subject string) string {
	words := strings.FieldsFunc(plainSubject(subject), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	words = slices.DeleteFunc(words, func(w string) bool { return strings.ContainsFunc(w, unicode.IsDigit) || times[w] })
	return strings.Join(words[:min(len(words), 12)], " ")
}

var times = set("januari februari maart april mei juni juli augustus september oktober november december january february march may june july august october " +
	"jan feb mrt apr jun jul aug sep sept okt oct nov dec maandag dinsdag woensdag donderdag vrijdag zaterdag zondag monday tuesday wednesday thursday friday saturday sunday " +
	"eerste tweede derde vierde kwartaal week q")

// organisation returns the registered part of a domain: bakkerij.nl of
// mail.bakkerij.nl.
func organisation(domain string) string {
	domain = strings.TrimSuffix(strings.ToLower(domain), ".")
	if registered, err := publicsuffix.EffectiveTLDPlusOne(domain); err == nil {
		return registered
	}
	return domain
}

// counts says whether a decision about one mail of a list or a sender counts
// for another mail with the same key. A decision about unverified mail counts
// for mail of the same list at the same domain, or of the same sender through
// the mail servers of the same organisation. It does not count for verified
// mail that came another way.
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
// sender is not doubted, and it has a proof by which later mail of the same
// sender is recognised.
func Teaches(it item.Item, kind directory.RuleKind) bool {
	if _, err := directory.ReceivedAddress(it.From.Email); err != nil && (kind == directory.DismissSender || kind == directory.AcceptSender) {
		return false // nobody is known by no address
	}
	return it.Verdict != item.VerdictFail && counts(kind, Proof(directory.Evidence{}, it), proofOf(it))
}

// countingFor returns a rule with the evidence that counts for a mail.
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
// proof, by what people did with such mail or because a manager switched it on. One
// sender writes newsletters and invoices: what people did with mail of one subject counts
// for that subject. For other subjects it counts too, as long as nobody ever did
// otherwise and the mail is not of a kind that somebody may need.
func stands(rule directory.Rule, of proof) bool {
	rule = countingFor(rule, of)
	if rule.Kind == directory.AcceptSender {
		return standing(rule.Evidence, item.Release, keptEvidence+1) || len(rule.Evidence) > 0 && switchedOn(rule)
	}
	alike := ofTemplate(rule.Evidence, of.template)
	if standing(alike, item.Dismiss, leastDismissed) {
		return true
	}
	if slices.ContainsFunc(alike, func(e directory.Evidence) bool { return !does(rule.Kind, e) }) {
		return false
	}
	forever := slices.ContainsFunc(rule.Evidence, func(e directory.Evidence) bool { return strings.HasPrefix(e.Action, always) })
	return standing(rule.Evidence, item.Dismiss, leastDismissed) && (forever || !of.weighty) || len(rule.Evidence) > 0 && switchedOn(rule)
}

// ofTemplate returns the evidence of mail with a subject like one.
func ofTemplate(all []directory.Evidence, template string) (list []directory.Evidence) {
	for _, e := range all {
		if e.Template != "" && e.Template == template {
			list = append(list, e)
		}
	}
	return list
}

// Decides says whether a rule that dismisses mail or lets it through decides
// this mail, which has the rule's key. The rule must be on, and certain for
// mail with such a proof; it never decides mail whose sender Exchange doubts.
// Dismissals of automatic mail say nothing about mail that a person wrote,
// unless somebody dismissed such mail for good. Those of mail that a department or a
// program sends (see Routine) count for its next mail with the same subject, unless that
// names a client.
func Decides(rule directory.Rule, it item.Item, clients func() (*ClientIndex, error)) (bool, error) {
	if rule.State != directory.RuleOn || it.Verdict == item.VerdictFail {
		return false, nil
	}
	switch rule.Kind {
	case directory.DismissKind, directory.AcceptKind:
		return true, nil
	}
	of := proofOf(it)
	if it.InitialReason != "" || switchedOn(rule) {
		return stands(rule, of), nil
	}
	all := rule.Evidence
	if rule.Evidence = forGood(all); stands(rule, of) || rule.Kind != directory.DismissSender || !Routine(it) {
		return stands(rule, of), nil
	}
	if rule.Evidence = ofTemplate(all, of.template); !stands(rule, of) {
		return false, nil
	}
	x, err := clients()
	return err == nil && len(x.ForPortal(it)) == 0, err
}

// Routine says whether the address of a department or a program sent a mail, such as an
// invoice of the office's own supplier, with a subject by which the next one is known.
func Routine(it item.Item) bool {
	local, _, _ := strings.Cut(strings.ToLower(it.From.Email), "@")
	return (functional[local] || departments[local] || machine(it.From.Email)) && proofOf(it).template != ""
}

// forGood returns the evidence of people who decided for all mail to come.
func forGood(all []directory.Evidence) (list []directory.Evidence) {
	for _, e := range all {
		if strings.HasPrefix(e.Action, always) {
			list = append(list, e)
		}
	}
	return list
}

package learn

import (
	"context"
	"slices"
	"strings"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/lazyregexp"
	"kantoorpost/shared/mailtext"
)

// A contact is not always somebody of its client: a supplier, a bailiff or the program of
// a portal is linked with the first client that it wrote about, and writes about others
// later, or about none. Its mail is its client's only if it says so.

// ThirdParty says whether the sender of a mail, a contact of these clients, is a company
// or a program that is not one of them: a program's address beside which the contact's own
// name does not stand, or a contact who has the name of a domain that is called like none
// of the clients. It asks the office one question at most, and only about those.
func ThirdParty(ctx context.Context, office Office, it item.Item, contact, called string, clients []string) (bool, error) {
	domain := directory.Domain(it.From.Email)
	called = through.ReplaceAllString(called, "") // "Loonwijzer namens Bakkerij Jansen"
	shown := nameParts(through.ReplaceAllString(it.From.Name, ""))
	named := func(name string) bool { return name != "" && isDomain(name, it.From.Email) }
	his := func(w string) bool { return tellsApart(w) && slices.Contains(nameParts(called), w) }
	himself := !named(called) && slices.ContainsFunc(shown, his) || writesAsPerson(called, it.From.Email)
	if directory.PublicDomain(domain) || himself || !writesForOthers(it) && !named(called) && !named(it.From.Name) {
		return false, nil
	}
	own, err := load(ctx, office, clients[:min(len(clients), 5)])
	if err != nil {
		return false, err
	}
	for _, c := range own {
		if agrees(called, c.Name) || sharesWord(domain, c.Name) {
			return false, nil
		}
	}
	theirs, err := domainOfClients(ctx, office, it.From.Email, contact, own)
	return !theirs, err
}

// writesAsPerson says whether an address is that of somebody at a domain of his own name:
// before the @ stands one of his names.
func writesAsPerson(called, email string) bool {
	local, _, _ := strings.Cut(fold(email), "@")
	return !functional[local] && len(nameParts(called)) > 1 && slices.Contains(nameParts(called), local)
}

// isDomain says whether a name is that of a domain, or begins with it and stands beside
// the address of a department.
func isDomain(name, email string) bool {
	local, domain, _ := strings.Cut(email, "@")
	if ofDomain(name, email) || !functional[local] {
		return ofDomain(name, email)
	}
	words := slices.DeleteFunc(strings.FieldsFunc(fold(name), notLetter), func(w string) bool { return departments[w] })
	called := strings.ReplaceAll(label(domain), "-", "")
	return len(called) >= 4 && strings.HasPrefix(strings.Join(words, ""), called)
}

// sharesWord says whether a domain has a word of a client's name that tells it apart.
func sharesWord(domain, client string) bool {
	plain := strings.ReplaceAll(label(domain), "-", "")
	return slices.ContainsFunc(nameTokens(client), func(w string) bool {
		return weighty(w) && !mailtext.Trade(w) && strings.Contains(plain, w)
	})
}

// inBrackets finds numbers as programs mark a client with them.
var inBrackets = lazyregexp.New(`[\[(#]\s?(\d{3,8})\s?[\])]`)

// AboutClient says whether mail of a third party, a contact of one client, is about that
// client: it names this one and no other, or people chose this one the last two times for
// mail with such a subject. Named are the clients that it names.
func (x *ClientIndex) AboutClient(it item.Item, client string, rule directory.Rule) (about bool, named []string) {
	named = x.ForPortal(it)
	if at, ok := x.id[client]; ok && len(named) == 0 {
		for _, text := range []string{it.From.Name, it.Subject, it.Says} {
			if Names(text, x.clients[at].Name) {
				return true, nil
			}
		}
	}
	if len(named) > 0 {
		return len(named) == 1 && named[0] == client, named
	}
	return usuallyFor(rule, it, client), nil
}

// usuallyFor says whether people chose a client the last two times for mail of a sender
// with such a subject that named no client.
func usuallyFor(rule directory.Rule, it item.Item, client string) bool {
	alike := ofTemplate(rule.Evidence, template(it.Subject))
	return counting(rule) && it.Verdict == item.VerdictPass && inARow(alike, leastAgreeing, func(e directory.Evidence) (bool, bool) {
		return len(e.Named) == 0 && e.Verified, e.Client == client && e.Action != Otherwise
	})
}

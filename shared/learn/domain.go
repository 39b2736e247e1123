package learn

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/lazyregexp"
	"kantoorpost/shared/mailtext"
)

// The limits of what is read. An answer as long as its limit may be incomplete,
// and then nothing is certain.
const (
	maxNear  = 200 // contacts at one domain
	maxNamed = 50  // contacts of one surname
)

// DomainClient returns the client to whom everybody at the domain of a mail's
// sender belongs, and the rule that says so, if that is certain. The
// caller has checked that the sender is no contact. It is certain when
//
//   - Exchange verified the sender, and neither a program nor a list wrote;
//   - the domain is not that of the address which received the mail: former
//     team members write from there, about clients of their own;
//   - every contact at the domain belongs to that client, and unless the mail itself
//     names it to no other, and people never decided otherwise;
//   - people agreed on it for at least two senders of the domain (the rule is on),
//     or for one when the mail itself names that client. If for two only: the domain
//     has the name of the client, or the directory has a contact there whom they did
//     not decide on;
//   - nobody with the sender's name is known anywhere else, or has several clients: it may
//     be the same person, with a new address or a new job;
//   - the mail names no other client, speaks of no takeover, and is not signed by a
//     company with a name of its own: domains outlive companies.
func DomainClient(ctx context.Context, office Office, x *ClientIndex, it item.Item) (client string, rule directory.Rule, ok bool, err error) {
	none := directory.Rule{}
	email, err := directory.ReceivedAddress(it.From.Email)
	if err != nil || it.Verdict != item.VerdictPass || it.InitialReason != "" || it.Class != "" || it.ListID != "" || machine(email) {
		return "", none, false, nil
	}
	domain := directory.Domain(email)
	name := nameOf(mailtext.CardOf(it.From, mailtext.Text{Own: it.Says, Signature: it.Signed}).Name)
	if directory.PublicDomain(domain) || domain == directory.Domain(it.Address) || !name.full() {
		return "", none, false, nil
	}
	rule, there, err := office.RuleFor(ctx, directory.DomainClient, domain)
	if err != nil {
		return "", none, false, fmt.Errorf("rule of domain %s: %w", domain, err)
	}
	named := x.namedOnly(it)
	client = rule.Client
	switch {
	case !there || client == "" || !agree(rule):
		return "", none, false, nil
	case rule.State != directory.RuleOn && (rule.State != directory.RuleLearning || named != client):
		return "", none, false, nil
	}
	near, err := office.ContactsAtDomain(ctx, domain, maxNear)
	if err != nil {
		return "", none, false, fmt.Errorf("contacts at %s: %w", domain, err)
	}
	if len(near) >= maxNear {
		return "", none, false, nil
	}
	taught, more := senders(rule), false
	for _, c := range near {
		if !slices.Contains(c.Clients, client) || len(c.Clients) > 1 && (named != client || name.like(nameOf(c.Name)) != different) {
			return "", none, false, nil
		}
		more = more || !slices.Contains(taught, c.ID)
	}
	theirs, err := office.Client(ctx, client)
	if errors.Is(err, directory.ErrNotFound) {
		return "", none, false, nil
	}
	if err != nil {
		return "", none, false, fmt.Errorf("client of domain %s: %w", domain, err)
	}
	if x != nil && len(x.Others(it, []string{client}, "")) > 0 || anotherCompany(it, theirs.Name) {
		return "", none, false, nil
	}
	if named != client && len(taught) < 3 && !more && !calledLike(domain, theirs.Name) {
		return "", none, false, nil
	}
	elsewhere, err := knownElsewhere(ctx, office, name, near)
	return client, rule, err == nil && !elsewhere, err
}

// namedOnly returns the client that a mail firmly names, or signs for, when it is the
// only one; "" for none.
func (x *ClientIndex) namedOnly(it item.Item) string {
	if x == nil {
		return ""
	}
	ids := x.Others(it, nil, "")
	for _, id := range x.Signed(it) {
		ids = withID(ids, id)
	}
	if len(ids) != 1 {
		return ""
	}
	return ids[0]
}

// knownElsewhere says whether somebody with a name, or one like it, is a contact that is
// not among those near.
func knownElsewhere(ctx context.Context, office Office, name fullName, near []directory.Contact) (bool, error) {
	known, err := office.ContactsNamed(ctx, name.last, maxNamed)
	if err != nil {
		return false, fmt.Errorf("contacts named %s: %w", name.last, err)
	}
	return len(known) >= maxNamed || slices.ContainsFunc(known, func(c directory.Contact) bool {
		at := func(n directory.Contact) bool { return n.ID == c.ID }
		return name.like(nameOf(c.Name)) != different && !slices.ContainsFunc(near, at)
	}), nil
}

// takeover finds words for what happens to a company whose domain stays.
var takeover = lazyregexp.New(`\b(overgenomen|overname|gefuseerd|fusie|samengegaan|samengevoegd|nieuwe eigenaar|nieuwe naam|naamswijziging|verder onder de naam|` +
	`taken over|acquired|acquisition|merged|merger|rebranded|new owner)\b`)

// anotherCompany says whether a mail speaks of a takeover, or is signed by a company
// that is called neither like the client nor like the domain.
func anotherCompany(it item.Item, client string) bool {
	if takeover.MatchString(fold(it.Subject + "\n" + it.Says)) {
		return true
	}
	company := mailtext.CardOf(it.From, mailtext.Text{Own: it.Says, Signature: it.Signed}).Company
	return company != "" && !agrees(company, client) && !calledLike(directory.Domain(it.From.Email), company)
}

package learn

import (
	"context"
	"slices"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/mailtext"
)

// atAddress looks for the contact who has the sender's address without its tag,
// and for the former team member who had the address.
func (cs *clientSearch) atAddress() []lookup {
	var lookups []lookup
	if base, tagged := directory.Untagged(cs.by.from.Email); tagged {
		lookups = append(lookups, lookupIf(cs.office.ContactByAddress, base, func(c directory.Contact) { cs.untagged = &c }))
	}
	if cs.by.colleague {
		lookups = append(lookups, lookupIf(cs.office.MemberByAddress, cs.by.from.Email, func(m directory.TeamMember) {
			if !m.Active {
				cs.former = m.Name
			}
		}))
	}
	return lookups
}

// atDomain looks for clients by the contacts at the sender's domain and by the
// rule about it.
func (cs *clientSearch) atDomain() []lookup {
	domain := cs.by.domain()
	if domain == "" || cs.m.Item.Facts.Portal { // it writes for all clients
		return nil
	}
	return []lookup{
		lookupOf(
			func(ctx context.Context) ([]directory.Contact, error) {
				return cs.office.ContactsAtDomain(ctx, domain, maxNear)
			},
			func(near []directory.Contact) {
				cs.near = near
				n := map[string]float64{}
				with := 0.0 // contacts who say anything
				for _, c := range near {
					if len(c.Clients) > 0 {
						with++
					}
					for _, id := range c.Clients {
						n[id] += 1 / float64(len(c.Clients))
					}
				}
				for id, share := range n {
					weight := domainSome * share / with
					if len(n) == 1 {
						weight = domainAll
					}
					cs.candidate(id).add(weight, counted("same-domain", max(1, int(share+0.5)), domain))
				}
			}),
		lookupIf(func(ctx context.Context, domain string) (directory.Rule, bool, error) {
			rule, ok, err := cs.office.RuleFor(ctx, directory.DomainClient, domain)
			return rule, ok && rule.State != directory.RuleUndone && rule.State != directory.RuleUndoing, err
		}, domain, func(rule directory.Rule) {
			for id, n := range count(rule.Evidence).all {
				cs.candidate(id).add(domainTaught*float64(n)/float64(len(rule.Evidence)), counted("domain-rule", n, domain))
			}
		}),
	}
}

// inChat looks up the client and the contact of the chat that the mail answers.
func (cs *clientSearch) inChat() []lookup {
	chat := cs.m.Answered
	if chat == nil {
		return nil
	}
	return []lookup{
		lookupOf(func(ctx context.Context) (directory.Client, error) { return cs.office.Client(ctx, chat.Client) },
			func(c directory.Client) { cs.point(c, answeredChat, reason("answers-chat")) }),
		lookupOf(func(ctx context.Context) (directory.Contact, error) { return cs.office.Contact(ctx, chat.Contact) },
			func(c directory.Contact) { cs.chat = &c }),
	}
}

// byNumber looks for clients by client numbers, KvK numbers and VAT ids that
// the text names as such, in the author's own words and signature and in what
// the mail quotes.
func (cs *clientSearch) byNumber() []lookup {
	var lookups []lookup
	add := func(text string, factor float64, most int) {
		n := mailtext.NumbersIn(text)
		for _, number := range announced(text) {
			n.Labelled = withID(n.Labelled, number)
		}
		for _, number := range n.Labelled[:min(most, len(n.Labelled))] {
			lookups = append(lookups, cs.number(number, labelled*factor, reasonLabelled))
		}
		for _, kvk := range n.KvK[:min(most, len(n.KvK))] {
			lookups = append(lookups, lookupOf(
				func(ctx context.Context) ([]directory.Client, error) { return cs.office.ClientsByKvK(ctx, kvk) },
				func(found []directory.Client) { cs.alike(found, registered*factor, reasonKvK) }))
		}
		for _, vat := range n.VAT[:min(most, len(n.VAT))] {
			lookups = append(lookups, lookupOf(
				func(ctx context.Context) ([]directory.Client, error) { return cs.office.ClientsByVAT(ctx, vat) },
				func(found []directory.Client) { cs.alike(found, registered*factor, reasonVAT) }))
		}
		for _, account := range n.IBAN[:min(1, len(n.IBAN))] {
			lookups = append(lookups, lookupOf(
				func(ctx context.Context) ([]directory.Client, error) { return cs.office.ClientsByIBAN(ctx, account) },
				func(found []directory.Client) {
					cs.alike(found, bankAccount*factor, func(directory.Client) Reason { return reason("iban", account) })
				}))
		}
	}
	add(cs.by.own, 1, 2)
	if cs.regular {
		add(cs.by.signature, signatureFactor, 1)
	} else {
		add(cs.by.signature, employerFactor, 2)
	}
	if !cs.regular || cs.m.Answered == nil { // the quoted mail is of the chat
		add(cs.by.quoted, quotedFactor, 1)
	}
	return lookups
}

// number looks for the client with a client number.
func (cs *clientSearch) number(number string, weight float64, why func(directory.Client) Reason) lookup {
	return lookupIf(cs.office.ClientByNumber, number, func(c directory.Client) { cs.point(c, weight, why(c)) })
}

// alike notes a clue that points to several clients equally.
func (cs *clientSearch) alike(found []directory.Client, weight float64, why func(directory.Client) Reason) {
	for _, c := range found {
		cs.point(c, weight/float64(len(found)), why(c))
	}
}

// byLooseNumber looks for clients by numbers that the text does not explain, or
// that the name of a file has.
func (cs *clientSearch) byLooseNumber() []lookup {
	var lookups []lookup
	note := func(text string, chance float64, why func(directory.Client) Reason) {
		for _, number := range mailtext.NumbersIn(text).Unlabelled {
			if len(number) >= 4 && !otherNumber(text, number) && len(lookups) < 3 {
				lookups = append(lookups, cs.number(number, chance, why))
			}
		}
	}
	note(cs.by.files, numberFile, func(c directory.Client) Reason { return reason("number:file", c.Number) })
	note(cs.by.own, loose, reasonNumber)
	return lookups
}

// inBrackets looks for those of the author's own clients whose number stands in brackets,
// as a year may.
func (cs *clientSearch) inBrackets() (lookups []lookup) {
	for _, m := range inBrackets.FindAllStringSubmatch(cs.by.own, 2) {
		lookups = append(lookups, lookupIf(cs.office.ClientByNumber, m[1], func(c directory.Client) {
			if slices.Contains(cs.linked, c.ID) {
				cs.point(c, loose, reasonNumber(c))
			}
		}))
	}
	return lookups
}

// byName looks for contacts with the author's surname.
func (cs *clientSearch) byName() []lookup {
	var lookups []lookup
	for _, last := range []string{cs.by.name.last, cs.by.name.bare} {
		if last == "" {
			continue
		}
		lookups = append(lookups, lookupOf(
			func(ctx context.Context) ([]directory.Contact, error) {
				return cs.office.ContactsNamed(ctx, last, maxNamed)
			},
			func(found []directory.Contact) { cs.named = append(cs.named, found...) }))
	}
	return lookups
}

// amongRecipients looks for clients by the contacts among the recipients.
func (cs *clientSearch) amongRecipients() []lookup {
	var lookups []lookup
	for _, a := range slices.Concat(cs.m.Item.To, cs.m.Item.Cc) {
		email, err := directory.ReceivedAddress(a.Email)
		if err != nil || email == cs.by.from.Email || email == cs.m.Item.Address || cs.m.Own != nil && cs.m.Own(email) || len(lookups) == maxAround {
			continue
		}
		lookups = append(lookups, lookupIf(cs.office.ContactByAddress, email, func(c directory.Contact) {
			for _, id := range c.Clients {
				cs.candidate(id).add(recipient/float64(len(c.Clients)), reason("recipient", c.Name))
			}
		}))
	}
	return lookups
}

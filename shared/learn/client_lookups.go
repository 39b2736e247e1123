package learn

import (
	"context"
	"slices"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/mailtext"
)

func (h *clientSearch) atDomain() []lookup {
	domain := h.by.domain()
	if domain == "" {
		return nil
	}
	return []lookup{
		lookupOf(
			func(ctx context.Context) ([]directory.Contact, error) {
				return h.office.ContactsAtDomain(ctx, domain, maxNear)
			},
			func(near []directory.Contact) {
				h.near = near
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
					h.candidate(id).add(weight, reasonDomain(domain, max(1, int(share+0.5))))
				}
			}),
		func(ctx context.Context) (func(), error) {
			rule, ok, err := h.office.RuleFor(ctx, directory.DomainClient, domain)
			if !ok || rule.State == directory.RuleUndone || rule.State == directory.RuleUndoing {
				return nil, err
			}
			return func() {
				t := count(rule.Evidence)
				for id, n := range t.all {
					h.candidate(id).add(domainTaught*float64(n)/float64(len(rule.Evidence)), reasonTaught(domain, n))
				}
			}, err
		},
	}
}

func (h *clientSearch) inChat() []lookup {
	chat := h.m.Answered
	if chat == nil {
		return nil
	}
	return []lookup{
		lookupOf(func(ctx context.Context) (directory.Client, error) { return h.office.Client(ctx, chat.Client) },
			func(c directory.Client) { h.point(c, answeredChat, reasonChat) }),
		lookupOf(func(ctx context.Context) (directory.Contact, error) { return h.office.Contact(ctx, chat.Contact) },
			func(c directory.Contact) { h.chat = &c }),
	}
}

// byNumber looks for clients by what is called their number, KvK number or VAT
// id in the sender's own words and signature, and in what he quotes.
func (h *clientSearch) byNumber() []lookup {
	var looks []lookup
	add := func(text string, factor float64, most int) {
		n := mailtext.NumbersIn(text)
		for _, number := range n.Labelled[:min(most, len(n.Labelled))] {
			looks = append(looks, h.number(number, labelled*factor, reasonLabelled))
		}
		for _, kvk := range n.KvK[:min(most, len(n.KvK))] {
			looks = append(looks, lookupOf(
				func(ctx context.Context) ([]directory.Client, error) { return h.office.ClientsByKvK(ctx, kvk) },
				func(found []directory.Client) { h.alike(found, registered*factor, reasonKvK) }))
		}
		for _, vat := range n.VAT[:min(most, len(n.VAT))] {
			looks = append(looks, lookupOf(
				func(ctx context.Context) ([]directory.Client, error) { return h.office.ClientsByVAT(ctx, vat) },
				func(found []directory.Client) { h.alike(found, registered*factor, reasonVAT) }))
		}
	}
	add(h.by.own+"\n"+h.by.signature, 1, 2)
	add(h.by.quoted, quotedFactor, 1)
	return looks
}

func (h *clientSearch) number(number string, weight float64, why func(directory.Client) Reason) lookup {
	return func(ctx context.Context) (func(), error) {
		c, ok, err := h.office.ClientByNumber(ctx, number)
		if !ok {
			return nil, err
		}
		return func() { h.point(c, weight, why(c)) }, err
	}
}

// alike notes clients that something points to equally.
func (h *clientSearch) alike(found []directory.Client, weight float64, why func(directory.Client) Reason) {
	for _, c := range found {
		h.point(c, weight/float64(len(found)), why(c))
	}
}

// byLooseNumber looks for clients by numbers that may be anything.
func (h *clientSearch) byLooseNumber() []lookup {
	var looks []lookup
	for _, number := range mailtext.NumbersIn(h.by.own).Loose {
		if len(number) >= 4 && !otherNumber(h.by.own, number) && len(looks) < 3 {
			looks = append(looks, h.number(number, loose, reasonNumber))
		}
	}
	return looks
}

func (h *clientSearch) byName() []lookup {
	var looks []lookup
	for _, last := range []string{h.by.name.last, h.by.name.bare} {
		if last == "" {
			continue
		}
		looks = append(looks, lookupOf(
			func(ctx context.Context) ([]directory.Contact, error) {
				return h.office.ContactsNamed(ctx, last, maxNamed)
			},
			func(found []directory.Contact) { h.named = append(h.named, found...) }))
	}
	return looks
}

func (h *clientSearch) amongRecipients() []lookup {
	var looks []lookup
	for _, a := range slices.Concat(h.m.Item.To, h.m.Item.Cc) {
		email, err := directory.ReceivedAddress(a.Email)
		if err != nil || email == h.by.from.Email || email == h.m.Item.Address || h.m.Own != nil && h.m.Own(email) || len(looks) == maxAround {
			continue
		}
		looks = append(looks, func(ctx context.Context) (func(), error) {
			c, ok, err := h.office.ContactByAddress(ctx, email)
			if !ok {
				return nil, err
			}
			return func() {
				for _, id := range c.Clients {
					h.candidate(id).add(recipient/float64(len(c.Clients)), reasonRecipient(c))
				}
			}, err
		})
	}
	return looks
}

package learn

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"

	"kantoorpost/shared/directory"
)

// people is an office in memory. It counts the questions that it is asked.
type people struct {
	clients  map[string]directory.Client
	contacts map[string]directory.Contact
	members  []directory.TeamMember
	teams    map[string][]directory.Link
	rules    map[string]directory.Rule
	asked    atomic.Int64
	fail     error // of every answer
}

func newPeople() *people {
	return &people{clients: map[string]directory.Client{}, contacts: map[string]directory.Contact{}, teams: map[string][]directory.Link{},
		rules: map[string]directory.Rule{}}
}

// index is the index of its clients.
func (p *people) index() (*ClientIndex, error) {
	return NewClientIndex(slices.SortedFunc(maps.Values(p.clients), func(a, b directory.Client) int { return cmp.Compare(a.ID, b.ID) })), nil
}

func (p *people) Contact(_ context.Context, id string) (directory.Contact, error) {
	p.asked.Add(1)
	c, ok := p.contacts[id]
	if !ok {
		return c, cmp.Or(p.fail, fmt.Errorf("contact %s: %w", id, directory.ErrNotFound))
	}
	return c, p.fail
}

func (p *people) ContactByAddress(_ context.Context, address string) (directory.Contact, bool, error) {
	found := p.some(1, func(c directory.Contact) bool { return slices.Contains(c.Emails, address) })
	if len(found) == 0 {
		return directory.Contact{}, false, p.fail
	}
	return found[0], true, p.fail
}

// some returns contacts, in a fixed order.
func (p *people) some(limit int, which func(directory.Contact) bool) []directory.Contact {
	p.asked.Add(1)
	var out []directory.Contact
	for _, c := range p.contacts {
		if which(c) {
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(a, b directory.Contact) int { return strings.Compare(a.ID, b.ID) })
	return out[:min(len(out), limit)]
}

func (p *people) ContactsAtDomain(_ context.Context, domain string, limit int) ([]directory.Contact, error) {
	return p.some(limit, func(c directory.Contact) bool {
		return slices.ContainsFunc(c.Emails, func(e string) bool { return strings.HasSuffix(e, "@"+domain) }) && !directory.PublicDomain(domain)
	}), p.fail
}

func (p *people) ContactsNamed(_ context.Context, surname string, limit int) ([]directory.Contact, error) {
	return p.some(limit, func(c directory.Contact) bool { return nameOf(c.Name).last == fold(surname) }), p.fail
}

func (p *people) ContactsOfClient(_ context.Context, client string, limit int) ([]directory.Contact, error) {
	return p.some(limit, func(c directory.Contact) bool { return slices.Contains(c.Clients, client) }), p.fail
}

func (p *people) Client(_ context.Context, id string) (directory.Client, error) {
	p.asked.Add(1)
	c, ok := p.clients[id]
	if !ok {
		return c, cmp.Or(p.fail, fmt.Errorf("client %s: %w", id, directory.ErrNotFound))
	}
	return c, p.fail
}

func (p *people) those(limit int, which func(directory.Client) bool) ([]directory.Client, error) {
	p.asked.Add(1)
	var out []directory.Client
	for _, c := range p.clients {
		if which(c) {
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(a, b directory.Client) int { return strings.Compare(a.ID, b.ID) })
	return out[:min(len(out), limit)], p.fail
}

func (p *people) ClientByNumber(_ context.Context, number string) (directory.Client, bool, error) {
	found, err := p.those(1, func(c directory.Client) bool { return strings.EqualFold(c.Number, number) })
	if len(found) == 0 {
		return directory.Client{}, false, err
	}
	return found[0], true, err
}

func (p *people) ClientsByKvK(_ context.Context, kvk string) ([]directory.Client, error) {
	return p.those(50, func(c directory.Client) bool { return c.KvK == kvk })
}

func (p *people) ClientsByVAT(_ context.Context, vat string) ([]directory.Client, error) {
	return p.those(50, func(c directory.Client) bool { return c.VAT == vat })
}

func (p *people) ClientsByIBAN(_ context.Context, iban string) ([]directory.Client, error) {
	return p.those(50, func(c directory.Client) bool { return slices.Contains(c.IBANs, iban) })
}

func (p *people) ClientsNamed(_ context.Context, word string, limit int) ([]directory.Client, error) {
	word = strings.Join(directory.NameWords(word), "")
	return p.those(limit, func(c directory.Client) bool {
		words := directory.NameWords(c.Name)
		return len(word) >= 3 && (slices.Contains(words, word) || strings.Join(words, "") == word)
	})
}

func (p *people) ClientsSpelt(_ context.Context, word string, limit int) ([]directory.Client, error) {
	return p.those(limit, func(c directory.Client) bool {
		return slices.ContainsFunc(directory.NameWords(c.Name), func(w string) bool { return directory.Misspelt(word, w) })
	})
}

func (p *people) ClientTeam(_ context.Context, client string) ([]directory.Link, error) {
	p.asked.Add(1)
	return p.teams[client], p.fail
}

func (p *people) MemberByAddress(_ context.Context, address string) (directory.TeamMember, bool, error) {
	p.asked.Add(1)
	for _, m := range p.members {
		if m.Email == address {
			return m, true, p.fail
		}
	}
	return directory.TeamMember{}, false, p.fail
}

func (p *people) RuleFor(_ context.Context, kind directory.RuleKind, key string) (directory.Rule, bool, error) {
	p.asked.Add(1)
	r, ok := p.rules[directory.RuleID(kind, key)]
	return r, ok, p.fail
}

// teach changes a rule.
func (p *people) teach(kind directory.RuleKind, key string, f func(directory.Rule) directory.Rule) {
	id := directory.RuleID(kind, key)
	p.rules[id] = f(p.rules[id])
}

// taught is teach with one more decision.
func (p *people) taught(kind directory.RuleKind, key string, e directory.Evidence, forever bool) {
	p.teach(kind, key, func(r directory.Rule) directory.Rule { return Teach(r, kind, key, e, forever) })
}

func (p *people) AllMembers(context.Context) ([]directory.TeamMember, error) {
	return p.members, p.fail
}

func (p *people) Domains(context.Context) ([]string, error) {
	var list []string
	for _, c := range p.contacts {
		for _, e := range c.Emails {
			if d := directory.Domain(e); !directory.PublicDomain(d) {
				list = append(list, d)
			}
		}
	}
	return list, p.fail
}

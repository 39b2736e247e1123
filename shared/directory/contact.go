package directory

import (
	"context"
	"slices"
	"strings"
	"time"
)

// The limits of a contact. All rows of one contact, and of two rules, must fit in
// one transaction; an address has up to three rows.
const (
	maxEmails  = 12
	MaxClients = 50
)

// A Contact is a person at a client, or at several, who writes to the office.
type Contact struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	Emails   []string `json:"emails" nullable:"false" doc:"each belongs to at most one contact"`
	Clients  []string `json:"clients" nullable:"false" doc:"ids of clients"`
	Phone    string   `json:"phone,omitempty"`
	Function string   `json:"function,omitempty" doc:"what he or she is at the client"`
	Language string   `json:"language,omitempty" enum:"nl,en,de,fr" doc:"of mail to him or her; as he or she writes when absent"`
	Portal   bool     `json:"portal,omitempty" doc:"a program that sends mail for many clients; it has no clients of its own"`
	// Learned has the id of the rule that linked an address, by address.
	Learned map[string]string `json:"learned,omitempty" doc:"by e-mail address, the id of the rule that linked it"`
	// Undeliverable has, by address, since when a mail system says that it does not
	// exist. Mail from the address removes that.
	Undeliverable map[string]time.Time `json:"undeliverable,omitempty" doc:"by e-mail address, since when mail to it does not arrive"`
	Revision      string               `json:"revision" doc:"the entity tag, without its quotes"`
}

// NoClient says that a contact has no clients and is no portal: nothing tells where its
// mail belongs, or that anybody needs it.
func (c Contact) NoClient() bool { return !c.Portal && len(c.Clients) == 0 }

func (c Contact) identity() (kind, id, revision string) { return "contact", c.ID, c.Revision }
func (c Contact) with(id, revision string) Contact {
	c.ID, c.Revision = id, revision
	return c
}

func (c Contact) derived() []derivedRow {
	rows := []derivedRow{{key: keyOf("contact-name", sortable(c.Name), c.ID), copies: true}}
	if word := surname(c.Name); word != "" {
		rows = append(rows, derivedRow{key: keyOf("contact-surname", word, c.ID), copies: true, index: true})
	}
	seen := map[string]bool{}
	for _, email := range c.Emails {
		rows = append(rows, derivedRow{key: addressKey("contact-address", email), copies: true, unique: "emails", value: email})
		domain := Domain(email)
		if !seen[domain] && !PublicDomain(domain) {
			rows = append(rows, derivedRow{key: keyOf("contact-domain", domain, c.ID), copies: true, index: true})
		}
		if rule := c.Learned[email]; rule != "" && !seen[rule] {
			rows = append(rows, derivedRow{key: keyOf("rule-contact", rule, c.ID), copies: true})
			seen[rule] = true
		}
		seen[domain] = true
	}
	for _, client := range c.Clients {
		rows = append(rows, derivedRow{key: keyOf("contact-client", client, c.ID), copies: true})
	}
	named := c.nameWords()
	words := indexable(append(slices.Clip(named), c.partWords()...), len(rows))
	own := 0
	for own < len(words) && slices.ContainsFunc(named, func(word string) bool { return cutWord(word) == words[own] }) {
		own++
	}
	rows = append(rows, wordRows("contact-word", words[:own], c.Name, c.ID)...)
	return append(rows, wordRows("contact-part", words[own:], c.Name, c.ID)...)
}

// nameWords returns the words of the name, the last first: people are searched
// by surname.
func (c Contact) nameWords() []string {
	words := Words(c.Name)
	slices.Reverse(words)
	return words
}

// partWords returns the words of the addresses, without top-level domains, and
// the digits of the phone number.
func (c Contact) partWords() []string {
	var words []string
	for _, email := range c.Emails {
		parts := AddressWords(email)
		if strings.Contains(Domain(email), ".") {
			parts = parts[:max(0, len(parts)-1)]
		}
		words = append(words, parts...)
	}
	if digits := digitsOf(c.Phone); digits != "" {
		words = append(words, digits)
	}
	return words
}

func (c Contact) texts() []string { return append([]string{c.Name}, c.Emails...) }

func (c Contact) allWords() []string {
	words := append(Words(c.Name), digitsOf(c.Phone))
	for _, email := range c.Emails {
		words = append(words, AddressWords(email)...)
	}
	return words
}

// digitsOf returns the digits of a phone number.
func digitsOf(phone string) string {
	return strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' {
			return r
		}
		return -1
	}, phone)
}

// Contacts are listed by name. A search finds contacts that have all its words in their
// name, addresses or phone number, each as the beginning of a word. It ignores case and
// diacritics; contacts found by name come first.
func (s *Store) Contacts() Kind[Contact] {
	return Kind[Contact]{store: s,
		list: func(ctx context.Context, s *Store, q Query) (Page[Contact], error) {
			return listed[Contact](ctx, s, "contact-name", q, contactSearch)
		},
		check: func(ctx context.Context, _ *change, now, was Contact) (Contact, error) {
			return checkContact(ctx, s.has, now, was, typedOr(was.Emails))
		}}
}

// Contact returns the contact with an id, or ErrNotFound.
func (s *Store) Contact(ctx context.Context, id string) (Contact, error) {
	return s.Contacts().Get(ctx, id)
}

// ContactByAddress returns the contact with an e-mail address, with one table
// operation. Text that is no address has no contact.
func (s *Store) ContactByAddress(ctx context.Context, address string) (Contact, bool, error) {
	return byAddress[Contact](ctx, s, "contact-address", address)
}

// contactSearch is the plan of a search for contacts.
func contactSearch(text, driver string) (words []string, phases []phase) {
	words = queryWords(text)
	if driver != "" {
		phases = []phase{{prefix: keyOf("contact-word", driver)}, {prefix: keyOf("contact-part", driver)}}
	}
	if digits := digitsOf(text); len(digits) >= 4 && strings.Trim(text, "+0123456789 ()-/.") == "" {
		// This is a phone number with spaces.
		words, phases = []string{digits}, []phase{{prefix: keyOf("contact-part", digits)}}
	}
	if address, err := ReceivedAddress(text); err == nil && strings.Contains(text, "@") && !strings.HasPrefix(text, "@") {
		phases = append([]phase{{prefix: keyOf("contact-address", address), whole: true}}, phases...)
	}
	return words, phases
}

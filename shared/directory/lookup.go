package directory

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"kantoorpost/shared/iban"
)

// most is the most clients that a lookup by KvK number, VAT id or IBAN returns.
const most = 50

// ContactsAtDomain returns contacts with an address at exactly this domain,
// with one query. It returns none for a public provider (PublicDomain).
func (s *Store) ContactsAtDomain(ctx context.Context, domain string, limit int) ([]Contact, error) {
	domain, ok := normalDomain(domain)
	if !ok || PublicDomain(domain) {
		domain = ""
	}
	return below[Contact](ctx, s, "contact-domain", domain, limit)
}

// ContactsNamed returns contacts with a surname, with one query. It ignores
// case and diacritics.
func (s *Store) ContactsNamed(ctx context.Context, name string, limit int) ([]Contact, error) {
	return below[Contact](ctx, s, "contact-surname", surname(name), limit)
}

// ContactsOfClient returns the first contacts that are linked to a client.
func (s *Store) ContactsOfClient(ctx context.Context, client string, limit int) ([]Contact, error) {
	page, err := s.ListContactsOfClient(ctx, client, Query{Limit: limit})
	return page.Items, err
}

// ListContactsOfClient lists the contacts that are linked to a client, with one
// query, and one more for each contact that was last saved before there were
// copies by client.
func (s *Store) ListContactsOfClient(ctx context.Context, client string, q Query) (Page[Contact], error) {
	if !isID(client) {
		return Page[Contact]{}, nil
	}
	key := keyOf("contact-client", client)
	Note(ctx, key+"|")
	page, err := list(ctx, s, key, q, func(c Contact) []string { return []string{c.Name} })
	for i, c := range page.Items {
		if c.Name == "" && err == nil {
			page.Items[i], err = s.Contact(ctx, c.ID)
		}
	}
	return page, err
}

// ClientByNumber returns the client with a number, with one table operation.
func (s *Store) ClientByNumber(ctx context.Context, number string) (Client, bool, error) {
	number, err := checkName("number", number, 40)
	if err != nil {
		return Client{}, false, nil
	}
	return find[Client](ctx, s, keyOf("client-number", fold(number)))
}

// ClientsByKvK returns the clients with a KvK number, with one query.
func (s *Store) ClientsByKvK(ctx context.Context, kvk string) ([]Client, error) {
	return below[Client](ctx, s, "client-kvk", kvkPattern.FindString(separators.Replace(kvk)), most)
}

// ClientsByVAT returns the clients with a VAT id, with one query.
func (s *Store) ClientsByVAT(ctx context.Context, vat string) ([]Client, error) {
	return below[Client](ctx, s, "client-vat", vatPattern.FindString(strings.ToUpper(separators.Replace(vat))), most)
}

// ClientsByIBAN returns the clients with a bank account, with one query.
func (s *Store) ClientsByIBAN(ctx context.Context, text string) ([]Client, error) {
	account, ok := iban.Parse(text)
	if !ok {
		return nil, nil
	}
	return below[Client](ctx, s, "client-iban", account, most)
}

// ClientsNamed returns clients that have this word in their name, or this text
// as their name without spaces ("bakkerijjansen"), with one query. Legal forms
// are no words of a name.
func (s *Store) ClientsNamed(ctx context.Context, word string, limit int) ([]Client, error) {
	word = cutWord(strings.Join(NameWords(word), ""))
	if utf8.RuneCountInString(word) < 3 {
		return nil, nil
	}
	return below[Client](ctx, s, "client-word", word, limit)
}

// ClientsSpelt returns clients with a word in their name that can be this one,
// misspelt (Misspelt), the first half of it excepted. It is one query for the
// words that begin alike, at most a thousand, and one for each word that is found,
// at most limit.
func (s *Store) ClientsSpelt(ctx context.Context, word string, limit int) ([]Client, error) {
	word = cutWord(strings.Join(NameWords(word), ""))
	letters := []rune(word)
	if len(letters) < 5 {
		return nil, nil
	}
	from := keyOf("client-word", string(letters[:min(len(letters)/2, 4)]))
	rows, _, err := s.table.Columns(ctx, from, from+"}", 1000, "id")
	if err != nil {
		return nil, fmt.Errorf("directory: clients with a word like %s: %w", word, err)
	}
	var near []string
	for _, r := range rows {
		_, rest, _ := strings.Cut(r.Key, "|")
		if has, _, _ := strings.Cut(rest, "|"); Misspelt(word, has) && !slices.Contains(near, has) {
			near = append(near, has)
		}
	}
	var found []Client
	for _, w := range near[:min(len(near), limit)] {
		clients, err := below[Client](ctx, s, "client-word", w, limit-len(found)+1)
		if err != nil {
			return nil, err
		}
		found = append(found, clients...)
	}
	return found[:min(len(found), limit)], nil
}

// normalDomain returns the form of a domain in addresses, and whether the text
// is a domain.
func normalDomain(text string) (string, bool) {
	if Domain("x@"+strings.TrimSpace(text)) != strings.TrimSpace(text) {
		return "", false
	}
	address, err := ReceivedAddress("x@" + strings.TrimSpace(text))
	domain := Domain(address)
	return domain, err == nil && strings.Contains(domain, ".") && !strings.ContainsFunc(domain, func(r rune) bool {
		return unicode.IsSpace(r) || unseen(r) || strings.ContainsRune(specials, r)
	})
}

// Domains returns the domains at which contacts have addresses, except public
// providers, with one query for each thousand contacts and at most forty.
func (s *Store) Domains(ctx context.Context) ([]string, error) {
	seen := map[string]bool{}
	const prefix = "contact-domain|"
	for from, pages := prefix, 0; from != "" && pages < 40; pages++ {
		rows, next, err := s.table.Columns(ctx, from, after(prefix), 1000, "id")
		if err != nil {
			return nil, fmt.Errorf("directory: domains of contacts: %w", err)
		}
		for _, r := range rows {
			domain, _, _ := strings.Cut(strings.TrimPrefix(r.Key, prefix), "|")
			seen[domain] = true
		}
		from = next
	}
	return slices.Sorted(maps.Keys(seen)), nil
}

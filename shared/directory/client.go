package directory

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"kantoorpost/shared/iban"
	"kantoorpost/shared/lazyregexp"
	"kantoorpost/shared/table"
)

// A ClientType says what sort of party a client is.
type ClientType string

// The types of clients.
const (
	Organisation ClientType = "organisation"
	Person       ClientType = "person"
	Internal     ClientType = "internal"
	Supplier     ClientType = "supplier"
	Prospect     ClientType = "prospect"
)

// maxAccounts is the most bank accounts of a client.
const maxAccounts = 10

var clientTypes = []ClientType{Organisation, Person, Internal, Supplier, Prospect}

// A Client is a party that the office works for.
type Client struct {
	ID       string     `json:"id"`
	Number   string     `json:"number" doc:"unique; the product gives a prospect P-1, P-2 and so on"`
	Type     ClientType `json:"type" enum:"organisation,person,internal,supplier,prospect"`
	Name     string     `json:"name"`
	KvK      string     `json:"kvk,omitempty" doc:"number in the Dutch trade register, 8 digits"`
	VAT      string     `json:"vat,omitempty" doc:"VAT identification number, with its country"`
	IBANs    []string   `json:"ibans,omitempty" doc:"bank accounts, at most 10"`
	Revision string     `json:"revision" doc:"the entity tag, without its quotes"`
}

func (c Client) identity() (kind, id, revision string) { return "client", c.ID, c.Revision }
func (c Client) with(id, revision string) Client {
	c.ID, c.Revision = id, revision
	return c
}

func (c Client) derived() []derivedRow {
	rows := []derivedRow{{key: keyOf("client-number", fold(c.Number)), copies: true, unique: "number", value: c.Number}}
	if c.KvK != "" {
		rows = append(rows, derivedRow{key: keyOf("client-kvk", c.KvK, c.ID), copies: true, index: true})
	}
	if c.VAT != "" {
		rows = append(rows, derivedRow{key: keyOf("client-vat", c.VAT, c.ID), copies: true, index: true})
	}
	for _, account := range c.IBANs {
		rows = append(rows, derivedRow{key: keyOf("client-iban", account, c.ID), copies: true, index: true})
	}
	for _, word := range searchWords(c.Name) {
		rows = append(rows, derivedRow{key: keyOf("client-word", word, c.ID), copies: true, index: true})
	}
	return append(rows, wordRows("client-name", indexable(c.nameWords(), len(rows)), c.Name, c.ID)...)
}

// nameWords returns the words of the name, and all of them joined, as in a
// domain. It leaves out legal forms unless the name has nothing else.
func (c Client) nameWords() []string {
	words := NameWords(c.Name)
	if len(words) == 0 {
		return Words(c.Name)
	}
	return append(words, strings.Join(words, ""))
}

func (c Client) texts() []string { return append([]string{c.Name, c.Number, c.KvK, c.VAT}, c.IBANs...) }

func (c Client) allWords() []string {
	words := append(Words(c.Name), Words(c.Number)...)
	return append(words, strings.Join(NameWords(c.Name), ""), c.KvK, strings.ToLower(c.VAT), strings.ToLower(strings.Join(c.IBANs, " ")))
}

var (
	kvkPattern = lazyregexp.New(`^[0-9]{8}$`)
	// https://ec.europa.eu/taxation_customs/vies/#/faq says how the numbers of
	// each country are built; the common part is checked here.
	vatPattern   = lazyregexp.New(`^[A-Z]{2}[0-9A-Z+*]{2,13}$`)
	dutchPattern = lazyregexp.New(`^NL[0-9]{9}B[0-9]{2}$`)
	separators   = strings.NewReplacer(" ", "", ".", "", "-", "")
)

func (c Client) checked() (Client, error) {
	var err error
	if c.Number, err = checkName("number", c.Number, 40); err != nil {
		return c, err
	}
	if c.Name, err = checkName("name", c.Name, 200); err != nil {
		return c, err
	}
	if !slices.Contains(clientTypes, c.Type) {
		return c, &Invalid{Field: "type", Expected: "one of organisation, person, internal, supplier, prospect"}
	}
	c.KvK = separators.Replace(c.KvK)
	if c.KvK != "" && !kvkPattern.MatchString(c.KvK) {
		return c, &Invalid{Field: "kvk", Expected: "8 digits"}
	}
	c.VAT = strings.ToUpper(separators.Replace(c.VAT))
	if c.VAT != "" && (!vatPattern.MatchString(c.VAT) || strings.HasPrefix(c.VAT, "NL") && !dutchPattern.MatchString(c.VAT)) {
		return c, &Invalid{Field: "vat", Expected: "a VAT identification number such as NL123456789B01"}
	}
	accounts := c.IBANs
	if len(accounts) > maxAccounts {
		return c, &Invalid{Field: "ibans", Expected: fmt.Sprintf("at most %d bank accounts", maxAccounts)}
	}
	c.IBANs = nil
	for i, text := range accounts {
		account, ok := iban.Parse(separators.Replace(text))
		if !ok {
			return c, &Invalid{Field: fmt.Sprintf("ibans[%d]", i),
				Expected: "a bank account such as NL91ABNA0417164300, with its check digits right"}
		}
		if !slices.Contains(c.IBANs, account) {
			c.IBANs = append(c.IBANs, account)
		}
	}
	return c, nil
}

// Clients are listed by number. A search finds first the clients whose number, KvK number,
// VAT id or IBAN begins with the text, and then those with a name that has all its words,
// each as the beginning of a word. It ignores case and diacritics. A new prospect without a
// number gets the next one. A client with contacts is in use, and is deleted with its team.
func (s *Store) Clients() Kind[Client] {
	return Kind[Client]{store: s, referrers: []referrer{{"contact-client", "contact"}}, deleting: deleteTeamOf,
		list: func(ctx context.Context, s *Store, q Query) (Page[Client], error) {
			return listed[Client](ctx, s, "client-number", q, clientSearch)
		},
		check: func(ctx context.Context, c *change, now, was Client) (_ Client, err error) {
			if was.ID == "" && now.Type == Prospect && strings.TrimSpace(now.Number) == "" {
				if now.Number, err = s.prospectNumber(ctx, c); err != nil {
					return now, err
				}
			}
			return now.checked()
		}}
}

func deleteTeamOf(ctx context.Context, c *change, client Client) error {
	team, found, err := find[clientTeam](ctx, c.store, keyOf("links", client.ID))
	if err != nil || !found {
		return err
	}
	return release(ctx, c, &team, nil)
}

// prospectNumbers is the row with the last number of a prospect, so that the
// number of a deleted prospect is not used again.
type prospectNumbers struct {
	Last int `json:"last"`
}

const (
	prospectPrefix = "P-"
	prospectsKey   = "prospect-numbers"
)

// prospectNumber takes the next number for a prospect, as part of a change.
// Changes are serial, so no two prospects get the same.
func (s *Store) prospectNumber(ctx context.Context, c *change) (string, error) {
	numbers, counted, err := find[prospectNumbers](ctx, s, prospectsKey)
	if err != nil {
		return "", err
	}
	number := func() string { return prospectPrefix + strconv.Itoa(numbers.Last) }
	numbers.Last++
	_, taken, err := s.ClientByNumber(ctx, number())
	if err != nil {
		return "", err
	}
	if taken || !counted {
		// Numbers of this form may also have been typed or imported.
		prefix := keyOf("client-number", fold(prospectPrefix))
		for row, err := range s.rows(ctx, prefix) {
			if err != nil {
				return "", err
			}
			digits, is := strings.CutPrefix(row.Key, prefix)
			if !is {
				break
			}
			if n, err := strconv.Atoi(digits); err == nil && n < 1<<30 {
				numbers.Last = max(numbers.Last, n+1)
			}
		}
	}
	c.add(prospectsKey, table.Put(table.Pack(prospectsKey, numbers)))
	return number(), nil
}

// Client returns the client with an id, or ErrNotFound.
func (s *Store) Client(ctx context.Context, id string) (Client, error) {
	return s.Clients().Get(ctx, id)
}

// AllClients returns clients by number, at most most of them, with one query for each
// thousand.
func (s *Store) AllClients(ctx context.Context, most int) ([]Client, error) {
	var all []Client
	err := each(ctx, s, "client-number|", func(c Client) bool {
		all = append(all, c)
		return len(all) < most
	})
	return all, err
}

// clientSearch is the plan of a search for clients.
func clientSearch(text, driver string) (words []string, phases []phase) {
	text = oneLine(text)
	phases = append(phases, phase{prefix: keyOf("client-number", fold(text)), whole: true})
	number := strings.ToUpper(separators.Replace(text))
	for _, n := range numberPrefixes {
		if n.prefix.MatchString(number) {
			phases = append(phases, phase{prefix: keyOf(n.kind, number), whole: true})
		}
	}
	if driver != "" {
		phases = append(phases, phase{prefix: keyOf("client-name", driver)})
	}
	return queryWords(text), phases
}

// numberPrefixes match the beginning of a KvK number, a VAT id or an IBAN, long enough to
// be meant as one, each with the kind of its rows.
var numberPrefixes = []struct {
	kind   string
	prefix *lazyregexp.Regexp
}{
	{"client-kvk", lazyregexp.New(`^[0-9]{4,8}$`)},
	{"client-vat", lazyregexp.New(`^[A-Z]{2}[0-9][0-9A-Z+*]{3,12}$`)},
	{"client-iban", lazyregexp.New(`^[A-Z]{2}[0-9]{2}[0-9A-Z]{2,30}$`)},
}

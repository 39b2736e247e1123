package directory

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"kantoorpost/shared/index"
	"kantoorpost/shared/table"
)

// indexVersion grows when the search rows of objects change. Until Index has
// rewritten them, a search reads the whole list.
const indexVersion = 1

const (
	maxIndexed = 16 // words of one object that can be searched for
	maxAsked   = 8  // words of one search
)

// A searched object is found by words.
type searched[T any] interface {
	Entity[T]
	// allWords are the words that a search of several words must match, in the
	// form of Words.
	allWords() []string
	// texts are what is searched while some objects have no search rows.
	texts() []string
}

// A plan returns the words and the index rows of a search by one of its words.
type plan func(text, driver string) (words []string, phases []phase)

// listed lists objects by their rows of a kind, or those that a search finds.
func listed[T searched[T]](ctx context.Context, s *Store, kind string, q Query, p plan) (Page[T], error) {
	if strings.TrimSpace(q.Search) != "" {
		if ready, err := s.searchable(ctx); err != nil || ready {
			if err != nil {
				return Page[T]{}, err
			}
			return found[T](ctx, s, q, p)
		}
	}
	return list(ctx, s, kind, q, T.texts)
}

// found searches by the word that the fewest rows are expected to begin with. When one
// query finds nothing among its many rows, the other words are tried with a query each:
// in "Relatie 4999" the second is rarer.
func found[T searched[T]](ctx context.Context, s *Store, q Query, p plan) (Page[T], error) {
	drivers := driversOf(q.Search)
	words, phases := p(q.Search, drivers[0])
	if len(drivers) > 1 && q.After == "" {
		page, err := search[T](ctx, s, q, words, phases, len(phases))
		if err != nil || page.Next == "" || len(page.Items) == cmp.Or(q.Limit, 50) {
			return page, err
		}
		for _, driver := range drivers[1:] {
			if len(page.Items) > 0 {
				break
			}
			words, phases := p(q.Search, driver)
			rare, err := search[T](ctx, s, q, words, phases, len(phases))
			if err != nil || len(rare.Items) > 0 {
				rare.Next = page.Next
				return rare, err
			}
		}
	}
	return search[T](ctx, s, q, words, phases, searchPages)
}

// A phase is a range of index rows that a search reads.
type phase struct {
	prefix string // of the rows' keys
	// whole says that the key holds all of the searched text.
	whole bool
}

// queryWords returns the words of a search, without diacritics and in lower case.
func queryWords(text string) (words []string) {
	for raw := range strings.FieldsSeq(visible(text)) {
		words = append(words, Words(raw)...)
	}
	return words[:min(len(words), maxAsked)]
}

// driversOf returns the words of a search by which rows can be read, first the one that
// the fewest rows are expected to begin with; "" alone for a text without words.
func driversOf(text string) []string {
	weights := map[string]int{"": -1}
	drivers := []string{""}
	for raw := range strings.FieldsSeq(visible(text)) {
		parts := Words(raw)
		for i, word := range parts {
			w := 2 * utf8.RuneCountInString(word)
			if fillers[word] || legalForms[word] {
				w = 1
			}
			if i > 0 && i == len(parts)-1 {
				w = 0 // it may be the top-level domain of an address
			}
			if word = cutWord(word); len(drivers) <= maxAsked && !slices.Contains(drivers, word) {
				drivers, weights[word] = append(drivers, word), w
			}
		}
	}
	slices.Reverse(drivers) // of words of equal weight the last comes first
	slices.SortStableFunc(drivers, func(a, b string) int { return weights[b] - weights[a] })
	return drivers[:max(1, len(drivers)-1)]
}

// search reads the objects of the rows of phases, in the order of the phases
// and of their keys, each once. One page costs at most most queries, for any number of
// objects: it may hold fewer objects than the limit and have a next page.
func search[T searched[T]](ctx context.Context, s *Store, q Query, words []string, phases []phase, most int) (Page[T], error) {
	page := Page[T]{Items: []T{}}
	limit := cmp.Or(q.Limit, 50)
	first, from := 0, ""
	if q.After != "" {
		first = slices.IndexFunc(phases, func(p phase) bool { return strings.HasPrefix(q.After, p.prefix) })
		if from = q.After; first < 0 || !position(from) {
			return page, &Invalid{Field: "after", Expected: "the next of the page before, of the same search"}
		}
	}
	// A search of one word skips few rows.
	size := min(searchPage, limit+limit/2+10)
	if len(words) > 1 {
		size = searchPage
	}
	for at, queries := first, 0; at < len(phases); at, from = at+1, "" {
		p := phases[at]
		for from = cmp.Or(from, p.prefix); from != ""; queries++ {
			if queries == most {
				page.Next = from
				return page, nil
			}
			rows, next, err := s.table.Range(ctx, from, table.PastPrefix(p.prefix), size)
			if err != nil {
				return page, err
			}
			for _, row := range rows {
				var v T
				if err := unpack(row, &v); err != nil {
					return page, err
				}
				if !p.whole && !index.Has(v.allWords(), words) || !leads(v, row.Key, phases[:at+1], words) {
					continue
				}
				if len(page.Items) == limit {
					page.Next = row.Key
					return page, nil
				}
				page.Items = append(page.Items, v)
			}
			from = next
		}
	}
	return page, nil
}

// leads says whether a row in the last of phases is the first row of v. Later
// rows do not show the object again.
func leads[T searched[T]](v T, key string, phases []phase, words []string) bool {
	derived := v.derived()
	for _, p := range phases {
		first := ""
		for _, d := range derived {
			if strings.HasPrefix(d.key, p.prefix) && (first == "" || d.key < first) {
				first = d.key
			}
		}
		if first != "" && (p.whole || index.Has(v.allWords(), words)) {
			return first == key
		}
	}
	return false
}

// position says whether text can be a position that the table gave.
func position(text string) bool {
	text = strings.TrimSuffix(text, "\x00") // its last character may be NUL
	return len(text) <= 1024 && !strings.ContainsFunc(text, func(r rune) bool { return !plain(r) })
}

// wordRows returns the rows of one kind, one for each word, in the order of the
// name behind the word. A space sorts before all letters, so a word comes
// before longer words with the same beginning.
func wordRows(kind string, words []string, name, id string) []derivedRow {
	var rows []derivedRow
	for _, word := range words {
		rows = append(rows, derivedRow{key: keyOf(kind, word+" "+sortable(name), id), copies: true, index: true})
	}
	return rows
}

// indexable returns the first words that fit, each once, for an object with a
// number of other rows. When the name changes, all rows of the new words and
// all deletions of the old words must fit in one transaction.
func indexable(words []string, others int) []string {
	room := min(maxIndexed, max(1, (table.MaxOps-8-others)/2))
	var kept []string
	for _, word := range words {
		if word = cutWord(word); len(kept) < room && !slices.Contains(kept, word) {
			kept = append(kept, word)
		}
	}
	return kept
}

// AddressWords returns the words of an address: of its local part, and of its
// domain in Unicode letters. The last word is the top-level domain, if there is
// one.
func AddressWords(address string) []string {
	domain := Domain(address)
	if unicode, err := idna.ToUnicode(domain); err == nil {
		domain = unicode
	}
	local := strings.TrimSuffix(strings.TrimSuffix(address, Domain(address)), "@")
	words := Words(strings.ReplaceAll(local, ".", " "))
	return append(words, Words(strings.ReplaceAll(domain, ".", " "))...)
}

// searchable returns whether all objects have their search rows.
func (s *Store) searchable(ctx context.Context) (bool, error) {
	v, found, err := find[version](ctx, s, versionKey)
	return !found || v.Index == indexVersion, err
}

// Index writes the search rows of all clients and contacts, if an older version
// of the product saved some without. Until then a search reads all objects. It
// locks the directory as an import does. Errors: ErrImporting, ErrChanged.
func (s *Store) Index(ctx context.Context) error {
	if done, err := s.searchable(ctx); done || err != nil {
		return err
	}
	b, err := s.Bulk(ctx)
	if err != nil {
		return err
	}
	b.index = true
	return b.Apply(ctx)
}

package directory

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"kantoorpost/shared/table"
)

// indexVersion grows when objects get other rows for searches than before.
// Until Index has rewritten the directory, a search reads the whole list.
const indexVersion = 1

const (
	maxIndexed = 16 // words of one object that can be searched for
	maxAsked   = 8  // words of one search
)

// A searched object is found by words.
type searched interface {
	// allWords are the words that a search of several words is compared with,
	// in the form of plainWords.
	allWords() []string
}

// A phase is a range of index rows that a search reads.
type phase struct {
	prefix string // of their keys
	// whole says that what is searched for stands in the key as a whole.
	whole bool
}

// asked are the words of a search, without diacritics and in lower case. Driver
// is the one that the fewest rows are expected to begin with.
func asked(text string) (words []string, driver string) {
	weight := -1
	for raw := range strings.FieldsSeq(visible(text)) {
		parts := plainWords(raw)
		for i, word := range parts {
			if len(words) == maxAsked {
				return words, driver
			}
			words = append(words, word)
			w := 2 * utf8.RuneCountInString(word)
			if fillers[word] || legalForms[word] {
				w = 1
			}
			if i > 0 && i == len(parts)-1 {
				w = 0 // a top-level domain may be the last part of an address
			}
			if w >= weight {
				weight, driver = w, cutWord(word)
			}
		}
	}
	return words, driver
}

// matches says whether each word begins one of the words that an object has.
func matches(has, words []string) bool {
	for _, word := range words {
		if !slices.ContainsFunc(has, func(h string) bool { return strings.HasPrefix(h, word) }) {
			return false
		}
	}
	return true
}

// search reads the objects that the rows of phases lead to, in the order of the
// phases and of their keys, each once. One page costs searchPages queries at
// most, however many objects there are: it may hold fewer than the limit and go
// on.
func search[T interface {
	entity[T]
	searched
}](ctx context.Context, s *Store, q Query, words []string, phases []phase) (Page[T], error) {
	page := Page[T]{Items: []T{}}
	limit := cmp.Or(q.Limit, 50)
	first, from := 0, ""
	if q.After != "" {
		first = slices.IndexFunc(phases, func(p phase) bool { return strings.HasPrefix(q.After, p.prefix) })
		if from = q.After; first < 0 || !position(from) {
			return page, &Invalid{Field: "after", Expected: "the next of the page before, of the same search"}
		}
	}
	// Rows of one word are rarely passed over.
	size := min(searchPage, limit+limit/2+10)
	if len(words) > 1 {
		size = searchPage
	}
	for at, queries := first, 0; at < len(phases); at, from = at+1, "" {
		p := phases[at]
		for from = cmp.Or(from, p.prefix); from != ""; queries++ {
			if queries == searchPages {
				page.Next = from
				return page, nil
			}
			rows, next, err := s.table.Range(ctx, from, pastPrefix(p.prefix), size)
			if err != nil {
				return page, fmt.Errorf("directory: %w", err)
			}
			for _, row := range rows {
				var v T
				if err := unpack(row, &v); err != nil {
					return page, err
				}
				if !p.whole && !matches(v.allWords(), words) || !leads(v, row.Key, phases[:at+1], words) {
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

// leads says whether the row with a key, in the last of phases, is the first that
// leads to v: others do not show it again.
func leads[T interface {
	entity[T]
	searched
}](v T, key string, phases []phase, words []string) bool {
	derived := v.derived()
	for _, p := range phases {
		first := ""
		for _, d := range derived {
			if strings.HasPrefix(d.key, p.prefix) && (first == "" || d.key < first) {
				first = d.key
			}
		}
		if first != "" && (p.whole || matches(v.allWords(), words)) {
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

// pastPrefix returns the first key after all that begin with prefix.
func pastPrefix(prefix string) string {
	last, size := utf8.DecodeLastRuneInString(prefix)
	if last == '\ud7ff' {
		last = '\ue000' - 1
	}
	return prefix[:len(prefix)-size] + string(last+1)
}

// wordRows are the rows of one kind by word, in the order of a name behind it. A
// space comes before all letters: a word comes before those that begin with it.
func wordRows(kind string, words []string, name, id string) []derivedRow {
	var rows []derivedRow
	for _, word := range words {
		rows = append(rows, derivedRow{key: keyOf(kind, word+" "+sortable(name), id), copies: true, index: true})
	}
	return rows
}

// indexable returns the first words, each once, that an object with so many
// other rows can be found by: with them it must be written in one transaction,
// and the rows of as many other words deleted, when its name changes.
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

// addressWords are the words of an address: of its local part, and of its domain
// in letters. Its last is the top-level domain, if it has one.
func addressWords(address string) []string {
	domain := Domain(address)
	if unicode, err := idna.ToUnicode(domain); err == nil {
		domain = unicode
	}
	local := strings.TrimSuffix(strings.TrimSuffix(address, Domain(address)), "@")
	words := plainWords(strings.ReplaceAll(local, ".", " "))
	return append(words, plainWords(strings.ReplaceAll(domain, ".", " "))...)
}

// searchable returns whether all objects have their rows for searches.
func (s *Store) searchable(ctx context.Context) (bool, error) {
	v, found, err := find[version](ctx, s, versionKey)
	return !found || v.Index == indexVersion, err
}

// Index gives all clients and contacts their rows for searches, if an older
// version of the product has saved some without: until then a search reads all.
// It holds the directory as an import does. Errors: ErrImporting; ErrChanged.
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

// Package index finds rows of the table "mails" by the words that they have. It does
// not know what the rows are.
//
//	l|<index>|<word>|<id>  -> the row with this id has the word              (its words, and columns to choose by)
//
// The rows of an index are written in the transaction of what they index. A search
// reads as many rows as have a word, and never all.
package index

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"kantoorpost/shared/ids"
	"kantoorpost/shared/sorting"
	"kantoorpost/shared/table"
)

const (
	// Letter is the first letter of the keys of all indexes.
	Letter = 'l'
	// maxWords is how many rows the index has for one row.
	maxWords = 24
	// maxRunes is the length of an indexed word.
	maxRunes = 40
	// maxQueries bounds the queries of one search, each of at most table.MaxRange
	// small rows.
	maxQueries = 10
	wordsName  = "words"
)

// An Index has rows by their words. Name is a part of their keys.
type Index struct {
	Table *table.Table
	Name  string
}

// An Entry says by what a row is found.
type Entry struct {
	Words []string // of the row
	// Leading are those of Words that have index rows: not such as many rows have.
	Leading []string
	Columns map[string]string // what a Query can choose by
}

// EntryOf returns the entry of a row with words. Leads says which words are worth a row.
func EntryOf(words []string, leads func(word string) bool, columns map[string]string) Entry {
	e := Entry{Words: distinct(words, maxWords*2), Columns: columns}
	e.Leading = distinct(slices.DeleteFunc(slices.Clone(words), func(w string) bool { return !leads(w) }), maxWords)
	return e
}

// distinct returns words, each once, cut, and not too many.
func distinct(words []string, most int) []string {
	out := make([]string, 0, min(len(words), most))
	for _, word := range words {
		if word = cut(word); word != "" && len(out) < most && !slices.Contains(out, word) {
			out = append(out, word)
		}
	}
	return out
}

func cut(word string) string {
	if utf8.RuneCountInString(word) > maxRunes {
		return string([]rune(word)[:maxRunes])
	}
	return word
}

func (x Index) key(word, id string) string { return x.wordKey(word) + "|" + id }
func (x Index) wordKey(word string) string { return "l|" + x.Name + "|" + word }

// Put returns the operations after which a row is found by its entry.
func (x Index) Put(id string, e Entry) []table.Op {
	props := map[string]any{wordsName: strings.Join(e.Words, " ")}
	for name, value := range e.Columns {
		props[name] = value
	}
	ops := make([]table.Op, len(e.Leading))
	for i, word := range e.Leading {
		ops[i] = table.Put(table.Row{Key: x.key(word, id), Props: props})
	}
	return ops
}

// Delete returns the operations after which a row is no longer found by its entry. They
// fail when it was not found by it.
func (x Index) Delete(id string, e Entry) []table.Op {
	ops := make([]table.Op, len(e.Leading))
	for i, word := range e.Leading {
		ops[i] = table.Delete(table.Row{Key: x.key(word, id)})
	}
	return ops
}

// Fit returns operations without those of index rows that do not fit in one transaction:
// what they index is then found by fewer words.
func Fit(ops []table.Op) []table.Op {
	if len(ops) <= table.MaxOps {
		return ops
	}
	ops = slices.Clone(ops)
	for i := len(ops) - 1; i >= 0 && len(ops) > table.MaxOps; i-- {
		if ops[i].Key()[0] == Letter {
			ops = slices.Delete(ops, i, i+1)
		}
	}
	return ops
}

// A Query says which rows are wanted.
type Query struct {
	// Words are each the beginning of a word of the row.
	Words []string
	// Leading are those of Words by which rows are found; others only narrow.
	Leading []string
	After   string // only ids after this one
	Limit   int    // at most so many
	Columns []string
	// Keep says by its columns whether a row is wanted; nil for all.
	Keep func(columns map[string]string) bool
}

// Find returns the ids of rows in their order. Not ok says that too many rows begin
// with the words to look through all of them. It costs at most two queries for each word
// and maxQueries more; usually one.
func (x Index) Find(ctx context.Context, q Query) (found []string, ok bool, err error) {
	leading := slices.Clone(q.Leading)
	sorting.By(leading, func(a, b string) int { return utf8.RuneCountInString(b) - utf8.RuneCountInString(a) })
	for i, word := range leading {
		most := maxQueries
		if len(leading) > 1 {
			most = 1 // another word may have few rows
		}
		if found, ok, err = x.scan(ctx, q, word, most); ok || err != nil {
			return found, ok, err
		}
		if i == len(leading)-1 && most == 1 {
			return x.scan(ctx, q, leading[0], maxQueries)
		}
	}
	return nil, false, nil
}

// scan reads the rows whose words begin with one of the words of q. The rows of one
// word are in the order of ids; of each only as many as are wanted are read.
func (x Index) scan(ctx context.Context, q Query, word string, most int) (found []string, ok bool, err error) {
	start := x.wordKey(cut(word))
	columns := append([]string{wordsName}, q.Columns...)
	wanted := map[string]int{} // by the key of their word
	// A word that very many have is found with few rows, when nothing narrows it.
	size := table.MaxRange
	if len(q.Words) <= 1 && q.Keep == nil {
		size = min(2*q.Limit, size)
	}
	for from, n := start, 0; from != ""; n++ {
		if n == most {
			return nil, false, nil
		}
		rows, next, err := x.Table.Columns(ctx, from, table.PastPrefix(start), size, columns...)
		size = min(8*size, table.MaxRange)
		if err != nil {
			return nil, false, fmt.Errorf("search %s: %w", x.Name, err)
		}
		at := ""
		for _, r := range rows {
			id := r.Key[strings.LastIndexByte(r.Key, '|')+1:]
			at = strings.TrimSuffix(r.Key, id)
			if id > q.After && q.wants(r) {
				found = append(found, id)
				wanted[at]++
			}
		}
		if from = next; from == "" {
			break
		}
		if wanted[at] >= q.Limit {
			from = at + ids.Above
			most = max(most, 2) // perhaps no other word begins so
		} else {
			from = max(from, at+q.After)
		}
	}
	slices.Sort(found)
	found = slices.Compact(found)
	return found[:min(len(found), q.Limit)], true, nil
}

func (q Query) wants(r table.Row) bool {
	text, _ := r.Props[wordsName].(string)
	if !Has(strings.Fields(text), q.Words) {
		return false
	}
	if q.Keep == nil {
		return true
	}
	columns := make(map[string]string, len(q.Columns))
	for _, name := range q.Columns {
		columns[name], _ = r.Props[name].(string)
	}
	return q.Keep(columns)
}

// Each calls f for each row that has one of words, which are whole words in their order.
// Words that no row has cost nothing between those that are near: it takes no more
// queries than there are words, or pages of all rows.
func (x Index) Each(ctx context.Context, words []string, f func(word, id string)) error {
	for len(words) > 0 {
		from := x.key(words[0], "")
		rows, next, err := x.Table.Columns(ctx, from, x.key(words[len(words)-1], ids.Above), table.MaxRange, wordsName)
		if err != nil {
			return fmt.Errorf("look in %s: %w", x.Name, err)
		}
		for _, r := range rows {
			word, id, _ := strings.Cut(r.Key[len(x.wordKey("")):], "|")
			if _, wanted := slices.BinarySearch(words, word); wanted {
				f(word, id)
			}
		}
		if next == "" {
			return nil
		}
		last, _, _ := strings.Cut(rows[len(rows)-1].Key[len(x.wordKey("")):], "|")
		at, has := slices.BinarySearch(words, last)
		words = words[at:]
		for has && next != "" { // the other rows of this word
			rows, next, err = x.Table.Columns(ctx, next, x.key(last, ids.Above), table.MaxRange, wordsName)
			if err != nil {
				return fmt.Errorf("look in %s: %w", x.Name, err)
			}
			for _, r := range rows {
				f(last, r.Key[strings.LastIndexByte(r.Key, '|')+1:])
			}
		}
		if has {
			words = words[1:]
		}
	}
	return nil
}

// Has says whether each of the asked words is the beginning of one of words.
func Has(words, asked []string) bool {
	for _, a := range asked {
		a = cut(a)
		if !slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(w, a) }) {
			return false
		}
	}
	return true
}

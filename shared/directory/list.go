package directory

import (
	"cmp"
	"context"
	"iter"
	"strings"

	"kantoorpost/shared/table"
)

// A Query selects a part of a list.
type Query struct {
	Limit  int    // the most items; 0 means 50
	After  string // Page.Next of the previous page
	Search string // words that a name, number or address begins with
}

// A Page is a part of a list. A search reads a limited number of rows for one
// page, so a page may hold fewer items than the limit, or none, and still have
// a next one.
type Page[T any] struct {
	Items []T
	Next  string // "" at the end
}

const (
	searchPage  = 1000 // rows of one table query
	searchPages = 5    // queries of one page
)

// by lists objects by their rows of a kind, which hold copies; texts are what a search
// looks in.
func by[T any](rows string, texts func(T) []string) func(context.Context, *Store, Query) (Page[T], error) {
	return func(ctx context.Context, s *Store, q Query) (Page[T], error) { return list(ctx, s, rows, q, texts) }
}

// list reads rows of one kind in key order. Texts are what a search looks in.
func list[T any](ctx context.Context, s *Store, kind string, q Query, texts func(T) []string) (Page[T], error) {
	page := Page[T]{Items: []T{}}
	prefix := kind + "|"
	from := cmp.Or(q.After, prefix)
	if !strings.HasPrefix(from, prefix) || !position(from) {
		return page, &Invalid{Field: "after", Expected: "the next of the page before"}
	}
	limit := cmp.Or(q.Limit, 50)
	size, most, search := limit, 1, fold(strings.TrimSpace(q.Search))
	if search != "" {
		size, most = searchPage, searchPages
	}
	for range most {
		rows, next, err := s.table.Range(ctx, from, after(prefix), size)
		if err != nil {
			return page, err
		}
		for i, row := range rows {
			var item T
			if err := unpack(row, &item); err != nil {
				return page, err
			}
			if !contains(texts(item), search) {
				continue
			}
			if len(page.Items) == limit {
				page.Next = rows[i].Key
				return page, nil
			}
			page.Items = append(page.Items, item)
		}
		if page.Next = next; next == "" {
			break
		}
		from = next
	}
	return page, nil
}

func contains(texts []string, search string) bool {
	for _, text := range texts {
		if strings.Contains(fold(text), search) {
			return true
		}
	}
	return false
}

// after returns the first key after all that begin with prefix, which ends in a
// vertical bar. Keys of this table hold letters that sort after ids.Above.
func after(prefix string) string { return strings.TrimSuffix(prefix, "|") + "}" }

// rows yields the rows whose keys begin with prefix.
func (s *Store) rows(ctx context.Context, prefix string) iter.Seq2[table.Row, error] {
	Note(ctx, prefix)
	return s.table.Rows(ctx, prefix, after(prefix))
}

// each calls f for the objects of the rows whose keys begin with prefix, until it returns
// false.
func each[T any](ctx context.Context, s *Store, prefix string, f func(T) (more bool)) error {
	for row, err := range s.rows(ctx, prefix) {
		var v T
		if err == nil {
			err = unpack(row, &v)
		}
		if err != nil || !f(v) {
			return err
		}
	}
	return nil
}

// lastParts returns the ids at the end of the first keys that begin with
// prefix.
func (s *Store) lastParts(ctx context.Context, prefix string, limit int) ([]string, error) {
	Note(ctx, prefix)
	rows, _, err := s.table.Range(ctx, prefix, after(prefix), limit)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, row := range rows {
		ids = append(ids, row.Key[strings.LastIndexByte(row.Key, '|')+1:])
	}
	return ids, nil
}

// below reads the first rows of a kind whose second part this is, with one query; none for
// "".
func below[T any](ctx context.Context, s *Store, kind, part string, limit int) ([]T, error) {
	if part == "" {
		return nil, nil
	}
	return read[T](ctx, s, keyOf(kind, part)+"|", limit)
}

// read reads the first rows that begin with prefix, with one query.
func read[T any](ctx context.Context, s *Store, prefix string, limit int) ([]T, error) {
	Note(ctx, prefix)
	rows, _, err := s.table.Range(ctx, prefix, after(prefix), min(max(limit, 1), searchPage))
	if err != nil {
		return nil, err
	}
	items := make([]T, len(rows))
	for i, row := range rows {
		if err := unpack(row, &items[i]); err != nil {
			return nil, err
		}
	}
	return items, nil
}

// get reads the object with an id, or ErrNotFound, with one table operation.
func get[T Entity[T]](ctx context.Context, s *Store, id string) (v T, err error) {
	found := false
	if isID(id) {
		v, found, err = find[T](ctx, s, keyOf(kindOf[T](), id))
	}
	if err == nil && !found {
		err = notFound[T](id)
	}
	return v, err
}

package table

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/Azure/azure-sdk-for-go/sdk/data/aztables"
)

// MaxRange is the largest number of rows that one Range returns. It is the largest
// page of the service.
//
// See https://learn.microsoft.com/rest/api/storageservices/query-timeout-and-pagination
const MaxRange = 1000

// Get reads the row with the given key, or returns ErrNotFound.
func (t *Table) Get(ctx context.Context, key string) (Row, error) {
	if err := checkKey(key); err != nil {
		return Row{}, fmt.Errorf("read %s: %w", t.name, err)
	}
	var r Row
	ctx = context.WithValue(ctx, readKey{}, reader(func(body []byte) (err error) {
		r, err = decodeRow(body)
		return err
	}))
	res, err := t.client.GetEntity(ctx, partition, storedKey(key), nil)
	if err != nil {
		return Row{}, fmt.Errorf("read %s: row %s: %w", t.name, key, meaning(err))
	}
	r.ETag = string(res.ETag)
	return r, nil
}

// Range reads the rows with from <= key < to in the order of their keys, at most
// limit rows. An empty bound is no bound. If there may be more rows, next is the
// from of the next Range.
//
// It is one query. The service may end a page of a query at any row, even before
// the first, and then says where to continue; Range continues by itself.
func (t *Table) Range(ctx context.Context, from, to string, limit int) (rows []Row, next string, err error) {
	return t.read(ctx, from, to, limit, nil)
}

// Rows yields the rows with from <= key < to in the order of their keys, by one Range for
// each MaxRange rows. An error is the last that it yields.
func (t *Table) Rows(ctx context.Context, from, to string) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for more := true; more; more = from != "" {
			rows, next, err := t.Range(ctx, from, to, MaxRange)
			if err != nil {
				yield(Row{}, err)
				return
			}
			for _, r := range rows {
				if !yield(r, nil) {
					return
				}
			}
			from = next
		}
	}
}

// Columns is Range for some properties. It reads much less where rows are large
// and only a few properties are needed. A row may lack a property, and rows have
// no ETag.
func (t *Table) Columns(ctx context.Context, from, to string, limit int, columns ...string) (rows []Row, next string, err error) {
	list := "RowKey," + strings.Join(columns, ",")
	return t.read(ctx, from, to, limit, &list)
}

func (t *Table) read(ctx context.Context, from, to string, limit int, columns *string) (rows []Row, next string, err error) {
	if limit < 1 || limit > MaxRange {
		return nil, "", fmt.Errorf("read %s: limit %d is not between 1 and %d", t.name, limit, MaxRange)
	}
	filter, err := rangeFilter(from, to)
	if err != nil {
		return nil, "", fmt.Errorf("read %s: %w", t.name, err)
	}
	var more []Row
	ctx = context.WithValue(ctx, readKey{}, reader(func(body []byte) (err error) {
		more, err = decodeRows(body)
		return err
	}))
	opts := &aztables.ListEntitiesOptions{Filter: &filter, Select: columns}
	for {
		top := int32(limit - len(rows))
		opts.Top = &top
		page, err := t.client.NewListEntitiesPager(opts).NextPage(ctx)
		if err != nil {
			return nil, "", fmt.Errorf("read %s: %w", t.name, meaning(err))
		}
		rows = append(rows, more...)
		opts.NextPartitionKey, opts.NextRowKey = page.NextPartitionKey, page.NextRowKey
		if opts.NextPartitionKey == nil && opts.NextRowKey == nil {
			return rows, "", nil
		}
		if len(rows) >= limit {
			return rows, rows[len(rows)-1].Key + after, nil
		}
	}
}

// after, appended to a key, makes the bound directly behind it: no key contains it.
const after = "\x00"

// rangeFilter returns the filter of the query. A bound may end in after.
//
// See https://learn.microsoft.com/rest/api/storageservices/querying-tables-and-entities
func rangeFilter(from, to string) (string, error) {
	f := "PartitionKey eq '" + partition + "'"
	for _, b := range []struct{ bound, at, behind string }{
		{from, "ge", "gt"},
		{to, "lt", "le"},
	} {
		if b.bound == "" {
			continue
		}
		key, behind := strings.CutSuffix(b.bound, after)
		if key == "" || !utf8.ValidString(key) || strings.ContainsFunc(key, unicode.IsControl) {
			return "", fmt.Errorf("bound %q of the range is no key", b.bound)
		}
		compare := b.at
		if behind {
			compare = b.behind
		}
		f += " and RowKey " + compare + " '" + storedKey(key) + "'"
	}
	return f, nil
}

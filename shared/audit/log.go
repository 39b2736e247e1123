package audit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"

	"kantoorpost/shared/ids"
	"kantoorpost/shared/sorting"
	"kantoorpost/shared/table"
)

// MaxList is the largest number of entries that one List returns.
const MaxList = 500

// ErrPosition means that a list was to continue after something that is not the
// id of an entry.
var ErrPosition = errors.New("after: expected the id of an entry")

// A Log reads the entries of several tables as one list.
type Log struct{ tables []*table.Table }

// New returns the log of the changes in the given tables.
func New(tables ...*table.Table) *Log { return &Log{tables} }

// List returns entries, newest first, and the id after which the next part
// continues; "" at the end. It costs one query for each table. Errors:
// ErrPosition.
func (l *Log) List(ctx context.Context, limit int, after string) (entries []Entry, next string, err error) {
	if limit < 1 || limit > MaxList {
		return nil, "", fmt.Errorf("audit: limit %d is not between 1 and %d", limit, MaxList)
	}
	from := prefix
	if after != "" {
		if !ids.IsTimed(after) {
			return nil, "", ErrPosition
		}
		from = prefix + after + ids.Above
	}
	// It counts rows, not entries: a row that somebody damaged by hand must not
	// end the list.
	var rows []table.Row
	more := false
	for _, t := range l.tables {
		part, rest, err := t.Range(ctx, from, prefix+ids.Above, limit)
		if err != nil {
			return nil, "", fmt.Errorf("audit: %w", err)
		}
		rows, more = append(rows, part...), more || rest != ""
	}
	sorting.By(rows, func(a, b table.Row) int { return strings.Compare(a.Key, b.Key) })
	if len(rows) > limit {
		rows, more = rows[:limit], true
	}
	for _, row := range rows {
		var e Entry
		if err := row.Unpack(&e); err != nil {
			slog.ErrorContext(ctx, "an audit entry cannot be read", "error", err)
			continue
		}
		entries = append(entries, e)
	}
	if more && len(rows) > 0 {
		next = strings.TrimPrefix(rows[len(rows)-1].Key, prefix)
	}
	return entries, next, nil
}

func sortedNames(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }

// Package audit keeps who did what, and when, beside the data that was changed.
// An entry is written in the transaction of its change, so no change lacks its
// entry and no entry lacks its change. This package knows neither what actions
// mean nor who may read entries.
//
// # Rows
//
//	z|ID   Entry; ID is 13 digits of inverted milliseconds, "-" and 26 random
//	       letters and digits, so that the newest entry is first in every
//	       table. No other row begins like that, and no range of other rows
//	       reaches it.
package audit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"kantoorpost/shared/ids"
	"kantoorpost/shared/table"
)

const prefix = "z|"

const (
	// The limits of an entry, in runes. A rune takes at most two UTF-16 units,
	// and a table allows 32 Ki units for one property.
	maxText    = 500 // for one text
	maxDetails = 50  // for the entries of Detail
	maxDetail  = 6_000
	maxTotal   = 12_000 // for all of Detail
)

// An Entry says what somebody did. Texts that are too long are cut.
type Entry struct {
	ID     string            `json:"id"`
	At     time.Time         `json:"at"`
	By     string            `json:"by,omitempty" doc:"who; nothing when the system itself did it"`
	Action string            `json:"action" doc:"such as contact.update or mail.solve"`
	Object string            `json:"object,omitempty" doc:"such as \"contact\" and its id"`
	Mail   string            `json:"mail,omitempty" doc:"id of the mail that it was about"`
	Detail map[string]string `json:"detail,omitempty" doc:"what more there is to say, by name; never a secret"`
}

type authorKey struct{}

// As returns a context in which by is the author of every action; "" is the
// system itself.
func As(ctx context.Context, by string) context.Context {
	return context.WithValue(ctx, authorKey{}, by)
}

// By returns the author of the actions in ctx; "" is the system itself.
func By(ctx context.Context) string {
	by, _ := ctx.Value(authorKey{}).(string)
	return by
}

// Identified returns e with an id and a time if it has none. A change that may be
// repeated identifies its entry once: with Written it can check later whether an
// earlier attempt took effect.
func (e Entry) Identified() Entry {
	if e.At.IsZero() {
		e.At = time.Now()
	}
	e.At = e.At.UTC().Truncate(time.Millisecond)
	e.ID = cmp.Or(e.ID, ids.Timed(e.At, ids.Random()))
	return e
}

// Op returns the operation that inserts e. It adds an id and a time if e has
// none.
func Op(e Entry) table.Op {
	e = e.Identified()
	e.By, e.Action, e.Object, e.Mail = clean(e.By, maxText), clean(e.Action, maxText), clean(e.Object, maxText), clean(e.Mail, maxText)
	e.Detail = details(e.Detail)
	return table.Insert(table.Pack(prefix+e.ID, e))
}

// Written says whether t has the entry with the given id, and therefore whether
// the transaction of that entry took effect.
func Written(ctx context.Context, t *table.Table, id string) (bool, error) {
	_, err := t.Get(ctx, prefix+id)
	if errors.Is(err, table.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("audit: %w", err)
	}
	return true, nil
}

// details keeps as much as fits, so that a change never fails because of its entry.
func details(all map[string]string) map[string]string {
	if len(all) == 0 {
		return nil
	}
	kept, left := make(map[string]string, min(len(all), maxDetails)), maxTotal
	for _, name := range sortedNames(all) {
		value := clean(all[name], maxDetail)
		size := utf8.RuneCountInString(name) + utf8.RuneCountInString(value)
		if len(kept) == maxDetails || size > left {
			continue
		}
		left -= size
		kept[clean(name, maxText)] = value
	}
	return kept
}

// clean returns at most n runes of text, without control characters and invalid
// UTF-8.
func clean(text string, n int) string {
	text = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || r == '\u2028' || r == '\u2029' || unicode.IsControl(r) && r != '\n' {
			return -1
		}
		return r
	}, text)
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	return string([]rune(text)[:n-1]) + "…"
}

// Package audit keeps who did what, and when, beside the data that it was done
// to: an entry is written in the transaction that changes something, so there
// is no change without its entry and no entry without its change. It knows
// nothing about what actions mean, and nothing about who may read of them.
//
// # Rows
//
//	z|ID   Entry; ID is 13 digits of inverted milliseconds, "-" and 26 random
//	       letters and digits: newest first, in whatever table it stands. No
//	       other row of any table begins like that, and none that is read by
//	       range has a key near it.
package audit

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"kantoorpost/shared/table"
)

const (
	prefix = "z|"
	above  = "~" // sorts after every id

	// maxMillis is the end of the time that ids can hold: 13 digits of
	// milliseconds, in the year 2286.
	maxMillis = 9_999_999_999_999

	// What an entry may hold, in runes. A rune takes at most two of the 32 Ki
	// units that a table has for one property.
	maxText    = 500 // one text
	maxDetails = 50  // entries of Detail
	maxDetail  = 6_000
	maxTotal   = 12_000 // all of Detail
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

type who struct{}

// As returns a context in which by does what is done; "" is the system itself.
func As(ctx context.Context, by string) context.Context {
	return context.WithValue(ctx, who{}, by)
}

// By says who does what is done in ctx; "" is the system itself.
func By(ctx context.Context) string {
	by, _ := ctx.Value(who{}).(string)
	return by
}

// Stamped returns e with an id and a time, as far as it has none. A change that
// may have to begin again stamps its entry once: by the entry it can see later
// whether it took effect (Written).
func (e Entry) Stamped() Entry {
	if e.At.IsZero() {
		e.At = time.Now()
	}
	e.At = e.At.UTC().Truncate(time.Millisecond)
	e.ID = cmp.Or(e.ID, newID(e.At))
	return e
}

func newID(at time.Time) string {
	ms := min(max(at.UnixMilli(), 0), maxMillis)
	return fmt.Sprintf("%013d-%s", maxMillis-ms, strings.ToLower(rand.Text()))
}

// Op returns the operation that inserts e, with an id and a time if it has
// none.
func Op(e Entry) table.Op {
	e = e.Stamped()
	e.By, e.Action, e.Object, e.Mail = clean(e.By, maxText), clean(e.Action, maxText), clean(e.Object, maxText), clean(e.Mail, maxText)
	e.Detail = details(e.Detail)
	// An Entry is a plain struct of texts that were cleaned, so it can be packed.
	row, err := table.Pack(prefix+e.ID, e)
	if err != nil {
		panic(fmt.Sprintf("audit: %v", err))
	}
	return table.Insert(row)
}

// Written says whether the entry with an id is in t, and so what was done in
// the same transaction.
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

// details keeps what fits: an entry is never the reason why a change fails.
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

// clean returns at most n runes of text, without control characters and what is
// no UTF-8.
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

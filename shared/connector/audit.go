package connector

import (
	"context"
	"fmt"
	"time"

	"kantoorpost/shared/audit"
	"kantoorpost/shared/table"
)

// done returns the operation that records what somebody did, for the
// transaction that does it. A detail is never a secret.
func done(ctx context.Context, action, object string, detail map[string]string) table.Op {
	return audit.Op(audit.Entry{By: audit.By(ctx), Action: action, Object: object, Detail: detail})
}

// NoteFetch records who asks to fetch the mail of an address at once.
func (s *Store) NoteFetch(ctx context.Context, a Activation) error {
	if err := s.o.Mailboxes.Write(ctx, done(ctx, "address.fetch", "address "+a.ID, map[string]string{"address": a.Address})); err != nil {
		return fmt.Errorf("note who fetches the mail of %s: %w", a.ID, err)
	}
	return nil
}

// A change is a field with its former and its new value.
type change struct{ field, was, is string }

// differences returns the fields that changed.
func differences(all ...change) map[string]string {
	d := map[string]string{}
	for _, c := range all {
		if c.was != c.is {
			d[c.field] = c.was + " → " + c.is
		}
	}
	return d
}

func linkText(l Link) string {
	if l.ID == "" {
		return string(l.Kind)
	}
	return string(l.Kind) + " " + l.ID
}

func date(t time.Time) string { return t.UTC().Format(time.DateOnly) }

package process

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"kantoorpost/shared/item"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/mailtext"
	"kantoorpost/shared/table/tabletest"
)

// broken is an office in which the search for a contact fails.
type broken struct {
	*textOffice
	contact func(context.Context) error
}

func (b broken) Contact(ctx context.Context, _ string) (sender, bool, error) {
	return sender{}, false, b.contact(ctx)
}

// A mail on which the decision fails waits for a person, and is not tried for ever. An
// error of the tables is returned, and the mail is tried again.
func TestDecideSafely(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stuck := make(chan bool)
		refused := errors.New("503")
		for _, c := range []struct {
			name     string
			released bool
			contact  func(context.Context) error
			want     item.Reason
			err      error
		}{
			{"panics", false, func(context.Context) error { panic("x") }, item.Technical, nil},
			{"calculates without end", false, func(context.Context) error { <-stuck; return nil }, item.NotAnalysed, nil},
			{"calculates without end, released", true, func(context.Context) error { <-stuck; return nil }, item.Technical, nil},
			{"cannot be read", false, func(context.Context) error { return &notAnalysed{mailtext.ErrTooSlow} }, item.NotAnalysed, nil},
			{"tables refuse", false, func(context.Context) error { return refused }, "", refused},
			{"tables do not answer", false, func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }, "", context.DeadlineExceeded},
		} {
			it := item.Item{Mailbox: "box", From: mail.Address{Email: "jan@x.example"}, Verdict: item.VerdictSoft}
			if c.released {
				it.Override.Release = []item.Reason{item.NotAnalysed}
			}
			d, err := decideSafely(t.Context(), it, broken{parseOffice(t, "link role rb"), c.contact}, false)
			if d.Reason != c.want || !errors.Is(err, c.err) || c.want != "" && d.Detail == "" {
				t.Errorf("deciding %s: %+v, %v", c.name, d, err)
			}
		}
		close(stuck)
		synctest.Wait()
	})
}

// A mail whose text cannot be read is not placed by its text; after a person has
// released it, its text counts as empty.
func TestTextThatCannotBeRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stuck := make(chan bool)
		for range 20 { // more slow mails than may be read at the same time
			_, _ = mailtext.Within(1, func() bool { return <-stuck })
		}
		r := &records{items: item.NewStore(tabletest.Open(t, "mails").Table("mails"))}
		var unread *notAnalysed
		if _, err := r.text(t.Context(), item.Item{}); !errors.As(err, &unread) {
			t.Errorf("not released: %v", err)
		}
		text, err := r.text(t.Context(), item.Item{Override: item.Override{Release: []item.Reason{item.NotAnalysed}}})
		if err != nil || text != (mailtext.Text{}) {
			t.Errorf("released: %+v, %v", text, err)
		}
		close(stuck)
		synctest.Wait()
	})
}

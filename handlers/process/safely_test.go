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

// broken is an office in which looking up a contact does what a mail should not
// be able to make it do.
type broken struct {
	*people
	contact func(context.Context) error
}

func (b broken) Contact(ctx context.Context, _ string) (sender, bool, error) {
	return sender{}, false, b.contact(ctx)
}

// Whatever one mail does to its decision, it waits for a person, and is not
// tried for ever. What the tables do is tried again.
func TestNoMailIsTriedForEver(t *testing.T) {
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
			o := (&Handler{}).decideSafely(t.Context(), it, broken{parseOffice(t, "link role rb"), c.contact}, false)
			if o.Reason != c.want || !errors.Is(o.err, c.err) || c.want != "" && o.detail == "" {
				t.Errorf("deciding %s: %+v", c.name, o)
			}
		}
		close(stuck)
		synctest.Wait()
	})
}

// A mail that cannot be taken apart is not placed by what it says; when a person
// releases it, it says nothing.
func TestUnreadMailSaysNothing(t *testing.T) {
	store := item.NewStore(tabletest.Open(t, "mails").Table("mails"))
	tries := 0
	r := &records{h: &Handler{Items: store, Read: func(string, string, string) (mailtext.Text, error) {
		tries++
		return mailtext.Text{}, mailtext.ErrTooSlow
	}}}
	var unread *notAnalysed
	if _, err := r.letter(t.Context(), item.Item{}); !errors.As(err, &unread) {
		t.Errorf("not released: %v", err)
	}
	l, err := r.letter(t.Context(), item.Item{Override: item.Override{Release: []item.Reason{item.NotAnalysed}}})
	if err != nil || l != (mailtext.Text{}) || tries != 2 {
		t.Errorf("released: %+v, %v after %d tries", l, err, tries)
	}
}

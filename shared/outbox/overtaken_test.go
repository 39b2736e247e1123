package outbox_test

import (
	"errors"
	"net/http"
	"testing"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/outbox"
	"kantoorpost/shared/table"
	"kantoorpost/shared/wiretest"
)

// A change of a reply in a chat that somebody else always changes first ends, with ErrChanged.
func TestAlwaysOvertaken(t *testing.T) {
	for name, change := range map[string]func(w *world, r outbox.Reply) error{
		"create": func(w *world, _ outbox.Reply) error {
			n := w.written("anna")
			n.Reply.Force = true
			_, err := w.Create(w.t.Context(), n)
			return err
		},
		"take back": func(w *world, r outbox.Reply) error {
			_, err := w.TakeBack(w.t.Context(), w.chat, r.ID, anybody)
			return err
		},
		"draft": func(w *world, r outbox.Reply) error {
			_, err := w.BackToDraft(w.t.Context(), r, outbox.ReasonNewer)
			return err
		},
		"sent": func(w *world, r outbox.Reply) error {
			_, err := w.MarkSent(w.t.Context(), r, start)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			r := w.create(w.written("anna"))
			rival, state, writes := chat.NewStore(w.server.Service(t, w.server.Transport()).Table("mails")), chat.Closed, 0
			w.wire.Fault(func(_ int, r *http.Request) wiretest.Fault {
				if r.Method == http.MethodGet || writes > 2*table.MaxTries {
					return wiretest.Pass
				}
				writes++
				if _, err := rival.SetState(t.Context(), w.chat, "", anybody, state); err != nil {
					t.Error(err)
				}
				state = map[chat.State]chat.State{chat.Open: chat.Closed, chat.Closed: chat.Open}[state]
				return wiretest.Pass
			})
			if err := change(w, r); !errors.Is(err, outbox.ErrChanged) || writes != table.MaxTries {
				t.Errorf("%v after %d writes", err, writes)
			}
		})
	}
}

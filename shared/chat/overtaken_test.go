package chat_test

import (
	"errors"
	"net/http"
	"testing"

	"kantoorpost/shared/audit"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/table"
	"kantoorpost/shared/wiretest"
)

// A change that somebody else always overtakes ends, with ErrChanged.
func TestAlwaysOvertaken(t *testing.T) {
	for name, change := range map[string]func(t *testing.T, b *bureau, id, note, other string) error{
		"members": func(t *testing.T, b *bureau, id, _, _ string) error {
			_, err := b.SetMembers(t.Context(), id, "", anybody, []string{"cor"}, noon)
			return err
		},
		"note": func(t *testing.T, b *bureau, id, _, _ string) error {
			_, err := b.AddNote(t.Context(), id, "anna", "", chat.Note{Text: "Nog een"}, anybody, noon)
			return err
		},
		"edit": func(t *testing.T, b *bureau, id, note, _ string) error {
			_, err := b.EditNote(t.Context(), id, note, "anna", chat.Note{Text: "Anders"}, anybody, noon)
			return err
		},
		"client": func(t *testing.T, b *bureau, id, _, _ string) error {
			_, err := b.SetClient(t.Context(), id, "", anybody, "visser", linked, noon)
			return err
		},
		"merge": func(t *testing.T, b *bureau, id, _, other string) error {
			_, err := b.merge(t, id, other)
			return err
		},
		"undo": func(t *testing.T, b *bureau, id, _, _ string) error {
			_, err := b.undo(t, id)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBureau(t)
			c, other := b.started(t, 1, "bakker", "anna"), b.started(t, 2, "bakker", "anna")
			note, err := b.AddNote(t.Context(), c.ID, "anna", "", chat.Note{Text: "Let op"}, anybody, noon)
			if err == nil {
				_, err = b.SetClient(audit.As(t.Context(), "anna"), c.ID, "", anybody, "mulder", linked, noon)
			}
			if err != nil {
				t.Fatal(err)
			}
			rival, state, writes := chat.NewStore(b.server.Service(t, b.server.Transport()).Table("mails")), chat.Closed, 0
			b.wire.Fault(func(_ int, r *http.Request) wiretest.Fault {
				if r.Method == http.MethodGet || writes > 2*table.MaxTries {
					return wiretest.Pass
				}
				writes++
				if _, err := rival.SetState(t.Context(), c.ID, "", anybody, state); err != nil {
					t.Error(err)
				}
				state = map[chat.State]chat.State{chat.Open: chat.Closed, chat.Closed: chat.Open}[state]
				return wiretest.Pass
			})
			if err := change(t, b, c.ID, note.ID, other.ID); !errors.Is(err, chat.ErrChanged) || writes != table.MaxTries {
				t.Errorf("%v after %d writes", err, writes)
			}
		})
	}
}

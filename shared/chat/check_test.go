package chat_test

import (
	"errors"
	"testing"
	"time"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/must"
)

func anybody(chat.Chat) error { return nil }

// A right that ends between the read of a chat and its write is not used: the check
// is asked about the chat that is written, and a refusal changes nothing.
func TestAChatIsCheckedAsItIsWritten(t *testing.T) {
	refused := errors.New("refused")
	for name, change := range map[string]func(fixture, string, chat.Check) error{
		"note": func(b fixture, id string, check chat.Check) error {
			_, err := b.AddNote(t.Context(), id, "anna", "k", chat.Note{Text: "Ik bel."}, check, time.Now())
			return err
		},
		"state": func(b fixture, id string, check chat.Check) error {
			_, err := b.SetState(t.Context(), id, "", check, chat.Closed)
			return err
		},
		"members": func(b fixture, id string, check chat.Check) error {
			_, err := b.SetMembers(t.Context(), id, "", check, []string{"anna", "bram", "eva"}, time.Now())
			return err
		},
		// What is wrong with a request is told to those who may make it.
		"no note": func(b fixture, id string, check chat.Check) error {
			_, err := b.AddNote(t.Context(), id, "anna", "k", chat.Note{Text: " "}, check, time.Now())
			return err
		},
		"no members": func(b fixture, id string, check chat.Check) error {
			_, err := b.SetMembers(t.Context(), id, "", check, nil, time.Now())
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := setUp(t)
			c := b.start(t, newMail(1), "client", "anna", "bram")
			asked := 0
			check := func(now chat.Chat) error {
				if asked++; asked > 1 {
					if len(now.Members) != 1 {
						t.Errorf("asked again about a chat with %v", now.Members)
					}
					return refused
				}
				// Anna loses the chat after it was read.
				must.Get(b.SetMembers(t.Context(), c.ID, "", anybody, []string{"bram"}, time.Now()))(t)
				if name[:3] == "no " {
					return refused
				}
				return nil
			}
			if err := change(b, c.ID, check); !errors.Is(err, refused) {
				t.Errorf("%v", err)
			}
			now := b.get(t, c.ID)
			if len(now.Members) != 1 || now.Members[0] != "bram" || now.State != chat.Open || now.Messages != 1 {
				t.Errorf("refused, and yet %+v", now)
			}
		})
	}
}

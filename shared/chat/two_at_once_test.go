package chat_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/item"
	"kantoorpost/shared/must"
	"kantoorpost/shared/table"
	"kantoorpost/shared/wiretest"
)

// Two people rearrange the same chats at once, and mail comes in: everything is done
// by the one or refused to the other, and nothing is lost or doubled.
func TestTwoAtOnce(t *testing.T) {
	for seed := range 30 {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b, r := newBureau(t), rand.New(rand.NewPCG(uint64(seed), 1))
				first, second, third := b.started(t, 1, "bakker", "anna"), b.started(t, 2, "bakker", "anna"), b.started(t, 3, "bakker", "anna")
				m := b.joined(t, 4, "info@x.example", first.ID, chat.Entry{ByMessageID: true})
				late := b.mail(t, 5, "info@x.example")
				// Each call takes its own time, so that they interleave in every way.
				times := make([]time.Duration, 400)
				for i := range times {
					times[i] = time.Duration(r.IntN(5)) * time.Millisecond
				}
				b.wire.Fault(func(n int, _ *http.Request) wiretest.Fault {
					time.Sleep(times[n%len(times)])
					return wiretest.Pass
				})
				at := b.next()
				both := []func() error{
					func() error { _, err := b.Merge(t.Context(), first.ID, second.ID, anybody, alone, at); return err },
					func() error { _, err := b.Merge(t.Context(), second.ID, first.ID, anybody, alone, at); return err },
					func() error { _, err := b.Merge(t.Context(), first.ID, third.ID, anybody, alone, at); return err },
					func() error {
						_, err := b.Move(t.Context(), chat.Move{Chat: first.ID, Message: m.ID, Into: second.ID, Check: anybody, Members: alone, At: at})
						return err
					},
					func() error {
						_, err := b.Move(t.Context(), chat.Move{Chat: first.ID, Message: m.ID, Check: anybody, Members: alone, At: at})
						return err
					},
					func() error {
						_, err := b.SetClient(t.Context(), first.ID, "", anybody, "slager", team, at)
						return err
					},
					func() error { _, err := b.Undo(t.Context(), first.ID, "", anyUndo, "anna", at); return err },
					func() error {
						for {
							c, err := b.Get(t.Context(), first.ID)
							if err != nil {
								return err
							}
							it := late
							it.State, it.Chat = item.Processed, c.ID
							_, ops := c.Join(it, chat.Entry{ByMessageID: true})
							err = b.table.Write(t.Context(), append(ops, it.Transition(item.New, "")...)...)
							if !errors.Is(err, table.ErrChanged) && !errors.Is(err, table.ErrNotFound) {
								return err
							}
						}
					},
				}
				r.Shuffle(len(both)-1, func(i, j int) { both[i], both[j] = both[j], both[i] })
				errs := make([]error, 3)
				var wait sync.WaitGroup
				for i := range errs {
					do := both[i]
					if i == 2 {
						do = both[len(both)-1]
					}
					wait.Go(func() { errs[i] = do() })
				}
				wait.Wait()
				b.wire.Fault(nil)
				for _, err := range errs {
					later := (*chat.LaterError)(nil)
					refused := errors.Is(err, chat.ErrSame) || errors.Is(err, chat.ErrMerged) || errors.Is(err, chat.ErrNotFound) ||
						errors.Is(err, chat.ErrNothing) || errors.Is(err, chat.ErrOnly) || errors.As(err, &later)
					if err != nil && !refused {
						t.Error(err)
					}
				}
				where, numbers := map[string]string{}, map[string]bool{}
				rows := b.server.Snapshot(t)["mails"]
				for _, row := range rows {
					if strings.HasPrefix(row.Key, "a|open|") {
						t.Errorf("%s is left", row.Key)
					}
					if !strings.HasPrefix(row.Key, "x|") {
						continue
					}
					var m chat.Message
					must.Do(t, row.Document(&m))
					in, _, _ := strings.Cut(row.Key[2:], "|")
					if number := fmt.Sprint(in, m.Sequence); numbers[number] {
						t.Errorf("two messages of chat %s have the sequence %d", in, m.Sequence)
					} else {
						numbers[number] = true
					}
					if m.Kind == chat.KindEvent {
						continue
					}
					if where[m.ID] != "" {
						t.Errorf("message %s is in two chats", m.ID)
					}
					where[m.ID] = in
				}
				for _, row := range rows {
					var it item.Item
					if !strings.HasPrefix(row.Key, "m|") {
						continue
					}
					if err := row.Document(&it); err != nil || it.Chat != where[it.ID] || b.get(t, it.Chat).ID != it.Chat {
						t.Errorf("mail %s says chat %s, is in %s, %v", it.ID, it.Chat, where[it.ID], err)
					}
				}
				if len(where) != 5 {
					t.Errorf("%d messages of 5: %v, %v", len(where), where, errs)
				}
			})
		})
	}
}

// A process that is slow finishes nothing that was finished and undone meanwhile.
func TestASlowProcess(t *testing.T) {
	calls := 0
	for at := -1; at < calls; at++ { // first with nothing slow
		synctest.Test(t, func(t *testing.T) {
			b := newBureau(t)
			c, into := b.started(t, 1, "bakker", "anna"), b.started(t, 2, "bakker", "anna")
			m := b.joined(t, 3, "info@x.example", c.ID, chat.Entry{ByMessageID: true})
			b.wire.Reset()
			b.wire.Fault(func(n int, _ *http.Request) wiretest.Fault {
				if n == at {
					time.Sleep(time.Hour)
				}
				return wiretest.Pass
			})
			slow := make(chan error)
			go func() {
				_, err := b.Merge(t.Context(), c.ID, into.ID, anybody, alone, noon)
				slow <- err
			}()
			time.Sleep(time.Minute)
			if at < 0 {
				calls = len(b.wire.Calls())
			}
			if err := b.Resume(t.Context(), noon.Add(time.Hour)); err != nil {
				t.Error(err)
			}
			_, err := b.Undo(t.Context(), into.ID, "", anyUndo, "anna", noon.Add(time.Hour))
			if err != nil && !errors.Is(err, chat.ErrNothing) {
				t.Error(err)
			}
			undone := err == nil
			if err := <-slow; err != nil {
				t.Error(at, err)
			}
			switch {
			case undone:
				b.wants(t, c.ID, c.ID, m.ID)
				b.wants(t, into.ID, into.ID)
			default: // it had not begun before
				b.wants(t, into.ID, into.ID, c.ID, m.ID)
			}
		})
		if t.Failed() {
			t.Fatal("slow at call ", at)
		}
	}
	if calls < 20 {
		t.Errorf("%d calls", calls)
	}
}

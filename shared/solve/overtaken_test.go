package solve

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/item"
	"kantoorpost/shared/learn"
	"kantoorpost/shared/must"
	"kantoorpost/shared/table"
	"kantoorpost/shared/table/tabletest"
	"kantoorpost/shared/wiretest"
)

// A change of a mail that somebody else always changes first ends, and says what was tried.
func TestAlwaysOvertaken(t *testing.T) {
	anna := Person{ID: "anna", May: func(item.Item, item.Action) error { return nil }}
	for name, c := range map[string]struct {
		says   string
		change func(s *Service, it item.Item) error
	}{
		"solve": {"claim mail", func(s *Service, it item.Item) error {
			_, err := s.Solve(t.Context(), it.ID, anna, item.Solution{Action: item.Dismiss}, nil)
			return err
		}},
		"carry out": {"solve mail", func(s *Service, it item.Item) error {
			// The rival changes the mail and leaves the claim.
			claimed, err := s.claim(t.Context(), it, anna, item.Solution{Action: item.Dismiss}, nil)
			if err == nil {
				_, err = (&command{Service: s, it: claimed, Claim: *claimed.Claim, dismissed: true}).write(t.Context())
			}
			return err
		}},
		"dismiss many": {"dismiss mail", func(s *Service, it item.Item) error {
			_, err := s.dismissOne(t.Context(), anna, func(context.Context, item.Item) *learn.Suggestion { return nil }, it.ID)
			return err
		}},
		"undo": {"undo mail", func(s *Service, it item.Item) error {
			_, err := s.undoMail(t.Context(), it.ID, undoing{by: anna.ID, condition: anyMail})
			return err
		}},
		"plan": {"plan mail", func(s *Service, it item.Item) error {
			_, err := s.Items.SetPlan(t.Context(), it.ID, func(item.Item) error { return nil }, item.Plan{Assignee: &anna.ID})
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			server := tabletest.New()
			wire := server.Transport()
			service := server.Service(t, wire)
			must.Do(t, service.Create(t.Context(), "mails"))
			s := &Service{Items: item.NewStore(service.Table("mails")), Chats: chat.NewStore(service.Table("mails"))}
			it := parked(t, s.Items)
			rival, writes := item.NewStore(server.Service(t, server.Transport()).Table("mails")), 0
			wire.Fault(func(_ int, r *http.Request) wiretest.Fault {
				now, err := rival.Get(t.Context(), it.ID)
				if r.Method == http.MethodGet || writes > 2*table.MaxTries || name == "carry out" && err == nil && now.Claim == nil {
					return wiretest.Pass
				}
				writes++
				now.Subject += "!"
				if err == nil {
					err = rival.Commit(t.Context(), now.Transition(now.State, "")...)
				}
				if err != nil {
					t.Error(err)
				}
				return wiretest.Pass
			})
			if err := c.change(s, it); !errors.Is(err, table.ErrChanged) || !strings.Contains(err.Error(), c.says+" "+it.ID) ||
				writes != table.MaxTries {
				t.Errorf("%v after %d writes", err, writes)
			}
		})
	}
}

// parked returns a mail that waits for a person.
func parked(t *testing.T, items *item.Store) item.Item {
	t.Helper()
	ids := must.Get(items.Ingest(t.Context(), []item.Arrival{{
		Item:    item.Item{Mailbox: "box", Address: "info@x.example", MessageID: "m", Received: time.Now().UTC(), BodyType: "text"},
		Content: "hallo",
	}}))(t)
	it, err := items.Get(t.Context(), ids[0])
	if err == nil {
		it.State, it.Reason = item.Parked, item.Automated
		err = items.Commit(t.Context(), it.Transition(item.New, "")...)
	}
	if err == nil {
		it, err = items.Get(t.Context(), it.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	return it
}

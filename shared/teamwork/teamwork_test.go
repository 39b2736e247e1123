package teamwork_test

import (
	"slices"
	"testing"
	"time"

	"kantoorpost/shared/must"
	"kantoorpost/shared/table"
	"kantoorpost/shared/table/tabletest"
	"kantoorpost/shared/teamwork"
	"kantoorpost/shared/wiretest"
)

func newStore(t *testing.T) (*teamwork.Store, *table.Table, *wiretest.Wire) {
	t.Helper()
	server := tabletest.New()
	wire := server.Transport()
	service := server.Service(t, wire)
	must.Do(t, service.Create(t.Context(), "mails"))
	return teamwork.NewStore(service.Table("mails")), service.Table("mails"), wire
}

// Who looks at a mail is seen by the others there, until he or she looks elsewhere or
// says no more.
func TestWhoLooks(t *testing.T) {
	s, _, wire := newStore(t)
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	for _, step := range []struct {
		member, object string
		after          time.Duration
		want           []string
	}{
		{"anna", "mail 1", 0, nil},
		{"bram", "mail 2", 0, nil},
		{"bram", "mail 1", time.Second, []string{"anna"}},
		{"", "mail 1", 2 * time.Second, []string{"anna", "bram"}},
		{"anna", "mail 2", 3 * time.Second, nil},
		{"carla", "mail 1", 4 * time.Second, []string{"bram"}},
		{"carla", "mail 1", 32 * time.Second, nil},
	} {
		wire.Reset()
		got, err := s.Look(t.Context(), step.member, step.object, now.Add(step.after))
		if err != nil || !slices.Equal(got, step.want) {
			t.Errorf("%+v: %v, %v", step, got, err)
		}
		if n := len(wire.Calls()); n > 2 {
			t.Errorf("%d calls", n)
		}
	}
}

// A notice is its member's alone, and stays until it was seen.
func TestNotices(t *testing.T) {
	s, rows, _ := newStore(t)
	at := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	for i, member := range []string{"anna", "bram", "anna"} {
		n := teamwork.Notice{Kind: teamwork.Mentioned, Object: "chat 1", By: "carla", At: at.Add(time.Duration(i) * time.Second)}
		must.Do(t, rows.Write(t.Context(), teamwork.Op(member, n)))
	}
	got, err := s.Notices(t.Context(), "anna")
	if err != nil || len(got) != 2 || !got[0].At.Equal(at.Add(2*time.Second)) || got[0].Object != "chat 1" || got[0].By != "carla" {
		t.Fatalf("%+v, %v", got, err)
	}
	for range 2 { // a second press changes nothing
		if err := s.Forget(t.Context(), "anna", got[0].ID); err != nil {
			t.Error(err)
		}
	}
	if err := s.Forget(t.Context(), "anna", "no id"); err != nil {
		t.Error(err)
	}
	if left, err := s.Notices(t.Context(), "anna"); err != nil || len(left) != 1 || left[0] != got[1] {
		t.Errorf("%+v, %v", left, err)
	}
	if others, _ := s.Notices(t.Context(), "bram"); len(others) != 1 {
		t.Errorf("%+v", others)
	}
}

package directory

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"kantoorpost/shared/ids"
	"kantoorpost/shared/must"
)

func (o office) substitute(t testing.TB, id, by string, from, until time.Time) TeamMember {
	t.Helper()
	return must.Get(o.TeamMembers().Update(t.Context(), id, "", func(m *TeamMember) error {
		m.Substitute = &Substitute{Member: by, From: from, Until: until}
		return nil
	}))(t)
}

func TestASubstituteStandsInFromUntil(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	from := time.Date(2026, 7, 1, 0, 0, 0, 0, time.FixedZone("", 2*3600))
	until := from.AddDate(0, 0, 14)
	sanne, kees := o.member(t, "s@kantoor.nl", Editor), o.member(t, "k@kantoor.nl", Editor)
	sanne = o.substitute(t, sanne.ID, kees.ID, from, until)
	if sanne.Substitute.From.Location() != time.UTC {
		t.Errorf("kept as %v", sanne.Substitute.From)
	}
	for at, want := range map[time.Time]bool{from.Add(-1): false, from: true, until.Add(-1): true, until: false} {
		if by, away := sanne.Away(at); away != want || (by == kees.ID) != want {
			t.Errorf("at %s: %q, %v", at, by, away)
		}
		if got := must.Get(o.SubstitutedBy(ctx, kees.ID, at))(t); (len(got) == 1) != want {
			t.Errorf("at %s stands in for %v", at, got)
		}
	}
	if _, away := kees.Away(from); away {
		t.Error("one without a substitute is away")
	}
	must.Get(o.TeamMembers().Update(ctx, sanne.ID, "", func(m *TeamMember) error { m.Substitute = nil; return nil }))(t)
	if got := must.Get(o.SubstitutedBy(ctx, kees.ID, from))(t); len(got) != 0 {
		t.Errorf("without a substitution still stands in for %v", got)
	}
	o.consistent(t)
}

// A substitute of a substitute replaces both; circles end; a member who left
// stays until the substitution ends.
func TestSubstitutesStandInThroughOthers(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	now := time.Date(2026, 7, 8, 12, 0, 0, 0, time.UTC)
	id := map[string]string{}
	for _, name := range strings.Fields("a b c d e") {
		id[name] = o.member(t, name+"@kantoor.nl", Administrator).ID
	}
	for _, s := range []struct {
		who, by string
		days    int
	}{{"a", "b", 1}, {"b", "c", 1}, {"c", "a", 1}, {"d", "b", -1}, {"e", "c", 1}} {
		o.substitute(t, id[s.who], id[s.by], now.AddDate(0, 0, -7), now.AddDate(0, 0, s.days))
	}
	must.Get(o.TeamMembers().Update(ctx, id["e"], "", func(m *TeamMember) error { m.Active = false; return nil }))(t)
	for member, want := range map[string]string{"a": "c b e", "b": "a c e", "c": "b e a", "d": "", "e": ""} {
		var got []string
		for _, m := range must.Get(o.SubstitutedBy(ctx, id[member], now))(t) {
			got = append(got, m.Email[:1])
		}
		wanted := strings.Fields(want)
		slices.Sort(got)
		slices.Sort(wanted)
		if !slices.Equal(got, wanted) {
			t.Errorf("%s stands in for %v; want %v", member, got, wanted)
		}
	}
	if got := must.Get(o.SubstitutedBy(ctx, "x|", now))(t); got != nil {
		t.Errorf("who is nobody stands in for %v", got)
	}
	o.consistent(t)
}

func TestASubstituteIsAnotherActiveMember(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	o.member(t, "boss@kantoor.nl", Administrator)
	sanne, kees, gone := o.member(t, "s@kantoor.nl", Editor), o.member(t, "k@kantoor.nl", Editor), o.member(t, "g@kantoor.nl", Editor)
	leave := func(m *TeamMember) error { m.Active = false; return nil }
	must.Get(o.TeamMembers().Update(ctx, gone.ID, "", leave))(t)
	from := time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
	until := from.AddDate(0, 1, 0)
	for i, c := range []struct {
		sub   Substitute
		field string
	}{
		{Substitute{sanne.ID, from, until}, "substitute.member"},
		{Substitute{gone.ID, from, until}, "substitute.member"},
		{Substitute{ids.Random(), from, until}, "substitute.member"},
		{Substitute{"", from, until}, "substitute.member"},
		{Substitute{kees.ID, time.Time{}, until}, "substitute.from"},
		{Substitute{kees.ID, from, from}, "substitute.until"},
		{Substitute{kees.ID, from, time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC)}, "substitute.until"},
	} {
		set := func(m *TeamMember) error { m.Substitute = &c.sub; return nil }
		_, updated := o.TeamMembers().Update(ctx, sanne.ID, "", set)
		errs := []error{updated}
		if c.sub.Member != sanne.ID {
			n := TeamMember{Name: "N", Email: fmt.Sprintf("n%d@kantoor.nl", i), Rights: Reader, Substitute: &c.sub}
			_, created := o.TeamMembers().Create(ctx, n)
			errs = append(errs, created)
		}
		for _, err := range errs {
			var wrong *Invalid
			if !errors.As(err, &wrong) || wrong.Field != c.field {
				t.Errorf("%+v: %v; want %s", c.sub, err, c.field)
			}
		}
	}
	o.substitute(t, sanne.ID, kees.ID, from, until)
	// A change of the object that was read is noticed, also in place.
	later := must.Get(o.TeamMembers().Update(ctx, sanne.ID, "",
		func(m *TeamMember) error { m.Substitute.Until = until.AddDate(0, 1, 0); return nil }))(t)
	if got := must.Get(o.TeamMember(ctx, sanne.ID))(t); !got.Substitute.Until.Equal(until.AddDate(0, 1, 0)) ||
		*got.Substitute != *later.Substitute {
		t.Errorf("kept until %v", got.Substitute.Until)
	}
	var inUse *InUse
	if err := o.TeamMembers().Delete(ctx, kees.ID, ""); !errors.As(err, &inUse) || !slices.Equal(inUse.IDs, []string{sanne.ID}) {
		t.Errorf("a substitute is deleted: %v", err)
	}
	// A substitute who has left since does not block the change.
	must.Get(o.TeamMembers().Update(ctx, kees.ID, "", leave))(t)
	must.Get(o.TeamMembers().Update(ctx, sanne.ID, "", func(m *TeamMember) error { m.Name = "Sanne"; return nil }))(t)
	o.consistent(t)
}

package directory

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"kantoorpost/shared/must"
	"kantoorpost/shared/table"
)

func TestListsAreInOrderAndPagesMeet(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	names := []string{"Zwart", "de Vries", "Äpfel", "Bakker", "O'Brien", "bakker", "Jansen & Zn. 100% /#?"}
	for i, name := range names {
		must.Get(o.Contacts().Create(ctx, Contact{Name: name, Emails: []string{fmt.Sprintf("c%d@x.nl", i)}}))(t)
	}
	seen := map[string]bool{}
	var last string
	for q := (Query{Limit: 2}); ; {
		page := must.Get(o.Contacts().List(ctx, q))(t)
		if len(page.Items) > 2 {
			t.Fatalf("%d items in a page of two", len(page.Items))
		}
		for _, c := range page.Items {
			if key := sortable(c.Name); key < last {
				t.Errorf("%s comes after %s", c.Name, last)
			} else {
				last = key
			}
			seen[c.Emails[0]] = true
		}
		if q.After = page.Next; q.After == "" {
			break
		}
	}
	if len(seen) != len(names) {
		t.Errorf("pages show %v of %d", slices.Sorted(maps.Keys(seen)), len(names))
	}
}

func TestASearchFindsWhatContainsTheText(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	for i := range 30 {
		o.role(t, fmt.Sprintf("Rol %03d", i))
	}
	found := 0
	for q := (Query{Limit: 3, Search: "OL 01"}); ; {
		page := must.Get(o.Roles().List(ctx, q))(t)
		for _, r := range page.Items {
			if !strings.HasPrefix(r.Name, "Rol 01") {
				t.Errorf("found %s", r.Name)
			}
		}
		found += len(page.Items)
		if q.After = page.Next; q.After == "" {
			break
		}
	}
	if found != 10 {
		t.Errorf("found %d of 10", found)
	}
}

func TestAPositionOfAnotherListIsRefused(t *testing.T) {
	o := newOffice(t)
	for _, odd := range []string{"member-name|a", "role-name", "role-name|\n", "role-name|" + strings.Repeat("x", 2000)} {
		var wrong *Invalid
		if _, err := o.Roles().List(t.Context(), Query{After: odd}); !errors.As(err, &wrong) || wrong.Field != "after" {
			t.Errorf("%.30q: %v", odd, err)
		}
	}
}

func TestAMemberOfManyClientsHasFewRoles(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	sanne, a, b := o.member(t, "s@kantoor.nl", Reader), o.role(t, "A"), o.role(t, "B")
	for i := range 1100 {
		key := keyOf("links-member", sanne.ID, min(a.ID, b.ID), fmt.Sprintf("%026d", i))
		must.Do(t, o.table.Write(ctx, table.Put(table.Row{Key: key, Props: map[string]any{"id": "x"}})))
	}
	bakker := o.client(t, "1")
	must.Get(o.SetClientTeam(ctx, bakker.ID, "", []Link{{sanne.ID, a.ID}, {sanne.ID, b.ID}}))(t)
	roles := must.Get(o.RolesOf(ctx, sanne.ID))(t)
	slices.Sort(roles)
	if want := []string{min(a.ID, b.ID), max(a.ID, b.ID)}; !slices.Equal(roles, want) {
		t.Errorf("roles %v; want %v", roles, want)
	}
}

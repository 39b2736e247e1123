package directory

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"kantoorpost/shared/must"
)

func (o office) prospect(t testing.TB) Client {
	t.Helper()
	return must.Get(o.Clients().Create(t.Context(), Client{Type: Prospect, Name: "Molen"}))(t)
}

func TestAProspectGetsTheNextNumber(t *testing.T) {
	o := newOffice(t)
	for i := range 3 {
		if c := o.prospect(t); c.Number != fmt.Sprintf("P-%d", i+1) {
			t.Fatalf("prospect %d has number %s", i+1, c.Number)
		}
	}
	last := o.prospect(t)
	must.Do(t, o.Clients().Delete(t.Context(), last.ID, ""))
	if c := o.prospect(t); c.Number != "P-5" {
		t.Errorf("the number of one that is gone was given again: %s", c.Number)
	}
	// People may have typed such numbers.
	for _, number := range []string{"p-6", "P-9", "P-x", "P-07"} {
		o.client(t, number)
	}
	if c := o.prospect(t); c.Number != "P-10" {
		t.Errorf("after P-9 comes %s", c.Number)
	}
	if c := must.Get(o.Clients().Create(t.Context(), Client{Type: Prospect, Name: "Molen", Number: "77"}))(t); c.Number != "77" {
		t.Errorf("a given number became %s", c.Number)
	}
	o.consistent(t)
}

func TestProspectsMadeAtOnceHaveDifferentNumbers(t *testing.T) {
	o := newOffice(t)
	var made sync.Map
	var all sync.WaitGroup
	for range 3 {
		store := o.another(t)
		all.Go(func() {
			for range 4 {
				c, err := store.Clients().Create(t.Context(), Client{Type: Prospect, Name: "Molen"})
				if err != nil {
					t.Error(err)
				}
				made.Store(c.Number, true)
			}
		})
	}
	all.Wait()
	var numbers []string
	made.Range(func(number, _ any) bool { numbers = append(numbers, number.(string)); return true })
	if slices.Sort(numbers); len(numbers) != 12 {
		t.Errorf("12 prospects have the numbers %v", numbers)
	}
	o.consistent(t)
}

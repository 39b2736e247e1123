package connector_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"kantoorpost/shared/connector"
	"kantoorpost/shared/must"
	"kantoorpost/shared/table"
	"kantoorpost/shared/wiretest"
)

func tableReplace(r table.Row) table.Op { return table.Replace(r) }

func ids(all []connector.Mailbox) (ids []string) {
	for _, a := range all {
		ids = append(ids, a.Activation.ID)
	}
	return ids
}

// fill writes n activated mailboxes, as Activate does, quickly.
func (o *office) fill(t *testing.T, c connector.Connector, n int) (ids []string) {
	t.Helper()
	var ops []table.Op
	for i := range n {
		r := table.Pack(boxID(i), map[string]any{
			"address": fmt.Sprintf("box%d@kantoor.example", i), "name": "Box", "connector": c.ID, "from": time.Now().UTC(), "active": true,
			"link": connector.Link{Kind: connector.LinkContact},
		})
		cursor := table.Pack(boxID(i)+"|cursor", connector.Cursor{DeltaLink: "link"})
		ops, ids = append(ops, table.Insert(r), table.Insert(cursor)), append(ids, boxID(i))
	}
	for batch := range slices.Chunk(ops, table.MaxOps) {
		must.Do(t, o.options.Mailboxes.Write(t.Context(), batch...))
	}
	return ids
}

// When the switch is off, nothing is due, at the cost of one query.
func TestOffMeansNothingIsDue(t *testing.T) {
	o := open(t)
	o.activate(t, o.create(t), 1)
	o.wire.Reset()
	enabled, due, err := o.Due(t.Context())
	if enabled || len(due) != 0 || err != nil {
		t.Errorf("due %v %v %v", enabled, due, err)
	}
	if n := len(o.wire.Calls()); n != 1 {
		t.Errorf("%d calls, want 1", n)
	}
	o.enable(t)
	if enabled, due, err = o.Due(t.Context()); !enabled || len(due) != 1 || err != nil {
		t.Errorf("due %v %v %v", enabled, due, err)
	}
}

// Active mailboxes whose time has come are due, in the order of their ids; the
// others are not.
func TestDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := open(t)
		c := o.create(t)
		o.enable(t)
		for _, n := range []int{3, 1, 4, 2} {
			o.activate(t, c, n)
		}
		must.Do(t, o.Deactivate(t.Context(), boxID(2), ""))
		must.Get(o.SaveCursor(t.Context(), boxID(3), connector.Cursor{NotBefore: time.Now().Add(time.Minute)}))(t)
		check := func(want ...string) {
			t.Helper()
			if _, due, err := o.Due(t.Context()); err != nil || !slices.Equal(ids(due), want) {
				t.Errorf("due %v, %v, want %v", ids(due), err, want)
			}
		}
		check(boxID(1), boxID(4))
		time.Sleep(time.Minute)
		check(boxID(1), boxID(3), boxID(4))
	})
}

// An idle tick over many mailboxes reads two rows of each, a thousand rows a
// query, and writes nothing; so does the fetch of neighbours, with one query.
func TestIdleCosts(t *testing.T) {
	o := open(t)
	c := o.create(t)
	o.enable(t)
	all := o.fill(t, c, 1100)
	o.wire.Reset()
	if _, due, err := o.Due(t.Context()); err != nil || len(due) != 1100 {
		t.Fatalf("%d due, %v", len(due), err)
	}
	if n := len(o.wire.Calls()); n != 4 { // 1 settings and connectors, 3 mailboxes
		t.Errorf("Due made %d calls, want 4", n)
	}
	o.wire.Reset()
	boxes, err := o.Load(t.Context(), all[100:120])
	if err != nil || len(boxes) != 20 {
		t.Fatalf("%d loaded, %v", len(boxes), err)
	}
	if n := len(o.wire.Calls()); n != 1 {
		t.Errorf("Load made %d calls, want 1", n)
	}
	for i, b := range boxes {
		if b.ID != all[100+i] || b.Cursor.DeltaLink != "link" || b.Cursor.ETag == "" || b.Link.Kind != connector.LinkContact {
			t.Errorf("loaded %+v", b)
		}
	}
}

// Load finds mailboxes that are far apart, with rows on any pages, and leaves
// out those that do not exist.
func TestLoadFarApart(t *testing.T) {
	for _, page := range []int{0, 1, 3, 7} {
		o := open(t)
		o.tables.MaxPage = page
		all := o.fill(t, o.create(t), 300)
		want := []string{all[0], all[1], all[57], all[58], all[299]}
		asked := append([]string{boxID(999), "no id", all[57]}, want...)
		boxes := must.Get(o.Load(t.Context(), asked))(t)
		var got []string
		for _, b := range boxes {
			got = append(got, b.ID)
			if b.Cursor.DeltaLink == "" {
				t.Errorf("%s came without its cursor", b.ID)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("pages of %d: got %v, want %v", page, got, want)
		}
	}
}

// When two fetches of one mailbox save, the second one gets ErrChanged; a lost
// answer is no such case.
func TestSaveCursor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := open(t)
		a := o.activate(t, o.create(t), 1)
		load := func() connector.Cursor {
			boxes, err := o.Load(t.Context(), []string{a.ID})
			if err != nil || len(boxes) != 1 {
				t.Fatalf("%v %v", boxes, err)
			}
			return boxes[0].Cursor
		}
		lose := func(method string) {
			once := false
			o.wire.Fault(func(_ int, r *http.Request) wiretest.Fault {
				if r.Method == method && !once {
					once = true
					return wiretest.Lose
				}
				return wiretest.Pass
			})
		}
		c := connector.Cursor{DeltaLink: "one", LastRound: time.Now(), Failures: 2, State: "no-access"}
		lose(http.MethodPost)
		if _, err := o.SaveCursor(t.Context(), a.ID, c); err != nil {
			t.Fatalf("first save with its answer lost: %v", err)
		}
		if _, err := o.SaveCursor(t.Context(), a.ID, connector.Cursor{DeltaLink: "other"}); !errors.Is(err, connector.ErrChanged) {
			t.Errorf("second first save: %v", err)
		}
		read := load()
		if read.DeltaLink != "one" || read.Failures != 2 || read.State != "no-access" || !read.LastRound.Equal(c.LastRound) {
			t.Errorf("read %+v", read)
		}
		lose(http.MethodPut)
		next := read
		next.DeltaLink = "two"
		if _, err := o.SaveCursor(t.Context(), a.ID, next); err != nil {
			t.Errorf("save with its answer lost: %v", err)
		}
		read.DeltaLink = "late"
		if _, err := o.SaveCursor(t.Context(), a.ID, read); !errors.Is(err, connector.ErrChanged) {
			t.Errorf("late save: %v", err)
		}
		if load().DeltaLink != "two" {
			t.Errorf("read %+v", load())
		}
	})
}

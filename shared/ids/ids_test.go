package ids_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"kantoorpost/shared/ids"
)

func TestHash(t *testing.T) {
	all := map[string]string{}
	for _, texts := range [][]string{{}, {""}, {"", ""}, {"a"}, {"A"}, {"ab"}, {"a", "b"}, {"a", "b", ""}, {"1:a"}} {
		h := ids.Hash(texts...)
		if other, ok := all[h]; ok || len(h) != 26 || strings.Trim(h, "abcdefghijklmnopqrstuvwxyz234567") != "" {
			t.Errorf("hash of %q is %q, as of %q", texts, h, other)
		}
		all[h] = strings.Join(texts, "|")
	}
	// Hashes are part of keys that are stored: they never change.
	if h := ids.Hash("info@x.example", "AAMk="); h != "xmyxlb73enngnbsd4zoxtxyinf" {
		t.Errorf("hash is %s", h)
	}
}

func TestTimedIDsSortNewestFirst(t *testing.T) {
	at := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	var all []string
	for _, age := range []time.Duration{-250 * 365 * 24 * time.Hour, 0, time.Millisecond, time.Hour, 200 * 365 * 24 * time.Hour} {
		all = append(all, ids.Timed(at.Add(-age), ids.Random()))
	}
	if !slices.IsSorted(all) {
		t.Errorf("not newest first: %q", all)
	}
	for _, id := range all {
		if !ids.IsTimed(id) || id+"0" > id+ids.Above {
			t.Errorf("%q is no id, or sorts after its end", id)
		}
	}
}

func TestTheTimeOfAnID(t *testing.T) {
	at := time.Date(2026, 11, 29, 12, 0, 0, 7_900_000, time.UTC)
	if got := ids.TimeOf(ids.Timed(at, ids.Random())); !got.Equal(at.Truncate(time.Millisecond)) {
		t.Errorf("it is %v", got)
	}
	if got := ids.TimeOf("x"); !got.IsZero() {
		t.Errorf("no id has the time %v", got)
	}
}

func TestIsTimed(t *testing.T) {
	id := ids.Timed(time.Now(), ids.Hash("x"))
	for _, odd := range []string{"", id[1:], id + "a", strings.ToUpper(id), strings.Replace(id, "-", "|", 1), id[:39] + "~", "a" + id[1:],
		id[:38] + "é"} {
		if ids.IsTimed(odd) {
			t.Errorf("%q passes for an id", odd)
		}
	}
}

package year

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// A harsh year has every class, in about its share, and about as many mails as
// requested. A class that is left out does not occur.
func TestEveryClassOccurs(t *testing.T) {
	for seed := range uint64(6) {
		n, sorts := 0, map[Sort]int{}
		without := []Sort{Portal, Foreign}
		o := Options{Seed: seed, Mails: 1500, Harsh: true}
		if seed >= voices {
			o.Without = without
		}
		_, months := all(o)
		for _, m := range months {
			for _, mail := range m.Mails {
				n++
				sorts[mail.Truth.Sort]++
			}
		}
		t.Logf("%d mails: %v", n, sorts)
		if n < 1350 || n > 1650 {
			t.Errorf("seed %d: %d mails, want about 1500", seed, n)
		}
		for _, s := range Classes() {
			if absent := slices.Contains(o.Without, s); absent != (sorts[s] == 0) {
				t.Errorf("seed %d: %d mails of %s", seed, sorts[s], s)
			}
		}
	}
}

// Neighbouring years have no phrase of a class in common.
func TestVoicesDiffer(t *testing.T) {
	for _, list := range [][]string{fraudLines, about, portalText, otherMatter, firmSubjects, salutations} {
		spoken := map[string]uint64{}
		for seed := range uint64(voices) {
			y := New(Options{Seed: seed, Mails: 200})
			for range 50 {
				phrase := y.say(list)
				if other, ok := spoken[phrase]; ok && other != seed {
					t.Errorf("%q is said in two voices", phrase)
				}
				spoken[phrase] = seed
			}
		}
		if len(list)%voices != 0 || len(spoken) < len(list)*2/3 {
			t.Errorf("%d of %d phrases are used: %v", len(spoken), len(list), fmt.Sprint(list))
		}
	}
}

// What looks like another domain is another one, and is no longer than needed.
func TestResemble(t *testing.T) {
	for how := range 6 {
		for _, name := range []string{"bakkerijzuidhoek", "novadorgarage", "x-y", "rtv"} {
			if got := resemble(name, how); got == name || len(got) > len(name)+3 || strings.ContainsAny(got, " @") {
				t.Errorf("%s resembles %s", got, name)
			}
		}
	}
}

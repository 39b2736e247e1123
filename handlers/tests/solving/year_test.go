package solving_test

import (
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"kantoorpost/shared/sim/year"
	"kantoorpost/shared/wiretest"
)

// What learning is for: each problem that a person solves makes later mail go
// through without one. In the last quarter new people write as ever. The work that is
// left then must be a small part of what the same year takes without learning, and
// learning must hardly ever have been wrong.
//
// The easy year has ordinary mail. The harsh year has 35 classes of mail that are hard to
// place, and its bounds are the figures that were reached. What they take without learning
// is known; YEAR_UNAIDED=1 plays that as well, which takes as long again. `go tool dev year`
// runs other and larger years, with and without.
func TestOfficeYear(t *testing.T) {
	if wiretest.UnderRace {
		t.Skip("the race detector makes it ten times slower, and finds races in the other tests of the flow")
	}
	years, mails := setting(t, "YEAR_YEARS", 1), setting(t, "YEAR_MAILS", 1500)
	games := []*game{{Options: year.Options{Seed: 2, Mails: mails}, bounds: easy, unaided: unaided{189, 1789865743}},
		{Options: year.Options{Seed: 1, Mails: mails * 2 / 3, Harsh: true}, bounds: harsh, unaided: unaided{157, 3285291835}}}
	plays := map[string]func(*game) **play{"with": func(g *game) **play { return &g.with }}
	if os.Getenv("YEAR_SEED") != "" || os.Getenv("YEAR_UNAIDED") != "" {
		plays["without"] = func(g *game) **play { return &g.without }
	}
	if os.Getenv("YEAR_SEED") != "" {
		g := &game{Options: year.Options{Seed: uint64(setting(t, "YEAR_SEED", 1)), Mails: mails,
			Harsh: os.Getenv("YEAR_MIX") != "easy"}, bounds: aims}
		for name := range strings.FieldsSeq(os.Getenv("YEAR_WITHOUT")) {
			if g.Without = append(g.Without, year.Sort(name)); !slices.Contains(year.Classes(), year.Sort(name)) {
				t.Fatalf("there is no class %q, but %v", name, year.Classes())
			}
		}
		games = []*game{g}
	}
	log := slog.Default()
	slog.SetDefault(slog.New(slog.DiscardHandler))
	defer slog.SetDefault(log)

	rec := newRecord(t)
	t.Run("play", func(t *testing.T) {
		for _, g := range games {
			for name, of := range plays {
				to := of(g)
				t.Run(fmt.Sprint(name, " learning, ", g), func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						*to = playYear(t, g.Options, years, name == "with", rec, func(line string) { t.Log(line) })
					})
				})
			}
		}
	})
	if t.Failed() {
		return
	}
	if plays["without"] != nil {
		t.Log("\n" + summary(games))
	}
	for _, g := range games {
		if g.without != nil {
			t.Logf("%s\n%s", g, figures(g.with, g.without))
		}
		for _, f := range g.with.failed {
			if f.what != "rank" && f.what != "needless" && f.what != "hand" {
				t.Log(f.text)
			}
		}
		if file := os.Getenv("YEAR_PLOT"); file != "" {
			if err := os.WriteFile(file, figure(g.with, g.without), 0o644); err != nil {
				t.Error(err)
			}
		}
		g.judge(t)
	}
}

// A game is a year that is played with learning and, unless that is known, without.
type game struct {
	year.Options
	bounds        bounds
	unaided       unaided
	with, without *play
}

// Unaided is what the last quarter of a year takes without learning.
type unaided struct {
	hands int
	sum   uint32 // of the mail of that year, so that no other is taken for it
}

func (g *game) String() string {
	if g.Harsh {
		return fmt.Sprint("harsh year, seed ", g.Seed)
	}
	return fmt.Sprint("easy year, seed ", g.Seed)
}

// Bounds are shares of one.
type bounds struct {
	work      float64 // hands in the last quarter, of those without learning; answers of a contact's colleagues join their conversation anyway
	wrong     float64 // of the automatic decisions, those that a person would not have made
	first     float64 // of the knowable mails that wait, the right suggestion is the first
	three     float64 // … is among the first three
	dismissed float64 // of the automatic decisions, those that hide a mail that somebody needs
	trusted   float64 // of the mail in somebody else's name that waits, the first suggestion is to believe it
	stuck     float64 // of all mail, what nothing brings to its place
}

var (
	aims  = bounds{work: 0.25, wrong: 0.001, first: 0.85, three: 0.95}
	easy  = bounds{work: 0.25, wrong: 0.001, first: 0.85, three: 0.95}
	harsh = bounds{work: 0.48, wrong: 0.004, first: 0.94, three: 0.98}
)

// judge compares a game with its bounds, and prints the aims.
func (g *game) judge(t *testing.T) {
	var last, all tally
	unaided := unaided{sum: g.with.sum}
	for i, m := range g.with.months {
		all.add(*m)
		if i >= len(g.with.months)-3 {
			last.add(*m)
			if g.without != nil {
				unaided.hands += g.without.months[i].hands
			}
		}
	}
	if g.without == nil {
		unaided.hands = g.unaided.hands
	}
	if g.unaided.hands > 0 && g.unaided != unaided {
		t.Errorf("%s is unaided%v, not %v: YEAR_UNAIDED=1 go test ./handlers/tests/solving -run TestOfficeYear counts its hands",
			g, unaided, g.unaided)
	}
	for _, of := range []struct {
		what       string
		part, of   int
		bound, aim float64
		atLeast    bool
	}{
		{what: "work in the last quarter, of that without learning", part: last.hands, of: unaided.hands, bound: g.bounds.work,
			aim: aims.work},
		{what: "work in the last quarter that nothing could spare", part: last.floor, of: unaided.hands, bound: 1},
		{what: "wrong automatic decisions that could be known", part: all.knowable, of: all.automatic, bound: g.bounds.wrong, aim: aims.wrong},
		{what: "wrong automatic decisions, also where nobody could know", part: all.wrong, of: all.automatic, bound: 1},
		{what: "wrong dismissals", part: all.dismissed, of: all.automatic, bound: g.bounds.dismissed},
		{what: "mail that nothing brings to its place", part: all.stuck, of: all.mails, bound: g.bounds.stuck},
		{what: "right suggestions in the first place", part: all.first, of: all.asked, bound: g.bounds.first, aim: aims.first, atLeast: true},
		{what: "right suggestions among the first three", part: all.three, of: all.asked, bound: g.bounds.three, aim: aims.three, atLeast: true},
		{what: "frauds whom the first suggestion believes", part: all.trusted, of: all.frauds, bound: g.bounds.trusted},
		{what: "mail of known people with one client that waits", part: all.needless, of: all.certain, bound: 1},
	} {
		share := float64(of.part) / float64(max(1, of.of))
		verdict := fmt.Sprintf("%s: %s: %d of %d, %.2f %%; the bound is %.1f %%, the aim %.1f %%", g, of.what, of.part, of.of, 100*share,
			100*of.bound, 100*of.aim)
		if t.Log(verdict); (share < of.bound) == of.atLeast && share != of.bound {
			t.Error("missed: " + verdict)
		}
	}
}

func setting(t *testing.T, name string, usual int) int {
	text := os.Getenv(name)
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		t.Fatalf("%s must be a number, is %q", name, text)
	}
	return n
}

func addAll[K comparable](to, from map[K]*tally) {
	for k, n := range from {
		if to[k] == nil {
			to[k] = &tally{}
		}
		to[k].add(*n)
	}
}

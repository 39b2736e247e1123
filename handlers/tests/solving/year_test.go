package solving_test

import (
	"cmp"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"kantoorpost/handlers/app/apptest"
	"kantoorpost/handlers/web/plot"
	"kantoorpost/shared/sim/year"
)

// What learning is for: each problem that a person solves makes later mail go
// through without one. The same year is played twice, with and without it. In
// the last quarter, when newcomers come as ever, learning must have left little
// to do, and it must hardly ever have been wrong.
//
// `go tool dev year` runs it with other and larger years.
func TestOfficeYear(t *testing.T) {
	const (
		// Of the work without learning, in the last quarter. Answers of a contact's
		// colleagues join their conversation anyway, so that less is left to learn.
		mostWork  = 0.25
		mostWrong = 0.001 // of the automatic decisions
		leastTop  = 0.85  // of the knowable mails, the right suggestion is the first
		leastNear = 0.95  // … is among the first three
	)
	if apptest.UnderRace {
		t.Skip("the race detector makes it ten times slower, and finds races in the other tests of the flow")
	}
	o, years, seeds := year.Options{Mails: setting(t, "YEAR_MAILS", 1500)}, setting(t, "YEAR_YEARS", 1), []int{1, 2}
	if os.Getenv("YEAR_SEED") != "" {
		seeds = []int{setting(t, "YEAR_SEED", 1)}
	}
	log := slog.Default()
	slog.SetDefault(slog.New(slog.DiscardHandler))
	defer slog.SetDefault(log)

	with, without := make([]*play, len(seeds)), make([]*play, len(seeds))
	t.Run("play", func(t *testing.T) {
		for i, seed := range seeds {
			for name, plays := range map[string][]*play{"with": with, "without": without} {
				t.Run(fmt.Sprint(name, " learning, seed ", seed), func(t *testing.T) {
					t.Parallel()
					o := o
					o.Seed = uint64(seed)
					synctest.Test(t, func(t *testing.T) {
						plays[i] = playYear(t, o, years, name == "with", func(line string) { t.Log(line) })
					})
				})
			}
		}
	})
	if t.Failed() {
		return
	}
	a, b := summed(with), summed(without)
	t.Log("\n" + figures(a, b))
	for _, p := range with {
		for _, w := range p.wrong {
			t.Log("wrong: ", w)
		}
	}
	if file := os.Getenv("YEAR_PLOT"); file != "" {
		if err := os.WriteFile(file, figure(a, b), 0o644); err != nil {
			t.Error(err)
		}
	}

	var last, lastWithout, all tally
	for i, m := range a.months {
		all.add(*m)
		if i >= len(a.months)-3 {
			last.add(*m)
			lastWithout.add(*b.months[i])
		}
	}
	for _, target := range []struct {
		what         string
		part, of     int
		bound        float64
		atLeast, per bool
	}{
		{what: "work in the last quarter, of that without learning", part: last.hands, of: lastWithout.hands, bound: mostWork},
		{what: "wrong automatic decisions", part: all.wrong, of: all.automatic, bound: mostWrong},
		{what: "right suggestions in the first place", part: all.first, of: all.asked, bound: leastTop, atLeast: true},
		{what: "right suggestions among the first three", part: all.three, of: all.asked, bound: leastNear, atLeast: true},
	} {
		share := float64(target.part) / float64(max(1, target.of))
		verdict := fmt.Sprintf("%s: %d of %d, %.2f %%; the target is %.1f %%", target.what, target.part, target.of, 100*share, 100*target.bound)
		if t.Log(verdict); (share < target.bound) == target.atLeast && share != target.bound {
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

// summed adds plays of several seeds up.
func summed(plays []*play) *play {
	sum := &play{sorts: map[year.Sort]*tally{}, late: map[year.Sort]*tally{}, cues: map[year.Cue]*tally{}, missed: map[string]int{}}
	for range plays[0].months {
		sum.months = append(sum.months, &tally{})
	}
	for _, p := range plays {
		for i, m := range p.months {
			sum.months[i].add(*m)
		}
		addAll(sum.sorts, p.sorts)
		addAll(sum.late, p.late)
		addAll(sum.cues, p.cues)
		for what, n := range p.missed {
			sum.missed[what] += n
		}
	}
	return sum
}

func addAll[K comparable](to, from map[K]*tally) {
	for k, n := range from {
		if to[k] == nil {
			to[k] = &tally{}
		}
		to[k].add(*n)
	}
}

func (t *tally) per100() float64 { return 100 * float64(t.hands) / float64(max(1, t.mails)) }

// figures shows two plays beside each other: by month, and by what mail it was.
func figures(with, without *play) string {
	var b strings.Builder
	line := func(name string, a, o *tally) {
		share := func(n int) string {
			if a.asked == 0 {
				return "    -"
			}
			return fmt.Sprintf("%4.0f%%", 100*float64(n)/float64(a.asked))
		}
		fmt.Fprintf(&b, "%-20s %6d  %6d %6.1f  %6d %6.1f  %6d %6d %5d  %5s %5s\n", name, a.mails, a.hands, a.per100(), o.hands, o.per100(),
			a.automatic, a.byRule, a.wrong, share(a.first), share(a.three))
	}
	head := func(what string) {
		fmt.Fprintf(&b, "%-20s %6s  %6s %6s  %6s %6s  %6s %6s %5s  %5s %5s\n", what, "mails", "hands", "/100", "w/o", "/100", "auto", "rules",
			"wrong", "1st", "in 3")
	}
	head("month")
	var all, allWithout tally
	for i, m := range with.months {
		line(fmt.Sprint(i+1), m, without.months[i])
		all.add(*m)
		allWithout.add(*without.months[i])
	}
	line("all", &all, &allWithout)
	breakdown(&b, "sort", line, head, with.sorts, without.sorts)
	breakdown(&b, "in the last quarter", line, head, with.late, without.late)
	breakdown(&b, "several clients, by", line, head, with.cues, without.cues)
	b.WriteString("\nthe right suggestion is not the first:\n")
	what := slices.SortedFunc(maps.Keys(with.missed), func(x, y string) int {
		return cmp.Or(with.missed[y]-with.missed[x], cmp.Compare(x, y))
	})
	for _, m := range what[:min(len(what), 30)] {
		fmt.Fprintf(&b, "%5d  %s\n", with.missed[m], m)
	}
	return b.String()
}

func breakdown[K cmp.Ordered](b *strings.Builder, what string, line func(string, *tally, *tally), head func(string), with,
	without map[K]*tally) {
	b.WriteString("\n")
	head(what)
	for _, k := range slices.Sorted(maps.Keys(with)) {
		other := without[k]
		if other == nil {
			other = &tally{}
		}
		line(fmt.Sprint(k), with[k], other)
	}
}

// figure is the work by month, with and without learning.
func figure(with, without *play) []byte {
	o := plot.Options{Title: "Mails that need a hand", Unit: "hand actions per 100 mails",
		Description: "The hand actions for every hundred mails, by month, with learning and without."}
	series := []plot.Series{{Name: "with learning"}, {Name: "without learning"}}
	for i := range with.months {
		o.Labels = append(o.Labels, fmt.Sprint(i+1))
		series[0].Values = append(series[0].Values, with.months[i].per100())
		series[1].Values = append(series[1].Values, without.months[i].per100())
	}
	o.Series = series
	return plot.Lines(o)
}

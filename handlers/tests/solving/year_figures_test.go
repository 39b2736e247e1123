package solving_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"kantoorpost/handlers/web/plot"
	"kantoorpost/shared/sim/year"
)

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
		fmt.Fprintf(&b, "%-20s %6d  %6d %6.1f  %6d %6.1f  %6d %6d %5d %5d %5d %5d  %5s %5s %6d %6d\n", name, a.mails, a.hands, a.per100(),
			o.hands, o.per100(),
			a.automatic, a.byRule, a.wrong, a.knowable, a.dismissed, a.stuck, share(a.first), share(a.three), a.trusted, a.needless)
	}
	head := func(what string) {
		fmt.Fprintf(&b, "%-20s %6s  %6s %6s  %6s %6s  %6s %6s %5s %5s %5s %5s  %5s %5s %6s %6s\n", what, "mails", "hands", "/100", "w/o", "/100",
			"auto", "rules",
			"wrong", "known", "hidden", "stuck", "1st", "in 3", "fraud", "asked")
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

// summary shows games by group of mail, as a table in Markdown.
func summary(games []*game) string {
	var b strings.Builder
	for _, g := range games {
		groups, without := map[string]*tally{}, map[string]*tally{}
		for sort, n := range g.with.sorts {
			addAll(groups, map[string]*tally{year.Group(sort): n})
		}
		for sort, n := range g.without.sorts {
			addAll(without, map[string]*tally{year.Group(sort): n})
		}
		fmt.Fprintf(&b, "| %s | mails | hands | hands without learning | wrong | first right | among three |\n|---|---|---|---|---|---|---|\n", g)
		for _, name := range slices.SortedFunc(maps.Keys(groups), func(x, y string) int {
			return cmp.Or(groups[y].knowable-groups[x].knowable, groups[y].hands-groups[x].hands, cmp.Compare(x, y))
		}) {
			n, o := groups[name], cmp.Or(without[name], &tally{})
			share := func(part int) string { return fmt.Sprintf("%.0f %%", 100*float64(part)/float64(max(1, n.asked))) }
			fmt.Fprintf(&b, "| %s | %d | %d | %d | %d | %s | %s |\n", name, n.mails, n.hands, o.hands, n.knowable, share(n.first), share(n.three))
		}
		b.WriteString("\n")
	}
	return b.String()
}

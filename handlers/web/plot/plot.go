// Package plot draws values over time as lines, in SVG that pages and files can
// show directly. It does not know what the values mean.
package plot

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// Options say what is drawn. Texts need no escaping.
type Options struct {
	Title         string   // what the plot shows, in one line above it
	Description   string   // the same for people who cannot see it: what the lines do
	Unit          string   // unit of the values, at their axis
	Labels        []string // along the x-axis, one for each value
	Series        []Series
	Width, Height int // in CSS pixels; default 720 by 360
}

// A Series is one line. A value that is not a number, or is larger than 1e100,
// leaves a gap.
type Series struct {
	Name   string
	Values []float64
}

// Each colour has a contrast of 3:1 or more with white and with near black. Lines
// also differ in their dashes, since not everybody sees colours.
// https://www.w3.org/TR/WCAG22/#non-text-contrast
var (
	colours = []string{"#2878c8", "#c8500f", "#26875a", "#9a58c4", "#8a7500"}
	dashes  = []string{"none", "7 4", "2 3", "10 3 2 3", "1 5"}
)

// The space around the lines; each row of the legend after the first adds to it.
const (
	left, right, top, bottom = 56.0, 20.0, 66.0, 36.0
	legendRow                = 18.0
	maxSeries                = 20
	maxValues                = 10_000
)

// Empty says whether there is nothing to see: no series has two values, which make a line.
func (o Options) Empty() bool {
	return !slices.ContainsFunc(o.Series, func(s Series) bool {
		return len(slices.DeleteFunc(slices.Clone(s.Values), func(v float64) bool { return !finite(v) })) > 1
	})
}

// Lines draws the series over the same x-axis. It omits lines after the twentieth,
// and values after the ten thousandth.
func Lines(o Options) []byte {
	if o.Width <= 0 {
		o.Width = 720
	}
	if o.Height <= 0 {
		o.Height = 360
	}
	o.Series = slices.Clone(o.Series[:min(len(o.Series), maxSeries)])
	n := len(o.Labels)
	low, high, least := 0.0, 0.0, 1.0 // what is counted has no half
	for i, s := range o.Series {
		o.Series[i].Values = s.Values[:min(len(s.Values), maxValues)]
		n = max(n, len(o.Series[i].Values))
		for _, v := range o.Series[i].Values {
			if !finite(v) {
				continue
			}
			if low, high = min(low, v), max(high, v); v != math.Trunc(v) {
				least = 0
			}
		}
	}
	ticks := ticks(low, high, least)
	d := drawing{o: o, low: ticks[0], high: ticks[len(ticks)-1], n: min(n, maxValues), top: top}
	names := d.names()
	if len(names) > 0 {
		d.top += names[len(names)-1].y
	}
	d.head()
	d.axes(ticks)
	for i, s := range o.Series {
		d.line(i, s)
	}
	d.legend(names)
	d.b.WriteString("</svg>\n")
	return d.b.Bytes()
}

// finite says whether a value can be drawn. For larger values, the difference of
// two would not be finite.
func finite(v float64) bool { return math.Abs(v) <= 1e100 }

// ticks returns round values at equal distances, from at most low to at least
// high. The distance is 1, 2 or 5 times a power of ten, or least when that is
// larger; there are at most seven.
func ticks(low, high, least float64) []float64 {
	if high-low < 1e-100 {
		high = low + 1
	}
	power := math.Pow(10, math.Floor(math.Log10((high-low)/6)))
	step := power
	for _, m := range []float64{1, 2, 5, 10} {
		if step = max(m*power, least); math.Ceil(high/step)-math.Floor(low/step) <= 6 {
			break
		}
	}
	var out []float64
	for i := math.Floor(low / step); i <= math.Ceil(high/step); i++ {
		out = append(out, i*step)
	}
	return out
}

// A drawing is a plot that is being written.
type drawing struct {
	b         bytes.Buffer
	o         Options
	low, high float64 // of the y-axis
	n         int     // number of positions on the x-axis
	top       float64 // upper end of the area of the lines
}

func (d *drawing) x(i int) float64 {
	width := float64(d.o.Width) - left - right
	if d.n < 2 {
		return left + width/2
	}
	return left + width*float64(i)/float64(d.n-1)
}

func (d *drawing) y(v float64) float64 {
	height := float64(d.o.Height) - d.top - bottom
	return d.top + height*(1-(v-d.low)/(d.high-d.low))
}

// head starts the document. The text has the colour of its surroundings. The style
// is for files that are opened directly; nothing is lost where it is refused.
func (d *drawing) head() {
	sum := fnv.New32a()
	fmt.Fprintf(sum, "%#v", d.o)
	id := fmt.Sprintf("plot-%08x", sum.Sum32())
	fmt.Fprintf(&d.b, `<svg xmlns="http://www.w3.org/2000/svg" class="plot" role="img" aria-labelledby="%s-title %[1]s-text" `+
		`viewBox="0 0 %d %d" width="%[2]d" height="%[3]d" font-family="system-ui, sans-serif" font-size="12" fill="currentColor">`,
		id, d.o.Width, d.o.Height)
	fmt.Fprintf(&d.b, "\n<title id=\"%s-title\">%s</title>\n<desc id=\"%s-text\">%s</desc>\n", id, escape(d.o.Title), id,
		escape(d.o.Description))
	d.b.WriteString("<style>.plot{color:var(--plot-text,#222);background:var(--plot-back,#fff);max-width:100%;height:auto}" +
		"@media(prefers-color-scheme:dark){.plot{color:var(--plot-text,#ddd);background:var(--plot-back,#181818)}}</style>\n")
	fmt.Fprintf(&d.b, "<text x=\"%g\" y=\"22\" font-size=\"15\" font-weight=\"600\">%s</text>\n", left, escape(d.o.Title))
}

func (d *drawing) axes(ticks []float64) {
	end := float64(d.o.Width) - right
	for _, v := range ticks {
		strength := 0.15
		if v == 0 {
			strength = 0.7
		}
		fmt.Fprintf(&d.b, "<line x1=\"%g\" x2=\"%g\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"currentColor\" stroke-opacity=\"%g\"/><text x=\"%g\" "+
			"y=\"%.1f\" text-anchor=\"end\">%s</text>\n",
			left, end, d.y(v), d.y(v), strength, left-8, d.y(v)+4, number(v))
	}
	fmt.Fprintf(&d.b, "<text x=\"%g\" y=\"%g\">%s</text>\n", 8.0, d.top-12, escape(d.o.Unit))
	longest := 1
	for _, l := range d.o.Labels {
		longest = max(longest, utf8.RuneCountInString(l))
	}
	// As many labels as fit next to each other, at equal distances.
	fit := max(1, int((end-left)/(float64(longest)*7+12)))
	every := max(1, (len(d.o.Labels)+fit-1)/fit)
	for i := 0; i < min(len(d.o.Labels), d.n); i += every {
		fmt.Fprintf(&d.b, "<text x=\"%.1f\" y=\"%g\" text-anchor=\"middle\">%s</text>\n", d.x(i), float64(d.o.Height)-bottom+18,
			escape(d.o.Labels[i]))
	}
}

func (d *drawing) line(i int, s Series) {
	var path, points strings.Builder
	move := "M"
	for at, v := range s.Values {
		if !finite(v) {
			move = "M"
			continue
		}
		fmt.Fprintf(&path, "%s%.1f %.1f", move, d.x(at), d.y(v))
		move = "L"
		if label := ""; d.n <= 120 {
			if at < len(d.o.Labels) {
				label = d.o.Labels[at] + ": "
			}
			fmt.Fprintf(&points, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\"><title>%s, %s%s</title></circle>\n", d.x(at), d.y(v), escape(s.Name),
				escape(label), number(v))
		}
	}
	colour := colours[i%len(colours)]
	fmt.Fprintf(&d.b, "<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\" stroke-dasharray=\"%s\" "+
		"stroke-linejoin=\"round\"/>\n<g fill=\"%[2]s\">\n%[4]s</g>\n", path.String(), colour, dashes[i%len(dashes)], points.String())
}

// A place is a position in the legend: x from the left, y below the first row.
type place struct{ x, y float64 }

// names returns the places of the series in the legend, in as many rows as needed.
func (d *drawing) names() []place {
	at, all := place{left, 0}, make([]place, len(d.o.Series))
	for i, s := range d.o.Series {
		width := 32 + float64(utf8.RuneCountInString(s.Name))*7
		if at.x > left && at.x+width > float64(d.o.Width) {
			at = place{left, at.y + legendRow}
		}
		all[i] = at
		at.x += width + 18
	}
	return all
}

// legend writes the name of each line, next to a piece of the line.
func (d *drawing) legend(names []place) {
	for i, s := range d.o.Series {
		x, y := names[i].x, 40+names[i].y
		fmt.Fprintf(&d.b, "<line x1=\"%g\" x2=\"%g\" y1=\"%g\" y2=\"%g\" stroke=\"%s\" stroke-width=\"2\" stroke-dasharray=\"%s\"/><text "+
			"x=\"%g\" y=\"%g\">%s</text>\n",
			x, x+26, y, y, colours[i%len(colours)], dashes[i%len(dashes)], x+32, y+4, escape(s.Name))
	}
}

// number formats a value without superfluous digits.
func number(v float64) string {
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.4g", v), " "), ".")
}

// escape escapes text for XML. It replaces characters that XML forbids by U+FFFD.
func escape(s string) string {
	var b strings.Builder
	xml.EscapeText(&b, []byte(s)) // a write into memory cannot fail
	return b.String()
}

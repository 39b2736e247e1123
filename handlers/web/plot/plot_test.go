package plot

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// parsed reads a plot as XML, and returns the number of each kind of element and
// all text.
func parsed(t testing.TB, svg []byte) (elements map[string]int, text string) {
	t.Helper()
	elements = map[string]int{}
	d := xml.NewDecoder(strings.NewReader(string(svg)))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return elements, text
		}
		if err != nil {
			t.Fatalf("%v: %s", err, svg)
		}
		switch token := token.(type) {
		case xml.StartElement:
			elements[token.Name.Local]++
		case xml.CharData:
			text += string(token)
		}
	}
}

func example() Options {
	return Options{Title: "Handwerk", Description: "Het daalt.", Unit: "per 100", Labels: []string{"jan", "feb", "mrt"},
		Series: []Series{{"met", []float64{40, 20, 10}}, {"zonder", []float64{40, 40, 0}}}}
}

// circles returns the positions of the points of a plot.
func circles(t *testing.T, svg []byte) (points [][2]float64) {
	t.Helper()
	for _, m := range regexp.MustCompile(`<circle cx="([^"]*)" cy="([^"]*)"`).FindAllStringSubmatch(string(svg), -1) {
		x, errX := strconv.ParseFloat(m[1], 64)
		y, errY := strconv.ParseFloat(m[2], 64)
		if errX != nil || errY != nil {
			t.Fatalf("a point at %s, %s", m[1], m[2])
		}
		points = append(points, [2]float64{x, y})
	}
	return points
}

// The first and last points are at the ends, the values are in proportion, and
// zero is on the axis.
func TestPoints(t *testing.T) {
	p := circles(t, Lines(example()))
	if len(p) != 6 {
		t.Fatalf("%d points, want 6", len(p))
	}
	if p[0][0] != left || p[2][0] != 720-right || math.Abs(p[1][0]-(p[0][0]+p[2][0])/2) > 0.1 {
		t.Errorf("along the axis: %v", p)
	}
	zero := 360 - bottom
	if p[5][1] != zero || p[0][1] != top || p[0] != p[3] {
		t.Errorf("40 stands at %g and %g, 0 at %g", p[0][1], p[3][1], p[5][1])
	}
	if half := p[1][1]; math.Abs(half-(zero+top)/2) > 0.1 {
		t.Errorf("20 of 40 stands at %g", half)
	}
}

// With any texts and values, the plot is valid XML, shows the texts, and runs
// nothing.
func TestTextIsEscaped(t *testing.T) {
	o := example()
	evil := `<script>"&'` + "\x00]]>"
	o.Title, o.Description, o.Unit, o.Labels[0], o.Series[0].Name = evil+"1", evil+"2", evil+"3", evil+"4", evil+"5"
	elements, text := parsed(t, Lines(o))
	if elements["script"] > 0 || elements["title"] != 1+6 || elements["desc"] != 1 || elements["svg"] != 1 {
		t.Errorf("elements: %v", elements)
	}
	for i := range 5 {
		if want := strings.ReplaceAll(evil, "\x00", "\uFFFD") + fmt.Sprint(i+1); !strings.Contains(text, want) {
			t.Errorf("%q is not in %q", want, text)
		}
	}
}

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		low, high, least float64
		want             []float64
	}{
		{0, 40, 0, []float64{0, 10, 20, 30, 40}},
		{0, 57, 0, []float64{0, 10, 20, 30, 40, 50, 60}},
		{0, 61, 0, []float64{0, 20, 40, 60, 80}},
		{0, 0, 0, []float64{0, 0.2, 0.4, 0.6, 0.8, 1}},
		{0, 0, 1, []float64{0, 1}}, // what is counted
		{0, 40, 1, []float64{0, 10, 20, 30, 40}},
		{-5, 5, 0, []float64{-6, -4, -2, 0, 2, 4, 6}},
		{0, 1e9, 0, []float64{0, 2e8, 4e8, 6e8, 8e8, 1e9}},
	} {
		got := ticks(c.low, c.high, c.least)
		if len(got) != len(c.want) {
			t.Errorf("from %g to %g: %v, want %v", c.low, c.high, got, c.want)
			continue
		}
		for i := range got {
			if math.Abs(got[i]-c.want[i]) > 1e-9*math.Max(1, c.high) {
				t.Errorf("from %g to %g: %v, want %v", c.low, c.high, got, c.want)
			}
		}
	}
}

// A value that is not a number leaves a gap, not a point.
func TestGap(t *testing.T) {
	o := example()
	o.Series = []Series{{"met", []float64{1, math.NaN(), math.Inf(1)}}, {"leeg", nil}}
	svg := Lines(o)
	if p := circles(t, svg); len(p) != 1 {
		t.Errorf("points: %v", p)
	}
	if strings.Contains(string(svg), "NaN") || strings.Contains(string(svg), "Inf") {
		t.Errorf("no number is written: %s", svg)
	}
	parsed(t, svg)
}

// Labels do not overlap.
func TestManyLabels(t *testing.T) {
	o := Options{Title: "x"}
	for i := range 60 {
		o.Labels = append(o.Labels, fmt.Sprintf("label-%02d", i))
		o.Series = []Series{{"s", make([]float64, 60)}}
	}
	last := -1.0
	for _, m := range regexp.MustCompile(`x="([^"]*)"[^>]*>label-`).FindAllStringSubmatch(string(Lines(o)), -1) {
		x, err := strconv.ParseFloat(m[1], 64)
		if err != nil || last >= 0 && x-last < 8*7 {
			t.Errorf("a label at %s, after %g", m[1], last)
		}
		last = x
	}
	if last < 0 {
		t.Error("no labels")
	}
}

// Different plots have different ids, so that one page can hold several.
func TestIDs(t *testing.T) {
	id := regexp.MustCompile(`<title id="([^"]*)"`)
	o := example()
	first := id.FindString(string(Lines(o)))
	o.Series[0].Values[0]++
	if second := id.FindString(string(Lines(o))); first == "" || first == second {
		t.Errorf("ids %s and %s", first, second)
	}
}

func FuzzLines(f *testing.F) {
	f.Add("Titel", 1.0, 2.0, 3)
	f.Add("<&>", math.MaxFloat64, -math.MaxFloat64, 0)
	f.Add("\xff", math.NaN(), 1e-320, 200)
	f.Fuzz(func(t *testing.T, s string, a, b float64, n int) {
		n = max(0, n%300)
		svg := Lines(Options{Title: s, Description: s, Unit: s, Labels: strings.Split(s, " "), Width: n * 10, Height: n,
			Series: []Series{{s, []float64{a, b}}, {s, make([]float64, n)}}})
		parsed(t, svg)
		if strings.Contains(string(svg), "=\"NaN") || strings.Contains(string(svg), "Inf\"") {
			t.Errorf("no number is written: %s", svg)
		}
	})
}

// In a narrow plot the legend has rows of its own, above the lines, and every name
// fits.
func TestLegendInRows(t *testing.T) {
	o := example()
	o.Width, o.Series[0].Name, o.Series[1].Name = 320, "Handelingen per 100 berichten", "Wachtend, in %"
	svg := Lines(o)
	rows := regexp.MustCompile(`<text x="([0-9.]+)" y="(44|62)">([^<]*)</text>`).FindAllStringSubmatch(string(svg), -1)
	if len(rows) != 2 || rows[0][2] != "44" || rows[1][2] != "62" || rows[0][1] != rows[1][1] {
		t.Errorf("names stand at %q", rows)
	}
	for _, p := range circles(t, svg) {
		if p[1] < top+legendRow || p[1] > 360-bottom {
			t.Errorf("a point at %v", p)
		}
	}
	if strings.Contains(string(Lines(example())), `y="62"`) {
		t.Error("short names take two rows")
	}
}

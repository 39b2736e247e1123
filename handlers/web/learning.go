package web

import (
	"bytes"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	template "github.com/DataDog/datadog-agent/pkg/template/html"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/handlers/web/plot"
	"kantoorpost/shared/learn"
	"kantoorpost/shared/words"
)

// A learnedSpan has the figures of one month or week.
type learnedSpan struct {
	Month string `json:"month"`
	Week  string `json:"week"`
	wire.Figures
	Label  string `json:"-"` // in a table
	Within string `json:"-"` // in a sentence
	Mark   string `json:"-"` // at an axis
	Rate   string `json:"-"` // Per100 in the visitor's language
}

// share is a number as a whole percentage of the mails.
func (m learnedSpan) share(n int64) int64 {
	if m.Mails == 0 {
		return 0
	}
	return (100*n + m.Mails/2) / m.Mails
}

// A weighed reason says how much of the weight of all reasons it has, in %.
type weighed struct {
	words.Text
	Part int
}

func weigh(reasons []learn.Reason) (all []weighed) {
	sum := 0.001
	for _, r := range reasons {
		sum += r.Weight
	}
	for _, r := range reasons {
		all = append(all, weighed{r.Text, int(100*r.Weight/sum + 0.5)})
	}
	return all
}

type learningView struct {
	Spans     []learnedSpan // the newest first
	Weeks     bool          // the spans are weeks
	Plot      drawn
	Suggested drawn           // how often first suggestions were right
	Sum       wire.Calibrated // of all steps
	Placing   wire.Placing
	Bound     string // in the visitor's language, in %
	CanMails  bool
}

// now is the current month or week.
func (l learningView) now() learnedSpan { return l.Spans[0] }

func (s *site) registerLearning() { s.page("/web/learning", s.learning) }

// fewMonths is the number of months that is too small to show a trend.
const fewMonths = 4

// learning shows how much mail people must solve: by month, and by week while
// there are few months.
func (s *site) learning(v *request) error {
	var body struct {
		Months []learnedSpan `json:"months"`
		Weeks  []learnedSpan `json:"weeks"`

		Calibration []wire.Calibrated `json:"calibration"`
		Placing     wire.Placing      `json:"placing"`
	}
	v.read("/api/learning?months=12", &body)
	spans, calibration := body.Months, body.Calibration
	if n := len(spans); n > 0 && n < fewMonths {
		v.read("/api/learning?months=1&weeks=16", &body)
		spans = body.Weeks
	}
	for i := range spans {
		v.name(&spans[i])
	}
	view := learningView{
		Weeks: len(spans) > 0 && spans[0].Week != "", Placing: body.Placing, Bound: v.decimal(100 * body.Placing.Bound),
		CanMails: v.me.can("mails.read"),
	}
	if len(spans) > 0 {
		view.Plot = v.plotOf(spans)
	}
	for _, c := range calibration {
		view.Sum.Suggested += c.Suggested
		view.Sum.Right += c.Right
	}
	if view.Sum.Suggested > 0 {
		view.Suggested = v.suggestedPlot(calibration)
	}
	for _, m := range slices.Backward(spans) {
		view.Spans = append(view.Spans, m)
	}
	return v.page("learning", view)
}

// name sets the labels of a month or a week, and its rate in the user's
// language.
func (v *request) name(m *learnedSpan) {
	m.Rate = v.decimal(m.Per100)
	if at, err := time.Parse("2006-01", m.Month); err == nil {
		m.Label = v.renderer.month(at) + " " + strconv.Itoa(at.Year())
		m.Within, m.Mark = m.Label, v.renderer.month(at)+" "+at.Format("06")
	}
	if at, err := time.Parse(time.DateOnly, m.Week); err == nil {
		m.Label = v.renderer.day(at, time.Now())
		m.Within, m.Mark = v.t("learning.week-of", m.Label), m.Label
	}
}

func (v *request) plotOf(spans []learnedSpan) drawn {
	o := plot.Options{Title: v.t("learning.plot"), Unit: v.t("learning.unit")}
	hand, waited := plot.Series{Name: v.t("learning.hand")}, plot.Series{Name: v.t("learning.waited")}
	for _, m := range spans {
		o.Labels = append(o.Labels, m.Mark)
		hand.Values = append(hand.Values, m.Per100)
		share := 0.0
		if m.Mails > 0 {
			share = float64(m.Waited*1000/m.Mails) / 10
		}
		waited.Values = append(waited.Values, share)
	}
	first, last := spans[0], spans[len(spans)-1]
	o.Description = v.t("learning.plot-text", first.Within, first.Rate, last.Within, last.Rate)
	o.Series = []plot.Series{hand, waited}
	return draw(o, 300, 280)
}

// suggestedPlot draws how often first suggestions were right, by what they
// promised.
func (v *request) suggestedPlot(steps []wire.Calibrated) drawn {
	o := plot.Options{Title: v.t("learning.suggested"), Unit: "%"}
	promised, right := plot.Series{Name: v.t("learning.promised")}, plot.Series{Name: v.t("learning.right")}
	var said []string
	for _, c := range steps {
		o.Labels = append(o.Labels, v.decimal(100*c.From)+"–"+v.decimal(100*c.To))
		promised.Values = append(promised.Values, 50*(c.From+c.To))
		share := math.Round(1000*float64(c.Right)/float64(c.Suggested)) / 10
		right.Values = append(right.Values, share)
		said = append(said, v.t("learning.suggested-text", v.decimal(100*c.From), v.decimal(100*c.To), c.Right, c.Suggested))
	}
	o.Description = strings.Join(said, " ")
	o.Series = []plot.Series{promised, right}
	return draw(o, 300, 280)
}

// A drawn plot has a graph for wide pages and one for narrow pages; none when there is no
// line to draw.
type drawn struct {
	Title  string
	Graphs []template.HTML
}

// draw draws a plot with the given heights: a graph for a wide screen cannot be read on a
// phone.
func draw(o plot.Options, wide, narrow int) drawn {
	d := drawn{Title: o.Title}
	if o.Empty() {
		return d
	}
	for _, size := range [][2]int{{900, wide}, {320, narrow}} {
		o.Width, o.Height = size[0], size[1]
		d.Graphs = append(d.Graphs, template.HTML(withoutStyle(plot.Lines(o)))) // the plot escapes its texts
	}
	return d
}

// decimal is a number with at most one decimal.
func (v *request) decimal(f float64) string {
	s := strconv.FormatFloat(math.Round(f*10)/10, 'f', -1, 64)
	if v.lang == "nl" {
		s = strings.Replace(s, ".", ",", 1)
	}
	return s
}

// withoutStyle removes the style from a drawing: the policy of the pages
// refuses it, and style.css has the same rules.
func withoutStyle(svg []byte) []byte {
	before, rest, ok := bytes.Cut(svg, []byte("<style>"))
	if !ok {
		return svg
	}
	_, after, _ := bytes.Cut(rest, []byte("</style>"))
	return append(before[:len(before):len(before)], after...)
}

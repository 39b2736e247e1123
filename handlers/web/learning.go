package web

import (
	"bytes"
	template "github.com/DataDog/datadog-agent/pkg/template/html"
	"math"
	"strconv"
	"strings"
	"time"

	"kantoorpost/shared/plot"
)

// A learnedMonth is what happened in one month.
type learnedMonth struct {
	Month       string  `json:"month"` // such as 2026-11
	Mails       int     `json:"mails"`
	Waited      int     `json:"waited"`
	HandActions int     `json:"handActions"`
	Per100      float64 `json:"per100"`
	Automatic   int     `json:"automatic"`
	Learned     int     `json:"learned"`
	Corrected   int     `json:"corrected"`
	Label       string  `json:"-"`
	Rate        string  `json:"-"` // Per100 in the visitor's language
}

// share is how many of the month's mails a number is, in whole percents.
func (m learnedMonth) share(n int) int {
	if m.Mails == 0 {
		return 0
	}
	return (100*n + m.Mails/2) / m.Mails
}

type learningView struct {
	Months []learnedMonth // the newest first
	Plot   template.HTML
}

// now is the current month.
func (l learningView) now() learnedMonth { return l.Months[0] }

func (s *site) registerLearning() { s.page("/web/learning", s.learning) }

// learning shows how much mail needs a hand, month by month.
func (s *site) learning(v *visit) error {
	var body struct {
		Months []learnedMonth `json:"months"`
	}
	if err := v.api.get("/api/learning?months=12", &body); err != nil {
		return err
	}
	months := body.Months
	for i, m := range months {
		months[i].Label, months[i].Rate = m.Month, v.decimal(m.Per100)
		if at, err := time.Parse("2006-01", m.Month); err == nil {
			months[i].Label = v.skin.month(at) + " " + strconv.Itoa(at.Year())
		}
	}
	view := learningView{}
	if len(months) > 0 {
		view.Plot = v.plotOf(months)
	}
	for i := range months {
		view.Months = append(view.Months, months[len(months)-1-i])
	}
	return v.page("learning", view)
}

// plotOf draws the figures of the months as lines.
func (v *visit) plotOf(months []learnedMonth) template.HTML {
	o := plot.Options{Title: v.t("learning.plot"), Unit: v.t("learning.unit"), Width: 900, Height: 300}
	hand, waited := plot.Series{Name: v.t("learning.hand")}, plot.Series{Name: v.t("learning.waited")}
	for _, m := range months {
		label := m.Label
		if at, err := time.Parse("2006-01", m.Month); err == nil {
			label = v.skin.month(at) + " " + at.Format("06")
		}
		o.Labels = append(o.Labels, label)
		hand.Values = append(hand.Values, m.Per100)
		share := 0.0
		if m.Mails > 0 {
			share = float64(m.Waited*1000/m.Mails) / 10
		}
		waited.Values = append(waited.Values, share)
	}
	first, last := months[0], months[len(months)-1]
	o.Description = v.t("learning.plot-text", first.Label, first.Rate, last.Label, last.Rate)
	o.Series = []plot.Series{hand, waited}
	return template.HTML(withoutStyle(plot.Lines(o))) // the plot escapes its texts
}

// decimal is a number with at most one decimal.
func (v *visit) decimal(f float64) string {
	s := strconv.FormatFloat(math.Round(f*10)/10, 'f', -1, 64)
	if v.lang == "nl" {
		s = strings.Replace(s, ".", ",", 1)
	}
	return s
}

// withoutStyle takes the style out of a drawing: the policy of pages refuses
// it, and style.css says the same.
func withoutStyle(svg []byte) []byte {
	before, rest, ok := bytes.Cut(svg, []byte("<style>"))
	if !ok {
		return svg
	}
	_, after, _ := bytes.Cut(rest, []byte("</style>"))
	return append(before[:len(before):len(before)], after...)
}

package web

import (
	"math"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/handlers/web/plot"
)

// A poisonMessage is a job that failed each time.
type poisonMessage struct {
	wire.PoisonObject

	Path string `json:"-"` // where its form goes
}

// healthHours are the periods that the plots can show.
var healthHours = []int{24, 168}

func (v *request) addHistory(view *healthView) {
	view.Hours = healthHours[0]
	if v.r.URL.Query().Get("hours") == strconv.Itoa(healthHours[1]) {
		view.Hours = healthHours[1]
	}
	points := some[wire.HealthPoint](v, "/api/health/history?hours="+strconv.Itoa(view.Hours))
	view.Poison, view.Retry = some[poisonMessage](v, "/api/poison"), v.me.can("queues.write")
	for i, m := range view.Poison {
		view.Poison[i].Path = "/web/health/poison/" + url.PathEscape(m.Queue) + "/" + url.PathEscape(m.ID)
	}
	if len(points) > 1 {
		view.Plots = v.healthPlots(points, view.Hours)
	}
}

func (v *request) healthPlots(points []wire.HealthPoint, hours int) (plots []drawn) {
	series := func(name string, value func(wire.HealthPoint) float64) plot.Series {
		s := plot.Series{Name: v.t(name)}
		for _, p := range points {
			s.Values = append(s.Values, value(p))
		}
		return s
	}
	minutes := func(seconds *float64) float64 {
		if seconds == nil {
			return math.NaN()
		}
		return math.Round(*seconds/6) / 10
	}
	for _, o := range []plot.Options{
		{Title: v.t("health.plot-backlog"), Unit: v.t("health.unit-jobs"), Series: []plot.Series{
			series("health.backlog", func(p wire.HealthPoint) float64 { return p.Backlog }),
			series("health.waiting", func(p wire.HealthPoint) float64 { return p.Waiting }),
		}},
		{Title: v.t("health.plot-lag"), Unit: v.t("health.unit-minutes"), Series: []plot.Series{
			series("health.lag-median", func(p wire.HealthPoint) float64 { return minutes(p.LagMedian) }),
			series("health.lag95", func(p wire.HealthPoint) float64 { return minutes(p.Lag95) }),
		}},
		{Title: v.t("health.plot-failing"), Unit: v.t("health.unit-mailboxes"), Series: []plot.Series{
			series("health.failing-mailboxes", func(p wire.HealthPoint) float64 { return p.Failing }),
		}},
	} {
		for _, p := range points {
			label := v.renderer.clock(p.At, time.Now())
			if hours > healthHours[0] {
				label = v.renderer.day(p.At, time.Now())
			}
			o.Labels = append(o.Labels, label)
		}
		last := o.Series[len(o.Series)-1].Values
		o.Description = v.t("health.plot-text", v.renderer.date(points[0].At), v.decimal(largest(o.Series[0].Values)), v.decimal(largest(last)))
		plots = append(plots, draw(o, 240, 240))
	}
	return plots
}

// largest returns the largest of values, without gaps; 0 for none.
func largest(values []float64) (most float64) {
	for _, v := range values {
		if v > most {
			most = v
		}
	}
	return most
}

// emptyPoisonQueue retries or drops the messages of a queue that failed; the page says how many are left.
func (s *site) emptyPoisonQueue(v *request) error {
	path := "/api/poison/" + url.PathEscape(v.r.PathValue("queue")) + "/all"
	method, key := http.MethodDelete, "health.all-dropped"
	if v.r.PostFormValue("do") == "retry" {
		method, path, key = http.MethodPost, path+"/retry", "health.all-retried"
	}
	if _, err := v.api.do(method, path, "", nil, nil); err != nil {
		return err
	}
	return v.done("/web/health#poison", flash{Key: key})
}

// removePoison retries or drops a message that failed.
func (s *site) removePoison(v *request) error {
	path := "/api/poison/" + url.PathEscape(v.r.PathValue("queue")) + "/" + url.PathEscape(v.r.PathValue("message"))
	method, key := http.MethodDelete, "health.dropped"
	if v.r.PostFormValue("do") == "retry" {
		method, path, key = http.MethodPost, path+"/retry", "health.retried"
	}
	_, err := v.api.do(method, path, "", nil, nil)
	if ok, err := succeeded(gone, err, v.saying("/web/health#poison", "health.gone")); !ok {
		return err
	}
	return v.done("/web/health#poison", flash{Key: key})
}

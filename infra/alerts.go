package infra

import (
	_ "embed"
	"encoding/json"
	"time"
)

//go:embed alerts.json
var alertsJSON []byte

// Alerts says when somebody is called, and what to do. The templates make rules of it.
type Alerts struct {
	// Line names the fields of the log line that the rules count.
	Line struct{ Message, List, Name, Of, Value string }
	// Tick is how old the last tick may be, and how far back it is looked for.
	Tick          struct{ WithinMinutes, WindowMinutes int }
	Rules         map[string]AlertRule
	NoTick        AlertRule
	LogCap        AlertRule
	AlertOnMetric []AlertCondition `json:"conditions"`
}

// An AlertRule is one rule in Azure, which is what Azure charges for.
type AlertRule struct {
	Severity          int
	Frequency, Window string // durations of ISO 8601
	NL, EN            string
}

// An AlertCondition holds when enough lines within the window of its rule, mostly those of
// ticks, have a metric between its bounds.
type AlertCondition struct {
	Alert, Rule, Metric string
	AtLeast, AtMost     *float64
	Lines               int
	Page                string // that helps
	NL, EN              string // what to do
}

// ReadAlerts reads alerts.json.
func ReadAlerts() (a Alerts, err error) { return a, json.Unmarshal(alertsJSON, &a) }

// Raised evaluates the rules as their queries do, over log lines of the last hour, oldest
// first. It returns the names of the alerts, each with what it is about.
func (a Alerts) Raised(lines []map[string]any, now time.Time) map[string][]string {
	raised := map[string][]string{}
	last := time.Time{}
	for _, line := range lines {
		if at, err := time.Parse(time.RFC3339Nano, text(line["time"])); err == nil && line["msg"] == a.Line.Message {
			last = at
		}
	}
	if now.Sub(last) > time.Duration(a.Tick.WithinMinutes)*time.Minute {
		raised["no-tick"] = []string{""}
	}
	for _, c := range a.AlertOnMetric {
		found := map[string]int{}
		for _, line := range lines {
			list, _ := line[a.Line.List].([]any)
			for _, m := range list {
				m, _ := m.(map[string]any)
				if value, ok := m[a.Line.Value].(float64); ok && m[a.Line.Name] == c.Metric && c.holds(value) {
					found[text(m[a.Line.Of])]++
				}
			}
		}
		for of, n := range found {
			if n >= c.Lines {
				raised[c.Alert] = append(raised[c.Alert], of)
			}
		}
	}
	return raised
}

func (c AlertCondition) holds(value float64) bool {
	return (c.AtLeast == nil || value >= *c.AtLeast) && (c.AtMost == nil || value <= *c.AtMost)
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

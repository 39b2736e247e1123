package infra

import (
	_ "embed"
	"encoding/json"
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

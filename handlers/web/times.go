package web

import (
	"fmt"
	"strings"
	"time"

	// The image of the running app has no time zones.
	_ "time/tzdata"

	template "github.com/DataDog/datadog-agent/pkg/template/html"

	"kantoorpost/shared/lazyregexp"
)

// office is the time zone of the office.
var office = func() *time.Location {
	l, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		panic(err) // the time zone is part of the program
	}
	return l
}()

// datetime is a time in the form of the attribute datetime, "" for none.
func datetime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}

// ago says how long ago a time was; for older times it is the date.
func (k *renderer) ago(t, now time.Time) string {
	switch d := now.Sub(t); {
	case t.IsZero():
		return ""
	case d < time.Minute:
		return k.text("time.now")
	case d < time.Hour:
		return k.plural("time.minutes", int(d.Minutes()))
	case d < 24*time.Hour && t.In(office).Day() == now.In(office).Day():
		return t.In(office).Format("15:04")
	case d < 48*time.Hour && t.In(office).Day() == now.In(office).AddDate(0, 0, -1).Day():
		return k.text("time.yesterday", t.In(office).Format("15:04"))
	}
	return k.day(t, now)
}

// when is the short form of ago, for lists.
func (k *renderer) when(t, now time.Time) string {
	if d := now.Sub(t); d >= time.Minute && d < time.Hour {
		return k.text("time.brief", int(d.Minutes()))
	}
	return k.ago(t, now)
}

// clock is the time of a day; for another day the date as well.
func (k *renderer) clock(t, now time.Time) string {
	if t.In(office).Format(time.DateOnly) == now.In(office).Format(time.DateOnly) {
		return t.In(office).Format("15:04")
	}
	return k.day(t, now) + " " + t.In(office).Format("15:04")
}

func (k *renderer) day(t, now time.Time) string {
	t = t.In(office)
	s := fmt.Sprintf("%d %s", t.Day(), k.month(t))
	if t.Year() != now.In(office).Year() {
		s += fmt.Sprintf(" %d", t.Year())
	}
	return s
}

// date is a time in full.
func (k *renderer) date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	t = t.In(office)
	return fmt.Sprintf("%d %s %d %s", t.Day(), k.month(t), t.Year(), t.Format("15:04"))
}

func (k *renderer) month(t time.Time) string {
	return strings.Fields(k.text("time.months"))[t.Month()-1]
}

// A dateField is a field for a day, or for a day and a time. It is a field for text in
// the form that the office writes: the browser's own has the language of the device.
type dateField struct {
	Name, Value string // Value in the form of the API, or as it was typed
	Kind        string // of the browser's field that helps to choose: date or datetime-local
	Invalid     bool
	Describe    string // ids of the elements that describe the field
	Required    bool
}

// newDateField is a field for a day. Refusal is true, or says why the value is refused.
func newDateField(name, value string, refusal any, describe string) dateField {
	invalid, _ := template.IsTrue(refusal)
	return dateField{Name: name, Value: value, Kind: "date", Invalid: invalid, Describe: describe}
}

func requiredDate(f dateField) dateField {
	f.Required = true
	return f
}

func withTime(f dateField) dateField {
	f.Kind = "datetime-local"
	return f
}

// shown is the value as the office writes it.
func (f dateField) shown() string {
	for form, shown := range map[string]string{time.DateOnly: dateForm, apiMoment: dateForm + " 15:04"} {
		if t, err := time.Parse(form, f.Value); err == nil {
			return t.Format(shown)
		}
	}
	return f.Value
}

const (
	dateForm  = "02-01-2006"
	apiMoment = "2006-01-02T15:04"
)

var typedDate = lazyregexp.New(`^\s*(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})(?:[ T,]+(\d{1,2})[:.](\d{2}))?\s*$`)

// isoDate is a date, and perhaps a time, that somebody typed, in the form of the API. What
// is no date stays as it is, for the API to refuse.
func isoDate(typed string) string {
	m := typedDate.FindStringSubmatch(typed)
	if m == nil {
		return typed
	}
	form, into, text := "2-1-2006", time.DateOnly, m[1]+"-"+m[2]+"-"+m[3]
	if m[4] != "" {
		form, into, text = form+" 15:04", apiMoment, text+" "+m[4]+":"+m[5]
	}
	t, err := time.Parse(form, text)
	if err != nil {
		return typed
	}
	return t.Format(into)
}

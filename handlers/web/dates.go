package web

import (
	"time"

	template "github.com/DataDog/datadog-agent/pkg/template/html"

	"kantoorpost/shared/lazyregexp"
)

// A dateField is a field for a day, or for a day and a time. It is a field for text in
// the form that the office writes: the browser's own has the language of the device.
type dateField struct {
	Name, Value string // Value in the form of the API, or as it was typed
	Kind        string // of the browser's field that helps to choose: date or datetime-local
	Invalid     bool
	Describe    string // ids of what describes it
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

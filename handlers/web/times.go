package web

import (
	"fmt"
	"strings"
	"time"

	// The image of the running app has no time zones.
	_ "time/tzdata"
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

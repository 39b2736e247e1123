package mail

import (
	"cmp"
	"time"
)

// windowsZones are Windows' names of the time zones in and around Europe.
// https://github.com/unicode-org/cldr/blob/main/common/supplemental/windowsZones.xml
var windowsZones = map[string]string{
	"UTC":                            "Etc/UTC",
	"GMT Standard Time":              "Europe/London",
	"Greenwich Standard Time":        "Atlantic/Reykjavik",
	"Romance Standard Time":          "Europe/Paris",
	"Central Europe Standard Time":   "Europe/Budapest",
	"Central European Standard Time": "Europe/Warsaw",
	"E. Europe Standard Time":        "Europe/Chisinau",
	"FLE Standard Time":              "Europe/Kyiv",
	"GTB Standard Time":              "Europe/Bucharest",
	"Turkey Standard Time":           "Europe/Istanbul",
	"SA Western Standard Time":       "America/Curacao",
	"Eastern Standard Time":          "America/New_York",
}

// Location returns the time zone of a mailbox.
func (s MailboxSettings) Location() *time.Location { return Zone(s.TimeZone) }

// Zone returns the time zone that Windows or IANA named; that of the Netherlands for a
// name that is not known.
func Zone(name string) *time.Location {
	for _, name := range []string{cmp.Or(windowsZones[name], name), "Europe/Amsterdam"} {
		if zone, err := time.LoadLocation(name); err == nil && name != "" {
			return zone
		}
	}
	return time.UTC
}

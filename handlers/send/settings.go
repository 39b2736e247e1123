package send

import (
	"cmp"
	"context"
	"log/slog"
	"sync"
	"time"

	"kantoorpost/shared/mailhtml"
)

// settingsAge is how long the settings of a mailbox are used without reading them
// again.
const settingsAge = time.Hour

// settings remembers the settings of mailboxes.
type settings struct {
	mu    sync.Mutex
	boxes map[string]known
}

// known is what replies need of the settings of a mailbox.
type known struct {
	timeZone string // name of Windows or IANA
	language mailhtml.Language
	until    time.Time
}

// defaultZone is that of a mailbox whose settings cannot be read.
const defaultZone = "W. Europe Standard Time"

// settingsOf returns the settings of the mailbox that sends. They only make the quote
// look right: when they cannot be read, those of a Dutch office are used.
func (s *sending) settingsOf(ctx context.Context) known {
	s.settings.mu.Lock()
	k := s.settings.boxes[s.reply.Mailbox]
	s.settings.mu.Unlock()
	if k.until.After(time.Now()) {
		return k
	}
	read, err := s.graph.Settings(ctx, s.reply.Mailbox)
	if err != nil {
		slog.InfoContext(ctx, "the settings of the mailbox cannot be read", "error", err)
	}
	k = known{cmp.Or(read.TimeZone, defaultZone), mailhtml.LanguageOf(read.Language), time.Now().Add(settingsAge)}
	s.settings.mu.Lock()
	defer s.settings.mu.Unlock()
	if s.settings.boxes == nil {
		s.settings.boxes = map[string]known{}
	}
	s.settings.boxes[s.reply.Mailbox] = k
	return k
}

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

// location returns the time zone with a name of Windows or IANA; that of the
// Netherlands for a name that is not known.
func location(name string) *time.Location {
	for _, name := range []string{cmp.Or(windowsZones[name], name), "Europe/Amsterdam"} {
		if zone, err := time.LoadLocation(name); err == nil && name != "" {
			return zone
		}
	}
	return time.UTC
}

package mail

import (
	"testing"
	"time"
)

// The time zone of a mailbox has a name of Windows or IANA. A name that nobody knows is
// no reason not to answer.
func TestLocation(t *testing.T) {
	for name, want := range map[string]string{
		"W. Europe Standard Time": "Europe/Amsterdam", "Europe/Brussels": "Europe/Brussels", "GMT Standard Time": "Europe/London",
		"UTC": "Etc/UTC", "": "Europe/Amsterdam", "Customized Time Zone": "Europe/Amsterdam", "../etc/passwd": "Europe/Amsterdam",
	} {
		if got := (MailboxSettings{TimeZone: name}).Location().String(); got != want {
			t.Errorf("%q is %s, want %s", name, got, want)
		}
	}
	for windows, name := range windowsZones {
		if _, err := time.LoadLocation(name); err != nil {
			t.Errorf("%s: %v", windows, err)
		}
	}
}

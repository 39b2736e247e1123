package solving_test

import (
	"fmt"
	"testing"
	"testing/synctest"

	"kantoorpost/handlers/app/apptest"
)

// Mail that a stranger sends in somebody's name teaches nothing about that
// person's own mail, however often it is dismissed.
func TestForgedMailTeachesNothing(t *testing.T) {
	const prospect = "anna@prospect.example"
	info := "info@" + apptest.Domain
	for name, c := range map[string]struct {
		envelope string
		more     []string
		solve    object
		rules    float64
	}{
		"doubted":              {"spoofed@prospect.example", nil, object{"action": "dismiss"}, 0},
		"not proven":           {"x@evil.example", nil, object{"action": "dismiss"}, 1},
		"not proven, for ever": {"x@evil.example", nil, object{"action": "dismiss", "scope": "sender"}, 1},
		"not proven, with a list": {"x@evil.example", []string{"List-Id: <nieuws.prospect.example>"},
			object{"action": "dismiss", "scope": "list"}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := waitingOffice(t)
				send := func(envelope, subject string, more ...string) object {
					w.Send(envelope, []string{info}, apptest.RawMail(prospect, info, subject, subject, more...))
					w.Pass(1)
					return w.Mail(subject)
				}
				for n := range 3 {
					m := send(c.envelope, fmt.Sprint("Vals", n), append(c.more, "Auto-Submitted: auto-generated")...)
					if m["state"] == "parked" {
						w.Must("POST", "/api/mails/"+m["id"].(string)+"/solve", c.solve)
					}
				}
				if n := float64(len(w.Must("GET", "/api/rules", nil)["items"].([]any))); n != c.rules {
					t.Errorf("%v rules, want %v", n, c.rules)
				}
				if m := send(prospect, "Echt", append(c.more, "Auto-Submitted: auto-generated")...); m["state"] != "parked" ||
					m["reason"] != "automated" {
					t.Errorf("a genuine automated mail: %v", m)
				}
				if m := send(prospect, "Kennis maken"); m["state"] != "parked" || m["reason"] != "unknown-sender" {
					t.Errorf("the first genuine letter: %v", m)
				}
				if c.rules == 0 {
					return
				}
				// More of the same is dismissed: that is what was learned.
				if m := send(c.envelope, "Weer vals", append(c.more, "Auto-Submitted: auto-generated")...); m["state"] != "dismissed" {
					t.Errorf("the same forgery again: %v", m)
				}
				w.Check(t)
			})
		})
	}
}

// What may be said for ever is refused where it would come to nothing.
func TestWhatIsNeverDismissedForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := waitingOffice(t)
		info := "info@" + apptest.Domain
		w.Receive("jan@bakker.example", info, "Scan", "c1", "Auto-Submitted: auto-generated")
		w.Send("spoofed@vals.example", []string{info}, apptest.RawMail("x@vals.example", info, "Vals", "c2", "Auto-Submitted: auto-generated"))
		w.Pass(1)
		for _, subject := range []string{"Scan", "Vals"} {
			if code := w.Ask(apptest.Admin, "POST", "/api/mails/"+w.ID(subject)+"/solve",
				object{"action": "dismiss", "scope": "sender"}, nil); code != 422 {
				t.Errorf("%s, for ever: %d", subject, code)
			}
			for _, s := range w.Must("GET", "/api/mails/"+w.ID(subject)+"/suggestions", nil)["items"].([]any) {
				if scope := s.(object)["solve"].(object)["scope"]; scope == "sender" && s.(object)["action"] == "dismiss" || scope == "list" {
					t.Errorf("%s: suggested %v", subject, s)
				}
			}
		}
		w.Check(t)
	})
}

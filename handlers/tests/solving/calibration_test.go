package solving_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"kantoorpost/handlers/app/apptest"
)

// The office sees how often the first suggestion was what people did, by the chance
// that it gave. What nobody solved does not count.
func TestSuggestionsAreMeasured(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := waitingOffice(t)
		to := "info@" + apptest.Domain
		for subject, from := range map[string]string{"Een": "Jan Jansen <jan.jansen@kpnmail.nl>", "Twee": "Roel Hofman <roel@verkoop.example>",
			"Drie": "Els Vos <els@verkoop2.example>"} {
			w.Send(strings.Trim(from[strings.IndexByte(from, 60):], "<>"), []string{to}, apptest.RawMail(from, to, subject, subject))
		}
		w.Pass(1)
		measured := func() (suggested, right float64) {
			for _, c := range w.Must("GET", "/api/learning", nil)["calibration"].([]any) {
				c := c.(object)
				if c["from"].(float64) >= c["to"].(float64) || c["right"].(float64) > c["suggested"].(float64) {
					t.Errorf("%v", c)
				}
				suggested += c["suggested"].(float64)
				right += c["right"].(float64)
			}
			return suggested, right
		}
		if n, right := measured(); n != 0 || right != 0 {
			t.Errorf("before anything: %v of %v", right, n)
		}
		first := w.Must("GET", "/api/mails/"+w.ID("Een")+"/suggestions", nil)["items"].([]any)[0].(object)
		w.Must("POST", "/api/mails/"+w.ID("Een")+"/solve", first["solve"])
		if n, right := measured(); n != 1 || right != 1 {
			t.Errorf("after the first suggestion: %v of %v", right, n)
		}
		second := w.Must("GET", "/api/mails/"+w.ID("Twee")+"/suggestions", nil)["items"].([]any)[0].(object)
		if second["action"] != "dismiss" {
			t.Fatalf("suggested first: %v", second)
		}
		w.Must("POST", "/api/mails/"+w.ID("Twee")+"/solve",
			object{"action": "create-contact", "client": w.First("/api/clients"), "name": "Roel Hofman"})
		if n, right := measured(); n != 2 || right != 1 {
			t.Errorf("after something else: %v of %v", right, n)
		}
	})
}

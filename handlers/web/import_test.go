package web

import (
	"crypto/sha256"
	"fmt"
	"html"
	"net/http"
	"strings"
	"testing"

	"kantoorpost/handlers/api/wire"
)

// A file that takes longer than a request is sent again by the page until all of it is taken
// in, but not for ever when nothing changes.
func TestImportGoesOnByItself(t *testing.T) {
	api := newAPI("administrator", "directory.read", "directory.write")
	left, locked := 5000, false
	api.answers["POST /api/directory/import"] = func(r *http.Request) any {
		dry := r.URL.Query().Get("dryRun") == "true"
		report := wire.Report{Applied: !dry, Summary: map[wire.Kind]wire.Counts{"contacts": {Create: left}}}
		if !dry && left > 2000 && !locked {
			left -= 2000
		}
		if locked || !dry && left > 2000 {
			return Problem{Status: 503}
		}
		return report
	}
	const file = "e-mail;naam\njan@x.nl;Jan\n"
	send := func(fields ...string) string {
		t.Helper()
		body, contentType := sent(t, file, append(fields, "do", "apply", "seen", fmt.Sprintf("%x", sha256.Sum256([]byte(file))))...)
		w := browse(t, api, "POST", "/web/directory/import", body, "Content-Type", contentType)
		if w.Code != 200 {
			t.Fatal(w.Code, w.Body)
		}
		return html.UnescapeString(w.Body.String())
	}
	again := `hx-trigger="load delay:`
	part := send("total", "5000")
	if !strings.Contains(part, again+`1s"`) || !strings.Contains(part, "2000 van 5000") || !strings.Contains(part, `"left":"3000"`) {
		t.Error(part)
	}
	locked = true
	if body := send("total", "5000", "left", "3000"); !strings.Contains(body, again+`10s"`) || !strings.Contains(body, `"tries":"1"`) {
		t.Error(body)
	}
	if body := send("total", "5000", "left", "3000", "tries", "29"); strings.Contains(body, again) {
		t.Error(body)
	}
	locked = false
	last := send("total", "5000", "left", "3000", "tries", "1")
	if strings.Contains(last, again) || !strings.Contains(last, "5000 wijzigingen") {
		t.Error(last)
	}
}

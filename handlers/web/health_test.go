package web

import (
	"fmt"
	"net/url"
	"testing"
	"time"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
)

// The status page draws the history, says why a message failed, and lets a manager retry
// or drop it. The part that is asked for again and again leaves both out.
func TestHealthShowsHistoryAndWhatFailed(t *testing.T) {
	api := newAPI("manager", "health.read", "queues.write")
	api.answers["GET /api/health/ready"] = map[string]any{"status": "ok"}
	api.answers["GET /api/health"] = map[string]any{"enabled": true,
		"queues": []map[string]any{{"name": "process", "poison": 45}, {"name": "send", "poison": 1}}}
	var points []map[string]any
	for n := range 5 {
		points = append(points, map[string]any{"at": time.Now().Add(time.Duration(n-5) * 5 * time.Minute), "backlog": 40 + n, "lagMedian": 90,
			"lag95": 600})
	}
	api.answers["GET /api/health/history"] = map[string]any{"items": points}
	reason := map[string]any{"at": time.Now(), "error": "process: <tables> answer 503"}
	api.answers["GET /api/poison"] = map[string]any{"items": []map[string]any{
		{"id": "m 1", "queue": "process", "inserted": time.Now(), "job": "abc", "mails": []string{"x1"}, "reason": reason},
		{"id": "m2", "queue": "send", "inserted": time.Now(), "replies": []string{"r1", "r2"}},
	}}
	page := browse(t, api, "GET", "/web/health", "")
	wants(t, page, 200, `class="plot"`, "Achterstand", "Van aankomst tot chat", "<svg", "hoogste waarde van de eerste lijn 44",
		"&lt;tables&gt; answer 503", `href="/web/mails/x1"`,
		"2 antwoorden", "het programma werd gestopt", `action="/web/health/poison/process/m%201"`, `href="/web/health?hours=168"`)
	wants(t, browse(t, api, "GET", "/web/health?hours=168", "", "Cookie", "lang=en"), 200, "From arrival to chat", "<strong>7 days</strong>")
	wants(t, browse(t, api, "GET", "/web/health", "", "HX-Request", "true", "HX-Target", "health-report"), 200, "!<svg class=\"plot",
		"!answer 503")

	api.answers["POST /api/poison/process/m 1/retry"] = nil
	api.answers["DELETE /api/poison/process/m 1"] = Problem{Status: 404}
	for do, want := range map[string]string{"retry": "POST /api/poison/process/m%201/retry", "drop": "DELETE /api/poison/process/m%201"} {
		w := browse(t, api, "POST", "/web/health/poison/process/m%201", url.Values{"do": {do}}.Encode())
		if got := api.asked[len(api.asked)-1]; w.Code != 303 || got != want {
			t.Errorf("%s: %d, asked %s, want %s", do, w.Code, got, want)
		}
	}
	// All of a queue at once: the page says how many there are.
	wants(t, page, 200, "Verwerken: 45 mislukte opdrachten", `action="/web/health/poison/process"`, `!action="/web/health/poison/send"`)
	api.answers["POST /api/poison/process/all/retry"] = nil
	api.answers["DELETE /api/poison/process/all"] = nil
	for do, want := range map[string]string{"retry": "De opdrachten staan weer", "drop": "De opdrachten zijn weggegooid"} {
		w := browse(t, api, "POST", "/web/health/poison/process", url.Values{"do": {do}}.Encode())
		if w.Code != 303 {
			t.Fatalf("%s: %d", do, w.Code)
		}
		wants(t, browse(t, api, "GET", "/web/health", "", "Cookie", w.Result().Cookies()[0].Name+"="+w.Result().Cookies()[0].Value), 200, want)
	}

	// Who may not decide sees the reasons and no buttons.
	api.answers["GET /api/me"] = person{Me: wire.Me{ID: "m1", Rights: "manager", Actions: []access.Action{"health.read"}}}
	wants(t, browse(t, api, "GET", "/web/health", ""), 200, "answer 503", "!value=\"retry\"")
}

func TestAPlotHasALineOrASentence(t *testing.T) {
	api := newAPI("manager", "health.read")
	api.answers["GET /api/health/ready"] = map[string]any{"status": "ok"}
	api.answers["GET /api/health"] = healthReport{Enabled: true}
	api.answers["GET /api/health/history"] = wire.ListOf[wire.HealthPoint]{Items: []wire.HealthPoint{{At: time.Now()}, {At: time.Now()}}}
	page := browse(t, api, "GET", "/web/health", "")
	wants(t, page, 200, `class="plot"`, fmt.Sprintf("van de laatste %d", 0), "!NaN",
		"<h3>Van aankomst tot chat</h3><p class=\"muted\">Er is nog te weinig gemeten om een lijn te tekenen.")
}

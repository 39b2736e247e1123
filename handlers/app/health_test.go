package app_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"kantoorpost/handlers/app"
	"kantoorpost/handlers/app/apptest"
	"kantoorpost/shared/must"
	"kantoorpost/shared/wiretest"
)

// What waits, what cannot be read and when the secret ends: the report says it,
// and to nobody below a manager.
func TestHealthReport(t *testing.T) {
	inOffice(t, func(t *testing.T, w *world) {
		for who, want := range map[string]int{apptest.Admin: 200, "carla@" + apptest.Domain: 200,
			"anna@" + apptest.Domain: http.StatusForbidden} {
			w.Answers(want, who, "GET", "/api/health", nil)
		}
		w.Tick()
		time.Sleep(7 * time.Minute) // simulated
		var r struct {
			Status   string
			Enabled  bool
			LastTick time.Time
			Queues   []struct {
				Name          string
				Depth, Poison int
				Oldest        time.Time
			}
			Mailboxes  int
			Troubled   []struct{ Address string }
			Connectors []struct {
				State         string
				SecretExpires time.Time
			}
		}
		if code := w.Ask(apptest.Admin, "GET", "/api/health", nil, &r); code != 200 {
			t.Fatal(code)
		}
		if r.Status != "ok" || !r.Enabled || time.Since(r.LastTick) < 7*time.Minute || time.Since(r.LastTick) > time.Hour {
			t.Errorf("%+v, ticked %v", r, r.LastTick)
		}
		if len(r.Queues) != len(app.QueueNames()) || r.Mailboxes == 0 || len(r.Connectors) != 1 || r.Connectors[0].State != "works" ||
			!r.Connectors[0].SecretExpires.After(time.Now()) {
			t.Errorf("%+v", r)
		}
		// The host is gone: what the tick asks for stays where it is.
		before := time.Now()
		if code := w.Ask(apptest.Admin, "POST", "/api/addresses/info@"+apptest.Domain+"/fetch", nil, nil); code != http.StatusAccepted {
			t.Fatal(code)
		}
		time.Sleep(time.Minute) // simulated
		w.Ask(apptest.Admin, "GET", "/api/health", nil, &r)
		if q := r.Queues[0]; q.Name != "fetch" || q.Depth != 1 || q.Oldest.Before(before.Truncate(time.Second)) || q.Poison != 0 {
			t.Errorf("%+v", q)
		}
	})
}

// ready asks whether the instance is ready, and returns what does not work.
func (w *world) ready(who string) (code int, status string, failing map[string]object) {
	w.T.Helper()
	var r struct {
		Status string
		Checks []object
	}
	code, text := w.Call(who, "GET", "/api/health/ready", "")
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		w.T.Fatalf("%d: %s", code, text)
	}
	failing = map[string]object{}
	for _, c := range r.Checks {
		if c["ok"] == false {
			failing[c["name"].(string)] = c
		}
	}
	return code, r.Status, failing
}

// Ready says of each dependency what is wrong and since when, with codes and no text of
// others; only what this instance cannot work without makes it 503.
func TestReadySaysWhatIsWrong(t *testing.T) {
	inOffice(t, func(t *testing.T, w *world) {
		w.Tick()
		if code, status, failing := w.ready(apptest.Admin); code != 200 || status != "ok" || len(failing) > 0 {
			t.Fatalf("%d %s: %v", code, status, failing)
		}
		// Microsoft refuses the connector, and later the timer stops.
		must.Do(t, w.Tenant.ExpireSecret(apptest.ClientSecret))
		time.Sleep(2 * time.Hour) // simulated: its token ends
		w.Tick()
		refused := time.Now()
		time.Sleep(20 * time.Minute) // simulated
		code, status, failing := w.ready(apptest.Admin)
		graph, tick := failing["graph"], failing["tick"]
		if code != 200 || status != "degraded" || len(failing) != 2 || graph["of"] != "Kantoor" ||
			!strings.HasPrefix(fmt.Sprint(graph["error"]), "secret-expired AADSTS") {
			t.Fatalf("%d %s: %v", code, status, failing)
		}
		for name, c := range failing {
			since, err := time.Parse(time.RFC3339Nano, fmt.Sprint(c["since"]))
			if err != nil || since.Sub(refused).Abs() > time.Minute || c["needed"] != false {
				t.Errorf("%s: %v, want since %v", name, c, refused)
			}
		}
		if tick == nil {
			t.Error("the timer stopped, and nobody says so")
		}
		w.Tick()
		// Without queues nothing works.
		w.ToQueues.Fault(func(int, *http.Request) wiretest.Fault { return wiretest.Refuse })
		w.ready(apptest.Admin)
		first := time.Now()
		time.Sleep(10 * time.Minute) // simulated
		code, status, failing = w.ready(apptest.Admin)
		since, err := time.Parse(time.RFC3339Nano, fmt.Sprint(failing["queues"]["since"]))
		if code != 503 || status != "failing" || err != nil || since.After(first) || failing["queues"]["error"] != "cannot be reached" {
			t.Errorf("%d %s: %v", code, status, failing)
		}
		// Who is no manager learns that something is wrong, and not what.
		if code, status, failing := w.ready("anna@" + apptest.Domain); code != 503 || status != "failing" || len(failing) > 0 {
			t.Errorf("%d %s: %v", code, status, failing)
		}
		w.Heal()
		if _, _, failing := w.ready(apptest.Admin); failing["queues"] != nil {
			t.Errorf("%v", failing)
		}
		// Live asks nobody.
		w.reset()
		if code, text := w.Call("", "GET", "/api/health/live", ""); code != 200 || !strings.Contains(text, `"version"`) ||
			len(w.ToTables.Calls())+len(w.ToQueues.Calls()) > 0 {
			t.Errorf("%d %s", code, text)
		}
	})
}

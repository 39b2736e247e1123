package app_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"kantoorpost/handlers/app"
	"kantoorpost/shared/access"
	"kantoorpost/shared/config"
	"kantoorpost/shared/must"
)

var update = flag.Bool("update", false, "write functions/*/function.json, infra/storage.json and infra/public.json from the code")

// What Azure reads is what the table says, and nothing else stands beside it:
// the host would take another file for a script.
func TestFunctionJSON(t *testing.T) {
	var want []string
	for _, f := range (&app.App{}).Functions() {
		want = append(want, f.Name)
		file := filepath.Join("..", "..", "functions", f.Name, "function.json")
		if *update {
			must.Do(t, os.MkdirAll(filepath.Dir(file), 0o755))
			must.Do(t, os.WriteFile(file, f.JSON(), 0o644))
		}
		got, err := os.ReadFile(file)
		if err != nil || !bytes.Equal(got, f.JSON()) {
			t.Errorf("%s is not what the function table says; write it with: go test ./handlers/app -update", file)
		}
	}
	slices.Sort(want)
	var got []string
	files := must.Get(filepath.Glob("../../functions/*/*"))(t)
	for _, f := range files {
		got = append(got, filepath.Base(filepath.Dir(f)))
	}
	if !slices.Equal(got, want) {
		t.Errorf("files in functions are of %v, the table has %v", got, want)
	}
}

// All that can be called over HTTP is below /api and /web: what stands before the
// product, and the host's own paths, rely on it.
func TestRoutes(t *testing.T) {
	for _, f := range (&app.App{}).Functions() {
		var j struct {
			Bindings []struct{ Type, Route, AuthLevel string }
		}
		must.Do(t, json.Unmarshal(f.JSON(), &j))
		for _, b := range j.Bindings {
			if b.Type == "httpTrigger" && b.Route != "api/{*path}" && b.Route != "web/{*path}" {
				t.Errorf("function %s has route %s", f.Name, b.Route)
			}
		}
	}
}

// host.json asks for what the code relies on.
func TestHostJSON(t *testing.T) {
	text := must.Get(os.ReadFile("../../host.json"))(t)
	var host struct {
		FunctionTimeout string
		Logging         struct {
			ApplicationInsights struct{ SamplingSettings struct{ IsEnabled *bool } }
		}
		Extensions struct {
			HTTP   struct{ RoutePrefix *string }
			Queues struct {
				MessageEncoding string
				MaxDequeueCount int
			}
		}
		CustomHandler struct {
			Description               struct{ DefaultExecutablePath string }
			EnableProxyingHTTPRequest bool `json:"enableProxyingHttpRequest"`
		}
	}
	must.Do(t, json.Unmarshal(text, &host))
	if host.FunctionTimeout != "00:10:00" {
		t.Error("functionTimeout must be twice invoke.Deadline: ", host.FunctionTimeout)
	}
	if on := host.Logging.ApplicationInsights.SamplingSettings.IsEnabled; on == nil || *on {
		t.Error("sampling, which is on by default, must be off: it takes lines away that alerts count")
	}
	if p := host.Extensions.HTTP.RoutePrefix; p == nil || *p != "" {
		t.Error("routePrefix must be empty: routes say api and web themselves")
	}
	if host.Extensions.Queues.MessageEncoding != "none" {
		t.Error("jobs are plain text")
	}
	if !host.CustomHandler.EnableProxyingHTTPRequest || host.CustomHandler.Description.DefaultExecutablePath != "handler" {
		t.Error("the host must proxy to an executable named handler, without ./ before it")
	}
}

// The example of local settings is one that the process starts with.
func TestLocalSettingsExample(t *testing.T) {
	text := must.Get(os.ReadFile("../../local.settings.json.example"))(t)
	var example struct{ Values map[string]string }
	must.Do(t, json.Unmarshal(text, &example))
	for name, value := range example.Values {
		t.Setenv(name, value)
	}
	t.Setenv("SECRETS_FILE", filepath.Join(t.TempDir(), example.Values["SECRETS_FILE"]))
	c := must.Get(config.Load())(t)
	if _, err := app.New(c, app.Transports{}); err != nil {
		t.Error(err)
	}
}

// What the templates make is what the code uses: with the rights that it has in
// Azure it can create none of it.
func TestInfraStorage(t *testing.T) {
	var content struct {
		Queues       []string `json:"queues"`
		PoisonQueues []string `json:"poisonQueues"`
		Tables       []string `json:"tables"`
		Containers   []string `json:"containers"`
	}
	content.Queues, content.PoisonQueues, content.Tables = app.QueueNames(), app.PoisonNames(), app.TableNames()
	// What runs, what ran before, and what people send along.
	content.Containers = []string{"packages", "releases", app.Uploads}
	golden(t, "../../infra/storage.json", content)

	var listened []string
	for _, f := range (&app.App{}).Functions() {
		var j struct {
			Bindings []struct{ Type, QueueName string }
		}
		must.Do(t, json.Unmarshal(f.JSON(), &j))
		for _, b := range j.Bindings {
			if b.Type == "queueTrigger" {
				listened = append(listened, b.QueueName)
			}
		}
	}
	if !slices.Equal(listened, app.QueueNames()) {
		t.Errorf("functions listen to %q, the queues are %q", listened, app.QueueNames())
	}
}

// App Service Authentication lets nobody through without a sign-in but to the
// operations that the code declares public.
func TestInfraPublic(t *testing.T) {
	var doc struct {
		Paths map[string]map[string]struct {
			Action access.Action `json:"x-action"`
		}
	}
	w := newWorld(t)
	if code := w.Ask("", "GET", "/api/openapi.json", nil, &doc); code != 200 {
		t.Fatal(code)
	}
	var public []string
	for path, operations := range doc.Paths {
		for method, o := range operations {
			if o.Action != access.Public {
				continue
			}
			if method != "get" || strings.Contains(path, "{") {
				t.Errorf("%s %s is public: a path that is open must only be read, and be open as a whole", method, path)
			}
			public = append(public, path)
		}
	}
	slices.Sort(public)
	golden(t, "../../infra/public.json", public)
	// The platform lets every path with such a beginning through.
	for path, operations := range doc.Paths {
		for _, p := range public {
			if path != p && strings.HasPrefix(path, p) {
				t.Errorf("%s is reached without a sign-in, since %s is public: %v", path, p, operations)
			}
		}
	}
}

// golden holds a file of JSON against what the code says.
func golden(t *testing.T, file string, want any) {
	t.Helper()
	text := must.Get(json.MarshalIndent(want, "", "  "))(t)
	text = append(text, '\n')
	if *update {
		must.Do(t, os.WriteFile(file, text, 0o644))
	}
	if got, err := os.ReadFile(file); err != nil || !bytes.Equal(got, text) {
		t.Errorf("%s is not what the code says (%v); write it with: go test ./handlers/app -update", file, err)
	}
}

package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"kantoorpost/shared/config"
)

var update = flag.Bool("update", false, "write functions/*/function.json from the function table")

// What Azure reads is what the table says, and nothing else stands beside it:
// the host would take another file for a script.
func TestFunctionJSON(t *testing.T) {
	var want []string
	for _, f := range (&app{}).functions() {
		want = append(want, f.Name)
		file := filepath.Join("..", "functions", f.Name, "function.json")
		if *update {
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, f.JSON(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(file)
		if err != nil || !bytes.Equal(got, f.JSON()) {
			t.Errorf("%s is not what the function table says; write it with: go test ./handlers -update", file)
		}
	}
	slices.Sort(want)
	var got []string
	files, err := filepath.Glob("../functions/*/*")
	if err != nil {
		t.Fatal(err)
	}
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
	for _, f := range (&app{}).functions() {
		var j struct {
			Bindings []struct{ Type, Route, AuthLevel string }
		}
		if err := json.Unmarshal(f.JSON(), &j); err != nil {
			t.Fatal(err)
		}
		for _, b := range j.Bindings {
			if b.Type == "httpTrigger" && b.Route != "api/{*path}" && b.Route != "web/{*path}" {
				t.Errorf("function %s has route %s", f.Name, b.Route)
			}
		}
	}
}

// host.json asks for what the code relies on.
func TestHostJSON(t *testing.T) {
	text, err := os.ReadFile("../host.json")
	if err != nil {
		t.Fatal(err)
	}
	var host struct {
		FunctionTimeout string
		Extensions      struct {
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
	if err := json.Unmarshal(text, &host); err != nil {
		t.Fatal(err)
	}
	if host.FunctionTimeout != "00:10:00" {
		t.Error("functionTimeout must be twice invoke.Deadline: ", host.FunctionTimeout)
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
	text, err := os.ReadFile("../local.settings.json.example")
	if err != nil {
		t.Fatal(err)
	}
	var example struct{ Values map[string]string }
	if err := json.Unmarshal(text, &example); err != nil {
		t.Fatal(err)
	}
	for name, value := range example.Values {
		t.Setenv(name, value)
	}
	t.Setenv("SECRETS_FILE", filepath.Join(t.TempDir(), example.Values["SECRETS_FILE"]))
	c, err := config.Load()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := newApp(c, wires{}); err != nil {
		t.Error(err)
	}
}

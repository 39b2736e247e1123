package host

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"kantoorpost/shared/must"
)

// echo returns what reached the handler; with ?slow it sends only its first bytes.
func echo(w http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Has("slow") {
		_, _ = io.WriteString(w, "first ")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
		return
	}
	body, _ := io.ReadAll(r.Body)
	w.Header().Set("X-Setting", os.Getenv("SETTING"))
	w.WriteHeader(http.StatusTeapot)
	_ = json.NewEncoder(w).Encode(map[string]any{
		"method": r.Method, "uri": r.RequestURI, "host": r.Host, "headers": r.Header, "body": string(body),
	})
}

const hostJSON = `{"version":"2.0","functionTimeout":"00:10:00",
	"extensions":{"http":{"routePrefix":""},
		"queues":{"batchSize":8,"newBatchThreshold":4,"messageEncoding":"none","visibilityTimeout":"00:00:30"}},
	"customHandler":{"description":{"defaultExecutablePath":"handler"},"enableProxyingHttpRequest":true}}`

var functions = map[string]string{
	"host.json": hostJSON,
	"api/function.json": `{"bindings":[{"type":"httpTrigger","direction":"in","name":"req","authLevel":"anonymous",
		"route":"api/{*path}","methods":["get","post"]},
		{"type":"http","direction":"out","name":"res"}]}`,
	"work/function.json": `{"bindings":[{"type":"timerTrigger","direction":"in","name":"timer","schedule":"%WHEN%"}]}`,
}

// scriptRoot returns a deployment whose handler is the test binary.
func scriptRoot(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, name)
		must.Do(t, os.MkdirAll(filepath.Dir(path), 0o755))
		must.Do(t, os.WriteFile(path, []byte(text), 0o600))
	}
	must.Do(t, os.Symlink(os.Args[0], filepath.Join(root, "handler")))
	return root
}

// running returns a started host and its address.
func running(t *testing.T) (url string, h *Host) {
	t.Helper()
	h = must.Get(Start(t.Context(), Options{
		Root: scriptRoot(t, functions), Log: quiet,
		Settings: map[string]string{"WHEN": "0 0 0 1 1 *", "SETTING": "yes"},
	}))(t)
	server := httptest.NewServer(h)
	t.Cleanup(func() { server.Close(); h.Stop() })
	return server.URL, h
}

func TestHTTPFunctionsAreProxiedAsTheyAre(t *testing.T) {
	url, _ := running(t)
	req, _ := http.NewRequestWithContext(t.Context(), "POST", url+"/api/a%2Fb/c?x=1&x=2", strings.NewReader("hello"))
	req.Header.Set("X-Mine", "1")
	req.Header.Set("Origin", "https://elders.example")
	// The proxy of the real host replaces these.
	req.Header.Set("X-Forwarded-Host", "elders.example")
	req.Header.Set("X-Forwarded-For", "203.0.113.9")
	req.Header.Set("X-Forwarded-Proto", "https") // but for this one, which the front end sets
	const trace = "4bf92f3577b34da6a3ce929d0e0e4736"
	req.Header.Set("Traceparent", "00-"+trace+"-00f067aa0ba902b7-01")
	res := must.Get(http.DefaultClient.Do(req))(t)
	defer res.Body.Close()
	var got struct {
		Method, URI, Host, Body string
		Headers                 http.Header
	}
	must.Do(t, json.NewDecoder(res.Body).Decode(&got))
	if res.StatusCode != http.StatusTeapot || res.Header.Get("X-Setting") != "yes" {
		t.Errorf("status %d, headers %v", res.StatusCode, res.Header)
	}
	if got.Method != "POST" || got.URI != "/api/a%252Fb/c?x=1&x=2" || got.Body != "hello" {
		t.Errorf("the handler got %+v", got)
	}
	if "http://"+got.Host == url || !strings.HasPrefix(got.Host, "127.0.0.1:") || got.Headers.Get("Origin") != "https://elders.example" {
		t.Errorf("the handler's own address is %s; Origin %s", got.Host, got.Headers.Get("Origin"))
	}
	for name, want := range map[string]string{"X-Forwarded-Host": strings.TrimPrefix(url, "http://"), "X-Forwarded-For": "127.0.0.1",
		"X-Forwarded-Proto": "https"} {
		if values := got.Headers.Values(name); len(values) != 1 || values[0] != want {
			t.Errorf("%s: %q, want %s", name, values, want)
		}
	}
	if parent := got.Headers.Get("Traceparent"); !strings.HasPrefix(parent, "00-"+trace+"-") || !strings.HasSuffix(parent, "-01") ||
		strings.Contains(parent, "00f067aa0ba902b7") {
		t.Errorf("Traceparent: %s", parent)
	}
	for _, name := range []string{"X-Mine", "X-Azure-Functions-Hostversion", "X-Azure-Functions-Invocationid", "X-Ms-Invocation-Id"} {
		if got.Headers.Get(name) == "" {
			t.Errorf("the handler got no %s", name)
		}
	}
}

func TestATraceBeginsWhereTheCallerHasNone(t *testing.T) {
	first, second := traceparent(""), traceparent("00-not-a-trace")
	if !validTraceparent.MatchString(first) || !validTraceparent.MatchString(second) || first == second {
		t.Errorf("%s, %s", first, second)
	}
}

func TestAnswersStream(t *testing.T) {
	url, _ := running(t)
	res := must.Get(http.Get(url + "/api/x?slow"))(t)
	defer res.Body.Close()
	first := make([]byte, 6)
	if _, err := io.ReadFull(res.Body, first); err != nil || string(first) != "first " {
		t.Errorf("%q, %v: the first bytes do not come before the last are sent", first, err)
	}
}

func TestWhatIsNoRouteIsNotFound(t *testing.T) {
	url, _ := running(t)
	for _, c := range []struct {
		method, path string
		want         int
	}{
		{"GET", "/api", 307},   // both reach the handler, whose own routes
		{"GET", "/API/x", 404}, // distinguish letter case and the last slash
		{"DELETE", "/api/x", 404},
		{"GET", "/", 404},
		{"GET", "/apix", 404},
		{"POST", "/work", 404},
		{"POST", "/admin/functions/work", 404},
	} {
		req, _ := http.NewRequestWithContext(t.Context(), c.method, url+c.path, nil)
		client := http.Client{CheckRedirect: noRedirect}
		res := must.Get(client.Do(req))(t)
		res.Body.Close()
		if res.StatusCode != c.want {
			t.Errorf("%s %s: %d, want %d", c.method, c.path, res.StatusCode, c.want)
		}
	}
}

func TestRequestsWaitForAHandlerThatIsStartedAgain(t *testing.T) {
	url, h := running(t)
	h.worker.restart()
	res := must.Get(http.Get(url + "/api/x"))(t)
	res.Body.Close()
	if res.StatusCode != http.StatusTeapot {
		t.Errorf("status %d", res.StatusCode)
	}
}

func TestStopLeavesNoHandlerBehind(t *testing.T) {
	_, h := running(t)
	pid := h.HandlerPID()
	h.Stop()
	if p, err := os.FindProcess(pid); err == nil && p.Signal(syscall.Signal(0)) == nil {
		t.Errorf("process %d lives on", pid)
	}
	if h.HandlerPID() != 0 {
		t.Error("the host still counts on a handler")
	}
}

func TestAMistakeInWhatIsDeployedIsNamed(t *testing.T) {
	for name, c := range map[string]struct{ file, text, want string }{
		"no executable":   {"host.json", `{"version":"2.0"}`, "defaultExecutablePath"},
		"no proxying":     {"host.json", strings.Replace(hostJSON, "true", "false", 1), "enableProxyingHttpRequest"},
		"odd span":        {"host.json", strings.Replace(hostJSON, "00:10:00", "10m", 1), "functionTimeout"},
		"no setting":      {"work/function.json", strings.Replace(functions["work/function.json"], "WHEN", "NEVER_SET", 1), "NEVER_SET"},
		"bad schedule":    {"work/function.json", strings.Replace(functions["work/function.json"], "%WHEN%", "every day", 1), "every day"},
		"unknown trigger": {"work/function.json", `{"bindings":[{"type":"blobTrigger","direction":"in"}]}`, "blobTrigger"},
		"reserved route": {"api/function.json", strings.Replace(functions["api/function.json"], "api/{*path}", "administration", 1),
			"administration"},
		"function with key": {"api/function.json", strings.Replace(functions["api/function.json"], "anonymous", "function", 1), "authLevel"},
		"no JSON":           {"work/function.json", `{`, "work"},
	} {
		t.Run(name, func(t *testing.T) {
			files := maps.Clone(functions)
			files[c.file] = c.text
			h, err := Start(t.Context(), Options{Root: scriptRoot(t, files), Log: quiet, Settings: map[string]string{"WHEN": "0 0 0 1 1 *"}})
			if err == nil {
				h.Stop()
				t.Fatal("it starts")
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %q does not name %q", err, c.want)
			}
		})
	}
}

func TestTimeSpans(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"": time.Minute, "00:00:30": 30 * time.Second, "1.02:00:00": 26 * time.Hour, "00:00:00.5": 500 * time.Millisecond, "-1": 0,
		"00:10": 10 * time.Minute,
	} {
		if got, err := parseSpan(text, time.Minute); err != nil || got != want {
			t.Errorf("%q is %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"30s", "abc", ":", "-2"} {
		if got, err := parseSpan(text, 0); err == nil {
			t.Errorf("%q is %v, want an error", text, fmt.Sprint(got))
		}
	}
}

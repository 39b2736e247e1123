package host

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"kantoorpost/shared/must"
)

// playCoreTools acts as `func start --port N` in the script root.
func playCoreTools(args []string) int {
	if len(args) != 2 || args[0] != "--port" || os.Getenv("FUNCTIONS_WORKER_RUNTIME") != "custom" {
		return 9
	}
	if _, err := os.Stat("host.json"); err != nil || os.Getenv("BROKEN") != "" {
		return 8
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /admin/host/status", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"state":"Running"}`) })
	mux.HandleFunc("/api/", echo)
	_ = http.ListenAndServe("127.0.0.1:"+args[1], mux)
	return 7
}

func TestTheRealHostRunsBehindTheSameAddress(t *testing.T) {
	root := scriptRoot(t, functions)
	h := must.Get(StartReal(t.Context(), os.Args[0],
		Options{Root: root, Settings: map[string]string{"WHEN": "0 0 0 1 1 *", "SETTING": "yes"}}))(t)
	defer h.Stop()
	server := httptest.NewServer(h)
	defer server.Close()
	res := must.Get(http.Get(server.URL + "/api/x"))(t)
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, res.Body)
	if res.StatusCode != http.StatusTeapot || res.Header.Get("X-Setting") != "yes" {
		t.Errorf("%s, setting %q", res.Status, res.Header.Get("X-Setting"))
	}
}

func TestARealHostThatDoesNotStartIsAnError(t *testing.T) {
	root := scriptRoot(t, functions)
	if h, err := StartReal(t.Context(), os.Args[0], Options{Root: root,
		Settings: map[string]string{"WHEN": "0 0 0 1 1 *", "BROKEN": "1"}}); err == nil {
		h.Stop()
		t.Error("it starts")
	}
}

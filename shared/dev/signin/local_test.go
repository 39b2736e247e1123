package signin

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestOnlyNamesOfThisMachineAreServed(t *testing.T) {
	h := OnlyLocal(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	for host, want := range map[string]int{
		"localhost": 200, "localhost:7071": 200, "LOCALHOST:7071": 200, "127.0.0.1:7071": 200, "[::1]:7071": 200, "[::1]": 200,
		"kantoor.localhost:7071": 200,
		"evil.example:7071":      421, "evil.example": 421, "localhost.evil.example": 421, "notlocalhost": 421, "192.0.2.1:7071": 421, "": 421,
	} {
		r := httptest.NewRequest("GET", "/api/me", nil)
		r.Host = host
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, r); w.Code != want {
			t.Errorf("host %q: %d; want %d", host, w.Code, want)
		}
	}
}

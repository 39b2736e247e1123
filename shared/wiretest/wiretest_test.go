package wiretest_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kantoorpost/shared/wiretest"
)

// Each fault does what it says: to the server, and to the caller.
func TestFaults(t *testing.T) {
	for _, c := range []struct {
		name   string
		fault  wiretest.Fault
		effect bool
		want   error
	}{
		{"pass", wiretest.Pass, true, nil},
		{"refuse", wiretest.Refuse, false, wiretest.ErrInjected},
		{"lose", wiretest.Lose, true, wiretest.ErrInjected},
		{"hang", wiretest.Hang, false, context.DeadlineExceeded},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				effect := false
				w := wiretest.Transport(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
					effect = true
					io.Copy(rw, r.Body)
				}))
				w.Fault(func(int, *http.Request) wiretest.Fault { return c.fault })
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				r, _ := http.NewRequestWithContext(ctx, "POST", "http://x.example/a", strings.NewReader("hello"))
				res, err := w.Client().Do(r)
				if !errors.Is(err, c.want) {
					t.Fatalf("error %v, want %v", err, c.want)
				}
				if effect != c.effect {
					t.Errorf("took effect: %v, want %v", effect, c.effect)
				}
				if err == nil {
					body, _ := io.ReadAll(res.Body)
					if string(body) != "hello" || w.Calls()[0].Received != 5 || w.Calls()[0].Sent != 5 {
						t.Errorf("got %q and %+v", body, w.Calls())
					}
				}
			})
		})
	}
}

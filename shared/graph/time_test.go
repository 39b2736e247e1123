package graph

import (
	"context"
	"errors"
	"net/http"
	"runtime/debug"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kantoorpost/shared/fault"
	"kantoorpost/shared/must"
	"kantoorpost/shared/wiretest"
)

func TestARequestEndsAfterHalfAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, wire, _ := graphOf(t, says(200, jsonType, `{}`))
		wire.Fault(func(int, *http.Request) wiretest.Fault { return wiretest.Hang })
		start := time.Now()
		err := c.CheckInbox(t.Context(), box)
		if v, _ := fault.Of(err); !errors.Is(err, errSlow) || v != fault.KindRetry || time.Since(start) != requestTimeout ||
			errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("after %s: %v", time.Since(start), err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := c.CheckInbox(ctx, box); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the caller's own end: %v", err)
		}
	})
}

func TestAConnectionThatBreaksMayBeTriedAgain(t *testing.T) {
	c, wire, _ := graphOf(t, says(200, jsonType, `{}`))
	for _, f := range []wiretest.Fault{wiretest.Refuse, wiretest.Lose} {
		wire.Fault(func(int, *http.Request) wiretest.Fault { return f })
		err := c.CheckInbox(t.Context(), box)
		if v, _ := fault.Of(err); !errors.Is(err, wiretest.ErrInjected) || v != fault.KindRetry || strings.Contains(err.Error(), "https://") {
			t.Errorf("%v", err)
		}
	}
}

func TestAClientNeedsAnHTTPSRoot(t *testing.T) {
	for _, r := range []string{"", "http://graph.microsoft.com", "graph.microsoft.com", root + "/", root + "/v1.0", root + "?x",
		"https://u@graph.microsoft.com"} {
		if _, err := New(Options{Root: r, Credential: &bank{}}); err == nil {
			t.Errorf("root %q was taken", r)
		}
	}
	if _, err := New(Options{Root: root}); err == nil {
		t.Error("a client without credential")
	}
}

// drip is a Graph whose answer starts and never ends.
type drip struct{}

func (drip) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {jsonType}}, Body: dripping{r.Context()}, Request: r}, nil
}

type dripping struct{ ctx context.Context }

func (d dripping) Read(p []byte) (int, error) {
	select {
	case <-time.After(time.Second):
		return copy(p[:1], " "), nil
	case <-d.ctx.Done():
		return 0, d.ctx.Err()
	}
}

func (dripping) Close() error { return nil }

func TestAnAnswerThatDripsEndsToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := must.Get(New(Options{Root: root, Credential: &bank{}, Transport: drip{}}))(t)
		start := time.Now()
		if _, err := c.Delta(t.Context(), box, "", time.Time{}); !errors.Is(err, errSlow) || time.Since(start) != requestTimeout {
			t.Errorf("after %s: %v", time.Since(start), err)
		}
	})
}

func TestMicrosoftIsToldTheVersionThatIsUsed(t *testing.T) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		t.Skip("the test binary has no build information")
	}
	for _, m := range info.Deps {
		if m.Path == "github.com/microsoftgraph/msgraph-sdk-go" && m.Version != "v"+sdkVersion {
			t.Errorf("sdkVersion is %s, go.mod has %s", sdkVersion, m.Version)
		}
	}
}

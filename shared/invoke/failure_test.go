package invoke_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"kantoorpost/shared/fault"
	"kantoorpost/shared/invoke"
	"kantoorpost/shared/job"
)

// A message that fails for the last time is reported with its id, and no other.
func TestTheLastFailureIsReported(t *testing.T) {
	var host struct {
		Extensions struct{ Queues struct{ MaxDequeueCount int } }
	}
	text, err := os.ReadFile("../../host.json")
	if err == nil {
		err = json.Unmarshal(text, &host)
	}
	if err != nil || host.Extensions.Queues.MaxDequeueCount != invoke.MaxTries {
		t.Fatalf("host.json says %d, the code %d (%v)", host.Extensions.Queues.MaxDequeueCount, invoke.MaxTries, err)
	}
	for _, x := range []struct {
		tries string
		err   error
		want  int
	}{{`"5"`, errors.New("broken"), 1}, {`5`, errors.New("broken"), 1}, {`"4"`, errors.New("broken"), 0}, {`"5"`, nil, 0},
		{`"5"`, fault.Final(errors.New("broken")), 0}} {
		var got []invoke.Failure
		f := invoke.Queue(func(context.Context, job.Mark) error { return x.err }).OnFailure(func(_ context.Context,
			f invoke.Failure) {
			got = append(got, f)
		})
		body := fmt.Sprintf(`{"Data":{"job":"\"{\\\"job\\\":\\\"mark\\\",\\\"id\\\":\\\"abc\\\"}\""},"Metadata":{"DequeueCount":%s}}`, x.tries)
		invoke.Handler([]invoke.Function{f}).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("POST", "/mark", strings.NewReader(body)))
		if len(got) != x.want {
			t.Errorf("try %s with %v: reported %v", x.tries, x.err, got)
		}
		if len(got) == 1 && (got[0].Job != "abc" || got[0].Queue != "mark" || !errors.Is(got[0].Err, x.err)) {
			t.Errorf("reported %+v", got[0])
		}
	}
}

package app_test

import (
	"fmt"
	"net/http"
	"net/http/httputil"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"kantoorpost/handlers/app/apptest"
	"kantoorpost/shared/dev/azurite"
	"kantoorpost/shared/dev/azurite/azuritetest"
	"kantoorpost/shared/queue"
	"kantoorpost/shared/storage"
	"kantoorpost/shared/wiretest"
)

// onAzurite returns a world whose queues are those of a real storage emulator, and the
// queues.
func onAzurite(t *testing.T) (*world, *queue.Service) {
	t.Helper()
	if testing.Short() {
		t.Skip("-short: no Azurite")
	}
	a := azuritetest.ForTest(t)
	w := newWorld(t)
	target, err := url.Parse(a.QueueURL())
	w.do(err)
	w.ToQueues = wiretest.Transport(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.Out.URL.Scheme, r.Out.URL.Host = target.Scheme, target.Host
	}})
	const host = "https://kantoorpost.%s.core.windows.net"
	w.Config.Storage = "DefaultEndpointsProtocol=http;AccountName=" + azurite.Account + ";AccountKey=" + azurite.Key +
		";QueueEndpoint=" + a.QueueURL() + ";TableEndpoint=" + fmt.Sprintf(host, "table") + ";BlobEndpoint=" + fmt.Sprintf(host, "blob")
	w.Start()
	service, err := queue.Open(storage.Account{ConnectionString: a.ConnectionString()})
	w.do(err)
	return w, service
}

// All failed messages of a queue are retried or dropped through the API, on real queues:
// more of them than one answer holds, each once, and who did so is known. When it breaks
// off, no message is lost, and the same request does the rest.
func TestAllFailedMessagesOnRealQueues(t *testing.T) {
	w, queues := onAzurite(t)
	w.do(queues.Create(t.Context(), "process"+queue.Poison, "mark"+queue.Poison))
	const messages = queue.MaxPeek + 3
	for n := range messages {
		w.do(queues.PutBack(t.Context(), "process"+queue.Poison, fmt.Sprintf(`{"job":"process","id":"j%03d","mails":["m%03d"]}`, n, n)))
		w.do(queues.PutBack(t.Context(), "mark"+queue.Poison, fmt.Sprintf(`{"job":"mark","id":"k%03d"}`, n)))
	}
	depths := func(name string, waiting, failed int) {
		t.Helper()
		n, err := queues.Depth(t.Context(), name)
		w.do(err)
		p, err := queues.Depth(t.Context(), name+queue.Poison)
		w.do(err)
		if n != waiting || p != failed {
			t.Errorf("%s has %d messages and %d failed ones, want %d and %d", name, n, p, waiting, failed)
		}
	}
	// The twentieth cannot be put back: the queue does not answer.
	put := 0
	w.ToQueues.Fault(func(_ int, r *http.Request) wiretest.Fault {
		if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/process/messages") {
			if put++; put >= 20 {
				return wiretest.Refuse
			}
		}
		return wiretest.Pass
	})
	if code := w.Ask(apptest.Admin, "POST", "/api/poison/process/all/retry", nil, nil); code < 500 {
		t.Errorf("broken off: %d", code)
	}
	w.ToQueues.Fault(nil)
	depths("process", 19, messages-19)
	w.Answers(http.StatusNoContent, apptest.Admin, "POST", "/api/poison/process/all/retry", nil)
	depths("process", messages, 0)
	w.Answers(http.StatusNoContent, apptest.Admin, "DELETE", "/api/poison/mark/all", nil)
	depths("mark", 0, 0)
	w.Answers(http.StatusNotFound, apptest.Admin, "DELETE", "/api/poison/other/all", nil) // no such queue
	jobs, did := map[string]bool{}, map[string]int{}
	for _, rows := range w.Tables.Snapshot(t) {
		for _, row := range rows {
			text := fmt.Sprint(row)
			for _, action := range []string{"poison.retry", "poison.drop"} {
				if strings.Contains(text, action) {
					did[action]++
					jobs[jobIn.FindString(text)] = true
				}
			}
		}
	}
	if did["poison.retry"] != messages+1 || did["poison.drop"] != messages || len(jobs) != 2*messages { // one was tried twice
		t.Errorf("the audit says %v of %d jobs", did, len(jobs))
	}
}

// jobIn is the id of a job of this test; keys of rows hold such letters by chance.
var jobIn = regexp.MustCompile(`\b[jk][0-9]{3}\b`)

package host

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/storage/azqueue/v2"

	"kantoorpost/shared/dev/azurite/azuritetest"
	"kantoorpost/shared/must"
)

var compared = map[string]string{
	"host.json": `{"version":"2.0","functionTimeout":"00:00:03","extensions":{"http":{"routePrefix":""},
		"queues":{"batchSize":8,"newBatchThreshold":4,"maxDequeueCount":3,"messageEncoding":"none",
			"visibilityTimeout":"00:00:00","maxPollingInterval":"00:00:00.5"}},
		"customHandler":{"description":{"defaultExecutablePath":"handler"},"enableProxyingHttpRequest":true}}`,
	"api/function.json": `{"bindings":[{"type":"httpTrigger","direction":"in","name":"req","authLevel":"anonymous","route":"api/{*path}",
		"methods":["get","post","head","put","patch","delete","options"]},{"type":"http","direction":"out","name":"res"}]}`,
	"job/function.json": `{"bindings":[{"type":"queueTrigger","direction":"in","name":"job","queueName":"%QUEUE%"}]}`,
}

// A side is one of the two hosts, with the handler of this test.
type side struct {
	url, record   string
	queue, poison *azqueue.QueueClient
}

// oddTexts are messages whose bytes a host may change on their way.
var oddTexts = []string{
	"plain", " ", "[1,2]", `"quoted"`, `{"a":`, `  {"spaced" : "b"}`,
	`{"n":1.50,"big":12345678901234567890,"exp":1e3,"neg":-0.0,"int":7,"a":1e14,"b":1e15,"g":1e16,"h":12e16,"i":1e17,"j":1.5e-5,` +
		`"k":123456789012345678.5,"l":-2.5e15,"c":0.0001,"d":0.00001,"e":1.5e300,"f":123456.789e3}`,
	`{"when":"2026-11-29T10:00:00Z","offset":"2026-11-29T10:00:00.25+01:00","day":"2026-11-29","clock":"10:00"}`,
	`{"yes":true,"no":false,"nil":null,"list":[1],"object":{"b":1.50,"a":[1, 2]},"Id":"mine","ID":"twice","jobTrigger":"x"}`,
	"ünï 漢字 👋 \u2028\u2029\u0085", "<&>'\"\\/", "line\r\nline\ttab", `{"html":"<b>&amp;</b>\u003c","empty":""}`, strings.Repeat("lang ", 6000),
}

// The stand-in does what the Functions host does: with each message and each request the
// same arrives at the handler, the same comes back, and the same is left. With func on
// PATH, its queues are the WebJobs SDK's and its proxy is YARP.
func TestBothHostsDoTheSame(t *testing.T) {
	program, err := exec.LookPath("func")
	if err != nil {
		t.Skip("no program func on PATH: nothing to compare the stand-in with")
	}
	var standIn, real side
	var starting sync.WaitGroup
	storage := azuritetest.ForTest(t).ConnectionString()
	starting.Go(func() { standIn = start(t, "compared-standin", storage, "") })
	starting.Go(func() { real = start(t, "compared-func", storage, program) })
	starting.Wait()
	if t.Failed() {
		return
	}
	both := func(name string, play func(*testing.T, side) any) {
		t.Run(name, func(t *testing.T) {
			var got, want any
			var playing sync.WaitGroup
			playing.Go(func() { got = play(t, standIn) })
			playing.Go(func() { want = play(t, real) })
			playing.Wait()
			same(t, "", asJSON(t, got), asJSON(t, want))
		})
	}
	for name, request := range requests {
		both(name, request)
	}
	// One after the other: a crash fails also what runs beside it.
	for _, phase := range []struct {
		name  string
		texts []string
	}{
		{"odd bytes", oddTexts}, {"failing", []string{"always fails"}}, {"500 at once", many(500)},
		{"a crash", []string{"crashes once"}}, {"beyond the timeout", []string{"hangs once"}},
	} {
		both(phase.name, func(t *testing.T, s side) any { return s.messages(t, phase.texts) })
	}
}

func many(n int) (texts []string) {
	for i := range n {
		texts = append(texts, fmt.Sprint("one of many ", i))
	}
	return texts
}

// start starts a host with its own queue; program is "" for the stand-in.
func start(t *testing.T, queue, storage, program string) (s side) {
	service, err := azqueue.NewServiceClientFromConnectionString(storage, nil)
	if err != nil {
		t.Error(err)
		return s
	}
	s = side{record: t.TempDir(), queue: service.NewQueueClient(queue), poison: service.NewQueueClient(queue + poisonAfter)}
	if _, err := s.queue.Create(t.Context(), nil); err != nil {
		t.Error(err)
		return s
	}
	o := Options{Root: scriptRoot(t, compared), Log: quiet, Settings: map[string]string{
		"AzureWebJobsStorage": storage, "QUEUE": queue, "RECORD": s.record}}
	if program == "" {
		h, err := Start(t.Context(), o)
		if err != nil {
			t.Error(err)
			return s
		}
		server := httptest.NewServer(h)
		t.Cleanup(func() { server.CloseClientConnections(); server.Close(); h.Stop() })
		s.url = server.URL
		return s
	}
	h, err := StartReal(t.Context(), program, o)
	if err != nil {
		t.Error(err)
		return s
	}
	t.Cleanup(h.Stop)
	s.url = h.base
	return s
}

// messages puts texts on the queue, waits until none is left, and returns what arrived
// at the handler and what is poison.
func (s side) messages(t *testing.T, texts []string) any {
	t.Helper()
	before := len(s.arrived(t))
	var putting sync.WaitGroup
	for part := range slices.Chunk(texts, max(1, len(texts)/8)) {
		putting.Go(func() {
			for _, text := range part {
				if _, err := s.queue.EnqueueMessage(t.Context(), text, nil); err != nil {
					t.Error(err)
				}
			}
		})
	}
	putting.Wait()
	eventually(t, "the queue is empty", func() bool { return left(t, s.queue) == 0 })
	type seen struct{ Arrivals, Poison, Odd any }
	calls := map[string][]string{} // the dequeue counts of each text
	odd := map[string]any{}
	most := int64(0)
	for _, a := range s.arrived(t)[before:] {
		calls[a.Text] = append(calls[a.Text], a.Count)
		most = max(most, a.AtOnce)
		odd[a.Text+" "+a.Count] = comparable(a.Metadata)
	}
	if most > 12 {
		t.Errorf("%d calls at once, more than a batch and the threshold", most)
	}
	return seen{calls, s.buried(t), odd}
}

func (s side) arrived(t *testing.T) (all []arrival) {
	t.Helper()
	for _, line := range s.lines(t, "jobs") {
		var a arrival
		must.Do(t, json.Unmarshal([]byte(line), &a))
		all = append(all, a)
	}
	return all
}

func (s side) lines(t *testing.T, name string) (lines []string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(s.record, name))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return slices.Collect(strings.Lines(string(text)))
}

// buried are the texts on the poison queue.
func (s side) buried(t *testing.T) (texts []string) {
	t.Helper()
	res, err := s.poison.PeekMessages(t.Context(), &azqueue.PeekMessagesOptions{NumberOfMessages: new(int32(32))})
	if missing(err) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range res.Messages {
		texts = append(texts, *m.MessageText)
	}
	return texts
}

var (
	guid    = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	instant = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?`)
)

// settled are metadata without what differs each time.
func comparable(metadata map[string]any) map[string]any {
	out := maps.Clone(metadata)
	for name, v := range out {
		text, _ := v.(string)
		switch name {
		case "PopReceipt":
			out[name] = "a receipt in quotes: " + fmt.Sprint(strings.HasPrefix(text, `"`))
		case "sys":
			sys := maps.Clone(v.(map[string]any))
			sys["UtcNow"] = instant.ReplaceAllString(fmt.Sprint(sys["UtcNow"]), "time")
			sys["RandGuid"] = guid.ReplaceAllString(fmt.Sprint(sys["RandGuid"]), "guid")
			out[name] = sys
		case "InsertionTime", "ExpirationTime", "NextVisibleTime":
			out[name] = instant.ReplaceAllString(text, "time")
		case "Id":
			out[name] = guid.ReplaceAllString(text, "guid")
		}
	}
	return out
}

// asJSON makes two values comparable.
func asJSON(t *testing.T, v any) (out any) {
	t.Helper()
	text, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(text, &out)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// same reports where the stand-in's value is not that of func.
func same(t *testing.T, at string, standIn, real any) {
	t.Helper()
	a, ok := standIn.(map[string]any)
	b, both := real.(map[string]any)
	if !ok || !both {
		if x, y := fmt.Sprintf("%#v", standIn), fmt.Sprintf("%#v", real); x != y {
			t.Errorf("%s: the stand-in has %.300s, func has %.300s", at, x, y)
		}
		return
	}
	for name := range b {
		same(t, fmt.Sprintf("%s/%.40s", at, name), a[name], b[name])
	}
	for name := range a {
		if _, has := b[name]; !has {
			t.Errorf("%s/%s: only the stand-in has it: %v", at, name, a[name])
		}
	}
}

// requests are what is sent to both hosts; each returns what is compared.
var requests = map[string]func(*testing.T, side) any{
	"a large upload": func(t *testing.T, s side) any {
		return s.do(t, "POST", "/api/upload", bytes.NewReader(make([]byte, 20<<20)))
	},
	"an upload in pieces": func(t *testing.T, s side) any {
		return s.do(t, "POST", "/api/upload", io.MultiReader(strings.NewReader("a"), strings.NewReader(strings.Repeat("b", 1<<20))))
	},
	"an upload beyond the limit": func(t *testing.T, s side) any {
		answer := s.do(t, "POST", "/api/upload", io.LimitReader(zeros{}, 100<<20+1))
		return answer
	},
	"a download that is broken off": func(t *testing.T, s side) any {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		res := s.send(t, ctx, "GET", "/api/download", nil)
		_, err := io.ReadFull(res.Body, make([]byte, 1<<20))
		cancel()
		res.Body.Close()
		eventually(t, "the handler notices", func() bool { return len(s.lines(t, "downloads")) > 0 })
		return []any{res.StatusCode, err, s.lines(t, "downloads")}
	},
	"HEAD":                func(t *testing.T, s side) any { return s.do(t, "HEAD", "/api/head", nil) },
	"GET with a length":   func(t *testing.T, s side) any { return s.do(t, "GET", "/api/head", nil) },
	"cookies":             func(t *testing.T, s side) any { return s.do(t, "GET", "/api/cookies", nil, "Cookie", "a=1; b=2") },
	"a redirect":          func(t *testing.T, s side) any { return s.do(t, "GET", "/api/redirect", nil) },
	"a compressed answer": func(t *testing.T, s side) any { return s.do(t, "GET", "/api/gzip", nil, "Accept-Encoding", "gzip, br") },
	"a stream of events":  events,
	// The proxy refuses such an answer of the handler.
	"an answer with letters in a header": func(t *testing.T, s side) any { return s.do(t, "GET", "/api/status?code=200&odd=%C3%BC", nil) },
	"no content":                         func(t *testing.T, s side) any { return s.do(t, "GET", "/api/status?code=204", nil) },
	"not modified": func(t *testing.T, s side) any {
		return s.do(t, "GET", "/api/status?code=304", nil, "If-None-Match", `"v1"`)
	},
	"an error": func(t *testing.T, s side) any { return s.do(t, "DELETE", "/api/status?code=503", nil) },
	"no route": func(t *testing.T, s side) any { return s.do(t, "GET", "/elsewhere", nil).Status },
	"odd paths": func(t *testing.T, s side) any {
		all := map[string]any{}
		for _, path := range []string{"/api/echo/a%2Fb/c?x=1&x=2", "/api/echo/%C3%BC%20x", "/api/echo/a+b;c=d?q=%2B+%26", "/api/echo/a//b/",
			"/api/echo/?", "/api/echo/%7Bx%7D?[a]=|", "/api/echo/a%2fb%252Fc", "/api/echo/?q=\"<>^`{|}\\~!*'();:@&=+$,/?%23[]"} {
			all[path] = s.echoed(t, "GET", path, "")
		}
		return all
	},
	"headers": func(t *testing.T, s side) any {
		return s.echoed(t, "PATCH", "/api/echo/x", "hello", "X-Mine", "1", "Origin", "https://elders.example", "X-Forwarded-Host",
			"elders.example",
			"X-Forwarded-For", "203.0.113.9", "X-Forwarded-Proto", "https", "X-Original-URL", "/x", "Authorization", "Bearer x", "Content-Type",
			"text/plain; charset=latin1",
			"Traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "Accept-Encoding", "br", "Te", "trailers",
			"User-Agent", "test")
	},
	"few headers": func(t *testing.T, s side) any { return s.echoed(t, "GET", "/api/echo/x", "") },
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { return len(b), nil }

// events reads the first event before the handler writes the next.
func events(t *testing.T, s side) any {
	res := s.send(t, t.Context(), "GET", "/api/events", nil)
	defer res.Body.Close()
	lines := bufio.NewReader(res.Body)
	first, err := lines.ReadString('\n')
	s.do(t, "POST", "/api/has-first", nil)
	rest, _ := io.ReadAll(lines)
	return []any{first, err, string(rest), res.Header.Get("Content-Type")}
}

// A response is what a client sees of an answer.
type response struct {
	Status int
	Header http.Header
	Body   string
	Length int64
	Failed bool
}

func (s side) do(t *testing.T, method, path string, body io.Reader, header ...string) (a response) {
	t.Helper()
	res := s.send(t, t.Context(), method, path, body, header...)
	if res == nil {
		return response{Failed: true}
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	res.Header.Del("Date")
	return response{res.StatusCode, res.Header, fmt.Sprintf("%q", text), res.ContentLength, err != nil}
}

func (s side) send(t *testing.T, ctx context.Context, method, path string, body io.Reader, header ...string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, method, s.url+path, body)
	if err != nil {
		t.Error(err)
		return nil
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	client := http.Client{CheckRedirect: noRedirect, Transport: &http.Transport{DisableCompression: true, DisableKeepAlives: true}}
	res, err := client.Do(req)
	if err != nil {
		return nil
	}
	return res
}

var port = regexp.MustCompile(`127\.0\.0\.1:\d+`)

// echoed is a request as the handler got it, without what differs each time.
func (s side) echoed(t *testing.T, method, path, body string, header ...string) any {
	t.Helper()
	res := s.send(t, t.Context(), method, path, strings.NewReader(body), header...)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	var got struct {
		Method, URI, Host, Body string
		Headers                 http.Header
	}
	if err == nil {
		text = guid.ReplaceAll(port.ReplaceAll(text, []byte("address")), []byte("guid"))
		err = json.Unmarshal(text, &got)
	}
	if err != nil {
		return fmt.Sprint(res.StatusCode, err)
	}
	if parent := got.Headers.Get("Traceparent"); validTraceparent.MatchString(parent) {
		got.Headers.Set("Traceparent", fmt.Sprint("continued: ", strings.Contains(parent, "4bf92f3577b34da6a3ce929d0e0e4736"),
			parent[len(parent)-3:]))
	}
	return got
}

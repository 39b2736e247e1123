// Package invoke implements the custom-handler protocol of Azure Functions: it
// turns the host's requests into typed work for handlers, and their errors into
// answers of the protocol. It knows nothing about the work itself.
//
// The protocol differs from its description
// (https://learn.microsoft.com/azure/azure-functions/functions-custom-handlers):
// strings arrive encoded twice, an empty answer leaves an invocation hanging,
// and every status but 2xx means "failed", and its body is lost.
package invoke

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"kantoorpost/shared/fault"
	"kantoorpost/shared/job"
	"kantoorpost/shared/telemetry"
)

// Deadline is how long a timer or queue function may take. It is half of the
// functionTimeout of host.json, at which the host kills the process and
// everything else that runs in it.
const Deadline = 5 * time.Minute

// maxPayload limits the payload of a timer or queue function, in bytes: a queue
// message is at most 64 KiB and arrives escaped twice.
const maxPayload = 1 << 20

// A Function is one line of the function table: its trigger and its work.
type Function struct {
	Name     string
	bindings []binding
	route    string // the path prefix that an HTTP function serves
	serve    http.Handler
	work     func(ctx context.Context, data json.RawMessage) error
	// parent returns the trace that a payload belongs to; nil when that is in a header.
	parent func(data json.RawMessage) string
	failed func(ctx context.Context, f Failure)
	export *telemetry.Queue // nil: telemetry goes nowhere but to the log
}

// Exporting returns f with a queue that gets a span for each call, and its log lines.
func (f Function) Exporting(q *telemetry.Queue) Function {
	f.export = q
	return f
}

// MaxTries is how often the host lets a queue message be tried: maxDequeueCount in
// host.json. After that it moves the message to the poison queue.
const MaxTries = 5

// A Failure is the last of the failures of a queue message.
type Failure struct {
	Queue      string
	Job        string // the id in the message; "" when it has none
	Invocation string
	Err        error
}

// OnFailure returns f with a function that is called when a message fails for the last
// time, before the host moves it to the poison queue.
func (f Function) OnFailure(failed func(ctx context.Context, f Failure)) Function {
	f.failed = failed
	return f
}

// A Tick is one run of a timer.
type Tick struct {
	At      time.Time // when the run started
	PastDue bool      // the host says that the run is late
}

// Timer returns a function that runs on a schedule. The schedule is an NCRONTAB
// expression of six fields, or %NAME% for an app setting that holds one.
// https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer
func Timer(name, schedule string, do func(context.Context, Tick) error) Function {
	return Function{
		Name:     name,
		bindings: []binding{{Type: "timerTrigger", Direction: "in", Name: "timer", Schedule: schedule}},
		work: func(ctx context.Context, data json.RawMessage) error {
			var info struct{ IsPastDue bool }
			// No other field is read: on the first run, Last is a time without a zone.
			if err := json.Unmarshal(data, &info); err != nil {
				slog.WarnContext(ctx, "timer payload cannot be read", "error", err)
			}
			return do(ctx, Tick{At: time.Now().UTC(), PastDue: info.IsPastDue})
		},
	}
}

// Queue returns a function that does the jobs of one queue. It has the name of
// its queue.
func Queue[J job.Job](do func(context.Context, J) error) Function {
	var j J
	return Function{
		Name:     j.Queue(),
		bindings: []binding{{Type: "queueTrigger", Direction: "in", Name: "job", QueueName: j.Queue(), Connection: "AzureWebJobsStorage"}},
		work: func(ctx context.Context, data json.RawMessage) error {
			var j J
			if err := decodeJob(data, j.Queue(), &j); err != nil {
				// Another attempt would not make it readable, and it is only a hint.
				slog.ErrorContext(ctx, "queue message cannot be read, and is dropped", "error", err, "bytes", len(data))
				return nil
			}
			return do(ctx, j)
		},
		parent: traceOf,
	}
}

// HTTP returns a function that serves all paths below /name/.
func HTTP(name string, serve http.Handler) Function {
	return Function{
		Name: name,
		bindings: []binding{
			{Type: "httpTrigger", Direction: "in", Name: "req", AuthLevel: "anonymous", Route: name + "/{*path}",
				Methods: []string{"get", "head", "post", "put", "patch", "delete"}},
			{Type: "http", Direction: "out", Name: "res"},
		},
		route: "/" + name + "/",
		serve: serve,
	}
}

// Handler serves the calls of the host: POST /<function> for timers and queues,
// the proxied paths of HTTP functions, and GET / as the health check.
func Handler(functions []Function) http.Handler {
	mux := http.NewServeMux()
	// Any answer means that the process is ready. The host also uses this as a
	// health check later.
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusOK) })
	for _, f := range functions {
		if f.serve != nil {
			mux.Handle(f.route, withPublicHost(withOwnPath(f.traced())))
			continue
		}
		mux.Handle("POST /"+f.Name, f)
	}
	return mux
}

// ServeHTTP runs one invocation of a timer or queue function.
func (f Function) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), Deadline)
	defer cancel()
	ctx = With(ctx, slog.String("function", f.Name), slog.String("invocation", r.Header.Get("X-Azure-Functions-InvocationId")))

	data, tries, err := f.payload(http.MaxBytesReader(w, r.Body, maxPayload))
	parent := r.Header.Get(telemetry.Field)
	if f.parent != nil {
		parent = f.parent(data)
	}
	ctx = telemetry.With(telemetry.Start(ctx, parent), f.export)
	span := telemetry.SpanOf(ctx, f.Name, telemetry.Internal)
	if f.parent != nil {
		span.Kind = telemetry.Consumer
	}
	span.Invocation = r.Header.Get("X-Azure-Functions-InvocationId")
	start := time.Now()
	if err == nil {
		err = f.run(ctx, data)
	}
	span.Failed = err != nil
	span.End(f.export)
	kind, after := fault.Of(err)
	switch took := time.Since(start).Milliseconds(); {
	case err == nil:
		slog.DebugContext(ctx, "done", "ms", took)
	case kind == fault.KindFinal:
		slog.ErrorContext(ctx, "failed, and not tried again", "error", err, "ms", took)
	case kind == fault.KindLater:
		// A failure would use up one of the few attempts; the tick sends the job again.
		slog.WarnContext(ctx, "postponed", "error", err, "after", after, "ms", took)
	default:
		slog.ErrorContext(ctx, "failed, and tried again", "error", err, "ms", took, "tries", tries)
		if f.failed != nil && tries >= MaxTries {
			f.failed(context.WithoutCancel(ctx), Failure{f.Name, idOf(data), r.Header.Get("X-Azure-Functions-InvocationId"), err})
		}
		http.Error(w, "failed: see the log of this invocation", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	io.WriteString(w, `{"Outputs":{},"Logs":[],"ReturnValue":null}`)
}

// payload reads what triggered the function, and how often the host has tried it; 0 for
// what is no queue message.
func (f Function) payload(body io.Reader) (data json.RawMessage, tries int, err error) {
	var in struct {
		Data     map[string]json.RawMessage
		Metadata struct{ DequeueCount json.RawMessage }
	}
	if err := json.NewDecoder(body).Decode(&in); err != nil {
		return nil, 0, fault.Final(fmt.Errorf("%s: read invocation: %w", f.Name, err))
	}
	tries, _ = strconv.Atoi(string(unquote(in.Metadata.DequeueCount))) // a number in a string
	return in.Data[f.bindings[0].Name], tries, nil
}

func (f Function) run(ctx context.Context, data json.RawMessage) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%s panicked: %v\n%s", f.Name, p, debug.Stack())
		}
	}()
	if err := f.work(ctx, data); err != nil {
		return fmt.Errorf("%s: %w", f.Name, err)
	}
	return nil
}

// traced makes each request of an HTTP function a span of the caller's trace.
func (f Function) traced() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := telemetry.With(telemetry.Start(r.Context(), r.Header.Get(telemetry.Field)), f.export)
		if f.export == nil {
			f.serve.ServeHTTP(w, r.WithContext(ctx))
			return
		}
		span := telemetry.SpanOf(ctx, f.Name, telemetry.Server)
		seen := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		f.serve.ServeHTTP(seen, r.WithContext(ctx))
		span.Status, span.Failed = seen.status, seen.status >= 500
		span.End(f.export)
	})
}

// A statusWriter remembers the status of an answer.
type statusWriter struct {
	http.ResponseWriter
	status int
}

// WriteHeader implements http.ResponseWriter.
func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap is for http.ResponseController.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

var errNoJob = errors.New("is not a job of this queue")

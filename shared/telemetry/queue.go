package telemetry

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"go.opentelemetry.io/otel/trace"
)

// A Log is one line of the log.
type Log struct {
	At         time.Time
	Level      slog.Level
	Message    string
	Attributes []Attribute
	Trace, ID  string // of the span that wrote it, hexadecimal; "" for none
}

// An Attribute is one field of a line.
type Attribute struct{ Key, Value string }

// A Metric is one measured value.
type Metric struct {
	At    time.Time
	Name  string
	Of    string // what was measured, such as a queue; "" when there is one only
	Value float64
}

// A Batch is what one export sends.
type Batch struct {
	Spans   []Span
	Logs    []Log
	Metrics []Metric
}

func (b Batch) len() int { return len(b.Spans) + len(b.Logs) + len(b.Metrics) }

// An Exporter sends a batch to a program that keeps it.
type Exporter interface {
	Export(ctx context.Context, b Batch) error
}

const (
	exportTime = time.Second            // how long one export may take
	gatherTime = 200 * time.Millisecond // how long the first of a batch waits for others
	maxWaiting = 500                    // spans, lines and metrics that wait while others are sent
)

// A Queue sends what it is given, soon and in the background: nobody waits for it. It
// drops what comes while too much waits, and what could not be sent. All methods may be
// called for nil, which drops everything.
type Queue struct {
	exporter Exporter

	mu      sync.Mutex
	waiting Batch

	sending chan struct{} // holds one, while a batch is sent
	failed  bool          // the last export
}

// NewQueue returns a queue before e; nil, which drops everything, for nil.
func NewQueue(e Exporter) *Queue {
	if e == nil {
		return nil
	}
	return &Queue{exporter: e, sending: make(chan struct{}, 1)}
}

// Log adds a line, with the span of ctx.
func (q *Queue) Log(ctx context.Context, l Log) {
	if c := trace.SpanContextFromContext(ctx); c.HasTraceID() {
		l.Trace, l.ID = c.TraceID().String(), c.SpanID().String()
	}
	q.add(func(b *Batch) { b.Logs = append(b.Logs, l) })
}

// Measured adds a metric.
func (q *Queue) Measured(m Metric) {
	q.add(func(b *Batch) { b.Metrics = append(b.Metrics, m) })
}

func (q *Queue) add(to func(*Batch)) {
	if q == nil {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	n := q.waiting.len()
	if n == 0 {
		time.AfterFunc(gatherTime, func() { q.Flush(context.Background()) })
	}
	if n < maxWaiting {
		to(&q.waiting)
	}
}

// Flush sends what waits. It takes at most a second, and one more while another batch is
// being sent.
func (q *Queue) Flush(ctx context.Context) {
	if q == nil {
		return
	}
	q.sending <- struct{}{}
	defer func() { <-q.sending }()
	q.mu.Lock()
	b := q.waiting
	q.waiting = Batch{}
	q.mu.Unlock()
	if b.len() == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, exportTime)
	defer cancel()
	err := q.exporter.Export(ctx, b)
	if err != nil && !q.failed { // one line for an outage
		slog.WarnContext(ctx, "telemetry is dropped until its receiver answers again", "error", err)
	}
	q.failed = err != nil
}

type queueKey struct{}

// With returns a context whose lines of the log go to q too.
func With(ctx context.Context, q *Queue) context.Context {
	if q == nil {
		return ctx
	}
	return context.WithValue(ctx, queueKey{}, q)
}

// From returns the queue of ctx; nil for none.
func From(ctx context.Context) *Queue {
	q, _ := ctx.Value(queueKey{}).(*Queue)
	return q
}

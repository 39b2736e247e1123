package telemetry

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/trace"
)

// A Kind says what a call answers. The values are those of OTLP.
type Kind int

// The kinds of spans.
const (
	Internal Kind = 1 // a timer
	Server   Kind = 2 // an HTTP request
	Consumer Kind = 5 // a queue message
)

// A Span is one call of a function that has ended. It holds no text that the product
// did not make: errors, paths and names of people stay in the log, or nowhere.
type Span struct {
	Name       string // of the function
	Kind       Kind
	Trace, ID  string // hexadecimal, as in a traceparent
	Parent     string // "" for the first of its trace
	Invocation string // of the host; "" for HTTP requests
	Status     int    // of HTTP requests
	Start      time.Time
	Took       time.Duration
	Failed     bool
}

type parentKey struct{}

// SpanOf returns the span of ctx, which Start began, without what only its end knows.
func SpanOf(ctx context.Context, name string, kind Kind) Span {
	c := trace.SpanContextFromContext(ctx)
	parent, _ := ctx.Value(parentKey{}).(string)
	return Span{Name: name, Kind: kind, Trace: c.TraceID().String(), ID: c.SpanID().String(), Parent: parent, Start: time.Now()}
}

// End ends a span and gives it to q.
func (s Span) End(q *Queue) {
	s.Took = time.Since(s.Start)
	q.add(func(b *Batch) { b.Spans = append(b.Spans, s) })
}

package telemetry

import (
	"context"
	"log/slog"
	"net/http"
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

// An Exporter sends spans to a program that keeps them.
type Exporter interface {
	Export(ctx context.Context, s Span) error
}

type parentKey struct{}

// SpanOf returns the span of ctx, which Start began, without what only its end knows.
func SpanOf(ctx context.Context, name string, kind Kind) Span {
	c := trace.SpanContextFromContext(ctx)
	parent, _ := ctx.Value(parentKey{}).(string)
	return Span{Name: name, Kind: kind, Trace: c.TraceID().String(), ID: c.SpanID().String(), Parent: parent, Start: time.Now()}
}

// exportTime is how long the end of a call may wait for its span to be sent.
const exportTime = time.Second

// End ends a span and sends it, for at most a second. What fails is dropped.
func (s Span) End(ctx context.Context, e Exporter) {
	if e == nil {
		return
	}
	s.Took = time.Since(s.Start)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), exportTime)
	defer cancel()
	if err := e.Export(ctx, s); err != nil {
		slog.DebugContext(ctx, "span dropped", "error", err)
	}
}

// maxSending bounds the spans of HTTP requests that are being sent at a time.
const maxSending = 8

var sending = make(chan struct{}, maxSending)

// EndLater is End for a caller who does not wait. It drops the span while many others are
// being sent.
func (s Span) EndLater(ctx context.Context, e Exporter) {
	if e == nil {
		return
	}
	select {
	case sending <- struct{}{}:
		go func() {
			defer func() { <-sending }()
			s.End(ctx, e)
		}()
	default:
	}
}

// direct returns a client without proxy and redirects: no setting of the environment
// sends spans, or the token beside them, to another host.
func direct(transport http.RoundTripper) *http.Client {
	if transport == nil {
		transport = &http.Transport{ForceAttemptHTTP2: true, IdleConnTimeout: 90 * time.Second, TLSHandshakeTimeout: exportTime}
	}
	return &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

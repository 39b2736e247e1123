// Package telemetry follows work across functions: each call is a span of a trace
// (https://www.w3.org/TR/trace-context), which goes along in queue messages and
// appears in log lines, so that the log follows one mail.
//
// It knows nothing about the work. It uses the API of OpenTelemetry and not its SDK,
// which would make the executable a tenth larger.
package telemetry

import (
	"context"
	"crypto/rand"

	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// Field is the name of the field of queue messages, and of the HTTP header, that
// holds the trace.
const Field = "traceparent"

// Start returns a context with a span of the trace in parent, a W3C traceparent, or of
// a new trace when parent has none.
func Start(ctx context.Context, parent string) context.Context {
	ctx = propagation.TraceContext{}.Extract(ctx, propagation.MapCarrier{Field: parent})
	from := trace.SpanContextFromContext(ctx)
	c := trace.SpanContextConfig{TraceID: from.TraceID(), TraceFlags: trace.FlagsSampled}
	if from.HasSpanID() {
		ctx = context.WithValue(ctx, parentKey{}, from.SpanID().String())
	}
	if !c.TraceID.IsValid() {
		rand.Read(c.TraceID[:])
	}
	rand.Read(c.SpanID[:])
	return trace.ContextWithSpanContext(ctx, trace.NewSpanContext(c))
}

// Parent returns the traceparent of the span in ctx; "" when there is none.
func Parent(ctx context.Context) string {
	carrier := propagation.MapCarrier{}
	propagation.TraceContext{}.Inject(ctx, carrier)
	return carrier[Field]
}

// TraceID returns the id of the trace in ctx, 32 hexadecimal digits; "" when there is
// none.
func TraceID(ctx context.Context) string {
	c := trace.SpanContextFromContext(ctx)
	if !c.HasTraceID() {
		return ""
	}
	return c.TraceID().String()
}

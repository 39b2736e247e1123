package telemetry

import (
	"context"
	"errors"
	"strconv"
	"time"
)

// otlp sends OTLP over HTTP in JSON.
// https://opentelemetry.io/docs/specs/otlp/#otlphttp
type otlp struct{ poster }

type object = map[string]any

// Export implements Exporter. Each kind has a path of its own.
func (e *otlp) Export(ctx context.Context, b Batch) error {
	var spans, lines []object
	for _, s := range b.Spans {
		spans = append(spans, otlpSpan(s))
	}
	for _, l := range b.Logs {
		lines = append(lines, otlpLog(l))
	}
	return errors.Join(e.send(ctx, "traces", "resourceSpans", "scopeSpans", "spans", spans),
		e.send(ctx, "logs", "resourceLogs", "scopeLogs", "logRecords", lines),
		e.send(ctx, "metrics", "resourceMetrics", "scopeMetrics", "metrics", otlpMetrics(b.Metrics)))
}

func (e *otlp) send(ctx context.Context, path, resources, scopes, list string, all []object) error {
	if len(all) == 0 {
		return nil
	}
	return e.post(ctx, "/v1/"+path, object{resources: []object{{
		"resource": object{"attributes": []object{attribute("service.name", service)}},
		scopes:     []object{{"scope": object{"name": service}, list: all}},
	}}})
}

func attribute(key, value string) object {
	return object{"key": key, "value": object{"stringValue": value}}
}

func nano(t time.Time) string { return strconv.FormatInt(t.UnixNano(), 10) }

func otlpSpan(s Span) object {
	span := object{
		"traceId": s.Trace, "spanId": s.ID, "name": s.Name, "kind": s.Kind,
		"startTimeUnixNano": nano(s.Start), "endTimeUnixNano": nano(s.Start.Add(s.Took)),
		"attributes": []object{attribute("faas.invocation_id", s.Invocation)},
	}
	if s.Kind == Server {
		status := object{"intValue": strconv.Itoa(s.Status)}
		span["attributes"] = []object{{"key": "http.response.status_code", "value": status}}
	}
	if s.Parent != "" {
		span["parentSpanId"] = s.Parent
	}
	if s.Failed {
		span["status"] = object{"code": 2}
	}
	return span
}

// otlpLog writes a line. The severities of slog are nine below those of OTLP.
// https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber
func otlpLog(l Log) object {
	attributes := []object{}
	for _, a := range l.Attributes {
		attributes = append(attributes, attribute(a.Key, a.Value))
	}
	line := object{"timeUnixNano": nano(l.At), "severityNumber": int(l.Level) + 9, "severityText": l.Level.String(),
		"body": object{"stringValue": l.Message}, "attributes": attributes}
	if l.Trace != "" {
		line["traceId"], line["spanId"] = l.Trace, l.ID
	}
	return line
}

// otlpMetrics writes a gauge for each name, with all its points.
func otlpMetrics(all []Metric) (gauges []object) {
	points := map[string][]object{}
	var names []string
	for _, m := range all {
		point := object{"timeUnixNano": nano(m.At), "asDouble": m.Value}
		if m.Of != "" {
			point["attributes"] = []object{attribute("of", m.Of)}
		}
		if points[m.Name] == nil {
			names = append(names, m.Name)
		}
		points[m.Name] = append(points[m.Name], point)
	}
	for _, name := range names {
		gauges = append(gauges, object{"name": service + "." + name, "gauge": object{"dataPoints": points[name]}})
	}
	return gauges
}

package telemetry

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// insights sends to Application Insights: spans as requests, lines as messages.
// https://learn.microsoft.com/azure/azure-monitor/app/data-model-complete
type insights struct {
	poster
	key string // of the component; not a secret where local authentication is off
}

func newInsights(o Options) (Exporter, error) {
	part := map[string]string{}
	for pair := range strings.SplitSeq(o.ConnectionString, ";") {
		name, value, _ := strings.Cut(pair, "=")
		part[strings.ToLower(strings.TrimSpace(name))] = value
	}
	endpoint, err := url.Parse(part["ingestionendpoint"])
	if err != nil || endpoint.Scheme != "https" || endpoint.Host == "" || part["instrumentationkey"] == "" {
		return nil, errors.New("the connection string of Application Insights has no key or no https ingestion endpoint")
	}
	return &insights{poster{strings.TrimSuffix(endpoint.String(), "/"), direct(o.Transport), o.Credential}, part["instrumentationkey"]}, nil
}

// Export implements Exporter.
func (e *insights) Export(ctx context.Context, b Batch) error {
	var all []object
	for _, s := range b.Spans {
		all = append(all, e.envelope("Request", s.Start, s.Trace, s.Parent, s.Name, object{
			"ver": 2, "id": s.ID, "name": s.Name, "duration": duration(s.Took), "success": !s.Failed, "responseCode": strconv.Itoa(s.Status),
			"properties": object{"invocation": s.Invocation},
		}))
	}
	for _, l := range b.Logs {
		properties := object{}
		for _, a := range l.Attributes {
			properties[a.Key] = a.Value
		}
		all = append(all, e.envelope("Message", l.At, l.Trace, l.ID, "", object{
			"ver": 2, "message": l.Message, "severityLevel": severity(l.Level), "properties": properties}))
	}
	for _, m := range b.Metrics {
		all = append(all, e.envelope("Metric", m.At, "", "", "", object{
			"ver": 2, "metrics": []object{{"name": service + "." + m.Name, "value": m.Value, "count": 1}}, "properties": object{"of": m.Of}}))
	}
	return e.post(ctx, "/v2.1/track", all)
}

func (e *insights) envelope(kind string, at time.Time, trace, parent, operation string, data object) object {
	tags := object{"ai.cloud.role": service}
	for name, value := range map[string]string{"ai.operation.id": trace, "ai.operation.parentId": parent, "ai.operation.name": operation} {
		if value != "" {
			tags[name] = value
		}
	}
	return object{"name": "Microsoft.ApplicationInsights." + kind, "time": at.UTC().Format(time.RFC3339Nano), "iKey": e.key, "tags": tags,
		"data": object{"baseType": kind + "Data", "baseData": data}}
}

// severity returns the level as Application Insights counts it: 0 is verbose.
func severity(l slog.Level) int {
	switch {
	case l >= slog.LevelError:
		return 3
	case l >= slog.LevelWarn:
		return 2
	case l >= slog.LevelInfo:
		return 1
	}
	return 0
}

// duration writes d as days.hours:minutes:seconds with seven decimals.
func duration(d time.Duration) string {
	return fmt.Sprintf("%d.%02d:%02d:%02d.%07d", d/(24*time.Hour), d/time.Hour%24, d/time.Minute%60, d/time.Second%60, d%time.Second/100)
}

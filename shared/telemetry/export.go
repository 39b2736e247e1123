package telemetry

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// service is what the spans are said to come from.
const service = "kantoorpost"

// monitorScope is the scope of tokens for both ways into Azure Monitor.
// https://learn.microsoft.com/azure/azure-monitor/app/azure-ad-authentication
const monitorScope = "https://monitor.azure.com/.default"

// Options say where spans go. The official exporters of OpenTelemetry would make the
// executable a third larger, and there is none for Application Insights in Go: both
// formats are small, so they are written here.
type Options struct {
	// Way is "" for nowhere, "applicationinsights" or "otlp".
	Way string
	// ConnectionString is that of an Application Insights component.
	ConnectionString string
	// Endpoint is where an OTLP receiver is; /v1/traces is appended.
	Endpoint   string
	Credential azcore.TokenCredential // of the process; used for Azure alone
	Transport  http.RoundTripper      // nil: the network
}

// NewExporter returns the exporter that o asks for; nil for none. It sends no request.
func NewExporter(o Options) (Exporter, error) {
	switch o.Way {
	case "":
		return nil, nil
	case "applicationinsights":
		return newInsights(o)
	case "otlp":
		u, err := url.Parse(o.Endpoint)
		if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" {
			return nil, errors.New("the OTLP endpoint is not of the form https://host")
		}
		e := &otlp{poster{url: strings.TrimSuffix(o.Endpoint, "/") + "/v1/traces", client: direct(o.Transport)}}
		if u.Scheme == "https" && strings.HasSuffix(u.Hostname(), ".ingest.monitor.azure.com") {
			e.credential = o.Credential
		}
		return e, nil
	}
	return nil, fmt.Errorf("no exporter is called %q: applicationinsights or otlp", o.Way)
}

// A poster sends JSON to one address.
type poster struct {
	url        string
	client     *http.Client
	credential azcore.TokenCredential // nil: no token
}

func (p poster) post(ctx context.Context, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode a span: %w", err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("send a span: %w", err)
	}
	r.Header.Set("Content-Type", "application/json")
	if p.credential != nil {
		token, err := p.credential.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{monitorScope}})
		if err != nil {
			return fmt.Errorf("token for telemetry: %w", err)
		}
		r.Header.Set("Authorization", "Bearer "+token.Token)
	}
	res, err := p.client.Do(r)
	if err != nil {
		return fmt.Errorf("send a span: %w", err)
	}
	defer res.Body.Close()
	_, _ = io.CopyN(io.Discard, res.Body, 64<<10) // so that the connection is used again
	if res.StatusCode/100 != 2 {
		return fmt.Errorf("send a span: status %d", res.StatusCode)
	}
	return nil
}

// otlp sends spans as OTLP over HTTP in JSON.
// https://opentelemetry.io/docs/specs/otlp/#otlphttp
type otlp struct{ poster }

type object = map[string]any

func attribute(key, value string) object {
	return object{"key": key, "value": object{"stringValue": value}}
}

// Export implements Exporter.
func (e *otlp) Export(ctx context.Context, s Span) error {
	nano := func(t time.Time) string { return strconv.FormatInt(t.UnixNano(), 10) }
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
	return e.post(ctx, object{"resourceSpans": []object{{
		"resource":   object{"attributes": []object{attribute("service.name", service)}},
		"scopeSpans": []object{{"scope": object{"name": service}, "spans": []object{span}}},
	}}})
}

// insights sends spans to Application Insights as requests.
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
	address := strings.TrimSuffix(endpoint.String(), "/") + "/v2.1/track"
	return &insights{poster{address, direct(o.Transport), o.Credential}, part["instrumentationkey"]}, nil
}

// Export implements Exporter.
func (e *insights) Export(ctx context.Context, s Span) error {
	tags := object{"ai.operation.id": s.Trace, "ai.operation.name": s.Name, "ai.cloud.role": service}
	if s.Parent != "" {
		tags["ai.operation.parentId"] = s.Parent
	}
	return e.post(ctx, []object{{
		"name": "Microsoft.ApplicationInsights.Request", "time": s.Start.UTC().Format(time.RFC3339Nano), "iKey": e.key, "tags": tags,
		"data": object{"baseType": "RequestData", "baseData": object{
			"ver": 2, "id": s.ID, "name": s.Name, "duration": duration(s.Took), "success": !s.Failed, "responseCode": strconv.Itoa(s.Status),
			"properties": object{"invocation": s.Invocation},
		}},
	}})
}

// duration writes d as days.hours:minutes:seconds with seven decimals.
func duration(d time.Duration) string {
	return fmt.Sprintf("%d.%02d:%02d:%02d.%07d", d/(24*time.Hour), d/time.Hour%24, d/time.Minute%60, d/time.Second%60, d%time.Second/100)
}

package telemetry_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"kantoorpost/shared/must"
	"kantoorpost/shared/telemetry"
	"kantoorpost/shared/wiretest"
)

type identity struct{ scopes []string }

func (i *identity) GetToken(_ context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	i.scopes = append(i.scopes, o.Scopes...)
	return azcore.AccessToken{Token: "t0ken"}, nil
}

// A received is one request that a receiver got.
type received struct {
	url, token string
	body       any
}

// receiver keeps what it gets, and answers with a status.
func receiver(t *testing.T, status int) (*wiretest.Wire, *[]received) {
	t.Helper()
	var got []received
	return wiretest.Transport(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		one := received{url: r.URL.String(), token: r.Header.Get("Authorization")}
		if r.Header.Get("Content-Type") != "application/json" || json.Unmarshal(text, &one.body) != nil {
			t.Errorf("%s got %s", r.URL, text)
		}
		got = append(got, one)
		w.WriteHeader(status)
	})), &got
}

// at walks through objects and first elements of lists.
func at(v any, path string) any {
	for name := range strings.SplitSeq(path, ".") {
		if list, ok := v.([]any); ok && len(list) > 0 {
			v = list[0]
		}
		m, _ := v.(map[string]any)
		v = m[name]
	}
	return v
}

const connection = "InstrumentationKey=11111111-2222-4333-8444-555555555555;" +
	"IngestionEndpoint=https://westeurope-5.in.applicationinsights.azure.com/;LiveEndpoint=https://x/"

// export sends a span of a trace that somebody else began, a line of it, and a metric.
func export(t *testing.T, o telemetry.Options) {
	t.Helper()
	e := must.Get(telemetry.NewExporter(o))(t)
	q := telemetry.NewQueue(e)
	ctx := telemetry.Start(t.Context(), "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
	s := telemetry.SpanOf(ctx, "process", telemetry.Consumer)
	s.Invocation, s.Failed = "inv1", true
	time.Sleep(1500 * time.Millisecond) // simulated
	synctest.Wait()
	q.Log(ctx, telemetry.Log{At: time.Now(), Level: slog.LevelWarn, Message: "postponed",
		Attributes: []telemetry.Attribute{{Key: "mail", Value: "m1"}}})
	q.Measured(telemetry.Metric{At: time.Now(), Name: "queue-depth", Of: "fetch", Value: 3})
	q.Measured(telemetry.Metric{At: time.Now(), Name: "queue-depth", Of: "send", Value: 4})
	s.End(q)
	time.Sleep(time.Second) // simulated; it is sent in the background
	synctest.Wait()
}

func check(t *testing.T, v any, want map[string]any) {
	t.Helper()
	for path, want := range want {
		if got := at(v, path); got != want {
			t.Errorf("%s is %v, want %v", path, got, want)
		}
	}
}

func TestOTLP(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wire, got := receiver(t, 200)
		id := &identity{}
		export(t, telemetry.Options{Way: "otlp", Endpoint: "https://collector.example/", Credential: id, Transport: wire})
		if len(*got) != 3 || len(id.scopes) > 0 {
			t.Fatalf("%+v", *got)
		}
		sent := map[string]any{}
		for _, r := range *got {
			if sent[r.url] = r.body; r.token != "" {
				t.Errorf("%s got a token", r.url)
			}
		}
		traces, logs, measured := sent["https://collector.example/v1/traces"], sent["https://collector.example/v1/logs"],
			sent["https://collector.example/v1/metrics"]
		check(t, at(traces, "resourceSpans.scopeSpans.spans"),
			map[string]any{"traceId": "0af7651916cd43dd8448eb211c80319c", "parentSpanId": "b7ad6b7169203331",
				"name": "process", "kind": 5.0, "status.code": 2.0, "attributes.key": "faas.invocation_id", "attributes.value.stringValue": "inv1",
				"startTimeUnixNano": "946684800000000000", "endTimeUnixNano": "946684801500000000"})
		line := at(logs, "resourceLogs.scopeLogs.logRecords")
		check(t, line, map[string]any{"traceId": "0af7651916cd43dd8448eb211c80319c",
			"spanId":       at(traces, "resourceSpans.scopeSpans.spans.spanId"),
			"timeUnixNano": "946684801500000000", "severityNumber": 13.0, "severityText": "WARN", "body.stringValue": "postponed",
			"attributes.key": "mail", "attributes.value.stringValue": "m1"})
		gauges, _ := at(measured, "resourceMetrics.scopeMetrics.metrics").([]any)
		check(t, gauges, map[string]any{"name": "kantoorpost.queue-depth", "gauge.dataPoints.asDouble": 3.0,
			"gauge.dataPoints.timeUnixNano":                 "946684801500000000",
			"gauge.dataPoints.attributes.value.stringValue": "fetch"})
		if points, _ := at(gauges, "gauge.dataPoints").([]any); len(gauges) != 1 || len(points) != 2 {
			t.Errorf("%+v", gauges)
		}
		if id, _ := at(line, "spanId").(string); len(id) != 16 ||
			at(logs, "resourceLogs.resource.attributes.value.stringValue") != "kantoorpost" {
			t.Errorf("%+v", logs)
		}
		// Only Azure gets a token of Azure.
		export(t, telemetry.Options{Way: "otlp", Endpoint: "https://dce.westeurope-1.ingest.monitor.azure.com/x/otlp", Credential: id,
			Transport: wire})
		if (*got)[3].token != "Bearer t0ken" || id.scopes[0] != "https://monitor.azure.com/.default" {
			t.Errorf("%+v", (*got)[3])
		}
	})
}

func TestApplicationInsights(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wire, got := receiver(t, 200)
		id := &identity{}
		export(t, telemetry.Options{Way: "applicationinsights", ConnectionString: connection, Credential: id, Transport: wire})
		if len(*got) != 1 || (*got)[0].url != "https://westeurope-5.in.applicationinsights.azure.com/v2.1/track" ||
			(*got)[0].token != "Bearer t0ken" {
			t.Fatalf("%+v", *got)
		}
		all := (*got)[0].body.([]any)
		if len(all) != 4 {
			t.Fatalf("%+v", all)
		}
		for _, e := range all {
			check(t, e, map[string]any{"iKey": "11111111-2222-4333-8444-555555555555"})
		}
		tags := func(e any) map[string]any { return e.(map[string]any)["tags"].(map[string]any) }
		request, message := tags(all[0]), tags(all[1])
		if request["ai.operation.id"] != "0af7651916cd43dd8448eb211c80319c" || request["ai.operation.parentId"] != "b7ad6b7169203331" ||
			message["ai.operation.id"] != request["ai.operation.id"] || message["ai.operation.parentId"] != at(all[0], "data.baseData.id") {
			t.Errorf("%+v, %+v", request, message)
		}
		check(t, all[0], map[string]any{"name": "Microsoft.ApplicationInsights.Request", "time": "2000-01-01T00:00:00Z",
			"data.baseType":     "RequestData",
			"data.baseData.ver": 2.0, "data.baseData.name": "process", "data.baseData.duration": "0.00:00:01.5000000",
			"data.baseData.success":               false,
			"data.baseData.properties.invocation": "inv1"})
		check(t, all[1], map[string]any{"name": "Microsoft.ApplicationInsights.Message", "data.baseType": "MessageData",
			"data.baseData.message":       "postponed",
			"data.baseData.severityLevel": 2.0, "data.baseData.properties.mail": "m1"})
		check(t, all[3], map[string]any{"name": "Microsoft.ApplicationInsights.Metric", "data.baseType": "MetricData",
			"data.baseData.metrics.name": "kantoorpost.queue-depth", "data.baseData.metrics.value": 4.0, "data.baseData.properties.of": "send"})
	})
}

// Nobody waits for a receiver that refuses or does not answer. What comes meanwhile waits,
// up to a bound, and is sent when the receiver answers again.
func TestTelemetryIsDropped(t *testing.T) {
	for _, fault := range []wiretest.Fault{wiretest.Refuse, wiretest.Hang, wiretest.Pass} {
		synctest.Test(t, func(t *testing.T) {
			wire, got := receiver(t, 500)
			wire.Fault(func(int, *http.Request) wiretest.Fault { return fault })
			e := must.Get(telemetry.NewExporter(telemetry.Options{Way: "otlp", Endpoint: "http://localhost:4318", Transport: wire}))(t)
			q := telemetry.NewQueue(e)
			ctx := telemetry.Start(t.Context(), "")
			start := time.Now()
			many := func() {
				for range 10_000 {
					q.Log(ctx, telemetry.Log{Message: "x"})
					telemetry.SpanOf(ctx, "poll", telemetry.Internal).End(q)
				}
			}
			many()
			time.Sleep(300 * time.Millisecond) // simulated; the first batch is being sent
			synctest.Wait()
			many()
			if took := time.Since(start); took > 300*time.Millisecond {
				t.Errorf("fault %d: the callers waited %v", fault, took)
			}
			time.Sleep(10 * time.Second) // simulated
			synctest.Wait()
			if n := len(wire.Calls()); n < 2 || n > 4 {
				t.Errorf("fault %d: %d calls for two batches", fault, n)
			}
			wire.Fault(func(int, *http.Request) wiretest.Fault { return wiretest.Pass })
			*got = nil
			q.Log(ctx, telemetry.Log{Message: "again"})
			q.Flush(ctx)
			if len(*got) != 1 {
				t.Fatalf("fault %d: %d received after it", fault, len(*got))
			}
			if lines, _ := at((*got)[0].body, "resourceLogs.scopeLogs.logRecords").([]any); len(lines) != 1 {
				t.Errorf("fault %d: %d lines", fault, len(lines))
			}
		})
	}
	var none *telemetry.Queue
	none.Measured(telemetry.Metric{Name: "x"})
	none.Flush(t.Context())
}

// What is wrong with the settings is said at the start.
func TestWrongSettings(t *testing.T) {
	for _, o := range []telemetry.Options{{Way: "zipkin"}, {Way: "otlp"}, {Way: "otlp", Endpoint: "ftp://x"},
		{Way: "otlp", Endpoint: "https://user:secret@x"},
		{Way: "applicationinsights"}, {Way: "applicationinsights", ConnectionString: strings.Replace(connection, "https://w", "http://w", 1)}} {
		if _, err := telemetry.NewExporter(o); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%+v: %v", o, err)
		}
	}
	if e, err := telemetry.NewExporter(telemetry.Options{}); e != nil || err != nil {
		t.Errorf("%v, %v", e, err)
	}
}

// The receiver of the test above is no more lenient than a real one: the body that is
// sent over a socket is the same.
func TestOverASocket(t *testing.T) {
	paths := make(chan string, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		paths <- r.URL.Path
		_, _ = io.WriteString(w, `{"partialSuccess":{}}`)
	}))
	defer server.Close()
	e := must.Get(telemetry.NewExporter(telemetry.Options{Way: "otlp", Endpoint: server.URL}))(t)
	q := telemetry.NewQueue(e)
	telemetry.SpanOf(telemetry.Start(t.Context(), ""), "poll", telemetry.Internal).End(q)
	q.Flush(t.Context())
	if got := <-paths; got != "/v1/traces" {
		t.Error(got)
	}
}

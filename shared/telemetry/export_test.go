package telemetry_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

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

const connection = "InstrumentationKey=11111111-2222-4333-8444-555555555555;IngestionEndpoint=https://westeurope-5.in.applicationinsights.azure.com/;LiveEndpoint=https://x/"

// end ends a span of a trace that somebody else began.
func end(t *testing.T, o telemetry.Options) {
	t.Helper()
	e, err := telemetry.NewExporter(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx := telemetry.Start(t.Context(), "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
	s := telemetry.SpanOf(ctx, "process", telemetry.Consumer)
	s.Invocation, s.Failed = "inv1", true
	time.Sleep(1500 * time.Millisecond) // simulated
	s.End(ctx, e)
}

func TestOTLP(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wire, got := receiver(t, 200)
		id := &identity{}
		end(t, telemetry.Options{Way: "otlp", Endpoint: "https://collector.example/", Credential: id, Transport: wire})
		if len(*got) != 1 || (*got)[0].url != "https://collector.example/v1/traces" || (*got)[0].token != "" || len(id.scopes) > 0 {
			t.Fatalf("%+v", *got)
		}
		span := at((*got)[0].body, "resourceSpans.scopeSpans.spans")
		for path, want := range map[string]any{"traceId": "0af7651916cd43dd8448eb211c80319c", "parentSpanId": "b7ad6b7169203331", "name": "process", "kind": 5.0,
			"status.code": 2.0, "attributes.key": "faas.invocation_id", "attributes.value.stringValue": "inv1",
			"startTimeUnixNano": "946684800000000000", "endTimeUnixNano": "946684801500000000"} {
			if got := at(span, path); got != want {
				t.Errorf("%s is %v, want %v", path, got, want)
			}
		}
		if id, _ := at(span, "spanId").(string); len(id) != 16 || at((*got)[0].body, "resourceSpans.resource.attributes.value.stringValue") != "kantoorpost" {
			t.Errorf("%+v", (*got)[0].body)
		}
		// Only Azure gets a token of Azure.
		end(t, telemetry.Options{Way: "otlp", Endpoint: "https://dce.westeurope-1.ingest.monitor.azure.com/x/otlp", Credential: id, Transport: wire})
		if (*got)[1].token != "Bearer t0ken" || id.scopes[0] != "https://monitor.azure.com/.default" {
			t.Errorf("%+v", (*got)[1])
		}
	})
}

func TestApplicationInsights(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wire, got := receiver(t, 200)
		id := &identity{}
		end(t, telemetry.Options{Way: "applicationinsights", ConnectionString: connection, Credential: id, Transport: wire})
		if len(*got) != 1 || (*got)[0].url != "https://westeurope-5.in.applicationinsights.azure.com/v2.1/track" || (*got)[0].token != "Bearer t0ken" {
			t.Fatalf("%+v", *got)
		}
		envelope := (*got)[0].body.([]any)[0].(map[string]any)
		tags := envelope["tags"].(map[string]any)
		if envelope["name"] != "Microsoft.ApplicationInsights.Request" || envelope["iKey"] != "11111111-2222-4333-8444-555555555555" ||
			envelope["time"] != "2000-01-01T00:00:00Z" || tags["ai.operation.id"] != "0af7651916cd43dd8448eb211c80319c" || tags["ai.operation.parentId"] != "b7ad6b7169203331" {
			t.Errorf("%+v", envelope)
		}
		for path, want := range map[string]any{"data.baseType": "RequestData", "data.baseData.ver": 2.0, "data.baseData.name": "process",
			"data.baseData.duration": "0.00:00:01.5000000", "data.baseData.success": false, "data.baseData.properties.invocation": "inv1"} {
			if got := at(envelope, path); got != want {
				t.Errorf("%s is %v, want %v", path, got, want)
			}
		}
	})
}

// A receiver that refuses, or does not answer, costs a call at most a second.
func TestSpansAreDropped(t *testing.T) {
	for fault, most := range map[wiretest.Fault]time.Duration{wiretest.Refuse: 0, wiretest.Hang: time.Second, wiretest.Pass: 0} {
		synctest.Test(t, func(t *testing.T) {
			wire, got := receiver(t, 500)
			wire.Fault(func(int, *http.Request) wiretest.Fault { return fault })
			e, err := telemetry.NewExporter(telemetry.Options{Way: "otlp", Endpoint: "http://localhost:4318", Transport: wire})
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(telemetry.Start(t.Context(), ""))
			cancel() // also the span of a call whose caller is gone is sent
			start := time.Now()
			telemetry.SpanOf(ctx, "poll", telemetry.Internal).End(ctx, e)
			if took := time.Since(start); took > most {
				t.Errorf("fault %d: %v, want at most %v", fault, took, most)
			}
			if n := len(*got); (n == 1) != (fault == wiretest.Pass) {
				t.Errorf("fault %d: %d received", fault, n)
			}
		})
	}
}

// What is wrong with the settings is said at the start.
func TestWrongSettings(t *testing.T) {
	for _, o := range []telemetry.Options{{Way: "zipkin"}, {Way: "otlp"}, {Way: "otlp", Endpoint: "ftp://x"}, {Way: "otlp", Endpoint: "https://user:secret@x"},
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
	e, err := telemetry.NewExporter(telemetry.Options{Way: "otlp", Endpoint: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	ctx := telemetry.Start(t.Context(), "")
	telemetry.SpanOf(ctx, "poll", telemetry.Internal).End(ctx, e)
	if got := <-paths; got != "/v1/traces" {
		t.Error(got)
	}
}

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
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// service is what telemetry is said to come from.
const service = "kantoorpost"

// monitorScope is the scope of tokens for both ways into Azure Monitor.
// https://learn.microsoft.com/azure/azure-monitor/app/azure-ad-authentication
const monitorScope = "https://monitor.azure.com/.default"

// Options say where telemetry goes. The official exporters of OpenTelemetry would make the
// executable a third larger, and there is none for Application Insights in Go: both
// formats are small, so they are written here.
type Options struct {
	// Way is "" for nowhere, "applicationinsights" or "otlp".
	Way string
	// ConnectionString is that of an Application Insights component.
	ConnectionString string
	// Endpoint is where an OTLP receiver is; /v1/traces, /v1/logs and /v1/metrics are appended.
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
		e := &otlp{poster{url: strings.TrimSuffix(o.Endpoint, "/"), client: direct(o.Transport)}}
		if u.Scheme == "https" && strings.HasSuffix(u.Hostname(), ".ingest.monitor.azure.com") {
			e.credential = o.Credential
		}
		return e, nil
	}
	return nil, fmt.Errorf("no exporter is called %q: applicationinsights or otlp", o.Way)
}

// A poster sends JSON to the paths of one address.
type poster struct {
	url        string
	client     *http.Client
	credential azcore.TokenCredential // nil: no token
}

func (p poster) post(ctx context.Context, path string, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode telemetry: %w", err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url+path, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("send telemetry: %w", err)
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
		return fmt.Errorf("send telemetry: %w", err)
	}
	defer res.Body.Close()
	_, _ = io.CopyN(io.Discard, res.Body, 64<<10) // so that the connection is used again
	if res.StatusCode/100 != 2 {
		return fmt.Errorf("send telemetry: status %d", res.StatusCode)
	}
	return nil
}

// direct returns a client without proxy and redirects: no setting of the environment
// sends telemetry, or the token beside it, to another host.
func direct(transport http.RoundTripper) *http.Client {
	if transport == nil {
		transport = &http.Transport{ForceAttemptHTTP2: true, IdleConnTimeout: 90 * time.Second, TLSHandshakeTimeout: exportTime}
	}
	return &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

package answer

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func fail(status int, header http.Header, body string) *Error {
	if header == nil {
		header = http.Header{}
	}
	return Failure(&http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body))})
}

func TestEveryRefusalIsAnError(t *testing.T) {
	for body, want := range map[string]Error{
		`{"error":{"code":"ErrorAccessDenied","message":"Access is denied.","innerError":{"date":"x"}}}`: {Code: "ErrorAccessDenied",
			Message: "Access is denied."},
		`{"error":{"code":"UnknownError","message":""}}`: {Code: "UnknownError"},
		`{"error":{"code":"X"}}`:                         {Code: "X"},
		`{"error":"x"}`:                                  {Code: "x"},
		`{"error":null}`:                                 {},
		`{"message":"m"}`:                                {Message: "m"},
		`{"error":{"code":7,"message":[]}}`:              {},
		`{"error":[]}`:                                   {},
		`null`:                                           {},
		``:                                               {},
		`<html><body>502</body></html>`:                  {},
		`{"error":{"code":"` + strings.Repeat("x", 200) + `"}}`:                {Code: strings.Repeat("x", 100)},
		`{"error":{"code":"a\r\nlevel=INFO \u2028\"b"}}`:                       {Code: "alevel=INFOb"},
		`{"error":{"code":"X","message":"` + strings.Repeat("m", 2000) + `"}}`: {Code: "X", Message: strings.Repeat("m", 1000)},
	} {
		e := fail(503, http.Header{"Request-Id": {"r-1"}}, body)
		if e.Status != 503 || e.RequestID != "r-1" || e.Code != want.Code || e.Message != want.Message {
			t.Errorf("%.60q → %+v", body, e)
		}
	}
}

// Graph's texts name people and mailboxes, so errors, which are logged, omit them.
func TestTheTextOfARefusalStaysOutOfTheError(t *testing.T) {
	e := fail(404, http.Header{"Request-Id": {"r-1"}},
		`{"error":{"code":"Request_ResourceNotFound","message":"Resource 'jan@klant.example' does not exist"}}`)
	if e.Error() != "graph: 404 Request_ResourceNotFound (request r-1)" {
		t.Error(e.Error())
	}
}

func TestRetryAfterIsReadInEveryForm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for text, want := range map[string]time.Duration{
			"30": 30 * time.Second, " 7 ": 7 * time.Second, "0": 0, "1.5": 1500 * time.Millisecond, "3600": time.Hour,
			"86400": time.Hour, "99999999999999999999999": time.Hour, "Inf": time.Hour, "1e300": time.Hour,
			"": 0, "-5": 0, "NaN": 0, "soon": 0, "30 s": 0,
			time.Now().Add(90 * time.Second).UTC().Format(http.TimeFormat): 90 * time.Second,
			time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat):       0,
			time.Now().Add(9 * time.Hour).UTC().Format(http.TimeFormat):    time.Hour,
		} {
			if got := fail(429, http.Header{"Retry-After": {text}}, "").RetryAfter; got != want {
				t.Errorf("Retry-After %q → %s, want %s", text, got, want)
			}
		}
	})
}

func TestJSONIsKnownByItsType(t *testing.T) {
	for text, want := range map[string]bool{"application/json": true, "application/json;odata.metadata=minimal;charset=utf-8": true,
		"Application/JSON ; x": true,
		"text/html":            false, "": false, "text/plain": false, "application/jsonp": false} {
		if IsJSON(text) != want {
			t.Errorf("IsJSON(%q) = %t", text, !want)
		}
	}
}

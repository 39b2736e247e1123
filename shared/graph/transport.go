package graph

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"time"
)

// A transport asks for compressed answers and decompresses them. next carries the
// requests; throttled is called for each answer 429.
type transport struct {
	next      http.RoundTripper
	throttled func(context.Context)
}

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Accept-Encoding", "gzip")
	if err := measure(r); err != nil {
		return nil, err
	}
	res, err := t.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if res.StatusCode == http.StatusTooManyRequests {
		t.throttled(r.Context())
	}
	if res.StatusCode == http.StatusUnauthorized && !challenge.MatchString(res.Header.Get("WWW-Authenticate")) {
		// The SDK looks for claims in this header, and panics if its content is
		// unexpected.
		res.Header.Del("WWW-Authenticate")
	}
	if strings.EqualFold(res.Header.Get("Content-Encoding"), "gzip") {
		res.Header.Del("Content-Encoding")
		res.Header.Del("Content-Length")
		res.ContentLength = -1
		res.Body = &unzipped{body: res.Body}
	}
	return res, nil
}

// measure gives a request the length of its body. The SDK does not, and without it
// the body goes out in chunks, which Exchange can refuse with 411.
func measure(r *http.Request) error {
	if r.Body == nil || r.Body == http.NoBody || r.ContentLength > 0 {
		return nil
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return fmt.Errorf("read the request: %w", err)
	}
	r.Body.Close()
	r.ContentLength, r.Body = int64(len(body)), http.NoBody
	if len(body) > 0 {
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	return nil
}

// challenge matches a claims challenge in the documented format.
// https://learn.microsoft.com/entra/identity-platform/claims-challenge
var challenge = regexp.MustCompile(`(?i)^Bearer\s(?:[^,]*,)*\s*claims="[^",]+"`)

// decodeClaims reads the claims of a challenge.
func decodeClaims(text string) (string, error) {
	text = strings.TrimRight(text, "=")
	decoded, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil {
		decoded, err = base64.RawURLEncoding.DecodeString(text)
	}
	if err != nil {
		return "", errors.New("claims challenge is not base64")
	}
	return string(decoded), nil
}

// unzipped reads the gzip header only at the first Read, since an empty answer has
// none.
type unzipped struct {
	body io.ReadCloser
	zip  *gzip.Reader
}

func (u *unzipped) Read(p []byte) (int, error) {
	if u.zip == nil {
		zip, err := gzip.NewReader(u.body)
		if err == io.EOF {
			return 0, io.EOF
		} else if err != nil {
			return 0, fmt.Errorf("unzip: %w", err)
		}
		u.zip = zip
	}
	return u.zip.Read(p)
}

func (u *unzipped) Close() error { return u.body.Close() }

// direct returns a transport with TLS and without a proxy: no setting of the
// environment may send the tokens through another host.
func direct() http.RoundTripper {
	return &http.Transport{
		DialContext:           (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		ForceAttemptHTTP2:     true,
		DisableCompression:    true,
		MaxIdleConnsPerHost:   4,
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   10 * time.Second,
		ResponseHeaderTimeout: requestTimeout,
	}
}

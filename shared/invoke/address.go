package invoke

import (
	"net/http"
	"net/url"
	"strings"

	"kantoorpost/shared/lazyregexp"
)

// hostname matches the values of a Host header that are accepted. The value goes
// into policies, in which a blank or a semicolon would start another directive.
var hostname = lazyregexp.New(`^(?:[a-zA-Z0-9.-]{1,253}|\[[0-9a-fA-F:.]{2,45}\])(?::[0-9]{1,5})?$`)

// withPublicHost gives every request the host name that people use. The host's proxy
// sets Host to the handler's own address, and X-Forwarded-Host to the name that
// people use; it replaces what the caller wrote there.
// https://learn.microsoft.com/aspnet/core/fundamentals/servers/yarp/transforms-request#x-forwarded
func withPublicHost(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if name := r.Header.Get("X-Forwarded-Host"); hostname.MatchString(name) {
			out := *r
			out.Host = name
			r = &out
		}
		next.ServeHTTP(w, r)
	})
}

// twiceEscaped is the sign of a slash in a path as the host's proxy passes it on.
var twiceEscaped = lazyregexp.New(`%25(2[fF])`)

// withOwnPath undoes what the host's proxy does to a slash in a part of a path, such as
// an e-mail address: ASP.NET decodes all of a path but "%2F", and the proxy escapes its
// "%" once more.
// https://learn.microsoft.com/dotnet/api/microsoft.aspnetcore.http.httprequest.path
func withOwnPath(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if escaped := r.URL.EscapedPath(); twiceEscaped.MatchString(escaped) {
			at := *r.URL
			at.RawPath = twiceEscaped.ReplaceAllString(escaped, "%$1")
			at.Path, _ = url.PathUnescape(at.RawPath) // it was a valid path before
			out := *r
			out.URL = &at
			r = &out
		}
		next.ServeHTTP(w, r)
	})
}

// Origin is the scheme and host name at which people reach the target of r, such
// as https://kantoor.example; "" when r names no host. TLS ends before the proxy.
// If the proxy still reports http, the result is correct as well: in a
// Content-Security-Policy, http also matches https.
// https://www.w3.org/TR/CSP3/#match-schemes
func Origin(r *http.Request) string {
	if !hostname.MatchString(r.Host) {
		return ""
	}
	if r.TLS != nil || strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https") {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

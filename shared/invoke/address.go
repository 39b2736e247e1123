package invoke

import (
	"net/http"
	"regexp"
	"strings"
)

// hostname matches what may stand in a Host header: it is written into policies,
// where a blank or a semicolon would begin something else.
var hostname = regexp.MustCompile(`^(?:[a-zA-Z0-9.-]{1,253}|\[[0-9a-fA-F:.]{2,45}\])(?::[0-9]{1,5})?$`)

// addressed gives every request the host name that people use. The host's proxy
// puts the handler's own address into Host, and keeps theirs in X-Forwarded-Host,
// over whatever the caller wrote there.
// https://learn.microsoft.com/aspnet/core/fundamentals/servers/yarp/transforms-request#x-forwarded
func addressed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if name := r.Header.Get("X-Forwarded-Host"); hostname.MatchString(name) {
			out := *r
			out.Host = name
			r = &out
		}
		next.ServeHTTP(w, r)
	})
}

// Origin is the scheme and host name by which people reach what r asks for, such
// as https://kantoor.example; "" when r names no host. TLS ends before the proxy:
// where that hands on http all the same, it stands for https as well in a
// Content-Security-Policy.
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

package host

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// A route is an ASP.NET route template, as far as function.json uses them: literal
// segments, and {*name} for the rest, which may be empty.
// https://learn.microsoft.com/azure/azure-functions/functions-bindings-http-webhook-trigger#customize-the-http-endpoint
type route struct {
	pattern *regexp.Regexp
	methods []string // upper case; empty means all
	literal int      // number of literal segments, which gives the order of routes
}

func parseRoute(template string, methods []string) (route, error) {
	if first := strings.ToLower(template); strings.HasPrefix(first, "admin") || strings.HasPrefix(first, "runtime") {
		return route{}, fmt.Errorf("route %q: the host keeps what starts with admin or runtime for itself", template)
	}
	r := route{}
	var pattern strings.Builder
	pattern.WriteString("(?i)^")
	segments := strings.Split(template, "/")
	for i, segment := range segments {
		switch {
		case strings.HasPrefix(segment, "{*") && strings.HasSuffix(segment, "}") && i == len(segments)-1:
			pattern.WriteString("(?:/.*)?")
		case strings.ContainsAny(segment, "{}"):
			return route{}, fmt.Errorf("route %q: this stand-in does not know %q", template, segment)
		default:
			r.literal++
			pattern.WriteString("/" + regexp.QuoteMeta(segment))
		}
	}
	pattern.WriteString("/?$")
	r.pattern = regexp.MustCompile(pattern.String())
	for _, m := range methods {
		r.methods = append(r.methods, strings.ToUpper(m))
	}
	return r, nil
}

func (r route) matches(req *http.Request) bool {
	return r.pattern != nil && r.pattern.MatchString(req.URL.Path) &&
		(len(r.methods) == 0 || slices.Contains(r.methods, req.Method))
}

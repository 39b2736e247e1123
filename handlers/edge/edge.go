// Package edge handles every request from outside before the API and the pages: it sets
// response headers (edge.go), limits the rate (limit.go), reads what a refused client
// still sends (drain.go) and compresses answers (compress.go). A page that calls the API counts once.
package edge

import (
	"encoding/json"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"kantoorpost/shared/access"
	"kantoorpost/shared/invoke"
)

// Options say how many requests are allowed. Each instance of the app counts its
// own.
type Options struct {
	// Trusted says that the platform authenticates, so its header names the client.
	Trusted bool
	// PerPerson and PerApplication are requests per second, with bursts of five
	// times as many; 0 is no limit. A client that has not signed in counts as a
	// person, by its address.
	PerPerson, PerApplication int
	// Pages answers requests for pages that exceed the limit. Others get a problem in
	// JSON.
	Pages http.Handler
}

// yearInSeconds is how long browsers must use https.
// https://www.rfc-editor.org/rfc/rfc6797
const yearInSeconds = "31536000"

// New returns next behind the edge. Requests of the Functions host are not below
// /api and /web, and pass unchanged.
func New(o Options, next http.Handler) http.Handler {
	people, applications := newLimiter(o.PerPerson), newLimiter(o.PerApplication)
	outside := drained(compressed(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		part, h := firstPart(r.URL.Path), w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		h.Set("Cache-Control", "no-store")
		if strings.HasPrefix(invoke.Origin(r), "https://") {
			h.Set("Strict-Transport-Security", "max-age="+yearInSeconds)
		}
		cost := costOf(r)
		if cost == 0 {
			next.ServeHTTP(w, r)
			return
		}
		c, limit := o.client(r), people
		if c.application {
			limit = applications
		}
		wait, first := limit.take(c, cost, time.Now())
		if wait == 0 {
			next.ServeHTTP(w, r)
			return
		}
		if first {
			access.LogRefusal(r.Context(), c.id(), r.Method, "/"+part+"/", http.StatusTooManyRequests)
		}
		h.Set("Retry-After", strconv.Itoa(int((wait+time.Second-1)/time.Second)))
		if part == "web" && o.Pages != nil {
			o.Pages.ServeHTTP(w, r)
			return
		}
		tooMany(w)
	})))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if part := firstPart(r.URL.Path); part == "api" || part == "web" {
			outside.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// firstPart returns the first part of a path. The rest may name people.
func firstPart(path string) string {
	part, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return part
}

// request is the cost of a usual request, loaded that of one that a page makes by
// itself, often dozens at once.
const request, loaded = 20, 1

// costOf returns the cost of a request. Static files are free: they are in memory
// and hold no secrets. So is the health check: machines that ask it must not get a
// wrong answer.
func costOf(r *http.Request) int {
	path := r.URL.Path
	switch {
	case strings.HasPrefix(path, "/web/static/"), path == "/api/health/live":
		return 0
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		return request
	case strings.HasPrefix(path, "/api/") && (strings.HasSuffix(path, "/body") || strings.Contains(path, "/pictures/")):
		return loaded
	}
	return request
}

// A client is what is counted: an account, or else an address.
type client struct {
	account     string // the object id of the tenant's directory
	application bool
	address     string
}

// id names the client in the log; "" for an address, which is not logged.
func (c client) id() string {
	switch {
	case c.application:
		return "application:" + c.account
	case c.account != "":
		return "account:" + c.account
	}
	return ""
}

// client returns the client of a request. A header that cannot be trusted does not
// count, so nobody can use up the limit of another.
func (o Options) client(r *http.Request) client {
	if o.Trusted {
		if p, err := access.ParsePrincipal(r.Header); err == nil {
			return client{account: strings.ToLower(p.Object), application: p.Application}
		}
	}
	return client{address: addressOf(r)}
}

// addressOf returns the network of a request: the last one in X-Forwarded-For, which
// the proxy before this process wrote. Of an IPv6 address it is the part that one
// subscriber has.
// https://www.rfc-editor.org/rfc/rfc6177
func addressOf(r *http.Request) string {
	text := r.RemoteAddr
	if all := r.Header.Values("X-Forwarded-For"); len(all) > 0 {
		last := all[len(all)-1]
		text = strings.TrimSpace(last[strings.LastIndexByte(last, ',')+1:])
	}
	if host, _, err := net.SplitHostPort(text); err == nil {
		text = host
	}
	ip, err := netip.ParseAddr(strings.Trim(text, "[]"))
	if err != nil {
		return "?"
	}
	if ip = ip.Unmap().WithZone(""); ip.Is4() {
		return ip.String()
	}
	network, _ := ip.Prefix(64) // an IPv6 address has 128
	return network.String()
}

// tooMany answers an API client.
// https://www.rfc-editor.org/rfc/rfc6585#section-4
func tooMany(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(http.StatusTooManyRequests)
	// It does not matter if the client no longer listens.
	_ = json.NewEncoder(w).Encode(map[string]any{
		"type": "about:blank", "title": http.StatusText(http.StatusTooManyRequests), "status": http.StatusTooManyRequests,
		"detail": "you ask more often than is allowed; try again after as many seconds as Retry-After says",
	})
}

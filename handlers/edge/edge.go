// Package edge stands before the API and the pages: it keeps what holds for
// every request from outside, once for each, whatever that makes inside.
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

// Options say how many requests are let through. Each instance of the app counts
// for itself.
type Options struct {
	// Trusted says that the platform authenticates, so that its header tells
	// who asks.
	Trusted bool
	// PerPerson and PerApplication are requests per second, with bursts of five
	// times as many; 0 is no limit. Who has not signed in counts as a person,
	// by the address that asks.
	PerPerson, PerApplication int
	// Pages tells who asks for pages too often. Others get a problem in JSON.
	Pages http.Handler
}

// yearInSeconds is how long browsers may use nothing but https.
// https://www.rfc-editor.org/rfc/rfc6797
const yearInSeconds = "31536000"

// New returns next behind the edge. What the Functions host asks by itself is
// not below /api and /web, and passes.
func New(o Options, next http.Handler) http.Handler {
	people, applications := newLimiter(o.PerPerson), newLimiter(o.PerApplication)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		part := partOf(r.URL.Path)
		if part != "api" && part != "web" {
			next.ServeHTTP(w, r)
			return
		}
		h := w.Header()
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
		who, limit := o.asker(r), people
		if who.application {
			limit = applications
		}
		wait, news := limit.take(who, cost, time.Now())
		if wait == 0 {
			next.ServeHTTP(w, r)
			return
		}
		if news {
			access.LogRefusal(r.Context(), who.id(), r.Method, "/"+part+"/", http.StatusTooManyRequests)
		}
		h.Set("Retry-After", strconv.Itoa(int((wait+time.Second-1)/time.Second)))
		if part == "web" && o.Pages != nil {
			o.Pages.ServeHTTP(w, r)
			return
		}
		tooMany(w)
	})
}

// partOf is the first part of a path. The rest may name people.
func partOf(path string) string {
	part, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return part
}

// request is the cost of a request; what a page loads by itself, often dozens at
// once, costs a part of it.
const request, loaded = 20, 1

// costOf says what a request counts for. Files of the pages are in memory and
// without secrets; and whether the product lives is asked by machines that must
// not get a wrong answer.
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

// An asker is who is counted: an account, or else an address.
type asker struct {
	account     string // the object id of the tenant's directory
	application bool
	address     string
}

// id is who asks, for the log: "" for an address, which is not kept there.
func (a asker) id() string {
	switch {
	case a.application:
		return "application:" + a.account
	case a.account != "":
		return "account:" + a.account
	}
	return ""
}

// asker says who asks. What cannot be trusted to be somebody's is counted for
// the address, so that nobody can use up what another may ask.
func (o Options) asker(r *http.Request) asker {
	if o.Trusted {
		if p, err := access.ParsePrincipal(r.Header); err == nil {
			return asker{account: strings.ToLower(p.Object), application: p.Application}
		}
	}
	return asker{address: addressOf(r)}
}

// addressOf is the network that a request comes from: the last that stands in
// X-Forwarded-For, which the proxy before this process wrote. Of IPv6 it is the
// part that one subscriber has.
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
	// The client that no longer listens is nobody's concern.
	_ = json.NewEncoder(w).Encode(map[string]any{
		"type": "about:blank", "title": http.StatusText(http.StatusTooManyRequests), "status": http.StatusTooManyRequests,
		"detail": "you ask more often than is allowed; try again after as many seconds as Retry-After says",
	})
}

package signin

import (
	"net"
	"net/http"
	"strings"
)

// OnlyLocal refuses requests that name another host than this machine. The name of a
// page elsewhere may lead here (DNS rebinding), and the page could then sign in as anybody.
// https://owasp.org/www-community/attacks/DNS_Rebinding
func OnlyLocal(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := strings.ToLower(r.Host)
		if name, _, err := net.SplitHostPort(host); err == nil {
			host = name
		}
		ip := net.ParseIP(strings.Trim(host, "[]"))
		if host != "localhost" && !strings.HasSuffix(host, ".localhost") && !ip.IsLoopback() {
			http.Error(w, "open http://localhost: this runs for its own machine only", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

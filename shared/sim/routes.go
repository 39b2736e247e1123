package sim

import (
	"net/http"
	"strings"
)

// routes puts all services below one URL.
func (t *Tenant) routes() http.Handler {
	graph, vault, control, uploads := t.graphRoutes(), t.vaultRoutes(), t.controlRoutes(), t.uploadRoutes()
	entra := http.NewServeMux()
	entra.HandleFunc("GET /{tenant}/v2.0/.well-known/openid-configuration", t.discovery)
	entra.HandleFunc("GET /common/discovery/instance", t.instances)
	entra.HandleFunc("POST /{tenant}/oauth2/v2.0/token", t.token)
	entra.HandleFunc("GET /msi/token", t.managedIdentity)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		switch first {
		case "v1.0":
			graph.ServeHTTP(w, r)
		case "api":
			uploads.ServeHTTP(w, r)
		case "secrets", "deletedsecrets":
			vault.ServeHTTP(w, r)
		case "simulator":
			control.ServeHTTP(w, r)
		default:
			entra.ServeHTTP(w, r)
		}
	})
}

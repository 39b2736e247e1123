package sim

import (
	"encoding/json"
	"mime"
	"net"
	"net/http"
)

// controlRoutes lets a person change the tenant by hand, but only from this
// machine:
//
//	POST /simulator/secrets/add      {"secret":"…","days":730}
//	POST /simulator/secrets/expire   {"secret":"…"}    without one: all
//	POST /simulator/trust/add        {}                 the app registration trusts the app's managed identity
//	POST /simulator/trust/remove     {}
//	POST /simulator/roles/grant      {"role":"Mail.Send"}
//	POST /simulator/roles/revoke     {"role":"Mail.Send"}
//	POST /simulator/delta/forget     {"mailbox":"info@…"}    without one: all
//	GET  /simulator/behaviour        the switches, see [Behaviour]
//	POST /simulator/behaviour        {"sendDelay":5}         changes those that it names
//	GET  /simulator/outside          ?address=jan@…          what an outside address received
//	POST /simulator/answer           {"address":"jan@…","messageId":"<…>","text":"Ja","program":"gmail","all":true}
func (t *Tenant) controlRoutes() http.Handler {
	mux := http.NewServeMux()
	handle := func(path string, do func(command) error) {
		mux.HandleFunc("POST /simulator/"+path, func(w http.ResponseWriter, r *http.Request) {
			o := command{Days: 730}
			if !readCommand(w, r, &o) {
				return
			}
			if err := do(o); err != nil {
				sendJSON(w, http.StatusUnprocessableEntity, map[string]string{"error": err.Error()})
				return
			}
			sendJSON(w, http.StatusOK, struct{}{})
		})
	}
	handle("secrets/add", func(o command) error { return t.AddSecret(o.Secret, t.now().AddDate(0, 0, o.Days)) })
	handle("secrets/expire", func(o command) error { return t.ExpireSecret(o.Secret) })
	handle("trust/add", func(command) error { return t.Trust("") })
	handle("trust/remove", func(command) error { return t.Distrust() })
	handle("roles/grant", func(o command) error { return t.Grant(o.Role) })
	handle("roles/revoke", func(o command) error { return t.Revoke(o.Role) })
	handle("delta/forget", func(o command) error { return t.ForgetDeltaLinks(o.Mailbox) })
	mux.HandleFunc("GET /simulator/behaviour", t.showBehaviour)
	mux.HandleFunc("POST /simulator/behaviour", t.setBehaviour)
	mux.HandleFunc("GET /simulator/outside", t.listOutside)
	mux.HandleFunc("POST /simulator/answer", t.postAnswer)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if status := mayCommand(r); status != http.StatusOK {
			sendJSON(w, status, struct{}{})
			return
		}
		mux.ServeHTTP(w, r)
	})
}

type command struct {
	Secret  string `json:"secret"`
	Days    int    `json:"days"`
	Role    string `json:"role"`
	Mailbox string `json:"mailbox"`
}

// fromThisMachine says whether a request comes from this machine.
func fromThisMachine(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	ip := net.ParseIP(host)
	return err == nil && ip != nil && ip.IsLoopback()
}

// mayCommand refuses other machines, and web pages in a browser on this machine,
// which cannot send JSON to another site without a preflight request.
func mayCommand(r *http.Request) (status int) {
	if !fromThisMachine(r) {
		return http.StatusForbidden
	}
	if r.Method == http.MethodGet {
		return http.StatusOK
	}
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/json" {
		return http.StatusUnsupportedMediaType
	}
	return http.StatusOK
}

// readCommand decodes the body of a request, and answers it if that fails.
func readCommand(w http.ResponseWriter, r *http.Request, into any) bool {
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		sendJSON(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
		return false
	}
	return true
}

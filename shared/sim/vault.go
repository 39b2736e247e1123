package sim

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// vaultSecret is a secret with all its versions, oldest first.
type vaultSecret struct {
	Name     string         `json:"name"`
	Versions []vaultVersion `json:"versions,omitempty"`
	Deleted  int64          `json:"deleted,omitempty"` // Unix seconds; 0 when it is not deleted
}

type vaultVersion struct {
	ID      string            `json:"id"`
	Value   string            `json:"value"`
	Tags    map[string]string `json:"tags,omitempty"`
	Expires int64             `json:"exp,omitempty"` // Unix seconds; 0 for never
	Created int64             `json:"created"`
}

// recoverDays is how long a deleted secret can be recovered.
const recoverDays = 90

// vaultError is an error answer of Key Vault.
//
// https://learn.microsoft.com/azure/key-vault/general/rest-error-codes
type vaultError struct {
	status               int
	code, inner, message string
}

func (e *vaultError) Error() string { return e.code + ": " + e.message }

func (e *vaultError) send(w http.ResponseWriter) {
	body := map[string]any{"code": e.code, "message": e.message}
	if e.inner != "" {
		body["innererror"] = map[string]string{"code": e.inner}
	}
	sendJSON(w, e.status, map[string]any{"error": body})
}

func secretNotFound(name string) error {
	return &vaultError{http.StatusNotFound, "SecretNotFound", "",
		"A secret with (name/id) " + name +
			" was not found in this key vault. If you recently deleted this secret you may be able to recover it using the correct recovery " +
			"command. For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125182"}
}

// vaultHandler handles one operation on secrets under mu.
type vaultHandler func(r *http.Request) (body any, err error)

func (t *Tenant) vaultRoutes() http.Handler {
	mux := http.NewServeMux()
	handle := func(pattern string, h vaultHandler) { mux.Handle(pattern, t.vaulted(h)) }
	handle("PUT /secrets/{name}", t.setSecret)
	handle("DELETE /secrets/{name}", t.deleteSecret)
	handle("GET /secrets/{name}", t.getSecret)
	handle("GET /secrets/{name}/{$}", t.getSecret) // the SDK requests the newest version with this path
	handle("GET /secrets/{name}/{version}", t.getSecret)
	handle("GET /secrets/{name}/versions", t.listVersions)
	handle("POST /deletedsecrets/{name}/recover", t.recoverSecret)
	handle("/", func(*http.Request) (any, error) {
		return nil, &vaultError{http.StatusNotFound, "NotFound", "", "The resource you are looking for does not exist."}
	})
	return mux
}

// vaulted checks the name, and the bearer, which must be that of a managed identity.
func (t *Tenant) vaulted(h vaultHandler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
		w.Header().Set("X-Ms-Keyvault-Service-Version", "simulated")
		w.Header().Set("X-Ms-Request-Id", newGUID())
		if err := t.vaultAccess(w, r); err != nil {
			err.send(w)
			return
		}
		t.mu.Lock()
		defer t.mu.Unlock()
		body, err := h(r)
		switch e := err.(type) {
		case nil:
		case *vaultError:
			e.send(w)
			return
		default:
			(&vaultError{http.StatusInternalServerError, "InternalServerError", "", err.Error()}).send(w)
			return
		}
		sendJSON(w, http.StatusOK, body)
	})
}

func (t *Tenant) vaultAccess(w http.ResponseWriter, r *http.Request) *vaultError {
	c, err := t.readToken(r)
	if err == nil && c.Audience != vaultScope {
		err = fmt.Errorf("AKV10022: Invalid audience. Expected %s, found: %s", vaultScope, c.Audience)
	}
	if err != nil {
		// The challenge tells clients where to request a token, and for which resource.
		w.Header().Set("Www-Authenticate", fmt.Sprintf("Bearer authorization=%q, resource=%q", t.graphRoot()+"/"+t.options.TenantID, vaultScope))
		return &vaultError{http.StatusUnauthorized, "Unauthorized", "", "AKV10000: Request is missing a Bearer or PoP token. " + err.Error()}
	}
	if c.Identity == "" {
		return &vaultError{http.StatusForbidden, "Forbidden", "ForbiddenByRbac", "Caller is not authorized to perform action on resource."}
	}
	if r.URL.Query().Get("api-version") == "" {
		return &vaultError{http.StatusBadRequest, "BadParameter", "", "api-version must be specified"}
	}
	return nil
}

// secret finds the secret of the path, if it exists and is not deleted.
func (t *Tenant) secret(r *http.Request) (*vaultSecret, error) {
	name := r.PathValue("name")
	s := t.vault[strings.ToLower(name)]
	if s == nil || s.Deleted != 0 {
		return nil, secretNotFound(name)
	}
	return s, nil
}

func (s *vaultSecret) version(id string) *vaultVersion {
	if id == "" {
		return &s.Versions[len(s.Versions)-1]
	}
	for i := range s.Versions {
		if s.Versions[i].ID == id {
			return &s.Versions[i]
		}
	}
	return nil
}

// clone returns a copy that can be changed before it is committed.
func (s *vaultSecret) clone() *vaultSecret {
	c := *s
	c.Versions = slices.Clone(s.Versions)
	return &c
}

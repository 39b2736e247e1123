package sim

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// vaultSecret is a secret with all its versions, oldest first.
type vaultSecret struct {
	Name     string         `json:"name"`
	Versions []vaultVersion `json:"versions,omitempty"`
	Deleted  int64          `json:"deleted,omitempty"` // Unix seconds; 0: it is there
	Purged   bool           `json:"purged,omitempty"`
}

type vaultVersion struct {
	ID          string            `json:"id"`
	Value       string            `json:"value"`
	ContentType string            `json:"contentType,omitempty"`
	Tags        map[string]string `json:"tags,omitempty"`
	Enabled     bool              `json:"enabled"`
	Expires     int64             `json:"exp,omitempty"`
	Before      int64             `json:"nbf,omitempty"`
	Created     int64             `json:"created"`
	Updated     int64             `json:"updated"`
}

func (t *Tenant) applySecret(s vaultSecret) {
	if s.Purged {
		delete(t.vault, s.Name)
		return
	}
	t.vault[s.Name] = &s
}

// Names of secrets, and how long a value may be, in characters.
//
// https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates
var secretName = regexp.MustCompile(`^[0-9a-zA-Z-]{1,127}$`)

const (
	maxSecret    = 25600
	recoverDays  = 90
	recoverLevel = "Recoverable+Purgeable"
)

// vaultError is a refusal of Key Vault.
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
	return &vaultError{http.StatusNotFound, "SecretNotFound", "", "A secret with (name/id) " + name + " was not found in this key vault. If you recently deleted this secret you may be able to recover it using the correct recovery command. For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125182"}
}

// vaultHandler answers one operation on secrets under mu.
type vaultHandler func(r *http.Request) (status int, body any, err error)

func (t *Tenant) vaultRoutes() http.Handler {
	mux := http.NewServeMux()
	handle := func(pattern string, h vaultHandler) { mux.Handle(pattern, t.vaulted(h)) }
	handle("GET /secrets", t.listSecrets)
	handle("PUT /secrets/{name}", t.setSecret)
	handle("DELETE /secrets/{name}", t.deleteSecret)
	handle("GET /secrets/{name}", t.getSecret)
	handle("GET /secrets/{name}/{$}", t.getSecret) // the SDK asks the newest so
	handle("GET /secrets/{name}/{version}", t.getSecret)
	handle("PATCH /secrets/{name}/{$}", t.patchSecret)
	handle("PATCH /secrets/{name}/{version}", t.patchSecret)
	handle("GET /secrets/{name}/versions", t.listVersions)
	handle("GET /deletedsecrets", t.listDeleted)
	handle("GET /deletedsecrets/{name}", t.getDeleted)
	handle("DELETE /deletedsecrets/{name}", t.purgeSecret)
	handle("POST /deletedsecrets/{name}/recover", t.recoverSecret)
	handle("/", func(*http.Request) (int, any, error) {
		return 0, nil, &vaultError{http.StatusNotFound, "NotFound", "", "The resource you are looking for does not exist."}
	})
	return mux
}

// vaulted checks the bearer, which must be a managed identity's, and the name.
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
		status, body, err := h(r)
		switch e := err.(type) {
		case nil:
		case *vaultError:
			e.send(w)
			return
		default:
			(&vaultError{http.StatusInternalServerError, "InternalServerError", "", err.Error()}).send(w)
			return
		}
		if status == http.StatusNoContent {
			w.WriteHeader(status)
			return
		}
		sendJSON(w, status, body)
	})
}

func (t *Tenant) vaultAccess(w http.ResponseWriter, r *http.Request) *vaultError {
	c, err := t.readToken(r)
	if err == nil && c.Audience != vaultScope {
		err = fmt.Errorf("AKV10022: Invalid audience. Expected %s, found: %s", vaultScope, c.Audience)
	}
	if err != nil {
		// Clients learn from the challenge where to ask a token, and for what.
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

// secret finds the secret of the path when it is there and not deleted.
func (t *Tenant) secret(r *http.Request) (*vaultSecret, error) {
	name := r.PathValue("name")
	if err := checkName(name); err != nil {
		return nil, err
	}
	s := t.vault[strings.ToLower(name)]
	if s == nil || s.Deleted != 0 {
		return nil, secretNotFound(name)
	}
	return s, nil
}

func checkName(name string) error {
	if !secretName.MatchString(name) {
		return &vaultError{http.StatusBadRequest, "BadParameter", "", "The request URI contains an invalid name: " + name}
	}
	return nil
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

// clone is a copy that can be changed before it is committed.
func (s *vaultSecret) clone() *vaultSecret {
	c := *s
	c.Versions = slices.Clone(s.Versions)
	return &c
}

// secretBody is what set and patch send; a field that is absent stays.
type secretBody struct {
	Value       *string           `json:"value"`
	ContentType *string           `json:"contentType"`
	Tags        map[string]string `json:"tags"`
	Attributes  *struct {
		Enabled *bool  `json:"enabled"`
		Expires *int64 `json:"exp"`
		Before  *int64 `json:"nbf"`
	} `json:"attributes"`
}

func readSecret(r *http.Request, v *vaultVersion) (*secretBody, error) {
	var b secretBody
	if err := json.NewDecoder(r.Body).Decode(&b); err != nil {
		return nil, &vaultError{http.StatusBadRequest, "BadParameter", "", "The request body is not valid JSON."}
	}
	if b.ContentType != nil {
		v.ContentType = *b.ContentType
	}
	if b.Tags != nil {
		if len(b.Tags) > 15 {
			return nil, &vaultError{http.StatusBadRequest, "BadParameter", "", "A secret has at most 15 tags."}
		}
		v.Tags = maps.Clone(b.Tags)
	}
	if a := b.Attributes; a != nil {
		if a.Enabled != nil {
			v.Enabled = *a.Enabled
		}
		if a.Expires != nil {
			v.Expires = *a.Expires
		}
		if a.Before != nil {
			v.Before = *a.Before
		}
	}
	return &b, nil
}

func (t *Tenant) setSecret(r *http.Request) (int, any, error) {
	name := r.PathValue("name")
	if err := checkName(name); err != nil {
		return 0, nil, err
	}
	next := &vaultSecret{Name: strings.ToLower(name)}
	if s := t.vault[next.Name]; s != nil {
		if s.Deleted != 0 {
			return 0, nil, &vaultError{http.StatusConflict, "Conflict", "ObjectIsDeletedButRecoverable", "Secret " + name + " is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the secret can only be recovered or purged."}
		}
		next = s.clone()
	}
	now := t.now().Unix()
	id := make([]byte, 16)
	rand.Read(id)
	v := vaultVersion{ID: hex.EncodeToString(id), Enabled: true, Created: now, Updated: now}
	b, err := readSecret(r, &v)
	switch {
	case err != nil:
		return 0, nil, err
	case b.Value == nil:
		return 0, nil, &vaultError{http.StatusBadRequest, "BadParameter", "", "Property value is required."}
	case utf8.RuneCountInString(*b.Value) > maxSecret:
		return 0, nil, &vaultError{http.StatusBadRequest, "BadParameter", "", fmt.Sprintf("The secret value is longer than %d characters.", maxSecret)}
	}
	v.Value = *b.Value
	next.Versions = append(next.Versions, v)
	if err := t.commit(record{Secret: next}); err != nil {
		return 0, nil, err
	}
	return http.StatusOK, t.bundle(next, &v, true), nil
}

func (t *Tenant) getSecret(r *http.Request) (int, any, error) {
	s, err := t.secret(r)
	if err != nil {
		return 0, nil, err
	}
	v := s.version(r.PathValue("version"))
	if v == nil {
		return 0, nil, secretNotFound(s.Name + "/" + r.PathValue("version"))
	}
	if !v.Enabled {
		return 0, nil, &vaultError{http.StatusForbidden, "Forbidden", "SecretDisabled", "Operation get is not allowed on a disabled secret."}
	}
	return http.StatusOK, t.bundle(s, v, true), nil
}

func (t *Tenant) patchSecret(r *http.Request) (int, any, error) {
	s, err := t.secret(r)
	if err != nil {
		return 0, nil, err
	}
	next := s.clone()
	v := next.version(r.PathValue("version"))
	if v == nil {
		return 0, nil, secretNotFound(s.Name + "/" + r.PathValue("version"))
	}
	if _, err := readSecret(r, v); err != nil {
		return 0, nil, err
	}
	v.Updated = t.now().Unix()
	if err := t.commit(record{Secret: next}); err != nil {
		return 0, nil, err
	}
	return http.StatusOK, t.bundle(next, v, false), nil
}

// bundle is a version as Key Vault shows it.
func (t *Tenant) bundle(s *vaultSecret, v *vaultVersion, value bool) map[string]any {
	attributes := map[string]any{
		"enabled": v.Enabled, "created": v.Created, "updated": v.Updated,
		"recoveryLevel": recoverLevel, "recoverableDays": recoverDays,
	}
	if v.Expires != 0 {
		attributes["exp"] = v.Expires
	}
	if v.Before != 0 {
		attributes["nbf"] = v.Before
	}
	b := map[string]any{"id": t.secretID(s) + "/" + v.ID, "attributes": attributes, "tags": v.Tags}
	if v.Tags == nil {
		b["tags"] = map[string]string{}
	}
	if v.ContentType != "" {
		b["contentType"] = v.ContentType
	}
	if value {
		b["value"] = v.Value
	}
	if s.Deleted != 0 {
		b["recoveryId"] = t.graphRoot() + "/deletedsecrets/" + s.Name
		b["deletedDate"] = s.Deleted
		b["scheduledPurgeDate"] = time.Unix(s.Deleted, 0).AddDate(0, 0, recoverDays).Unix()
	}
	return b
}

// secretID is the address of a secret. The SDK finds name and version by their
// place in its path: that is why the vault lies at the root of the tenant.
func (t *Tenant) secretID(s *vaultSecret) string { return t.graphRoot() + "/secrets/" + s.Name }

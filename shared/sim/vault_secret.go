package sim

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"
)

// secretBody is the body of set and patch. An absent field does not change.
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
			return 0, nil, &vaultError{http.StatusConflict, "Conflict", "ObjectIsDeletedButRecoverable",
				"Secret " + name + " is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the secret can " +
					"only be recovered or purged."}
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
		return 0, nil, &vaultError{http.StatusBadRequest, "BadParameter", "",
			fmt.Sprintf("The secret value is longer than %d characters.", maxSecret)}
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

// bundle returns a version in the format of Key Vault.
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

// secretID returns the address of a secret. The SDK finds name and version by their
// position in its path, so the vault must be at the root of the tenant.
func (t *Tenant) secretID(s *vaultSecret) string { return t.graphRoot() + "/secrets/" + s.Name }

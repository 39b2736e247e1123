package sim

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"
)

// secretBody is the body of a request to set a secret.
type secretBody struct {
	Value       *string           `json:"value"`
	ContentType string            `json:"contentType"`
	Tags        map[string]string `json:"tags"`
	Attributes  struct {
		Enabled *bool `json:"enabled"`
		Expires int64 `json:"exp"`
		Before  int64 `json:"nbf"`
	} `json:"attributes"`
}

func (t *Tenant) setSecret(r *http.Request) (any, error) {
	name := r.PathValue("name")
	if err := checkName(name); err != nil {
		return nil, err
	}
	next := &vaultSecret{Name: strings.ToLower(name)}
	if s := t.vault[next.Name]; s != nil {
		if s.Deleted != 0 {
			return nil, &vaultError{http.StatusConflict, "Conflict", "ObjectIsDeletedButRecoverable",
				"Secret " + name + " is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the secret can " +
					"only be recovered or purged."}
		}
		next = s.clone()
	}
	now := t.now().Unix()
	id := make([]byte, 16)
	rand.Read(id)
	var b secretBody
	err := json.NewDecoder(r.Body).Decode(&b)
	switch {
	case err != nil:
		return nil, &vaultError{http.StatusBadRequest, "BadParameter", "", "The request body is not valid JSON."}
	case b.Value == nil:
		return nil, &vaultError{http.StatusBadRequest, "BadParameter", "", "Property value is required."}
	case utf8.RuneCountInString(*b.Value) > maxSecret:
		return nil, &vaultError{http.StatusBadRequest, "BadParameter", "",
			fmt.Sprintf("The secret value is longer than %d characters.", maxSecret)}
	}
	v := vaultVersion{ID: hex.EncodeToString(id), Value: *b.Value, ContentType: b.ContentType, Tags: b.Tags, Created: now, Updated: now,
		Enabled: b.Attributes.Enabled == nil || *b.Attributes.Enabled, Expires: b.Attributes.Expires, Before: b.Attributes.Before}
	next.Versions = append(next.Versions, v)
	if err := t.commit(record{Secret: next}); err != nil {
		return nil, err
	}
	return t.bundle(next, &v, true), nil
}

func (t *Tenant) getSecret(r *http.Request) (any, error) {
	s, err := t.secret(r)
	if err != nil {
		return nil, err
	}
	v := s.version(r.PathValue("version"))
	if v == nil {
		return nil, secretNotFound(s.Name + "/" + r.PathValue("version"))
	}
	if !v.Enabled {
		return nil, &vaultError{http.StatusForbidden, "Forbidden", "SecretDisabled", "Operation get is not allowed on a disabled secret."}
	}
	return t.bundle(s, v, true), nil
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

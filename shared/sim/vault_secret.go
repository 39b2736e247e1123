package sim

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// setSecret adds a version. What is simulated of a secret is its value, its tags and its
// end; the product checks names and values itself.
func (t *Tenant) setSecret(r *http.Request) (any, error) {
	name := r.PathValue("name")
	next := &vaultSecret{Name: strings.ToLower(name)}
	if s := t.vault[next.Name]; s != nil {
		if s.Deleted != 0 {
			return nil, &vaultError{http.StatusConflict, "Conflict", "ObjectIsDeletedButRecoverable",
				"Secret " + name + " is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the secret can " +
					"only be recovered or purged."}
		}
		next = s.clone()
	}
	var sent struct {
		Value      *string
		Tags       map[string]string
		Attributes struct {
			Expires int64 `json:"exp"`
		}
	}
	if err := json.NewDecoder(r.Body).Decode(&sent); err != nil || sent.Value == nil {
		return nil, &vaultError{http.StatusBadRequest, "BadParameter", "", "Property value is required."}
	}
	id := make([]byte, 16)
	rand.Read(id)
	v := vaultVersion{ID: hex.EncodeToString(id), Value: *sent.Value, Tags: sent.Tags, Expires: sent.Attributes.Expires,
		Created: t.now().Unix()}
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
	return t.bundle(s, v, true), nil
}

// bundle returns a version in the format of Key Vault.
func (t *Tenant) bundle(s *vaultSecret, v *vaultVersion, value bool) map[string]any {
	attributes := map[string]any{
		"enabled": true, "created": v.Created, "updated": v.Created, "recoveryLevel": "Recoverable+Purgeable", "recoverableDays": recoverDays,
	}
	if v.Expires != 0 {
		attributes["exp"] = v.Expires
	}
	b := map[string]any{"id": t.secretID(s) + "/" + v.ID, "attributes": attributes, "tags": v.Tags}
	if v.Tags == nil {
		b["tags"] = map[string]string{}
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

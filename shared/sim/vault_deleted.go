package sim

import (
	"net/http"
	"strings"
)

// deleteSecret deletes a secret, which can be recovered for 90 days; its name stays
// taken.
//
// https://learn.microsoft.com/azure/key-vault/general/soft-delete-overview
func (t *Tenant) deleteSecret(r *http.Request) (any, error) {
	s, err := t.secret(r)
	if err != nil {
		return nil, err
	}
	next := s.clone()
	next.Deleted = t.now().Unix()
	if err := t.commit(record{Secret: next}); err != nil {
		return nil, err
	}
	return t.bundle(next, next.version(""), false), nil
}

// deletedSecret finds the deleted secret of the path.
func (t *Tenant) deletedSecret(r *http.Request) (*vaultSecret, error) {
	name := r.PathValue("name")
	s := t.vault[strings.ToLower(name)]
	if s == nil || s.Deleted == 0 {
		return nil, &vaultError{http.StatusNotFound, "SecretNotFound", "", "Deleted Secret not found: " + name}
	}
	return s, nil
}

func (t *Tenant) recoverSecret(r *http.Request) (any, error) {
	s, err := t.deletedSecret(r)
	if err != nil {
		return nil, err
	}
	next := s.clone()
	next.Deleted = 0
	if err := t.commit(record{Secret: next}); err != nil {
		return nil, err
	}
	return t.bundle(next, next.version(""), false), nil
}

func (t *Tenant) listVersions(r *http.Request) (any, error) {
	s, err := t.secret(r)
	if err != nil {
		return nil, err
	}
	all := []map[string]any{}
	for i := range s.Versions {
		all = append(all, t.bundle(s, &s.Versions[i], false))
	}
	return map[string]any{"value": all, "nextLink": nil}, nil
}

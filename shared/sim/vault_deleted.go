package sim

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

// deleteSecret deletes a secret, which can be recovered for 90 days; its name stays
// taken.
//
// https://learn.microsoft.com/azure/key-vault/general/soft-delete-overview
func (t *Tenant) deleteSecret(r *http.Request) (int, any, error) {
	s, err := t.secret(r)
	if err != nil {
		return 0, nil, err
	}
	next := s.clone()
	next.Deleted = t.now().Unix()
	if err := t.commit(record{Secret: next}); err != nil {
		return 0, nil, err
	}
	return http.StatusOK, t.bundle(next, next.version(""), false), nil
}

// deletedSecret finds the deleted secret of the path.
func (t *Tenant) deletedSecret(r *http.Request) (*vaultSecret, error) {
	name := r.PathValue("name")
	if err := checkName(name); err != nil {
		return nil, err
	}
	s := t.vault[strings.ToLower(name)]
	if s == nil || s.Deleted == 0 {
		return nil, &vaultError{http.StatusNotFound, "SecretNotFound", "", "Deleted Secret not found: " + name}
	}
	return s, nil
}

func (t *Tenant) getDeleted(r *http.Request) (int, any, error) {
	s, err := t.deletedSecret(r)
	if err != nil {
		return 0, nil, err
	}
	return http.StatusOK, t.bundle(s, s.version(""), false), nil
}

func (t *Tenant) recoverSecret(r *http.Request) (int, any, error) {
	s, err := t.deletedSecret(r)
	if err != nil {
		return 0, nil, err
	}
	next := s.clone()
	next.Deleted = 0
	if err := t.commit(record{Secret: next}); err != nil {
		return 0, nil, err
	}
	return http.StatusOK, t.bundle(next, next.version(""), false), nil
}

func (t *Tenant) purgeSecret(r *http.Request) (int, any, error) {
	s, err := t.deletedSecret(r)
	if err != nil {
		return 0, nil, err
	}
	return http.StatusNoContent, nil, t.commit(record{Secret: &vaultSecret{Name: s.Name, Purged: true}})
}

func (t *Tenant) listSecrets(*http.Request) (int, any, error) {
	return http.StatusOK, t.bundles(func(s *vaultSecret) bool { return s.Deleted == 0 }), nil
}

func (t *Tenant) listDeleted(*http.Request) (int, any, error) {
	return http.StatusOK, t.bundles(func(s *vaultSecret) bool { return s.Deleted != 0 }), nil
}

func (t *Tenant) bundles(which func(*vaultSecret) bool) map[string]any {
	all := []map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(t.vault)) {
		if s := t.vault[name]; which(s) {
			b := t.bundle(s, s.version(""), false)
			b["id"] = t.graphRoot() + "/secrets/" + s.Name
			all = append(all, b)
		}
	}
	return map[string]any{"value": all, "nextLink": nil}
}

func (t *Tenant) listVersions(r *http.Request) (int, any, error) {
	s, err := t.secret(r)
	if err != nil {
		return 0, nil, err
	}
	all := []map[string]any{}
	for i := range s.Versions {
		all = append(all, t.bundle(s, &s.Versions[i], false))
	}
	return http.StatusOK, map[string]any{"value": all, "nextLink": nil}, nil
}

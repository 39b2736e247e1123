package secret

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"kantoorpost/shared/must"
	"kantoorpost/shared/wiretest"
)

// kv is a double of a key vault: it has versions, soft delete, and refusals on
// request.
type kv struct {
	secrets    map[string][]map[string]any
	deleted    map[string]bool
	recovering int // how often a set is refused during a recovery
	disabled   bool
	refuse     func(w http.ResponseWriter, r *http.Request) bool
}

func (k *kv) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if r.Header.Get("Authorization") != "Bearer token" {
		w.Header().Set("WWW-Authenticate", `Bearer authorization="https://login.microsoftonline.com/tenant", resource="https://vault.azure.net"`)
		refuse(w, 401, "Unauthorized", "")
		return
	}
	if k.refuse != nil && k.refuse(w, r) {
		return
	}
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	name := parts[1]
	versions := k.secrets[name]
	switch {
	case parts[0] == "deletedsecrets": // recover
		if !k.deleted[name] {
			refuse(w, 404, "SecretNotFound", "")
			return
		}
		delete(k.deleted, name)
		k.answer(w, versions[len(versions)-1])
	case r.Method == "PUT":
		if k.deleted[name] {
			refuse(w, 409, "Conflict", "ObjectIsDeletedButRecoverable")
			return
		}
		if k.recovering > 0 {
			k.recovering--
			refuse(w, 409, "Conflict", "ObjectIsBeingRecovered")
			return
		}
		var s map[string]any
		_ = json.NewDecoder(r.Body).Decode(&s)
		s["id"] = fmt.Sprintf("https://kluis.vault.azure.net/secrets/%s/v%d", name, len(versions)+1)
		attributes, _ := s["attributes"].(map[string]any)
		if attributes == nil {
			attributes = map[string]any{}
			s["attributes"] = attributes
		}
		attributes["created"] = time.Now().Unix()
		k.secrets[name] = append(versions, s)
		k.answer(w, s)
	case len(parts) == 3 && parts[2] == "versions":
		k.answer(w, map[string]any{"value": versions})
	case len(versions) == 0 || k.deleted[name]:
		refuse(w, 404, "SecretNotFound", "")
	case r.Method == "DELETE":
		k.deleted[name] = true
		k.answer(w, versions[len(versions)-1])
	case k.disabled:
		refuse(w, 403, "Forbidden", "SecretDisabled")
	case len(parts) == 3 && parts[2] != "":
		for _, s := range versions {
			if strings.HasSuffix(s["id"].(string), "/"+parts[2]) {
				k.answer(w, s)
				return
			}
		}
		refuse(w, 404, "SecretNotFound", "")
	default:
		k.answer(w, versions[len(versions)-1])
	}
}

func (k *kv) answer(w http.ResponseWriter, s map[string]any) { _ = json.NewEncoder(w).Encode(s) }

func refuse(w http.ResponseWriter, status int, code, inner string) {
	w.WriteHeader(status)
	e := map[string]any{"code": code, "message": "a text"}
	if inner != "" {
		e["innererror"] = map[string]any{"code": inner}
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"error": e})
}

func always(status int, code, inner string) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, _ *http.Request) bool { refuse(w, status, code, inner); return true }
}

type identity struct{}

func (identity) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{Token: "token", ExpiresOn: time.Now().Add(48 * time.Hour)}, nil
}

func open(t *testing.T) (*Vault, *kv, *wiretest.Wire) {
	t.Helper()
	k := &kv{secrets: map[string][]map[string]any{}, deleted: map[string]bool{}}
	wire := wiretest.Transport(k)
	v := must.Get(OpenVault(VaultOptions{URL: "https://kluis.vault.azure.net", Credential: identity{}, Transport: wire}))(t)
	return v, k, wire
}

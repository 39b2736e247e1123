// Package infratest makes the doubles of the storage services refuse what the
// roles in infra/access.json do not allow, as Azure does.
//
// It knows which operation needs which permission, and which role has it. It
// assumes that the identity of the app makes every request.
package infratest

import (
	"bytes"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"kantoorpost/infra"
)

// permissions are the data actions of Azure's roles, and their actions on queues,
// tables and containers, without the prefix before queues, messages, tables, entities,
// containers and blobs:
// https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/storage
var permissions = map[string][]string{
	"Storage Queue Data Contributor": {
		"queues/read", "queues/write", "queues/delete",
		"messages/read", "messages/write", "messages/delete", "messages/process", "messages/add",
	},
	"Storage Queue Data Message Processor": {"messages/read", "messages/process"},
	"Storage Queue Data Message Sender":    {"messages/add"},
	"Storage Queue Data Reader":            {"queues/read", "messages/read"},
	"Storage Table Data Contributor": {
		"tables/read", "tables/write", "tables/delete",
		"entities/read", "entities/write", "entities/delete",
	},
	"Storage Table Data Reader": {"tables/read", "entities/read"},
	"Storage Blob Data Owner": {
		"containers/read", "containers/write", "containers/delete",
		"blobs/read", "blobs/write", "blobs/delete",
	},
}

// Rights are the permissions of the app's identity.
type Rights struct {
	may map[string][]string // permissions by scope: "queue/NAME", "table/NAME" or "account"

	mu      sync.Mutex
	refused []string
}

// New reads the grants of the app, except those that without names, as
// "KIND: ROLE".
func New(tb testing.TB, without ...string) *Rights {
	tb.Helper()
	access, err := infra.ReadAccess()
	if err != nil {
		tb.Fatal(err)
	}
	storage, err := infra.ReadStorage()
	if err != nil {
		tb.Fatal(err)
	}
	r := &Rights{may: map[string][]string{}}
	for kind, grants := range access.App {
		var scopes []string
		switch kind {
		case "account":
			scopes = []string{"account"}
		case "queue":
			scopes = prefixed("queue/", storage.Queues)
		case "poisonQueue":
			scopes = prefixed("queue/", storage.PoisonQueues)
		case "table":
			scopes = prefixed("table/", storage.Tables)
		}
		for _, g := range grants {
			allows, known := permissions[g.Role]
			if !known && scopes != nil {
				tb.Fatalf("what %s allows on a %s is not known: add it to permissions", g.Role, kind)
			}
			if slices.Contains(without, kind+": "+g.Role) {
				continue
			}
			for _, scope := range scopes {
				r.may[scope] = append(r.may[scope], allows...)
			}
		}
	}
	return r
}

func prefixed(prefix string, names []string) (all []string) {
	for _, name := range names {
		all = append(all, prefix+name)
	}
	return all
}

// Refused returns the operations that were refused, in order.
func (r *Rights) Refused() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.refused)
}

// check refuses an operation if neither the scope nor the account allows it. One of
// the permissions in needs is enough.
func (r *Rights) check(scope string, needs ...string) (status int, code string) {
	for _, p := range needs {
		if slices.Contains(r.may[scope], p) || slices.Contains(r.may["account"], p) {
			return 0, ""
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.refused = append(r.refused, strings.Join(needs, " or ")+" on "+scope)
	return http.StatusForbidden, "AuthorizationPermissionMismatch"
}

// Queues can be the Refuse function of a queuetest.Server.
// https://learn.microsoft.com/rest/api/storageservices/authorize-with-azure-active-directory#permissions-for-queue-service-operations
func (r *Rights) Queues(req *http.Request) (status int, code string) {
	name, messages, _ := strings.Cut(strings.Trim(req.URL.Path, "/"), "/")
	scope, query := "queue/"+name, req.URL.Query()
	switch {
	case messages == "" && req.Method == http.MethodPut && !query.Has("comp"):
		// Creating a queue is a right on the account.
		return r.check("account", "queues/write")
	case messages == "" && req.Method == http.MethodPut:
		return r.check(scope, "queues/write")
	case messages == "" && req.Method == http.MethodDelete:
		return r.check(scope, "queues/delete")
	case messages == "":
		return r.check(scope, "queues/read")
	case req.Method == http.MethodPost:
		return r.check(scope, "messages/add", "messages/write")
	case req.Method == http.MethodPut:
		return r.check(scope, "messages/write")
	case req.Method == http.MethodDelete && messages == "messages":
		return r.check(scope, "messages/delete")
	case req.Method == http.MethodDelete:
		return r.check(scope, "messages/process", "messages/delete")
	case query.Get("peekonly") == "true":
		return r.check(scope, "messages/read")
	}
	return r.check(scope, "messages/process")
}

// Blobs can be the Refuse function of a blobtest.Server.
// https://learn.microsoft.com/rest/api/storageservices/authorize-with-azure-active-directory#permissions-for-blob-service-operations
func (r *Rights) Blobs(req *http.Request) (status int, code string) {
	name, _, isBlob := strings.Cut(strings.Trim(req.URL.Path, "/"), "/")
	scope := "container/" + name
	switch {
	case isBlob && req.Method == http.MethodDelete:
		return r.check(scope, "blobs/delete")
	case isBlob && req.Method == http.MethodPut:
		return r.check(scope, "blobs/write")
	case isBlob, req.URL.Query().Get("comp") == "list":
		return r.check(scope, "blobs/read")
	case req.Method == http.MethodPut:
		return r.check("account", "containers/write")
	}
	return r.check(scope, "containers/read")
}

var (
	batched   = regexp.MustCompile(`(?m)^([A-Z]+) https?://[^/ ]+/(\w+)`)
	tableName = regexp.MustCompile(`^\w+`)
)

// Tables can be the Refuse function of a tabletest.Server.
// https://learn.microsoft.com/rest/api/storageservices/authorize-with-azure-active-directory#permissions-for-table-service-operations
func (r *Rights) Tables(req *http.Request) (status int, code string) {
	path := strings.Trim(req.URL.Path, "/")
	switch {
	case path == "$batch":
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return http.StatusBadRequest, "InvalidInput"
		}
		req.Body = io.NopCloser(bytes.NewReader(body))
		for _, m := range batched.FindAllSubmatch(body, -1) {
			if status, code = r.entity(string(m[1]), string(m[2])); status != 0 {
				return status, code
			}
		}
		return 0, ""
	case path == "Tables" && req.Method == http.MethodPost:
		return r.check("account", "tables/write") // the name is in the body
	case path == "Tables":
		return r.check("account", "tables/read")
	case strings.HasPrefix(path, "Tables("):
		return r.check("account", "tables/delete")
	}
	return r.entity(req.Method, tableName.FindString(path))
}

func (r *Rights) entity(method, table string) (status int, code string) {
	scope := "table/" + table
	switch method {
	case http.MethodGet:
		return r.check(scope, "entities/read")
	case http.MethodDelete:
		return r.check(scope, "entities/delete")
	}
	return r.check(scope, "entities/write")
}

// Package infra describes what the templates beside it make and allow, for code
// that must agree with them. It deploys nothing.
package infra

import (
	_ "embed"
	"encoding/json"
)

//go:embed storage.json
var storageJSON []byte

//go:embed access.json
var accessJSON []byte

//go:embed registration.json
var registrationJSON []byte

// Registration is the application object in Entra with which people and programs
// sign in, without the values that depend on the deployment. It is the body for
// https://learn.microsoft.com/graph/api/application-upsert.
type Registration struct {
	API struct {
		RequestedAccessTokenVersion int
		Scopes                      []struct{ ID, Value string } `json:"oauth2PermissionScopes"`
	}
	AppRoles []AppRole
}

// An AppRole is a permission for programs.
type AppRole struct{ ID, Value, Description string }

// Storage is what the templates make in the storage account.
type Storage struct {
	Queues, PoisonQueues []string
	Tables, Containers   []string
}

// Access says which identity gets which role. The keys of App, Deployer and
// Operators are kinds of scope: "account", "queue", "poisonQueue", "table",
// "container", "vault" and "component".
type Access struct {
	Roles                    map[string]string // the ids of Azure's roles
	App, Deployer, Operators map[string][]Grant
}

// A Grant is one role on each resource of a kind, and the reason for it.
type Grant struct{ Role, Why string }

// ReadStorage reads storage.json.
func ReadStorage() (s Storage, err error) { return s, json.Unmarshal(storageJSON, &s) }

// ReadAccess reads access.json.
func ReadAccess() (a Access, err error) { return a, json.Unmarshal(accessJSON, &a) }

// ReadRegistration reads registration.json.
func ReadRegistration() (r Registration, err error) { return r, json.Unmarshal(registrationJSON, &r) }

// Package infra holds what the templates beside it make and allow, for code
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

// Registration is the application object of Entra with which people and programs
// sign in, but for what follows from a deployment: a body for
// https://learn.microsoft.com/graph/api/application-upsert.
type Registration struct {
	API struct {
		RequestedAccessTokenVersion int
		Scopes                      []struct{ ID, Value string } `json:"oauth2PermissionScopes"`
	}
	AppRoles []AppRole
}

// An AppRole is what a program may be allowed.
type AppRole struct{ ID, Value, Description string }

// Storage is what the templates make in the storage account.
type Storage struct {
	Queues, PoisonQueues []string
	Tables, Containers   []string
}

// Access is who gets which role. The keys of App, Deployer and Operators are
// kinds of scope: "account", "queue", "poisonQueue", "table", "container",
// "vault" and "component".
type Access struct {
	Roles                    map[string]string // the ids that Azure gives its roles
	App, Deployer, Operators map[string][]Grant
}

// A Grant is one role, on each resource of its kind, and why it is needed.
type Grant struct{ Role, Why string }

// ReadStorage reads storage.json.
func ReadStorage() (s Storage, err error) { return s, json.Unmarshal(storageJSON, &s) }

// ReadAccess reads access.json.
func ReadAccess() (a Access, err error) { return a, json.Unmarshal(accessJSON, &a) }

// ReadRegistration reads registration.json.
func ReadRegistration() (r Registration, err error) { return r, json.Unmarshal(registrationJSON, &r) }

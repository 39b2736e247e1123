// Package secret holds values that must never be shown, and their stores: Azure
// Key Vault, or a private file on a developer's machine.
//
// It does not know what a secret is for. It makes sure that Reveal is the only
// way to get one out.
package secret

import (
	"context"
	"errors"
	"time"

	"kantoorpost/shared/lazyregexp"
)

// A Store keeps secrets in versions: Set always adds one, and older ones can
// still be read by their version.
type Store interface {
	// Set adds a version of the named secret and returns the name of that
	// version. expires (zero: never) is for people who monitor the store. tags
	// say what the value belongs to, and are not secret.
	Set(ctx context.Context, name string, v Value, expires time.Time, tags map[string]string) (version string, err error)
	// Get reads one version; "" is the newest. It never returns another version
	// than the requested one.
	Get(ctx context.Context, name, version string) (Value, error)
	// Versions returns the versions that can be read, the newest first.
	Versions(ctx context.Context, name string) ([]string, error)
	// Delete removes all versions. A missing name is no error.
	Delete(ctx context.Context, name string) error
}

// The errors of a store. Each has a kind of package fault.
var (
	ErrNotFound    = errors.New("secret is not there")
	ErrDisabled    = errors.New("secret is disabled")
	ErrUnreachable = errors.New("secret store cannot be reached") // also when the vault refuses access
	ErrInvalid     = errors.New("not a name or value that a secret can have")
)

// The names and sizes that Key Vault accepts apply to every store.
// https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates
// https://learn.microsoft.com/azure/key-vault/secrets/about-secrets
var shape = lazyregexp.New(`^[0-9A-Za-z-]{1,127}$`)

const maxValue = 25_600

func valid(name string, v Value) error {
	if !shape.MatchString(name) || v.IsZero() || len(v.Reveal()) > maxValue {
		return ErrInvalid
	}
	return nil
}

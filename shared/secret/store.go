package secret

import (
	"context"
	"errors"
	"regexp"
	"time"
)

// A Store keeps secrets in versions: Set always adds one, and what was kept
// before can still be had by its version.
type Store interface {
	// Set adds a version of the secret of that name and gives the name of the
	// version. expires (zero: never) is for those who watch the store; tags say
	// what the value belongs to and are no secret.
	Set(ctx context.Context, name string, v Value, expires time.Time, tags map[string]string) (version string, err error)
	// Get reads one version, "" being the newest. An older version is never
	// given in the place of the one that was asked.
	Get(ctx context.Context, name, version string) (Value, error)
	// Delete removes all versions; a name that is not there is no error.
	Delete(ctx context.Context, name string) error
}

// What a store says no with; each is wrapped in a verdict of package fault.
var (
	ErrNotFound    = errors.New("secret is not there")
	ErrDisabled    = errors.New("secret is disabled")
	ErrUnreachable = errors.New("secret store cannot be reached") // a vault that refuses us counts as that
	ErrInvalid     = errors.New("not a name or value that a secret can have")
)

// What Key Vault takes, and so every store.
// https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates
// https://learn.microsoft.com/azure/key-vault/secrets/about-secrets
var shape = regexp.MustCompile(`^[0-9A-Za-z-]{1,127}$`)

const maxValue = 25_600

func valid(name string, v Value) error {
	if !shape.MatchString(name) || v.IsZero() || len(v.Reveal()) > maxValue {
		return ErrInvalid
	}
	return nil
}

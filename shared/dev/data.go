package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"kantoorpost/shared/dev/lock"
)

// data is the folder with everything that survives a restart. To start with an
// empty one, remove it.
type data struct {
	dir    string
	unlock func()
}

// openData makes the folder, checks that it can be written, and locks it for this
// process.
func openData(dir string) (*data, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	d := &data{dir: dir}
	for _, sub := range []string{"", "log", "tenant", "dist"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o755); err != nil {
			return nil, fmt.Errorf("data folder %s cannot be used: %w", dir, err)
		}
	}
	unlock, held, err := lock.Try(d.path("lock"))
	if err != nil {
		return nil, fmt.Errorf("data folder %s cannot be used: %w", dir, err)
	}
	if !held {
		return nil, fmt.Errorf("data folder %s is in use by another go tool dev: end that one, or choose another folder with -data and other "+
			"ports with -port", dir)
	}
	d.unlock = unlock
	return d, nil
}

func (d *data) path(parts ...string) string {
	return filepath.Join(append([]string{d.dir}, parts...)...)
}

// broken adds to an error about the folder's content what the user can do.
func (d *data) broken(err error) error {
	return fmt.Errorf("%w (if the data folder %s is broken, remove it to start anew)", err, d.dir)
}

// clientSecret returns the secret of the simulated tenant's application, which it
// makes at the first call.
func (d *data) clientSecret() (string, error) {
	path := d.path("tenant", "client-secret")
	text, err := os.ReadFile(path)
	if err == nil && len(text) > 0 {
		return strings.TrimSpace(string(text)), nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("client secret: %w", err)
	}
	// Entra's secrets have 40 characters; the fourth and fifth have a meaning.
	secret := "dev8Q~" + rand.Text() + rand.Text()
	secret = secret[:40]
	if err := os.WriteFile(path, []byte(secret+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("client secret: %w", err)
	}
	return secret, nil
}

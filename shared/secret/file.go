package secret

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"kantoorpost/shared/fault"
)

// A File is a Store in one file that only its owner may read. It is for a
// developer's machine that works with a real tenant.
type File struct {
	path string

	mu      sync.Mutex
	secrets map[string][]fileVersion // by name, the newest last
}

// fileVersion is one secret in the format of the file. No other code writes a
// secret as plain text.
type fileVersion struct {
	Version string            `json:"version"`
	Value   string            `json:"value"`
	Expires time.Time         `json:"expires,omitzero"`
	Tags    map[string]string `json:"tags,omitempty"`
}

// OpenFile reads the file, or starts with an empty one. A file that cannot be
// read is an error and stays unchanged.
func OpenFile(path string) (*File, error) {
	f := &File{path: path, secrets: map[string][]fileVersion{}}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return f, nil
	}
	if err != nil {
		return nil, fmt.Errorf("secrets file: %w", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, fmt.Errorf("secrets file: %w", err)
	}
	if json.Unmarshal(text, &f.secrets) != nil || f.secrets == nil {
		// The decoder's own error would quote the content.
		return nil, fmt.Errorf("secrets file %s is not what this program wrote; move it away to start anew", path)
	}
	return f, nil
}

// Set adds a version.
func (f *File) Set(_ context.Context, name string, v Value, expires time.Time, tags map[string]string) (version string, err error) {
	if err := valid(name, v); err != nil {
		return "", fault.Final(fmt.Errorf("secrets file: set %s: %w", name, err))
	}
	var id [16]byte
	_, _ = rand.Read(id[:])
	added := fileVersion{Version: hex.EncodeToString(id[:]), Value: v.Reveal(), Expires: expires, Tags: maps.Clone(tags)}
	err = f.change(func(secrets map[string][]fileVersion) {
		secrets[name] = append(secrets[name][:len(secrets[name]):len(secrets[name])], added)
	})
	if err != nil {
		return "", fmt.Errorf("secrets file: set %s: %w", name, err)
	}
	return added.Version, nil
}

// Get reads a version.
func (f *File) Get(_ context.Context, name, version string) (Value, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	versions := f.secrets[name]
	for i, v := range versions {
		if v.Version == version || (version == "" && i == len(versions)-1) {
			return New(v.Value), nil
		}
	}
	return Value{}, fault.Final(fmt.Errorf("secrets file: get %s: %w", name, ErrNotFound))
}

// Versions returns all that Set added.
func (f *File) Versions(_ context.Context, name string) ([]string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var versions []string
	for _, v := range slices.Backward(f.secrets[name]) {
		versions = append(versions, v.Version)
	}
	return versions, nil
}

// Delete removes all versions for good.
func (f *File) Delete(_ context.Context, name string) error {
	if err := f.change(func(secrets map[string][]fileVersion) { delete(secrets, name) }); err != nil {
		return fmt.Errorf("secrets file: delete %s: %w", name, err)
	}
	return nil
}

// change writes the changed secrets to another file and then renames it, so that
// the file is always complete.
func (f *File) change(do func(map[string][]fileVersion)) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	secrets := maps.Clone(f.secrets)
	do(secrets)
	text, err := json.MarshalIndent(secrets, "", "  ")
	if err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(f.path), ".secrets-*") // created with mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(text)
	if err == nil {
		err = tmp.Sync()
	}
	if err = errors.Join(err, tmp.Close()); err != nil {
		return err
	}
	if err := os.Rename(tmp.Name(), f.path); err != nil {
		return err
	}
	f.secrets = secrets
	return nil
}

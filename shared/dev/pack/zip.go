package pack

import (
	"archive/zip"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Zip packs a script root into file. The same content always gives the same bytes.
func Zip(dist, file string) error {
	names, err := contents(dist)
	if err != nil {
		return fmt.Errorf("zip %s: %w", dist, err)
	}
	executable, err := executableName(filepath.Join(dist, "host.json"))
	if err != nil {
		return fmt.Errorf("zip %s: %w", dist, err)
	}
	out, err := os.CreateTemp(filepath.Dir(file), ".zip-")
	if err != nil {
		return fmt.Errorf("zip %s: %w", dist, err)
	}
	defer os.Remove(out.Name()) // after the rename there is nothing to remove
	err = write(out, dist, names, executable)
	if closing := out.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Chmod(out.Name(), 0o644)
	}
	if err == nil {
		err = os.Rename(out.Name(), file)
	}
	if err != nil {
		return fmt.Errorf("zip %s: %w", dist, err)
	}
	return nil
}

func contents(dist string) (names []string, err error) {
	err = filepath.WalkDir(dist, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dist, path)
		names = append(names, filepath.ToSlash(name))
		return err
	})
	slices.Sort(names)
	return names, err
}

func write(out io.Writer, dist string, names []string, executable string) error {
	z := zip.NewWriter(out)
	for _, name := range names {
		// A fixed time: the earliest in the zip format.
		h := &zip.FileHeader{Name: name, Method: zip.Deflate, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)}
		h.SetMode(0o644)
		if name == executable {
			h.SetMode(0o755) // it must be executable after unpacking
		}
		w, err := z.CreateHeader(h)
		if err != nil {
			return err
		}
		if err := copyInto(w, filepath.Join(dist, filepath.FromSlash(name))); err != nil {
			return err
		}
	}
	return z.Close()
}

func copyInto(w io.Writer, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(w, f)
	return err
}

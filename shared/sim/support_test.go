package sim

import (
	"encoding/json"
	"io"
	"os"
	"strings"
	"testing"

	"kantoorpost/shared/must"
)

func asJSON(t *testing.T, v any) string {
	t.Helper()
	b := must.Get(json.Marshal(v))(t)
	return string(b)
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	b := must.Get(os.ReadFile(file))(t)
	return b
}

func overwrite(t *testing.T, file string, content []byte) {
	t.Helper()
	must.Do(t, os.WriteFile(file, content, 0o600))
}

// tear leaves half a line at the end of a file, as a power cut does.
func tear(t *testing.T, file string) {
	t.Helper()
	overwrite(t, file, append(read(t, file), `{"seq":99999,"put":{"mailbox":"`+strings.Repeat("x", 1<<16)...))
}

func modeOf(t *testing.T, file string) os.FileMode {
	t.Helper()
	info := must.Get(os.Stat(file))(t)
	return info.Mode().Perm()
}

func stringReader(s string) io.Reader { return strings.NewReader(s) }

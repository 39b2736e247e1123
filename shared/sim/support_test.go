package sim

import (
	"encoding/json"
	"io"
	"os"
	"strings"
	"testing"
)

func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func overwrite(t *testing.T, file string, content []byte) {
	t.Helper()
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// tear leaves half a line at the end of a file, as a power cut does.
func tear(t *testing.T, file string) {
	t.Helper()
	overwrite(t, file, append(read(t, file), `{"seq":99999,"put":{"mailbox":"`+strings.Repeat("x", 1<<16)...))
}

func modeOf(t *testing.T, file string) os.FileMode {
	t.Helper()
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode().Perm()
}

func stringReader(s string) io.Reader { return strings.NewReader(s) }

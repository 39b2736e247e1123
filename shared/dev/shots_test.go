package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
)

func TestShotsSaysWhatItTakes(t *testing.T) {
	for _, args := range [][]string{{"shots", "-from", "x"}, {"shots", "extra"}} {
		var stdout, stderr bytes.Buffer
		if code := dispatch(t.Context(), args, &stdout, &stderr); code != misuse || stderr.Len() == 0 {
			t.Errorf("%q: exit code %d, says %q", args, code, stderr.String())
		}
	}
}

func TestShotsNeedABrowser(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	var stdout, stderr bytes.Buffer
	to := filepath.Join(t.TempDir(), "shots")
	if code := dispatch(t.Context(), []string{"shots", "-to", to}, &stdout, &stderr); code != failed ||
		!strings.Contains(stderr.String(), "apt-get install chromium") {
		t.Errorf("exit code %d, says %q", code, stderr.String())
	}
}

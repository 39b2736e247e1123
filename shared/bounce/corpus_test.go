package bounce

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kantoorpost/shared/must"
)

// corpora is the folder of real mail, beside the checkout.
const corpora = "../../../shared/corpora"

// A truth is what a report of the corpus says about one recipient.
type truth struct{ status string }

// truths are those of the corpus by file, without feedback reports, automatic answers
// and JSON, which are no delivery reports.
func truths(t *testing.T) map[string][]truth {
	t.Helper()
	table, err := os.ReadFile(filepath.Join(corpora, "bounces/truth.tsv"))
	if err != nil {
		t.Skipf("the corpus of delivery reports is not beside this checkout: %v", err)
	}
	want := map[string][]truth{}
	for line := range strings.Lines(string(table)) {
		f := strings.Split(line, "\t")
		if len(f) < 5 || f[0] == "file" || f[4] == "feedback" || f[4] == "vacation" {
			continue
		}
		want[f[0]] = append(want[f[0]], truth{f[2]})
	}
	if len(want) == 0 {
		t.Fatal("the corpus of delivery reports is empty")
	}
	return want
}

// Recipients and status of real reports of sixty mail systems are right in 97 of 100.
// A status with 9 in its last part is an invention of the library that wrote the
// truth, for reports without one: then the class must be right.
func TestRealReports(t *testing.T) {
	n, recipients, statuses := 0, 0, 0
	for file, want := range truths(t) {
		raw := must.Get(os.ReadFile(filepath.Join(corpora, "bounces", file)))(t)
		n += len(want)
		got := Parse(string(raw)).Recipients
		if len(got) != len(want) {
			t.Logf("%s: %d recipients, want %d", file, len(got), len(want))
			continue
		}
		recipients += len(want)
		for i, w := range want {
			invented := strings.Contains(w.status, ".0.9")
			if got[i].Status == w.status || invented && class(got[i].Status) == class(w.status) {
				statuses++
			} else {
				t.Logf("%s: status %s, want %s", file, got[i].Status, w.status)
			}
		}
	}
	t.Logf("of %d recipients %d are right, and the status of %d", n, recipients, statuses)
	if recipients*100 < n*97 || statuses*100 < n*97 {
		t.Errorf("fewer than 97 of 100 are right")
	}
}

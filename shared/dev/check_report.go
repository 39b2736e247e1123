package main

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

// A testEvent is one line of `go test -json`.
// https://pkg.go.dev/cmd/test2json
type testEvent struct {
	Action  string
	Package string
	Test    string // "" for the package itself
	Elapsed float64
	Output  string
}

const (
	slowestTests = 10
	keptOutput   = 256 << 10 // bytes kept of what one test prints, the last ones
)

// A testReport shows what `go test -json` says: one line for each package and all that a
// failing test prints. At the end it lists the slowest tests and what was skipped.
type testReport struct {
	to      io.Writer
	line    []byte            // begun, not ended
	printed map[string][]byte // by package and test, while the test runs
	slow    []testEvent
	skipped map[string][]string // tests by reason
}

func newTestReport(to io.Writer) *testReport {
	return &testReport{to: to, printed: map[string][]byte{}, skipped: map[string][]string{}}
}

// Write reads events, one on a line. Lines that are no event are shown as they are.
func (r *testReport) Write(p []byte) (int, error) {
	r.line = append(r.line, p...)
	for {
		i := bytes.IndexByte(r.line, '\n')
		if i < 0 {
			return len(p), nil
		}
		if err := r.event(r.line[:i+1]); err != nil {
			return 0, err
		}
		r.line = r.line[i+1:]
	}
}

func (r *testReport) event(line []byte) error {
	var e testEvent
	if json.Unmarshal(line, &e) != nil {
		_, err := r.to.Write(line)
		return err
	}
	key := e.Package + " " + e.Test
	var err error
	switch e.Action {
	case "build-output":
		_, err = io.WriteString(r.to, e.Output)
	case "output":
		kept := append(r.printed[key], e.Output...)
		r.printed[key] = kept[max(0, len(kept)-keptOutput):]
	case "fail":
		_, err = r.to.Write(r.printed[key])
	case "skip":
		if e.Test != "" {
			why := skipReason(r.printed[key])
			r.skipped[why] = append(r.skipped[why], e.Test)
		}
	case "pass":
		if e.Test == "" {
			_, err = r.to.Write(lastLine(r.printed[key]))
		}
	}
	switch e.Action {
	case "pass", "fail", "skip":
		delete(r.printed, key)
		if e.Test != "" && !strings.Contains(e.Test, "/") {
			r.slow = append(r.slow, e)
		}
	}
	return err
}

// lastLine returns the line of a package that says how it went.
func lastLine(text []byte) []byte {
	text = bytes.TrimSuffix(text, []byte("\n"))
	return append(text[bytes.LastIndexByte(text, '\n')+1:], '\n')
}

// reportedAt is the place that a test's message begins with.
var reportedAt = regexp.MustCompile(`^\s*[\w.-]+\.go:\d+: `)

// skipReason returns the message with which a test was skipped.
func skipReason(printed []byte) string {
	why := "no reason"
	for s := bufio.NewScanner(bytes.NewReader(printed)); s.Scan(); {
		if at := reportedAt.FindString(s.Text()); at != "" {
			why = s.Text()[len(at):]
		}
	}
	return why
}

// close shows the slowest tests, and for each reason how many tests were skipped.
func (r *testReport) close() {
	slices.SortFunc(r.slow, func(a, b testEvent) int { return cmp.Compare(b.Elapsed, a.Elapsed) })
	fmt.Fprintln(r.to, "the slowest tests:")
	for _, e := range r.slow[:min(len(r.slow), slowestTests)] {
		took := time.Duration(e.Elapsed * float64(time.Second)).Round(100 * time.Millisecond)
		fmt.Fprintf(r.to, "%8s  %s  %s\n", took, e.Test, e.Package)
	}
	if len(r.skipped) == 0 {
		return
	}
	fmt.Fprintln(r.to, "skipped:")
	for _, why := range slices.Sorted(maps.Keys(r.skipped)) {
		tests := r.skipped[why]
		fmt.Fprintf(r.to, "%8d  %s: %s\n", len(tests), why, tests[0])
	}
}

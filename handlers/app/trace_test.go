package app_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"kantoorpost/handlers/app/apptest"
	"kantoorpost/shared/invoke"
)

// lines runs f and returns what it logged.
func lines(t *testing.T, f func()) (all []object, text string) {
	t.Helper()
	return linesAt(t, slog.LevelInfo, f)
}

func linesAt(t *testing.T, level slog.Level, f func()) (all []object, text string) {
	t.Helper()
	var out bytes.Buffer
	was := slog.Default()
	slog.SetDefault(invoke.NewLog(&out, level))
	defer slog.SetDefault(was)
	f()
	text = out.String()
	for scan := bufio.NewScanner(&out); scan.Scan(); {
		line := object{}
		if err := json.Unmarshal(scan.Bytes(), &line); err != nil {
			t.Fatalf("%v: %s", err, scan.Text())
		}
		all = append(all, line)
	}
	return all, text
}

// The log follows one mail: the line of its decision names the trace of the tick that
// fetched it, and so do the lines of all functions on the way. Two mails of two ticks
// have two traces. The log holds no text of a mail.
func TestTheLogFollowsAMail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.Office()
		w.Tick()
		to := "info@" + apptest.Domain
		all, text := lines(t, func() {
			for n, subject := range []string{"Aangifte omzetbelasting", "Jaarrekening"} {
				w.Send("jan@bakker.example", []string{to}, apptest.Letter("Jan Jansen <jan@bakker.example>", to, subject, []string{"a1", "b1"}[n]))
				w.Pass(1)
			}
		})
		traces := map[string]string{}
		for _, subject := range []string{"Aangifte omzetbelasting", "Jaarrekening"} {
			id := w.ID(subject)
			var trace string
			for _, line := range all {
				if line["mail"] == id && line["msg"] == "decided" {
					trace, _ = line["trace"].(string)
				}
			}
			var functions []string
			for _, line := range all {
				if name, ok := line["function"].(string); ok && line["trace"] == trace && !slices.Contains(functions, name) {
					functions = append(functions, name)
				}
			}
			if len(trace) != 32 || !slices.Equal(functions, []string{"poll", "fetch", "process"}) {
				t.Errorf("%s: trace %q leads to %v", subject, trace, functions)
			}
			traces[trace] = subject
		}
		if len(traces) != 2 {
			t.Errorf("one trace for two ticks: %v", traces)
		}
		for _, word := range []string{"Aangifte", "Jaarrekening", "Jan Jansen", "jan@bakker.example", "Zie het onderwerp", apptest.ClientSecret} {
			if strings.Contains(text, word) {
				t.Errorf("the log holds %q", word)
			}
		}
	})
}

package app_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

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
// fetched it, and so do the lines of all functions on the way. The second mail answers one
// that waits, so a process job decides it. Two mails of two ticks have two traces. A reply
// is found by the chat of the mail. The log holds no text of a mail.
func TestTheLogFollowsAMail(t *testing.T) {
	inOffice(t, func(t *testing.T, w *world) {
		to := "info@" + apptest.Domain
		w.Tick()
		w.Receive("piet@onbekend.example", to, "Kennismaking", "k1")
		w.Tick()
		all, text := lines(t, func() {
			for n, subject := range []string{"Aangifte omzetbelasting", "Jaarrekening"} {
				answers := []string{"X-Answers: nothing", "In-Reply-To: <k1@elders.example>"}[n]
				w.Send("jan@bakker.example", []string{to}, apptest.RawMail("Jan Jansen <jan@bakker.example>", to, subject, fmt.Sprint("a", n), answers))
				w.Pass(1)
			}
			w.writeReply(w.chatOf("Aangifte omzetbelasting")["id"], "Dag Jan, die klopt.", nil)
			w.Pass(1)
		})
		traces := map[string]string{}
		for subject, want := range map[string][]string{"Aangifte omzetbelasting": {"poll", "fetch"},
			"Jaarrekening": {"poll", "fetch", "process"}} {
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
			if len(trace) != 32 || !slices.Equal(functions, want) {
				t.Errorf("%s: trace %q leads to %v", subject, trace, functions)
			}
			traces[trace] = subject
			// The replies in its chat are found as well.
			chat, replies := w.Mail(subject)["chat"], 0
			for _, line := range all {
				if line["function"] == "send" && line["chat"] == chat && line["msg"] == "sent" && line["reply"] != "" && line["trace"] != "" {
					replies++
				}
			}
			if (replies == 1) != (subject == "Aangifte omzetbelasting") {
				t.Errorf("%s: %d replies in its chat %v", subject, replies, chat)
			}
		}
		if len(traces) != 2 {
			t.Errorf("one trace for two ticks: %v", traces)
		}
		for _, word := range []string{"Aangifte", "Jaarrekening", "Jan Jansen", "jan@bakker.example", "Zie het onderwerp", "Dag Jan",
			apptest.ClientSecret} {
			if strings.Contains(text, word) {
				t.Errorf("the log holds %q", word)
			}
		}
	})
}

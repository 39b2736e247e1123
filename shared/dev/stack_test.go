package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/smtp"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"kantoorpost/shared/dev/npm"
	"kantoorpost/shared/must"
)

// running is a whole stack, started as by a script.
type running struct {
	ready
	end func() (code int)
}

// startStack runs the command until it prints its line of JSON.
func startStack(t *testing.T, args ...string) *running {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	lines, stdout := io.Pipe()
	var stderr safeBuffer
	ended := make(chan int, 1)
	go func() {
		code := dispatch(ctx, append([]string{"-json", "-port", "0"}, args...), stdout, &stderr)
		_ = stdout.Close()
		ended <- code
	}()
	r := &running{end: sync.OnceValue(func() int { cancel(); return <-ended })}
	t.Cleanup(func() {
		r.end()
		if t.Failed() {
			t.Log(stderr.String())
		}
	})
	if err := json.NewDecoder(lines).Decode(&r.ready); err != nil {
		t.Fatalf("no line of JSON: %v", err)
	}
	return r
}

type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(b)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

type listed struct{ ID, Subject, State, Reason, Chat string }

// list reads a list of the API as the first administrator. While the host
// restarts a handler that was killed, its proxy answers 502: that is tried again.
func (r *running) list(t *testing.T, path string) []listed {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		if items, ok := r.listOnce(t, path); ok || time.Now().After(deadline) {
			return items
		}
	}
}

func (r *running) listOnce(t *testing.T, path string) (items []listed, ok bool) {
	t.Helper()
	req := must.Get(http.NewRequestWithContext(t.Context(), http.MethodGet, r.API+path, nil))(t)
	req.Header.Set("Authorization", "Bearer local:"+r.Administrator)
	res := must.Get(http.DefaultClient.Do(req))(t)
	defer res.Body.Close()
	if res.StatusCode == http.StatusBadGateway {
		t.Log(path, res.Status)
		return nil, false
	}
	var page struct{ Items []listed }
	if err := json.NewDecoder(res.Body).Decode(&page); err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v", path, res.Status, err)
	}
	return page.Items, true
}

// mail sends a mail over SMTP and waits until the product has decided on it.
func (r *running) mail(t *testing.T, from, to, subject string) listed {
	t.Helper()
	r.send(t, from, to, subject)
	return r.decided(t, subject)
}

// send sends a mail over SMTP.
func (r *running) send(t *testing.T, from, to, subject string) {
	t.Helper()
	text := fmt.Sprintf("From: <%s>\r\nTo: <%s>\r\nSubject: %s\r\n\r\nGoedemiddag\r\n", from, to, subject)
	must.Do(t, smtp.SendMail(strings.TrimPrefix(r.SMTP, "smtp://"), nil, from, []string{to}, []byte(text)))
}

// answers waits until the product answers. The host of the Core Tools answers 502
// until it has started another handler.
func (r *running) answers(t *testing.T) {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		res := must.Get(http.Get(r.API + "/health/live"))(t)
		_ = res.Body.Close()
		if res.StatusCode == http.StatusOK {
			return
		}
	}
	t.Fatal("no other handler answers")
}

// decided waits until the product has decided on a mail.
func (r *running) decided(t *testing.T, subject string) listed {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		for _, m := range r.list(t, "/mails?limit=200&search="+url.QueryEscape(subject)) {
			if m.Subject == subject && m.State != "new" {
				return m
			}
		}
	}
	t.Fatalf("%q is still not decided on", subject)
	return listed{}
}

// firstPage requests what a browser sees when it opens the app, and the first of
// the product's own pages.
func (r *running) firstPage(t *testing.T) {
	t.Helper()
	for path, says := range map[string][]string{"/": {"--url " + r.SMTP, r.Administrator}, "/web": {"<nav", "person-name"}} {
		req := must.Get(http.NewRequestWithContext(t.Context(), http.MethodGet, r.App+path, nil))(t)
		req.Header.Set("Authorization", "Bearer local:"+r.Administrator)
		res := must.Get(http.DefaultClient.Do(req))(t)
		page, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if err != nil || res.StatusCode != http.StatusOK {
			t.Errorf("%s: %d, %v\n%s", path, res.StatusCode, err, page)
		}
		for _, text := range says {
			if !strings.Contains(string(page), text) {
				t.Errorf("%s does not say %q:\n%s", path, text, page)
			}
		}
	}
}

// write sends the form of the first page, and a form with a mistake.
func (r *running) write(t *testing.T) {
	t.Helper()
	form := url.Values{"from": {"Zoë <zoe@elders.example>"}, "to": {"info@" + domain}, "subject": {"Vraag\r\nBcc: iedereen@elders.example"},
		"text": {"Hoe gaat het?\nGroet, Zoë"}}
	res := must.Get(http.PostForm(r.App+"/try/mail", form))(t)
	page, err := io.ReadAll(res.Body)
	res.Body.Close()
	if err != nil || res.StatusCode != http.StatusOK || !strings.Contains(string(page), "Verstuurd aan info@") {
		t.Errorf("%s, %v\n%s", res.Status, err, page)
	}
	if got := r.decided(t, "VraagBcc: iedereen@elders.example"); got.Reason != "unknown-sender" {
		t.Errorf("what was written: %+v", got)
	}
	for field, wrong := range map[string]string{"from": "niemand", "to": "onbekend@" + domain} {
		mistaken := maps.Clone(form)
		mistaken.Set(field, wrong)
		res := must.Get(http.PostForm(r.App+"/try/mail", mistaken))(t)
		page, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil || res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(string(page), "Groet, Zoë") {
			t.Errorf("%s %s: %s, %v\n%s", field, wrong, res.Status, err, page)
		}
	}
}

// ownPages sends forms as a browser without Sec-Fetch-Site does. Only the address
// that the host's proxy replaces shows then that they come from the product's own
// pages.
func (r *running) ownPages(t *testing.T) {
	t.Helper()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, c := range []struct {
		path, origin string
		status       int
		says         string
	}{
		{"/web/preferences", r.App, http.StatusSeeOther, ""},
		{"/web/preferences", "https://elders.example", http.StatusForbidden, ""},
		{"/web/mails/0/retry", r.App, http.StatusNotFound, `href="/web/rules?kind=dismiss-list"`}, // the way back
	} {
		req := must.Get(http.NewRequestWithContext(t.Context(), http.MethodPost, r.App+c.path, strings.NewReader("lang=nl")))(t)
		req.Header.Set("Authorization", "Bearer local:"+r.Administrator)
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Origin", c.origin)
		req.Header.Set("Referer", c.origin+"/web/rules?kind=dismiss-list")
		res := must.Get(client.Do(req))(t)
		page, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if err != nil || res.StatusCode != c.status || !strings.Contains(string(page), c.says) {
			t.Errorf("%s from %s: %d, %v, want %d and %q\n%s", c.path, c.origin, res.StatusCode, err, c.status, c.says, page)
		}
	}
}

// A new user tries this command first, so the test runs all of it: mail comes in
// over SMTP and becomes a chat, killing the handler changes nothing, and a restart
// loses and duplicates nothing.
func TestTheWholeProductRunsAndEndsAndRunsAgain(t *testing.T) {
	if testing.Short() {
		t.Skip("it compiles the handler and takes half a minute")
	}
	if err := npm.CheckNode(t.Context()); err != nil {
		t.Skip(err)
	}
	data := t.TempDir()
	r := startStack(t, "-data", data)
	got := r.mail(t, "els@bakkerijvandam.example", "info@"+domain, "Een vraag van een klant")
	if got.State != "processed" || got.Chat == "" {
		t.Fatalf("mail of a contact: %+v", got)
	}
	r.converse(t, got.Chat, "els@bakkerijvandam.example")
	r.firstPage(t)
	r.ownPages(t)
	r.write(t)
	killHandler(t, data)
	r.send(t, "onbekend@elders.example", "info@"+domain, "Een onbekende")
	r.answers(t)
	if got := r.decided(t, "Een onbekende"); got.State != "parked" || got.Reason != "unknown-sender" {
		t.Errorf("mail of a stranger: %+v", got)
	} else {
		r.solve(t, got)
	}
	mails := r.list(t, "/mails?limit=200")
	office := r.office(t)
	if code := r.end(); code != 0 {
		t.Fatalf("exit code %d", code)
	}

	r = startStack(t, "-data", data)
	if again := r.office(t); again != office {
		t.Errorf("clients, contacts, addresses: %v; before it was started again: %v", again, office)
	}
	if got := r.mail(t, "els@bakkerijvandam.example", "info@"+domain, "Nog een vraag"); got.State != "processed" {
		t.Errorf("mail after a restart: %+v", got)
	}
	r.holds(t, mails)
	if code := r.end(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// solve makes the sender of a parked mail a contact, and waits until it is in a chat.
func (r *running) solve(t *testing.T, m listed) {
	t.Helper()
	var answer any
	r.call(t, http.MethodPost, "/mails/"+m.ID+"/solve",
		map[string]any{"action": "create-contact", "client": r.list(t, "/clients")[0].ID, "name": "Onbekende"}, &answer)
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if m = r.decided(t, m.Subject); m.State == "processed" && m.Chat != "" {
			return
		}
	}
	t.Errorf("it is solved, and still waits: %+v", m)
}

// office counts the objects that were added, with the contact of solve.
func (r *running) office(t *testing.T) [3]int {
	t.Helper()
	connectors := r.list(t, "/connectors")
	if len(connectors) != 1 {
		t.Fatalf("%d connectors, want 1", len(connectors))
	}
	counts := [3]int{len(r.list(t, "/clients?limit=200")), len(r.list(t, "/contacts?limit=200")),
		len(r.list(t, "/connectors/"+connectors[0].ID+"/addresses"))}
	if counts != [3]int{40, 71, 6} {
		t.Errorf("clients, contacts, addresses: %v", counts)
	}
	return counts
}

// holds checks that each mail is still there, and that sent ones are there once.
func (r *running) holds(t *testing.T, mails []listed) {
	t.Helper()
	ids, subjects := make(map[string]bool), make(map[string]int)
	for _, m := range r.list(t, "/mails?limit=200") {
		ids[m.ID] = true
		subjects[m.Subject]++
	}
	for _, m := range mails {
		if !ids[m.ID] {
			t.Errorf("%q is lost", m.Subject)
		}
	}
	for _, subject := range []string{"Een vraag van een klant", "Een onbekende", "Nog een vraag"} {
		if subjects[subject] != 1 {
			t.Errorf("%q is there %d times", subject, subjects[subject])
		}
	}
}

// killHandler ends the handler like a crash.
func killHandler(t *testing.T, data string) {
	t.Helper()
	pids, err := exec.Command("pgrep", "-f", data+"/dist/handler").Output()
	if err != nil {
		t.Logf("the handler is not killed: %v", err)
		return
	}
	for pid := range strings.FieldsSeq(string(pids)) {
		if err := exec.Command("kill", "-9", pid).Run(); err != nil {
			t.Error(err)
		}
	}
}

// A Functions host on PATH that fails is an error: the stand-in would hide what the real
// one shows. The folder of that start serves the next one.
func TestAnEmptyOfficeHasMailboxesAndNothingElse(t *testing.T) {
	if testing.Short() {
		t.Skip("it compiles the handler")
	}
	if err := npm.CheckNode(t.Context()); err != nil {
		t.Skip(err)
	}
	data := t.TempDir()
	t.Run("a Functions host that fails", func(t *testing.T) {
		bin := t.TempDir()
		must.Do(t, os.WriteFile(filepath.Join(bin, "func"), []byte("#!/bin/sh\nexit 3\n"), 0o755))
		t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
		var stdout, stderr safeBuffer
		code := dispatch(t.Context(), []string{"-json", "-port", "0", "-empty", "-data", data}, &stdout, &stderr)
		if code == 0 || stdout.String() != "" || !strings.Contains(stderr.String(), filepath.Join(bin, "func")) {
			t.Errorf("exit code %d, printed %q\n%s", code, stdout.String(), stderr.String())
		}
	})
	r := startStack(t, "-data", data, "-empty")
	for _, path := range []string{"/mails", "/team-members", "/clients", "/connectors"} {
		if n := len(r.list(t, path)); n != 0 {
			t.Errorf("%s: %d", path, n)
		}
	}
	if len(r.Mailboxes) < 12 {
		t.Errorf("%d mailboxes", len(r.Mailboxes))
	}
	want := "stand-in"
	if _, err := exec.LookPath("func"); err == nil {
		want = "func"
	}
	if r.Host != want {
		t.Errorf("host %q, want %q", r.Host, want)
	}
}

package kill_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"

	"kantoorpost/handlers/app/apptest"
	"kantoorpost/shared/must"
	"kantoorpost/shared/sim"
)

// A step is a call to Graph in which a process that sends is killed: each in a mailbox of
// its own, so that all can be at the same time.
type step struct {
	method, end string // of its path
	refused     bool   // it takes no effect; else only its answer is lost
}

var steps = []step{
	{"POST", "/createReply", true}, {"POST", "/createReply", false}, {"PATCH", "", false}, {"POST", "/attachments", false},
	{"POST", "/send", true}, {"POST", "/send", false},
}

// subject is that of the chat in which a step is.
func subject(n int) string { return fmt.Sprint("Stap ", n) }

// A gate is a tenant that holds calls, without an answer, until it is opened.
type gate struct {
	tenant http.Handler
	mu     sync.Mutex
	steps  map[string]step // that are still to come, by the id of the mailbox
	made   map[string]bool // mailboxes in which a draft was made
	held   chan string
	open   chan struct{}
}

func newGate(tenant http.Handler) *gate {
	return &gate{tenant: tenant, steps: map[string]step{}, made: map[string]bool{}, held: make(chan string, len(steps)),
		open: make(chan struct{})}
}

func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s, holds := g.step(r)
	if !holds {
		g.tenant.ServeHTTP(w, r)
		return
	}
	if !s.refused {
		g.tenant.ServeHTTP(httptest.NewRecorder(), r)
	}
	g.held <- r.Method + " " + r.URL.Path
	<-g.open
	panic(http.ErrAbortHandler)
}

// step returns the step that a request is. A draft is changed only after it was made: the
// mail itself gets a category.
func (g *gate) step(r *http.Request) (step, bool) {
	path, _ := strings.CutPrefix(r.URL.Path, "/v1.0/users/")
	box, path, _ := strings.Cut(path, "/messages/")
	g.mu.Lock()
	defer g.mu.Unlock()
	s, ok := g.steps[box]
	made := g.made[box]
	g.made[box] = made || strings.HasSuffix(path, "/createReply")
	if !ok || r.Method != s.method || !strings.HasSuffix(path, s.end) || s.method == "PATCH" && !made {
		return step{}, false
	}
	delete(g.steps, box)
	return s, true
}

// killAtEachStep lets Anna answer in one mailbox for each step, and kills the product when
// each of her replies is in its own. It returns the replies by the subject of their chat.
func (w *world) killAtEachStep(g *gate, kill func()) map[string]string {
	w.T.Helper()
	connector := w.Must("GET", "/api/connectors", nil)["items"].([]any)[0].(object)["id"].(string)
	link := object{"kind": "role", "id": w.Named("/api/roles", "name", "Relatiebeheerder")}
	for n, s := range steps {
		address := fmt.Sprintf("stap%d@%s", n, apptest.Domain)
		box := must.Get(w.Tenant.AddMailbox(sim.MailboxOptions{Address: address, Shared: true}))(w.T)
		g.steps[box] = s
		w.Must("POST", "/api/connectors/"+connector+"/addresses", object{"address": address, "link": link})
		w.Send(jan, []string{address}, apptest.RawMail(jan, address, subject(n), fmt.Sprint("stap", n)))
	}
	replies := map[string]string{}
	for n := range steps {
		var file struct{ ID string }
		code, text := w.CallWith(anna, "POST", "/api/uploads?name=balans.csv", "a;b", "Content-Type", "application/octet-stream")
		if code != http.StatusCreated {
			w.T.Fatal(code, text)
		}
		must.Do(w.T, json.Unmarshal([]byte(text), &file))
		w.until("make the chat "+subject(n), func() bool {
			replies[subject(n)] = w.answered(subject(n), file.ID)
			return replies[subject(n)] != ""
		})
	}
	for n := range steps {
		select {
		case <-g.held:
		case <-time.After(2 * time.Minute):
			w.T.Fatalf("%d of the steps were reached in two minutes", n)
		}
	}
	kill()
	close(g.open)
	return replies
}

// checkSteps checks what left of the replies that were being sent: what Exchange had taken
// did, and what it had not did not yet.
func (w *world) checkSteps() {
	w.T.Helper()
	for n, s := range steps {
		left := w.left(subject(n))
		if s.end == "/send" && (left == 1) == s.refused || left > 1 {
			w.T.Errorf("%+v: %d mails left", s, left)
		}
	}
}

// left is how many mails with the subject of a chat Jan received.
func (w *world) left(subject string) (n int) {
	for _, m := range w.Tenant.OutsideItems(jan) {
		if m.Subject == subject {
			n++
		}
	}
	return n
}

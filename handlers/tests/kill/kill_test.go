// Package kill_test kills the running product.
package kill_test

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"kantoorpost/handlers/app/apptest"
	"kantoorpost/shared/dev/azurite/azuritetest"
	"kantoorpost/shared/dev/host"
	"kantoorpost/shared/dev/pack"
	"kantoorpost/shared/must"
	"kantoorpost/shared/sim"
)

func TestMain(m *testing.M) { apptest.Main(m) }

type object = map[string]any

// The people of a conversation.
const (
	jan  = "jan@bakker.example"
	anna = "anna@" + apptest.Domain
)

// A world is the whole product, with what this test asks of it.
type world struct{ *apptest.World }

// The real binary, staged as it is deployed, on a real storage emulator and
// called as Azure calls it, runs twice, and is killed again and again while mail comes
// in and is answered. Every mail has its one effect all the same, and no answer leaves twice.
func TestKilledAtRandomMoments(t *testing.T) {
	if testing.Short() {
		t.Skip("runs for half a minute of real time")
	}
	storage := azuritetest.ForTest(t)
	dir := t.TempDir()
	log := slog.New(slog.DiscardHandler)

	certificate, pem, err := sim.Certificate(dir)
	if err != nil {
		t.Fatal(err)
	}
	secure, plain := listen(t), listen(t)
	url := fmt.Sprint("https://localhost:", secure.Addr().(*net.TCPAddr).Port)
	tenant := must.Get(sim.New(sim.Options{Domain: apptest.Domain, TenantID: apptest.TenantID, ClientSecret: apptest.ClientSecret,
		ClientID: apptest.ClientID, URL: url}))(t)
	gate := newGate(tenant.Handler())
	serve(t, gate, tls.NewListener(secure, &tls.Config{Certificates: []tls.Certificate{certificate}}))
	serve(t, gate, plain)

	dist := filepath.Join(dir, "dist")
	must.Do(t, pack.Stage(t.Context(), filepath.Join("..", "..", ".."), dist, pack.Local(os.Stderr)))
	// What is killed in the middle of a job comes back in half a minute; so
	// long need nobody wait here.
	settings := filepath.Join(dist, "host.json")
	text := must.Get(os.ReadFile(settings))(t)
	faster := strings.Replace(string(text), `"visibilityTimeout": "00:00:30"`, `"visibilityTimeout": "00:00:01"`, 1)
	faster = strings.Replace(faster, `"maxDequeueCount": 5`, `"maxDequeueCount": 100`, 1)
	if err := os.WriteFile(settings, []byte(faster), 0o644); err != nil || faster == string(text) {
		t.Fatal("host.json is not as expected: ", err)
	}
	options := host.Options{
		Root: dist, Log: log, Stdout: io.Discard, Stderr: os.Stderr, Pause: 10 * time.Millisecond,
		Settings: map[string]string{
			"AzureWebJobsStorage": storage.ConnectionString(), "WEBSITE_AUTH_ENABLED": "true", "AUTH_TENANT_ID": apptest.StaffTenant,
			"FIRST_ADMINISTRATOR": apptest.Admin, "POLL_SCHEDULE": "*/1 * * * * *", "KEY_VAULT_URL": url, "SIMULATOR_URL": url,
			"SSL_CERT_FILE": pem, "IDENTITY_ENDPOINT": "http://" + plain.Addr().String() + "/msi/token", "IDENTITY_HEADER": "test",
		},
	}
	var hosts [2]*host.Host // instances that share the storage
	for i := range hosts {
		hosts[i] = must.Get(host.Start(t.Context(), options))(t)
		t.Cleanup(hosts[i].Stop)
	}

	w := &world{&apptest.World{T: t, Tenant: tenant, URL: url, Process: hosts[0]}}
	w.Office()
	random := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 0))
	kill := func(h *host.Host) {
		if pid := h.HandlerPID(); pid > 0 {
			if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && err != syscall.ESRCH {
				t.Fatal(err)
			}
		}
	}
	replies := w.killAtEachStep(gate, func() { // by the subject of their chat
		for _, h := range hosts {
			kill(h)
		}
	})
	const kills, perKill = 8, 5
	want := map[string]int{} // messages per chat
	for subject := range replies {
		want[subject] = 2
	}
	for i := range kills {
		for j := range perKill {
			n := i*perKill + j
			subject := fmt.Sprint("Vraag ", n)
			id := fmt.Sprint("kill", n)
			w.Send("jan@bakker.example", []string{"info@" + apptest.Domain, "loon@" + apptest.Domain},
				apptest.RawMail("jan@bakker.example", "info@"+apptest.Domain, subject, id))
			want[subject] = 1
			if j == 0 {
				w.Send("jan@bakker.example", []string{"info@" + apptest.Domain},
					apptest.RawMail("jan@bakker.example", "info@"+apptest.Domain, "Re: "+subject, id+"r", "In-Reply-To: <"+id+"@elders.example>"))
				want[subject] = 2
			}
		}
		if answered := fmt.Sprint("Vraag ", (i-1)*perKill); i > 0 {
			if id := w.answered(answered, ""); id != "" {
				replies[answered] = id
				want[answered]++
			}
		}
		after := time.After(time.Duration(200+random.IntN(1500)) * time.Millisecond)
		<-after
		kill(hosts[i%len(hosts)])
	}

	// All of it is done soon after the last one: at the latest by the sweep, which
	// looks for mails that are four minutes old.
	deadline := time.Now().Add(6 * time.Minute)
	mails := kills*(2*perKill+1) + len(steps)
	var got []object
	for ; time.Now().Before(deadline) && len(apptest.Subjects(got, "processed")) < mails; <-time.After(500 * time.Millisecond) {
		if w.Ask(apptest.Admin, "GET", "/api/health/ready", nil, nil) == http.StatusOK {
			got = w.Mails()
		}
	}
	if n := len(apptest.Subjects(got, "processed")); n != mails || len(got) != mails {
		t.Errorf("%d mails, %d of them in chats; want %d", len(got), n, mails)
	}
	for _, c := range w.Chats() {
		subject := c["subject"].(string)
		if n := int(c["messages"].(float64)); n != want[subject] {
			t.Errorf("chat %q has %d messages, or is there twice; want %d", subject, n, want[subject])
		}
		delete(want, subject)
	}
	if len(want) > 0 {
		t.Errorf("no chat for %v", want)
	}
	w.checkLeft(replies)
	w.checkSteps()

	// A reply that nobody interrupts leaves at once.
	const last = "Vraag 1"
	id := w.answered(last, "")
	w.until("send the last reply", func() bool { return w.state(last, id) == "sent" })
	w.checkLeft(map[string]string{last: id})
}

// answered lets Anna answer the chat with a subject, and returns the id of her reply:
// "" when the mail is not in a chat yet. File is the id of an upload, or "". A request that the process died over is
// repeated with its key.
func (w *world) answered(subject, file string) (id string) {
	w.T.Helper()
	var chats struct {
		Items []struct{ ID, Subject string }
	}
	files := ""
	if file != "" {
		files = strconv.Quote(file)
	}
	w.until("list the chats", func() bool {
		code, text := w.Call(anna, "GET", "/api/chats?limit=200", "")
		if code == http.StatusOK {
			must.Do(w.T, json.Unmarshal([]byte(text), &chats))
		}
		return code == http.StatusOK
	})
	for _, c := range chats.Items {
		if c.Subject != subject {
			continue
		}
		body := fmt.Sprintf(`{"answers":%q,"to":[{"email":%q}],"subject":%q,"text":"Dag Jan","hold":0,"force":true,`+
			`"confirmed":["client","outsider","attachment"],"attachments":[%s]}`, c.ID, jan, subject, files)
		var reply struct{ ID string }
		w.until("accept the reply", func() bool {
			code, text := w.CallWith(anna, "POST", "/api/chats/"+c.ID+"/replies", body, "Idempotency-Key", subject)
			return code == http.StatusAccepted && json.Unmarshal([]byte(text), &reply) == nil
		})
		return reply.ID
	}
	return ""
}

// until waits until the product, which may be starting again, does what is asked.
func (w *world) until(what string, done func() bool) {
	w.T.Helper()
	for deadline := time.Now().Add(2 * time.Minute); !done(); <-time.After(100 * time.Millisecond) {
		if time.Now().After(deadline) {
			w.T.Fatalf("the product does not %s in two minutes", what)
		}
	}
}

// checkLeft checks that no reply left twice, and that one mail left of each that says
// so. A reply whose job was killed continues only minutes later, and may still be
// leaving here.
func (w *world) checkLeft(replies map[string]string) {
	w.T.Helper()
	for subject := range replies {
		left := w.left(subject)
		state := w.state(subject, replies[subject])
		if left > 1 || (state == "sent") != (left == 1) && state != "sending" {
			w.T.Errorf("reply to %q is %v, %d mails left", subject, state, left)
		}
	}
}

// chatOf is the id of the chat with a subject.
func (w *world) chatOf(subject string) any {
	w.T.Helper()
	for _, c := range w.Chats() {
		if c["subject"] == subject {
			return c["id"]
		}
	}
	w.T.Fatalf("no chat %q", subject)
	return nil
}

// state is the state of a reply as Anna sees it now.
func (w *world) state(subject, id string) any {
	w.T.Helper()
	var reply object
	if code := w.Ask(anna, "GET", fmt.Sprint("/api/chats/", w.chatOf(subject), "/replies/", id), nil, &reply); code != http.StatusOK {
		w.T.Fatalf("reply %v: %d: %s", id, code, w.Answered[len(w.Answered)-1])
	}
	return reply["state"]
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l := must.Get(net.Listen("tcp", "127.0.0.1:0"))(t)
	return l
}

func serve(t *testing.T, h http.Handler, l net.Listener) {
	s := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = s.Serve(l) }() // ends when it is closed
	t.Cleanup(func() { _ = s.Close() })
}

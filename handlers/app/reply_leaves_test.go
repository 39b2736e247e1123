package app_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kantoorpost/handlers/app/apptest"
)

// A reply leaves though its job is lost, waits while the integration is off, and is its
// author's draft again when it may no longer leave.
func TestMayItStillLeave(t *testing.T) {
	for _, x := range []struct {
		name   string
		happen func(w *world, chat any)
		then   func(w *world)
		state  string
		reason string
	}{
		{"its job is lost", func(w *world, _ any) { w.Queues.Clear("send") }, nil, "sent", ""},
		{"the integration is off for a while",
			func(w *world, _ any) { w.Must("PUT", "/api/settings", object{"enabled": false}) },
			func(w *world) { w.Must("PUT", "/api/settings", object{"enabled": true}) }, "sent", ""},
		{"the client writes once more", func(w *world, _ any) {
			info := "info@" + apptest.Domain
			w.Receive(jan, info, "Re: Btw", "a2", "In-Reply-To: <a1@elders.example>")
			w.Tick()
			w.Tick()
		}, nil, "draft", "newer-message"},
		{"its author may only read", func(w *world, _ any) { w.become("Anna", object{"rights": "reader"}) }, nil, "draft", "no-right"},
		{"its author has left", func(w *world, _ any) { w.become("Anna", object{"active": false}) }, nil, "draft", "no-right"},
	} {
		t.Run(x.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, chat, _ := replyStory(t)
				w.Pass(2)
				reply := w.writeReply(chat, "Nog iets.", object{"sendAt": time.Now().Add(4 * time.Minute), "force": false})["id"]
				x.happen(w, chat)
				left := len(w.outside(jan))
				w.Pass(3)
				if x.then != nil {
					if n := len(w.outside(jan)); n != left {
						t.Errorf("%d mails left too early", n-left)
					}
					x.then(w)
					w.Pass(2)
				}
				got := w.Must("GET", fmt.Sprint("/api/chats/", chat, "/replies/", reply), nil)
				reason, _ := got["reason"].(string)
				if got["state"] != x.state || reason != x.reason {
					t.Errorf("it is %v %q, want %s %q", got["state"], reason, x.state, x.reason)
				}
				if n := len(w.outside(jan)) - left; (n == 1) != (x.state == "sent") || n > 1 {
					t.Errorf("%d mails left", n)
				}
				w.Check(t)
			})
		})
	}
}

// become changes a team member.
func (w *world) become(name string, change object) {
	w.T.Helper()
	for _, m := range w.Must("GET", "/api/team-members", nil)["items"].([]any) {
		if m := m.(object); m["name"] == name {
			w.Must("PATCH", fmt.Sprint("/api/team-members/", m["id"]), change)
			return
		}
	}
	w.T.Fatalf("no team member %s", name)
}

// Exchange addresses an answer to all who got the mail. It leaves to those alone whom
// its author chose.
func TestNobodyElseGetsIt(t *testing.T) {
	inOffice(t, func(t *testing.T, w *world) {
		w.Tick()
		info, piet, els := "info@"+apptest.Domain, "piet@bakker.example", "els@elders.example"
		w.Receive(jan, info, "Btw", "a1", "Cc: "+piet+", "+els, "Reply-To: "+els)
		w.Pass(1)
		chat := w.chatOf("Btw")["id"]
		w.writeReply(chat, "Alleen voor u.", object{
			"to": []object{{"email": jan}}, "bcc": []object{{"email": piet}}, "confirmed": []string{"outsider"},
		})
		w.soon(15 * time.Second)
		for address, want := range map[string]int{jan: 1, piet: 1, els: 0} {
			got := w.outside(address)
			if len(got) != want {
				t.Errorf("%s got %d mails, want %d", address, len(got), want)
			}
			for _, m := range got {
				if len(m.To) != 1 || m.To[0].Email != jan || len(m.Cc) != 0 || strings.Contains(m.Raw, "Bcc:") {
					t.Errorf("%s got a mail to %v, cc %v", address, m.To, m.Cc)
				}
			}
		}
	})
}

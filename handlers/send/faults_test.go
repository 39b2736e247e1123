package send_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"kantoorpost/shared/outbox"
	"kantoorpost/shared/wiretest"
)

// unspecified are the ways in which Exchange may act where nobody knows how it does.
// Certain says that every reply can be found again, so that none is unknown in the end.
var unspecified = []behaviour{
	{"as documented", func(*exchange) {}, true},
	{"other id, sends again", func(e *exchange) { e.sentID, e.sendAgain = "different", "send" }, true},
	{"hidden id, slow, without the property", func(e *exchange) { e.sentID, e.lag, e.noProperty = "hidden", 8*time.Minute, true }, true},
	{"other message id, refuses again", func(e *exchange) { e.newID, e.sendAgain = true, "bad-request" }, true},
	{"text, without pictures and mark", func(e *exchange) { e.textDraft, e.noPictures, e.noMark, e.noText = true, true, true, true }, true},
	{"slow searches, sends again", func(e *exchange) { e.searchesLag, e.sendAgain = 4*time.Minute, "send" }, true},
	{"nothing is found", func(e *exchange) {
		e.sentID, e.newID, e.noProperty, e.sendAgain, e.searchesLag = "different", true, true, "send", 24*time.Hour
	}, false},
}

// A behaviour is one way in which Exchange may act.
type behaviour struct {
	name    string
	change  func(*exchange)
	certain bool
}

// both says for how many of the two stories each call fails: the draft of a reply whose
// original is gone is made in another way, and sent in the same.
func (b behaviour) both() int {
	if b.name == unspecified[0].name || !b.certain {
		return 2
	}
	return 1
}

// story is a reply with all that a reply can have, that is about to leave. The second
// one answers a mail that is gone.
func (w *world) story(gone bool) outbox.Reply {
	w.t.Helper()
	w.upload("upload-1", "loon")
	return w.reply(func(r *outbox.Reply) {
		r.Attachments = []outbox.Attachment{{Upload: "upload-1", Name: "loon.pdf", Size: 4}}
		if gone {
			r.Original.MessageID = "gone"
		}
	})
}

// rest lets time go by until nothing happens any more.
func (w *world) rest() {
	w.t.Helper()
	for range 30 {
		w.pass(10 * time.Minute)
		if w.open() == 0 {
			return
		}
	}
	w.t.Error("after five hours there still is open work")
}

// check reports what must never be, for a reply with this subject: a second mail, a
// mail that says other than its author did, or an end that nobody sees.
func (w *world) check(r outbox.Reply, certain bool) {
	w.t.Helper()
	w.heal()
	now, n := w.load(r), 0
	for _, m := range w.exchange.left {
		if m.Subject == r.Subject {
			n++
			w.checkMail(r, m)
		}
	}
	switch {
	case n > 1:
		w.t.Errorf("%d mails left for one reply", n)
	case now.State == outbox.Sent && n != 1, now.State == outbox.TakenBack && n != 0:
		w.t.Errorf("reply is %s, %d mails left", now.State, n)
	case now.State == outbox.Sent, now.State == outbox.TakenBack:
	case certain, now.State != outbox.Failed && now.State != outbox.Unknown, now.State == outbox.Failed && n != 0:
		w.t.Errorf("reply is %s %q (%s), %d mails left", now.State, now.Reason, now.Detail, n)
	}
	messages, _, err := w.chats.Messages(w.t.Context(), w.chat.ID, 50, "")
	if err != nil {
		w.t.Error(err)
	}
	shown := 0
	for _, m := range messages {
		if m.ID == r.ID {
			shown++
			if m.State != string(now.State) {
				w.t.Errorf("the chat says %s, the reply is %s", m.State, now.State)
			}
		}
	}
	if in := now.State != outbox.TakenBack; in != (shown == 1) {
		w.t.Errorf("%s reply is shown %d times", now.State, shown)
	}
}

func (w *world) checkMail(r outbox.Reply, m departed) {
	w.t.Helper()
	if addresses(m.To) != "[jan@bakker.example]" || addresses(m.Cc) != "[piet@bakker.example]" || len(m.Bcc) != 0 {
		w.t.Errorf("left to %v cc %v bcc %v", m.To, m.Cc, m.Bcc)
	}
	if n := count(m.Body, words); n != 1 || count(m.Body, theirWords) != 1 {
		w.t.Errorf("our words stand %d times in\n%s", n, m.Body)
	}
	files := map[string]int{}
	for _, a := range m.attached {
		files[a.Name+"="+a.content]++
	}
	if want := len(r.Attachments); len(m.attached) > want+1 || want > 0 && files["loon.pdf=loon"] != 1 || files["logo.png=logo"] > 1 {
		w.t.Errorf("left with %v", files)
	}
}

func count(text, part string) (n int) {
	for i := 0; i+len(part) <= len(text); i++ {
		if text[i:i+len(part)] == part {
			n++
		}
	}
	return n
}

// Each remote call from the job to the sent reply fails once: refused, done with its
// answer lost, hanging to its deadline, or with the process killed there. This holds for
// every undocumented behaviour of Exchange. Each time one mail leaves, as its author
// wrote it.
func TestAnyCallMayFail(t *testing.T) {
	for _, u := range unspecified {
		for _, gone := range []bool{false, true}[:u.both()] {
			t.Run(fmt.Sprint(u.name, ", original gone ", gone), func(t *testing.T) {
				calls := 0
				synctest.Test(t, func(t *testing.T) {
					w := newWorld(t)
					u.change(w.exchange)
					r := w.story(gone)
					made := w.fault(func(int, string) wiretest.Fault { return wiretest.Pass })
					w.rest()
					calls = made()
					w.check(r, true)
					w.wantState(r, outbox.Sent, "")
				})
				if calls < 20 {
					t.Fatalf("only %d calls: the sweep would prove nothing", calls)
				}
				for n := 0; n < calls; n += wiretest.Stride() {
					for _, f := range faults {
						synctest.Test(t, func(t *testing.T) {
							w := newWorld(t)
							u.change(w.exchange)
							r := w.story(gone)
							what := w.breakAt(n, f)
							w.rest()
							w.check(r, u.certain)
							if t.Failed() {
								t.Errorf("after %s at call %d, %s; calls %q", f.name, n, *what, w.exchange.calls)
							}
						})
					}
				}
			})
		}
	}
}

var faults = []struct {
	name  string
	fault wiretest.Fault
	kill  bool
}{
	{"refused", wiretest.Refuse, false}, {"answer lost", wiretest.Lose, false}, {"hangs", wiretest.Hang, false},
	{"killed before", wiretest.Refuse, true}, {"killed after", wiretest.Lose, true},
}

// breakAt lets the nth call fail, and all calls after it while a killed process still
// runs.
func (w *world) breakAt(n int, f struct {
	name  string
	fault wiretest.Fault
	kill  bool
}) (what *string) {
	what = new(string)
	var dead atomic.Bool // calls meet: a turn is renewed beside them
	w.fault(func(i int, call string) wiretest.Fault {
		switch {
		case dead.Load():
			return wiretest.Refuse
		case i == n:
			*what = call
			dead.Store(f.kill)
			return f.fault
		}
		return wiretest.Pass
	})
	w.pass(30 * time.Second)
	if dead.Load() {
		w.heal()
		w.start()
	}
	return what
}

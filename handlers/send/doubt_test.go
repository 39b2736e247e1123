package send_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/must"
	"kantoorpost/shared/outbox"
	"kantoorpost/shared/wiretest"
)

// at lets the nth call with a name fail.
func (e *exchange) at(name string, n int, f wiretest.Fault) {
	seen := 0
	e.fault = func(call string) wiretest.Fault {
		if call == name {
			if seen++; seen == n+1 {
				return f
			}
		}
		return wiretest.Pass
	}
}

func (e *exchange) count(call string) (n int) {
	for _, c := range e.calls {
		if c == call {
			n++
		}
	}
	return n
}

func anybody(chat.Chat) error { return nil }

// When the answer to a send is lost, nobody knows whether the reply left. The job looks
// for it by all its keys and never sends it a second time. This holds for every behaviour
// of Exchange that is not documented.
func TestDoubt(t *testing.T) {
	for _, x := range []struct {
		name   string
		change func(*exchange)
		fault  wiretest.Fault
		within time.Duration // in which it is known
		state  outbox.State
	}{
		{"found at once", func(*exchange) {}, wiretest.Lose, time.Minute, outbox.Sent},
		{"the sent copy has another id", func(e *exchange) { e.sentID = "different" }, wiretest.Lose, time.Minute, outbox.Sent},
		{"its id is hidden for a while", func(e *exchange) { e.sentID = "hidden" }, wiretest.Lose, time.Minute, outbox.Sent},
		{"only its property is left", func(e *exchange) { e.sentID, e.newID = "different", true }, wiretest.Lose, time.Minute, outbox.Sent},
		{"only its id is left", func(e *exchange) { e.newID, e.noProperty = true, true }, wiretest.Lose, time.Minute, outbox.Sent},
		{"its id is left, and hidden for a while", func(e *exchange) { e.newID, e.noProperty, e.sentID = true, true, "hidden" },
			wiretest.Lose, 3 * time.Minute, outbox.Sent},
		{"searches find it late", func(e *exchange) { e.sentID, e.searchesLag = "hidden", 5*time.Minute },
			wiretest.Lose, 12 * time.Minute, outbox.Sent},
		{"it is a draft for a while", func(e *exchange) { e.lag = 9 * time.Minute }, wiretest.Lose, 11 * time.Minute, outbox.Sent},
		{"found nowhere", func(e *exchange) { e.sentID, e.newID, e.noProperty = "different", true, true },
			wiretest.Lose, 75 * time.Minute, outbox.Unknown},
	} {
		for _, again := range []string{"", "bad-request", "send"} {
			test(t, x.name+", sent again "+again, func(t *testing.T, w *world) {
				x.change(w.exchange)
				w.exchange.sendAgain = again
				w.exchange.at("SendDraft", 0, x.fault)
				r := w.reply()
				w.pass(x.within)
				w.wantState(r, x.state, "")
				w.pass(3 * time.Hour)
				w.wantState(r, x.state, "")
				if w.one(); w.exchange.count("SendDraft") != 1 || w.exchange.count("CreateReply") != 1 || w.failures != 0 {
					t.Errorf("calls %q, %d jobs failed", w.exchange.calls, w.failures)
				}
			})
		}
	}
}

// A draft that still is one ten minutes after it was told to leave is told again, and
// not before.
func TestSentAgain(t *testing.T) {
	for name, f := range map[string]wiretest.Fault{"refused": wiretest.Refuse, "hangs": wiretest.Hang} {
		test(t, name, func(t *testing.T, w *world) {
			w.exchange.at("SendDraft", 0, f)
			r := w.reply()
			w.pass(9 * time.Minute)
			w.wantState(r, outbox.Sending, "")
			if n := w.exchange.count("SendDraft"); n != 1 {
				t.Errorf("told to leave %d times within nine minutes", n)
			}
			w.pass(4 * time.Minute)
			w.wantState(r, outbox.Sent, "")
			if w.one(); w.exchange.count("CreateReply") != 1 {
				t.Errorf("calls %q", w.exchange.calls)
			}
		})
	}
	test(t, "never accepted", func(t *testing.T, w *world) {
		w.exchange.refuse = func(call string) error {
			if call == "SendDraft" {
				return refusal(503, "ServiceUnavailable")
			}
			return nil
		}
		r := w.reply()
		w.pass(2 * time.Hour)
		w.wantState(r, outbox.Failed, outbox.ReasonRefused)
		if n := w.exchange.count("SendDraft"); n != 5 || w.exchange.count("CreateReply") != 1 {
			t.Errorf("told to leave %d times", n)
		}
	})
}

// A reply whose draft is gone in the doubt is unknown: no other draft is made, until a
// person says so.
func TestUnknown(t *testing.T) {
	test(t, "and sent again by a person", func(t *testing.T, w *world) {
		w.exchange.refuse = func(call string) error {
			if call == "SendDraft" {
				w.exchange.messages, w.exchange.refuse = nil, nil // somebody deletes it in Outlook
			}
			return nil
		}
		r := w.reply()
		w.pass(50 * time.Minute)
		w.wantState(r, outbox.Sending, "")
		w.pass(30 * time.Minute)
		w.wantState(r, outbox.Unknown, "")
		if made := w.exchange.count("CreateReply") + w.exchange.count("CreateDraft"); made != 1 || len(w.exchange.left) != 0 {
			t.Errorf("%d drafts were made, %d mails left", made, len(w.exchange.left))
		}
		if _, err := w.outbox.Retry(t.Context(), w.chat.ID, r.ID, anybody, false); !errors.Is(err, outbox.ErrState) {
			t.Errorf("retried without a word: %v", err)
		}
		must.Get(w.outbox.Retry(t.Context(), w.chat.ID, r.ID, anybody, true))(t)
		w.pass(10 * time.Minute)
		w.wantState(r, outbox.Sent, "")
		w.one()
	})
	// The person was wrong: the mail is found when it is looked for once more.
	test(t, "but it left", func(t *testing.T, w *world) {
		w.exchange.at("SendDraft", 0, wiretest.Lose)
		w.exchange.sentID, w.exchange.searchesLag = "different", 2*time.Hour
		r := w.reply()
		w.pass(80 * time.Minute)
		w.wantState(r, outbox.Unknown, "")
		w.pass(time.Hour)
		must.Get(w.outbox.Retry(t.Context(), w.chat.ID, r.ID, anybody, true))(t)
		w.pass(10 * time.Minute)
		w.wantState(r, outbox.Sent, "")
		w.one()
	})
}

// Somebody sends our draft from Outlook while it waits: then it has left.
func TestSentFromOutlook(t *testing.T) {
	test(t, "while Exchange is busy", func(t *testing.T, w *world) {
		first := true
		w.exchange.refuse = func(call string) error {
			if call == "SendDraft" && first {
				first = false
				return refusal(429, "ErrorTooManyRequests")
			}
			return nil
		}
		r := w.reply()
		w.pass(30 * time.Second)
		must.Do(t, w.exchange.SendDraft(t.Context(), box, w.drafts()[0]))
		w.pass(10 * time.Minute)
		w.wantState(r, outbox.Sent, "")
		w.one()
	})
}

// A draft whose answer was lost is found and used. When it cannot be found, another is
// made, and only that one leaves.
func TestLostDraft(t *testing.T) {
	for _, call := range []string{"CreateReply", "CreateDraft"} {
		for name, change := range map[string]func(*exchange){
			"found by its property": func(*exchange) {}, "found too late": func(e *exchange) { e.searchesLag = time.Hour },
		} {
			test(t, call+" "+name, func(t *testing.T, w *world) {
				change(w.exchange)
				w.exchange.at(call, 0, wiretest.Lose)
				r := w.reply(func(r *outbox.Reply) {
					if call == "CreateDraft" {
						r.Original.MessageID = ""
					}
				})
				w.pass(10 * time.Minute)
				w.wantState(r, outbox.Sent, "")
				w.one()
				if found := w.exchange.searchesLag == 0; found != (len(w.exchange.messages) == 1) {
					t.Errorf("%d messages in the mailbox; calls %q", len(w.exchange.messages), w.exchange.calls)
				}
			})
		}
	}
	test(t, "that another draft replaced is not sent", func(t *testing.T, w *world) {
		// Two drafts of one reply; the stored one is deleted when it is told to leave.
		w.exchange.at("CreateReply", 0, wiretest.Lose)
		w.exchange.searchesLag = 5 * time.Minute
		w.exchange.refuse = func(call string) error {
			if call == "SendDraft" {
				w.exchange.refuse = nil
				w.exchange.messages = slices.DeleteFunc(w.exchange.messages, func(m *message) bool { return m.ID == "draft-2" })
			}
			return nil
		}
		r := w.reply()
		w.pass(2 * time.Hour)
		w.wantState(r, outbox.Unknown, "")
		if len(w.exchange.left) != 0 || len(w.drafts()) != 1 {
			t.Errorf("%d left, drafts %v", len(w.exchange.left), w.drafts())
		}
	})
}

// The clock of another instance is ahead, so that its job takes a reply over while this
// one still works on it. The draft that this one made is used by the other, or is
// deleted, and one mail leaves.
func TestTakenOver(t *testing.T) {
	for _, x := range []struct {
		name   string
		lag    time.Duration // of searches
		drafts int           // that are made
	}{{"and its draft is used", 0, 1}, {"and another draft is made", time.Hour, 2}} {
		test(t, x.name, func(t *testing.T, w *world) {
			w.exchange.searchesLag = x.lag
			ahead := outbox.NewStore(w.mails, w.chats)
			ahead.Now = func() time.Time { return time.Now().Add(10 * time.Minute) }
			other := w.process()
			other.Outbox = ahead
			r := w.reply()
			tookOver := false
			w.toTable.Fault(func(_ int, call *http.Request) wiretest.Fault {
				if !tookOver && call.Method == http.MethodPost && w.exchange.count("CreateReply") == 1 {
					tookOver = true
					w.exchange.at("SendDraft", 0, wiretest.Refuse) // it comes no further
					w.must(w.do(other, fmt.Sprintf(`{"job":"send","replies":[%q]}`, r.ID)))
				}
				return wiretest.Pass
			})
			w.pass(40 * time.Minute)
			w.wantState(r, outbox.Sent, "")
			if w.one(); !tookOver || w.exchange.count("CreateReply") != x.drafts || len(w.exchange.messages) != 1 {
				t.Errorf("taken over %v; %d messages in the mailbox; calls %q", tookOver, len(w.exchange.messages), w.exchange.calls)
			}
		})
	}
}

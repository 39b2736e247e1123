package send_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/item"
	"kantoorpost/shared/job"
	"kantoorpost/shared/must"
	"kantoorpost/shared/outbox"
)

// comesIn adds a mail of Jan to the chat.
func (w *world) comesIn() {
	w.t.Helper()
	c, err := w.chats.Get(w.t.Context(), w.chat.ID)
	w.must(err)
	it := w.item
	it.ID, it.InternetMessageID, it.Received = item.NewID(box, "a2", time.Now()), "<a2@elders.example>", time.Now()
	_, ops := c.Join(it, chat.Entry{ByMessageID: true})
	w.must(w.mails.Write(w.t.Context(), ops...))
}

// What was allowed when a reply was written is looked at again before it leaves. A
// reply that may not leave is its author's draft again, with the reason.
func TestMayItLeave(t *testing.T) {
	for _, x := range []struct {
		name   string
		change func(*world)
		reply  func(*outbox.Reply)
		reason string
	}{
		{"something newer came", (*world).comesIn, nil, outbox.ReasonNewer},
		{"something newer came, and it leaves all the same", (*world).comesIn, func(r *outbox.Reply) { r.Force = true }, ""},
		{"its author lost the right", func(w *world) { w.mayNot = true }, nil, outbox.ReasonRights},
		{"force does not give a right", func(w *world) { w.mayNot = true }, func(r *outbox.Reply) { r.Force = true }, outbox.ReasonRights},
		{"the address is no longer activated", func(w *world) { w.active = false }, nil, outbox.ReasonAddress},
		{"nothing", func(*world) {}, nil, ""},
	} {
		test(t, x.name, func(t *testing.T, w *world) {
			if x.reply == nil {
				x.reply = func(*outbox.Reply) {}
			}
			r := w.reply(x.reply)
			x.change(w)
			w.pass(2 * time.Minute)
			if x.reason == "" {
				w.one()
				w.wantState(r, outbox.Sent, "")
				return
			}
			w.wantState(r, outbox.TakenBack, x.reason)
			d, err := w.outbox.LoadDraft(t.Context(), w.chat.ID, "anna")
			if err != nil || d.Reason != x.reason || d.HTML != words || len(w.exchange.calls) != 0 {
				t.Errorf("draft %+v, %v; calls %q", d, err, w.exchange.calls)
			}
		})
	}
}

// While the integration is off, a reply waits and can be taken back. Afterwards it
// leaves.
func TestSwitchedOff(t *testing.T) {
	test(t, "waits", func(t *testing.T, w *world) {
		w.on = false
		r, back := w.reply(), w.reply()
		w.pass(time.Hour)
		w.wantState(r, outbox.Held, "")
		if _, err := w.outbox.TakeBack(t.Context(), w.chat.ID, back.ID, func(chat.Chat) error { return nil }); err != nil {
			t.Error(err)
		}
		w.on = true
		w.pass(10 * time.Minute)
		w.wantState(r, outbox.Sent, "")
		if got := w.one(); got.reply != r.ID {
			t.Error("the one that was taken back left")
		}
	})
}

// A reply leaves at its time and not before, also when its job comes too early, too
// late or never.
func TestItsTime(t *testing.T) {
	scheduled := func(d time.Duration) func(*outbox.Reply) {
		return func(r *outbox.Reply) { r.Scheduled, r.LeavesAt = true, time.Now().Add(d) }
	}
	for _, x := range []struct {
		name        string
		after, late time.Duration
		job         func(*world, outbox.Reply)
	}{
		{"its job", 3 * time.Hour, 20 * time.Second, func(*world, outbox.Reply) {}},
		{"a job too early", 5 * time.Minute, 20 * time.Second, func(w *world, r outbox.Reply) {
			w.queues.Clear("send")
			w.must(w.jobs.Put(w.t.Context(), job.Send{Replies: []string{r.ID}}))
		}},
		{"a job far too early", 3 * time.Hour, 7 * time.Minute, func(w *world, r outbox.Reply) {
			w.queues.Clear("send")
			w.must(w.jobs.Put(w.t.Context(), job.Send{Replies: []string{r.ID}}))
		}},
		{"no job", 3 * time.Hour, 7 * time.Minute, func(w *world, _ outbox.Reply) { w.queues.Clear("send") }},
	} {
		test(t, x.name, func(t *testing.T, w *world) {
			r := w.reply(scheduled(x.after))
			x.job(w, r)
			w.pass(x.after - 10*time.Second)
			w.wantState(r, outbox.Scheduled, "")
			w.pass(x.late)
			if got := w.one(); got.at.Before(r.LeavesAt) {
				t.Errorf("left at %v, before %v", got.at, r.LeavesAt)
			}
		})
	}
	test(t, "waits for a second person", func(t *testing.T, w *world) {
		r := w.reply(func(r *outbox.Reply) { r.Approval = &outbox.Approval{Why: []string{"word"}} })
		w.pass(time.Hour)
		w.wantState(r, outbox.Waiting, "")
		if len(w.exchange.calls) != 0 {
			t.Errorf("calls %q", w.exchange.calls)
		}
	})
}

// What Exchange certainly refuses fails with a reason by which people can act, and
// leaves when the cause is gone and a person says so: with the same draft.
func TestRefused(t *testing.T) {
	for _, x := range []struct {
		call   string
		status int
		code   string
		reason string
	}{
		{"SendDraft", 400, "ErrorInvalidRecipients", outbox.ReasonRecipient},
		{"SendDraft", 403, "ErrorSendAsDenied", outbox.ReasonSender},
		{"SendDraft", 403, "ErrorAccessDenied", outbox.ReasonSender},
		{"SendDraft", 400, "ErrorMessageSizeExceeded", outbox.ReasonTooLarge},
		{"SendDraft", 400, "ErrorQuotaExceeded", outbox.ReasonQuota},
		{"PatchDraft", 400, "ErrorInvalidRecipients", outbox.ReasonRecipient},
		{"PatchDraft", 400, "ErrorSomethingElse", outbox.ReasonRefused},
		{"Attach", 413, "", outbox.ReasonTooLarge},
		{"CreateDraft", 403, "ErrorAccessDenied", outbox.ReasonSender},
		{"CreateDraft", 404, "MailboxNotEnabledForRESTAPI", outbox.ReasonSender},
		{"CreateDraft", 507, "ErrorQuotaExceeded", outbox.ReasonUnreachable},
	} {
		test(t, x.call+" "+x.code, func(t *testing.T, w *world) {
			w.upload("upload-1", "loon")
			broken := true
			w.exchange.refuse = func(call string) error {
				if broken && (call == x.call || x.call == "CreateDraft" && call == "CreateReply") {
					return refusal(x.status, x.code)
				}
				return nil
			}
			r := w.reply(func(r *outbox.Reply) { r.Attachments = []outbox.Attachment{{Upload: "upload-1", Name: "loon.pdf"}} })
			w.pass(time.Minute)
			if x.status >= 500 {
				w.pass(2 * time.Hour)
			}
			now := w.wantState(r, outbox.Failed, x.reason)
			if !strings.Contains(now.Detail, "said by Exchange") || len(w.exchange.left) != 0 {
				t.Errorf("detail %q, %d left", now.Detail, len(w.exchange.left))
			}
			w.pass(time.Hour)
			w.wantState(r, outbox.Failed, x.reason) // nothing tries it again by itself
			broken = false
			must.Get(w.outbox.Retry(t.Context(), w.chat.ID, r.ID, func(chat.Chat) error { return nil }, false))(t)
			w.pass(10 * time.Minute)
			w.wantState(r, outbox.Sent, "")
			if got := w.one(); strings.Count(got.Body, words) != 1 || len(got.attached) != 2 || len(w.exchange.messages) != 1 {
				t.Errorf(
					"left with %d attachments, text\n%s\n%d messages in the mailbox",
					len(got.attached),
					got.Body,
					len(w.exchange.messages),
				)
			}
		})
	}
}

// Exchange is busy: the reply waits as long as Exchange asks, no job fails, and it
// leaves as one mail.
func TestBusy(t *testing.T) {
	for _, call := range []string{"CreateReply", "PatchDraft", "SendDraft"} {
		test(t, call, func(t *testing.T, w *world) {
			r := w.reply()
			from := time.Time{}
			w.exchange.refuse = func(c string) error {
				if c != call {
					return nil
				}
				if from.IsZero() {
					from = time.Now()
				}
				if time.Since(from) < 40*time.Second {
					return refusal(http.StatusTooManyRequests, "ErrorTooManyRequests")
				}
				return nil
			}
			w.pass(time.Minute + 30*time.Second)
			got := w.one()
			if wait := got.at.Sub(from); wait < 40*time.Second || wait > time.Minute {
				t.Errorf("left %s after it was busy, want soon after 40 seconds", wait)
			}
			if w.failures != 0 || len(w.exchange.messages) != 1 || strings.Count(got.Body, words) != 1 {
				t.Errorf("%d jobs failed; %d messages; text\n%s", w.failures, len(w.exchange.messages), got.Body)
			}
			w.wantState(r, outbox.Sent, "")
		})
	}
}

// Mail of one mailbox leaves one after the other, and no more than thirty in a minute.
func TestSpread(t *testing.T) {
	test(t, "forty replies", func(t *testing.T, w *world) {
		for range 40 {
			w.reply()
		}
		w.pass(30 * time.Minute)
		if len(w.exchange.left) != 40 {
			t.Fatalf("%d left", len(w.exchange.left))
		}
		for i, m := range w.exchange.left {
			if i >= 30 && m.at.Sub(w.exchange.left[i-30].at) < time.Minute {
				t.Errorf("thirty-one mails within %s", m.at.Sub(w.exchange.left[i-30].at))
			}
		}
	})
}

// Graph or the way to it is down. What comes back within the hour is made good; after
// that the author is told, and can have it sent.
func TestUnreachable(t *testing.T) {
	for name, outage := range map[string]time.Duration{"for half an hour": 30 * time.Minute, "for two hours": 2 * time.Hour} {
		test(t, name, func(t *testing.T, w *world) {
			r := w.reply()
			until := time.Now().Add(outage)
			w.exchange.refuse = func(string) error {
				if time.Now().Before(until) {
					return refusal(http.StatusServiceUnavailable, "ServiceUnavailable")
				}
				return nil
			}
			w.pass(outage + 15*time.Minute)
			if outage < time.Hour {
				w.one()
				w.wantState(r, outbox.Sent, "")
				return
			}
			w.wantState(r, outbox.Failed, outbox.ReasonUnreachable)
			if n := len(w.exchange.calls); n > 40 {
				t.Errorf("%d calls in an outage", n)
			}
			must.Get(w.outbox.Retry(t.Context(), w.chat.ID, r.ID, func(chat.Chat) error { return nil }, false))(t)
			w.pass(10 * time.Minute)
			w.one()
		})
	}
}

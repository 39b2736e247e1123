package send_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/must"
	"kantoorpost/shared/outbox"
	"kantoorpost/shared/wiretest"
)

// The draft in the mailbox of a reply that is taken back is deleted, and that of one that
// failed when somebody has seen that.
func TestItsDraftIsDeleted(t *testing.T) {
	test(t, "taken back after it failed", func(t *testing.T, w *world) {
		w.exchange.refuse = func(call string) error {
			if call == "SendDraft" {
				return refusal(403, "ErrorSendAsDenied")
			}
			return nil
		}
		r := w.reply()
		w.pass(time.Minute)
		if len(w.drafts()) != 1 {
			t.Fatal("no draft in the mailbox")
		}
		must.Get(w.outbox.TakeBack(t.Context(), w.chat.ID, r.ID, func(chat.Chat) error { return nil }))(t)
		w.pass(10 * time.Minute)
		if left, work := w.drafts(), w.open(); len(left) != 0 || work != 0 || len(w.exchange.left) != 0 {
			t.Errorf("drafts %v, %d open work, %d left", left, work, len(w.exchange.left))
		}
	})
	test(t, "failed and seen", func(t *testing.T, w *world) {
		w.exchange.refuse = func(call string) error {
			if call == "SendDraft" {
				return refusal(403, "ErrorSendAsDenied")
			}
			return nil
		}
		anybody := func(chat.Chat) error { return nil }
		r := w.reply()
		w.pass(time.Minute)
		must.Get(w.outbox.Dismiss(t.Context(), w.chat.ID, r.ID, anybody))(t)
		if _, err := w.outbox.Retry(t.Context(), w.chat.ID, r.ID, anybody, false); !errors.Is(err, outbox.ErrState) {
			t.Errorf("while its draft is about to be deleted, it leaves again: %v", err)
		}
		w.pass(10 * time.Minute)
		if left, work := w.drafts(), w.open(); len(left) != 0 || work != 0 || len(w.exchange.left) != 0 {
			t.Errorf("drafts %v, %d open work, %d left", left, work, len(w.exchange.left))
		}
		w.exchange.refuse = nil
		must.Get(w.outbox.Retry(t.Context(), w.chat.ID, r.ID, anybody, false))(t)
		w.pass(10 * time.Minute)
		w.wantState(r, outbox.Sent, "")
	})
	test(t, "while something newer came", func(t *testing.T, w *world) {
		w.exchange.refuse = func(call string) error {
			if call == "SendDraft" && len(w.exchange.left) == 0 {
				w.exchange.refuse = nil
				w.comesIn()
				return refusal(http.StatusTooManyRequests, "ErrorTooManyRequests")
			}
			return nil
		}
		r := w.reply()
		w.pass(10 * time.Minute)
		w.wantState(r, outbox.TakenBack, outbox.ReasonNewer)
		if left, work := w.drafts(), w.open(); len(left) != 0 || work != 0 || len(w.exchange.left) != 0 {
			t.Errorf("drafts %v, %d open work, %d left", left, work, len(w.exchange.left))
		}
	})
}

// A draft that somebody deletes in Outlook before it is told to leave is made again, and
// one that somebody else changes at the same time is changed later.
func TestItsDraftIsTouched(t *testing.T) {
	for name, x := range map[string]struct {
		change func(*exchange) error
		made   int
	}{
		"deleted": {func(e *exchange) error { e.messages = nil; return nil }, 2},
		"changed": {func(*exchange) error { return refusal(http.StatusPreconditionFailed, "ErrorIrresolvableConflict") }, 1},
	} {
		test(t, name, func(t *testing.T, w *world) {
			w.exchange.refuse = func(call string) error {
				if call != "PatchDraft" {
					return nil
				}
				w.exchange.refuse = nil
				return x.change(w.exchange)
			}
			r := w.reply()
			w.pass(10 * time.Minute)
			w.wantState(r, outbox.Sent, "")
			if w.one(); w.exchange.count("CreateReply") != x.made {
				t.Errorf("calls %q", w.exchange.calls)
			}
		})
	}
}

// A file that is too slow to take along within the time of a job does not keep the reply
// in the dark: after an hour its author is told.
func TestTooSlow(t *testing.T) {
	test(t, "for each job", func(t *testing.T, w *world) {
		w.upload("upload-1", "loon")
		w.exchange.fault = func(call string) wiretest.Fault {
			if call == "Attach" {
				time.Sleep(6 * time.Minute) // simulated
			}
			return wiretest.Pass
		}
		r := w.reply(func(r *outbox.Reply) { r.Attachments = []outbox.Attachment{{Upload: "upload-1", Name: "loon.pdf"}} })
		w.pass(90 * time.Minute)
		w.wantState(r, outbox.Failed, outbox.ReasonUnreachable)
		if w.failures != 0 || w.exchange.count("CreateReply") != 1 {
			t.Errorf("%d jobs failed; calls %q", w.failures, w.exchange.calls)
		}
	})
}

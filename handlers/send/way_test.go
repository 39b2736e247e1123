package send_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kantoorpost/shared/outbox"
)

// test runs f in simulated time.
func test(t *testing.T, name string, f func(t *testing.T, w *world)) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) { f(t, newWorld(t)) })
	})
}

// A reply leaves as one mail: from the draft that Exchange made, with the author's
// text and signature above the quote, and to those whom the author saw and nobody
// else.
func TestAReplyLeaves(t *testing.T) {
	test(t, "as one mail", func(t *testing.T, w *world) {
		r := w.reply()
		w.pass(time.Minute)
		got := w.one()
		if want := `<body dir="ltr"><div id="kantoorpost-` + r.ID + `">` + words + "<br><p>Anna</p></div><br>" + quoteHead; !strings.Contains(got.Body, want) {
			t.Errorf("text is\n%s\nwant in it\n%s", got.Body, want)
		}
		if got.Subject != r.Subject || addresses(got.To) != "[jan@bakker.example]" || addresses(got.Cc) != "[piet@bakker.example]" || len(got.Bcc) != 0 {
			t.Errorf("left as %q to %v cc %v bcc %v", got.Subject, got.To, got.Cc, got.Bcc)
		}
		now := w.wantState(r, outbox.Sent, "")
		if now.InternetMessageID != got.InternetMessageID || now.SentAt.IsZero() || now.To[0].State != outbox.RecipientSent {
			t.Errorf("stored %+v", now)
		}
		if at := got.at.Sub(r.Created); at < 10*time.Second {
			t.Errorf("left after %s, before its time", at)
		}
		if _, ok, err := w.outbox.ByMessageID(t.Context(), got.InternetMessageID); !ok || err != nil {
			t.Errorf("a report would not find it: %v, %v", ok, err)
		}
		if n := len(w.queues.Texts("send")); n != 0 {
			t.Errorf("%d jobs are left", n)
		}
	})
}

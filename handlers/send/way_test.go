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
		want := `<body dir="ltr"><div id="kantoorpost-` + r.ID + `">` + words + "<br><p>Anna</p></div><br>" + quoteHead
		if !strings.Contains(got.Body, want) {
			t.Errorf("text is\n%s\nwant in it\n%s", got.Body, want)
		}
		if got.Subject != r.Subject || addresses(got.To) != "[jan@bakker.example]" || addresses(got.Cc) != "[piet@bakker.example]" ||
			len(got.Bcc) != 0 {
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

// The answer is a part of the thread, also when Exchange cannot make it: the original
// is gone, is in another mailbox, or there is none.
func TestTheThread(t *testing.T) {
	gone := func(r *outbox.Reply) { r.Original.MessageID = "gone" }
	elsewhere := func(r *outbox.Reply) { r.Original.Mailbox = "00000000-0000-4000-8000-000000000002" }
	forward := func(r *outbox.Reply) { r.Mode = outbox.ModeForward }
	for _, x := range []struct {
		name    string
		change  []func(*outbox.Reply)
		inReply string
		own     bool // the quote is made here
	}{
		{"an answer of Exchange", nil, "<a1@elders.example>", false},
		{"the original is gone", []func(*outbox.Reply){gone}, "<a1@elders.example>", true},
		{"the original is in another mailbox", []func(*outbox.Reply){elsewhere}, "<a1@elders.example>", true},
		{"passed on, and the original is gone", []func(*outbox.Reply){gone, forward}, "", true},
	} {
		test(t, x.name, func(t *testing.T, w *world) {
			r := w.reply(x.change...)
			w.pass(time.Minute)
			got := w.one()
			if got.inReplyTo != x.inReply ||
				x.own && x.inReply != "" && strings.Join(got.references, " ") != "<a0@elders.example> <a1@elders.example>" {
				t.Errorf("answers %q, references %q; want %q", got.inReplyTo, got.references, x.inReply)
			}
			if own := strings.Contains(got.Body, "<b>Verzonden:</b>"); own != x.own || !strings.Contains(got.Body, theirWords) {
				t.Errorf("a quote of our own: %v, want %v, with what was written:\n%s", own, x.own, got.Body)
			}
			if strings.Count(got.Body, words) != 1 || strings.Index(got.Body, words) > strings.Index(got.Body, theirWords) {
				t.Errorf("our words do not stand above theirs:\n%s", got.Body)
			}
			if got.reply != r.ID || got.Subject != r.Subject || addresses(got.To) != "[jan@bakker.example]" {
				t.Errorf("left as %+v", got.message)
			}
		})
	}
	test(t, "the office begins", func(t *testing.T, w *world) {
		w.reply(func(r *outbox.Reply) { r.Mode, r.Answers, r.Original = outbox.ModeNew, "", outbox.Original{} })
		w.pass(time.Minute)
		if got := w.one(); got.inReplyTo != "" || strings.Contains(got.Body, theirWords) || !strings.Contains(got.Body, words) {
			t.Errorf("left as %+v", got.message)
		}
	})
	test(t, "an answer to a reply of the office", func(t *testing.T, w *world) {
		first := w.reply()
		w.pass(time.Minute)
		w.reply(func(r *outbox.Reply) {
			r.Answers, r.Original = first.ID, outbox.Original{InternetMessageID: "<1@kantoor.example>"}
		})
		w.pass(time.Minute)
		if len(w.exchange.left) != 2 {
			t.Fatalf("%d mails left", len(w.exchange.left))
		}
		if got := w.exchange.left[1]; strings.Count(got.Body, words) != 2 ||
			!strings.Contains(got.Body, "<b>Van:</b> info@kantoor.example") ||
			got.inReplyTo != "<1@kantoor.example>" {
			t.Errorf("left as %s", got.Body)
		}
	})
}

// The quote is whole whatever Exchange answers; without one nothing is quoted.
func TestTheQuote(t *testing.T) {
	for name, change := range map[string]func(*world){
		"as HTML":                           func(*world) {},
		"in an answer without the text":     func(w *world) { w.exchange.noText = true },
		"as plain text":                     func(w *world) { w.exchange.textDraft = true },
		"in a mailbox without its pictures": func(w *world) { w.exchange.noPictures = true },
	} {
		test(t, name, func(t *testing.T, w *world) {
			change(w)
			w.reply()
			w.pass(time.Minute)
			got := w.one()
			if got.BodyType != "html" || strings.Count(got.Body, theirWords) != 1 || strings.Count(got.Body, words) != 1 {
				t.Errorf("text is %s\n%s", got.BodyType, got.Body)
			}
			if !w.exchange.textDraft &&
				(len(got.attached) != 1 || got.attached[0].ContentID != "logo@bakker" || got.attached[0].content != "logo" || !got.attached[0].Inline) {
				t.Errorf("pictures: %+v", got.attached)
			}
		})
	}
	test(t, "in the language of the contact", func(t *testing.T, w *world) {
		w.reply(func(r *outbox.Reply) { r.Language = "en" })
		w.pass(time.Minute)
		got := w.one()
		if strings.Count(got.Body, theirWords) != 1 || !strings.Contains(got.Body, "<b>From:</b>") || strings.Contains(got.Body, "<b>Van:</b>") {
			t.Errorf("left with\n%s", got.Body)
		}
		if len(got.attached) != 1 || got.attached[0].ContentID != "logo@bakker" || got.attached[0].content != "logo" {
			t.Errorf("pictures: %+v", got.attached)
		}
	})
	test(t, "off", func(t *testing.T, w *world) {
		w.reply(func(r *outbox.Reply) { r.NoQuote = true })
		w.pass(time.Minute)
		if got := w.one(); strings.Contains(got.Body, theirWords) || len(got.attached) != 0 || got.inReplyTo == "" {
			t.Errorf("left with %+v and\n%s", got.attached, got.Body)
		}
	})
	test(t, "whose pictures are gone", func(t *testing.T, w *world) {
		w.exchange.noPictures = true
		w.exchange.refuse = func(call string) error {
			if call == "Attachment" {
				return missing()
			}
			return nil
		}
		w.reply()
		w.pass(time.Minute)
		if got := w.one(); !strings.Contains(got.Body, "[afbeelding niet beschikbaar]") || strings.Contains(got.Body, "cid:") {
			t.Errorf("text is\n%s", got.Body)
		}
	})
	test(t, "that is not read to its end", func(t *testing.T, w *world) {
		w.exchange.cut = true
		w.reply()
		w.pass(time.Minute)
		if got := w.one(); !strings.Contains(got.Body, "<b>Verzonden:</b>") || strings.Count(got.Body, theirWords) != 1 ||
			strings.Contains(got.Body, quoteHead) {
			t.Errorf("text is\n%s", got.Body)
		}
	})
	test(t, "too large in Exchange's answer", func(t *testing.T, w *world) {
		w.exchange.long = 4 << 20
		w.reply()
		w.pass(time.Minute)
		if got := w.one(); len(got.Body) > 10_000 || !strings.Contains(got.Body, "<b>Verzonden:</b>") ||
			!strings.Contains(got.Body, theirWords) {
			t.Errorf("text of %d bytes is\n%.2000s", len(got.Body), got.Body)
		}
	})
	test(t, "too large for any request", func(t *testing.T, w *world) {
		w.exchange.long = 4 << 20
		w.receive("long", theirWords+strings.Repeat("y", 4<<20))
		w.reply()
		w.pass(time.Minute)
		got := w.one()
		if len(got.Body) > 200_000 || !strings.Contains(got.Body, "De rest van het bericht is weggelaten") ||
			!strings.Contains(got.Body, theirWords) ||
			!strings.Contains(got.Body, words) {
			t.Errorf("text of %d bytes is\n%.2000s", len(got.Body), got.Body)
		}
	})
}

// The mail has the files that its author saw, and no others, each once.
func TestAttachments(t *testing.T) {
	files := func(r *outbox.Reply) {
		r.Attachments = []outbox.Attachment{
			{Upload: "upload-1", Name: "loon.pdf", ContentType: "application/pdf", Size: 5},
			{Upload: "upload-2", Name: "loon.pdf", Size: 5},
			{Upload: "upload-3", Name: "foto.png", Size: 4, Inline: true},
		}
	}
	for _, mode := range []outbox.Mode{outbox.ModeReply, outbox.ModeForward} {
		test(t, string(mode), func(t *testing.T, w *world) {
			w.upload("upload-1", "eerst")
			w.upload("upload-2", "later")
			w.upload("upload-3", "foto")
			w.reply(files, func(r *outbox.Reply) { r.Mode = mode })
			w.pass(time.Minute)
			var got []string
			for _, a := range w.one().attached {
				got = append(got, a.Name+"="+a.content)
			}
			if text := strings.Join(got, " "); text != "logo.png=logo loon.pdf=eerst loon.pdf=later foto.png=foto" {
				t.Errorf("left with %s", text)
			}
		})
	}
	test(t, "of the signature too", func(t *testing.T, w *world) {
		w.upload("upload-1", "eerst")
		w.upload("upload-4", "merk")
		w.reply(func(r *outbox.Reply) {
			r.Attachments = []outbox.Attachment{{Upload: "upload-1", Name: "loon.pdf", Size: 5}}
			r.Signature = `<p>Anna</p><img src="cid:upload-4"/>`
			r.Pictures = []outbox.Attachment{{Upload: "upload-4", Name: "merk.png", ContentType: "image/png", Size: 4, Inline: true}}
		})
		w.pass(time.Minute)
		got := w.one()
		if n := len(got.attached); n != 3 || got.attached[2].content != "merk" || !got.attached[2].Inline ||
			got.attached[2].ContentID != "upload-4" {
			t.Errorf("left with %+v", got.attached)
		}
		if !strings.Contains(got.Body, `src="cid:upload-4"`) {
			t.Error(got.Body)
		}
	})
	test(t, "a file is gone", func(t *testing.T, w *world) {
		w.upload("upload-1", "eerst")
		r := w.reply(files)
		w.pass(time.Minute)
		if now := w.wantState(r, outbox.Failed, outbox.ReasonUpload); !strings.Contains(now.Detail, "loon.pdf") ||
			len(w.exchange.left) != 0 {
			t.Errorf("detail %q, %d left", now.Detail, len(w.exchange.left))
		}
	})
}

// What one reply costs: three calls to Graph, and one more when it has files or shows
// pictures.
func TestCost(t *testing.T) {
	test(t, "of a reply whose quote shows a picture", func(t *testing.T, w *world) {
		w.reply()
		w.pass(time.Minute)
		w.exchange.calls = nil
		w.reply(func(r *outbox.Reply) { r.Force = true })
		w.toTable.Reset()
		w.pass(time.Minute)
		if got := strings.Join(w.exchange.calls, " "); got != "CreateReply Attachments PatchDraft SendDraft" {
			t.Errorf("calls to Graph: %s", got)
		}
		reads, writes := 0, 0
		for _, call := range w.toTable.Calls() {
			if call.Method == "GET" {
				reads++
			} else {
				writes++
			}
		}
		// Each of four steps is stored in one transaction and read back, and so are the
		// begin and the end of the turn to send from the mailbox, which are read before.
		if writes != 6 || reads > 10 {
			t.Errorf("%d transactions, %d reads of the tables; want 6 and at most 10", writes, reads)
		}
	})
}

package fetch

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kantoorpost/shared/connector"
	"kantoorpost/shared/item"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/mailtext"
)

// When the analysis of a body fails or does not end, the mail is stored with the data of
// its headers and marked as not analysed; the next mail is read as usual.
func TestHostileBody(t *testing.T) {
	spoofed := mail.Message{ID: "m", From: mail.Address{Email: "jan@bakker.example"}, Body: mail.Body{ContentType: "text",
		Content: "klantnummer 1018"},
		Headers: []mail.Header{{Name: "Authentication-Results", Value: "dmarc=fail header.from=bakker.example; compauth=fail"},
			{Name: "List-Id", Value: "<x>"}}}
	synctest.Test(t, func(t *testing.T) {
		stuck := make(chan bool)
		for name, broken := range map[string]func(item.Item, string) analysis{
			"panics":         func(item.Item, string) analysis { panic("x") },
			"does not end":   func(item.Item, string) analysis { <-stuck; return analysis{} },
			"takes too long": func(item.Item, string) analysis { time.Sleep(mailtext.Limit + 1); return analysis{lines: 7} },
		} {
			began := time.Now()
			a := arrivalWith(connector.Activation{ID: "box"}, spoofed, readHeaders, broken)
			if it := a.Item; !it.NotAnalysed || it.Verdict != item.VerdictFail || it.InitialReason != item.Automated || it.Lines != 0 ||
				a.Content != spoofed.Body.Content {
				t.Errorf("analysis %s: %+v", name, it)
			}
			if took := time.Since(began); took > mailtext.Limit {
				t.Errorf("analysis %s: the mailbox waited %v", name, took)
			}
		}
		for range 10 { // many more than may go on at once
			a := arrivalWith(connector.Activation{ID: "box"}, spoofed, readHeaders, func(item.Item, string) analysis { <-stuck; return analysis{} })
			if it := a.Item; !it.NotAnalysed || it.Verdict != item.VerdictFail || it.InitialReason != item.Automated {
				t.Errorf("one of many: %+v", it)
			}
		}
		if it := arrivalWith(connector.Activation{ID: "box"}, mail.Message{ID: "m", From: spoofed.From}, readHeaders,
			analyse).Item; !it.NotAnalysed || it.InitialReason != "" {
			t.Errorf("a mail that comes while many do not end: %+v", it)
		}
		close(stuck)
		synctest.Wait()
		spoofed.Headers = nil
		if it := arrival(connector.Activation{ID: "box"}, spoofed).Item; it.NotAnalysed || len(it.Numbers) != 1 {
			t.Errorf("the next mail: %+v", it)
		}
		time.Sleep(time.Minute) // of the bubble: what was given up ends
	})
}

// A mail whose headers cannot be read is stored as undecodable.
func TestHostileHeaders(t *testing.T) {
	m := mail.Message{ID: "m", Subject: "Btw", From: mail.Address{Email: "jan@bakker.example"}, Body: mail.Body{Content: "tekst"}}
	broken := func(connector.Activation, mail.Message) item.Item { panic("x") }
	a := arrivalWith(connector.Activation{ID: "box"}, m, broken, analyse)
	if it := a.Item; it.InitialReason != item.Undecodable || it.MessageID != "m" || it.Subject != "Btw" || it.Verdict != item.VerdictSoft ||
		it.Detail == "" || a.Content != "tekst" {
		t.Errorf("%+v", a)
	}
}

// hostile returns bodies of 1 MiB that could be slow to read.
func hostile() map[string]string {
	const size = 1 << 20
	out := map[string]string{}
	for _, unit := range []string{"<", "<img ", "<IMG src=x", "<style", "<!--", "<p", "</", ">", "&", "<a href=\"", "<div style='", "a", " ",
		"\n", "KvK ", "1", "klantnummer 1 ", "NL1 ", "12.", "@", "a@b.", "http://", "é", "\xff"} {
		out[unit] = strings.Repeat(unit, size/len(unit))
	}
	return out
}

func BenchmarkHostileArrival(b *testing.B) {
	for unit, content := range hostile() {
		b.Run(fmt.Sprintf("%q", unit), func(b *testing.B) {
			m := mail.Message{ID: "m", Subject: content, Preview: content, InternetMessageID: content, From: mail.Address{Name: content,
				Email: content},
				Headers: []mail.Header{{Name: "References", Value: content}, {Name: "In-Reply-To", Value: content}, {Name: "Authentication-Results",
					Value: content}, {Name: "List-Id", Value: content}, {Name: "Content-Type", Value: content}},
				Body: mail.Body{ContentType: "html", Content: content}}
			for b.Loop() {
				arrival(connector.Activation{ID: "box"}, m)
			}
		})
	}
}

// Mails name each other by ids in brackets, also when their programs omit these.
func TestNamedMails(t *testing.T) {
	answer := arrival(connector.Activation{}, mail.Message{InternetMessageID: "c@x", Headers: []mail.Header{{Name: "in-reply-to",
		Value: "b@x"}, {Name: "REFERENCES", Value: "a@x b@x"}}}).Item
	if answer.InReplyTo != "<b@x>" || !slices.Equal(answer.References, []string{"<a@x>", "<b@x>"}) || answer.InternetMessageID != "<c@x>" {
		t.Errorf("%+v", answer)
	}
}

// Both forms of an international domain are equal, in lower and upper case.
func TestVerdictOfInternationalDomain(t *testing.T) {
	for _, about := range []string{"müller.example", "MÜLLER.example", "xn--mller-kva.example", "XN--MLLER-KVA.Example."} {
		for _, from := range []string{"jurgen@müller.example", "jurgen@xn--mller-kva.example"} {
			m := mail.Message{From: mail.Address{Email: from}, Headers: []mail.Header{{Name: "Authentication-Results",
				Value: "dmarc=pass header.from=" + about + "; compauth=pass"}}}
			if got := arrival(connector.Activation{}, m).Item.Verdict; got != item.VerdictPass {
				t.Errorf("%s about %s: %s", from, about, got)
			}
		}
	}
}

// Mail that a program wrote about another mail has a message class.
func TestMessageClass(t *testing.T) {
	h := func(pairs ...string) (out []mail.Header) {
		for i := 0; i < len(pairs); i += 2 {
			out = append(out, mail.Header{Name: pairs[i], Value: pairs[i+1]})
		}
		return out
	}
	jan := "jan@bakker.example"
	for _, c := range []struct {
		name, from, subject, preview, graphType string
		headers                                 []mail.Header
		class                                   item.MessageClass
		reason                                  item.Reason
	}{
		{name: "a mail of a person", from: jan},
		{name: "read receipt", from: jan, headers: h("Content-Type", `Multipart/Report; Report-Type="Disposition-Notification"; boundary=x`),
			class: item.ReadReceipt},
		{name: "read receipt as programs must send it", from: jan, headers: h("content-type",
			"multipart/report; report-type=disposition-notification", "Auto-Submitted", "auto-replied", "Return-Path", "<>"),
			class: item.ReadReceipt},
		{name: "accepted", from: jan, graphType: "eventMessageResponse", class: item.InvitationResponse},
		{name: "accepted without anybody", graphType: "eventMessageResponse", class: item.InvitationResponse},
		{name: "declined, as calendar", from: jan, headers: h("Content-Type", `text/calendar; charset=utf-8; METHOD=REPLY`),
			class: item.InvitationResponse},
		{name: "invitation", from: jan, graphType: "eventMessageRequest"},
		{name: "invitation as calendar", from: jan, headers: h("Content-Type", "text/calendar; method=REQUEST")},
		{name: "cancelled", from: jan, graphType: "eventMessage"},
		{name: "recall", from: jan, subject: "Intrekken: Stukken", preview: `Jan Bakker wil het bericht "Stukken" intrekken.`,
			class: item.Recall, reason: item.Automated},
		{name: "recall in English", from: jan, subject: "Recall: Stukken", preview: `Jan would like to recall the message, "Stukken".`,
			class: item.Recall, reason: item.Automated},
		{name: "somebody writes of a recall", from: jan, subject: "Recall: remblokken", preview: "Mijn auto moet terug naar de garage."},
		{name: "away", from: jan, headers: h("auto-submitted", "Auto-Replied"), class: item.AutoReply, reason: item.Automated},
		{name: "away, by Apple", from: jan, headers: h("X-Apple-Action", "VACATION"), class: item.AutoReply, reason: item.Automated},
		{name: "away, nobody to be told", from: jan, subject: "Afwezig", headers: h("Auto-Submitted", "auto-replied", "Return-Path", "<>"),
			class: item.AutoReply, reason: item.Automated},
		{name: "report that calls itself an answer", from: "MAILER-DAEMON@x.example", headers: h("Auto-Submitted", "auto-replied"),
			reason: item.Bounce},
		{name: "report without a type", from: "x@x.example", headers: h("Content-Type", "MULTIPART/REPORT; boundary=x"), reason: item.Bounce},
		{name: "report of nobody", subject: "Undelivered Mail Returned to Sender", reason: item.Bounce},
		{name: "report of one word", from: "MAILER-DAEMON", reason: item.Bounce},
		{name: "report of Exim", from: jan, headers: h("X-Failed-Recipients", "a@x.example"), reason: item.Bounce},
		{name: "report without return path", from: "system@x.example", subject: "Onbestelbaar: Stukken", headers: h("Return-Path", "<>"),
			reason: item.Bounce},
		{name: "a person passes a report on", from: jan, subject: "Fwd: Undelivered Mail Returned to Sender"},
		{name: "a person writes about one", from: jan, subject: "Onbestelbaar: uw mail van gisteren"},
		{name: "nobody", subject: "Stukken", reason: item.NoSender},
	} {
		m := mail.Message{ID: "m", Subject: c.subject, Preview: c.preview, Type: c.graphType, Headers: c.headers,
			From: mail.Address{Email: c.from}}
		if it := arrival(connector.Activation{ID: "box"}, m).Item; it.Class != c.class || it.InitialReason != c.reason {
			t.Errorf("%s: class %q, initial reason %q, want %q and %q", c.name, it.Class, it.InitialReason, c.class, c.reason)
		}
	}
}

// A draft that somebody moved to the inbox is not stored.
func TestDraftsAreSkipped(t *testing.T) {
	h := setUp(t)
	draft := mail.Message{ID: "draft", Received: activated.Add(time.Hour), Draft: true}
	g := &script{pages: []any{mail.Page{Messages: append(messages(0, 2), draft), Incomplete: []string{"draft"}, DeltaLink: "d1"}},
		mails: map[string]mail.Message{"draft": draft}}
	if err := h.readInbox(t.Context(), g, box(connector.Cursor{}), "job"); err != nil || h.stored(t) != 2 {
		t.Errorf("%d of 2 stored, %v", h.stored(t), err)
	}
}

// Where a mail wants its answer is kept unless that is its sender.
func TestAnswersTo(t *testing.T) {
	from := mail.Address{Email: "jan@bakker.example"}
	for name, c := range map[string]struct {
		replyTo []mail.Address
		want    int
	}{
		"nowhere else": {nil, 0}, "the sender": {[]mail.Address{{Name: "Jan", Email: "Jan@Bakker.example"}}, 0},
		"a colleague": {[]mail.Address{{Email: "administratie@bakker.example"}}, 1},
		"elsewhere":   {[]mail.Address{from, {Email: "jan@elders.example"}}, 2},
	} {
		if got := arrival(connector.Activation{}, mail.Message{From: from, ReplyTo: c.replyTo}).Item.AnswersTo; len(got) != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

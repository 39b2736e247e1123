package fetch

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"kantoorpost/shared/connector"
	"kantoorpost/shared/item"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/table/tabletest"
)

// The verdict is Exchange's opinion on the sender; nothing that the sender wrote counts.
func TestVerdict(t *testing.T) {
	const exchange = "spf=pass (sender IP is 10.0.0.1) smtp.mailfrom=bakker.example; dkim=none (message not signed) header.d=none;"
	for _, c := range []struct {
		name, line string
		want       item.Verdict
	}{
		{"all passes", exchange + "dmarc=pass action=none header.from=bakker.example;compauth=pass reason=100", item.VerdictPass},
		{"no DMARC record, aligned", exchange + "dmarc=bestguesspass action=none header.from=bakker.example;compauth=pass reason=109",
			item.VerdictPass},
		{"nothing to go by", exchange + "dmarc=none action=none header.from=bakker.example;compauth=none reason=405", item.VerdictSoft},
		{"soft", exchange + "dmarc=none action=none header.from=bakker.example;compauth=softpass reason=202", item.VerdictSoft},
		{"rejected by DMARC", exchange + "dmarc=fail action=oreject header.from=bakker.example;compauth=fail reason=000", item.VerdictFail},
		{"implicit failure", exchange + "dmarc=none action=none header.from=bakker.example;compauth=fail reason=001", item.VerdictFail},
		{"DMARC fails, ARC explains it", exchange + "dmarc=fail action=none header.from=bakker.example;compauth=pass reason=130",
			item.VerdictPass},
		{"DMARC fails, nobody says more", exchange + "dmarc=fail action=none header.from=bakker.example", item.VerdictFail},
		{"in capitals and folded", "spf=Pass;\r\n\tdmarc=PASS action=none\r\n header.from=Bakker.Example; compauth=Pass", item.VerdictPass},
		{"about another domain", exchange + "dmarc=pass action=none header.from=elders.example;compauth=pass reason=100", item.VerdictSoft},
		{"about another domain, doubted", exchange + "dmarc=fail header.from=elders.example;compauth=fail", item.VerdictFail},
		{"in a comment", "spf=none (dmarc=pass header.from=bakker.example; compauth=pass)", item.VerdictSoft},
		{"said twice: the first counts", "dmarc=fail header.from=bakker.example; compauth=fail; compauth=pass", item.VerdictFail},
		{"no line at all", "", item.VerdictSoft},
		{"nonsense", ";;;===((((", item.VerdictSoft},
	} {
		if got := verdict(c.line, "bakker.example"); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// Only the topmost Authentication-Results field is Exchange's; the others do not count.
func TestOnlyTheTopmostVerdictCounts(t *testing.T) {
	a := arrival(connector.Activation{}, mail.Message{From: mail.Address{Email: "jan@bakker.example"}, Headers: []mail.Header{
		{Name: "authentication-results", Value: "dmarc=fail header.from=bakker.example; compauth=fail reason=000"},
		{Name: "Authentication-Results", Value: "dmarc=pass header.from=bakker.example; compauth=pass reason=100"},
	}})
	if a.Item.Verdict != item.VerdictFail {
		t.Errorf("a forged line below Exchange's own was believed: %s", a.Item.Verdict)
	}
}

// Mail asks for a read receipt by a header, or by the property of Graph alone.
func TestReceiptRequested(t *testing.T) {
	for _, m := range []mail.Message{
		{}, {ReceiptRequested: true}, {Headers: []mail.Header{{Name: "disposition-notification-to", Value: "jan@bakker.example"}}},
	} {
		want := m.ReceiptRequested || m.Headers != nil
		if got := arrival(connector.Activation{}, m).Item.ReceiptRequested; got != want {
			t.Errorf("%+v: %v", m, got)
		}
	}
}

func FuzzVerdict(f *testing.F) {
	f.Add("spf=pass (x) smtp.mailfrom=a; dmarc=pass header.from=b;compauth=pass reason=100", "b")
	f.Fuzz(func(t *testing.T, line, domain string) {
		got := verdict(line, domain)
		lower := strings.ToLower(line)
		if got == item.VerdictPass && !strings.Contains(lower, "pass") {
			t.Errorf("%q passes", line)
		}
	})
}

// Mail of programs and reports have an initial reason, mail of people has none.
func TestInitialReason(t *testing.T) {
	for _, c := range []struct {
		name    string
		from    string
		headers []mail.Header
		cut     bool
		want    item.Reason
	}{
		{"a person", "jan@bakker.example", nil, false, ""},
		{"a person whose program says so", "jan@bakker.example", []mail.Header{{Name: "Auto-Submitted", Value: "no"}}, false, ""},
		{"a person who wants no automatic answers", "jan@bakker.example", []mail.Header{{Name: "X-Auto-Response-Suppress", Value: "All"}},
			false, ""},
		{"out of office", "jan@bakker.example", []mail.Header{{Name: "Auto-Submitted", Value: "auto-replied; owner-email=x"}}, false,
			item.Automated},
		{"newsletter", "nieuws@x.example", []mail.Header{{Name: "List-Unsubscribe", Value: "<mailto:x>"}}, false, item.Automated},
		{"mailing list", "jan@x.example", []mail.Header{{Name: "List-Id", Value: "<x>"}}, false, item.Automated},
		{"bulk", "jan@x.example", []mail.Header{{Name: "precedence", Value: "Bulk"}}, false, item.Automated},
		{"no return path", "jan@x.example", []mail.Header{{Name: "Return-Path", Value: "<>"}}, false, item.Automated},
		{"delivery report", "x@x.example", []mail.Header{{Name: "Content-Type", Value: `multipart/report; report-type=delivery-status`}}, false,
			item.Bounce},
		{"read receipt", "jan@x.example", []mail.Header{{Name: "Content-Type",
			Value: `multipart/report; report-type=disposition-notification`}}, false, ""},
		{"mailer daemon", "MAILER-DAEMON@x.example", nil, false, item.Bounce},
		{"nobody", "", nil, false, item.NoSender},
		{"longer than what is kept", "jan@bakker.example", nil, true, item.TooLarge},
	} {
		m := mail.Message{From: mail.Address{Email: c.from}, Headers: c.headers, Body: mail.Body{Truncated: c.cut}}
		if got := arrival(connector.Activation{}, m).Item.InitialReason; got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// Copies of one mail at two addresses have one fingerprint, other mails another.
func TestFingerprint(t *testing.T) {
	m := mail.Message{ID: "1", InternetMessageID: "<a>", Subject: "Btw", From: mail.Address{Email: "Jan@Bakker.example"},
		Sent: time.Unix(1000, 0), Body: mail.Body{Content: "<p>Hallo</p>\r\n"}}
	of := func(box string, m mail.Message) string {
		return arrival(connector.Activation{ID: box}, m).Item.Fingerprint
	}
	same := m
	same.ID, same.Received, same.Body.Content = "2", time.Unix(5000, 0), "<p>Hallo</p>\n"
	if of("info", m) != of("loon", same) {
		t.Error("the same mail at two addresses has two fingerprints")
	}
	for name, change := range map[string]func(*mail.Message){
		"subject": func(m *mail.Message) { m.Subject = "Loon" },
		"sender":  func(m *mail.Message) { m.From.Email = "els@bakker.example" },
		"body":    func(m *mail.Message) { m.Body.Content = "<p>Iets anders</p>" },
		"sent":    func(m *mail.Message) { m.Sent = time.Unix(1001, 0) },
	} {
		other := m
		change(&other)
		if of("info", m) == of("info", other) {
			t.Errorf("another %s, and the same fingerprint", name)
		}
	}
}

// Every mail can be stored: no content makes the table refuse it.
func FuzzEveryMailCanBeStored(f *testing.F) {
	f.Add("id", "<a@b>", "Onderwerp", "jan@bakker.example", "<x> <y>", "<p>tekst</p>", int64(0))
	f.Add("A/b\\c#?=", "\x00\x01", "\ud7ff\uffff\u202e\x00", "not an address", strings.Repeat("<r@x>", 3000), strings.Repeat("groot ",
		100_000), int64(-11644473600))
	f.Add("", "", strings.Repeat("é", 5000), "\xff\xfe", "\r\n", "\xff", int64(1)<<60)
	f.Fuzz(func(t *testing.T, id, messageID, subject, from, references, body string, received int64) {
		store := item.NewStore(tabletest.Open(t, "mails").Table("mails"))
		to := make([]mail.Address, 300)
		for i := range to {
			to[i] = mail.Address{Name: subject, Email: from}
		}
		m := mail.Message{ID: id, InternetMessageID: messageID, ConversationID: messageID, Subject: subject, Preview: body,
			From: mail.Address{Name: subject, Email: from}, To: to, Cc: to, Received: time.Unix(received%(1<<40), 0),
			Headers: []mail.Header{{Name: "References", Value: references}, {Name: "In-Reply-To", Value: references}},
			Body:    mail.Body{ContentType: "html", Content: body}}
		box := connector.Activation{ID: "00000000-0000-4000-8000-000000000001", Address: "info@kantoor.example"}
		ids, err := store.Ingest(t.Context(), []item.Arrival{arrival(box, m)})
		if err != nil || len(ids) != 1 {
			t.Fatalf("stored %v: %v", ids, err)
		}
		it, err := store.Get(t.Context(), ids[0])
		if err != nil || !utf8.ValidString(it.Subject) {
			t.Fatalf("read back: %+v, %v", it, err)
		}
		if got, err := store.Body(t.Context(), it); err != nil || got != body {
			t.Fatalf("the body came back as %d bytes of %d, %v", len(got), len(body), err)
		}
		if again, err := store.Ingest(t.Context(), []item.Arrival{arrival(box, m)}); err != nil || len(again) != 0 {
			t.Fatalf("stored twice: %v, %v", again, err)
		}
	})
}

// Numbers in the writer's own text are stored, those in quoted text are not.
func TestNumbers(t *testing.T) {
	for text, want := range map[string][]string{
		"Ons klantnummer is 1018.":            {"1018"},
		"KvK 12345678, btw-id NL123456789B01": {"12345678", "NL123456789B01"},
		"Zie factuur 2026118.":                nil,
		"Goed.\n\nOp ma 23 nov. 2026 schreef Jan <jan@x.nl>:\n> klantnummer 1018": nil,
	} {
		a := arrival(connector.Activation{ID: "box"}, mail.Message{ID: "m", From: mail.Address{Email: "jan@x.nl"},
			Body: mail.Body{ContentType: "text", Content: text}})
		if !slices.Equal(a.Item.Numbers, want) {
			t.Errorf("%q gives %q, want %q", text, a.Item.Numbers, want)
		}
	}
}

// Automatic answers are distinguished from other mail of programs, and lists have ids.
func TestAutoRepliesAndLists(t *testing.T) {
	for _, c := range []struct {
		headers []mail.Header
		auto    bool
		list    string
	}{
		{[]mail.Header{{Name: "Auto-Submitted", Value: "auto-replied"}}, true, ""},
		{[]mail.Header{{Name: "Auto-Submitted", Value: "auto-generated"}}, false, ""},
		{[]mail.Header{{Name: "Auto-Submitted", Value: "auto-generated"}, {Name: "X-Auto-Response-Suppress", Value: "All"},
			{Name: "In-Reply-To", Value: "<a@x>"}}, true, ""},
		{[]mail.Header{{Name: "Precedence", Value: "auto_reply"}}, true, ""},
		{[]mail.Header{{Name: "List-Id", Value: "Nieuws <Nieuws.Bladen.Example>"}}, false, "nieuws.bladen.example"},
		{[]mail.Header{{Name: "In-Reply-To", Value: "<a@x>"}}, false, ""},
	} {
		a := arrival(connector.Activation{ID: "box"}, mail.Message{ID: "m", From: mail.Address{Email: "jan@x.nl"}, Headers: c.headers})
		if (a.Item.Class == item.AutoReply) != c.auto || a.Item.ListID != c.list {
			t.Errorf("%v: class %q, list %q", c.headers, a.Item.Class, a.Item.ListID)
		}
	}
}

// Mail of a mailbox of the tenant is verified, unless Exchange doubts it.
func TestMailOfTenantIsVerified(t *testing.T) {
	inside := mail.Header{Name: "X-MS-Exchange-Organization-AuthAs", Value: "Internal"}
	for want, headers := range map[item.Verdict][]mail.Header{
		item.VerdictPass: {inside},
		item.VerdictSoft: {{Name: inside.Name, Value: "Anonymous"}},
		item.VerdictFail: {inside, {Name: "Authentication-Results", Value: "dmarc=fail header.from=x.nl; compauth=fail reason=001"}},
	} {
		a := arrival(connector.Activation{ID: "box"}, mail.Message{ID: "m", From: mail.Address{Email: "jan@x.nl"}, Headers: headers})
		if a.Item.Verdict != want {
			t.Errorf("%v: %s, want %s", headers, a.Item.Verdict, want)
		}
	}
}

// The lines and the shingles of a mail are those of its own part.
func TestOwnPartOfAMail(t *testing.T) {
	own := "<p>Akkoord.</p><p>Jan</p>"
	quote := `<hr><div id="divRplyFwdMsg"><b>Van:</b> Anna &lt;anna@kantoor.example&gt;<br><b>Verzonden:</b> maandag 2 maart 2026 ` +
		`09:12<br><b>Aan:</b> Jan<br><b>Onderwerp:</b> Stukken</div>` +
		strings.Repeat("<p>Nog een regel.</p>", 40)
	box := connector.Activation{Address: "anna@kantoor.example"}
	message := mail.Message{From: mail.Address{Email: "jan@bakker.example"}, Body: mail.Body{ContentType: "html", Content: own}}
	want := arrival(box, message).Item
	message.Body.Content = own + quote
	got := arrival(box, message)
	if got.Item.Lines != want.Lines || !slices.Equal(got.Item.Shingles, want.Shingles) || len(want.Shingles) == 0 || got.Content != own+quote {
		t.Errorf("%d lines, want %d; shingles %x, want %x", got.Item.Lines, want.Lines, got.Item.Shingles, want.Shingles)
	}
	// Of another mail than one between these people all is shown.
	message.Body.Content = strings.ReplaceAll(own+quote, "anna@kantoor.example", "bank@bank.example")
	if got := arrival(box, message).Item; got.Lines < 60 {
		t.Errorf("%d lines", got.Lines)
	}
}

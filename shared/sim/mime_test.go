package sim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"
)

func lines(l ...string) []byte { return []byte(strings.Join(l, "\r\n")) }

// Whatever arrives is shown, and none of its text is lost.
func TestOddMailIsStillShown(t *testing.T) {
	for name, tt := range map[string]struct {
		raw           string
		subject, body string
	}{
		"empty":                   {"", "", ""},
		"no header":               {"just some text\nand more", "", "just some text\nand more"},
		"only a blank line":       {"\r\n", "", ""},
		"header alone":            {"Subject: hello", "hello", ""},
		"mbox line":               {"From a@b.example Mon Jan  1 00:00:00 2024\nSubject: hello\n\nbody", "hello", "body"},
		"leading blank lines":     {"\r\n\r\nSubject: hello\r\n\r\nbody", "hello", "body"},
		"bare LF":                 {"Subject: hello\n\nbody\n.\nmore", "hello", "body\n.\nmore"},
		"bare CR":                 {"Subject: hello\rTo: x@y.example\r\rbody", "hello", "body"},
		"CR CR LF":                {"Subject: hello\r\r\nTo: x@y.example\r\r\n\r\r\nbody", "hello", "body"},
		"blank line missing":      {"Subject: hello\r\nThis is no header\r\nsecond", "hello", "This is no header\r\nsecond"},
		"unfolded line":           {"Subject: hello\r\nworld\r\nFrom: a@b.example\r\n\r\nbody", "hello world", "body"},
		"NUL":                     {"Subject: he\x00llo\r\n\r\nbo\x00dy", "hello", "body"},
		"eight-bit subject":       {"Subject: caf\xe9\r\n\r\ncaf\xe9", "café", "café"},
		"UTF-8 subject":           {"Subject: café\r\n\r\ncafé", "café", "café"},
		"UTF-8 subject in Latin":  {"Subject: café\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\ncaf\xe9", "café", "café"},
		"Latin and UTF-8 subject": {"Subject: caf\xe9 =?utf-8?Q?_?= café\r\n\r\n", "café   café", ""},
		"UTF-7": {"Subject: =?utf-7?Q?caf+AOk-?=\r\nContent-Type: text/plain; charset=unicode-1-1-utf-7\r\n\r\ncaf+AOk- 1+-1",
			"café", "café 1+1"},
		"UTF-16": {"Subject: cafe\r\nContent-Type: text/plain; charset=utf-16\r\nContent-Transfer-Encoding: base64\r\n\r\n//5jAGEAZgDpAA==",
			"cafe", "café"},
		"language of a word": {"Subject: =?utf-8*fr?q?caf=C3=A9?=\r\n\r\n", "café", ""},
		"base64 cut off":     {"Content-Transfer-Encoding: base64\r\n\r\naGFsbG8gaGFsbG8h\r\na", "", "hallo hallo!"},
		"base64 in two":      {"Content-Transfer-Encoding: base64\r\n\r\naGFsbG8=\r\naGFsbG8gd2VyZWxk", "", "hallohallo wereld"},
		"unknown charset":    {"Subject: =?x-none?Q?caf=E9?=\r\nContent-Type: text/plain; charset=x-none\r\n\r\ncaf\xe9", "café", "café"},
		"split character":    {"Subject: =?utf-8?B?w6nD?= =?utf-8?B?qQ==?=\r\n\r\n", "éé", ""},
		"broken base64":      {"Content-Transfer-Encoding: base64\r\n\r\naGVs*bG8gd29ybGQgaGVsbG8", "", "hello world hello"},
		"base64 that is none": {"Content-Transfer-Encoding: base64\r\n\r\nDit is gewone tekst, geen base64!", "",
			"Dit is gewone tekst, geen base64!"},
		"broken quoted-printable": {"Content-Transfer-Encoding: quoted-printable\r\n\r\n50=% off=\r\n =C3=A9=Z", "", "50=% off é=Z"},
		"boundary missing":        {"Content-Type: multipart/mixed\r\n\r\nbody", "", "body"},
		"boundary never closed":   {"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nbody", "", "body"},
		"boundary never used":     {"Content-Type: multipart/mixed; boundary=b\r\n\r\nbody", "", "body"},
		"broken content type":     {"Content-Type: ;;;=\r\n\r\nbody", "", "body"},
		"dot lines":               {"Subject: dots\r\n\r\n.\r\n..\r\nend", "dots", ".\r\n..\r\nend"},
	} {
		t.Run(name, func(t *testing.T) {
			m := receive([]byte(tt.raw))
			checkMessage(t, m)
			if m.Subject != tt.subject {
				t.Errorf("subject %q, want %q", m.Subject, tt.subject)
			}
			if strings.TrimSpace(m.Body.Content) != tt.body {
				t.Errorf("body %q, want %q", m.Body.Content, tt.body)
			}
		})
	}
}

func TestAddressesAreReadAsPeopleWriteThem(t *testing.T) {
	for value, want := range map[string]string{
		`Jan de Vries <jan@x.example>`:                     `[Jan de Vries|jan@x.example]`,
		`"Vries, de" <j@x.example>, b@x.example`:           `[Vries, de|j@x.example b@x.example|b@x.example]`,
		`=?utf-8?Q?Vries,_Zo=C3=AB?= <z@x.example>`:        `[Vries, Zoë|z@x.example]`,
		`=?utf-8?Q?Vries;_Zo<=C3=AB?= <z@x.example>`:       `[Vries; Zo<ë|z@x.example]`,
		`"=?utf-8?Q?Zo=C3=AB?=" <z@x.example>`:             `[Zoë|z@x.example]`,
		`jan@x.example (Jan)`:                              `[Jan|jan@x.example]`,
		`undisclosed-recipients:;`:                         `[]`,
		`Team: a@x.example, B <b@x.example>;, c@x.example`: `[a@x.example|a@x.example B|b@x.example c@x.example|c@x.example]`,
		`Somebody`:                 `[Somebody|]`,
		`<>`:                       `[]`,
		`a@x.example; b@x.example`: `[a@x.example|a@x.example b@x.example|b@x.example]`,
		`"unclosed <a@x.example>`:  `[unclosed|a@x.example]`,
		`"boss@kantoor.example" <evil@x.example>`:                `[boss@kantoor.example|evil@x.example]`,
		`<boss@kantoor.example> <evil@x.example>`:                `[<boss@kantoor.example>|evil@x.example]`,
		`x <boss@kantoor.example evil@x.example>`:                `[x|boss@kantoor.example]`,
		`jan @ x.example`:                                        `[jan @ x.example|]`,
		`Jan <jan @ x.example>`:                                  `[Jan|jan@x.example]`,
		`"a b"@x.example`:                                        `["a b"@x.example|"a b"@x.example]`,
		`Jan <@relay.example:jan@x.example>`:                     `[Jan|jan@x.example]`,
		"Jan <jan@münchen.example>":                              `[Jan|jan@münchen.example]`,
		``:                                                       `[]`,
		`Jan </O=EXCHANGE/OU=GROUP (FYDI)/CN=JAN>`:               `[Jan|/O=EXCHANGE/OU=GROUP (FYDI)/CN=JAN]`,
		`'jan@x.example' <jan@x.example>`:                        `[jan@x.example|jan@x.example]`,
		`Jansen, Piet <piet@x.example>`:                          `[Jansen, Piet|piet@x.example]`,
		`Jansen, Piet, RA <piet@x.example>, Els <els@x.example>`: `[Jansen, Piet, RA|piet@x.example Els|els@x.example]`,
		`els@x.example, Jansen, Piet <piet@x.example>`:           `[els@x.example|els@x.example Jansen, Piet|piet@x.example]`,
		`Jansen; Piet <piet@x.example>`:                          `[Jansen| Piet|piet@x.example]`,
		`Jansen, Piet`:                                           `[Jansen| Piet|]`,
		`Jansen, piet@x.example`:                                 `[Jansen| piet@x.example|piet@x.example]`,
		`Jansen, , Piet <piet@x.example>`:                        `[Jansen| Piet|piet@x.example]`,
		`Piet (van (der) Berg) <p@x.example>, =?utf-8?B?ww==?= <q@x.example>`: `[Piet (van (der) Berg)|p@x.example �|q@x.example]`,
	} {
		var got []string
		for _, r := range parseAddresses(value, "") {
			got = append(got, r.EmailAddress.Name+"|"+r.EmailAddress.Address)
		}
		if s := fmt.Sprint(got); s != want {
			t.Errorf("%s\n got  %s\n want %s", value, s, want)
		}
	}
}

const withEverything = `From: "Jan" <jan@bakkerij.example>
To: info@kantoordevries.example
Subject: =?utf-8?Q?Offerte_=E2=82=AC?=
Message-ID: <1@bakkerij.example>
Date: Mon, 2 Mar 2026 10:00:00 +0100
X-Priority: 1
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=m

--m
Content-Type: multipart/related; boundary=r

--r
Content-Type: multipart/alternative; boundary=a

--a
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

Het be=EBindigde jaar
--a
Content-Type: text/html; charset=utf-8

<html><head><style>p{}</style></head>
<body><p>Het <b>beëindigde</b> jaar</p><img src="cid:logo@x"><div class="gmail_quote">oud</div></body></html>
--a--
--r
Content-Type: image/png
Content-ID: <logo@x>
Content-Disposition: inline; filename=logo.png
Content-Transfer-Encoding: base64

iVBORw0KGgo=
--r--
--m
Content-Type: application/pdf; name="=?utf-8?Q?jaarrekening_=E2=82=AC.pdf?="
Content-Disposition: attachment
Content-Transfer-Encoding: base64

JVBERi0xLjQK
--m
Content-Type: message/rfc822

Subject: binnenin
From: x@y.example

tekst
--m--
`

func TestAMailIsTakenApartAsExchangeDoes(t *testing.T) {
	m := receive([]byte(withEverything))
	checkMessage(t, m)
	if m.Subject != "Offerte €" || m.Importance != "high" || m.From.EmailAddress != (EmailAddress{"Jan", "jan@bakkerij.example"}) {
		t.Errorf("subject %q, importance %q, from %v", m.Subject, m.Importance, m.From)
	}
	if want := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC); !m.Sent.Equal(want) || !m.Received.Equal(testTime) {
		t.Errorf("sent %v, received %v", m.Sent, m.Received)
	}
	if m.Body.ContentType != "html" || !strings.Contains(m.Body.Content, "<b>beëindigde</b>") || !strings.Contains(m.Body.Content, "oud") {
		t.Errorf("body %v", m.Body)
	}
	if m.Preview != "Het beëindigde jaar oud" {
		t.Errorf("preview %q", m.Preview)
	}
	var got []string
	for _, a := range m.Attachments {
		got = append(got, fmt.Sprintf("%s %s %v %s", a.Type, a.Name, a.IsInline, a.ContentID))
	}
	want := []string{
		FileAttachment + " logo.png true logo@x",
		FileAttachment + " jaarrekening €.pdf false ",
		ItemAttachment + " binnenin false ",
	}
	if !reflect.DeepEqual(got, want) || !m.HasAttachments {
		t.Errorf("attachments\n got  %q\n want %q", got, want)
	}
	if string(m.Attachments[1].Content) != "%PDF-1.4\n" {
		t.Errorf("content %q", m.Attachments[1].Content)
	}
	onlyInline := strings.Replace(withEverything[:strings.Index(withEverything, "--m\nContent-Type: application")], "X-Priority: 1\n", "", 1) +
		"--m--\n"
	if m := receive([]byte(onlyInline)); m.HasAttachments || len(m.Attachments) != 1 || m.Importance != "normal" {
		t.Errorf("a mail with an inline picture only: %v %d %s", m.HasAttachments, len(m.Attachments), m.Importance)
	}
}

// Programs write the name of an attachment in many ways; each shows as people
// read it.
func TestNamesOfAttachmentsAreReadAsProgramsWriteThem(t *testing.T) {
	for fields, want := range map[string]string{
		// RFC 2231: whole, in pieces, in any order, in any charset, damaged.
		`Content-Disposition: attachment; filename*=UTF-8''%e2%82%ac%20jaar%20%28concept%29.pdf; size=1`:                 "€ jaar (concept).pdf",
		`Content-Disposition: attachment; filename*0*=utf-8'nl'jaar%20%E2%82; filename*1*=%AC%20; filename*2="2025.pdf"`: "jaar € 2025.pdf",
		`Content-Disposition: attachment; filename*1="rekening.pdf"; filename*0="jaar"`:                                  "jaarrekening.pdf",
		`Content-Disposition: attachment; filename*=windows-1252''be%EBindiging%20%80.pdf`:                               "beëindiging €.pdf",
		`Content-Disposition: attachment; filename*=iso-8859-15''%A4.pdf`:                                                "€.pdf",
		`Content-Disposition: attachment; filename*0*=iso-8859-1''be%EB; filename*1*=indiging.pdf`:                       "beëindiging.pdf",
		`Content-Disposition: attachment; filename*0*="utf-8''jaar "; filename*1*="2025.pdf"`:                            "jaar 2025.pdf",
		`Content-Disposition: attachment; filename="geen.pdf"; filename*=utf-8''%E2%82%AC.pdf`:                           "€.pdf",
		`Content-Disposition: attachment; filename*=utf-8''100%.pdf`:                                                     "100%.pdf",
		"Content-Disposition: attachment; filename*=utf-8''be%EBindiging.pdf":                                            "beëindiging.pdf",
		"Content-Disposition: attachment; filename*=utf-8''beëindiging.pdf":                                              "beëindiging.pdf",
		"Content-Type: application/pdf;\n name*0*=utf-8''be%C3%AB;\n name*1=indiging.pdf":                                "beëindiging.pdf",
		// Outlook: encoded words in a parameter, where RFC 2047 forbids them.
		`Content-Type: application/pdf; name="=?utf-8?Q?jaar_=E2=82=AC.pdf?="`:                               "jaar €.pdf",
		`Content-Type: application/pdf; name==?utf-8?Q?jaar_=E2=82=AC.pdf?=`:                                 "jaar €.pdf",
		"Content-Disposition: attachment;\n filename=\"=?utf-8?Q?jaar_=E2=82?=\n =?utf-8?Q?=AC_2025.pdf?=\"": "jaar € 2025.pdf",
		"Content-Disposition: attachment;\n " +
			"filename=\"=?iso-8859-1?Q?be=EBindiging_?=\n\t=?iso-8859-1?Q?van_2025.pdf?=\"": "beëindiging van 2025.pdf",
		`Content-Disposition: attachment; filename="=?windows-1252?B?gCAyMDI1LnBkZg==?="`: "€ 2025.pdf",
		// Raw bytes, in quotes and without.
		`Content-Disposition: attachment; filename="beëindiging €.pdf"`:             "beëindiging €.pdf",
		`Content-Disposition: attachment; filename=beëindiging €.pdf`:               "beëindiging €.pdf",
		"Content-Disposition: attachment; filename=\"be\xebindiging \x80.pdf\"":     "beëindiging €.pdf",
		"Content-Disposition: attachment; filename=be\xebindiging \x80.pdf":         "beëindiging €.pdf",
		"Content-Type: application/pdf; name=\"be\xebindiging.pdf\"; x=\"caf\xe9\"": "beëindiging.pdf",
		// And what else programs do.
		`Content-Disposition: attachment; filename="C:\\map\\jaar.pdf"`:            "jaar.pdf",
		`Content-Disposition: attachment; filename="jaar; \"concept\" 50%.pdf"`:    `jaar; "concept" 50%.pdf`,
		`Content-Disposition: attachment; filename=jaar 2025, concept.pdf; size=1`: "jaar 2025, concept.pdf",
		`Content-Disposition: attachment; filename="jaar.pdf`:                      "jaar.pdf",
		`Content-Type: application/pdf`:                                            "ATT00001.pdf",
	} {
		m := receive([]byte("Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhallo\n--b\n" + fields + "\n\nPDF\n--b--\n"))
		checkMessage(t, m)
		var got []string
		for _, a := range m.Attachments {
			got = append(got, a.Name)
		}
		if len(got) != 1 || got[0] != want {
			t.Errorf("%q\n got  %q\n want %q", fields, got, want)
		}
	}
}

func TestAnInvitationIsAnEventMessage(t *testing.T) {
	raw := "Content-Type: multipart/alternative; boundary=a\n\n--a\nContent-Type: text/plain\n\nKom je?\n--a\nContent-Type: text/calendar; " +
		"method=REQUEST\n\nBEGIN:VCALENDAR\n--a--\n"
	m := receive([]byte(raw))
	if m.Type != "#microsoft.graph.eventMessageRequest" || strings.TrimSpace(m.Body.Content) != "Kom je?" {
		t.Errorf("%q %q", m.Type, m.Body.Content)
	}
	if m := receive([]byte(withEverything)); m.Type != "" {
		t.Errorf("an ordinary mail is a %s", m.Type)
	}
}

func TestRepliesJoinTheConversationTheyAnswer(t *testing.T) {
	id := func(headers ...string) string { return receive(lines(append(headers, "", "text")...)).ConversationID }
	first := id("Subject: Aangifte", "Message-ID: <1@x>")
	for name, reply := range map[string]string{
		"references":      id("Subject: RE: Aangifte", "Message-ID: <3@x>", "References: <1@x>\r\n <2@x>", "In-Reply-To: <2@x>"),
		"only in-reply":   id("Subject: Antw: Aangifte", "Message-ID: <2@x>", "In-Reply-To: <1@x>"),
		"forward":         id("Subject: FW: RE: aangifte", "Message-ID: <4@x>", "References: <1@x>"),
		"encoded subject": id("Subject: =?utf-8?Q?RE:_Aangifte?=", "Message-ID: <5@x>", "References: <1@x>"),
	} {
		if reply != first {
			t.Errorf("%s: another conversation", name)
		}
	}
	for name, other := range map[string]string{
		"other subject": id("Subject: RE: Jaarrekening", "Message-ID: <6@x>", "References: <1@x>"),
		"other thread":  id("Subject: Aangifte", "Message-ID: <7@x>"),
	} {
		if other == first {
			t.Errorf("%s: the same conversation", name)
		}
	}
	// Outlook's own index wins: the replies of one thread share bytes 6 to 22.
	index := "AdHnZ3Q2ZhPxCvCvQ0qnbFfKkXqYzw=="
	deeper := "AdHnZ3Q2ZhPxCvCvQ0qnbFfKkXqYzwAAAAAA"
	if a, b := id("Subject: a", "Thread-Index: "+index), id("Subject: RE: b", "Thread-Index: "+deeper); a != b {
		t.Error("the thread index does not decide")
	}
	// And the index that is made up for a mail leads to the same conversation.
	m := receive(lines("Subject: Aangifte", "Message-ID: <1@x>", "", "text"))
	encoded, _ := json.Marshal(m.ConversationIndex)
	if got := id("Subject: RE: Aangifte", "Thread-Index: "+string(encoded)); got != first {
		t.Error("the index that was made leads elsewhere")
	}
}

// A mail of the largest sizes that arrive, and one made to be slow, is read, and
// what that allocates grows with the mail and not with its square. What takes
// forever ends with the tests' own time.
func TestLargeMailIsRead(t *testing.T) {
	attachment := "Subject: groot\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhallo\r\n--b\r\nContent-Type: " +
		"application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
		strings.Repeat(strings.Repeat("QUJD", 19)+"\r\n", 30<<20/78) + "--b--\r\n"
	for name, tt := range map[string]struct {
		raw   string
		check func(Message) bool
	}{
		"attachment": {attachment, func(m Message) bool { return len(m.Attachments) == 1 && m.Attachments[0].Size > 20<<20 }},
		"text": {"Subject: groot\r\n\r\n" + strings.Repeat("regel tekst\r\n", 30<<20/13),
			func(m Message) bool { return len(m.Body.Content) > 29<<20 }},
		"one line": {"Subject: groot\n\n" + strings.Repeat("x", 4<<20), func(m Message) bool { return len(m.Body.Content) == 4<<20 }},
		"html": {"Content-Type: text/html\n\n" + strings.Repeat("<p>alinea</p>\n", 4<<20/14),
			func(m Message) bool { return len(m.Body.Content) > 3<<20 }},
		"headers": {strings.Repeat("X-Veel: waarde\r\n", 10_000) + "Subject: veel\r\n\r\nbody",
			func(m Message) bool { return m.Subject == "veel" && len(m.Headers) > 10_000 }},
		"recipients": {"To: " + strings.Repeat("Jan <jan@x.example>,\r\n ", 500) + "\r\n\r\nbody",
			func(m Message) bool { return len(m.To) == 500 }},
		"parentheses": {"To: " + strings.Repeat("(", 1<<20) + "\r\n\r\nbody", func(m Message) bool { return m.Body.Content == "body" }},
		"encoded words": {"Subject: " + strings.Repeat("=?utf-8?B?x", 100_000) + "\r\n\r\nbody",
			func(m Message) bool { return m.Body.Content == "body" }},
		"odd lines": {"Subject: x\r\n" + strings.Repeat("geen kop\r\n", 100_000) + "From: a@b.example\r\n\r\nbody",
			func(m Message) bool { return m.Body.Content == "body" }},
		"nesting": {nested(5_000), func(m Message) bool { return true }},
		"parts": {"Content-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\n\nhallo\n", 5_000) + "--b--\n",
			func(m Message) bool { return len(m.Attachments) == 4_999 }},
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			m := receive([]byte(tt.raw))
			runtime.ReadMemStats(&after)
			if n, most := after.TotalAlloc-before.TotalAlloc, uint64(100<<20+20*len(tt.raw)); n > most {
				t.Errorf("allocated %d bytes for %d, want at most %d", n, len(tt.raw), most)
			}
			if !tt.check(m) {
				t.Errorf("read wrong: %.100q, %d attachments, %d headers, %d recipients", m.Body.Content, len(m.Attachments), len(m.Headers), len(m.To))
			}
			if len(tt.raw) < 1<<20 {
				checkMessage(t, m)
			}
		})
	}
}

func nested(depth int) string {
	var b strings.Builder
	for i := range depth {
		fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i)
	}
	b.WriteString("\nbinnenste")
	return b.String()
}

// One delivery gives one Message-ID, another delivery another one.
func TestAMissingMessageIDIsMade(t *testing.T) {
	raw, env := []byte("Subject: x\n\nbody"), Envelope{From: "a@b.example", To: []string{"info@kantoordevries.example"}}
	a, b := parseMail(raw, env, testTime), parseMail(raw, env, testTime)
	c := parseMail(raw, env, testTime.Add(time.Second))
	if a.InternetMessageID != b.InternetMessageID || a.InternetMessageID == c.InternetMessageID ||
		!strings.HasSuffix(a.InternetMessageID, "@kantoordevries.example>") {
		t.Errorf("%s %s %s", a.InternetMessageID, b.InternetMessageID, c.InternetMessageID)
	}
}

func TestDatesThatCannotBeAreTheMomentOfReceipt(t *testing.T) {
	for _, value := range []string{"", "onzin", "Mon, 2 Mar 0000 10:00:00 +2300", "Thu, 1 Jan 1600 00:00:00 +0000"} {
		if got := sentAt(value, testTime); !got.Equal(testTime) {
			t.Errorf("%q: %v", value, got)
		}
	}
}

// FuzzParseMail holds every input to what is promised of every mail.
func FuzzParseMail(f *testing.F) {
	f.Add([]byte(withEverything))
	f.Add([]byte(nested(3)))
	f.Add([]byte("Subject: =?utf-8?B?w6k?= =?x?Q?=E9?=\r\nFrom: \"a\" (b) <c@d>,;:\r\n\r\n"))
	for _, file := range corpus(f) {
		if raw, err := os.ReadFile(file); err == nil && len(raw) < 20_000 {
			f.Add(raw)
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		before := bytes.Clone(raw)
		checkMessage(t, receive(raw))
		if !bytes.Equal(before, raw) {
			t.Error("the mail was changed")
		}
		parseMail(raw, Envelope{}, testTime)
	})
}

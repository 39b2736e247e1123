package mailhtml_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"kantoorpost/shared/mail"
	"kantoorpost/shared/mailhtml"
	"kantoorpost/shared/must"
)

var own = mailhtml.Own{Mark: "kp-1", Text: "<p>Dag Jan,</p><p>Klopt.</p>", Signature: "<p>Anna</p>"}

const ownHTML = `<div id="kp-1"><p>Dag Jan,</p><p>Klopt.</p><br><p>Anna</p></div>`

// An answer stands at the start of the body, above the quote, whatever the document
// looks like.
func TestInsert(t *testing.T) {
	for name, document := range map[string]string{
		"a body":                         `<html><head><title>x</title></head><body dir="ltr">|<hr>Van: Jan</body></html>`,
		"an attribute that ends a tag":   `<html><body title="a > b">|<hr></body></html>`,
		"a body in a comment":            `<html><!-- <body> --><head></head><body>|<hr></body></html>`,
		"upper case":                     `<HTML><HEAD></HEAD><BODY BGCOLOR=white>|<hr></BODY></HTML>`,
		"no body":                        `<!doctype html><html><head><style>p{}</style></head>|<p>Van: Jan</p></html>`,
		"a part of a document":           `|<p>Van: Jan</p>`,
		"nothing":                        `|`,
		"a body that another one quotes": `<html><body>|<div><body></div></body></html>`,
	} {
		before, after, _ := strings.Cut(document, "|")
		if got, want := mailhtml.Insert(before+after, own), before+ownHTML+"<br>"+after; got != want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, want)
		}
	}
}

// What was inserted is found again, also when Exchange has rewritten the document,
// so that it never stands there twice.
func TestRemove(t *testing.T) {
	const document = `<html><head></head><body><hr/><b>Van:</b> Jan</body></html>`
	rest, found := mailhtml.Remove(mailhtml.Insert(document, own), own)
	if !found || rest != document {
		t.Errorf("removed: %v, %s\nwant %s", found, rest, document)
	}
	unmarked := strings.ReplaceAll(mailhtml.Insert(document, own), ` id="kp-1"`, "\r\n class=\"x\"")
	if rest, found := mailhtml.Remove(strings.ReplaceAll(unmarked, "Dag Jan", "Dag&nbsp;Jan"), own); !found || rest != "" {
		t.Errorf("without its mark: %v, %q; want found, with an unknown rest", found, rest)
	}
	for name, other := range map[string]string{
		"the document alone":      document,
		"our text in the quote":   strings.Replace(document, "Jan", "Jan<p>Dag Jan,</p><p>Klopt.</p><p>Anna</p>", 1),
		"only the start is equal": mailhtml.Document(mailhtml.Own{Mark: "kp-2", Text: "<p>Dag Jan,</p><p>Nee.</p>"}, ""),
	} {
		if _, found := mailhtml.Remove(other, own); found {
			t.Errorf("%s: found what is not there", name)
		}
	}
}

func quoted() mailhtml.Quoted {
	return mailhtml.Quoted{
		From: mail.Address{Name: `Jan "de" <Bakker>`, Email: "jan@bakker.example"}, To: []mail.Address{{Email: "info@kantoor.example"}},
		Cc: []mail.Address{
			{Name: "Piet", Email: "piet@x.example"},
		}, Sent: time.Date(2026, 11, 23, 8, 5, 0, 0, time.UTC), Subject: "Btw & <loon>",
		Body: `<html><head><title>weg</title><style>body{display:none}</style><base href="https://x.example"></head>` +
			`<body onload="x()"><script>x()</script><p onclick="y()">Hallo <a href="javascript:z()">hier</a><img src="cid:a%40b"></p><!-- weg ` +
			`--></body></html>`,
		IsHTML: true,
	}
}

func amsterdam(t *testing.T) *time.Location {
	t.Helper()
	zone := must.Get(time.LoadLocation("Europe/Amsterdam"))(t)
	return zone
}

// A quote says who wrote when to whom, in the language and time of the mailbox, and
// holds nothing that acts or reaches beyond it.
func TestQuote(t *testing.T) {
	got := mailhtml.Quote(quoted(), mailhtml.Dutch, amsterdam(t))
	const head = `<hr style="display:inline-block;width:98%"><div id="divRplyFwdMsg" dir="ltr">` +
		"<b>Van:</b> Jan &#34;de&#34; &lt;Bakker&gt; &lt;jan@bakker.example&gt;<br>\n<b>Verzonden:</b> maandag 23 november 2026 09:05<br>\n" +
		"<b>Aan:</b> info@kantoor.example<br>\n<b>CC:</b> Piet &lt;piet@x.example&gt;<br>\n<b>Onderwerp:</b> Btw &amp; " +
		"&lt;loon&gt;</div><div>&nbsp;</div>"
	if want := head + `<p>Hallo <a>hier</a><img src="cid:a%40b"/></p>`; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	english := mailhtml.Quote(quoted(), mailhtml.LanguageOf("en-GB"), time.UTC)
	if !strings.Contains(english, "<b>Sent:</b> Monday 23 November 2026 08:05") {
		t.Errorf("in English: %s", english)
	}
	for locale, want := range map[string]string{
		"de-AT": "<b>Von:</b> Jan|<b>Gesendet:</b> Montag, 23. November 2026 08:05|<b>An:</b> info|<b>Cc:</b> Piet|<b>Betreff:</b> Btw",
		"fr-BE": "<b>De\u00a0:</b> Jan|<b>Envoyé\u00a0:</b> lundi 23 novembre 2026 08:05|<b>À\u00a0:</b> info|<b>Cc\u00a0:</b> Piet|" +
			"<b>Objet\u00a0:</b> Btw",
	} {
		got := mailhtml.Quote(quoted(), mailhtml.LanguageOf(locale), time.UTC)
		for part := range strings.SplitSeq(want, "|") {
			if !strings.Contains(got, part) {
				t.Errorf("in %s, want %s: %s", locale, part, got)
			}
		}
	}
	for locale, want := range map[string]mailhtml.Language{"": mailhtml.Dutch, "nl-BE": mailhtml.Dutch, "NL": mailhtml.Dutch,
		"en-US": mailhtml.English, "de-DE": mailhtml.German, "fr": mailhtml.French, "FR-be": mailhtml.French, "pl-PL": mailhtml.English,
		"den": mailhtml.English} {
		if got := mailhtml.LanguageOf(locale); got != want {
			t.Errorf("a mailbox in %q writes %s, want %s", locale, got, want)
		}
	}
}

// Plain text is quoted as it is, and not as HTML.
func TestQuoteOfText(t *testing.T) {
	q := quoted()
	q.Body, q.IsHTML, q.Cc = "1 < 2\r\n\r\n<b>  x", false, nil
	got := mailhtml.Quote(q, mailhtml.Dutch, time.UTC)
	if want := "<div>1 &lt; 2<br>\n<br>\n&lt;b&gt;&nbsp; x</div>"; !strings.HasSuffix(got, want) || strings.Contains(got, "CC:") {
		t.Errorf("got\n%s\nwant it to end with\n%s", got, want)
	}
}

// A quote that is cut says so, and is whole text.
func TestShortQuote(t *testing.T) {
	q := quoted()
	q.Body, q.IsHTML = strings.Repeat("é", 5000), false
	got := mailhtml.ShortQuote(q, mailhtml.Dutch, time.UTC, 1001)
	if !strings.Contains(got, strings.Repeat("é", 500)+"…") || strings.Contains(got, strings.Repeat("é", 501)) ||
		!strings.Contains(got, "De rest van het bericht is weggelaten") {
		t.Errorf("cut: %.300s … %s", got, got[max(0, len(got)-200):])
	}
}

// A document names the pictures that it shows in several ways; one that is not there
// becomes a text.
func TestPictures(t *testing.T) {
	const document = `<p>cid:nee</p><img alt="a>b" src="cid:image001.png@01D"><IMG SRC='CID:a%40b'><td background="cid:c@d"><p ` +
		`style="background:url(cid:e)">` +
		`<img src="https://x.example/cid:f.png"><img src="cid:image001.png@01D"/>`
	if got, want := mailhtml.Shows(document), []string{"nee", "image001.png@01D", "a@b", "c@d", "e", "f.png"}; !slices.Equal(got, want) {
		t.Errorf("shows %q, want %q", got, want)
	}
	got := mailhtml.Placeholders(document, mailhtml.English, func(id string) bool { return id != "image001.png@01D" })
	want := strings.NewReplacer(`<img alt="a>b" src="cid:image001.png@01D">`, "<span>[picture not available]</span>",
		`<img src="cid:image001.png@01D"/>`, "<span>[picture not available]</span>").Replace(document)
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// The text of a document has its lines, and nothing that is not shown.
func TestText(t *testing.T) {
	got := mailhtml.Text(
		"<html><head><title>weg</title><style>p{}</style></head><body><p>Dag\n " +
			"Jan,</p><div>een<br>twee</div><table><tr><td>a</td><td>b</td></tr></table><pre>drie\n vier</pre>  na</body>",
	)
	if want := "Dag Jan,\n\neen\ntwee\n\n a b\n\ndrie\n vier\n na"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

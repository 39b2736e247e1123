package mailtext

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"kantoorpost/shared/mail"
)

// FuzzRead: every mail is read, and its parts are clean text, no longer than the
// whole.
func FuzzRead(f *testing.F) {
	for _, s := range []string{
		block, "Ja.\n\nOp 3 mei 2026 om 10:00 schreef Jan <jan@x.example>:\n> Goed?\nNee.\n-- \nJan", "Hi\n\nKind regards,\nJan\n+31 6 12345678",
		`<div>Ja<blockquote type=cite>Goed?</blockquote><p class=MsoNormal>Groet</p></div><div id="divRplyFwdMsg"><b>Van:</b> x`,
		"> Begin forwarded message:\n> From: Jan [mailto:jan@x.example]\n> To: a, b; c\n> Date: x\n>\n> y",
		"<pre>&gt; a\n&gt; b</pre><table><tr><td>a<td>b", "\xff\x00\u202e\u2028",
	} {
		f.Add(s, "FW: x", true)
		f.Add(s, "RE: x\xff", false)
	}
	f.Fuzz(func(t *testing.T, content, subject string, html bool) {
		kind := "text"
		if html {
			kind = "html"
		}
		text := allText(kind, content)
		l := Read(kind, content, subject)
		checkText(t, "mail", text, l)
		if o := l.Forwarded; o != nil && (len(o.Text) > len(text) || len(o.To) > maxRecipients ||
			!utf8.ValidString(o.From.Name+o.From.Email+o.Subject+o.Text)) {
			t.Errorf("forwarded %+v", o)
		}
		CardOf(mail.Address{Name: subject, Email: content}, l)
		NumbersIn(text)
	})
}

// FuzzFold: what is folded is one part of the content, and something else is shown.
func FuzzFold(f *testing.F) {
	for _, c := range foldCases(f) {
		f.Add(c.message.Content, c.message.Type == "html")
	}
	f.Fuzz(func(t *testing.T, content string, html bool) {
		l := Message{Type: "text", Content: content}
		if html {
			l.Type = "html"
		}
		earlier := &Earlier{}
		earlier.Add("a@b.example", Shingles(l.Type, content))
		for _, e := range []*Earlier{nil, earlier} {
			f := Fold(l, e)
			if len(f.Shingles) > 4*maxShingles || len(f.Ranges) > 1 {
				t.Errorf("%d ranges, %d bytes", len(f.Ranges), len(f.Shingles))
			}
			for _, r := range f.Ranges {
				if r.From < 0 || r.To <= r.From || r.To > len(content) || r.Lines < 1 ||
					len(shownText(l, f)) == 0 && !strings.Contains(strings.ToLower(content), "<i") {
					t.Errorf("%+v of %d bytes", r, len(content))
				}
			}
		}
	})
}

// FuzzCard: the fields of a card are single clean lines.
func FuzzCard(f *testing.F) {
	f.Add("Jansen, Jan (Bakkerij)", "jan@x.example", "Groet,\nJan Jansen | Directeur\nJansen B.V.\n06-12345678")
	f.Add("'JAN' via X", "jan.de.vries@bakkerij.example", "--\nPiet, eigenaar\nBakkerij\n+49 (0)171 1234567")
	f.Add("JAN A", "@bakkeri.", "00 BAkkeri\x000")
	f.Fuzz(func(t *testing.T, name, email, signature string) {
		c := CardOf(mail.Address{Name: name, Email: email}, Text{Signature: strings.ToValidUTF8(signature, "")})
		for _, s := range []string{c.Name, c.Function, c.Company, c.Phone} {
			if strings.ContainsAny(s, "\n\r\x00@") || s != strings.TrimSpace(s) || !utf8.ValidString(s) {
				t.Errorf("%+v", c)
			}
		}
		if c.Phone != "" && (len(c.Phone) < 8 || len(c.Phone) > 16 || strings.Trim(c.Phone, "+0123456789") != "") {
			t.Errorf("telephone number %q", c.Phone)
		}
	})
}

// FuzzNumbers: each number has its normal form, and their count is bounded.
func FuzzNumbers(f *testing.F) {
	f.Add("KvK 12345678, NL123456789B01, klantnr. 10023, F2026-01, € 12,50 op 3 mei 2026 om 09:12, 06-12345678")
	f.Add("K.v.K. 12.34.56.78 debiteurnummer is #A/1 20261123 1234 AB")
	f.Fuzz(func(t *testing.T, text string) {
		n := NumbersIn(text)
		for _, k := range n.KvK {
			if len(k) != 8 || digitsOf(k) != k {
				t.Errorf("KvK number %q", k)
			}
		}
		for _, v := range n.VAT {
			if len(v) != 14 || !vatNumber.MatchString(v) {
				t.Errorf("VAT number %q", v)
			}
		}
		for _, list := range [][]string{n.KvK, n.VAT, n.Labelled, n.Unlabelled} {
			slices.Sort(list)
			if len(list) > maxNumbers || len(slices.Compact(list)) != len(list) {
				t.Errorf("%q", list)
			}
		}
		Words(text)
	})
}

// hostile are texts whose repetition makes a mail that could be slow to read.
var hostile = []string{
	"a\n", "a<br>", ">", "> a\n", "> 1\n", "> 1\n> a\n", "<div>", "<span><div>", "<blockquote type=cite>", "</div>", "<p>a", "</", "<",
	"<img ", "<!--", "<style>", "<title>", "<p a=", "Van:\n", "Van: jan@x.example\nAan: a\n",
	"From: a\nSent: b\nTo: c\nSubject: d\n\n", "Op 3 mei 2026 10:00 ", "Op 3 mei 2026 10:00\n",
	"Op 3 mei 2026 10:00 schreef jan <a@b.example>\n", "Ja. Op 3 mei 2026 10:00 schreef jan <a@b.example>:\n> a\n",
	"<x@y>\n", "-----\n\n", "-----\nVan: a\n", "Groet\n\n", "Groet\nPS: a\n\n", "Jan Jansen\n", "disclaimer\n\n", "Verzonden met \n",
	"Alvast bedankt\nJan\n", "&", " ", "\n", "\u00a0", "a=\"b\" ", "😀", "\xff",
	"1", "1 ", "1\n", "12.", "KvK 1 ", "klantnr ", "klantnr 5\n", "NL1 ", "06-1 ", "a@b.", "http://",
	"NL12 KvK klantnr dossier 12,5 € jan 0612 09:12 u http:/ a@b 1 \n",
}

// steps returns how many bytes are read, with repetitions, for the parts, numbers,
// words and card of a mail.
func steps(kind, content string) (n int) {
	onStep = func(bytes int) { n += bytes }
	defer func() { onStep = nil }()
	l := Read(kind, content, "FW: x")
	NumbersIn(l.Own)
	Words(l.Own)
	CardOf(mail.Address{Name: content, Email: content}, l)
	return n
}

// foldSteps returns how many bytes are read, with repetitions, to fold a mail whose
// chat says the same already, each part of it in a message of its own.
func foldSteps(kind, content string) (n int) {
	earlier := &Earlier{}
	for i := range 8 {
		earlier.Add(fmt.Sprint("a@b.example", i%2), Shingles(kind, content[i*len(content)/100:(i+1)*len(content)/100]))
	}
	onStep = func(bytes int) { n += bytes }
	defer func() { onStep = nil }()
	Fold(Message{Type: kind, Content: content, Subject: "FW: x", From: mail.Address{Email: "a@b.example0"}}, earlier)
	return n
}

// maxSteps is how often each byte may be read, and minSteps how many bytes any mail
// may cost.
const maxSteps, minSteps = 16, 64 << 10

// Each byte of a mail is read a limited number of times.
func TestStepsGrowWithLength(t *testing.T) {
	for _, unit := range hostile {
		for _, kind := range []string{"text", "html"} {
			content := strings.Repeat(unit, (64<<10)/len(unit))
			if n := steps(kind, content); n > maxSteps*len(content)+minSteps {
				t.Errorf("%q as %s: %d steps for %d bytes", unit, kind, n, len(content))
			}
			if n := foldSteps(kind, content); n > maxSteps*len(content)+minSteps {
				t.Errorf("%q as %s: %d steps for %d bytes to fold", unit, kind, n, len(content))
			}
		}
	}
}

func FuzzSteps(f *testing.F) {
	for _, unit := range hostile {
		f.Add(unit, unit, true)
		f.Add(unit, "\n", false)
	}
	f.Fuzz(func(t *testing.T, a, b string, html bool) {
		kind, unit := "text", a+b
		if html {
			kind = "html"
		}
		if unit == "" || len(unit) > 1<<10 {
			return
		}
		content := strings.Repeat(unit, (16<<10)/len(unit))
		if n := max(steps(kind, content), foldSteps(kind, content)); n > maxSteps*len(content)+minSteps {
			t.Errorf("%q as %s: %d steps for %d bytes", unit, kind, n, len(content))
		}
	})
}

func BenchmarkHostile(b *testing.B) {
	for _, unit := range hostile {
		for _, kind := range []string{"text", "html"} {
			b.Run(fmt.Sprintf("%q as %s", unit, kind), func(b *testing.B) {
				content := strings.Repeat(unit, (1<<20)/len(unit))
				b.SetBytes(int64(len(content)))
				for b.Loop() {
					steps(kind, content)
				}
			})
		}
	}
}

// The memory that is allocated to read a hostile mail at most doubles with its length.
func TestWorkGrowsWithLength(t *testing.T) {
	for _, unit := range []string{
		"a\n", "a<br>", ">", "> a\n", "<div>", "<span><div>", "<blockquote type=cite>", "</div>", "<p>a", "Van:\n",
		"Van: jan@x.example\nAan: a\n", "From: a\nSent: b\nTo: c\nSubject: d\n\n",
		"Op 3 mei 2026 10:00 ", "Op 3 mei 2026 10:00\n", "Op 3 mei 2026 10:00 schreef jan <a@b.example>\n", "<x@y>\n", "-----\n\n", "Groet\n\n",
		"Jan Jansen\n", "disclaimer\n\n", "&", "<!--", " ", "\n", "\u00a0", "a=\"b\" ", "😀",
	} {
		for _, kind := range []string{"text", "html"} {
			small, large := allocated(kind, strings.Repeat(unit, 8<<10)), allocated(kind, strings.Repeat(unit, 16<<10))
			if large > small*5/2+512<<10 {
				t.Errorf("%q as %s: %d bytes, and %d for twice as much", unit, kind, small, large)
			}
		}
	}
}

func allocated(kind, content string) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	l := Read(kind, content, "FW: x")
	NumbersIn(l.Own)
	CardOf(mail.Address{Name: content}, l)
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// The stack of open elements is bounded.
func TestDepthIsLimited(t *testing.T) {
	r := readHTML(strings.Repeat("<div><span>", 10_000) + "tekst")
	if len(r.open) != maxOpen || len(r.lines) != 1 || r.lines[0].text != "tekst" {
		t.Errorf("%d elements open, lines %v", len(r.open), r.lines)
	}
}

// At most 1 MiB is read, and no character is cut in two.
func TestLengthIsLimited(t *testing.T) {
	text := allText("text", strings.Repeat("é", maxContent))
	if len(text) != maxContent || !utf8.ValidString(text) {
		t.Errorf("%d bytes, ends with %q", len(text), text[len(text)-4:])
	}
}

func BenchmarkRead(b *testing.B) {
	for _, size := range []int{6 << 10, 1 << 20} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			content := strings.Repeat("<p class=MsoNormal>Hierbij de stukken van <b>klant</b> 10023, zie onder.</p>\n",
				size/76) + strings.ReplaceAll(block, "\n", "<br>")
			b.SetBytes(int64(len(content)))
			for b.Loop() {
				Read("html", content, "FW: x")
			}
		})
	}
}

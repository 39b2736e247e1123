package api

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// A mail is shown as its sender made it, however odd its HTML is.
func TestDocuments(t *testing.T) {
	for _, c := range []struct {
		name, in string
		has      []string
		not      []string
	}{
		{"head without an end", `<html><head><meta http-equiv="Content-Type" content="text/html"><body><p>Kunt u sturen?</p></body></html>`,
			[]string{"<p>Kunt u sturen?</p>"}, nil},
		{"head and title without body", `<HTML><HEAD><TITLE>x</TITLE>Kunt u sturen?`, []string{"Kunt u sturen?"}, []string{">x<"}},
		{"text after the end", `<html><body>een</body></html><p>twee`, []string{"een", "<p>twee</p>"}, nil},
		{"noscript", `<noscript>zonder</noscript>`, []string{"zonder"}, nil},
		{"numbers of lists", `<ol start="7" type=A reversed><li>zeven<li value=12>twaalf</ol><ol start=x><li value=1e9></ol>`,
			[]string{`<ol start="7" type="A" reversed=""><li>zeven</li><li value="12">twaalf</li></ol>`, `<ol><li></li></ol>`}, nil},
		{"bgcolor", `<table bgcolor="#000080"><tr><td><font color=white>wit</font> op blauw</table>`,
			[]string{"background-color: #000080", "color: white; background-color: #000080"}, nil},
		{"bgcolor without a text colour", `<table bgcolor=navy><tr><td>wit op blauw</table>`,
			[]string{"color: #ffffff; background-color: #000080"}, nil},
		{"shorthand", `<div style="background: url(x.png) no-repeat #123456; color:#fff">a</div>`,
			[]string{"color: #fff; background-color: #123456"}, []string{"url"}},
		{"background that cannot be shown", `<div style="background-image:url(x);color:#fff">a</div>`, []string{"color: #000000"},
			[]string{"#fff;"}},
		{"style sheet", `<style>/* c */ .kop, td.x { background : NAVY ; color: White } @media screen { .kop { color: red } } p{padding:3px ` +
			`4px;border:1px solid #ccc}</style><div class="a kop">a</div><p>b`,
			[]string{"color: white; background-color: #000080", "padding: 3px 4px", "border: 1px solid #ccc"}, []string{"red"}},
		{"the stronger rule", `<style>#i{color:#060} .c{color:#600 !important} p{color:#006}</style><p id=i class=c>a</p><p id=i ` +
			`style="color:#303">b</p>`, []string{"color: #600", "color: #303"}, []string{"#006", "#060"}},
		{"order of declarations", `<p style="border-left: 3px solid #ccc; border: none; padding-left:1px; padding:2px">a</p><p ` +
			`style="color:#303;color:#606;color:mist">`, []string{"border: none", "padding: 2px", "color: #606"}, []string{"#303"}},
		{"white on white", `<p style="color:#fefefe">a</p>`, []string{"color: #000000"}, nil},
		{"link on a dark background", `<div style="background:#111"><a href="https://x.example">a</a></div>`,
			[]string{"color: #ffffff; background-color: #111111"}, nil},
		{"link on paper", `<p style="color:#333">x <a href="https://x.example">a</a></p>`, []string{"color: #333"}, []string{"color: #0000ee"}},
		{"hidden", `<div style="display:none !important;color:#fff">voorvertoning</div>a`, []string{"display: none"}, nil},
		{"hidden otherwise", `<div style="max-height:0px;overflow:hidden">b</div><span style="visibility:hidden">c</span><div ` +
			`style="mso-hide:all">d</div><p style="opacity:0.0">e</p><p hidden>f</p>`, nil, nil},
		{"sections", `<section style="background:#222;color:#eee"><label>a</label></section>`,
			[]string{"<div", "color: #eee; background-color: #222"}, nil},
		{"body", `<body bgcolor=#202020 text=#e0e0e0><p>a`, []string{"color: #e0e0e0; background-color: #202020"}, nil},
		{"unclosed cells", `<table><tr><td bgcolor=black>a<td>b<tr><td>c</table>d`,
			[]string{"a</td><td>b</td></tr><tr><td>c</td></tr></table>d"}, nil},
		{"border of a mail without colours", `<table style="border:1px solid windowtext"><tr><td>a</table>`, []string{"border: 1px solid"},
			[]string{"windowtext"}},
		{"cells of Excel",
			`<style>.xl66{border:.5pt solid windowtext}</style><td class=xl66 align=right>12,50<td style="border-top:.5pt dashed">b`,
			[]string{"border: .5pt solid", `align="right"`, "border-top: .5pt dashed"}, nil},
		{"what a link may lead to", `<a href="cid:x">a</a><a href="mailto:a@b.example">b</a>`, []string{"mailto:"}, []string{"cid"}},
		{"a picture of this server",
			`<img src="https://kantoor.example/.auth/logout"><img src="https://elders.example/a.png"><img src="/api/me"><img ` +
				`src="//kantoor.example/x" src="https://kantoor.example:443/y">`, []string{"elders.example"}, []string{"kantoor.example", "/api/me"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			out := safeHTML(c.in, true, "https://kantoor.example", nil).html
			for _, want := range c.has {
				if !strings.Contains(out, want) {
					t.Errorf("no %q in %s", want, out)
				}
			}
			for _, bad := range c.not {
				if strings.Contains(out, bad) {
					t.Errorf("%q is in %s", bad, out)
				}
			}
			if strings.HasPrefix(c.name, "hidden otherwise") && strings.Count(out, "display: none") != 5 {
				t.Error(out)
			}
		})
	}
}

// A link whose text names another site than the one to which it leads says where that is.
func TestLinksThatMislead(t *testing.T) {
	for in, want := range map[string]string{
		`<a href="https://boos.example/x">https://www.ing.nl/inloggen</a>`:                                                  "boos.example",
		`<a href="https://boos.example">Inloggen bij <b>www.</b>ing&#8203;.nl</a>`:                                          "boos.example",
		`<a href="https://ing.nl.boos.example">Mijn ING: mijn.ing.nl.</a>`:                                                  "ing.nl.boos.example",
		`<a href="https://www.ing.nl@boos.example/">ing.nl</a>`:                                                             "boos.example",
		`<a href="https://іng.nl">ing.nl</a>`:                                                                               "xn--ng-goc.nl",
		`<a href="mailto:x@boos.example">info@kantoor.nl</a>`:                                                               "boos.example",
		`<a href="https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fboos.example%2F&data=1">www.ing.nl</a>`: "boos.example",

		`<a href="https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fmijn.ing.nl%2F&data=1">www.ing.nl</a>`: "",
		`<a href="https://mijn.ing.nl/x?y">http://www.ing.nl</a>`:                                                          "",
		`<a href="https://xn--mller-kva.de">müller.de</a>`:                                                                 "",
		`<a href="https://kantoor.nl">info@kantoor.nl</a>`:                                                                 "",
		`<a href="mailto:Jan@Kantoor.nl?subject=x">jan@kantoor.nl</a>`:                                                     "",
		`<a href="https://elders.example">Bekijk aangifte.pdf van Jansen B.V.</a>`:                                         "",
		`<a href="tel:0201234567">020.1234567</a>`:                                                                         "",
		`<a name="x">www.ing.nl</a>`:                                                                                       "",
		`<a href="https://elders.example">klik</a> www.ing.nl`:                                                             "",
	} {
		_, said, found := strings.Cut(safeHTML(in, false, "https://kantoor.example", nil).html, "<b>[→ ")
		if found != (want != "") || !strings.HasPrefix(said, want) {
			t.Errorf("%s says %q, want %q", in, said, want)
		}
	}
}

// Colours are read as browsers read them.
func TestColours(t *testing.T) {
	for in, want := range map[string]string{
		"red": "#ff0000 1", "#0af": "#00aaff 1", "#0af8": "#00aaff 0.53", "#00aaff80": "#00aaff 0.50", "rgb(1,2,3)": "#010203 1",
		"rgba(1, 2, 3, .5)":      "#010203 0.5",
		"rgb(100% 0% 50% / 25%)": "#ff0080 0.25", "hsl(120,100%,25%)": "#008000 1", "hsl(-240deg 100% 25%)": "#008000 1",
		"transparent": "#000000 0", "windowtext": "#000000 1",
		"rgb(300,-5,0)": "#ff0000 1", "rebeccapurple": "#663399 1",
		"inherit": "", "var(--x)": "", "#12345": "", "#ggg": "", "rgb(1,2)": "", "rgb(nan,1,1)": "", "url(x)": "", "": "",
	} {
		got := ""
		if c, alpha, ok := parseColour(in); ok {
			got = fmt.Sprintf("%s %.3g", c, alpha)
			if alpha > 0.49 && alpha < 0.6 && in != "rgba(1, 2, 3, .5)" {
				got = fmt.Sprintf("%s %.2f", c, alpha)
			}
		}
		if got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
	for _, back := range []colour{{0, 0, 0}, {255, 255, 255}, {119, 119, 119}, {128, 0, 0}} {
		for _, text := range []colour{{0, 0, 0}, {255, 255, 255}, {119, 119, 119}, {0, 0, 238}} {
			if got := text.readable(back); contrast(got, back) < 3 {
				t.Errorf("%s on %s", got, back)
			}
		}
	}
}

// A mail without visible content has nothing to show.
func TestNothingToShow(t *testing.T) {
	for in, want := range map[string]bool{
		"": true, "<div><br></div>": true, "&nbsp;\u200b<p> </p>": true, `<div style="display:none">a</div>`: true,
		`<style>a</style><title>a</title>`:    true,
		`<img src="https://x.example/pixel">`: true, `<img src="cid:x" width=0>`: true,
		"a": false, "<p>&euro;": false, `<img src="cid:x">`: false,
	} {
		if got := safeHTML(in, false, "", nil).empty; got != want {
			t.Errorf("%s: %v", in, got)
		}
	}
}

// A mail whose HTML shows nothing is shown with the text from its mailbox;
// without a text it says so.
func TestPlainTextInsteadOfNothing(t *testing.T) {
	k := newTalking(t)
	k.graph.texts = map[string]string{"message1": "Alleen de <tekst> zegt iets.", "message2": " \u00a0\r\n", "message4": "zegt niets"}
	for n, want := range []string{"Alleen de &lt;tekst&gt; zegt iets.", "Deze mail heeft geen tekst.", "Deze mail heeft geen tekst."} {
		path := "/api/mails/" + k.html(t, n+1, "<html><head></head><body><div><br></div></body></html>") + "/body"
		if got := k.ok(t, "manager", "GET "+path, ""); !strings.Contains(got.text, want) {
			t.Errorf("%d: %s", n, got.text)
		}
		if n == 2 {
			if got := k.ok(t, "manager", "GET "+path+"?language=en", ""); !strings.Contains(got.text, "This mail has no text.") {
				t.Error(got.text)
			}
		}
	}
	k.graph.asked.Store(0)
	if got := k.ok(t, "manager", "GET /api/mails/"+k.html(t, 4, "<p>zegt iets")+"/body", ""); strings.Contains(got.text, "niets") ||
		k.graph.asked.Load() != 0 {
		t.Error("a mail with a text is asked for another")
	}
	k.graph.fail = refused{429, "ApplicationThrottled"}
	if got := k.ok(t, "manager", "GET /api/mails/"+k.html(t, 5, "")+"/body", ""); !strings.Contains(got.text, "geen tekst") {
		t.Error(got.text)
	}
}

// hostileHTML are inputs of about size bytes that are slow for some parsers.
func hostileHTML(size int) map[string]string {
	fill := func(s string) string { return strings.Repeat(s, size/len(s)+1) }
	rules := func(f func(i int) string) string {
		var b strings.Builder
		for i := 0; b.Len() < size/2; i++ {
			b.WriteString(f(i))
		}
		return b.String()
	}
	return map[string]string{
		"divs": fill("<div>"), "brackets": fill("<"), "open tags": fill("<p"), "open attributes": "<p " + fill(`a="`),
		"one tag": "<p " + fill("a "), "attributes": "<p" + rules(func(i int) string { return fmt.Sprint(" a", i, "=1") }) + ">x",
		"end tags": fill("</p>"), "strange end tags": strings.Repeat("<b>", 250) + fill("</x>"), "paragraphs": fill("<p>x"),
		"cells": "<table>" + fill("<tr><td>x"), "tables": fill("<table><tr><td>"),
		"formatting": "<p>" + strings.Repeat("<b style='color:red'>", 200) + "</p>" + fill("<p>x"), "comments": fill("<!--"),
		"entities": fill("&amp;&"), "quotes": fill(`"`),
		"styles":     fill(`<p style="color:red;background:blue;padding:1px;border:1px solid red">x</p>`),
		"long style": `<p style="` + fill("color:red;") + `">`,
		"tried values": fill(`<p style="text-decoration:` + strings.Repeat("none ", 30) + `x;border:` + strings.Repeat("red ", 40) +
			`;font-family:` + strings.Repeat("a,", 60) + `">`),
		"rules": "<style>" + rules(func(i int) string { return fmt.Sprintf(".c%d{color:red;padding:1px}", i) }) + "</style>" +
			fill("<p class='c1 c2 c3 c4 c5 c6 c7 c8 c9'>x")[:size/2],
		"one rule":           "<style>" + fill(".a{color:red}")[:size/2] + "</style>" + fill("<p class=a>")[:size/2],
		"selectors":          "<style>" + fill(".a,")[:size/2] + "b{color:red}</style>" + fill("<p class=a>")[:size/2],
		"comment in a style": "<style>" + fill("/*") + "</style>", "braces": "<style>" + fill("{") + "</style>",
		"style elements": fill("<style>p{color:red}</style>"),
		"classes":        fill("<p class='" + strings.Repeat("a ", 5000) + "'>"), "svg": fill("<svg>"), "svg and text": fill("<svg><p>"),
		"pictures": fill(`<img src="cid:a">`), "links": fill(`<a href="https://x.example/?a=1">x`), "zeros": fill("\x00"),
	}
}

// No mail takes long, has a much larger output than input, or nests deep.
func TestHostileHTMLIsBounded(t *testing.T) {
	for name, in := range hostileHTML(1 << 20) {
		start := time.Now()
		out := safeHTML(in, false, "", nil).html
		if took := time.Since(start); took > 500*time.Millisecond {
			t.Logf("%s: %s", name, took) // only measured, without a limit: see the benchmark
		}
		if len(out) > maxDocument+maxText*5 {
			t.Errorf("%s: %d bytes", name, len(out))
		}
		if !strings.HasPrefix(out, "<pre") && strings.Count(out, "<div>") > 0 && strings.Contains(out, strings.Repeat("<div>", maxDepth+1)) {
			t.Errorf("%s is nested deep", name)
		}
	}
}

func BenchmarkHostileHTML(b *testing.B) {
	for name, in := range hostileHTML(1 << 20) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(in)))
			for b.Loop() {
				safeHTML(in, false, "", nil)
			}
		})
	}
}

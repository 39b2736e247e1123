package api

import (
	"cmp"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	xhtml "golang.org/x/net/html"
)

// No HTML gets through that runs a program, loads a file or misleads, however
// it is written.
func TestHostileMail(t *testing.T) {
	for name, in := range map[string]string{
		"script":            `<p>a</p><script>alert(1)</script>`,
		"script, broken":    `<scr<script>ipt>alert(1)</scr</script>ipt>`,
		"event":             `<img src=x onerror=alert(1)><p onclick="alert(1)">x</p>`,
		"javascript link":   `<a href="javascript:alert(1)">x</a><a href=" java&#x0a;script:alert(1)">y</a>`,
		"data link":         `<a href="data:text/html,<script>alert(1)</script>">x</a>`,
		"link without host": `<a href="//boos.example/">x</a><a href="/api/settings">y</a>`,
		"remote picture":    `<img src="https://boos.example/pixel.gif"><img src="//boos.example/p"><img srcset="https://boos.example/p 2x">`,
		"remote style": `<style>@import url(https://boos.example)</style><p style="background:url(https://boos.example/x)">x</p><link ` +
			`rel=stylesheet href=https://boos.example>`,
		"style trick":         `<p style="position:fixed;top:0;left:0;width:100%;height:100%;behavior:url(x);color:red">x</p>`,
		"form":                `<form action=https://boos.example><input name=password><button>ok</button></form>`,
		"frame":               `<iframe src=https://boos.example></iframe><object data=x></object><embed src=x>`,
		"svg":                 `<svg onload=alert(1)><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>`,
		"math":                `<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></table></mtext></math>`,
		"base and meta":       `<base href=https://boos.example/><meta http-equiv=refresh content="0;url=https://boos.example">`,
		"picture that is not": `<img src="data:image/svg+xml;base64,PHN2Zz4=">`,
		"comment":             `<!--[if mso]><script>alert(1)</script><![endif]--><!-- > <img src=x onerror=alert(1)> -->`,
		"template":            `<template><img src=x onerror=alert(1)></template><noscript><img src=x onerror=alert(1)></noscript>`,
		"title":               `<title><img src=x onerror=alert(1)></title>`,
		"nested too deep":     strings.Repeat("<div>", 5000) + "<script>alert(1)</script>tekst",
		"too long":            strings.Repeat("<p>tekst</p><script>alert(1)</script>", 100_000),
		"not closed":          `<div><table><tr><td><a href="https://x.example" onmouseover="alert(1)`,
	} {
		t.Run(name, func(t *testing.T) {
			out := shownHTML(in)
			tokens(out, func(kind xhtml.TokenType, z *xhtml.Tokenizer) bool {
				if kind != xhtml.StartTagToken && kind != xhtml.SelfClosingTagToken {
					return true
				}
				tok := z.Token()
				switch tok.Data {
				case "script", "style", "iframe", "object", "embed", "form", "input", "button", "svg", "math", "base", "meta", "link", "template",
					"title":
					t.Errorf("<%s> got through: %.200s", tok.Data, out)
				}
				for _, a := range tok.Attr {
					v := strings.ToLower(a.Val)
					switch {
					case strings.HasPrefix(a.Key, "on"), a.Key == "srcset", a.Key == "action":
						t.Errorf("%s got through: %.200s", a.Key, out)
					case a.Key == "src" && !strings.HasPrefix(v, "data:image/"), a.Key == "src" && strings.Contains(v, "svg"):
						t.Errorf("picture %q got through", a.Val)
					case a.Key == "href" && !strings.HasPrefix(v, "http") && !strings.HasPrefix(v, "mailto:") && !strings.HasPrefix(v, "tel:"):
						t.Errorf("link %q got through", a.Val)
					case a.Key == "style" && (strings.Contains(v, "url") || strings.Contains(v, "position") || strings.Contains(v, "behavior")):
						t.Errorf("style %q got through", a.Val)
					}
				}
				return true
			})
		})
	}
}

// The document of a mail has the origin of the pages, so it may never run
// scripts.
func TestNoFrameHasOriginAndScripts(t *testing.T) {
	files := 0
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && (d.Name() == ".git" || d.Name() == "node_modules") {
			return cmp.Or(err, filepath.SkipDir)
		}
		if kind := filepath.Ext(path); d.IsDir() || strings.HasSuffix(path, "_test.go") || kind != ".go" && kind != ".html" && kind != ".js" {
			return nil
		}
		text, err := os.ReadFile(path)
		files++
		if strings.Contains(strings.ToLower(string(text)), "allow-"+"scripts") {
			t.Errorf("%s lets something run scripts", path)
		}
		return err
	})
	if err != nil || files < 100 {
		t.Fatal(files, err)
	}
	for _, remote := range []bool{true, false} {
		policy := bodyPolicy("https://kantoor.example", "/api/x/pictures/", remote)
		if !strings.Contains(policy, "allow-same-origin") || strings.Contains(policy, "script") ||
			!strings.Contains(policy, "default-src 'none'") {
			t.Error(policy)
		}
	}
	if policy := bodyPolicy("", "/api/x/pictures/", false); !strings.Contains(policy, "img-src data: 'self';") {
		t.Error(policy)
	}
}

// The elements that the body of a mail needs are kept.
func TestLetterStays(t *testing.T) {
	out := shownHTML(`<p style="color:#333;font-weight:bold">Beste <b>Anna</b>,</p><table border="1"><tr><td colspan="2">12</td></tr>` +
		`</table>` +
		`<a href="https://www.belastingdienst.nl/x?a=1&amp;b=2">site</a><img src="data:image/png;base64,iVBORw0KGgo=" alt="logo">`)
	for _, want := range []string{"<b>Anna</b>", "<table", `colspan="2"`, `href="https://www.belastingdienst.nl/x?a=1&amp;b=2"`, "noreferrer",
		`target="_blank"`, "data:image/png", "color: #333"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in %s", want, out)
		}
	}
}

// A mail is dark on a dark page unless it sets colours itself, or has pictures
// that may be made for a white background. Setting black text is no choice.
func TestLooksOfLetters(t *testing.T) {
	for in, want := range map[string]colourUse{
		`<p>Beste Anna</p>`: noColours,
		`<div style="font-family:Calibri; font-size:12pt; color:rgb(0, 0, 0)">Beste <b style="COLOR: Black;background-color:#FFF">` +
			`Anna</b></div>`: blackOnWhite,
		`<p>color: red</p>`: noColours,
		`<style>p.x{color:windowtext}</style><p class=x>Anna</p>`:                             blackOnWhite,
		`<p style="color:#333">Beste Anna</p>`:                                                ownColours,
		`<p style="color:#000"><b style="color:#0563C1">Anna</b></p>`:                         ownColours,
		`<p style="background-color:#eee">Beste Anna</p>`:                                     ownColours,
		`<table bgcolor=navy><tr><td>Anna</table>`:                                            ownColours,
		`<style>p{background:#eee}</style><p>Anna`:                                            ownColours,
		`<p>Groet</p><img src="data:image/png;base64,iVBORw0KGgo=" alt="">`:                   ownColours,
		`<p>Groet</p><img src="cid:x" alt="">`:                                                ownColours,
		`<p>Groet</p><img src="https://x.example/y.png" alt="logo">`:                          noColours,
		`<div style="display:none;color:white">wat de lijst laat zien</div><p>Beste Anna</p>`: noColours,
		`<p style="color:white">Beste Anna</p>`:                                               ownColours,
	} {
		got := safeHTML(in, false, "", nil)
		if got.colours != want {
			t.Errorf("%s looks %d, want %d", in, got.colours, want)
		}
		if want < ownColours && strings.Contains(strings.ToLower(got.html), "color:") && !strings.Contains(in, "<p>color") {
			t.Errorf("%s keeps a colour: %s", in, got.html)
		}
		if follows := strings.Contains(styleOf(got.colours, ""), "color-scheme:light dark"); follows != (want < ownColours) {
			t.Errorf("%s follows the page: %v", in, follows)
		}
	}
	if out := asText("<b>color: red</b>", nil); !strings.Contains(out, "&lt;b&gt;color: red") {
		t.Error(out)
	}
}

// A mail that is shown as text has all of its text, and no tags.
func TestTextOf(t *testing.T) {
	got := textOf(`<style>p{}</style><p>Beste&nbsp;Anna &lt;x&gt;</p><script>alert(1)</script><div>tot ziens<br>Jan</div>`)
	if strings.Contains(got, "alert") || strings.Contains(got, "p{}") || !strings.Contains(got, "Anna <x>") ||
		!strings.Contains(got, "tot ziens\nJan") {
		t.Errorf("%q", got)
	}
	if out := asText("<script>", nil); strings.Contains(out, "<script>") {
		t.Errorf("text is not escaped: %s", out)
	}
}

func FuzzSafeHTML(f *testing.F) {
	f.Add(`<p>a<script>b</script><img src=x onerror=y>`)
	f.Fuzz(func(t *testing.T, in string) {
		out := shownHTML(in)
		if !utf8.ValidString(in) {
			return
		}
		tokens(out, func(kind xhtml.TokenType, z *xhtml.Tokenizer) bool {
			if name, _ := z.TagName(); kind == xhtml.StartTagToken &&
				(string(name) == "script" || string(name) == "iframe" || string(name) == "style") {
				t.Errorf("<%s> got through: %q", name, out)
			}
			return true
		})
	})
}

// shownHTML is what is shown of a mail's HTML.
func shownHTML(s string) string { return safeHTML(s, false, "", nil).html }

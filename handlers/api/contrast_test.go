package api

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/jhillyerd/enmime/v2"

	"kantoorpost/shared/must"
)

// colourfulMails set colours in the ways that mails do, and in some that they should not.
var colourfulMails = []string{
	`<p>zwart</p>`, `<p style="color:#fff">wit op wit</p>`, `<p><font color="#ffff00">geel</font></p>`,
	`<body text="#ffffff" bgcolor="#ffffff">wit</body>`,
	`<table bgcolor="#003366"><tr><td><font color="#ffffff">wit op blauw</font><td style="color:black">zwart op blauw<td><a ` +
		`href="https://x.example">link</a></table>`,
	`<style>.h{background-color:#222;color:#eee} .h a{color:#fff} p{color:#777}</style><div class="h">kop <a href="https://x.example">` +
		`link</a><p>grijs</p></div><p>grijs op wit</p>`,
	`<style>body{background:#000;color:#fff}</style><body>alles zwart<p style="color:inherit">erft</p><table><tr><td>cel</table></body>`,
	`<div style="background-image:url(https://x.example/b.png);color:white">tekst op een foto</div>`,
	`<div style="background:linear-gradient(#000,#111);color:white">verloop</div>`,
	`<div style="background:rgba(0,0,0,.8);color:#fff">doorzichtig<span style="background:rgba(255,255,255,.9);color:#eee">nog ` +
		`eens</span></div>`,
	`<table><font color=white><tr><td bgcolor=navy>in de tabel</td></tr>buiten</font></table>`, `<td bgcolor=black><p>zonder tabel`,
	`<table bgcolor=navy><font color=white>naast de cellen<tr><td>cel</table>`,
	`<table style="background:#013;color:#fff">naast de cellen<span style="color:#ff8">x</span><tr><td>cel</table>`,
	`<p style="color:white;background:black">een<div>twee</div>drie`,
	`<p style="background:#000;color:#fff"><table><tr><td>tabel in een alinea<td style="color:#111">donker</table>`,
	`<b style="color:#fff;background:#000"><p>een</b>twee</p>drie`,
	`<a href="https://x.example" style="background:#00f">een<a href="https://x.example">twee</a>drie`,
	`<section style="background:#123;color:#eee"><h1>kop</h1><article style="color:#124">tekst</article></section>`,
	`<p style="color:transparent">doorzichtig</p><p style="color:rgba(0,0,0,.1)">bijna</p><p style="color:hsl(60,100%,90%)">licht</p>`,
	`<p style="color:windowtext;background:window">systeem</p>`,
	`<p style="color:#808080">grijs</p><hr><p style="background:#808080">grijs</p>`,
	`<div style="display:none;color:#fff">verborgen</div><div style="font-size:0;color:#fff">klein<span style="font-size:14px">` +
		`groot</span></div>`,
	`<center style="color:gold"><li style="background:#222">een<li>twee</center>`,
	`<ul style="background:#eee;color:#ddd"><li>een<li style="color:#111">twee</ul>`,
	`<font color=white><table bgcolor=black><tr><th>een<td bgcolor=white>twee</table>drie</font>`,
	`<span style="color:#fff"><img src="data:image/png;base64,iVBORw0KGgo=">naast een plaatje</span>`,
	`<button style="background:#0a0;color:#0b0">knop</button><label style="color:yellow">veld</label>`,
	`<pre style="background:#272822;color:#f8f8f2">code <code style="color:#272822">x</code></pre>`,
}

// measureContrast returns, for each document, the texts that are hard to read.
const measureContrast = `async (count) => {
  const channel = (v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = (c) => 0.2126 * channel(c[0]) + 0.7152 * channel(c[1]) + 0.0722 * channel(c[2]);
  const parse = (s) => { const n = s.match(/[\d.]+/g).map(Number); return n.length === 3 ? [...n, 1] : n; };
  const over = (top, back) => [0, 1, 2].map((i) => top[i] * top[3] + back[i] * (1 - top[3]));
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const wrong = [];
  for (let n = 0; n < count; n++) {
    const frame = document.createElement("iframe");
    frame.sandbox = "allow-same-origin";
    frame.src = "/" + n;
    frame.style = "width: 700px; height: 500px";
    await new Promise((loaded) => { frame.onload = loaded; document.body.replaceChildren(frame); });
    const page = frame.contentDocument, style = (e) => frame.contentWindow.getComputedStyle(e);
    const root = style(page.documentElement);
    const canvas = dark && root.colorScheme.includes("dark") ? [18, 18, 18, 1] : [255, 255, 255, 1];
    const texts = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT);
    let seen = 0;
    for (let t; (t = texts.nextNode());) {
      const e = t.parentElement;
      if (!t.data.trim() || e.localName === "style" || !e.checkVisibility({ opacityProperty: true, visibilityProperty: true }) ||
        parseFloat(style(e).fontSize) < 2) continue;
      seen++;
      const layers = [];
      for (let a = e; a; a = a.parentElement) layers.push(parse(style(a).backgroundColor));
      const back = layers.reverse().reduce((back, layer) => over(layer, back), canvas);
      const text = over(parse(style(e).color), back);
      const [a, b] = [light(text), light(back)];
      const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      if (contrast < 3) wrong.push(n + ": " + contrast.toFixed(2) + " " + text.map(Math.round) + " on " + back.map(Math.round) +
        ": " + t.data.trim().slice(0, 40) + " in " + e.outerHTML.slice(0, 120));
    }
    if (!seen && !page.images.length) wrong.push(n + ": nothing can be seen");
  }
  return wrong;
}`

// Every text of every mail is readable, in light and in dark colours: of the
// mails above, and of real ones when they are beside the checkout.
func TestEveryTextCanBeRead(t *testing.T) {
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("there is no chromium to look at mails with: apt-get install chromium")
	}
	mails, names := colourfulMails, []string(nil)
	for range mails {
		names = append(names, "own")
	}
	files, _ := filepath.Glob("../../../shared/corpora/messages/*/*/*.eml")
	more, _ := filepath.Glob("../../../shared/corpora/messages/*/*.eml")
	for _, f := range append(files, more...) {
		if text := htmlOf(f); text != "" && !safeHTML(text, false, "", nil).empty {
			mails, names = append(mails, text), append(names, f)
		}
	}
	if _, err := os.Stat("../../../shared/corpora"); err != nil {
		t.Logf("no real mail here: %v", err)
	} else if len(mails) == len(colourfulMails) {
		t.Error("there is no mail in ../../../shared/corpora")
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		n, err := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/"))
		if err != nil || n >= len(mails) {
			fmt.Fprint(w, "<!doctype html><body>")
			return
		}
		w.Header().Set("Content-Security-Policy", bodyPolicy("", "/", false))
		d := safeHTML(mails[n], false, "", nil)
		fmt.Fprint(w, "<!doctype html><meta charset=utf-8>", styleOf(d.colours, ""), strings.ReplaceAll(d.html, `src="cid:`, `src="/pictures/`))
	}))
	defer server.Close()
	ctx, end := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.UserDataDir(t.TempDir()))...)
	defer end()
	ctx, cancel := chromedp.NewContext(ctx)
	defer func() { _ = chromedp.Cancel(ctx); cancel() }()
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start %s: %v", chromium, err)
	}
	ctx, stop := context.WithTimeout(ctx, 5*time.Minute)
	defer stop()
	for _, theme := range []string{"light", "dark"} {
		look := chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
			_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia,
				emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}}})
			return err
		})
		must.Do(t, chromedp.Do(ctx, look))
		must.Get(chromedp.Run(ctx, chromedp.NavigateResponse(server.URL+"/all")))(t)
		wrong := must.Get(chromedp.Run(ctx, chromedp.Evaluate[[]string]("("+measureContrast+")("+strconv.Itoa(len(mails))+")",
			chromedp.EvalAwaitPromise)))(t)
		for _, w := range wrong {
			n, _, _ := strings.Cut(w, ":")
			i, _ := strconv.Atoi(n)
			t.Errorf("%s: %s: %s", theme, names[i], w)
		}
	}
	t.Logf("%d mails", len(mails))
}

// htmlOf is the HTML of a mail in a file, "" for none.
func htmlOf(file string) (text string) {
	defer func() { _ = recover() }() // the library panics on some files that are no mail
	f, err := os.Open(file)
	if err != nil {
		return ""
	}
	defer f.Close()
	e, err := enmime.ReadEnvelope(f)
	if err != nil || e == nil {
		return ""
	}
	return e.HTML
}

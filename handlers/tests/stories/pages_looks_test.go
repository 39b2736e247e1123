package stories_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"golang.org/x/net/html"

	"kantoorpost/handlers/app/apptest"
	"kantoorpost/shared/dev/axe"
	"kantoorpost/shared/dev/npm"
	"kantoorpost/shared/dev/seed"
	"kantoorpost/shared/must"
	"kantoorpost/shared/sim"
)

const willem = "willem@" + apptest.Domain // administrator of the office below

// bigOffice is the office of the simulated tenant, with its mail of the last
// weeks.
func bigOffice(t *testing.T) *site {
	t.Helper()
	w := newWorld(t)
	w.Config.FirstAdministrator = willem
	w.Start()
	s := admit(t, w)
	office := sim.NewOffice(apptest.Domain, time.Now())
	for _, m := range office.Mailboxes {
		must.Get(w.Tenant.AddMailbox(sim.MailboxOptions{Address: m.Address, Name: m.Name, Aliases: m.Aliases, Shared: m.Shared}))(t)
	}
	must.Do(t, seed.Office(t.Context(), seed.Options{
		App: s.url, Administrator: willem, Office: office, From: time.Now().AddDate(0, 0, -30),
		Connector: seed.Connector{Name: "Kantoor De Vries", ClientID: apptest.ClientID, ClientSecret: apptest.ClientSecret,
			TokenEndpoint: w.URL + "/" + apptest.TenantID + "/oauth2/v2.0/token"},
	}))
	for _, m := range office.Mails {
		must.Do(t, w.Tenant.Deliver(t.Context(), m.Envelope, m.Raw))
	}
	w.Tick()
	return s
}

// looks looks at every page that a way leads to, as a person who may see all of
// them.
func looks(t *testing.T, chromium context.Context, all bool) {
	s := bigOffice(t)
	script, err := axe.Script(t.Context())
	if errors.Is(err, npm.ErrNoNode) {
		t.Log("without axe: ", err)
	} else if err != nil {
		t.Fatal(err)
	}
	pages := s.pages(t, willem)
	if len(pages) < 3 {
		t.Fatalf("only %v", pages)
	}
	type device struct {
		lang, theme string
		width       int64
	}
	devices := []device{{"nl", "light", 1280}, {"en", "dark", 360}}
	if all { // each two of these meet in some device; pictures are made of all
		devices = []device{{"nl", "light", 1280}, {"nl", "dark", 360}, {"en", "light", 360}, {"en", "dark", 1280}}
	}
	if os.Getenv("SHOTS") != "" {
		devices = append(devices, device{"nl", "light", 360}, device{"nl", "dark", 1280}, device{"en", "light", 1280}, device{"en", "dark", 360})
	}
	for _, d := range devices {
		script := script
		if d.lang == "en" && os.Getenv("SHOTS") == "" {
			script = "" // other words alone keep nobody out; it takes its time
		}
		for some := range slices.Chunk(pages, (len(pages)+3)/4) { // for each core enough, to the end
			t.Run(fmt.Sprintf("%s %s %d/from %s", d.lang, d.theme, d.width, some[0].name), func(t *testing.T) {
				t.Parallel()
				b := s.visit(t, chromium, willem, d.lang)
				b.look(d.theme, d.width)
				for _, p := range some {
					b.inspect(p, script, d.theme, d.width)
				}
			})
		}
	}
}

// A view is a page in a state: the address of one of its kind.
type view struct{ name, path string }

var (
	idInPath = regexp.MustCompile(`/([a-z2-7]{26}|[0-9]{13}-[a-z2-7]{26}|[0-9a-f-]{36})(/|$)`)
	pathOf   = regexp.MustCompile(`^/web(/|$)`)
)

// pages finds, from the first page on, what links and frames lead to: one page
// of each kind.
func (s *site) pages(t *testing.T, email string) []view {
	t.Helper()
	seen := map[string]bool{}
	var views []view
	for queue := []string{"/web"}; len(queue) > 0; queue = queue[1:] {
		r := must.Get(http.NewRequestWithContext(t.Context(), "GET", s.url+queue[0], nil))(t)
		r.Header.Set("Authorization", "Bearer local:"+email)
		res := must.Get(http.DefaultClient.Do(r))(t)
		body, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		here := res.Request.URL
		if res.StatusCode != http.StatusOK {
			t.Errorf("a link leads to %s, which answers %d", queue[0], res.StatusCode)
			continue
		}
		if !strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") || res.Header.Get("Content-Disposition") != "" {
			continue // a file
		}
		if k := kind(here); k != "" && !slices.ContainsFunc(views, func(v view) bool { return v.name == k }) {
			views = append(views, view{k, here.RequestURI()})
		}
		for _, link := range links(t, string(body)) {
			u, err := here.Parse(link)
			if err != nil {
				t.Errorf("%s has a link to %q", queue[0], link)
				continue
			}
			if u.Host != here.Host || !pathOf.MatchString(u.Path) || strings.HasPrefix(u.Path, "/web/static/") {
				continue
			}
			if k := kind(u); !seen[k] {
				seen[k] = true
				queue = append(queue, u.RequestURI())
			}
		}
	}
	return views
}

// kind names what pages of one kind have in common: the path without ids, and
// the first thing that the query asks for. Beside one object, what the query says
// of the list is no page of its own, but for the state.
func kind(u *url.URL) string {
	path := u.Path
	for idInPath.MatchString(path) {
		path = idInPath.ReplaceAllString(path, "/one$2")
	}
	name := strings.TrimPrefix(path, "/web/")
	q := u.Query()
	for _, key := range slices.Sorted(maps.Keys(q)) {
		value := q.Get(key)
		if value == "" || key != "state" && (strings.Contains(path, "/one") || strings.HasSuffix(path, "/new")) {
			continue
		}
		if len(value) > 24 {
			return fileName(name + "-" + key)
		}
		return fileName(name + "-" + key + "-" + value)
	}
	return fileName(name)
}

// links are the addresses that a page leads to.
func links(t *testing.T, page string) (to []string) {
	t.Helper()
	doc := must.Get(html.Parse(strings.NewReader(page)))(t)
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode || n.Data != "a" {
			continue
		}
		for _, a := range n.Attr {
			if a.Key == "href" {
				to = append(to, a.Val)
			}
		}
	}
	return to
}

// maxWire is how much a page may send, with all that belongs to it; maxWireEditor is
// that of a page that begins with the editor.
const (
	maxWire       = 60 << 10
	maxWireEditor = 100 << 10
)

// inspect opens a page, on one device as for the first time, and says what is wrong with it.
func (b *tab) inspect(v view, script, theme string, width int64) {
	b.t.Helper()
	if theme == "light" && width == 1280 {
		b.call(command(network.ClearBrowserCache, cdp.Empty{}))
	}
	b.complaints()
	b.wire()
	status := b.open(v.path)
	b.until("all of "+v.name, `document.readyState === "complete"`)
	wrong := b.complaints()
	if status != http.StatusOK {
		wrong = append(wrong, fmt.Sprint("status ", status))
	}
	limit := maxWire
	if edits, err := eval[bool](b, `document.querySelector("[data-compose]") !== null`); err != nil || edits {
		limit = maxWireEditor
	}
	if n := b.wire(); n > limit {
		wrong = append(wrong, fmt.Sprintf("%d bytes come over the wire", n))
	}
	more, err := eval[[]string](b, faults)
	wrong = append(wrong, more...)
	b.must(err)
	wrong = append(wrong, b.leftovers()...)
	if width == 1280 {
		wrong = append(wrong, b.zoomed(width)...)
		wrong = append(wrong, b.printed(theme, width)...)
	}
	if script != "" {
		found, err := eval[[]string](b, script+";"+runAxe, chromedp.EvalAwaitPromise)
		if err != nil {
			wrong = append(wrong, "axe: "+err.Error())
		}
		wrong = append(wrong, found...)
	}
	for _, w := range wrong {
		b.t.Errorf("%s (%s): %s", v.name, v.path, w)
	}
	if dir := os.Getenv("SHOTS"); dir != "" {
		b.picture(fmt.Sprintf("%s/%s-%s-%s-%d.png", dir, v.name, b.lang, theme, width))
	}
}

// faults finds what every page must have, and must not.
const faults = `(() => {
  const wrong = [], h1 = document.querySelectorAll("h1").length;
  if (h1 !== 1) wrong.push(h1 + " elements h1");
  if (!document.title || !document.documentElement.lang) wrong.push("no title or no language");
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide > 0) {
    const out = [...document.querySelectorAll("main *")].filter((e) => e.getBoundingClientRect().right > innerWidth + 1)
      .map((e) => e.tagName + "." + e.className).slice(0, 5);
    wrong.push("scrolls sideways by " + wide + " px: " + out);
  }
  // What scrolls by itself hides what is too wide.
  for (const form of document.querySelectorAll("main form.compose")) {
    const over = form.getBoundingClientRect().right - innerWidth;
    if (over > 0) wrong.push("the composer is " + over + " px too wide");
  }
  const menu = document.querySelector("main .chat-actions details.add");
  if (menu && innerWidth > 899) { // else the page scrolls
    menu.open = true;
    const last = menu.querySelector("li:last-child"), box = last.getBoundingClientRect();
    const shown = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    if (!last.contains(shown)) wrong.push("the menu of the chat is cut off");
    menu.open = false;
  }
  const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
  for (const id of new Set(ids.filter((id, i) => ids.indexOf(id) !== i))) wrong.push("two elements with the id " + id);
  return wrong;
})()`

const runAxe = `axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"], resultTypes: ["violations"], iframes: false })
  .then((r) => r.violations.map((v) => "axe " + v.id + ": " + v.help + ": " + v.nodes.slice(0, 3)
    .map((n) => n.target + " " + n.html.slice(0, 160) + " " + n.failureSummary.replace(/\s+/g, " ").slice(0, 300)).join(" | ")))`

// leftovers are keys of texts, and what templates write by mistake, that a page
// shows.
func (b *tab) leftovers() (wrong []string) {
	b.t.Helper()
	text, err := eval[string](b, `document.title + "\n" + document.documentElement.outerHTML.replace(/<script[^]*?<\/script>/g, `+
		`"").replace(/ (?:id|class|name|for|href|src|action|data-[a-z-]+|hx-[a-z-]+|content)="[^"]*"/g, "")`)
	b.must(err)
	rooms := map[string]bool{}
	for key := range pageTexts(b.t)["nl"] {
		room, _, _ := strings.Cut(key, ".")
		rooms[room] = true
	}
	for _, m := range regexp.MustCompile(`\b([a-z-]+)\.[a-z][a-z0-9.-]*\b`).FindAllStringSubmatchIndex(text, -1) {
		if rooms[text[m[2]:m[3]]] && (m[0] == 0 || text[m[0]-1] != '@') {
			wrong = append(wrong, "shows the key "+text[m[0]:m[1]])
		}
	}
	for _, m := range regexp.MustCompile(`%!|&lt;nil&gt;|map\[|ZgotmplZ|\{\d\}|0001-01-01|\bNaN\b|\bundefined\b`).FindAllString(text, -1) {
		wrong = append(wrong, "shows "+m)
	}
	return wrong
}

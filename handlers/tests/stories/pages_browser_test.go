package stories_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"kantoorpost/handlers/app/apptest"
	"kantoorpost/shared/dev/signin"
	"kantoorpost/shared/must"
	"kantoorpost/shared/wiretest"
)

// browser starts the one browser of the stories, and skips the test when the
// machine has none. It ends with the test.
func browser(t *testing.T) context.Context {
	t.Helper()
	if wiretest.UnderRace {
		t.Skip("a browser and the race detector together want more than two cores; the handlers' other tests look for races")
	}
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("there is no chromium to look at the pages with: apt-get install chromium")
	}
	ctx, end := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.UserDataDir(t.TempDir()), chromedp.Flag("hide-scrollbars", true))...)
	ctx, cancel := chromedp.NewContext(ctx)
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx) // waits until it has ended, so that its folder can go
		cancel()
		end()
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	return ctx
}

// A site is a world that browsers reach, behind what App Service Authentication
// does.
type site struct {
	*world
	url  string
	away atomic.Bool // every connection breaks
	seen sync.Map    // what browsers asked for, by address
	late sync.Map    // files that are not answered before their channel is closed, by name
}

// admit lets browsers in.
func admit(t *testing.T, w *world) *site {
	t.Helper()
	s := &site{world: w}
	door := signin.New(signin.Options{Tenant: apptest.StaffTenant, ObjectID: accountID,
		Next: http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
			w.Process.ServeHTTP(out, r)
		})})
	server := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		if s.away.Load() {
			panic(http.ErrAbortHandler)
		}
		s.seen.Store(r.URL.RequestURI(), true)
		if come, late := s.late.Load(path.Base(r.URL.Path)); late {
			select {
			case <-come.(chan struct{}):
			case <-r.Context().Done():
			}
		}
		door.ServeHTTP(out, r)
	}))
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

// accountID is the id of somebody's account, as principal says it.
func accountID(email string) string {
	text, _ := base64.StdEncoding.DecodeString(apptest.Principal(email)) // it was encoded just now
	var p struct {
		Claims []struct{ Typ, Val string }
	}
	_ = json.Unmarshal(text, &p)
	for _, c := range p.Claims {
		if c.Typ == "oid" {
			return c.Val
		}
	}
	return ""
}

// A tab is what one person looks at, with cookies of his own.
type tab struct {
	t    *testing.T
	ctx  context.Context
	site *site
	lang string

	mu    sync.Mutex
	wrong []string // what the browser complains about
	asked map[network.RequestID]string
	bytes float64 // that came over the wire for pages
}

// patience is how long a page may take to show what is waited for. Nothing
// takes that long unless it never comes.
const patience = time.Minute

// visit opens a browser for a person, "" for nobody who is signed in.
func (s *site) visit(t *testing.T, browser context.Context, email, lang string) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	b := &tab{t: t, ctx: ctx, site: s, lang: lang, asked: map[network.RequestID]string{}}
	b.must(chromedp.Listen(ctx, b.listen))
	b.call(command(network.Enable, network.EnableParams{}), command(log.Enable, cdp.Empty{}))
	b.call(command(network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{Headers: network.Headers{"Accept-Language": lang}}))
	b.look("light", 1280)
	if email != "" {
		b.signIn(email)
	}
	return b
}

// command is a command of the browser's protocol as a step.
func command[P, R any](c cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, c, params)
		return err
	})
}

func (b *tab) signIn(email string) {
	b.t.Helper()
	b.call(command(network.SetCookie, network.SetCookieParams{
		Name: "AppServiceAuthSession", Value: base64.RawURLEncoding.EncodeToString([]byte(email)), URL: b.site.url,
	}))
}

// signOut lets the session end, as it does by itself after some hours.
func (b *tab) signOut() {
	b.t.Helper()
	b.call(command(network.DeleteCookies, network.DeleteCookiesParams{Name: "AppServiceAuthSession", URL: b.site.url}))
}

// look is how the device shows pages: light or dark, and how wide.
func (b *tab) look(theme string, width int64) {
	b.t.Helper()
	b.call(
		command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: theme}, {Name: "prefers-reduced-motion", Value: "reduce"},
		}}),
		command(emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: 900, DeviceScaleFactor: 1}),
	)
}

// withoutScript is a browser that runs none.
func (b *tab) withoutScript() {
	b.t.Helper()
	b.call(command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
}

func (b *tab) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *tab) call(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	b.must(chromedp.Do(ctx, steps...))
}

func (b *tab) listen(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError || e.Entry.Source == log.EntrySourceSecurity {
			b.wrong = append(b.wrong, fmt.Sprint(e.Entry.Source, ": ", e.Entry.Text, " ", e.Entry.URL))
		}
	case *runtime.EventExceptionThrown:
		text := e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			text += " " + e.ExceptionDetails.Exception.Description
		}
		b.wrong = append(b.wrong, "exception: "+text)
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning {
			text, _ := json.Marshal(e.Args)
			b.wrong = append(b.wrong, fmt.Sprint("console.", e.Type, ": ", string(text)))
		}
	case *network.EventResponseReceived:
		b.asked[e.RequestID] = e.Response.URL
	case *network.EventLoadingFinished:
		if strings.HasPrefix(b.asked[e.RequestID], b.site.url+"/web") { // a mail's own body is no part of the page
			b.bytes += e.EncodedDataLength
		}
	}
}

// wire is how many bytes of pages came since the last call.
func (b *tab) wire() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := b.bytes
	b.bytes = 0
	return int(n)
}

// complaints are what the browser found wrong since the last call.
func (b *tab) complaints() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	wrong := b.wrong
	b.wrong = nil
	return wrong
}

// open goes to a page, waits until all of it is there, and returns its status.
func (b *tab) open(path string) int64 {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	res, err := chromedp.Run(ctx, chromedp.NavigateResponse(b.site.url+path))
	if err != nil {
		b.t.Fatalf("open %s: %v", path, err)
	}
	return res.Status
}

// eval is the value of an expression in the page.
func eval[T any](b *tab, js string, o ...chromedp.EvaluateOption) (T, error) {
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[T](js, o...))
}

// loaded says that the page is there with its scripts, which are deferred: before, what
// can be seen hears nothing.
const loaded = `document.readyState === "complete"`

// until waits until the page is loaded and an expression is true. The page may change
// meanwhile.
func (b *tab) until(what, js string) {
	b.t.Helper()
	end, poll := time.Now().Add(patience), time.Now().Add(time.Second)
	pause := time.NewTicker(15 * time.Millisecond)
	defer pause.Stop()
	for {
		ok, err := eval[bool](b, loaded+" && ("+js+")")
		if ok && err == nil {
			return
		}
		if time.Now().After(poll) { // nobody here waits for a minute
			_, _ = eval[bool](b, `document.querySelectorAll("[data-poll]:not([data-poll=''])").forEach((e) => htmx.trigger(e, "poll")), true`)
			poll = time.Now().Add(time.Second)
		}
		if time.Now().After(end) {
			b.fail(what, err)
		}
		<-pause.C
	}
}

// fail ends the story with what is on the page.
func (b *tab) fail(what string, err error) {
	b.t.Helper()
	text, _ := eval[string](b, `location.pathname + location.search + "\nfocus: " + document.activeElement.outerHTML.slice(0, 200) + " " `+
		`+ document.activeElement.value + "\n" + document.body.innerText`)
	if dir := os.Getenv("SHOTS"); dir != "" {
		b.picture(dir + "/failed-" + fileName(b.t.Name()) + ".png")
	}
	b.t.Fatalf("waited in vain for %s (%v); complaints: %q; the page:\n%s", what, err, b.complaints(), text)
}

// sees waits until the page shows all these words.
func (b *tab) sees(words ...string) {
	b.t.Helper()
	for _, w := range words {
		b.until("the words "+w, shows(w))
	}
}

// seesNot waits until the page shows none of these words.
func (b *tab) seesNot(words ...string) {
	b.t.Helper()
	for _, w := range words {
		b.until("no words "+w, "!"+shows(w))
	}
}

func shows(words string) string {
	return `document.body.innerText.replace(/\s+/g, " ").toLowerCase().includes(` + quote(strings.ToLower(strings.Join(strings.Fields(words),
		" "))) + `)`
}

// value is what the field with this label holds.
func (b *tab) value(label string) string {
	b.t.Helper()
	v, err := eval[string](b, found+"("+quote(label)+", true)?.value ?? '(no such field)'")
	b.must(err)
	return v
}

// text is a text of the pages in the language of the tab.
func (b *tab) text(key string, args ...any) string {
	b.t.Helper()
	s, ok := pageTexts(b.t)[b.lang][key]
	if !ok {
		b.t.Fatalf("there is no text %s in %s", key, b.lang)
	}
	for i, a := range args {
		s = strings.ReplaceAll(s, fmt.Sprintf("{%d}", i), fmt.Sprint(a))
	}
	return s
}

// pageTexts are the texts of the pages, by language.
func pageTexts(t *testing.T) map[string]map[string]string {
	t.Helper()
	all := must.Get(readPageTexts())(t)
	return all
}

var readPageTexts = sync.OnceValues(func() (map[string]map[string]string, error) {
	all := map[string]map[string]string{}
	for _, lang := range []string{"nl", "en"} {
		b, err := os.ReadFile("../../web/texts/" + lang + ".json")
		var texts map[string]string
		if err := errors.Join(err, json.Unmarshal(b, &texts)); err != nil {
			return nil, err
		}
		all[lang] = texts
	}
	return all, nil
})

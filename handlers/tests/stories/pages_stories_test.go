package stories_test

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"kantoorpost/handlers/app/apptest"
)

// TestPages plays with one browser what people do with the pages, each person in
// a browser context of his own, in both languages. SHOTS names a folder for
// pictures of all states that come by.
//
// Without -timeout, a slow machine has no time for all of it: then each story is
// played in one of the languages, half of them in each, and two devices look at
// the pages instead of four.
func TestPages(t *testing.T) {
	chromium := browser(t)
	end, limited := t.Deadline()
	all := os.Getenv("SHOTS") != "" || !limited || time.Until(end) > 15*time.Minute
	t.Run("look", func(t *testing.T) { looks(t, chromium, all) })
	stories := map[string]func(*scene){
		"first solution": firstSolution, "keyboard": byKeyboard, "new contact": newContact, "halfway": halfway, "client": chooseClient,
		"dismiss": dismissAlways,
		"bulk":    bulk, "faster": faster, "rights": rightsOfEach, "lost session": lostSession, "no script": noScript, "live": live,
		"preferences": preferences, "mail text": mailText, "folded": foldedMail,
	}
	maps.Copy(stories, keyStories)
	maps.Copy(stories, trustStories)
	maps.Copy(stories, officeStories)
	maps.Copy(stories, adminStories)
	maps.Copy(stories, replyStories)
	maps.Copy(stories, teamworkStories)
	for i, name := range slices.Sorted(maps.Keys(stories)) {
		play, languages := stories[name], []string{"nl", "en"}
		if !all {
			languages = languages[i%2 : i%2+1]
		}
		for _, lang := range languages {
			t.Run(name+"/"+lang, func(t *testing.T) {
				t.Parallel()
				play(&scene{t: t, site: admit(t, waitingOffice(t)), browser: chromium, lang: lang})
			})
		}
	}
}

// A scene is what happens in an office of its own.
type scene struct {
	*site
	t       *testing.T
	browser context.Context
	lang    string
}

// as is the browser of a person.
func (s *scene) as(email string) *tab {
	s.t.Helper()
	return s.visit(s.t, s.browser, email, s.lang)
}

const (
	carla                            = "carla@" + apptest.Domain // a manager
	stukken, aanvraag, vraag, nieuws = "Stukken kwartaal", "Nieuwe medewerker", "Vraag over de btw", "Nieuwsbrief"
)

// waitingOffice is an office in which a mail of each kind waits, in real time.
func waitingOffice(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.Office()
	info, loon := "info@"+apptest.Domain, "loon@"+apptest.Domain
	bakery := w.First("/api/clients")
	shop := w.Must("POST", "/api/clients", object{"number": "1002", "type": "organisation", "name": "Fietsenwinkel De Ketting"})["id"]
	w.Must("POST", "/api/contacts", object{"name": "Kees Bos", "emails": []string{"kees@bos.example"}, "clients": []any{bakery, shop}})
	reader := w.Must("POST", "/api/team-members", object{"name": "Rik", "email": "rik@" + apptest.Domain, "rights": "reader",
		"active": true})["id"]
	role := w.First("/api/roles")
	team := []object{{"member": reader, "role": role}}
	for _, m := range w.Must("GET", "/api/team-members?search=anna", nil)["items"].([]any) {
		team = append([]object{{"member": m.(object)["id"], "role": role}}, team...)
	}
	for _, client := range []any{bakery, shop} {
		w.Must("PUT", fmt.Sprint("/api/clients/", client, "/team-members"), team)
	}
	w.Tick()
	w.write("Jan Jansen <jan.jansen@prive.example>", info, stukken,
		"Hierbij de stukken van Bakkerij Jansen, klantnummer 1001.\r\n\r\nGroet,\r\nJan Jansen")
	w.write("Eva Smit <eva@zonneveld.example>", info, aanvraag,
		"Ik werk sinds kort bij een van uw klanten. Kunnen wij bellen over de jaarrekening?\r\n\r\nMet vriendelijke groet,\r\n\r\nEva "+
			"Smit\r\nAdministrateur\r\nRozenhof B.V.\r\nTel. 06-12345678")
	w.write("Kees Bos <kees@bos.example>", info, vraag, "Kunt u mij vertellen wanneer de btw betaald moet zijn?")
	w.write("Weekblad <nieuws@bladen.example>", info, nieuws+" 1", "Het nieuws van deze week.", "List-Id: Nieuws <nieuws.bladen.example>")
	w.write("Piet de Vries <piet@onbekend.example>", loon, "Loonstrook", "Waar vind ik mijn loonstrook?")
	w.Tick()
	return w
}

// write sends a mail with a text.
func (w *world) write(from, to, subject, text string, more ...string) {
	w.T.Helper()
	_, address, _ := strings.Cut(strings.TrimSuffix(from, ">"), "<")
	id := strings.ToLower(strings.ReplaceAll(subject, " ", "-"))
	w.Send(address, []string{to}, strings.Replace(apptest.RawMail(from, to, subject, id, more...), "Zie het onderwerp.", text, 1))
}

func number(b *tab, key string, n int) string {
	if n == 1 {
		return b.text(key+".one", 1)
	}
	return b.text(key+".many", n)
}

// Each sees what is his, and no button that does not work.
func rightsOfEach(s *scene) {
	link, only := "mails.link", "mails.only-read"
	for _, who := range []struct {
		email        string
		sees, others []string // subjects
		nav, noNav   []string
		text, noText string
	}{
		{"rik@" + apptest.Domain, []string{stukken, vraag}, []string{"Loonstrook"}, []string{"nav.mails"},
			[]string{"nav.settings", "nav.audit", "nav.health"}, only, link},
		{"anna@" + apptest.Domain, []string{stukken, vraag}, []string{"Loonstrook"}, []string{"nav.mails"},
			[]string{"nav.settings", "nav.audit", "nav.health"}, link, only},
		{carla, []string{stukken, "Loonstrook"}, nil, []string{"nav.mails", "nav.health"}, []string{"nav.settings", "nav.audit"}, link, only},
		{apptest.Admin, []string{stukken, "Loonstrook"}, nil, []string{"nav.mails", "nav.health"}, nil, link, only},
	} {
		b := s.as(who.email)
		b.open("/web/mails")
		b.sees(who.sees...)
		b.seesNot(who.others...)
		for _, key := range who.nav {
			b.until("the way to "+key, b.inNav(key))
		}
		for _, key := range who.noNav {
			b.until("no way to "+key, "!"+b.inNav(key))
		}
		b.open("/web/mails/" + s.ID(stukken))
		b.sees(b.text(who.text))
		b.seesNot(b.text(who.noText))
		name, _, _ := strings.Cut(who.email, "@")
		b.shot("mails-as-" + name)
		if who.others != nil {
			if status := b.open("/web/mails/" + s.ID("Loonstrook")); status != http.StatusNotFound {
				b.t.Errorf("%s gets %d for what is not his", name, status)
			}
			b.shot("not-found")
		}
	}
	b := s.as("vreemd@elders.example")
	if status := b.open("/web/mails"); status != http.StatusForbidden {
		b.t.Errorf("a stranger gets %d", status)
	}
	b.sees(b.text("fail.403.title"))
	b.seesNot(stukken)
	b.shot("forbidden")
}

// inNav tells whether navigation leads to a place.
func (b *tab) inNav(key string) string {
	return `[...document.querySelectorAll("nav a > span:not(.count)")].some((a) => a.textContent.trim() === ` + quote(b.text(key)) + `)`
}

// When the session has ended or the network is down, the typed text stays.
func lostSession(s *scene) {
	b := s.as(carla)
	b.open("/web/mails/" + s.ID(aanvraag))
	b.unfold(b.text("mails.new"))
	b.fill(b.text("mails.name"), "Eva de Boer")
	b.fill(b.text("mails.find-client"), "1002")
	b.click("Fietsenwinkel De Ketting")
	b.signOut()
	b.click(b.text("mails.create"))
	b.sees(b.text("fail.401.title"))
	b.until("the address of the page", `!location.pathname.endsWith("/solve")`)
	b.shot("mails-signed-out")
	still := func() {
		b.t.Helper()
		if got := b.value(b.text("mails.name")); got != "Eva de Boer" {
			b.t.Fatalf("the name that was typed became %q", got)
		}
	}
	still()
	b.signIn(carla) // in another tab
	s.away.Store(true)
	b.click(b.text("mails.create"))
	b.sees(b.text("app.offline"))
	b.shot("mails-offline")
	still()
	s.away.Store(false)
	b.click(b.text("mails.create"))
	b.sees(number(b, "mails.solved", 1))
	if c := s.Must("GET", "/api/contacts?search=eva", nil)["items"].([]any); len(c) != 1 {
		b.t.Errorf("contacts: %v", c)
	}
}

// Without script all can be read and solved.
func noScript(s *scene) {
	b := s.as(carla)
	b.withoutScript()
	b.open("/web/mails")
	b.click("Jan Jansen")
	b.sees(b.text("mails.why"))
	b.shot("mails-no-script")
	b.click(b.text("mails.do.link-contact", "Jan Jansen (Bakkerij Jansen)"))
	b.sees(number(b, "mails.solved", 1))
	b.click(b.text("app.undo"))
	b.sees(number(b, "mails.undone", 1))
	b.open("/web/mails/" + s.ID(aanvraag))
	b.unfold(b.text("mails.new"))
	b.fill(b.text("mails.find-client"), "ketting")
	b.press("the search without script",
		`[...document.querySelectorAll("details[open] [name=do][value=find]")].find((e) => e.checkVisibility())`)
	b.click("Fietsenwinkel De Ketting")
	b.click(b.text("mails.create"))
	b.sees(number(b, "mails.solved", 1))
	b.open("/web/mails")
	b.fill(b.text("mails.search"), "btw")
	b.click(b.text("mails.filter"))
	b.seesNot("Weekblad")
	b.sees(vraag)
}

// Mail that comes in shows up by itself, and what was chosen stays chosen.
func live(s *scene) {
	b := s.as(carla)
	b.open("/web/mails")
	box := found + "(" + quote(b.text("mails.choose", vraag)) + ", true)"
	b.press("choosing", box)
	s.write("Bo Vos <bo@vos.example>", "info@"+apptest.Domain, "Zojuist verstuurd", "Is dit al binnen?")
	s.Tick()
	// As the clock does: while a finger is down nothing changes, and then it does.
	replaced := func(pointer string) bool {
		b.t.Helper()
		swaps, err := eval[bool](b, `new Promise((answer) => {
    document.addEventListener("htmx:beforeSwap", (e) => { if (e.detail.target.id === "mail-list") answer(e.detail.shouldSwap); });
    document.body.dispatchEvent(new PointerEvent(`+quote(pointer)+`, { bubbles: true }));
    htmx.trigger(document.body, "mails-changed");
  })`, chromedp.EvalAwaitPromise)
		b.must(err)
		return swaps
	}
	if replaced("pointerdown") {
		b.t.Error("the list changes under a finger")
	}
	if !replaced("pointerup") {
		b.t.Error("the list does not change")
	}
	b.sees("Zojuist verstuurd")
	b.until("what was chosen", box+".checked")
}

// Language and colours are chosen once and stay.
func preferences(s *scene) {
	b := s.as(carla)
	b.open("/web/mails")
	other, button := "en", "English"
	if s.lang == "en" {
		other, button = "nl", "Nederlands"
	}
	b.click(button)
	b.until("the other language", `document.documentElement.lang === `+quote(other))
	b.lang = other
	b.sees(b.text("mails.title"))
	back := `getComputedStyle(document.body).backgroundColor`
	offers := func(key string) string {
		return `[...document.querySelectorAll(".side [name=theme]")].filter((e) => e.checkVisibility()).map((e) => e.title).join() === ` +
			quote(b.text(key))
	}
	b.look("dark", 1280)
	dark, _ := eval[string](b, back)
	b.until("an offer of light colours", offers("app.light"))
	b.look("light", 1280)
	b.until("an offer of dark colours", offers("app.dark"))
	b.click(b.text("app.dark"))
	b.until("dark colours", fmt.Sprintf(`document.documentElement.dataset.theme === "dark" && %s === %q`, back, dark))
	b.open("/web/mails")
	b.until("that it stays so", fmt.Sprintf(`document.documentElement.lang === %q && %s === %q`, other, back, dark))
	ink := `getComputedStyle(document.querySelector("h1")).color`
	onDark, _ := eval[string](b, ink)
	b.call(command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"}))
	b.until("dark ink on paper", fmt.Sprintf(`getComputedStyle(document.documentElement).colorScheme === "light" && %s !== %q`, ink, onDark))
}

package stories_test

import (
	"fmt"
	"net/http"

	"github.com/chromedp/chromedp/kb"

	"kantoorpost/handlers/app/apptest"
)

// Somebody who never saw it opens the product, sees what waits and why, solves it with one
// click, and takes it back.
func firstSolution(s *scene) {
	b := s.as("")
	b.open("/web")
	b.until("the sign-in page", `location.pathname.startsWith("/.auth/login/")`)
	b.signIn(carla)
	b.open("/web")
	b.sees(b.text("mails.title"), stukken, aanvraag, b.text("mails.open-one"))
	b.until("how much waits", `document.querySelector(".side .count-parked").textContent === "5" && document.title.startsWith("(5) ")`)
	b.shot("mails-first-look")
	b.click("Jan Jansen")
	b.sees(b.text("mails.why"), "jan.jansen@prive.example")
	b.until("the mail itself", arrived+` && document.querySelector("iframe") !== null`)
	b.shot("mails-unknown-sender")
	b.click(b.text("mails.do.link-contact", "Jan Jansen (Bakkerij Jansen)"))
	b.sees(number(b, "mails.solved", 1))
	b.until("that less waits", `document.querySelector(".side .count-parked").textContent === "4" && document.title.startsWith("(4) ")`)
	b.shot("mails-solved")
	if got := s.Mail(stukken)["state"]; got != "processed" {
		b.t.Fatalf("the mail is %v", got)
	}
	b.click(b.text("app.undo"))
	b.sees(number(b, "mails.undone", 1), b.text("mails.why"))
	b.shot("mails-undone")
	if got := s.Mail(stukken)["state"]; got != "parked" {
		b.t.Fatalf("taken back, the mail is %v", got)
	}
	if wrong := b.complaints(); len(wrong) > 0 {
		b.t.Errorf("the browser complains: %q", wrong)
	}
}

// All of it can be done with keys alone.
func byKeyboard(s *scene) {
	b := s.as(carla)
	b.open("/web/mails")
	b.keys(kb.Tab)
	b.until("the link that leads to the content", `document.activeElement.matches(".skip")`)
	b.keys(kb.Enter)
	b.until("the content", `document.activeElement.closest("main") !== null || location.hash === "#content"`)
	b.keys("?")
	b.until("the list of keys", `document.querySelector("dialog[open]") !== null`)
	b.shot("mails-keys")
	b.keys(kb.Escape)
	b.until("the list of keys gone", `document.querySelector("dialog[open]") === null`)

	goTo := func(sender string) {
		b.t.Helper()
		for _, key := range "jjjjjjkkkkkk" { // mail of the same second stands in any order
			b.keys(string(key))
			b.until("a mail with the focus", `document.activeElement.closest("[data-list]") !== null`)
			if here, _ := eval[bool](b, `document.activeElement.textContent.includes(`+quote(sender)+`)`); here {
				b.keys(kb.Enter)
				b.until("the mail of "+sender,
					`document.querySelector("#mail-detail h2") !== null && document.querySelector("#mail-detail .from").textContent.includes(`+
						quote(sender)+`)`)
				return
			}
		}
		b.fail("no key leads to "+sender, nil)
	}
	goTo("Jan Jansen")
	b.until("the mail to be seen", seen)
	b.keys("1")
	b.sees(number(b, "mails.solved", 1))
	b.until("the list without it", `!document.querySelector("#mail-list").textContent.includes("Jan Jansen")`)
	goTo("Piet de Vries")
	b.until("the mail to be seen", seen)
	b.keys("l")
	b.until("the cursor in the search", `document.activeElement.matches("input[type=search]")`)
	b.keys("Jans")
	b.until("what was typed", `document.activeElement.value === "Jans"`)
	b.until("a contact that is found", `document.querySelector("#contact-choices button") !== null`)
	b.keys(kb.Tab)
	b.until("its button", `document.activeElement.matches("#contact-choices button")`)
	b.keys(kb.Enter)
	b.until("it is solved", `document.querySelector("#toasts").textContent.includes(`+quote(number(b, "mails.solved",
		1))+`) && !document.querySelector("#mail-detail").textContent.includes("piet@")`)
	if got := s.Mail("Loonstrook")["state"]; got != "processed" {
		b.t.Fatalf("the mail is %v", got)
	}
	b.open("/web/mails/" + s.ID("Loonstrook"))
	b.until("the mail to be seen", seen)
	b.keys("u")
	b.sees(number(b, "mails.undone", 1))
	b.keys("/")
	b.until("the cursor in the search", `document.activeElement.id === "search"`)
	b.keys("btw")
	b.seesNot("Weekblad")
	b.sees(vraag)
}

// Who records a contact without a client is not told that all is done.
func halfway(s *scene) {
	b := s.as(carla)
	b.open("/web/mails/" + s.ID(aanvraag))
	b.unfold(b.text("mails.new"))
	b.click(b.text("mails.create"))
	b.sees(b.text("mails.not-yet-client"), b.text("mails.choose-client"))
	b.shot("mails-halfway")
	b.unfold(b.text("mails.choose-client"))
	b.fill(b.text("mails.find-client"), "ketting")
	b.click(b.text("mails.choose-this") + " Fietsenwinkel De Ketting")
	b.sees(number(b, "mails.solved", 1))
	if got := s.Mail(aanvraag)["state"]; got != "processed" {
		b.t.Errorf("the mail is %v", got)
	}
}

// What the mail tells of its writer stands in the form, and what is missing is
// said at its field, with all that was typed still there.
func newContact(s *scene) {
	b := s.as(carla)
	b.open("/web/mails/" + s.ID(aanvraag))
	b.unfold(b.text("mails.new"))
	for label, want := range map[string]string{"mails.name": "Eva Smit", "mails.email": "eva@zonneveld.example",
		"mails.phone": "+31612345678", "mails.function": "Administrateur"} {
		if got := b.value(b.text(label)); got != want {
			b.t.Errorf("%s starts with %q, want %q", label, got, want)
		}
	}
	b.fill(b.text("mails.name"), "Eva Smit-de Boer")
	b.fill(b.text("mails.email"), "info@"+apptest.Domain)
	b.click(b.text("mails.create"))
	b.sees(b.text("mails.invalid-email"))
	b.shot("mails-new-contact-mistake")
	if got := b.value(b.text("mails.name")); got != "Eva Smit-de Boer" {
		b.t.Errorf("the name that was typed became %q", got)
	}
	b.fill(b.text("mails.email"), "eva@zonneveld.example")
	b.fill(b.text("mails.find-client"), "ketting")
	b.click("Fietsenwinkel De Ketting")
	b.click(b.text("mails.create"))
	b.sees(number(b, "mails.solved", 1))
	if c := s.Must("GET", "/api/contacts?search=eva", nil)["items"].([]any); len(c) != 1 || c[0].(object)["name"] != "Eva Smit-de Boer" {
		b.t.Errorf("contacts: %v", c)
	}
}

func chooseClient(s *scene) {
	b := s.as(carla)
	b.open("/web/mails/" + s.ID(vraag))
	b.unfold(b.text("mails.choose-client"))
	b.shot("mails-choose-client")
	b.click(b.text("mails.choose-this") + " Fietsenwinkel De Ketting")
	b.sees(number(b, "mails.solved", 1))
	if got := s.Mail(vraag)["state"]; got != "processed" {
		b.t.Errorf("the mail is %v", got)
	}
}

// Who wants no more of a list says so once.
func dismissAlways(s *scene) {
	b := s.as(carla)
	b.open("/web/mails/" + s.ID(nieuws+" 1"))
	b.unfold(b.text("mails.dismiss-it"))
	b.shot("mails-dismiss")
	b.click(b.text("mails.dismiss-list"))
	b.sees(number(b, "mails.dismissed", 1))
	s.write("Weekblad <nieuws@bladen.example>", "info@"+apptest.Domain, nieuws+" 2", "Het nieuws.", "List-Id: Nieuws <nieuws.bladen.example>")
	s.Tick()
	b.open("/web/mails")
	b.seesNot(nieuws)
	b.click(b.text("mails.state.dismissed"))
	b.sees(nieuws+" 1", nieuws+" 2")
}

// Several mails are done with at once, and what still waits says so.
func bulk(s *scene) {
	b := s.as(carla)
	choose := func(subject string) {
		b.press("choosing "+subject, found+"("+quote(b.text("mails.choose", subject))+", true)")
	}
	b.open("/web/mails")
	choose(aanvraag)
	choose(vraag)
	b.shot("mails-chosen")
	b.click(b.text("mails.retry"))
	b.sees(number(b, "mails.not-released", 2))
	b.sees(aanvraag, vraag)
	choose(aanvraag) // no longer
	choose(vraag)
	choose("Loonstrook")
	choose(nieuws + " 1")
	b.click(b.text("mails.dismiss"))
	b.sees(number(b, "mails.dismissed", 2))
	b.seesNot("Loonstrook", nieuws)
	b.sees(aanvraag)
	if got := apptest.Subjects(s.Mails(), "dismissed"); len(got) != 2 {
		b.t.Errorf("dismissed: %q", got)
	}
	b.shot("mails-dismissed")
	b.click(b.text("app.undo"))
	b.sees(number(b, "mails.undone", 2))
	b.sees("Loonstrook", nieuws)
	if got := apptest.Subjects(s.Mails(), "dismissed"); len(got) != 0 {
		b.t.Errorf("still dismissed: %q", got)
	}

	// The same with keys alone: choose two, one no more, then all.
	b.open("/web/mails")
	chosen := func(n int) {
		b.t.Helper()
		b.until(fmt.Sprint(n, " chosen"), fmt.Sprintf(`document.querySelectorAll("[data-list] input:checked").length === %d`, n))
	}
	b.keys("jx")
	chosen(1)
	b.keys("jx")
	chosen(2)
	b.keys("x")
	chosen(1)
	b.keys("a")
	chosen(5)
	b.keys("R")
	b.sees(number(b, "mails.not-released", 5))
	chosen(5)
	b.keys("D")
	b.sees(number(b, "mails.dismissed", 5))
	b.sees(b.text("mails.nothing-waits"))
	b.keys("u")
	b.sees(number(b, "mails.undone", 5))
	b.sees(aanvraag, vraag, stukken, "Loonstrook", nieuws)
}

// Two people in one mail: the second is told who was first, and nothing happens
// twice.
func faster(s *scene) {
	b := s.as(carla)
	b.open("/web/mails/" + s.ID(stukken))
	if code := s.Ask("bram@"+apptest.Domain, "POST", "/api/mails/"+s.ID(stukken)+"/solve", object{"action": "dismiss", "scope": "once"},
		nil); code != http.StatusNotFound {
		b.t.Fatalf("Bram is answered %d for what is not his", code)
	}
	if code := s.Ask("anna@"+apptest.Domain, "POST", "/api/mails/"+s.ID(stukken)+"/solve", object{"action": "dismiss", "scope": "once"},
		nil); code != http.StatusOK {
		b.t.Fatalf("Anna is answered %d", code)
	}
	b.sees(b.text("mails.late", "Anna")) // without a press
	b.shot("mails-somebody-was-faster")
	b.click(b.text("mails.next"))
	b.seesNot(b.text("mails.late", "Anna"))
	if got := s.Mail(stukken)["state"]; got != "dismissed" {
		b.t.Errorf("the mail is %v", got)
	}
}

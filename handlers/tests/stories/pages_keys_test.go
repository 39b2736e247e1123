package stories_test

import (
	"fmt"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"kantoorpost/handlers/app/apptest"
)

// keyStories are what keys do, and above all what they do not.
var keyStories = map[string]func(*scene){
	"keys in panels": keysInPanels, "keys held": keysHeld, "keys and doubt": keysAndDoubt,
}

// seen is the open mail once it has been there long enough for keys.
const seen = `document.querySelector("[data-mail][data-seen]") !== null`

// watch counts what the page sends from now on, as posted.
func (b *tab) watch() {
	b.t.Helper()
	b.must(second(eval[bool](b, `window.posted = 0, document.addEventListener("htmx:beforeRequest", (e) => { if `+
		`(e.detail.requestConfig.verb === "post") posted++; }), true`)))
}

func (b *tab) posted(want int) {
	b.t.Helper()
	if n, err := eval[int](b, "posted"); err != nil || n != want {
		b.fail(fmt.Sprintf("%d forms sent, want %d", n, want), err)
	}
}

// Who types into a panel, or beside it, presses no shortcut.
func keysInPanels(s *scene) {
	s.Must("POST", "/api/clients", object{"number": "1004", "type": "organisation", "name": "Bakker Bart"})
	b := s.as(carla)
	b.open("/web/mails/" + s.ID(vraag))
	b.watch()
	b.until("the mail to be seen", seen)
	b.keys("c")
	b.until("the cursor in the search", `document.activeElement.matches("#mail-detail input[type=search]")`)
	b.keys("1004")
	b.until("what was typed", `document.activeElement.value === "1004"`)
	b.sees("Bakker Bart")
	b.shot("mails-client-by-number")
	// Beside the field: on a button that was found, and on nothing.
	b.keys(kb.Tab)
	b.until("a button", `document.activeElement.matches("#client-choices button")`)
	b.keys("1rbakDR")
	b.must(second(eval[bool](b, "document.activeElement.blur(), true")))
	b.keys("1rbakDR")
	b.until("nothing chosen", `document.querySelectorAll("[data-list] input:checked").length === 0`)
	b.posted(0)
	// Escape closes the panel, and then keys are shortcuts again.
	b.keys(kb.Escape)
	b.until("the panel closed", `document.querySelector("[data-one-open] details[open]") === null`)
	b.keys("c")
	b.until("the cursor in the search", `document.activeElement.matches("#mail-detail input[type=search]")`)
	if got := b.value(b.text("mails.find-client")); got != "1004" {
		b.t.Errorf("what was typed became %q", got)
	}
	b.keys(kb.Escape)
	b.keys("a")
	b.until("all chosen", `document.querySelectorAll("[data-list] input:checked").length === 5`)
	b.posted(0)
	if got := s.Mail(vraag)["state"]; got != "parked" {
		b.t.Errorf("the mail is %v", got)
	}
}

// One press is one mail, however long it lasts, and the next mail is seen before
// a key decides about it.
func keysHeld(s *scene) {
	for i := range 4 {
		s.write("Jan Jansen <jan.jansen@prive.example>", "loon@"+apptest.Domain, fmt.Sprint("Stukken ", i),
			"Hierbij de stukken van Bakkerij Jansen, klantnummer 1001.\r\n\r\nGroet,\r\nJan Jansen")
	}
	s.Tick()
	b := s.as(carla)
	stuk := func() {
		b.open("/web/mails/" + s.ID(stukken))
		b.watch()
		b.until("the mail to be seen", seen+` && document.querySelector("[data-key='1']") !== null`)
	}
	// Who opens another mail means that one, also before it is there.
	stuk()
	b.must(second(eval[bool](b, `document.querySelector("#m-`+s.ID("Loonstrook")+`").click(),
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "1", code: "Digit1", bubbles: true, cancelable: true }))`)))
	b.until("the other mail", `document.querySelector("[data-mail]").dataset.mail === `+quote(s.ID("Loonstrook")))
	b.posted(0)
	stuk()
	b.hold('1', func() {
		b.sees(b.text("app.undo"))
		b.until("the next mail to be seen", seen+` && !document.querySelector("[data-mail]").dataset.mail.includes(`+quote(s.ID(stukken))+`)`)
	})
	b.posted(1)
	// In the moment in which the next mail appears, a key does nothing.
	b.open("/web/mails/" + s.ID(nieuws+" 1"))
	b.watch()
	b.until("the mail to be seen", seen+` && document.querySelector("[data-key='1']") !== null`)
	acted, err := eval[bool](b, `new Promise((answer) => {
    let swapped = 0;
    const press = () => {
      for (const type of ["keydown", "keyup"])
        document.body.dispatchEvent(new KeyboardEvent(type, { key: "1", code: "Digit1", bubbles: true, cancelable: true }));
    };
    document.addEventListener("htmx:afterSettle", (e) => {
      if (e.detail.target.id !== "mail-detail" || swapped++) return;
      const before = posted;
      press();
      answer(posted > before);
    });
    press();
    press(); // while the answer is awaited
  })`, chromedp.EvalAwaitPromise)
	b.must(err)
	if acted {
		b.t.Error("a key decides about a mail that nobody can have seen")
	}
	b.posted(1)
	if n := len(apptest.Subjects(s.Mails(), "dismissed")); n != 1 {
		b.t.Errorf("%d mails are dismissed, want 1", n)
	}
}

func second[T any](_ T, err error) error { return err }

// No key decides about mail whose sender is in doubt; a button does.
func keysAndDoubt(s *scene) {
	const forged = "Dringende betaling"
	s.Send("spoofed@bakker.example", []string{"info@" + apptest.Domain},
		apptest.RawMail("Jan Jansen <jan@bakker.example>", "info@"+apptest.Domain, forged, "forged"))
	s.Tick()
	b := s.as(carla)
	b.open("/web/mails/" + s.ID(forged))
	b.watch()
	b.until("the mail to be seen", seen)
	b.keys("1r")
	b.posted(0)
	if got := s.Mail(forged)["state"]; got != "parked" {
		b.t.Fatalf("the mail is %v", got)
	}
	b.shot("mails-doubt")
	b.unfold(b.text("mails.dismiss-it"))
	b.click(b.text("mails.dismiss-once"))
	b.sees(number(b, "mails.dismissed", 1))
	b.posted(1)
}

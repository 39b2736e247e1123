package stories_test

import (
	"fmt"
	"strings"

	"kantoorpost/handlers/app/apptest"
)

// trustStories are about who wrote, to whom, and what is taken back.
var trustStories = map[string]func(*scene){
	"series": undoSeries, "prospect": newProspect, "phone": onPhone, "recipients": recipientsAndDoubt, "direction": writingDirection,
	"fraud": fraudWarning,
}

// Several solutions in a row are taken back one by one, or all together.
func undoSeries(s *scene) {
	b := s.as(carla)
	b.open("/web/mails/" + s.ID(stukken))
	b.click(b.text("mails.do.link-contact", "Jan Jansen (Bakkerij Jansen)"))
	b.sees(number(b, "mails.solved", 1))
	for _, subject := range []string{aanvraag, nieuws + " 1"} {
		b.open("/web/mails/" + s.ID(subject))
		b.unfold(b.text("mails.dismiss-it"))
		b.click(b.text("mails.dismiss-once"))
		b.sees(number(b, "mails.dismissed", 1))
	}
	b.shot("mails-series")
	b.click(b.text("app.undo-all", 3))
	b.sees(number(b, "mails.undone", 3), stukken, aanvraag, nieuws)
	for _, subject := range []string{stukken, aanvraag, nieuws + " 1"} {
		if got := s.Mail(subject)["state"]; got != "parked" {
			b.t.Errorf("%s is %v", subject, got)
		}
	}
}

// A manager makes contact and prospect of a stranger in one press; taken back,
// the prospect stays.
func newProspect(s *scene) {
	b := s.as(carla)
	b.open("/web/mails/" + s.ID(aanvraag))
	b.unfold(b.text("mails.new"))
	b.fill(b.text("mails.prospect"), "Zonneveld B.V.")
	b.shot("mails-prospect")
	b.click(b.text("mails.create"))
	b.sees(b.text("mails.not-yet"))
	made := s.Must("GET", "/api/clients?search=zonneveld", nil)["items"].([]any)
	if len(made) != 1 || made[0].(object)["type"] != "prospect" || made[0].(object)["number"] != "P-1" {
		b.t.Fatalf("clients: %v", made)
	}
	// info@ goes to the member with a role at the client; a new client has none.
	if m := s.Mail(aanvraag); m["reason"] != "no-member-with-role" {
		b.t.Errorf("the mail waits for %v", m["reason"])
	}
	// loon@ goes to a team: there it is processed at once.
	b.open("/web/mails/" + s.ID("Loonstrook"))
	b.unfold(b.text("mails.new"))
	b.fill(b.text("mails.prospect"), "Piet de Vries Bouw")
	b.click(b.text("mails.create"))
	b.sees(number(b, "mails.solved", 1))
	if m := s.Mail("Loonstrook"); m["state"] != "processed" {
		b.t.Fatalf("the mail is %v", m)
	}
	b.click(b.text("app.undo"))
	b.sees(number(b, "mails.undone-prospect", 1))
	if n := len(s.Must("GET", "/api/clients?search=vries%20bouw", nil)["items"].([]any)); n != 1 {
		b.t.Errorf("%d prospects are left, want 1", n)
	}
	// Who may create none is not asked to.
	anna := s.as("anna@" + apptest.Domain)
	anna.open("/web/mails/" + s.ID(vraag))
	anna.unfold(anna.text("mails.choose-client"))
	anna.sees(anna.text("mails.find-client"))
	anna.seesNot(anna.text("mails.prospect-choose"))
}

// On a phone the mail comes first, and what can be done is one press away.
func onPhone(s *scene) {
	for _, width := range []int64{360, 414} {
		b := s.as(carla)
		b.look("light", width)
		b.open("/web/mails/" + s.ID(stukken))
		b.until("the mail in view",
			`(() => { const r = document.querySelector("#mail-detail iframe").getBoundingClientRect(); return r.top < 420 && r.bottom > r.top + `+
				`100; })()`)
		b.until("the mail before what can be "+
			"done", `!!(document.querySelector("#mail-detail iframe").compareDocumentPosition(document.querySelector("#decide")) &
      Node.DOCUMENT_POSITION_FOLLOWING) &&
    document.querySelector("#mail-detail iframe").getBoundingClientRect().bottom <=
      document.querySelector("#decide").getBoundingClientRect().top`)
		b.until("no scrolling sideways", `document.documentElement.scrollWidth <= document.documentElement.clientWidth`)
		b.click(b.text("mails.to-decide"))
		b.until("what can be done in view",
			`(() => { const r = document.querySelector("#decide").getBoundingClientRect(); return r.top >= 0 && r.top < innerHeight / 2; })()`)
		b.click(b.text("mails.do.link-contact", "Jan Jansen (Bakkerij Jansen)"))
		b.sees(number(b, "mails.solved", 1))
		b.click(b.text("app.undo"))
		b.sees(number(b, "mails.undone", 1))
	}
}

// To and Cc are shown, in mails and in chats, and whether the sender is proven.
func recipientsAndDoubt(s *scene) {
	const many = "Aan velen"
	var cc []string
	for i := range 6 {
		cc = append(cc, fmt.Sprintf("Collega %d <c%d@bakker.example>", i, i))
	}
	s.Send("jan@bakker.example", []string{"info@" + apptest.Domain},
		apptest.RawMail("Jan Jansen <jan@bakker.example>", "info@"+apptest.Domain, many, "many", "Cc: "+strings.Join(cc, ", ")))
	s.Send("list@mailer.example", []string{"info@" + apptest.Domain},
		apptest.RawMail("Jan Jansen <jan@bakker.example>", "info@"+apptest.Domain, "Via een ander", "soft", "Cc: Boekhouder <b@cijfers.example>"))
	s.Send("spoofed@bakker.example", []string{"info@" + apptest.Domain},
		apptest.RawMail("Jan Jansen <jan@bakker.example>", "info@"+apptest.Domain, "Vervalst", "forged"))
	s.Tick()
	b := s.as("anna@" + apptest.Domain)
	b.open("/web/mails/" + s.ID(many))
	b.sees(b.text("mails.and-others", 6))
	b.seesNot("c5@bakker.example")
	b.unfold(b.text("mails.to"))
	b.sees("c5@bakker.example")
	b.shot("mails-recipients")
	b.open("/web/chats/" + s.Mail(many)["chat"].(string))
	b.unfold(b.text("mails.to"))
	b.sees("c5@bakker.example")
	b.shot("chats-recipients")
	if m := s.Mail("Via een ander"); m["chat"] != "" {
		b.open("/web/chats/" + m["chat"].(string))
		b.sees("b@cijfers.example", b.text("mails.soft-why"))
		b.shot("chats-soft")
	} else {
		b.open("/web/mails/" + s.ID("Via een ander"))
		b.sees("b@cijfers.example", b.text("mails.soft"))
	}
	// What a manager released in spite of the doubt shows it in the chat as well.
	s.Answers(200, carla, "POST", "/api/mails/"+s.ID("Vervalst")+"/solve", object{"action": "release"})
	b.open("/web/chats/" + s.Mail("Vervalst")["chat"].(string))
	b.sees(b.text("mails.fail-why"), b.text("chats.fail-do"))
	b.shot("chats-doubt")
}

// The name of a stranger moves nothing that stands beside it.
func writingDirection(s *scene) {
	s.write("\"Els \u202emaD nav\" <els@elders2.example>", "info@"+apptest.Domain, "Een \u2067vraag", "Goedemorgen, een vraag.")
	s.Tick()
	b := s.as(carla)
	b.open("/web/mails")
	b.sees("Els maD nav", "Een vraag")
	b.until("names by themselves",
		`[...document.querySelectorAll(".mail-row strong, .mail-row .subject")].every((e) => e.children.length === 1 && `+
			`getComputedStyle(e.firstElementChild).unicodeBidi === "isolate")`)
	b.until("no character that sets the "+
		"direction", `!/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/.test(document.documentElement.outerHTML)`)
}

// What looks like fraud is said before anything else.
func fraudWarning(s *scene) {
	s.write("Piet Jansen <piet@b\u0430kker.example>", "info@"+apptest.Domain, "Wijziging",
		"Ons rekeningnummer is gewijzigd.\r\n\r\nMet vriendelijke groet,\r\nJan Jansen\r\nBakkerij Jansen")
	s.Tick()
	b := s.as(carla)
	b.open("/web/mails/" + s.ID("Wijziging"))
	b.sees(b.text("mails.careful"))
	b.until("the mail to be seen", seen)
	b.until("nothing that stands out",
		`document.querySelector("#mail-detail .suggestions .primary, #mail-detail [data-key='1'], #mail-detail [data-key='r']") === null`)
	b.shot("mails-fraud")
	// On a phone the mail comes before what can be done, and a warning before both.
	phone := s.as(carla)
	phone.look("light", 360)
	phone.open("/web/mails/" + s.ID("Wijziging"))
	phone.until("badges in the page",
		`[...document.querySelectorAll("#mail-detail .mail-head .badge")].every((e) => e.getBoundingClientRect().right <= innerWidth)`)
	phone.until("the warning before the "+
		"letter", `(() => { const w = document.querySelector("#mail-detail .mail-head .badge.error").getBoundingClientRect(); return `+
		`w.height > 0 && w.bottom <= document.querySelector("#mail-detail iframe").getBoundingClientRect().top; })()`)
	if got := s.Mail("Wijziging")["state"]; got != "parked" {
		b.t.Errorf("the mail is %v", got)
	}
}

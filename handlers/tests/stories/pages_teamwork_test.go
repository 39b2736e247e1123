package stories_test

import (
	"strings"

	"github.com/chromedp/chromedp/kb"

	"kantoorpost/handlers/app/apptest"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/must"
	"kantoorpost/shared/outbox"
)

var teamworkStories = map[string]func(*scene){
	"half typed": halfTyped, "together": seenTogether, "given": givenAway, "note": noteOfMine, "one sender": oneSender,
	"troubled replies": troubledReplies,
	"found by keys":    foundByKeys,
}

const anna = "anna@" + apptest.Domain

// What is half typed is there when one comes back, also after a reload, and gone once it
// was sent.
func halfTyped(s *scene) {
	conversation := s.chatOf(stukken, "jan")
	b := s.as(carla)
	b.open("/web/mails/" + s.ID(aanvraag))
	b.unfold(b.text("mails.new"))
	b.fill(b.text("mails.name"), "Eva de Boer")
	b.press("another mail", `document.querySelector("#m-`+s.ID(vraag)+`")`)
	b.until("another mail", `document.querySelector("#mail-detail").dataset.mail === "`+s.ID(vraag)+`"`)
	b.press("the first mail", `document.querySelector("#m-`+s.ID(aanvraag)+`")`)
	b.until("what was typed, in an open panel", `document.querySelector("details[open] input[name=name]")?.value === "Eva de Boer"`)
	b.open("/web/mails/" + s.ID(aanvraag))
	b.until("what was typed, after a reload", `document.querySelector("details[open] input[name=name]")?.value === "Eva de Boer"`)

	b.open("/web/chats/" + conversation)
	b.click(b.text("write.mode.note"))
	b.until("the form", `document.querySelector("[data-note] textarea") !== null`)
	b.fill(b.text("write.mode.note"), "Nog nakijken")
	b.open("/web/chats/" + conversation)
	b.shot("note-half-typed")
	b.sees(b.text("write.continue-note"))
	b.press("going on with the note", `document.querySelector(".to-note.kept")`)
	b.until("the note", `document.querySelector("[data-note] textarea")?.value === "Nog nakijken"`)
	b.click(b.text("chats.write"))
	b.until("the note in the chat", `[...document.querySelectorAll(".note .said")].some((e) => e.textContent === "Nog nakijken")`)
	b.until("a page at rest", `document.querySelector(".htmx-request") === null`)
	b.click(b.text("write.mode.note"))
	b.until("an empty form", `document.querySelector("[data-note] textarea")?.value === ""`)
	b.stopped()
}

// Two people look at one mail: each sees the other, and who comes second sees at once that
// it is done.
func seenTogether(s *scene) {
	b, other := s.as(carla), s.as(anna)
	b.open("/web/mails/" + s.ID(stukken))
	other.open("/web/mails/" + s.ID(stukken))
	other.sees(other.text("mails.looking", "Carla"))
	b.sees(b.text("mails.looking", "Anna"))
	b.shot("mails-two-look")
	other.click(other.text("mails.do.link-contact", "Jan Jansen (Bakkerij Jansen)"))
	other.sees(number(other, "mails.solved", 1), other.text("app.to-chat"))
	other.shot("mails-who-got-it")
	b.sees(b.text("mails.late", "Anna"))
	b.until("the same numbers at both "+
		"places", `document.querySelector("#parked-count").textContent === document.querySelector(".side .count-parked").textContent`)
	other.click(other.text("app.to-chat"))
	other.until("the chat", `location.pathname.startsWith("/web/chats/")`)
	other.click("Bakkerij Jansen")
	other.until("the client", `location.pathname.startsWith("/web/directory/clients/")`)
}

// A mail is given to a colleague, who hears of it, sets it aside, and brings it back.
func givenAway(s *scene) {
	b := s.as(carla)
	b.open("/web/mails/" + s.ID(stukken))
	b.click(b.text("plan.assign"))
	b.until("the colleagues", `document.querySelector("select[name=member]") !== null`)
	b.set(b.text("chats.who"), "Anna")
	b.press("giving it", `document.querySelector("button[value=assign]")`)
	b.sees(b.text("plan.assigned"), "Anna")
	b.shot("mails-assigned")
	other := s.as(anna)
	other.open("/web/mails?whose=mine")
	other.until("that there is something for her", `document.querySelector(".side .count-notices").textContent === "1"`)
	other.sees(stukken)
	other.seesNot(aanvraag)
	other.open("/web/notices")
	other.sees(other.text("notices.said.assigned.mail", "Carla"))
	other.shot("notices")
	other.click(other.text("notices.open"))
	other.sees(other.text("plan.yours"))
	const later = `document.querySelector(".plan details:last-of-type summary")`
	other.press("setting it aside", later)
	other.shot("mails-later")
	const shut = `document.querySelector(".plan details[open]") === null`
	other.keys(kb.Escape)
	other.until("a menu that Escape closes", shut)
	other.press("setting it aside", later)
	other.press("beside it", `document.querySelector(".mail-open h2")`)
	other.until("a menu that a press beside it closes", shut)
	other.press("setting it aside", later)
	other.click(other.text("plan.tomorrow"))
	other.sees(other.text("plan.later"))
	other.open("/web/mails")
	other.seesNot(stukken)
	other.click(other.text("mails.state.later"))
	other.sees(stukken)
	other.click("Jan Jansen")
	other.until("the mail", arrived)
	other.press("bringing it back", later)
	other.click(other.text("plan.now"))
	other.sees(other.text("plan.back"))
	other.open("/web/notices")
	other.sees(other.text("notices.none"))
	other.stopped()
}

// A note names a colleague; its author changes it and takes it back. A chat that was read
// can be unread again.
func noteOfMine(s *scene) {
	conversation := s.chatOf(stukken, "jan")
	b := s.as(anna)
	b.open("/web/chats/" + conversation)
	completes := make(chan struct{})
	s.late.Store("recipients.js", completes)
	b.click(b.text("write.mode.note"))
	b.fill(b.text("write.mode.note"), "@car")
	close(completes) // what was typed before counts
	b.until("her name below it", `document.activeElement.getAttribute("aria-activedescendant") === `+
		`document.querySelector("#found-colleagues [aria-selected=true]")?.id && document.querySelector("#found-colleagues:not([hidden])") `+
		`!== null`)
	b.shot("note-names-a-colleague")
	b.keys(kb.Enter)
	b.until("her name", `document.querySelector("[data-note] textarea").value === "@Carla "`)
	b.fill(b.text("write.mode.note"), "@Carla, kijk je mee?")
	b.click(b.text("chats.write"))
	b.until("the note in the chat", `document.querySelector(".note .said")?.textContent === "@Carla, kijk je mee?"`)
	c := s.as(carla)
	c.open("/web/notices")
	c.sees(c.text("notices.said.mentioned.chat", "Anna"))
	b.click(b.text("chats.edit-note"))
	b.until("the note in the form", `document.querySelector("[data-note] textarea")?.value === "@Carla, kijk je mee?"`)
	b.fill(b.text("write.mode.note"), "Is al nagekeken.")
	b.shot("note-edited")
	b.click(b.text("chats.save-note"))
	b.sees("Is al nagekeken.", b.text("chats.edited"))
	b.until("a page at rest", `document.querySelector(".htmx-request") === null`)
	b.click(b.text("chats.edit-note"))
	b.click(b.text("chats.delete-note"))
	b.until("the question", `document.querySelector("#ask[open]") !== null`)
	b.press("yes", `document.querySelector("#ask [value=yes]")`)
	b.sees(b.text("chats.deleted-note"))
	b.seesNot("Is al nagekeken.")
	b.press("more", `document.querySelector(".chat-actions summary")`)
	b.click(b.text("chats.mark-unread"))
	b.sees(b.text("chats.is-unread"))
	b.until("it is unread", `document.querySelector("[data-list] a.unread") !== null`)
	b.stopped()
}

// The mails of one sender are one row, and are solved together.
func oneSender(s *scene) {
	for _, subject := range []string{"Brief een", "Brief twee", "Brief drie"} {
		s.write("Els Kuiper <els@kuiper.example>", "info@"+apptest.Domain, subject, "Zie de bijlage.")
	}
	s.Tick()
	b := s.as(carla)
	b.open("/web/mails")
	b.sees(number(b, "mails.same-sender", 2))
	b.shot("mails-one-sender")
	b.unfold(number(b, "mails.same-sender", 2))
	for _, subject := range []string{"Brief een", "Brief twee", "Brief drie"} {
		b.press("choosing "+subject, `document.querySelector("input[name=mail][value='`+s.ID(subject)+`']")`)
	}
	b.click(b.text("mails.together"))
	b.sees(number(b, "mails.also", 2))
	b.unfold(b.text("mails.dismiss-it"))
	b.click(b.text("mails.dismiss-once"))
	b.sees(number(b, "mails.dismissed", 3))
	for _, subject := range []string{"Brief een", "Brief twee", "Brief drie"} {
		if got := s.Mail(subject)["state"]; got != "dismissed" {
			b.t.Errorf("%s is %v", subject, got)
		}
	}
}

// A contact is found and linked without a mouse, and without scrolling on a small screen.
func foundByKeys(s *scene) {
	b := s.as(carla)
	b.look("light", 1280)
	b.open("/web/mails/" + s.ID("Loonstrook"))
	b.until("the mail to be seen", seen)
	b.keys("l")
	b.until("the cursor in the search", `document.activeElement.matches("input[type=search]")`)
	b.keys("jan")
	b.until("what is found", `document.querySelector("#contact-choices").dataset.found === "jan"`)
	b.until("the first button in sight",
		`((r) => r.top > 0 && r.bottom < innerHeight)(document.querySelector("#contact-choices button").getBoundingClientRect())`)
	b.chord("ArrowDown", 0)
	b.until("the first found", `document.activeElement.matches("#contact-choices button")`)
	b.chord("ArrowUp", 0)
	b.until("the search again", `document.activeElement.matches("input[type=search]")`)
	b.shot("mails-found-by-keys")
	b.keys(kb.Enter)
	b.sees(number(b, "mails.solved", 1))
	if got := s.Mail("Loonstrook")["state"]; got != "processed" {
		b.t.Errorf("the mail is %v", got)
	}
}

// Replies that did not leave, may have left, or came back say so, and what to do.
func troubledReplies(s *scene) {
	conversation := s.chatOf(stukken, "jan")
	reply := func(to, text string, hold int) string {
		s.t.Helper()
		out := object{}
		if code := s.Ask(anna, "POST", "/api/chats/"+conversation+"/replies", object{
			"answers": s.ID(stukken), "to": []object{{"email": to}}, "text": text, "hold": hold, "confirmed": []string{"outsider"},
		}, &out); code >= 300 {
			s.t.Fatalf("%s: %d %v", text, code, out)
		}
		return out["id"].(string)
	}
	table := s.Tables.Service(s.t, s.Tables.Transport()).Table("mails")
	store := outbox.NewStore(table, chat.NewStore(table))
	taken := func(id string) outbox.Reply {
		r, err := store.Load(s.t.Context(), id)
		if err == nil {
			r, err = store.Claim(s.t.Context(), r)
		}
		if err != nil {
			s.t.Fatal(err)
		}
		return r
	}
	must.Get(store.MarkFailed(s.t.Context(), taken(reply(toJan, "De eerste.", 0)), outbox.ReasonQuota, ""))(s.t)
	must.Get(store.MarkUnknown(s.t.Context(), taken(reply(toJan, "De tweede.", 0))))(s.t)
	reply("unknown@bakker.example", "De derde.", 0)
	s.Drain()
	s.Tick()
	b := s.as(anna)
	b.open("/web/replies")
	b.sees(b.text("replies.group.failed"), b.text("replies.edit"), b.text("replies.group.unknown"), b.text("replies.group.bounced"),
		"unknown@bakker.example")
	b.shot("replies-troubled")
	s.atOnce()
	b.press("sending the unknown one "+
		"again", `[...document.querySelectorAll(".outgoing > li")].find((e) => e.textContent.includes("De `+
		`tweede.")).querySelector("form[action*=retry] button")`)
	b.until("the question", `document.querySelector("#ask[open]") !== null`)
	b.press("yes", `document.querySelector("#ask [value=yes]")`)
	b.seesNot(b.text("replies.group.unknown"))
	b.click(b.text("replies.dismiss"))
	b.sees(b.text("replies.dismissed"))
	s.Drain()
	got := s.Tenant.OutsideItems(toJan)
	if len(got) != 1 || !strings.Contains(got[0].Text+got[0].HTML, "De tweede.") {
		b.t.Errorf("%d mails outside: %+v", len(got), got)
	}
}

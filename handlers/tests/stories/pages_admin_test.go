package stories_test

import (
	"net/http"
	"strings"
	"time"

	"kantoorpost/handlers/app/apptest"
	"kantoorpost/shared/must"
)

// adminStories are what people do once the office is connected: they look after
// its addresses, its connection, its people and what it learned.
var adminStories = map[string]func(*scene){
	"address": activateAddress, "trouble": readTrouble, "secret": replaceSecret, "limits": limitAccess, "substitute": nameSubstitute,
	"team": arrangeTeam, "switch": switchRule, "people": peopleOfChat,
}

// set gives the list or the date with this label a value: the option with these
// words, or the date. How a browser lets people choose from those is its own.
func (b *tab) set(label, value string) {
	b.t.Helper()
	field := found + "(" + quote(label) + ", true)"
	b.until(value+" in "+label, `((e) => {
    const option = [...e?.options ?? []].find((o) => o.textContent.trim() === `+quote(value)+`);
    if (!e || e.options && !option) return false;
    e.value = option ? option.value : `+quote(value)+`;
    e.dispatchEvent(new Event("input", { bubbles: true }));
    e.dispatchEvent(new Event("change", { bubbles: true }));
    return true;
  })(`+field+`)`)
}

// ofConnector is the address of a page of the only connector.
func (s *scene) ofConnector(part string) string {
	return "/web/connectors/" + s.First("/api/connectors") + part
}

// A mailbox is found, activated for a role after reading who that brings
// together, read at once, left alone for a while, and taken up again.
func activateAddress(s *scene) {
	b := s.as(apptest.Admin)
	b.open(s.ofConnector(""))
	b.sees("info@"+apptest.Domain, "loon@"+apptest.Domain)
	b.fill(b.text("connector.search"), "anna")
	b.click(b.text("connector.activate", "anna@"+apptest.Domain))
	b.sees(b.text("address.activate-it"))
	b.tick(b.text("address.kind.role") + " " + b.text("address.role-what"))
	b.click(b.text("address.activate"))
	b.sees(b.text("connector.invalid.link-id"))
	b.shot("address-no-role")
	b.set(b.text("address.kind.role"), "Relatiebeheerder")
	b.until("who joins", `/Anna.*Rik/s.test(document.querySelector("#joiners").textContent)`)
	b.tick(b.text("address.kind.contact") + " " + b.text("address.contact-what"))
	b.until("that only Anna joins", `((t) => t.includes("Anna") && !t.includes("Rik"))(document.querySelector("#joiners").textContent)`)
	b.shot("address-joiners")
	b.click(b.text("address.activate"))
	b.sees(b.text("address.activated"), b.text("address.state.waiting"))
	b.click("anna@" + apptest.Domain)
	b.sees(b.text("address.never"))

	s.Tick() // only what comes after the first round is read
	s.write("Jan Jansen <jan@bakker.example>", "anna@"+apptest.Domain, "Voor Anna", "Belt u mij?")
	b.click(b.text("address.fetch"))
	b.sees(b.text("address.fetching"))
	s.Drain()
	if got := s.Mail("Voor Anna")["state"]; got != "processed" {
		b.t.Errorf("the mail is %v", got)
	}
	b.click(b.text("address.pause"))
	b.sees(b.text("address.paused"))
	b.seesNot(b.text("address.fetch"))
	s.write("Jan Jansen <jan@bakker.example>", "anna@"+apptest.Domain, "Tijdens de pauze", "Nog eens.")
	s.Tick()
	if n := len(s.Chats()); n != 1 {
		b.t.Errorf("%d chats, though the address is left alone", n)
	}
	b.click(b.text("address.resume"))
	b.sees(b.text("address.resumed"))
	s.Tick()
	if got := s.Mail("Tijdens de pauze")["state"]; got != "processed" {
		b.t.Errorf("after the pause the mail is %v", got)
	}
}

// What is wrong with a mailbox stands beside it, and in what is wrong with the
// office, with what to do.
func readTrouble(s *scene) {
	must.Do(s.t, s.Tenant.Revoke("Mail.ReadWrite"))
	s.Tick()
	b := s.as(apptest.Admin)
	b.open(s.ofConnector(""))
	b.sees(b.text("address.state.no-access"))
	b.click("info@" + apptest.Domain)
	b.sees(b.text("address.state.no-access"), "ErrorAccessDenied")
	b.shot("address-no-access")
	b.open("/web/health")
	b.sees(b.text("health.troubled"), "info@"+apptest.Domain, b.text("address.state.no-access"), "ErrorAccessDenied")
	b.shot("health-trouble")

	b.open(s.ofConnector("/connection"))
	b.click(b.text("connector.test"))
	b.sees(b.text("connector.not-all"))
	b.until("the permission that is not there",
		`[...document.querySelectorAll("#check li:has(.mark.error) code")].some((e) => e.textContent === "Mail.ReadWrite")`)
	b.shot("connector-not-all")
	must.Do(s.t, s.Tenant.Grant("Mail.ReadWrite"))
	b.click(b.text("connector.test"))
	b.sees(b.text("connector.all-works"))
	b.shot("connector-works")

	must.Do(s.t, s.Tenant.ExpireSecret(""))
	b.click(b.text("connector.test"))
	b.sees(b.text("connector.not-all"))
	b.open("/web/health")
	b.sees(b.text("health.broken.one"))
	carlas := s.as(carla)
	carlas.open("/web/mails")
	carlas.until("what keeps mail out",
		`document.querySelector("#alarm").innerText.includes(`+quote(b.text("health.silent",
			"Kantoor")+" "+b.text("connector.state.secret-expired"))+`)`)
	carlas.shot("mails-no-mail-comes-in")
	carlas.click("Jan Jansen")
	carlas.sees(carlas.text("mails.why"))
	carlas.click(carlas.text("health.see"))
	carlas.sees(carlas.text("health.title"), carlas.text("health.broken.one"))
	carlas.seesNot(carlas.text("connector.rotate"))
}

// A new secret is tried before it replaces the old one.
func replaceSecret(s *scene) {
	const fresh = "fresh~Q2-never-shown"
	b := s.as(apptest.Admin)
	b.open(s.ofConnector("/connection"))
	replace := func(secret string) {
		b.fill(b.text("connector.new-secret"), secret)
		b.click(b.text("connector.rotate-do"))
	}
	replace("wrong~secret")
	b.sees(b.text("connector.invalid.client-secret-secret-wrong"))
	b.shot("connector-secret-wrong")
	s.write("Jan Jansen <jan@bakker.example>", "info@"+apptest.Domain, "Met het oude geheim", "Komt dit aan?")
	s.Tick()
	if got := s.Mail("Met het oude geheim")["state"]; got != "processed" {
		b.t.Errorf("with the old secret the mail is %v", got)
	}

	must.Do(s.t, s.Tenant.AddSecret(fresh, time.Now().AddDate(2, 0, 0)))
	replace(fresh)
	b.sees(b.text("connector.rotated"))
	must.Do(s.t, s.Tenant.ExpireSecret(apptest.ClientSecret))
	b.click(b.text("connector.test"))
	b.sees(b.text("connector.all-works"))
	if text, _ := eval[string](b, "document.documentElement.outerHTML"); strings.Contains(text, fresh) ||
		strings.Contains(text, apptest.ClientSecret) {
		b.t.Error("the page holds the secret")
	}
}

// The script that limits the app can be copied, and whether it worked is tried.
func limitAccess(s *scene) {
	b := s.as(apptest.Admin)
	b.open(s.ofConnector("/limits"))
	b.sees("info@"+apptest.Domain, "New-ManagementRoleAssignment")
	b.fill(b.text("limits.address"), "info@"+apptest.Domain)
	b.click(b.text("limits.try"))
	b.sees(b.text("connector.invalid.address-activated"))
	b.fill(b.text("limits.address"), "anna@"+apptest.Domain)
	b.click(b.text("limits.try"))
	b.sees(b.text("limits.no"), "anna@"+apptest.Domain+": "+b.text("limits.readable.yes"))
	b.shot("limits-too-much")
}

// Who goes away names who stands in.
func nameSubstitute(s *scene) {
	day := func(days int) string { return time.Now().AddDate(0, 0, days).Format("02-01-2006") }
	b := s.as("anna@" + apptest.Domain)
	b.open("/web/me")
	b.set(b.text("me.who"), "Bram")
	b.set(b.text("me.from"), day(0))
	b.set(b.text("me.until"), day(-1))
	b.click(b.text("me.save"))
	b.sees(b.text("me.invalid-until"))
	b.shot("me-mistake")
	b.set(b.text("me.until"), day(7))
	b.click(b.text("me.save"))
	b.sees(b.text("me.saved"))
	b.shot("me-substitute")
	bram := s.as("bram@" + apptest.Domain)
	bram.open("/web/mails")
	bram.sees(stukken) // that is Anna's
	b.click(b.text("me.remove"))
	b.sees(b.text("me.removed"))
	bram.open("/web/mails")
	bram.seesNot(stukken)
}

// The first of those who have a role at a client is who joins its chats.
func arrangeTeam(s *scene) {
	b := s.as(apptest.Admin)
	b.open("/web/directory/clients")
	b.click("Bakkerij Jansen")
	b.sees(b.text("directory.team"))
	b.click(b.text("directory.add-member"))
	b.sees(b.text("directory.unsaved"))
	b.set(b.text("directory.member-n", 3), "Bram")
	b.set(b.text("directory.role-n", 3), "Relatiebeheerder")
	for place := range 2 {
		b.press("moving Bram up", `[...document.querySelectorAll(".team li")][`+string('2'-rune(place))+`].querySelector("[name=do][value^=up]")`)
		b.until("Bram higher", `[...document.querySelectorAll(".team select[name=member]")].map((e) => e.selectedOptions[0].textContent)[`+
			string('1'-rune(place))+`] === "Bram"`)
	}
	b.shot("directory-team-unsaved")
	b.click(b.text("directory.save-team"))
	b.seesNot(b.text("directory.unsaved"))
	s.write("Jan Jansen <jan@bakker.example>", "info@"+apptest.Domain, "Voor Bram", "Belt u mij?")
	s.Tick()
	bram := s.as("bram@" + apptest.Domain)
	bram.open("/web/chats")
	bram.sees("Voor Bram")
}

// A rule that was learned is switched off, on, and taken back, and says each time
// what that does.
func switchRule(s *scene) {
	s.Must("POST", "/api/mails/"+s.ID(nieuws+" 1")+"/solve", object{"action": "dismiss", "scope": "list"})
	b := s.as(carla)
	b.open("/web/rules")
	b.press("the rule", `document.querySelector("#entries a")`)
	b.sees(b.text("rules.evidence"))
	b.click(b.text("rules.switch-off"))
	b.sees(b.text("rules.is-off"))
	another := func(subject, want string) {
		b.t.Helper()
		s.write("Weekblad <nieuws@bladen.example>", "info@"+apptest.Domain, subject, "Het nieuws.", "List-Id: Nieuws <nieuws.bladen.example>")
		s.Tick()
		if got := s.Mail(subject)["state"]; got != want {
			b.t.Errorf("%s is %v, want %s", subject, got, want)
		}
	}
	another(nieuws+" 2", "parked")
	b.click(b.text("rules.switch-on"))
	b.sees(b.text("rules.is-on"))
	another(nieuws+" 3", "dismissed")
	b.open("/web/rules")
	b.press("the rule", `document.querySelector("#entries a")`)
	b.click(b.text("rules.undo"))
	b.sees(number(b, "rules.sure", 2))
	b.shot("rules-sure")
	b.click(b.text("app.cancel"))
	b.seesNot(number(b, "rules.sure", 2))
	b.click(b.text("rules.undo"))
	b.sees(number(b, "rules.sure", 2))
	b.click(b.text("rules.undo"))
	b.sees(b.text("rules.state.undone"))
	if got := s.Mail(nieuws + " 3")["state"]; got != "parked" {
		b.t.Errorf("what the rule decided is %v", got)
	}
}

// Who takes part in a chat sees what is new in it, and brings in a colleague, who
// sees it from then on.
func peopleOfChat(s *scene) {
	s.write("Jan Jansen <jan@bakker.example>", "info@"+apptest.Domain, "Balans", "Klopt de balans?")
	s.write("Jan Jansen <jan@bakker.example>", "info@"+apptest.Domain, "Vakantie", "Wij zijn dicht.")
	s.Tick()
	carlas := s.as(carla)
	carlas.open("/web/chats")
	carlas.seesNot("Balans")
	b := s.as("anna@" + apptest.Domain)
	b.open("/web/chats")
	b.sees("Balans", "Vakantie")
	b.fill(b.text("chats.search"), "balans")
	b.seesNot("Vakantie")
	if n, err := eval[int](b, `(() => {
    let asked = 0;
    document.addEventListener("htmx:beforeRequest", () => asked++);
    document.activeElement.blur();
    return asked;
  })()`); n != 0 || err != nil {
		b.t.Errorf("leaving the search replaces what it found %d times (%v), and with it what is being pressed", n, err)
	}
	b.click("Jan Jansen")
	b.click(number(b, "chats.people", 1))
	b.set(b.text("chats.who"), "Carla")
	b.click(b.text("chats.add"))
	b.sees(b.text("chats.added"))
	b.until("the open chat in the list", `document.querySelector("#chat-list [aria-current=true]")?.textContent.includes("Balans")`)
	b.shot("chats-people")
	carlas.open("/web/chats?unread=1")
	carlas.sees("Balans")
	carlas.seesNot("Vakantie")
	b.click(number(b, "chats.people", 2))
	b.click(b.text("chats.remove") + " Carla")
	b.sees(b.text("chats.remove-ask", "Carla"))
	b.click(b.text("chats.remove"))
	b.sees(b.text("chats.removed"))
	carlas.open("/web/chats")
	carlas.seesNot("Balans")
	b.open("/web/chats?unread=1") // she has read this one
	b.sees("Vakantie")
	b.seesNot("Balans")
	if status := s.as("rik@" + apptest.Domain).open("/web/chats/" + s.First("/api/chats?search=balans")); status != http.StatusNotFound {
		b.t.Errorf("who does not take part gets %d", status)
	}
}

package stories_test

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/chromedp/chromedp"

	"kantoorpost/handlers/app/apptest"
	"kantoorpost/shared/must"
	"kantoorpost/shared/sim"
)

// officeStories are what people do with the pages besides mail processing.
var officeStories = map[string]func(*scene){
	"connect": connectOffice, "chat": inChat, "directory": inDirectory, "import": importing, "rule": takeBackRule, "audit": readAudit,
}

// tick chooses the box or the round button with this label.
func (b *tab) tick(label string) {
	b.t.Helper()
	field := found + "(" + quote(label) + ", true)"
	b.press("choosing "+label, field)
	b.until("that "+label+" is chosen", field+"?.checked === true")
}

// An administrator of a new office is led to where it begins, connects it, is
// told what is wrong with what was copied, and turns it on.
func connectOffice(s *scene) {
	w := newWorld(s.t)
	must.Get(w.Tenant.AddMailbox(sim.MailboxOptions{Address: "info@" + apptest.Domain, Name: "Info", Shared: true}))(s.t)
	s.site = admit(s.t, w)
	b := s.as(apptest.Admin)
	b.open("/web")
	b.sees(b.text("mails.no-addresses"))
	b.shot("mails-new-office")
	b.click(b.text("mails.to-settings"))
	b.sees(b.text("settings.steps"))
	b.shot("settings-new-office")
	b.open("/web/connectors/new")
	b.fill(b.text("connector.name"), "Mijn kantoor")
	b.fill(b.text("connector.client-id"), apptest.ClientID)
	b.fill(b.text("connector.endpoint"), "http://sim.example/token")
	b.sees(b.text("guide.trust"))
	b.seesNot(b.text("guide.secret"))
	b.tick(b.text("connector.by-secret"))
	b.sees(b.text("guide.secret"))
	b.seesNot(b.text("guide.trust"))
	b.fill(b.text("connector.secret"), apptest.ClientSecret)
	b.click(b.text("connector.add"))
	b.sees(b.text("connector.invalid.token-endpoint-not-https"))
	b.shot("connectors-new-mistake")
	if got := b.value(b.text("connector.name")); got != "Mijn kantoor" {
		b.t.Errorf("the name that was typed became %q", got)
	}
	b.fill(b.text("connector.endpoint"), w.URL+"/"+apptest.TenantID+"/oauth2/v2.0/token")
	b.click(b.text("connector.add"))
	b.sees(b.text("connector.made"), "Mijn kantoor")
	b.open("/web/settings")
	b.tick(b.text("settings.yes"))
	b.click(b.text("settings.save"))
	b.sees(b.text("settings.turned-on"))
	if on := s.Must("GET", "/api/settings", nil)["enabled"]; on != true {
		b.t.Errorf("the integration is on: %v", on)
	}
	if text, _ := eval[string](b, "document.documentElement.outerHTML"); strings.Contains(text, apptest.ClientSecret) {
		b.t.Error("the page holds the secret")
	}
}

// In a chat colleagues write notes to each other, and close it.
func inChat(s *scene) {
	s.Must("POST", "/api/mails/"+s.ID(stukken)+"/solve", object{"action": "link-contact", "contact": s.contact("jan")})
	b := s.as("anna@" + apptest.Domain)
	b.open("/web/chats")
	b.sees(stukken)
	b.shot("chats-mine")
	b.click("Jan Jansen")
	b.click(b.text("write.mode.note"))
	b.sees(b.text("chats.write"))
	b.fill(b.text("write.mode.note"), "Ik bel Jan vanmiddag terug.")
	b.click(b.text("chats.write"))
	b.until("the note in the thread",
		`[...document.querySelectorAll("main *")].some((e) => e.children.length === 0 && !e.matches("textarea") && `+
			`e.textContent.includes("Ik bel Jan vanmiddag terug."))`)
	b.shot("chats-note")
	chat := s.Mail(stukken)["chat"].(string)
	if m := s.Must("GET", "/api/chats/"+chat+"/messages", nil)["items"].([]any); len(m) != 2 {
		b.t.Errorf("%d messages, want the mail and one note", len(m))
	}
	b.click(b.text("chats.close"))
	b.sees(b.text("chats.closed"))
	b.click(b.text("chats.open"))
	b.sees(b.text("chats.opened"))
}

// contact is the id of the contact that a search finds.
func (s *scene) contact(search string) string { return s.First("/api/contacts?search=" + search) }

// What is wrong with an entry of the directory is said at its field.
func inDirectory(s *scene) {
	b := s.as(apptest.Admin)
	b.open("/web/directory/clients/new")
	b.fill(b.text("directory.field.number"), "1001") // that is the bakery's
	b.fill(b.text("directory.field.name"), "Slagerij Bos")
	b.fill(b.text("directory.field.kvk"), "12345678")
	b.click(b.text("directory.add"))
	b.sees(b.text("directory.owner", "Bakkerij Jansen"))
	b.shot("directory-clients-new-mistake")
	if got := b.value(b.text("directory.field.name")); got != "Slagerij Bos" {
		b.t.Errorf("the name that was typed became %q", got)
	}
	b.fill(b.text("directory.field.number"), "1003")
	b.click(b.text("directory.add"))
	b.sees(b.text("directory.added"), "Slagerij Bos")
	rik := s.as("rik@" + apptest.Domain)
	rik.open("/web/directory/clients")
	rik.sees(rik.text("directory.only-read"))
	rik.click("Slagerij Bos")
	rik.sees("12345678", rik.text("directory.team"))
	rik.seesNot(rik.text("directory.save"), rik.text("directory.new.clients"))
}

// A file is looked at before it changes anything.
func importing(s *scene) {
	b := s.as(apptest.Admin)
	file := filepath.Join(b.t.TempDir(), "relaties.csv")
	choose := func(content string) {
		b.must(os.WriteFile(file, []byte(content), 0o600))
		b.call(chromedp.SetUploadFiles(chromedp.CSS("input[type=file]"), []string{file}))
		b.click(b.text("import.look"))
	}
	b.open("/web/directory/import")
	choose("nummer;type;naam\n1001;organisation;Bakkerij Jansen & Zn\n1009;organisation;Kapsalon Krul\n1009;organisation;Dubbel\n")
	b.sees(b.text("import.is-wrong"), b.text("import.wrong-why"))
	b.shot("directory-import-wrong")
	choose("nummer;type;naam\n1001;organisation;Bakkerij Jansen & Zn\n1009;organisation;Kapsalon Krul\n")
	b.sees(b.text("import.would.many", 2), "Kapsalon Krul")
	b.shot("directory-import-look")
	if n := len(s.Must("GET", "/api/clients?search=krul", nil)["items"].([]any)); n != 0 {
		b.t.Error("looking has changed something")
	}
	b.click(b.text("import.apply.many", 2))
	b.sees(b.text("import.applied.many", 2))
	if n := len(s.Must("GET", "/api/clients?search=krul", nil)["items"].([]any)); n != 1 {
		b.t.Error("nothing was imported")
	}
}

// A rule says what it does and why, and can be switched off.
func takeBackRule(s *scene) {
	s.Must("POST", "/api/mails/"+s.ID(stukken)+"/solve", object{"action": "link-contact", "contact": s.contact("jan")})
	b := s.as(carla)
	b.open("/web/learning")
	b.sees(b.text("learning.title"))
	b.shot("learning-begun")
	b.open("/web/rules")
	b.sees("jan.jansen@prive.example")
	b.shot("rules-one")
}

// Who did what can be read, newest first.
func readAudit(s *scene) {
	s.Must("POST", "/api/mails/"+s.ID(nieuws+" 1")+"/solve", object{"action": "dismiss", "scope": "list"})
	b := s.as(apptest.Admin)
	b.open("/web/audit")
	b.sees(b.text("audit.title"), "Beheer")
	b.shot("audit-begun")
	b.open("/web/health")
	b.sees(b.text("health.title"))
}

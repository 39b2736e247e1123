package api

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"kantoorpost/shared/mail"
)

// Signature and fixed texts have the language of the contact, or else of his own mail, or else
// of the mailbox. The writer sees which, and may choose another.
func TestLanguageOfAReply(t *testing.T) {
	const english = "Dear Anna, please find attached the invoices that you asked for. Could you let me know if we have them all?"
	const dutch = "Beste Anna, hierbij stuur ik u het overzicht van de uren. Kunt u dit nog deze week verwerken? Alvast bedankt."
	const german = "Sehr geehrte Frau de Vries, anbei sende ich Ihnen die Rechnung für den Monat Mai. Bitte prüfen Sie das und danke."
	for i, c := range []struct {
		contact, says, mailbox, chosen string
		want, from                     string
	}{
		{"", "Akkoord", "nl-NL", "", "nl", "mailbox"},
		{"", "Akkoord", "en-US", "", "en", "mailbox"},
		{"", "Akkoord", "", "", "nl", "mailbox"},
		{"", english, "nl-NL", "", "en", "mail"},
		{"", dutch, "en-US", "", "nl", "mail"},
		{"", german, "nl-NL", "", "de", "mail"},
		{"", "Akkoord", "fr-BE", "", "fr", "mailbox"},
		{"en", dutch, "nl-NL", "", "en", "contact"},
		{"fr", german, "nl-NL", "", "fr", "contact"},
		{"nl", english, "en-US", "en", "nl", "contact"},
	} {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			w := newWriting(t)
			w.graph.settings = mail.MailboxSettings{Language: c.mailbox}
			w.ok(t, "editor", "PATCH /api/me", `{"signature":"<p>Groet</p>","signatureEn":"<p>Regards</p>"}`)
			contact := w.done(t, "GET /api/contacts?search=jansen", "").body["items"].([]any)[0].(map[string]any)
			if c.contact != "" {
				w.done(t, "PATCH /api/contacts/"+contact["id"].(string), fmt.Sprintf(`{"language":%q}`, c.contact))
			}
			it := w.nthMail(4, "Jan")
			it.Says = c.says
			w.chat = w.startWith(t, it, "Dag", "Jan", "editor")
			w.mail = w.chat
			offered := w.ok(t, "editor", "GET "+w.path("/new?mode=reply"), "").body
			signature := map[string]string{"nl": "<p>Groet</p>", "en": "<p>Regards</p>", "de": "<p>Regards</p>", "fr": "<p>Regards</p>"}
			if offered["language"] != c.want || offered["languageFrom"] != c.from || offered["signature"] != signature[c.want] {
				t.Errorf("offered in %v, by the %v, with %v", offered["language"], offered["languageFrom"], offered["signature"])
			}
			with := map[string]any{"since": nil}
			if c.chosen != "" {
				with["language"], c.want = c.chosen, c.chosen
			}
			r, err := w.Outbox.Load(t.Context(), fmt.Sprint(w.reply(t, with).body["id"]))
			if err != nil || r.Language != c.want || r.Signature != signature[c.want] {
				t.Errorf("leaves in %q with %q, %v", r.Language, r.Signature, err)
			}
		})
	}
}

// Who writes is told that the mailbox is out of office, as long as it is.
func TestOutOfOfficeOfTheMailbox(t *testing.T) {
	now := time.Now()
	for i, c := range []struct {
		status      string
		from, until time.Time
		want        bool
	}{
		{"", time.Time{}, time.Time{}, false},
		{"disabled", now.Add(-time.Hour), now.Add(time.Hour), false},
		{"alwaysEnabled", time.Time{}, time.Time{}, true},
		{"scheduled", now.Add(-time.Hour), now.Add(time.Hour), true},
		{"scheduled", now.Add(time.Hour), now.Add(2 * time.Hour), false},
		{"scheduled", now.Add(-2 * time.Hour), now.Add(-time.Hour), false},
	} {
		w := newWriting(t)
		w.graph.settings = mail.MailboxSettings{AutomaticReplies: mail.AutomaticReplies{Status: c.status, From: c.from, Until: c.until}}
		asked := w.graph.asked.Load()
		for range 3 {
			offered := w.ok(t, "editor", "GET "+w.path("/new"), "").body
			if got := slices.Contains(offered["warnings"].([]any), any("automatic-replies")); got != c.want {
				t.Errorf("%d: warned %t", i, got)
			}
		}
		if n := w.graph.asked.Load() - asked; n > 1 {
			t.Errorf("%d: the settings were asked for %d times", i, n)
		}
	}
}

package apptest

import (
	"testing"
)

// WaitingOffice is a new world with what WaitingMail makes.
func WaitingOffice(t *testing.T) *World {
	w := NewWorld(t)
	w.WaitingMail()
	return w
}

// WaitingMail makes an office in which mail waits for people: three of an unknown sender, at two
// addresses, and a newsletter.
func (w *World) WaitingMail() {
	w.T.Helper()
	w.Office()
	w.Tick()
	info, loon := "info@"+Domain, "loon@"+Domain
	const piet = "piet@onbekend.example"
	w.Send(piet, []string{info}, RawMail("Piet de Vries <"+piet+">", info, "Kennismaking", "p1"))
	w.Send(piet, []string{info}, RawMail(piet, info, "Re: Kennismaking", "p2", "In-Reply-To: <p1@elders.example>"))
	w.Send(piet, []string{loon}, RawMail(piet, loon, "Loonstrook", "p3"))
	w.Send("nieuws@bladen.example", []string{info},
		RawMail("nieuws@bladen.example", info, "Nieuws 1", "n1", "List-Id: Nieuws <nieuws.bladen.example>"))
	w.Pass(1)
}

// Mail is the mail with a subject.
func (w *World) Mail(subject string) object {
	w.T.Helper()
	for _, m := range w.Mails() {
		if m["subject"] == subject {
			return m
		}
	}
	w.T.Fatalf("no mail %q", subject)
	return nil
}

// ID is the id of the mail with a subject.
func (w *World) ID(subject string) string { return w.Mail(subject)["id"].(string) }

// First is the first object of a list of the directory.
func (w *World) First(path string) string {
	w.T.Helper()
	return w.Must("GET", path, nil)["items"].([]any)[0].(object)["id"].(string)
}

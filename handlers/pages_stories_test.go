package main

import (
	"testing"
)

func TestPages(t *testing.T) {
	b := browser(t)
	w := newWorld(t)
	s := admit(t, w)
	w.office()
	w.tick()
	deskMail(w)
	w.tick()
	p := s.visit(t, b, admin, "nl")
	t.Log(p.open("/web"))
	txt, err := eval[string](p, "document.body.innerText")
	t.Log(txt, err)
	p.click("Piet de Vries")
	p.sees("Nieuw contact")
	p.shot("mails-one")
	txt, err = eval[string](p, "document.body.innerText")
	t.Log(txt, err, p.complaints(), s.bytes)
}

func deskMail(w *world) {
	info, loon := "info@"+domain, "loon@"+domain
	const piet = "piet@onbekend.example"
	w.send(piet, []string{info}, letter("Piet de Vries <"+piet+">", info, "Kennismaking", "p1"))
	w.send(piet, []string{info}, letter(piet, info, "Re: Kennismaking", "p2", "In-Reply-To: <p1@elders.example>"))
	w.send(piet, []string{loon}, letter(piet, loon, "Loonstrook", "p3"))
	w.send("nieuws@bladen.example", []string{info}, letter("nieuws@bladen.example", info, "Nieuws 1", "n1", "List-Id: Nieuws <nieuws.bladen.example>"))
}

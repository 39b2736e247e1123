package web

import (
	"cmp"
	"crypto/rand"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/directory"
)

// A newChat is a conversation that the office begins: first with whom, then what.
type newChat struct {
	Filter   chatFilter
	Find     string
	Found    []correspondent
	Chosen   *correspondent
	Composer composer
}

// A correspondent is an address of a contact, on behalf of a client.
type correspondent struct {
	Contact wire.Named
	Client  directory.Client
	Email   string
}

func (c correspondent) path(string) string {
	return "/web/chats/new?" + url.Values{"contact": {c.Contact.ID}, "client": {c.Client.ID}, "to": {c.Email}}.Encode()
}

// startPage shows the form with which the office begins a chat.
func (s *site) startPage(v *request) error {
	if err := v.need("chats.send"); err != nil {
		return err
	}
	q := v.r.URL.Query()
	n := &newChat{Filter: chatFilterOf(q), Find: strings.TrimSpace(q.Get("find"))}
	if id := q.Get("contact"); id != "" {
		return v.showNew(http.StatusOK, n, written{Key: rand.Text()}, q)
	}
	var err error
	if n.Found, err = v.correspondents(n.Find); err != nil {
		return err
	}
	if isPart(v.r) && v.r.Header.Get("HX-Target") == "correspondents" {
		return v.part("chats", "correspondents", n)
	}
	return v.showNewPage(http.StatusOK, n)
}

// correspondents are the contacts that a search finds, each with a client.
func (v *request) correspondents(find string) (all []correspondent, err error) {
	found, err := v.contacts(find)
	for _, c := range found {
		for _, client := range c.Clients[:min(len(c.Clients), 3)] {
			k, err := v.customer(client)
			if err != nil {
				return nil, err
			}
			for _, email := range c.Emails[:min(len(c.Emails), 3)] {
				all = append(all, correspondent{wire.Named{ID: c.ID, Name: c.Name}, k, email})
			}
		}
	}
	return all, err
}

// showNew shows the form for a chosen contact, with what was written.
func (v *request) showNew(status int, n *newChat, w written, chosen url.Values) error {
	var c contact
	if err := v.api.get("/api/contacts/"+url.PathEscape(chosen.Get("contact")), &c); err != nil {
		return err
	}
	k, err := v.customer(cmp.Or(chosen.Get("client"), slices.Concat(c.Clients, []string{"-"})[0]))
	if err != nil {
		return err
	}
	email := chosen.Get("to")
	if !slices.Contains(c.Emails, email) && len(c.Emails) > 0 && w.To == nil {
		email = c.Emails[0]
	}
	n.Chosen = &correspondent{wire.Named{ID: c.ID, Name: c.Name}, k, email}
	n.Composer = composer{Open: true, CanSend: true, Filter: n.Filter, written: w, MaxSize: usualMaxSize, Client: k.ID, Contact: c.ID,
		Answer: n.Composer.Answer}
	n.Composer.Mode, n.Composer.Language = modeNew, cmp.Or(w.Language, c.Language)
	if w.To == nil {
		n.Composer.To = []wire.RecipientObject{{Name: c.Name, Email: email}}
	}
	if err := v.offerNew(&n.Composer); err != nil {
		return err
	}
	return v.showNewPage(status, n)
}

func (v *request) showNewPage(status int, n *newChat) error {
	view := v.chatsView(n.Filter)
	view.New = n
	return v.pageAs(status, "chats", view)
}

func (s *site) startChat(v *request) error {
	if err := v.parseForm(); err != nil {
		return err
	}
	w := v.writtenIn()
	do, what, _ := strings.Cut(v.r.PostFormValue("do"), " ")
	again := func(status int, a composeAnswer) error {
		return v.showNew(status, &newChat{Filter: chatFilterOf(v.r.URL.Query()), Composer: composer{Answer: a}}, w, v.r.PostForm)
	}
	switch do {
	case "attach", "drop":
		if err := v.changeAttachments(&w, do, what); err != nil {
			return err
		}
		return again(http.StatusOK, composeAnswer{})
	case "template":
		if err := v.addTemplate(&w, ""); err != nil {
			return err
		}
		return again(http.StatusOK, composeAnswer{})
	}
	body := w.reply()
	for _, ofAnswers := range []string{"mode", "answers", "since", "quote"} {
		delete(body, ofAnswers)
	}
	body["client"], body["contact"] = v.r.PostFormValue("client"), v.r.PostFormValue("contact")
	var a *composeAnswer
	var now wire.BegunChat
	if a = v.timing(&w, do, body); a == nil {
		var err error
		if a, err = v.tryToSend("/api/chats", w, body, do, &now); err != nil {
			return err
		}
	}
	switch {
	case a == nil:
		return v.leave("/web/chats/"+url.PathEscape(now.ID), sentFlash(now.ID, now.Reply))
	case isPart(v.r):
		return v.answerBeside(a.status(), w, *a)
	}
	return again(a.status(), *a)
}

package web

import (
	"net/url"
	"slices"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/sorting"
)

// A moving is where a message, or a whole chat, can be moved.
type moving struct {
	Message string // "" moves the whole chat
	Subject string
	Find    string
	Chats   []wire.ChatObject // found chats, other than this one
	Clients []directory.Client
}

// mostFound is how many chats and clients are shown to choose from.
const mostFound = 8

func (s *site) movePage(v *request) error {
	q := v.r.URL.Query()
	m := &moving{Message: q.Get("message"), Find: q.Get("find")}
	return v.showWriting(200, func(open *openChat) error {
		open.Move = m
		if named := open.message(m.Message); named != nil {
			m.Subject = named.Subject
		}
		ask := url.Values{"limit": {"50"}, "names": {"true"}, "mine": {"false"}}
		if m.Find == "" {
			ask.Set("client", open.Client)
		} else {
			ask.Set("search", m.Find)
		}
		chats := slices.DeleteFunc(some[wire.ChatObject](v, "/api/chats?"+ask.Encode()), func(c wire.ChatObject) bool { return c.ID == open.ID })
		sorting.By(chats, func(a, b wire.ChatObject) int { return b.Last.Compare(a.Last) })
		m.Chats = chats[:min(len(chats), mostFound)]
		if m.Find == "" || !v.me.can("directory.read") {
			return nil
		}
		clients := some[directory.Client](v, "/api/clients?limit=8&search="+url.QueryEscape(m.Find))
		m.Clients = slices.DeleteFunc(clients, func(c directory.Client) bool { return c.ID == open.Client })
		return nil
	})
}

func (s *site) move(v *request) error {
	api, page := v.chatHere()
	do, to, message := v.r.PostFormValue("do"), v.r.PostFormValue("to"), v.r.PostFormValue("message")
	var now wire.ChatObject
	var err error
	said := "move.done"
	switch {
	case do == "undo":
		said = "move.undone" // of the version that was shown, so that two clicks undo one change
		_, err = v.api.do("POST", api+"/undo", `"`+v.r.PostFormValue("tag")+`"`, nil, &now)
	case message != "" && do == "new":
		err = v.api.post(api+"/messages/"+url.PathEscape(message)+"/move", map[string]bool{"new": true}, &now)
	case message != "":
		err = v.api.post(api+"/messages/"+url.PathEscape(message)+"/move", map[string]string{do: to}, &now)
	case do == "chat":
		said, err = "move.merged", v.api.post(api+"/merge", map[string]string{"into": to}, &now)
	default:
		err = v.api.patch(api, "", map[string]string{"client": to}, &now)
	}
	p, err := refused(err)
	switch {
	case err != nil:
		return err
	case p != nil && slices.Contains(moveProblems, p.Type):
		return v.done(page, flash{Key: "move.not-moved." + p.Type})
	case p != nil:
		return v.done(page, flash{Key: "move.not-done"})
	case said == "move.merged":
		return v.done("/web/chats/"+url.PathEscape(now.ID), flash{Key: said})
	}
	return v.done(page, flash{Key: said})
}

// moveProblems are the types of the API's refusals that have a text.
var moveProblems = []string{
	"reply-leaving", "not-a-mail", "only-message", "same-chat", "merged", "nobody", "nothing-to-undo", "undo-messages",
	"undo-change", "undo-moved",
}

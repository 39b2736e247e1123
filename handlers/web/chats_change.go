package web

import (
	"cmp"
	"crypto/rand"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"kantoorpost/handlers/api/wire"
)

// chatHere is the chat of a form: its path in the API, and its page.
func (v *request) chatHere() (api, page string) {
	id := url.PathEscape(v.r.PathValue("chat"))
	return "/api/chats/" + id, "/web/chats/" + id + chatFilterOf(v.r.URL.Query()).query()
}

// writeNote writes a note once, even when its form is sent several times.
func (s *site) writeNote(v *request) error {
	api, page := v.chatHere()
	note := kept{Chat: v.r.PathValue("chat"), Text: v.r.PostFormValue("body"), Key: v.r.PostFormValue("key")}
	note.Key = cmp.Or(note.Key[:min(len(note.Key), 64)], rand.Text())
	once := v.api
	once.once = note.Key
	body, err := v.noteBody(note.Text)
	if err == nil {
		err = once.post(api+"/notes", body, nil)
	}
	var p *Problem
	switch {
	case err == nil:
		return v.done(page, flash{})
	case !errors.As(err, &p):
		return err
	case p.Status == http.StatusUnprocessableEntity:
		return v.showWriting(p.Status, func(open *openChat) error {
			if p.Type == typeKeyReused {
				note.Key = rand.Text() // it is written a second time, now that its author knows
			}
			open.Note, open.Problem = note, p
			open.Composer.Mode, open.Composer.Open = modeNote, true
			return nil
		})
	case isPart(v.r):
		return p // shown beside the form, which stays as it is
	}
	// Without script the form is gone, so the answer contains the typed text.
	note.Status = failTexts[p.Status]
	note.Status = cmp.Or(note.Status, "500")
	return v.pageAs(max(p.Status, http.StatusBadRequest), "chats",
		&chatsView{Filter: chatFilterOf(v.r.URL.Query()), SeesAll: seesAll(v.me.Rights), Kept: &note})
}

// readChat marks the chat as read, up to the position that the page showed.
func (s *site) readChat(v *request) error {
	api, page := v.chatHere()
	position, _ := strconv.Atoi(v.r.PostFormValue("position")) // the API refuses an invalid position
	if err := v.api.post(api+"/read", map[string]int{"position": position}, nil); err != nil {
		return err
	}
	if isPart(v.r) {
		v.w.WriteHeader(http.StatusNoContent)
		return nil
	}
	return v.done(page, flash{})
}

// closeChat closes or reopens a chat, when it is unchanged since it was shown.
func (s *site) closeChat(v *request) error {
	api, page := v.chatHere()
	tag := v.r.PostFormValue("tag")
	if tag != "" {
		tag = `"` + tag + `"`
	}
	state := v.r.PostFormValue("state")
	err := v.api.patch(api, tag, map[string]string{"state": state}, nil)
	if p, _ := refused(err); p != nil && p.Status == http.StatusPreconditionFailed {
		return v.done(page, flash{Key: "chats.not-closed"})
	}
	if err != nil {
		return err
	}
	if state == "closed" {
		return v.done(page, flash{Key: flashClosed, Undo: []string{v.r.PathValue("chat")}})
	}
	return v.done(page, flash{Key: "chats.opened"})
}

// changePeople adds one team member to a chat, or removes one. It keeps the
// changes that others made in the meantime.
func (s *site) changePeople(v *request) error {
	api, page := v.chatHere()
	member, do := v.r.PostFormValue("member"), v.r.PostFormValue("do")
	if member == "" {
		return v.done(page, flash{Key: "chats.not-chosen"})
	}
	for try := 1; ; try++ {
		var now wire.ListOf[wire.Participant]
		tag, err := v.api.getTag(api+"/participants", &now)
		if err != nil {
			return err
		}
		var ids []string
		for _, p := range now.Items {
			if p.ID != member {
				ids = append(ids, p.ID)
			}
		}
		switch {
		case do == "add":
			ids = append(ids, member)
		case len(ids) == 0:
			return v.done(page, flash{Key: "chats.not-last"})
		}
		err = v.api.put(api+"/participants", tag, map[string]any{"members": slices.Compact(ids)}, nil)
		p, err := refused(err)
		switch {
		case err != nil:
			return err
		case p != nil && p.Status == http.StatusPreconditionFailed && try < 3:
			continue
		case p != nil:
			return v.done(page, flash{Key: "chats.not-added"})
		case do == "add":
			return v.done(page, flash{Key: "chats.added"})
		case member == v.me.ID && !seesAll(v.me.Rights):
			return v.done("/web/chats"+strings.TrimPrefix(page, "/web/chats/"+url.PathEscape(v.r.PathValue("chat"))), flash{Key: "chats.left"})
		}
		return v.done(page, flash{Key: "chats.removed"})
	}
}

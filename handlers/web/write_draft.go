package web

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"kantoorpost/handlers/api/wire"
)

// writtenOf is the draft as the fields of the form.
func writtenOf(d *wire.DraftObject, key string) written {
	w := written{
		Key: key, Mode: d.Mode, Answers: d.Answers, Address: d.Address, To: d.To, Cc: d.Cc, Bcc: d.Bcc, Subject: d.Subject,
		Language: d.Language, HTML: d.HTML, Text: d.Text, Along: d.Along,
	}
	for _, a := range d.Attachments {
		if !a.Inline { // the text names those that it shows
			w.Attachments = append(w.Attachments, a)
		}
	}
	if d.Since > 0 {
		w.Since = strconv.FormatInt(d.Since, 10)
	}
	return w
}

// draft is the user's draft in a chat, nil for none.
func (v *request) draft(chat string) (*wire.DraftObject, error) {
	var d wire.DraftObject
	if none, err := gone(v.api.get("/api/chats/"+url.PathEscape(chat)+"/draft", &d)); err != nil || none != nil {
		return nil, err
	}
	return &d, nil
}

// A savedView says quietly whether the draft is kept.
type savedView struct {
	At      time.Time    // zero: it is not
	Writing []wire.Named // who else writes in this chat
	Problem *Problem
}

// keepDraft saves the draft while it is written.
func (s *site) keepDraft(v *request) error {
	w := v.writtenIn()
	api, _ := v.chatHere()
	var now wire.DraftObject
	p, err := refused(v.saveDraft(api, w, &now))
	if err != nil {
		return err
	}
	if !isPart(v.r) {
		return v.showWriting(http.StatusOK, func(open *openChat) error { return v.recompose(open, w) })
	}
	if p != nil {
		return v.part("chats", "saved", savedView{Problem: p})
	}
	return v.part("chats", "saved", savedView{At: time.Now(), Writing: now.Writing})
}

func (v *request) saveDraft(api string, w written, now *wire.DraftObject) error {
	body := w.reply()
	delete(body, "signature")
	delete(body, "quote")
	return v.api.put(api+"/draft", "", body, now)
}

// recompose is the form with what the user sent.
func (v *request) recompose(open *openChat, w written) error {
	open.Composer.written, open.Composer.Open = w, true
	return v.offer(open, true)
}

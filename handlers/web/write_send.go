package web

import (
	"cmp"
	"crypto/rand"
	"errors"
	"net/http"
	"strings"
	"time"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/outbox"
)

// A composeAnswer says why a reply was not sent, and what the writer can do.
type composeAnswer struct {
	Problem *Problem
	Newer   *message // what came in since the writer began
	Confirm []wire.WarningObject
	NoTime  bool // the time to send is missing or past
	Do      string
	TooMany int      // how many recipients it has, if those are more than a message may have
	Missing []string // placeholders without a value
	Again   string   // the key of a second message: this form already sent another one
}

// The types of the API's refusals that the writer can overrule.
// https://www.rfc-editor.org/rfc/rfc9457#section-3.1.1
const (
	typeNewer     = "newer-message"
	typeConfirm   = "confirm"
	typeKeyReused = "idempotency-key"
)

// writeReply does what the pressed button of the form says.
func (s *site) writeReply(v *request) error {
	if err := v.parseForm(); err != nil {
		return err
	}
	w := v.writtenIn()
	do, what, _ := strings.Cut(v.r.PostFormValue("do"), " ")
	switch do {
	case "send", "close", "later":
		return v.sendReply(w, do)
	case "mode":
		return v.showWriting(http.StatusOK, func(open *openChat) error { return v.changeMode(open, w, what) })
	case "attach", "take", "drop", "sources":
		return v.changeFiles(w, do, what)
	case "template":
		return v.showWriting(http.StatusOK, func(open *openChat) error { return v.insertTemplate(open, w) })
	case "discard":
		api, page := v.chatHere()
		if err := v.api.delete(api+"/draft", ""); err != nil {
			return err
		}
		return v.done(page, flash{Key: "write.discarded"})
	}
	return s.keepDraft(v)
}

// changeMode keeps the text, and asks anew for whom it is.
func (v *request) changeMode(open *openChat, w written, mode string) error {
	open.Composer.written, open.Composer.Open = w, true
	if mode == modeNote {
		open.Composer.Mode = modeNote
		return nil
	}
	open.Composer.Mode = mode
	return v.offer(open, false)
}

// sendReply sends a reply, at once or at a time. What the API asks back is shown
// in the form, which loses nothing.
func (v *request) sendReply(w written, do string) error {
	api, page := v.chatHere()
	body := w.reply()
	var now wire.ReplyObject
	a := v.timing(&w, do, body)
	if a == nil {
		var err error
		if a, err = v.tryToSend(api+"/replies", w, body, do, &now); err != nil {
			return err
		}
	}
	switch {
	case a != nil && isPart(v.r):
		return v.answerBeside(a.status(), w, *a)
	case a != nil:
		return v.showWriting(a.status(), func(open *openChat) error {
			open.Composer.Answer = *a
			return v.recompose(open, w)
		})
	}
	if do == "close" {
		if err := v.api.patch(api, "", map[string]string{"state": "closed"}, nil); err != nil {
			return err
		}
	}
	return v.done(page, sentFlash(v.r.PathValue("chat"), now))
}

// timing adds when a reply leaves, and what the writer confirmed. It answers when
// the time is missing.
func (v *request) timing(w *written, do string, body map[string]any) *composeAnswer {
	if do == "later" {
		at, err := time.ParseInLocation(apiMoment, w.SendAt, office)
		if err != nil || at.Before(time.Now()) {
			return &composeAnswer{NoTime: true, Do: do}
		}
		body["sendAt"] = at
	}
	if len(w.Confirmed) > 0 {
		body["confirmed"] = w.Confirmed
	}
	if w.Force {
		body["force"] = true
	}
	return nil
}

// tryToSend posts a reply once. It answers what the writer can do about a refusal.
func (v *request) tryToSend(path string, w written, body map[string]any, do string, now any) (*composeAnswer, error) {
	once := v.api
	once.once = w.Key
	err := once.post(path, body, now)
	var p *Problem
	switch {
	case err == nil:
		return nil, nil
	case errors.As(err, &p) && (p.Status == http.StatusConflict || p.Status == http.StatusUnprocessableEntity):
		a := answerOf(p, do)
		if n := len(w.To) + len(w.Cc) + len(w.Bcc); p.Status == http.StatusUnprocessableEntity && n > outbox.MaxRecipients {
			a.TooMany = n
		}
		return a, nil
	case errors.As(err, &p) && !isPart(v.r) && p.Status >= http.StatusBadRequest:
		// Without script the form is gone, so the answer contains what was written.
		return &composeAnswer{Problem: p, Do: do}, nil
	}
	return nil, err
}

// sentFlash says when the reply leaves, with the button that takes it back.
func sentFlash(chat string, now wire.ReplyObject) flash {
	if now.State == stateDraft { // it was sent before, and taken back
		return flash{Key: "replies.back"}
	}
	f := flash{Key: "replies." + now.State, Undo: []string{chat, now.ID}}
	if now.State == stateHeld {
		f.N = max(int(time.Until(now.LeavesAt).Round(time.Second).Seconds()), 0)
	}
	return f
}

// answerOf turns the API's refusal into what the writer is asked.
func answerOf(p *Problem, do string) *composeAnswer {
	a := &composeAnswer{Problem: p, Do: do, Missing: p.Missing}
	switch p.Type {
	case typeNewer:
		a.Newer = p.Message
	case typeConfirm:
		a.Confirm = p.Warnings
	case typeKeyReused:
		a.Again = rand.Text()
	}
	return a
}

func (a composeAnswer) status() int {
	if a.Problem != nil {
		return a.Problem.Status
	}
	return http.StatusUnprocessableEntity
}

// answerBeside shows by script what is to be answered, in the form, which stays as
// it is.
func (v *request) answerBeside(status int, w written, a composeAnswer) error {
	v.w.Header().Set("HX-Retarget", "#compose-answer")
	v.w.Header().Set("HX-Reswap", "outerHTML")
	return v.partAs(status, "chats", "compose-answer", &composer{written: w, Answer: a})
}

// parseForm reads a form with files; large files go to the disk.
func (v *request) parseForm() error {
	err := v.r.ParseMultipartForm(1 << 20)
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return &Problem{Status: http.StatusRequestEntityTooLarge}
	case err != nil && !errors.Is(err, http.ErrNotMultipart):
		return &Problem{Status: http.StatusBadRequest, Detail: cmp.Or(err.Error(), "form")}
	}
	return nil
}

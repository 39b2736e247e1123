package web

import (
	"testing"
	"time"

	"kantoorpost/handlers/api/wire"
)

func TestManyAtOnce(t *testing.T) {
	for _, c := range []struct{ form, path, flash string }{
		{"do=retry&mail=a&mail=b", "/api/mails/retry", "mails.retried:2:"},
		{"do=dismiss&mail=a&mail=b", "/api/mails/dismiss", "mails.dismissed:2:a.b"},
		{"do=dismiss&mail=a", "/api/mails/dismiss", "mails.dismissed:2:a"},
		{"do=undo&mail=a&mail=b", "/api/mails/undo", "mails.undone:2:"},
		{"do=retry-reason&reason=bounce", "/api/mails/retry", "mails.all-retried:5:"},
		{"do=retry", "", "mails.not-chosen:0:"},
	} {
		api := waiting()
		for _, path := range []string{"/api/mails/retry", "/api/mails/dismiss", "/api/mails/undo"} {
			api.answers["POST "+path] = map[string]int{"asked": 5, "released": 2, "dismissed": 2, "reopened": 2}
		}
		w := browse(t, api, "POST", "/web/mails/bulk?reason=bounce", c.form)
		if w.Code != 303 || w.Header().Get("Location") != "/web/mails?reason=bounce" || w.Result().Cookies()[0].Value != c.flash {
			t.Errorf("%s: %d %v", c.form, w.Code, w.Header())
		}
		if _, asked := api.bodies["POST "+c.path]; asked != (c.path != "") {
			t.Errorf("%s: asked %v", c.form, api.asked)
		}
	}
	wants(t, browse(t, waiting(), "POST", "/web/mails/bulk", "do=erase&mail=a"), 422)
}

func TestRetryAndUndo(t *testing.T) {
	api := waiting()
	api.answers["POST /api/mails/"+one+"/retry"] = mailObject{
		MailDetail: wire.MailDetail{MailObject: wire.MailObject{ID: one, State: "parked"}},
	}
	w := browse(t, api, "POST", "/web/mails/"+one+"/retry", "")
	if w.Header().Get("Location") != "/web/mails/"+one || w.Result().Cookies()[0].Value != "mails.not-released:1:" {
		t.Error(w.Header())
	}
	api.answers["POST /api/mails/"+one+"/retry"] = mailObject{
		MailDetail: wire.MailDetail{MailObject: wire.MailObject{ID: one, State: "processed"}},
	}
	if w = browse(t, api, "POST", "/web/mails/"+one+"/retry", ""); w.Header().Get("Location") != "/web/mails/"+two {
		t.Error(w.Header())
	}
	api.answers["POST /api/mails/"+one+"/undo"] = map[string]int{"reopened": 4}
	if w = browse(t, api, "POST", "/web/mails/"+one+"/undo", ""); w.Result().Cookies()[0].Value != "mails.undone:4:" {
		t.Error(w.Header())
	}
	api.answers["POST /api/mails/"+one+"/undo"] = Problem{Status: 409}
	if w = browse(t, api, "POST", "/web/mails/"+one+"/undo", ""); w.Result().Cookies()[0].Value != "mails.not-undone:0:" {
		t.Error(w.Header())
	}
}

func TestWhatCanBeUndone(t *testing.T) {
	by := func(actions ...string) (h []wire.AttemptObject) {
		for _, a := range actions {
			h = append(h, wire.AttemptObject{Action: a})
		}
		return h
	}
	for _, c := range []struct {
		mail mailObject
		want string
	}{
		{mailObject{MailDetail: wire.MailDetail{MailObject: wire.MailObject{State: "parked"}, History: by("dismiss")}}, ""},
		{mailObject{MailDetail: wire.MailDetail{MailObject: wire.MailObject{State: "dismissed"}, History: by("dismiss")}}, "dismiss"},
		{mailObject{MailDetail: wire.MailDetail{MailObject: wire.MailObject{State: "processed"}, History: by("link-contact", "", "")}},
			"link-contact"},
		{mailObject{MailDetail: wire.MailDetail{MailObject: wire.MailObject{State: "processed"}, History: by("link-contact", "undo", "")}}, ""},
		{mailObject{MailDetail: wire.MailDetail{MailObject: wire.MailObject{State: "processed"}, History: by("")}}, ""},
		{mailObject{MailDetail: wire.MailDetail{MailObject: wire.MailObject{State: "processed", Rules: []string{"r"}}, History: by("")}}, "rule"},
	} {
		got := ""
		if a := undoable(c.mail); a != nil {
			got = a.Action
		}
		if got != c.want {
			t.Errorf("%+v: %q, want %q", c.mail, got, c.want)
		}
	}
	api := waiting()
	api.answers["GET /api/mails/"+one] = mailObject{
		MailDetail: wire.MailDetail{
			MailObject: wire.MailObject{ID: one, State: "dismissed"},
			History:    []wire.AttemptObject{{Action: "dismiss", By: "m", ByName: "Bram Vos", State: "dismissed", At: time.Now()}},
		},
	}
	wants(t, browse(t, api, "GET", "/web/mails/"+one, ""), 200, `data-key="u"`, "Bram Vos", "/undo")
}

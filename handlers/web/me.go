package web

import (
	"net/http"
	"net/url"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/directory"
)

// A meView has the settings that users can change for themselves.
type meView struct {
	awayForm
	Me          person
	Lang, Theme string
	NoKeys      bool
	CanName     bool // the user may choose a substitute
	People      []wire.Named
	StandIn     string // who stands in, and when
	Problem     *Problem
	wire.SignaturesObject
	CanSign bool
}

func (s *site) registerMe() {
	s.page("/web/me", func(v *request) error { return v.showMe(http.StatusOK, nil, nil) })
	s.post("/web/me/substitute", s.saveSubstitute)
	s.post("/web/me/signature", s.saveSignature)
}

// showMe answers with the page; after a refusal with the sent values.
func (v *request) showMe(status int, sent *awayForm, p *Problem) error {
	view := meView{Me: v.me, Lang: v.lang, Theme: v.theme, NoKeys: noKeys(v.r), Problem: p, CanName: v.me.ID != "" && v.me.can("me.write")}
	view.CanSign = view.CanName && v.me.can("chats.send")
	if view.CanSign {
		var me person
		v.read("/api/me", &me)
		view.SignaturesObject = me.SignaturesObject
	}
	if view.CanName {
		var me entry
		v.read("/api/team-members/"+url.PathEscape(v.me.ID), &me)
		if !stands(me.Substitute) {
			me.Substitute = nil
		}
		view.was(me.Substitute)
		if sent != nil {
			view.awayForm = *sent
		}
		view.People, view.StandIn = v.substitutes(v.me.ID, view.Member, me.Substitute)
	}
	return v.pageAs(status, "me", view)
}

func (s *site) saveSubstitute(v *request) error {
	if v.r.PostFormValue("do") == "remove" {
		if err := v.api.delete("/api/me/substitute", ""); err != nil {
			return err
		}
		return v.done("/web/me", flash{Key: "me.removed"})
	}
	typed := awayForm{v.r.PostFormValue("substitute"), isoDate(v.r.PostFormValue("from")), isoDate(v.r.PostFormValue("until"))}
	away := typed.substitute()
	if away == nil {
		away = &directory.Substitute{}
	}
	if ok, err := succeeded(refused, v.api.put("/api/me/substitute", "", away, nil),
		func(p *Problem) error { return v.showMe(p.Status, &typed, p) }); !ok {
		return err
	}
	return v.done("/web/me", flash{Key: "me.saved"})
}

func (s *site) saveSignature(v *request) error {
	name, document := v.signatureIn()
	err := v.api.patch("/api/me", "", map[string]string{name: document}, nil)
	if ok, err := succeeded(refused, err, v.saying("/web/me", "me.not-signed")); !ok {
		return err
	}
	return v.done("/web/me", flash{Key: "me.saved"})
}

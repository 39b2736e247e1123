package web

import (
	"net/http"
	"net/url"
	"slices"

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

func (s *site) savePreferences(v *request) error {
	for name, values := range map[string][]string{"lang": languages, "theme": {"light", "dark", "auto"}, "keys": {"on", "off"}} {
		if value := v.r.PostFormValue(name); slices.Contains(values, value) {
			keep(v.w, name, value)
		}
	}
	if tour := v.r.PostFormValue("tour"); tour == "done" || tour == "again" {
		keep(v.w, "tour", map[bool]string{true: v.tourDone(), false: tour}[tour == "done"])
		if v.me.ID != "" { // of somebody who is not in the directory yet the browser alone remembers it
			if err := v.api.patch("/api/me", "", map[string]bool{"toured": tour == "done"}, nil); err != nil {
				return err
			}
		}
	}
	return v.done(v.r.PostFormValue("back"), flash{})
}

// noKeys tells whether the user turned shortcuts off: speech input would trigger
// them by accident.
// https://www.w3.org/WAI/WCAG22/Understanding/character-key-shortcuts
func noKeys(r *http.Request) bool {
	c, err := r.Cookie("keys")
	return err == nil && c.Value == "off"
}

// tourDone is what the browser keeps of somebody who has read the tour, so that the API is not asked again.
func (v *request) tourDone() string { return "done" + v.me.ID }

// toured tells whether the user has read the tour of the first visit.
func (v *request) toured() bool {
	c, err := v.r.Cookie("tour")
	if err == nil && c.Value == v.tourDone() {
		return true
	}
	var me person
	if v.me.ID == "" || v.api.get("/api/me", &me) != nil || !me.Toured {
		return false
	}
	keep(v.w, "tour", v.tourDone())
	return true
}

func keep(w http.ResponseWriter, name, value string) { setCookie(w, name, value, 365*24*3600) }

func themeOf(r *http.Request) string {
	c, err := r.Cookie("theme")
	if err != nil || c.Value != "light" && c.Value != "dark" {
		return ""
	}
	return c.Value
}

package web

import (
	"net/http"
	"net/url"
)

// A meView has the settings that users can change for themselves.
type meView struct {
	awayForm
	Me          person
	Lang, Theme string
	NoKeys      bool
	CanName     bool // the user may choose a substitute
	People      []named
	StandIn     string // who stands in, and when
	Problem     *Problem
	Signature   string // below the user's mail, as HTML
	CanSign     bool
}

// bad tells whether the API refuses a field of the substitute form.
func (m meView) bad(name string) bool { return m.Problem.field(name) != "" }

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
		if err := v.api.get("/api/me", &me); err != nil {
			return err
		}
		view.Signature = me.Signature
	}
	if view.CanName {
		var me entry
		if err := v.api.get("/api/team-members/"+url.PathEscape(v.me.ID), &me); err != nil {
			return err
		}
		if !me.Substitute.stands() {
			me.Substitute = nil
		}
		view.was(me.Substitute)
		if sent != nil {
			view.awayForm = *sent
		}
		people, err := all[entry](v, "/api/team-members")
		if err != nil {
			return err
		}
		for _, p := range people {
			if me.Substitute != nil && p.ID == me.Substitute.Member {
				view.StandIn = v.standsIn(p.Name, me.Substitute)
			}
			if p.ID != v.me.ID && (p.Active || p.ID == view.Member) {
				view.People = append(view.People, named{p.ID, p.Name})
			}
		}
	}
	return v.pageAs(status, "me", view)
}

// saveSubstitute sets or removes the user's substitute.
func (s *site) saveSubstitute(v *request) error {
	if v.r.PostFormValue("do") == "remove" {
		if err := v.api.delete("/api/me/substitute", ""); err != nil {
			return err
		}
		return v.done("/web/me", flash{Key: "me.removed"})
	}
	sent := awayForm{v.r.PostFormValue("substitute"), isoDate(v.r.PostFormValue("from")), isoDate(v.r.PostFormValue("until"))}
	away := sent.substitute()
	if away == nil {
		away = &substitute{}
	}
	p, err := refused(v.api.put("/api/me/substitute", "", away, nil))
	if err != nil {
		return err
	}
	if p != nil {
		return v.showMe(p.Status, &sent, p)
	}
	return v.done("/web/me", flash{Key: "me.saved"})
}

// saveSignature sets what stands below the user's mail.
func (s *site) saveSignature(v *request) error {
	p, err := refused(v.api.patch("/api/me", "", map[string]string{"signature": v.richIn()}, nil))
	switch {
	case err != nil:
		return err
	case p != nil:
		return v.done("/web/me", flash{Key: "me.not-signed"})
	}
	return v.done("/web/me", flash{Key: "me.saved"})
}

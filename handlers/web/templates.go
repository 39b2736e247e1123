package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/sorting"
)

// addTemplates adds the templates that the user can insert: those of the own teams and in
// the language of the mail first, of which one is chosen already.
func (v *request) addTemplates(c *composer) error {
	if !v.me.can("templates.read") {
		return nil
	}
	all, err := v.templates(c.Chat)
	if err != nil {
		return err
	}
	mine := v.ownTeams(all)
	rank := func(t wire.TemplateObject) (rank int) {
		if t.Language != cmp.Or(c.Language, v.lang) {
			rank++
		}
		switch {
		case t.Team == "":
			rank += 2
		case !mine[t.Team]:
			rank += 4
		}
		return rank
	}
	sorting.By(all, func(a, b wire.TemplateObject) int { return cmp.Compare(rank(a), rank(b)) })
	if c.Templates = all; len(all) > 0 && rank(all[0]) == 0 {
		c.Template = all[0].ID
	}
	return nil
}

// ownTeams are the process teams of templates in which the user is.
func (v *request) ownTeams(templates []wire.TemplateObject) map[string]bool {
	mine := map[string]bool{}
	if !slices.ContainsFunc(templates, func(t wire.TemplateObject) bool { return t.Team != "" }) {
		return mine
	}
	for _, t := range all[entry](v, "/api/process-teams") {
		mine[t.ID] = slices.Contains(t.Members, v.me.ID)
	}
	return mine
}

// templates are all templates, filled in for a chat, "" for none.
func (v *request) templates(chat string) ([]wire.TemplateObject, error) {
	all, _, err := page[wire.TemplateObject](v, "/api/templates"+queryOf("chat", chat))
	return all, err
}

// insertTemplate adds a template to the text of a reply.
func (v *request) insertTemplate(open *openChat, w written) error {
	if err := v.addTemplate(&w, open.ID); err != nil {
		return err
	}
	return v.recompose(open, w)
}

// addTemplate adds the chosen template, filled in for a chat, to the text.
func (v *request) addTemplate(w *written, chat string) error {
	all, err := v.templates(chat)
	if err != nil {
		return err
	}
	for _, t := range all {
		switch {
		case t.ID != v.r.PostFormValue("template"):
			continue
		case w.HTML == "" && w.Text != "": // without script
			w.Text += "\n" + plain(t.HTML)
		default:
			w.HTML += t.HTML
		}
		if w.Subject == "" {
			w.Subject = t.Subject
		}
	}
	return nil
}

// A templatesView is the list of templates, or one of them in its form.
type templatesView struct {
	Templates []wire.TemplateObject
	Form      *templateForm
	CanWrite  bool
}

type templateForm struct {
	wire.TemplateObject
	Tag     string
	Teams   []wire.Named
	Problem *Problem
}

func (t templatesView) title() string {
	if t.Form == nil {
		return ""
	}
	return t.Form.Name
}

func (s *site) registerTemplates() {
	s.page("/web/templates", s.listTemplates)
	s.page("/web/templates/{template}", s.template)
	s.post("/web/templates/{template}", s.saveTemplate)
}

func (s *site) listTemplates(v *request) error {
	all, err := v.templates("")
	if err != nil {
		return err
	}
	return v.page("templates", templatesView{Templates: all, CanWrite: v.me.can("templates.write")})
}

// template shows the form of a template; of a new one below /new.
func (s *site) template(v *request) error {
	f := &templateForm{TemplateObject: wire.TemplateObject{Language: v.lang}}
	if id := v.r.PathValue("template"); id != "new" {
		f.Tag = v.readTag("/api/templates/"+url.PathEscape(id), &f.TemplateObject)
	}
	return v.templatePage(http.StatusOK, f)
}

func (v *request) templatePage(status int, f *templateForm) error {
	f.Teams = all[wire.Named](v, "/api/process-teams")
	return v.pageAs(status, "templates", templatesView{Form: f, CanWrite: v.me.can("templates.write")})
}

func (s *site) saveTemplate(v *request) error {
	id, tag := v.r.PathValue("template"), v.r.PostFormValue("tag")
	api := "/api/templates/" + url.PathEscape(id)
	f := &templateForm{
		Tag: tag,
		TemplateObject: wire.TemplateObject{
			ID:       id,
			Name:     v.r.PostFormValue("name"),
			Language: v.r.PostFormValue("language"),
			Team:     v.r.PostFormValue("team"),
			Subject:  v.r.PostFormValue("subject"),
			HTML:     v.richIn(),
		},
	}
	body := map[string]any{"name": f.Name, "language": f.Language, "subject": f.Subject, "html": f.HTML, "team": f.Team}
	var err error
	said := "templates.saved"
	switch {
	case v.r.PostFormValue("do") == "delete":
		said, err = "templates.deleted", v.api.delete(api, tag)
	case id == "new":
		f.ID = ""
		err = v.api.post("/api/templates", body, nil)
	default:
		if f.Team == "" {
			body["team"] = nil
		}
		err = v.api.patch(api, tag, body, nil)
	}
	if f.Problem, err = refused(err); err != nil {
		return err
	}
	if f.Problem != nil {
		return v.templatePage(f.Problem.Status, f)
	}
	return v.done("/web/templates", flash{Key: said})
}

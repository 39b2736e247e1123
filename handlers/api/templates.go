package api

import (
	"context"
	"net/http"
	"strings"
	"unicode/utf8"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
	"kantoorpost/shared/compose"
	"kantoorpost/shared/mailhtml"
)

type templatePatch struct {
	Name     field[string] `json:"name,omitzero"`
	Language field[string] `json:"language,omitzero"`
	Team     field[string] `json:"team,omitzero" null:"removes" doc:"null: for everybody"`
	Subject  field[string] `json:"subject,omitzero" null:"removes"`
	HTML     field[string] `json:"html,omitzero"`
}

// TemplatePath names a template.
type TemplatePath struct {
	Template string `path:"template" maxLength:"64" pattern:"^[a-z0-9]+$"`
}

func (a *api) registerTemplates() {
	const many, one = "/api/templates", "/api/templates/{template}"
	op := apiTag("replies").op
	handle(a, access.TemplatesRead,
		op("list-templates", http.MethodGet, many, "List templates by name, filled in for a chat if one is named"),
		a.listTemplates)
	handle(a, access.TemplatesRead, op("get-template", http.MethodGet, one, "Get a template"),
		func(ctx context.Context, in *TemplatePath) (*objectOutput[wire.TemplateObject], error) {
			t, err := a.Writing.Template(ctx, in.Template)
			return templateOutput(t), err
		})
	handle(a, access.TemplatesWrite, op("create-template", http.MethodPost, many, "Add a template", http.StatusCreated),
		func(ctx context.Context, in *struct{ Body wire.TemplateBody }) (*objectOutput[wire.TemplateObject], error) {
			var t compose.Template
			err := apply(&t, in.Body)
			if err == nil {
				err = a.checkTemplate(ctx, &t)
			}
			if err != nil {
				return nil, err
			}
			t, err = a.Writing.CreateTemplate(ctx, t)
			out := templateOutput(t)
			out.Location = many + "/" + t.ID
			return out, err
		})
	handle(a, access.TemplatesWrite, op("update-template", http.MethodPatch, one, "Change a template by a JSON merge patch"),
		a.updateTemplate)
	handle(a, access.TemplatesWrite, op("delete-template", http.MethodDelete, one, "Delete a template"),
		func(ctx context.Context, in *struct {
			TemplatePath
			RowPrecondition
		}) (*struct{}, error) {
			return nil, a.Writing.DeleteTemplate(ctx, in.Template, in.rowETag())
		})
}

func templateOutput(t compose.Template) *objectOutput[wire.TemplateObject] {
	return &objectOutput[wire.TemplateObject]{ETag: rowTag(t.ETag()), Body: templateOf(t)}
}

func templateOf(t compose.Template) wire.TemplateObject {
	return wire.TemplateObject{
		ID: t.ID, Name: t.Name, Language: t.Language, Team: t.Team, Subject: t.Subject, HTML: t.HTML, Updated: t.Updated,
	}
}

func (a *api) updateTemplate(ctx context.Context, in *struct {
	TemplatePath
	RowPrecondition
	Body templatePatch
}) (*objectOutput[wire.TemplateObject], error) {
	etag := in.rowETag()
	t, err := a.Writing.UpdateTemplate(ctx, in.Template, etag, func(t *compose.Template) error {
		if err := apply(t, in.Body); err != nil {
			return err
		}
		return a.checkTemplate(ctx, t)
	})
	return templateOutput(t), err
}

// checkTemplate makes a template safe, and refuses one that cannot be used.
func (a *api) checkTemplate(ctx context.Context, t *compose.Template) error {
	t.Name, t.Subject = strings.TrimSpace(t.Name), strings.TrimSpace(t.Subject)
	switch {
	case t.Name == "" || utf8.RuneCountInString(t.Name) > 100 || strings.ContainsFunc(t.Name, breaksLine):
		return invalid("body.name", "1 to 100 characters in one line")
	case !mailhtml.IsLanguage(t.Language):
		return invalid("body.language", "nl, en, de or fr")
	case strings.ContainsFunc(t.Subject, breaksLine) || utf8.RuneCountInString(t.Subject) > compose.MaxSubject:
		return invalid("body.subject", "one line of at most 255 characters")
	case !validText(t.HTML) || len(t.HTML) > 100_000:
		return invalid("body.html", "at most 100,000 bytes of UTF-8")
	}
	t.HTML = safeReply(t.HTML)
	if unknown := compose.Unknown(t.Subject, textOf(t.HTML)); len(unknown) > 0 {
		return invalid("body.html", "no other placeholders than {"+strings.Join(compose.Placeholders(), "}, {")+"}; {"+unknown[0]+"} is none")
	}
	if t.Team != "" {
		if _, err := a.Directory.Team(ctx, t.Team); isGone(err) {
			return invalid("body.team", "id of a process team")
		} else if err != nil {
			return err
		}
	}
	return nil
}

func (a *api) listTemplates(ctx context.Context, in *struct {
	Chat     string `query:"chat" maxLength:"64" doc:"fill the placeholders in for this chat"`
	Language string `query:"language" enum:"nl,en,de,fr"`
}) (*listOutput[wire.TemplateObject], error) {
	all, err := a.Writing.Templates(ctx)
	if err != nil {
		return nil, err
	}
	values, err := a.placeholderValues(ctx, in.Chat)
	if err != nil {
		return nil, err
	}
	var out []wire.TemplateObject
	for _, t := range all {
		if in.Language != "" && t.Language != in.Language {
			continue
		}
		o := templateOf(t)
		if in.Chat != "" {
			o.Subject, o.HTML = compose.Fill(t.Subject, values, true), compose.Fill(t.HTML, values, false)
			o.Missing = compose.Missing(o.Subject, textOf(o.HTML))
		}
		out = append(out, o)
	}
	return listed(out, ""), nil
}

// placeholderValues are what a chat says for the placeholders of templates.
func (a *api) placeholderValues(ctx context.Context, chatID string) (map[string]string, error) {
	if chatID == "" {
		return nil, nil
	}
	c, err := a.chat(ctx, chatID, access.ChatsRead)
	if err != nil {
		return nil, err
	}
	client, err := a.Directory.Client(ctx, c.Client)
	if err != nil && !isGone(err) {
		return nil, err
	}
	return map[string]string{
		compose.PlaceName: c.ContactName, compose.PlaceClient: client.Name, compose.PlaceNumber: client.Number,
		compose.PlaceMember: actor(ctx).Member.Name,
	}, nil
}

package compose

import (
	"context"
	"errors"
	"fmt"
	"html"
	"slices"
	"strings"
	"time"

	"kantoorpost/shared/audit"
	"kantoorpost/shared/ids"
	"kantoorpost/shared/lazyregexp"
	"kantoorpost/shared/sorting"
	"kantoorpost/shared/table"
)

// A Template is a text that is used again. Its placeholders are filled in when a reply
// begins with it.
type Template struct {
	ID       string    `json:"id"`
	Name     string    `json:"name"`
	Language string    `json:"language"`       // "nl", "en", "de" or "fr"
	Team     string    `json:"team,omitempty"` // id of the process team that uses it; "" for everybody
	Subject  string    `json:"subject,omitempty"`
	HTML     string    `json:"html"` // sanitised
	Updated  time.Time `json:"updated"`

	etag string
}

// ETag is the version of the template.
func (t Template) ETag() string { return t.etag }

// The placeholders of a template, as {name}.
const (
	PlaceName     = "name"     // of the contact
	PlaceClient   = "client"   // the name of the client
	PlaceNumber   = "number"   // of the client
	PlaceMember   = "member"   // the name of who writes
	PlaceDeadline = "deadline" // always filled in by hand
)

// Placeholders returns all placeholders.
func Placeholders() []string {
	return []string{PlaceName, PlaceClient, PlaceNumber, PlaceMember, PlaceDeadline}
}

var placeholder = lazyregexp.New(`\{([a-z]+)\}`)

// Fill replaces the placeholders of a text by values, which are escaped for HTML
// unless plain. A placeholder without a value stays, so that it is seen.
func Fill(text string, values map[string]string, plain bool) string {
	return placeholder.ReplaceAllStringFunc(text, func(p string) string {
		value := values[strings.Trim(p, "{}")]
		switch {
		case value == "":
			return p
		case plain:
			return value
		}
		return html.EscapeString(value)
	})
}

// Missing returns the placeholders that are left in texts, each once.
func Missing(texts ...string) (names []string) {
	for _, text := range texts {
		for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
			if slices.Contains(Placeholders(), m[1]) && !slices.Contains(names, m[1]) {
				names = append(names, m[1])
			}
		}
	}
	return names
}

// Unknown returns the words in braces in texts that are no placeholders.
func Unknown(texts ...string) (names []string) {
	for _, text := range texts {
		for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
			if !slices.Contains(Placeholders(), m[1]) && !slices.Contains(names, m[1]) {
				names = append(names, m[1])
			}
		}
	}
	return names
}

// maxTemplates is how many templates an office has.
const maxTemplates = 500

// Templates returns all templates, by name. It costs one query.
func (s *Store) Templates(ctx context.Context) (all []Template, err error) {
	rows, _, err := s.table.Range(ctx, templateKey(""), templateKey(ids.Above), maxTemplates)
	if err != nil {
		return nil, fmt.Errorf("list templates: %w", err)
	}
	for _, r := range rows {
		t := Template{etag: r.ETag}
		if err := r.Document(&t); err != nil {
			return nil, fmt.Errorf("read row %s: %w", r.Key, err)
		}
		all = append(all, t)
	}
	sorting.By(all, func(a, b Template) int { return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) })
	return all, nil
}

// Template returns a template, or ErrNotFound.
func (s *Store) Template(ctx context.Context, id string) (t Template, err error) {
	etag, found, err := s.get(ctx, templateKey(id), &t)
	if err == nil && !found {
		err = ErrNotFound
	}
	t.etag = etag
	return t, err
}

// CreateTemplate adds a template and returns it with an id.
func (s *Store) CreateTemplate(ctx context.Context, t Template) (Template, error) {
	t.ID = ids.Random()
	return s.saveTemplate(ctx, t, "template.create")
}

// UpdateTemplate lets edit change a template over the version etag; "" is any.
// Errors: ErrNotFound, ErrChanged, what edit returns.
func (s *Store) UpdateTemplate(ctx context.Context, id, etag string, edit func(*Template) error) (Template, error) {
	t, err := s.Template(ctx, id)
	if err != nil {
		return Template{}, err
	}
	if etag != "" && etag != t.etag {
		return Template{}, ErrChanged
	}
	if err := edit(&t); err != nil {
		return Template{}, err
	}
	t.ID = id
	return s.saveTemplate(ctx, t, "template.update")
}

func (s *Store) saveTemplate(ctx context.Context, t Template, action string) (Template, error) {
	t.Updated = time.Now().UTC().Truncate(time.Millisecond)
	e := audit.Entry{Action: action, Object: "template " + t.ID, Detail: map[string]string{"name": t.Name}}
	if err := s.put(ctx, templateKey(t.ID), t.etag, t, e); err != nil {
		return Template{}, err
	}
	return s.Template(ctx, t.ID)
}

// DeleteTemplate deletes a template. Errors: ErrNotFound, ErrChanged.
func (s *Store) DeleteTemplate(ctx context.Context, id, etag string) error {
	t, err := s.Template(ctx, id)
	if err != nil {
		return err
	}
	if etag != "" && etag != t.etag {
		return ErrChanged
	}
	entry := audit.Op(audit.Entry{By: audit.By(ctx), Action: "template.delete", Object: "template " + id,
		Detail: map[string]string{"name": t.Name}})
	err = s.table.Write(ctx, table.Delete(table.Row{Key: templateKey(id)}), entry)
	if errors.Is(err, table.ErrNotFound) {
		return ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("delete template %s: %w", id, err)
	}
	return nil
}

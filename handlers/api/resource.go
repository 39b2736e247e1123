package api

import (
	"cmp"
	"context"
	"encoding/base64"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
	"kantoorpost/shared/directory"
)

// The common parts of operations on one object and on lists. Huma sees the
// fields of an embedded type only when the type's name is exported.
type (
	// ByID names the object.
	ByID struct {
		ID string `path:"id" maxLength:"64"`
	}
	// A Precondition is the revision that the object must still have.
	Precondition struct {
		IfMatch string `header:"If-Match" maxLength:"400" doc:"the ETag that the change is based on, or a list of them; any when absent"`
	}
	// A RowPrecondition is a Precondition whose entity tag is that of a row.
	RowPrecondition struct{ Precondition }
	// Paging says which part of a list is requested.
	Paging struct {
		Limit int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"at most so many items"`
		After string `query:"after" maxLength:"2000" doc:"the next of the page before"`
	}
	// Searching is Paging through the objects that contain a text.
	Searching struct {
		Paging
		Search string `query:"search" maxLength:"100" doc:"of clients and contacts: words that a name, number or address begins with, all of them, whatever their case and diacritics; of others: text that a name or address contains; a page may then hold fewer items than the limit and still have a next"`
	}

	listOutput[T any] struct{ Body wire.ListOf[T] }
	bodyOutput[T any] struct{ Body T }
	// An objectOutput is an object with its entity tag and, when it was just
	// created, its location.
	objectOutput[T any] struct {
		ETag     string `header:"ETag"`
		Location string `header:"Location"`
		Body     T
	}
)

// query reads which part of a list is requested.
func (in Searching) query() (directory.Query, error) {
	after, err := base64.RawURLEncoding.DecodeString(in.After)
	if err != nil {
		return directory.Query{}, invalid("query.after", "the next of the page before")
	}
	return directory.Query{Limit: in.Limit, After: string(after), Search: in.Search}, nil
}

func listed[T any](items []T, next string) *listOutput[T] {
	if items == nil {
		items = []T{}
	}
	return &listOutput[T]{Body: wire.ListOf[T]{Items: items, Next: base64.RawURLEncoding.EncodeToString([]byte(next))}}
}

// mapped are objects in the form of the API.
func mapped[S, T any](all []S, show func(S) T) []T {
	out := make([]T, 0, len(all))
	for _, v := range all {
		out = append(out, show(v))
	}
	return out
}

// bodyOf answers with an object that has no entity tag.
func bodyOf[T any](object T, err error) (*bodyOutput[T], error) { return &bodyOutput[T]{object}, err }

// tag makes the entity tag of a revision.
// https://www.rfc-editor.org/rfc/rfc9110#name-etag
func tag(revision string) string {
	if revision == "" {
		return ""
	}
	return `"` + revision + `"`
}

// An input is preconditioned when it has If-Match.
type preconditioned interface {
	tags() []string
	use(tag string)
	precondition() error
}

// tags are the members of If-Match, one or more. Those of this API have no commas.
func (in *Precondition) tags() []string {
	if !strings.Contains(in.IfMatch, ",") {
		return []string{in.IfMatch}
	}
	tags := strings.Split(in.IfMatch, ",")
	for i, tag := range tags {
		if tag = strings.TrimSpace(tag); tag == "" || tag == "*" { // "*" stands alone
			tag = `""` // matches nothing
		}
		tags[i] = tag
	}
	return tags
}

// use makes one tag the whole of If-Match.
func (in *Precondition) use(tag string) { in.IfMatch = tag }

// precondition refuses a weak or foreign entity tag, which matches nothing, before the
// operation begins.
// https://www.rfc-editor.org/rfc/rfc9110#name-if-match
func (in Precondition) precondition() error {
	text := strings.TrimSpace(in.IfMatch)
	if text == "" || text == "*" || len(text) > 2 && text[0] == '"' && text[len(text)-1] == '"' {
		return nil
	}
	return changed()
}

// revision is the revision that If-Match names; "" means any revision.
func (in Precondition) revision() string {
	if text := strings.TrimSpace(in.IfMatch); text != "*" {
		return strings.TrimSuffix(strings.TrimPrefix(text, `"`), `"`)
	}
	return ""
}

func (in RowPrecondition) precondition() error {
	if err := in.Precondition.precondition(); err != nil {
		return err
	}
	if _, err := base64.RawURLEncoding.DecodeString(in.revision()); err != nil {
		return changed()
	}
	return nil
}

// rowETag is the version of a row that If-Match names; "" means any version.
func (in RowPrecondition) rowETag() string {
	version, _ := base64.RawURLEncoding.DecodeString(in.revision()) // precondition refused what is no tag of a row
	return string(version)
}

// rowTag makes an entity tag of the version of a row, which contains
// characters that an entity tag cannot have.
func rowTag(version string) string {
	return tag(base64.RawURLEncoding.EncodeToString([]byte(version)))
}

// A resource is one kind of object of the directory: T, created from C and changed by the
// merge patch P, whose fields have the names of those of T. T has an ID and a Revision.
type resource[T, C, P any] struct {
	path, one, many string // "/api/roles", "role", "roles"
	reads, writes   access.Action
	adds            access.Action // the action of creating one; "" for writes
	list            func(context.Context, directory.Query) (directory.Page[T], error)
	get             func(context.Context, string) (T, error)
	create          func(context.Context, T) (T, error)
	update          func(ctx context.Context, id, revision string, change func(*T) error) (T, error)
	remove          func(ctx context.Context, id, revision string) error

	initial T                               // what a new one has unless C says otherwise
	allow   func(context.Context, *C) error // whether the caller may create it; nil: everybody with adds
	check   func(context.Context, T) error  // of a new or changed one, before it is stored; may be nil
}

// identity is the id and the revision of an object of the directory.
func identity(object any) (id, revision string) {
	v := reflect.ValueOf(object)
	return v.FieldByName("ID").String(), v.FieldByName("Revision").String()
}

// checked applies what a request says about an object, and checks the result.
func (r resource[T, C, P]) checked(ctx context.Context, object *T, from any) error {
	if err := apply(object, from); err != nil || r.check == nil {
		return err
	}
	return r.check(ctx, *object)
}

func (r resource[T, C, P]) register(a *api) {
	slug := strings.ReplaceAll(r.one, " ", "-")
	op := func(verb, method, path, summary string, status ...int) huma.Operation {
		return apiTag("directory").op(verb+"-"+slug, method, path, summary, status...)
	}
	handle(a, r.reads, op("list", http.MethodGet, r.path, "List "+r.many),
		func(ctx context.Context, in *Searching) (*listOutput[T], error) {
			q, err := in.query()
			if err != nil {
				return nil, err
			}
			page, err := r.list(ctx, q)
			return listed(page.Items, page.Next), err
		})
	handle(a, cmp.Or(r.adds, r.writes), op("create", http.MethodPost, r.path, "Add a "+r.one, http.StatusCreated), r.createFrom)
	handle(a, r.reads, op("get", http.MethodGet, r.path+"/{id}", "Get a "+r.one),
		func(ctx context.Context, in *ByID) (*objectOutput[T], error) {
			v, err := r.get(ctx, in.ID)
			return r.found(v), err
		})
	handle(a, r.writes, op("update", http.MethodPatch, r.path+"/{id}", "Change a "+r.one+" by a JSON merge patch"),
		func(ctx context.Context, in *struct {
			ByID
			Precondition
			Body P
		}) (*objectOutput[T], error) {
			revision := in.revision()
			v, err := r.update(ctx, in.ID, revision, func(v *T) error { return r.checked(ctx, v, in.Body) })
			return r.found(v), err
		})
	handle(a, r.writes, op("delete", http.MethodDelete, r.path+"/{id}", "Delete a "+r.one),
		func(ctx context.Context, in *struct {
			ByID
			Precondition
		}) (*struct{}, error) {
			return nil, r.remove(ctx, in.ID, in.revision())
		})
}

func (r resource[T, C, P]) found(v T) *objectOutput[T] {
	_, revision := identity(v)
	return &objectOutput[T]{ETag: tag(revision), Body: v}
}

func (r resource[T, C, P]) createFrom(ctx context.Context, in *struct{ Body C }) (*objectOutput[T], error) {
	if r.allow != nil {
		if err := r.allow(ctx, &in.Body); err != nil {
			return nil, err
		}
	}
	v := r.initial
	err := r.checked(ctx, &v, in.Body)
	if err == nil {
		v, err = r.create(ctx, v)
	}
	if err != nil {
		return nil, err
	}
	out := r.found(v)
	id, _ := identity(v)
	out.Location = r.path + "/" + id
	return out, nil
}

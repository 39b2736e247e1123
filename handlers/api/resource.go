package api

import (
	"cmp"
	"context"
	"encoding/base64"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/lazyregexp"
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
func (in Paging) query() (directory.Query, error) {
	after, err := base64.RawURLEncoding.DecodeString(in.After)
	if err != nil {
		return directory.Query{}, invalid("query.after", "the next of the page before")
	}
	return directory.Query{Limit: in.Limit, After: string(after)}, nil
}

func (in Searching) query() (directory.Query, error) {
	q, err := in.Paging.query()
	q.Search = in.Search
	return q, err
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
	text, err := base64.RawURLEncoding.DecodeString(in.revision())
	for version := range strings.SplitSeq(string(text), settingsSeparator) {
		if err != nil || version != "" && !rowVersion.MatchString(version) {
			return changed()
		}
	}
	return nil
}

// rowVersion is the form of the entity tag of a row. Table Storage calls another form an
// invalid request, and the emulator takes it for any.
// https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model#etag-property
var rowVersion = lazyregexp.New(`^W/"[!-~]+"$`)

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
// merge patch P, whose fields have the names of those of T.
type resource[T directory.Entity[T], C, P any] struct {
	kind                directory.Kind[T]
	reads, adds, writes access.Action // DirectoryRead, writes and DirectoryWrite when absent

	initial T                               // what a new one has unless C says otherwise
	allow   func(context.Context, *C) error // whether the caller may create it; nil: everybody with adds
	check   func(context.Context, T) error  // of a new or changed one, before it is stored; may be nil
	// mayDelete refuses to delete one; nil: what the directory says is enough.
	mayDelete func(ctx context.Context, id string) error
}

// checked applies what a request says about an object, and checks the result.
func (r resource[T, C, P]) checked(ctx context.Context, object *T, from any) error {
	if err := apply(object, from); err != nil || r.check == nil {
		return err
	}
	return r.check(ctx, *object)
}

func (r resource[T, C, P]) register(a *api) {
	word := r.kind.Word()
	slug := strings.ReplaceAll(word, " ", "-")
	path := "/api/" + slug + "s"
	reads, writes := cmp.Or(r.reads, access.DirectoryRead), cmp.Or(r.writes, access.DirectoryWrite)
	op := func(verb, method, path, summary string, status ...int) huma.Operation {
		return apiTag("directory").op(verb+"-"+slug, method, path, summary, status...)
	}
	handle(a, reads, op("list", http.MethodGet, path, "List "+word+"s"), func(ctx context.Context, in *Searching) (*listOutput[T], error) {
		q, err := in.query()
		if err != nil {
			return nil, err
		}
		page, err := r.kind.List(ctx, q)
		return listed(page.Items, page.Next), err
	})
	handle(a, cmp.Or(r.adds, writes), op("create", http.MethodPost, path, "Add a "+word, http.StatusCreated),
		func(ctx context.Context, in *struct{ Body C }) (*objectOutput[T], error) {
			if r.allow != nil {
				if err := r.allow(ctx, &in.Body); err != nil {
					return nil, err
				}
			}
			v := r.initial
			if err := r.checked(ctx, &v, in.Body); err != nil {
				return nil, err
			}
			v, err := r.kind.Create(ctx, v)
			out := r.output(v)
			id, _ := r.kind.Identity(v)
			out.Location = path + "/" + id
			return out, err
		})
	handle(a, reads, op("get", http.MethodGet, path+"/{id}", "Get a "+word), func(ctx context.Context, in *ByID) (*objectOutput[T], error) {
		v, err := r.kind.Get(ctx, in.ID)
		return r.output(v), err
	})
	handle(a, writes, op("update", http.MethodPatch, path+"/{id}", "Change a "+word+" by a JSON merge patch"),
		func(ctx context.Context, in *struct {
			ByID
			Precondition
			Body P
		}) (*objectOutput[T], error) {
			v, err := r.kind.Update(ctx, in.ID, in.revision(), func(v *T) error { return r.checked(ctx, v, in.Body) })
			return r.output(v), err
		})
	handle(a, writes, op("delete", http.MethodDelete, path+"/{id}", "Delete a "+word), func(ctx context.Context, in *struct {
		ByID
		Precondition
	}) (*struct{}, error) {
		if r.mayDelete != nil {
			if err := r.mayDelete(ctx, in.ID); err != nil {
				return nil, err
			}
		}
		return nil, r.kind.Delete(ctx, in.ID, in.revision())
	})
}

func (r resource[T, C, P]) output(v T) *objectOutput[T] {
	_, revision := r.kind.Identity(v)
	return &objectOutput[T]{ETag: tag(revision), Body: v}
}

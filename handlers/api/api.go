// Package api serves the HTTP API under /api. It checks the caller and the
// input, calls a domain package, and turns its result or its error into HTTP.
// It does not know how those packages work or store their data.
//
// A request goes this way:
//
//  1. ServeHTTP (api.go) refuses requests from other sites, and paths that do not exist.
//  2. guard (guard.go) finds out who calls, and refuses who may not do the action of
//     the operation to any object.
//  3. The operation (operation.go) reads and validates the request by the type of its
//     input: the tags of the fields are the rules, and the description of the API.
//  4. The function of the operation looks whether the caller may see the object
//     (guard.go, mails.go, chats.go), calls the domain, and returns an output.
//  5. The output is written (operation_write.go). An error becomes a problem:
//     refusals.go says which status and which words an error of the domain gets.
//
// An operation is registered with handle in the file of its resource, with its action
// (shared/access). What requests and answers look like as JSON is package wire, which the
// pages use too. The description is kept in testdata/openapi.json.
//
// The files by what they hold:
//
//   - the directory: directory (each kind of object is a resource, resource.go), substitute,
//     import (package intake reads the files); privacy exports and erases a contact
//   - connectors and their addresses: connectors, addresses, member_preview, settings
//   - mail that waits: mails, mail_detail, suggestions, solve; rules, learning and placing
//     are about what was learned from it
//   - chats: chats, messages, notes, participants, moves (chats_move), drafts,
//     replies, templates, uploads
//   - what a mail shows: body makes its HTML safe (the other body files are its parts),
//     pictures and attachments come from the mailbox
//   - who did what, and what works: audit, health, poison
package api

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"golang.org/x/sync/singleflight"

	"kantoorpost/shared/access"
	"kantoorpost/shared/audit"
	"kantoorpost/shared/blob"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/compose"
	"kantoorpost/shared/connector"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/evidence"
	"kantoorpost/shared/item"
	"kantoorpost/shared/metrics"
	"kantoorpost/shared/outbox"
	"kantoorpost/shared/poison"
	"kantoorpost/shared/privacy"
	"kantoorpost/shared/solve"
	"kantoorpost/shared/teamwork"
)

// Options are what the API needs.
type Options struct {
	Version    string // of the product, for the description of the API
	Build      string // of the running package, to tell deployments apart
	ClientID   string // of the app registration with which people and programs sign in
	KeyVault   string // its name, for people; "" where there is none
	Gate       access.Gate
	Directory  *directory.Store
	Connectors *connector.Store
	Items      *item.Store
	Chats      *chat.Store
	Solver     *solve.Service
	Evidence   *evidence.Reader
	Uploads    *blob.Store
	Outbox     *outbox.Store
	Writing    *compose.Store
	Teamwork   *teamwork.Store
	Audit      *audit.Log
	Jobs       Jobs
	// Checks must all pass for the product to be ready.
	Checks []Check
	// Queues give the number of messages on the QueueNames.
	Queues     Queues
	QueueNames []string
	// Ticked says when the timer last ran; zero means never.
	Ticked func(context.Context) (time.Time, error)
	// Figures returns what the ticks since a time measured, oldest first.
	Figures func(ctx context.Context, from time.Time) ([]metrics.Figures, error)
	Poison  poison.Store
	Privacy *privacy.Service
}

// An api is the API with its routes.
type api struct {
	Options
	huma huma.API
	mux  *http.ServeMux
	// operations are all, in the order of the description. described describes them when
	// it is first called: that takes as long as half of a start.
	operations      []*operation
	described       func()
	origin          *http.CrossOriginProtection
	pictures        *pictureCache
	documents       *documents
	receiving       chan struct{} // one for each file that is being received
	attachmentLists attachmentCache
	listCalls       singleflight.Group
	names           namesCache
	kept            officeCache
	// sentAsked keeps when the Sent Items of a mailbox were last asked for.
	sentAsked sync.Map
	// spans keeps the figures of past months and weeks.
	spans   sync.Map
	failing sync.Map // since when checks of this instance fail, by name: time.Time
}

// New returns the handler of everything under /api.
func New(o Options) http.Handler { return build(o) }

func build(o Options) *api {
	a := &api{
		Options:  o,
		mux:      http.NewServeMux(),
		origin:   http.NewCrossOriginProtection(),
		pictures: newPictureCache(), documents: newDocuments(), receiving: make(chan struct{}, uploadsAtOnce),
	}
	a.huma = humago.New(a.mux, config(o.Version))
	a.described = sync.OnceFunc(a.describe)
	a.registerDocument()
	a.registerHealth()
	a.registerHealthReport()
	a.registerHealthHistory()
	a.registerPoison()
	a.registerMe()
	a.registerDirectory()
	a.registerClientTeam()
	a.registerPrivacy()
	a.registerSettings()
	a.registerConnectors()
	a.registerAddresses()
	a.registerJoiners()
	a.registerLimits()
	a.registerMails()
	a.registerMIME()
	a.registerPictures()
	a.registerMailCounts()
	a.registerSolve()
	a.registerSuggestions()
	a.registerRules()
	a.registerLearning()
	a.registerAudit()
	a.registerSubstitute()
	a.registerImport()
	a.registerChats()
	a.registerUploads()
	a.registerReplies()
	a.registerBegin()
	a.registerTemplates()
	a.registerTeamwork()
	return a
}

func config(version string) huma.Config {
	c := huma.DefaultConfig("Kantoorpost", version)
	c.DocsPath = ""     // loads its scripts from elsewhere
	c.OpenAPIPath = ""  // registered as an operation like any other
	c.SchemasPath = ""  // part of the document
	c.CreateHooks = nil // no $schema in answers
	c.RejectUnknownQueryParameters = true
	c.NoFormatFallback = false
	c.Transformers = []huma.Transformer{tidy}
	format := huma.DefaultJSONFormat
	format.Unmarshal = readJSON
	c.Formats = map[string]huma.Format{"application/json": format, "json": format}
	return c
}

// readJSON reads a body. It refuses what encoding/json would replace without a
// word, and says in words of the caller which number is too large.
func readJSON(data []byte, into any) error {
	if !utf8.Valid(data) {
		return errors.New("expected text in UTF-8")
	}
	err := json.Unmarshal(data, into)
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		field := wrong.Field[strings.LastIndexByte(wrong.Field, '.')+1:] // before it are names of Go types
		return fmt.Errorf("body.%s: expected a value that fits %s, not a %s", field, wrong.Type, wrong.Value)
	}
	return err
}

// ServeHTTP applies what holds for every request. A request without a route
// gets an answer in the same form as all others.
func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if err := a.origin.Check(r); err != nil {
		a.refuse(w, r, newProblem(http.StatusForbidden, "the request comes from a page of another site"))
		return
	}
	// The mux would redirect to the clean path.
	if r.URL.Path != path.Clean(r.URL.Path) {
		a.refuse(w, r, newProblem(http.StatusNotFound, "no such path; paths have no empty parts and no slash at the end"))
		return
	}
	if unmatched, pattern := a.mux.Handler(r); pattern == "" {
		a.noRoute(w, r, unmatched)
		return
	}
	a.mux.ServeHTTP(w, r)
}

// refuse answers a request that reaches no operation, and logs who made it.
func (a *api) refuse(w http.ResponseWriter, r *http.Request, p *problem) {
	_, pattern := a.mux.Handler(r)
	who, err := a.Gate.Identify(r.Context(), r.Header)
	if err != nil {
		slog.DebugContext(r.Context(), "refused without knowing whom", "error", err)
	}
	access.LogRefusal(r.Context(), who.ID(), r.Method, cmp.Or(pattern, "/api/"), p.Status)
	writeProblem(w, p)
}

// noRoute says that a path, or a method of it, does not exist. The answer of
// the mux tells which of the two.
func (a *api) noRoute(w http.ResponseWriter, r *http.Request, unmatched http.Handler) {
	answer := discard{header: http.Header{}}
	unmatched.ServeHTTP(&answer, r)
	if answer.status != http.StatusMethodNotAllowed {
		a.refuse(w, r, newProblem(http.StatusNotFound, "no such path"))
		return
	}
	allow := answer.header.Get("Allow")
	w.Header().Set("Allow", allow)
	writeProblem(w, newProblem(http.StatusMethodNotAllowed, "this path knows the methods "+allow))
}

// A discard keeps only the status and the headers of an answer.
type discard struct {
	header http.Header
	status int
}

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(b []byte) (int, error) { return len(b), nil }
func (d *discard) WriteHeader(status int)      { d.status = status }

// registerDocument serves the description of the API. It is the same for
// everybody and holds no data.
func (a *api) registerDocument() {
	type output struct {
		ContentType string `header:"Content-Type"`
		Body        []byte
	}
	document := sync.OnceValues(func() ([]byte, error) {
		a.described()
		return a.huma.OpenAPI().MarshalJSON()
	})
	handle(a, access.Public, apiTag("about").op("get-openapi", http.MethodGet, "/api/openapi.json",
		"This description, in OpenAPI 3.1"), func(context.Context, *struct{}) (*output, error) {
		text, err := document()
		return &output{ContentType: "application/openapi+json", Body: text}, err
	})
}

func hasBody(r *http.Request) bool {
	switch r.Method {
	case http.MethodPost, http.MethodPut, http.MethodPatch:
		return r.ContentLength != 0
	}
	return false
}

// mediaTypes are the media types that an operation accepts: JSON, unless it
// names others.
func mediaTypes(op *huma.Operation) []string {
	if op != nil && op.RequestBody != nil {
		content := op.RequestBody.Content
		if content[anyType] != nil || len(content) > 0 && content["application/json"] == nil {
			return slices.Sorted(maps.Keys(content))
		}
	}
	return []string{"application/json", "application/merge-patch+json"}
}

func isOneOf(types []string, contentType string) bool {
	if slices.Contains(types, anyType) {
		return true
	}
	media, _, _ := strings.Cut(contentType, ";")
	return slices.Contains(types, strings.ToLower(strings.TrimSpace(media)))
}

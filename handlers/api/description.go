package api

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"kantoorpost/shared/access"
)

// tags say what the groups of operations are about.
var tags = map[string]string{
	"about":         "The API itself, its health, who is calling, and who did what",
	"chats":         "Conversations between a client's contact and team members",
	"configuration": "The switch, connectors to Microsoft 365, and the addresses whose mail is read",
	"directory":     "Clients, contacts, team members, roles and process teams",
	"learning":      "What the product learned from solved mail",
	"mails":         "The processing module: received mail, and mail that waits for a person",
	"replies":       "What the office writes: replies, drafts, uploads and templates",
	"pictures":      "Pictures that the text of a mail shows",
}

// The security schemes of the description.
const (
	entraScheme   = "entra"   // an access token of Microsoft Entra ID, in the Authorization header
	sessionScheme = "session" // the cookie of App Service Authentication
)

// describe makes the description of the API when all operations are registered: what
// they read and answer, how a caller signs in, which app role an operation needs, and which problems it can
// answer.
func (a *api) describe() {
	doc := a.huma.OpenAPI()
	for _, o := range a.operations {
		o.describeInput()
		o.describeOutput()
		doc.AddOperation(&o.Operation)
	}
	doc.Info.Description = "The mail of an accountancy office as conversations with its clients. A program signs in with OAuth 2 client " +
		"credentials; " +
		"the app roles that an operation accepts are in its description. Errors are problem details (RFC 9457)."
	doc.Info.License = &huma.License{Name: "Proprietary", Identifier: "LicenseRef-Proprietary"}
	doc.Servers = []*huma.Server{{URL: "/"}}
	doc.Components.SecuritySchemes = a.securitySchemes()
	doc.Components.Responses = a.problemResponses()
	delete(doc.Components.Schemas.Map(), "ErrorModel") // ProblemDetails has all of it
	used := map[string]bool{}
	for path, item := range doc.Paths {
		for method, op := range operationsOf(item) {
			a.describeOperation(method, path, op)
			for _, tag := range op.Tags {
				used[tag] = true
			}
		}
	}
	for _, tag := range slices.Sorted(maps.Keys(used)) {
		doc.Tags = append(doc.Tags, &huma.Tag{Name: tag, Description: tags[tag]})
	}
}

// securitySchemes are the two ways to sign in. The token URL and the scope are those
// of the deployment; without its ids, as on a developer's machine, they are examples.
// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
func (a *api) securitySchemes() map[string]*huma.SecurityScheme {
	return map[string]*huma.SecurityScheme{
		entraScheme: {
			Type: "oauth2", Description: "For programs. An administrator gives the program's service principal an app role.",
			Flows: &huma.OAuthFlows{ClientCredentials: &huma.OAuthFlow{
				TokenURL: "https://login.microsoftonline.com/" + cmp.Or(a.Gate.Tenant, exampleID) + "/oauth2/v2.0/token",
				Scopes:   map[string]string{a.scope(): "all app roles that the program was given"},
			}},
		},
		sessionScheme: {
			Type: "apiKey", In: "cookie", Name: "AppServiceAuthSession",
			Description: "For people: the session of App Service Authentication, which /.auth/login/aad begins.",
		},
	}
}

// scope is what a program asks a token for.
func (a *api) scope() string { return "api://" + cmp.Or(a.ClientID, exampleID) + "/.default" }

// exampleID stands for an id that this machine does not have.
const exampleID = "00000000-0000-0000-0000-000000000000"

func (a *api) describeOperation(method, path string, op *huma.Operation) {
	action := access.Action(fmt.Sprint(op.Extensions[actionKey]))
	statuses := append([]int{http.StatusUnprocessableEntity, http.StatusTooManyRequests}, op.Errors...)
	roles := access.AppRoles(action)
	switch {
	case action == access.Public:
		op.Security = []map[string][]string{}
	case len(roles) == 0:
		op.Security = []map[string][]string{{sessionScheme: {}}}
		op.Description = join(op.Description, "For people only.")
	default:
		op.Security = []map[string][]string{{entraScheme: {a.scope()}}, {sessionScheme: {}}}
		op.Description = join(op.Description, "App role of a program: "+strings.Join(roles, " or ")+".")
	}
	if action != access.Public {
		statuses = append(statuses, http.StatusUnauthorized, http.StatusForbidden)
	}
	if strings.Contains(path, "{") {
		statuses = append(statuses, http.StatusNotFound)
	}
	if op.RequestBody != nil {
		statuses = append(statuses, http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	}
	if method != http.MethodGet {
		statuses = append(statuses, http.StatusConflict)
	}
	has := func(header string) bool {
		return slices.ContainsFunc(op.Parameters, func(p *huma.Param) bool { return p.In == "header" && strings.EqualFold(p.Name, header) })
	}
	if has("If-Match") {
		statuses = append(statuses, http.StatusPreconditionFailed)
	}
	if has("If-None-Match") {
		op.Responses[strconv.Itoa(http.StatusNotModified)] = &huma.Response{Description: "It still has one of the ETags."}
	}
	for _, status := range statuses {
		if status >= http.StatusInternalServerError {
			continue
		}
		op.Responses[strconv.Itoa(status)] = &huma.Response{Ref: "#/components/responses/" + responseName(status)}
	}
	delete(op.Responses, strconv.Itoa(http.StatusInternalServerError)) // one of the default
	op.Responses["default"] = &huma.Response{Ref: "#/components/responses/Problem"}
}

// problemTexts say what the statuses of problems mean here.
var problemTexts = map[int]string{
	http.StatusBadRequest:            "The request cannot be read.",
	http.StatusUnauthorized:          "Nobody is signed in.",
	http.StatusForbidden:             "The caller is no active team member, or has no right to this.",
	http.StatusNotFound:              "There is no such object, or the caller may not see it.",
	http.StatusConflict:              "The state of the object does not allow this; the type says more.",
	http.StatusPreconditionFailed:    "Somebody changed the object meanwhile.",
	http.StatusRequestEntityTooLarge: "The body is larger than what is accepted.",
	http.StatusUnsupportedMediaType:  "The body has another media type than what is accepted.",
	http.StatusUnprocessableEntity:   "A field or a parameter is not valid; the errors name each.",
	http.StatusTooManyRequests:       "The caller asks too much; Retry-After says how many seconds to wait.",
}

func responseName(status int) string { return strings.ReplaceAll(http.StatusText(status), " ", "") }

// problemResponses are the problems that operations answer, by name.
func (a *api) problemResponses() map[string]*huma.Response {
	registry := a.huma.OpenAPI().Components.Schemas
	registry.Map()["ProblemDetails"] = huma.SchemaFromType(registry, reflect.TypeFor[problem]())
	schema := &huma.Schema{Ref: "#/components/schemas/ProblemDetails"}
	response := func(text string) *huma.Response {
		return &huma.Response{Description: text, Content: map[string]*huma.MediaType{"application/problem+json": {Schema: schema}}}
	}
	all := map[string]*huma.Response{"Problem": response("Something went wrong here, or is busy.")}
	for status, text := range problemTexts {
		all[responseName(status)] = response(text)
	}
	all[responseName(http.StatusTooManyRequests)].Headers = map[string]*huma.Param{
		"Retry-After": {Description: "seconds to wait", Schema: &huma.Schema{Type: "integer"}},
	}
	return all
}

// operationsOf returns the operations of a path by their methods.
func operationsOf(p *huma.PathItem) map[string]*huma.Operation {
	all := map[string]*huma.Operation{
		http.MethodGet: p.Get, http.MethodPost: p.Post, http.MethodPut: p.Put, http.MethodPatch: p.Patch, http.MethodDelete: p.Delete,
	}
	for method, op := range all {
		if op == nil {
			delete(all, method)
		}
	}
	return all
}

func join(sentences ...string) string {
	return strings.Join(slices.DeleteFunc(sentences, func(s string) bool { return s == "" }), " ")
}

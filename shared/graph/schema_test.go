package graph

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"kantoorpost/shared/mail"
	"kantoorpost/shared/must"
)

// schema returns a check of requests against Graph's own OpenAPI description: the
// file that GRAPH_OPENAPI names, or the one beside the checkout.
func schema(t *testing.T) func(*testing.T, *http.Request) {
	t.Helper()
	path := os.Getenv("GRAPH_OPENAPI")
	if path == "" {
		path = filepath.Join("..", "..", "..", "shared", "graph", "graph-mail-openapi-30.json")
	}
	if _, err := os.Stat(path); err != nil {
		t.Skipf("requests are not compared with Graph's schema: %v (set GRAPH_OPENAPI)", err)
	}
	document := must.Get(openapi3.NewLoader().LoadFromFile(path))(t)
	document.Servers = openapi3.Servers{{URL: tenantURL + "/v1.0"}}
	router := must.Get(gorillamux.NewRouter(document))(t)
	return func(t *testing.T, r *http.Request) {
		// The description lists properties of derived types by their bare names, which
		// the service refuses.
		// https://github.com/microsoftgraph/microsoft-graph-explorer-v4/issues/3916
		r.URL.RawQuery = strings.ReplaceAll(r.URL.RawQuery, "microsoft.graph.fileAttachment%2F", "")
		route, params, err := router.FindRoute(r)
		if err != nil {
			t.Errorf("%s %s: %v", r.Method, r.URL, err)
			return
		}
		err = openapi3filter.ValidateRequest(r.Context(), &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route})
		if err != nil {
			t.Errorf("%s %s: %v", r.Method, r.URL, err)
		}
	}
}

// Each of our requests that writes is in Graph's own description.
func TestWritesFollowGraphsSchema(t *testing.T) {
	check := schema(t)
	asked := map[string]bool{}
	c, _, _ := graphOf(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		in := r.Clone(r.Context())
		in.URL, _ = url.Parse(tenantURL + r.URL.RequestURI())
		in.Host, in.Body = in.URL.Host, io.NopCloser(bytes.NewReader(body))
		check(t, in)
		asked[r.Method+" "+r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]] = true
		switch {
		case strings.HasSuffix(r.URL.Path, "/createUploadSession"):
			says(201, jsonType, `{"uploadUrl":"https://evil.example/"}`)(w, r) // what follows is not Graph
		case strings.HasSuffix(r.URL.Path, "/messages") && r.Method == http.MethodGet, strings.HasSuffix(r.URL.Path, "/masterCategories"):
			list()(w, r)
		case strings.HasSuffix(r.URL.Path, "delta()"):
			says(200, jsonType, `{"value":[],"@odata.deltaLink":"`+root+"/v1.0/users/"+box+
				`/mailFolders/sentitems/messages/delta?$deltatoken=x"}`)(w, r)
		default:
			isDraft("d")(w, r)
		}
	})
	ctx, to, html := t.Context(), []mail.Address{{Name: "Jan", Email: "jan@klant.example"}}, "<p>Dag</p>"
	var errs []error
	for _, mode := range []string{mail.ModeReply, mail.ModeReplyAll, mail.ModeForward} {
		_, err := c.CreateReply(ctx, box, "m", mode, "r1", "W. Europe Standard Time")
		errs = append(errs, err)
	}
	_, err := c.CreateDraft(ctx, box, mail.NewDraft{Subject: "x", HTML: html, To: to, InReplyTo: "<p@x>", References: []string{"<p@x>"},
		Reply: "r1"})
	_, err2 := c.Draft(ctx, box, "d")
	_, _, err3 := c.FindSent(ctx, box, allKeys)
	_, err4 := c.SentDelta(ctx, box, "", time.Now())
	_, err5 := c.Properties(ctx, box, "m")
	small, large := mail.OutgoingAttachment{Name: "a", Size: 1, ContentID: "k"},
		mail.OutgoingAttachment{Name: "a", Size: 1 << 22, ContentID: "k"}
	_ = c.Attach(ctx, box, "d", large, strings.NewReader(""))
	if err := errors.Join(append(errs, err, err2, err3, err4, err5, c.PatchDraft(ctx, box, "d", mail.DraftPatch{HTML: &html, To: &to}),
		c.Attach(ctx, box, "d", small, strings.NewReader("x")), c.Detach(ctx, box, "d", "a"), c.SendDraft(ctx, box, "d"),
		c.DeleteDraft(ctx, box, "d"),
		c.MIME(ctx, box, "m", io.Discard))...); err != nil {
		t.Error(err)
	}
	_ = c.EnsureCategories(ctx, box, []mail.Category{green})
	if len(asked) != 18 {
		t.Errorf("%d kinds of requests were compared: %v", len(asked), asked)
	}
}

package api

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"kantoorpost/shared/access"
	"kantoorpost/shared/must"
)

// The description says how to sign in for each operation, and which app roles it
// accepts: those with which the operation lets a program in, and no others.
func TestDescriptionSaysHowToSignIn(t *testing.T) {
	o := newOffice(t)
	o.operations(t, func(method, path string, operation map[string]any) {
		action := access.Action(fmt.Sprint(operation[actionKey]))
		security, ok := operation["security"].([]any)
		_, described, _ := strings.Cut(fmt.Sprint(operation["description"]), "App role of a program: ")
		if !ok || (len(security) == 0) != (action == access.Public) {
			t.Errorf("%s %s: security %v", method, path, operation["security"])
		}
		programs := false
		for _, way := range security {
			_, entra := way.(map[string]any)[entraScheme]
			programs = programs || entra
		}
		let := false
		for who, header := range o.people {
			actor, err := o.Gate.Identify(t.Context(), header)
			if err != nil || actor.Application == "" {
				continue
			}
			can := access.Can(actor, action, access.Some) && action != access.Public
			let = let || can
			if can != strings.Contains(described, who) {
				t.Errorf("%s %s: a program with %s may: %t; described as %q", method, path, who, can, described)
			}
		}
		if let != programs {
			t.Errorf("%s %s: programs may: %t; security %v", method, path, let, security)
		}
		if responses, _ := operation["responses"].(map[string]any); !slices.ContainsFunc(slices.Collect(maps.Keys(responses)),
			func(s string) bool { return s[0] == '4' }) {
			t.Errorf("%s %s answers no 4xx: %v", method, path, responses)
		}
	})
}

// The token URL and the scope are those of the deployment.
func TestDescriptionNamesTheDeployment(t *testing.T) {
	o := newOffice(t)
	a := build(Options{Version: "test", ClientID: "cccccccc-0000-0000-0000-000000000000", Gate: o.Gate})
	a.described()
	doc := a.huma.OpenAPI()
	flow := doc.Components.SecuritySchemes[entraScheme].Flows.ClientCredentials
	if flow.TokenURL != "https://login.microsoftonline.com/"+staff+"/oauth2/v2.0/token" ||
		flow.Scopes["api://cccccccc-0000-0000-0000-000000000000/.default"] == "" {
		t.Errorf("%+v", flow)
	}
	for _, tag := range doc.Tags {
		if tag.Description == "" {
			t.Errorf("tag %s has no description", tag.Name)
		}
	}
	if doc.Info.License == nil || len(doc.Servers) != 1 || doc.Servers[0].URL != "/" {
		t.Errorf("licence %v, servers %v", doc.Info.License, doc.Servers)
	}
	if text := o.ok(t, "nobody", "GET /api/openapi.json", "").text; !strings.Contains(text,
		`"#/components/responses/`+responseName(http.StatusNotFound)+`"`) {
		t.Error("problems are not described")
	}
}

var update = flag.Bool("update", false, "write testdata/openapi.json from the code")

// The description is kept in a file. A review sees there which changes concern programs.
func TestDescriptionIsKept(t *testing.T) {
	o := newOffice(t)
	var out bytes.Buffer
	must.Do(t, json.Indent(&out, []byte(o.ok(t, "nobody", "GET /api/openapi.json", "").text), "", "\t"))
	out.WriteByte('\n')
	const file = "testdata/openapi.json"
	if *update {
		write(t, file, out.String())
	}
	if kept, err := os.ReadFile(file); err != nil || !bytes.Equal(kept, out.Bytes()) {
		t.Errorf("%s is not what the code says (%v): see what changes for programs, and write it with: go test ./handlers/api -update", file, err)
	}
}

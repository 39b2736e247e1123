package web

import (
	"net/http"
	"strings"
	"testing"
	"unicode"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/mail"
)

// Isolation marks that the API puts into its sentences stay; marks that a
// stranger spreads over two names do not.
func TestUndirectedJSON(t *testing.T) {
	for in, want := range map[string]string{
		`{"nl":"Van \"` + "\u2068אב \\\"ג\\\"\u2069" + `."}`: `{"nl":"Van \"` + "\u2068אב \\\"ג\\\"\u2069" + `."}`,
		`["a` + "\u2068" + `","אב` + "\u2069" + `","c"]`:     `["a","אב","c"]`,
		`{"a":"x\\","b":"` + "\u202e" + `y"}`:                `{"a":"x\\","b":"y"}`,
		"not JSON, \u202e" + `with one "`:                    `not JSON, with one "`,
	} {
		if got := string(undirected([]byte(in))); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

// No page shows a direction mark, wherever a stranger's name or subject is: as
// text, as a label, in a title.
func TestPagesShowNoDirection(t *testing.T) {
	const evil, subject = "Els \u202emaD nav", "Stuk\u2067ken"
	api := waiting()
	m := api.answers["GET /api/mails/"+one].(mailObject)
	m.From, m.Subject = mail.Address{Name: evil, Email: "els@elders.example"}, subject
	m.To, m.Cc = []mail.Address{{Name: evil, Email: "info@kantoor.example"}}, []mail.Address{{Name: evil, Email: "b@kantoor.example"}}
	api.answers["GET /api/mails/"+one] = m
	api.answers["GET /api/mails"] = func(*http.Request) any { return wire.ListOf[mailObject]{Items: []mailObject{m}} }
	api.answers["GET /api/mails/"+one+"/suggestions"] = map[string]any{
		"items": []wire.SuggestionObject{{Action: "link-contact", Score: 0.9, Contact: &directory.Contact{ID: "c1", Name: evil},
			Solve: wire.SolveBody{Action: "link-contact", Contact: "c1"}}},
		"prefill": map[string]string{"name": evil, "company": evil},
	}
	page := browse(t, api, "GET", "/web/mails/"+one, "")
	wants(t, page, 200, "<bdi>Els maD nav</bdi>", "<bdi>Stukken</bdi>", "Koppelen aan Els maD nav", `aria-label="Kies: Stukken"`,
		`value="Els maD nav"`)
	if body := page.Body.String(); strings.ContainsFunc(body, func(r rune) bool { return unicode.Is(unicode.Bidi_Control, r) }) {
		t.Error("the page holds a character that sets the direction")
	}
}

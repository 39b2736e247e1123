package web

import (
	"net/http"
	"strings"
	"testing"

	"kantoorpost/shared/mail"
)

func TestUndirected(t *testing.T) {
	for in, want := range map[string]string{
		"Els \u202emaD nav":          "Els maD nav",
		"\u2066a\u2069\u200f\u061cb": "ab",
		"Zoë, אבג en a\xffb":         "Zoë, אבג en a\xffb",
		"geen":                       "geen",
		"\u200bzero width is not it": "\u200bzero width is not it",
	} {
		if got := string(undirected([]byte(in))); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
	if got := isolated("Els"); got != "Els" {
		t.Errorf("%q", got)
	}
	if got := isolated("אבג"); got != "\u2068אבג\u2069" {
		t.Errorf("%q", got)
	}
}

// No page shows a character that sets the direction, wherever a stranger's name
// or subject stands: as text, as a label, in a title.
func TestPagesShowNoDirection(t *testing.T) {
	const evil, subject = "Els \u202emaD nav", "Stuk\u2067ken"
	api := waiting()
	m := api.answers["GET /api/mails/"+one].(mailObject)
	m.From, m.Subject = mail.Address{Name: evil, Email: "els@elders.example"}, subject
	m.To, m.Cc = []mail.Address{{Name: evil, Email: "info@kantoor.example"}}, []mail.Address{{Name: evil, Email: "b@kantoor.example"}}
	api.answers["GET /api/mails/"+one] = m
	api.answers["GET /api/mails"] = func(*http.Request) any { return list[mailObject]{Items: []mailObject{m}} }
	api.answers["GET /api/mails/"+one+"/suggestions"] = map[string]any{
		"items":   []suggestion{{Action: "link-contact", Score: 0.9, Contact: &contact{ID: "c1", Name: evil}, Solve: solution{Action: "link-contact", Contact: "c1"}}},
		"prefill": map[string]string{"name": evil, "company": evil},
	}
	page := browse(t, api, "GET", "/web/mails/"+one, "")
	wants(t, page, 200, "<bdi>Els maD nav</bdi>", "<bdi>Stukken</bdi>", "Koppelen aan Els maD nav", `aria-label="Kies: Stukken"`, `value="Els maD nav"`)
	if strings.ContainsFunc(page.Body.String(), setsDirection) {
		t.Error("the page holds a character that sets the direction")
	}
}

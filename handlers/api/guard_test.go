package api

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
)

// The log of a refusal names the caller by id and the route by its pattern.
func TestRefusalsAreLogged(t *testing.T) {
	o := newOffice(t)
	id := o.ok(t, "reader", "GET /api/me", "").body["id"].(string)
	var log bytes.Buffer
	was := slog.Default()
	slog.SetDefault(slog.New(slog.NewJSONHandler(&log, nil)))
	defer slog.SetDefault(was)
	for _, c := range []struct {
		who, request, want string
		headers            []string
	}{
		{"reader", "DELETE /api/contacts/jan@x.nl", `"level":"WARN","msg":"refused","who":"` + id +
			`","method":"DELETE","route":"/api/contacts/{id}","status":403}`, nil},
		{"reader", "GET /api/contacts/jan@x.nl", `"level":"INFO","msg":"refused","who":"` + id +
			`","method":"GET","route":"/api/contacts/{id}","status":404}`, nil},
		{"nobody", "GET /api/me", `"level":"WARN","msg":"refused","who":"","method":"GET","route":"/api/me","status":401}`, nil},
		{"stranger", "GET /api/me", `"level":"WARN","msg":"refused","who":"","method":"GET","route":"/api/me","status":403}`, nil},
		{"Mails.Read", "GET /api/chats",
			`"level":"WARN","msg":"refused","who":"application:aaaaaaaa-0000-0000-0000-000000000022","method":"GET","route":"/api/chats",` +
				`"status":403}`, nil},
		{"reader", "GET /api/me", "", nil},
		{"reader", "GET /api/contacts/jan@x.nl/more", `"level":"INFO","msg":"refused","who":"` + id +
			`","method":"GET","route":"/api/","status":404}`, nil},
		{"reader", "GET /api//contacts/jan@x.nl", `"level":"INFO","msg":"refused","who":"` + id + `","method":"GET","route":"/api/`, nil},
		{"nobody", "GET /api/nothing", `"level":"INFO","msg":"refused","who":"","method":"GET","route":"/api/","status":404}`, nil},
		{"reader", "DELETE /api/contacts/jan@x.nl", `"level":"WARN","msg":"refused","who":"` + id +
			`","method":"DELETE","route":"/api/contacts/{id}","status":403}`, []string{"Sec-Fetch-Site", "cross-site"}},
	} {
		log.Reset()
		o.call(t, c.who, c.request, "", c.headers...)
		line := log.String()
		if strings.Count(line, "\n") > 1 || !strings.Contains(line, c.want) || c.want == "" && line != "" || strings.Contains(line, "@") {
			t.Errorf("%s: %s: %s; want %s", c.who, c.request, line, c.want)
		}
	}
}

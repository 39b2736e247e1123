package sim

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kantoorpost/shared/must"
	"kantoorpost/shared/wiretest"
)

const (
	root   = "https://localhost:7443"
	domain = "kantoordevries.example"
	info   = "info@" + domain
)

// A world is a tenant with one application that has a valid token.
type world struct {
	*testing.T
	tenant *Tenant
	wire   *wiretest.Wire
	token  string
	clock  *time.Time
	schema *schema
}

func newWorld(t *testing.T, mailboxes ...string) *world { return openWorld(t, "", mailboxes...) }

func openWorld(t *testing.T, journal string, mailboxes ...string) *world {
	t.Helper()
	clock := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	w := &world{T: t, clock: &clock, schema: loadSchema(t)}
	tenant := must.Get(New(Options{Domain: domain, URL: root, ClientSecret: "s3cret", Journal: journal,
		Now: func() time.Time { return *w.clock }}))(t)
	t.Cleanup(func() { tenant.Close() })
	for _, m := range mailboxes {
		must.Get(tenant.AddMailbox(MailboxOptions{Address: m + "@" + domain, Name: strings.ToUpper(m[:1]) + m[1:]}))(t)
	}
	w.tenant, w.wire = tenant, wiretest.Transport(tenant.Handler())
	w.token = w.askToken()
	return w
}

func (w *world) askToken() string {
	w.Helper()
	res := w.form("/"+w.tenant.options.TenantID+"/oauth2/v2.0/token", url.Values{
		"grant_type": {"client_credentials"}, "client_id": {w.tenant.options.ClientID}, "client_secret": {"s3cret"},
		"scope": {root + "/.default openid"},
	})
	token, _ := res.json["access_token"].(string)
	if token == "" {
		w.Fatalf("no token: %d %s", res.status, res.body)
	}
	return token
}

type result struct {
	status int
	header http.Header
	body   []byte
	json   map[string]any
}

func (r result) code() string {
	e, _ := r.json["error"].(map[string]any)
	code, _ := e["code"].(string)
	return code
}

func (w *world) form(path string, v url.Values) result {
	w.Helper()
	r, _ := http.NewRequest("POST", root+path, strings.NewReader(v.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return w.send(r)
}

// graph makes a call to Graph, and checks the call and the answer against Graph's
// schema. body may be nil, a text, or a value to encode as JSON.
func (w *world) graph(method, path string, body any, header ...string) result {
	w.Helper()
	var content []byte
	switch b := body.(type) {
	case nil:
	case string:
		content = []byte(b)
	default:
		content, _ = json.Marshal(b)
	}
	if !strings.HasPrefix(path, root) {
		path = root + "/v1.0" + path
	}
	r := must.Get(http.NewRequest(method, path, bytes.NewReader(content)))(w)
	if content != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	r.Header.Set("Authorization", "Bearer "+w.token)
	r.Header.Set("Prefer", `IdType="ImmutableId"`)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	res := w.send(r)
	w.schema.check(w, r, content, res)
	return res
}

func (w *world) send(r *http.Request) result {
	w.Helper()
	answer, err := w.wire.RoundTrip(r)
	if err != nil {
		w.Fatalf("%s %s: %v", r.Method, r.URL, err)
	}
	body := must.Get(io.ReadAll(answer.Body))(w)
	res := result{status: answer.StatusCode, header: answer.Header, body: body}
	if strings.HasPrefix(answer.Header.Get("Content-Type"), "application/json") && answer.Header.Get("Content-Encoding") == "" {
		if err := json.Unmarshal(body, &res.json); err != nil {
			w.Fatalf("%s %s: %v in %s", r.Method, r.URL, err, body)
		}
	}
	return res
}

func (w *world) want(res result, status int) result {
	w.Helper()
	if res.status != status {
		w.Fatalf("status %d, want %d: %s", res.status, status, res.body)
	}
	return res
}

func (w *world) refused(res result, status int, code string) {
	w.Helper()
	if w.want(res, status); res.code() != code {
		w.Fatalf("refused with %q, want %q: %s", res.code(), code, res.body)
	}
}

func (w *world) deliver(to, subject string) {
	w.Helper()
	raw := "From: Jan Bakker <jan@bakkerijjansen.example>\r\nTo: " + to + "\r\nSubject: " + subject + "\r\nMessage-ID: <" + subject +
		"@bakkerijjansen.example>\r\nX-Origin: test\r\n\r\nGoedemorgen\r\n"
	must.Do(w, w.tenant.Deliver(w.Context(), Envelope{From: "jan@bakkerijjansen.example", To: []string{to}}, []byte(raw)))
}

func values(res result) []map[string]any {
	var all []map[string]any
	list, _ := res.json["value"].([]any)
	for _, v := range list {
		m, _ := v.(map[string]any)
		all = append(all, m)
	}
	return all
}

// round follows a delta round to its end, and returns all items and the link.
func (w *world) round(path string) (items []map[string]any, link string) {
	w.Helper()
	for range 2000 {
		res := w.want(w.graph("GET", path, nil), http.StatusOK)
		items = append(items, values(res)...)
		if link, _ := res.json["@odata.deltaLink"].(string); link != "" {
			return items, link
		}
		path, _ = res.json["@odata.nextLink"].(string)
	}
	w.Fatal("the round does not end")
	return nil, ""
}

const delta = "/users/" + info + "/mailFolders/inbox/messages/delta"

func TestMailToAnUnknownAddressOfTheTenantReachesNobody(t *testing.T) {
	w := newWorld(t, "info")
	err := w.tenant.Deliver(t.Context(), Envelope{From: "a@b.example", To: []string{info, "niemand@" + domain}},
		[]byte("Subject: x\r\n\r\nx"))
	if err == nil || len(w.tenant.Messages(info)) != 0 {
		t.Errorf("error %v and %d messages", err, len(w.tenant.Messages(info)))
	}
}

func TestOneCopyForEachMailboxWhateverItsAddresses(t *testing.T) {
	w := newWorld(t, "loon")
	must.Get(w.tenant.AddMailbox(MailboxOptions{Address: info, Name: "Info", Aliases: []string{"post@" + domain}}))(t)
	must.Do(t, w.tenant.Deliver(t.Context(), Envelope{To: []string{info, "Post@" + domain, "loon@" + domain, "x@elders.example"}},
		[]byte("Subject: x\r\n\r\nx")))
	a, b, out := w.tenant.Messages(info), w.tenant.Messages("loon@"+domain), w.tenant.Outside("x@elders.example")
	if len(a) != 1 || len(b) != 1 || len(out) != 1 {
		t.Fatalf("%d, %d and %d copies", len(a), len(b), len(out))
	}
	if a[0].ID == b[0].ID || a[0].ConversationID == b[0].ConversationID {
		t.Error("two mailboxes share an id")
	}
	if a[0].InternetMessageID != b[0].InternetMessageID {
		t.Error("two copies of one mail have different Message-IDs")
	}
}

func TestATenantGoesOnAfterARestart(t *testing.T) {
	file := filepath.Join(t.TempDir(), "tenant", "journal")
	w := openWorld(t, file, "info")
	for _, s := range []string{"een", "twee", "drie"} {
		w.deliver(info, s)
	}
	items, link := w.round(delta)
	first := items[0]["id"].(string)
	w.want(w.graph("PATCH", "/users/"+info+"/messages/"+url.PathEscape(first), `{"categories":["Verwerkt"]}`), 200)
	w.mailOut(map[string]any{
		"subject": "Antwoord", "toRecipients": []any{recipient("x@elders.example")},
		"attachments": []any{map[string]any{"@odata.type": FileAttachment, "name": "a.txt", "contentBytes": "aG9p"}},
	})
	must.Do(t, w.tenant.Close())
	tear(t, file)

	again := openWorld(t, file)
	again.token = w.token
	for _, of := range []func(*Tenant) []Message{
		func(t *Tenant) []Message { return t.Messages(info) },
		func(t *Tenant) []Message { return t.Sent(info) },
		func(t *Tenant) []Message { return t.Outside("x@elders.example") },
	} {
		before, after := asJSON(t, of(w.tenant)), asJSON(t, of(again.tenant))
		if before != after {
			t.Errorf("before %s\nafter  %s", before, after)
		}
	}
	if sent := again.tenant.Sent(info); len(sent) != 1 || string(sent[0].Attachments[0].Content) != "hoi" ||
		!bytes.Contains(sent[0].MIME, []byte("Antwoord")) {
		t.Error("the sent mail lost its attachment or its source")
	}
	again.deliver(info, "vier")
	if items, _ := again.round(link); len(items) != 2 { // the marked one and the new one
		t.Errorf("the old link gives %d items", len(items))
	}
	again.tenant.Close()
	if third := openWorld(t, file); len(third.tenant.Messages(info)) != 4 {
		t.Errorf("%d mails after the second restart", len(third.tenant.Messages(info)))
	}
}

func TestABrokenJournalIsNotOverwritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "journal")
	w := openWorld(t, file, "info")
	w.tenant.Close()
	content := read(t, file)
	write := append([]byte("no json\n"), content...)
	overwrite(t, file, write)
	if _, err := New(Options{Domain: domain, Journal: file}); err == nil {
		t.Error("a broken journal is accepted")
	}
	if !bytes.Equal(read(t, file), write) {
		t.Error("a broken journal was changed")
	}
}

func TestDeliveryFailsWhenItCannotBeKept(t *testing.T) {
	w := openWorld(t, filepath.Join(t.TempDir(), "journal"), "info")
	w.tenant.Close()
	err := w.tenant.Deliver(context.Background(), Envelope{To: []string{info}}, []byte("Subject: x\r\n\r\nx"))
	if err == nil || len(w.tenant.Messages(info)) != 0 {
		t.Errorf("error %v, %d messages", err, len(w.tenant.Messages(info)))
	}
}

func recipient(address string) map[string]any {
	return map[string]any{"emailAddress": map[string]any{"address": address}}
}

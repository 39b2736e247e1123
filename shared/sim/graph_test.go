package sim

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"kantoorpost/shared/must"
)

func (w *world) first(query string) (map[string]any, string) {
	w.Helper()
	items, _ := w.round(delta + query)
	if len(items) == 0 {
		w.Fatal("the inbox is empty")
	}
	id, _ := items[0]["id"].(string)
	return items[0], "/users/" + info + "/messages/" + url.PathEscape(id)
}

func TestUsersComePageByPage(t *testing.T) {
	w := newWorld(t, "info", "loon", "fiscaal", "piet", "anna")
	path, seen := "/users?$top=2&$select=id,displayName,mail,proxyAddresses,accountEnabled,userType", []string{}
	for range 5 {
		res := w.want(w.graph("GET", path, nil), 200)
		for _, u := range values(res) {
			seen = append(seen, u["displayName"].(string))
		}
		if path, _ = res.json["@odata.nextLink"].(string); path == "" {
			break
		}
	}
	if got := strings.Join(seen, " "); got != "Info Loon Fiscaal Piet Anna" {
		t.Errorf("got %s", got)
	}
	w.refused(w.graph("GET", "/users?$skiptoken=x", nil), 400, "Directory_ExpiredPageToken")
	w.refused(w.graph("GET", "/users?$top=1000", nil), 400, "Request_UnsupportedQuery")
}

func TestUsersAreFoundByFilterAndSearch(t *testing.T) {
	w := newWorld(t, "info", "loon")
	must.Get(w.tenant.AddMailbox(MailboxOptions{
		Address: "p.osinga@" + domain, Name: "Piet O'Singa", Aliases: []string{"o'singa@" + domain}, Shared: true,
	}))(t)
	for query, want := range map[string]string{
		"$filter=mail eq 'LOON@" + domain + "' or mail eq 'info@" + domain + "'": "Info Loon",
		"$filter=proxyAddresses/any(p:p eq 'smtp:o''singa@" + domain + "')":      "Piet O'Singa",
		"$search=\"displayName:osi\" OR \"mail:loon\"":                           "Loon",
		"$search=\"displayName:o'sin\" OR \"mail:x\"":                            "Piet O'Singa",
		"$search=\"mail:osinga\"":                                                "Piet O'Singa",
	} {
		path := "/users?" + strings.NewReplacer(" ", "%20", `"`, "%22").Replace(query)
		res := w.want(w.graph("GET", path, nil, "ConsistencyLevel", "eventual"), 200)
		var names []string
		for _, u := range values(res) {
			names = append(names, u["displayName"].(string))
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%s gives %q, want %q", query, got, want)
		}
	}
	w.refused(w.graph("GET", "/users?$search=%22mail:x%22", nil), 400, "Request_UnsupportedQuery")
	w.refused(w.graph("GET", "/users?$filter=jobTitle%20eq%20'x'", nil), 400, "Request_UnsupportedQuery")
}

func TestAUserIsFoundByIDAndNameButNotByAlias(t *testing.T) {
	w := newWorld(t)
	id := must.Get(w.tenant.AddMailbox(MailboxOptions{Address: info, Name: "Info", Aliases: []string{"post@" + domain}}))(t)
	for _, name := range []string{id, strings.ToUpper(id), info, strings.ToUpper(info)} {
		if res := w.want(w.graph("GET", "/users/"+name, nil), 200); res.json["id"] != id {
			t.Errorf("%s is %v", name, res.json["id"])
		}
	}
	w.refused(w.graph("GET", "/users/post@"+domain, nil), 404, "Request_ResourceNotFound")
	w.refused(w.graph("GET", "/users/niemand/mailFolders/inbox", nil), 404, "ErrorInvalidUser")
}

func TestOnlyImmutableIDsStayWhenAMailMoves(t *testing.T) {
	w := newWorld(t, "info")
	w.deliver(info, "a")
	plain := values(w.graph("GET", delta, nil, "Prefer", ""))[0]["id"].(string)
	m, path := w.first("")
	if plain == m["id"] {
		t.Fatal("the immutable id is given without being asked")
	}
	mutable := "/users/" + info + "/messages/" + url.PathEscape(plain)
	w.want(w.graph("GET", mutable, nil), 200)
	w.want(w.graph("DELETE", path, nil), 204)
	w.want(w.graph("GET", path, nil), 200)
	w.refused(w.graph("GET", mutable, nil), 404, "ErrorItemNotFound")
	w.refused(w.graph("GET", "/users/"+info+"/messages/nonsense", nil), 400, "ErrorInvalidIdMalformed")
}

func TestAPersonMovesMailBetweenFolders(t *testing.T) {
	w := newWorld(t, "info")
	w.deliver(info, "a")
	_, path := w.first("")
	folders := values(w.want(w.graph("GET", "/users/"+info+"/mailFolders?$select=id", nil), 200))
	if len(folders) != len(folderNames) {
		t.Errorf("%d folders", len(folders))
	}
	in := func(folder string) int {
		return len(values(w.want(w.graph("GET", "/users/"+info+"/mailFolders/"+folder+"/messages", nil), 200)))
	}
	w.want(w.graph("POST", path+"/move", `{"destinationId":"archive"}`), 201)
	if in("inbox") != 0 || in("archive") != 1 {
		t.Errorf("%d in the inbox, %d in the archive", in("inbox"), in("archive"))
	}
	w.refused(w.graph("POST", path+"/move", `{"destinationId":"nowhere"}`), 404, "ErrorItemNotFound")
	w.refused(w.graph("GET", "/users/"+info+"/mailFolders/nowhere/messages", nil), 404, "ErrorItemNotFound")
}

func TestAMailComesAsItWasSent(t *testing.T) {
	w := newWorld(t, "info")
	w.deliver(info, "Aangifte")
	_, path := w.first("")
	m := w.want(w.graph("GET", path+"?$select=subject,from,internetMessageHeaders,body", nil), 200)
	if m.json["subject"] != "Aangifte" || !strings.Contains(string(m.body), `{"name":"X-Origin","value":"test"}`) || m.json["isRead"] != nil {
		t.Errorf("got %s", m.body)
	}
	raw := w.want(w.graph("GET", path+"/$value", nil), 200)
	if !bytes.HasSuffix(raw.body, []byte("\r\n\r\nGoedemorgen\r\n")) || raw.header.Get("Content-Type") != "text/plain" {
		t.Errorf("source %q", raw.body)
	}
}

func TestAChangeOfAnOlderFormIsRefused(t *testing.T) {
	w := newWorld(t, "info")
	w.deliver(info, "a")
	m, path := w.first("")
	etag := m["@odata.etag"].(string)
	w.want(w.graph("PATCH", path, `{"categories":["a"]}`, "If-Match", etag), 200)
	w.refused(w.graph("PATCH", path, `{"categories":["b"]}`, "If-Match", etag), 412, "ErrorIrresolvableConflict")
	w.refused(w.graph("DELETE", path, nil, "If-Match", etag), 412, "ErrorIrresolvableConflict")
	if got := w.tenant.Messages(info)[0].Categories; len(got) != 1 || got[0] != "a" {
		t.Errorf("categories %v", got)
	}
}

func TestAReceivedMailCannotBeRewritten(t *testing.T) {
	w := newWorld(t, "info")
	w.deliver(info, "a")
	_, path := w.first("")
	w.refused(w.graph("PATCH", path, `{"subject":"b"}`), 400, "ErrorInvalidPropertyUpdateSentMessage")
	w.refused(w.graph("PATCH", path, `{"nonsense":1}`), 400, "RequestBodyRead")
	w.refused(w.graph("PATCH", path, `{"isRead":"yes"}`), 400, "RequestBodyRead")
	w.refused(w.graph("PATCH", path, `{`), 400, "BadRequest")
}

// A later change does not alter a message that was returned before.
func TestAChangeDoesNotReachBack(t *testing.T) {
	w := newWorld(t, "info")
	w.deliver(info, "a")
	_, path := w.first("")
	w.want(w.graph("PATCH", path, `{"categories":["een","twee"]}`), 200)
	before := w.tenant.Messages(info)[0]
	w.want(w.graph("PATCH", path, `{"categories":["drie"]}`), 200)
	if strings.Join(before.Categories, " ") != "een twee" {
		t.Errorf("became %v", before.Categories)
	}
}

func TestAttachmentsAreListedAndRead(t *testing.T) {
	w := newWorld(t, "info")
	raw := "From: a@b.example\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=q\r\n\r\n--q\r\nContent-Type: " +
		"text/plain\r\n\r\nhoi\r\n" +
		"--q\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Disposition: attachment; filename=a.pdf\r\nContent-Transfer-Encoding: " +
		"base64\r\n\r\nUERG\r\n" +
		"--q\r\nContent-Type: message/rfc822\r\nContent-Disposition: attachment\r\n\r\nSubject: binnen\r\n\r\nx\r\n--q--\r\n"
	must.Do(t, w.tenant.Deliver(t.Context(), Envelope{From: "a@b.example", To: []string{info}}, []byte(raw)))
	_, path := w.first("")
	all := values(w.want(w.graph("GET", path+"/attachments", nil), 200))
	if len(all) != 2 || all[0]["contentBytes"] != "UERG" || all[1]["@odata.type"] != ItemAttachment {
		t.Fatalf("got %v", all)
	}
	if short := values(w.graph("GET", path+"/attachments?$select=name,size", nil)); short[0]["contentBytes"] != nil ||
		short[0]["name"] != "a.pdf" {
		t.Errorf("selected %v", short[0])
	}
	one := path + "/attachments/" + url.PathEscape(all[0]["id"].(string))
	if got := w.want(w.graph("GET", one+"/$value", nil), 200); string(got.body) != "PDF" ||
		got.header.Get("Content-Type") != "application/pdf" {
		t.Errorf("content %q", got.body)
	}
	item := path + "/attachments/" + url.PathEscape(all[1]["id"].(string)) + "/$value"
	if got := w.want(w.graph("GET", item, nil), 200); !bytes.Contains(got.body, []byte("Subject: binnen")) {
		t.Errorf("enclosed mail %q", got.body)
	}
	w.refused(w.graph("GET", path+"/attachments/nonsense/$value", nil), 400, "ErrorInvalidIdMalformed")
	w.refused(w.graph("GET", one[:len(one)-6]+"AAAA==/$value", nil), 404, "ErrorItemNotFound")
}

func TestSettingsOfAMailbox(t *testing.T) {
	w := newWorld(t)
	must.Get(w.tenant.AddMailbox(MailboxOptions{Address: info, Name: "Info", Shared: true}))(t)
	path := "/users/" + info + "/mailboxSettings"
	if got := w.want(w.graph("GET", path, nil), 200); got.json["userPurpose"] != "shared" ||
		got.json["timeZone"] != "W. Europe Standard Time" {
		t.Errorf("got %s", got.body)
	}
	if got := w.want(w.graph("PATCH", path, `{"timeZone":"Europe/Amsterdam"}`), 200); got.json["timeZone"] != "Europe/Amsterdam" ||
		got.json["language"] == nil {
		t.Errorf("got %s", got.body)
	}
	w.refused(w.graph("PATCH", path, `{"userPurpose":"user"}`), 400, "ErrorInvalidRequest")
}

func TestCategoriesOfAMailbox(t *testing.T) {
	w := newWorld(t, "info")
	path := "/users/" + info + "/outlook/masterCategories"
	before := len(values(w.want(w.graph("GET", path, nil), 200)))
	w.want(w.graph("POST", path, `{"displayName":"Verwerkt","color":"preset4"}`), 201)
	w.refused(w.graph("POST", path, `{"displayName":"verwerkt","color":"preset1"}`), 409, "CategoryNameAlreadyExists")
	w.refused(w.graph("POST", path, `{"displayName":"x","color":"red"}`), 400, "BadRequest")
	if all := values(w.graph("GET", path, nil)); len(all) != before+1 {
		t.Errorf("%d categories, before %d", len(all), before)
	}
	w.want(w.graph("PATCH", "/users/"+info+"/mailboxSettings", `{"timeZone":"UTC"}`), 200)
	if all := values(w.graph("GET", path, nil)); len(all) != before+1 {
		t.Error("a change of settings loses a category")
	}
}

func TestABatchAnswersEachRequestOnItsOwn(t *testing.T) {
	w := newWorld(t, "info")
	w.deliver(info, "a")
	m, _ := w.first("")
	id := url.PathEscape(m["id"].(string))
	ask := func(requests ...map[string]any) result {
		return w.graph("POST", "/$batch", map[string]any{"requests": requests})
	}
	immutable := map[string]string{"Prefer": `IdType="ImmutableId"`, "Content-Type": "application/json"}
	res := w.want(ask(
		map[string]any{"id": "1", "method": "PATCH", "url": "/users/" + info + "/messages/" + id, "headers": immutable,
			"body": map[string]any{"categories": []string{"x"}}},
		map[string]any{"id": "2", "method": "GET", "url": "/users/niemand/mailboxSettings"},
		map[string]any{"id": "3", "method": "GET", "url": "users/" + info + "/messages/" + id + "/$value"},
	), 200)
	var out struct {
		Responses []struct {
			ID     string
			Status int
			Body   json.RawMessage
		}
	}
	must.Do(t, json.Unmarshal(res.body, &out))
	for i, status := range []int{200, 404, 200} {
		if out.Responses[i].Status != status {
			t.Errorf("request %d: %d %s", i+1, out.Responses[i].Status, out.Responses[i].Body)
		}
	}
	if got := w.tenant.Messages(info)[0].Categories; len(got) != 1 {
		t.Errorf("categories %v", got)
	}
	var many []map[string]any
	for i := range maxBatch + 1 {
		many = append(many, map[string]any{"id": fmt.Sprint(i), "method": "GET", "url": "/users"})
	}
	w.refused(ask(many...), 400, "BadRequest")
	w.refused(ask(), 400, "BadRequest")
	w.refused(ask(many[0], many[0]), 400, "BadRequest")
}

func TestAnAnswerIsCompressedWhenAskedAndNamed(t *testing.T) {
	w := newWorld(t, "info")
	for i := range 10 {
		w.deliver(info, fmt.Sprint(i))
	}
	plain := w.graph("GET", delta, nil, "client-request-id", "mine")
	small := w.graph("GET", delta, nil, "Accept-Encoding", "gzip")
	if small.header.Get("Content-Encoding") != "gzip" || len(small.body) > len(plain.body)/2 {
		t.Fatalf("%d bytes for %d", len(small.body), len(plain.body))
	}
	z := must.Get(gzip.NewReader(bytes.NewReader(small.body)))(t)
	if all, err := io.ReadAll(z); err != nil || len(all) != len(plain.body) {
		t.Errorf("%d bytes inside, want %d: %v", len(all), len(plain.body), err)
	}
	if plain.header.Get("request-id") == "" || plain.header.Get("client-request-id") != "mine" || plain.json["@odata.context"] == nil {
		t.Errorf("header %v", plain.header)
	}
}

func TestWhatGraphDoesNotHaveIsRefused(t *testing.T) {
	w := newWorld(t, "info")
	w.refused(w.graph("GET", "/groups", nil), 400, "BadRequest")
	w.refused(w.graph("PUT", "/users/"+info, nil), 400, "BadRequest")
	large := `{"subject":"` + strings.Repeat("x", maxRequest) + `"}`
	w.refused(w.graph("POST", "/users/"+info+"/messages", large), http.StatusRequestEntityTooLarge, "RequestEntityTooLarge")
}

package api

import (
	"strings"
	"testing"

	xhtml "golang.org/x/net/html"

	"kantoorpost/shared/item"
	"kantoorpost/shared/must"
)

// html stores the nth mail, as HTML.
func (k *talking) html(t *testing.T, n int, content string) (id string) {
	t.Helper()
	it := k.nthMail(n, "Jan")
	it.BodyType, it.Verdict = "html", item.VerdictPass
	ids := must.Get(k.Items.Ingest(t.Context(), []item.Arrival{{Item: it, Content: content}}))(t)
	return ids[0]
}

// pictured are attachments whose files have content ids.
func pictured() []fakeAttachment {
	all := attachments()
	for i := range all {
		all[i].ContentID = "cid-" + all[i].ID
	}
	return all
}

// sourcesOf are the sources of the pictures in a document.
func sourcesOf(document string) (all []string) {
	tokens(document, func(kind xhtml.TokenType, z *xhtml.Tokenizer) bool {
		if tok := z.Token(); tok.Data == "img" {
			all = append(all, attribute(tok, "src"))
		}
		return true
	})
	return all
}

// The attached pictures of a mail become paths in its body. A user who may read
// the body may read the pictures, and no picture is read before it is
// requested.
func TestPicturesOfAMail(t *testing.T) {
	k := newTalking(t)
	k.graph.attachments = map[string][]fakeAttachment{"message1": pictured(), "message2": pictured()}
	second := k.html(t, 2, `<p>Dag <IMG alt=logo SRC="CID:CID%2Da"><img src="cid:nergens"><img src="cid:cid-b"><img src="cid:cid-f"> <b>`+
		`tot &amp; ziens</b>`)
	k.graph.asked.Store(0)
	got := k.ok(t, "manager", "GET /api/mails/"+second+"/body", "", "X-Forwarded-Proto", "https")
	if k.graph.asked.Load() != 0 {
		t.Error("the text waits for the mailbox")
	}
	src := sourcesOf(got.text)
	if len(src) != 4 || strings.Contains(strings.ToLower(got.text), "cid:") || !strings.Contains(got.text, "<b>tot &amp; ziens</b>") {
		t.Fatal(got.text)
	}
	if policy := got.header.Get("Content-Security-Policy"); !strings.Contains(policy,
		"; img-src data: https://example.com/api/mails/"+second+"/pictures/; ") {
		t.Error(policy)
	}
	for i, want := range []struct {
		status     int
		kind, text string
	}{{200, "image/png", "png"}, {404, "", ""}, {404, "", ""}, {200, "image/jpeg", "jpg"}} {
		if !strings.HasPrefix(src[i], "/api/mails/"+second+"/pictures/") {
			t.Error(src[i])
		}
		got := k.call(t, "manager", "GET "+src[i], "")
		h := got.header
		if got.status != want.status || want.status == 200 && (h.Get("Content-Type") != want.kind || got.text != want.text) {
			t.Errorf("%s: %d %v %q", src[i], got.status, h, got.text)
		}
		if want.status == 200 && (h.Get("X-Content-Type-Options") != "nosniff" ||
			!strings.HasPrefix(h.Get("Content-Security-Policy"), "sandbox; default-src 'none'") ||
			!strings.HasPrefix(h.Get("Content-Disposition"), "inline; ")) {
			t.Errorf("%s may do more: %v", src[i], h)
		}
	}
	if n := k.graph.asked.Load(); n != 3 { // the list once, and each picture
		t.Errorf("the mailbox was asked %d times", n)
	}
	for who, want := range map[string]int{"manager": 200, "editor": 200, "Mails.Read": 200, "reader": 404, "Chats.ReadWrite": 403,
		"nobody": 401, "stranger": 403} {
		k.answers(t, want, who, "GET "+src[0], "")
	}
	// In a chat they belong to the chat.
	it := k.nthMail(1, "Jan")
	it.BodyType = "html"
	id := k.startWith(t, it, `<img src="cid:cid-a">`, "Jan", "reader")
	in := "/api/chats/" + id + "/messages/" + id
	said := k.ok(t, "reader", "GET "+in+"/body", "")
	if src := sourcesOf(said.text); len(src) != 1 || !strings.HasPrefix(src[0], in+"/pictures/") ||
		!strings.Contains(said.header.Get("Content-Security-Policy"), in+"/pictures/;") {
		t.Errorf("%s %v", said.text, said.header)
	} else {
		for who, want := range map[string]int{"manager": 200, "reader": 200, "Chats.ReadWrite": 200, "editor": 404, "Mails.Read": 403,
			"nobody": 401} {
			k.answers(t, want, who, "GET "+src[0], "")
		}
	}
	k.graph.fail = refused{429, "ApplicationThrottled"}
	k.answers(t, 503, "manager", "GET "+src[0], "")
	if got := k.ok(t, "manager", "GET /api/mails/"+second+"/body", ""); !strings.Contains(got.text, "tot &amp; ziens") {
		t.Error(got.text)
	}
}

// Pictures on other servers are loaded only on request, and no other files are.
func TestRemotePictures(t *testing.T) {
	k := newTalking(t)
	id := k.html(t, 1, `<p>Dag<img src="https://elders.example/x.png"><img src="http://elders.example/y.png"><img `+
		`src="ftp://elders.example/z"><img srcset="https://elders.example/s 2x"><script src="https://elders.example/a.js"></script>`)
	path := "/api/mails/" + id + "/body"
	if got := k.ok(t, "manager", "GET "+path, ""); strings.Contains(got.text, "elders") {
		t.Error(got.text)
	}
	got := k.ok(t, "manager", "GET "+path+"?pictures=remote", "")
	if strings.Count(got.text, "elders.example") != 2 || !strings.Contains(got.text, `src="https://elders.example/x.png"`) {
		t.Error(got.text)
	}
	policy := got.header.Get("Content-Security-Policy")
	for _, want := range []string{"sandbox allow-popups", "default-src 'none'",
		"img-src data: https: http://example.com/api/mails/" + id + "/pictures/;", "form-action 'none'", "upgrade-insecure-requests"} {
		if !strings.Contains(policy, want) {
			t.Errorf("%q is not in %s", want, policy)
		}
	}
	k.answers(t, 422, "manager", "GET "+path+"?pictures=all", "")
}

// A mail without its own colours has the colours of the page around it.
func TestAMailHasTheColoursOfItsPage(t *testing.T) {
	k := newTalking(t)
	path := "GET /api/mails/" + k.html(t, 1, `<p style="color:black">Dag</p>`) + "/body"
	for query, want := range map[string]string{"": "color-scheme:light dark}", "?colours=dark": "color-scheme:dark}",
		"?colours=light": "color-scheme:light}"} {
		if got := k.ok(t, "manager", path+query, ""); !strings.Contains(got.text, want) || strings.Contains(got.text, "black") {
			t.Errorf("%s: %s", query, got.text)
		}
	}
	k.answers(t, 422, "manager", path+"?colours=red}", "")
}

package api

import (
	"fmt"
	"strings"
	"testing"

	"kantoorpost/shared/item"
	"kantoorpost/shared/mail"
)

// html stores the nth mail, as HTML.
func (k *talking) html(t *testing.T, n int, content string) (id string) {
	t.Helper()
	it := k.letter(n, "Jan")
	it.BodyType, it.Verdict = "html", item.VerdictPass
	ids, err := k.Items.Ingest(t.Context(), []item.Arrival{{Item: it, Content: content}})
	if err != nil {
		t.Fatal(err)
	}
	return ids[0]
}

// The pictures that a mail brings stand where its text names them, and nothing
// else is fetched for it.
func TestPicturesOfAMail(t *testing.T) {
	k := newTalking(t)
	k.graph.parcels = map[string][]parcelDouble{"message1": parcels(), "message2": parcels()}
	id := k.html(t, 1, `<p>Dag <IMG alt=logo SRC="CID:cid%2Da"><img src="cid:nergens"> <b>tot &amp; ziens</b>`)
	got := k.ok(t, "manager", "GET /api/mails/"+id+"/body", "")
	if !strings.Contains(got.text, `src="data:image/png;base64,cG5n"`) || strings.Contains(strings.ToLower(got.text), "cid:") || !strings.Contains(got.text, "<b>tot &amp; ziens</b>") {
		t.Error(got.text)
	}
	// The other picture is tried for the one that is nowhere; files are not.
	if fmt.Sprint(k.graph.pictured) != "[a f]" {
		t.Errorf("asked for %v", k.graph.pictured)
	}
	if policy := got.header.Get("Content-Security-Policy"); !strings.Contains(policy, "img-src data:;") {
		t.Error(policy)
	}

	k.graph.pictured = nil
	plain := k.html(t, 2, `<p>Dag <img src="https://elders.example/x.png">, cid:a`)
	k.ok(t, "manager", "GET /api/mails/"+plain+"/body", "")
	if len(k.graph.pictured) > 0 {
		t.Errorf("a mail that shows none is asked for %v", k.graph.pictured)
	}
	// A mailbox that does not answer leaves the mail readable.
	k.graph.fail = refused{429, "ApplicationThrottled"}
	if got := k.ok(t, "manager", "GET /api/mails/"+id+"/body", ""); !strings.Contains(got.text, "tot &amp; ziens") || strings.Contains(got.text, "data:image") {
		t.Error(got.text)
	}
}

// However many and large they are, what is read has an end.
func TestPicturesHaveAnEnd(t *testing.T) {
	k := newTalking(t)
	var text strings.Builder
	for i := range 50 {
		id := fmt.Sprint("p", i)
		k.graph.parcels = map[string][]parcelDouble{"message1": append(k.graph.parcels["message1"], parcelDouble{
			Attachment: mail.Attachment{ID: id, Kind: mail.AttachedFile, ContentType: "image/png", Size: 1, Inline: true}, content: strings.Repeat("x", 1<<20),
		})}
		fmt.Fprintf(&text, `<img src="cid:cid-%s">`, id)
	}
	got := k.ok(t, "manager", "GET /api/mails/"+k.html(t, 1, text.String())+"/body", "")
	if n := strings.Count(got.text, "data:image"); n != 10 {
		t.Errorf("%d pictures of 1 MiB", n)
	}
	if len(k.graph.pictured) > maxPictures {
		t.Errorf("%d were read", len(k.graph.pictured))
	}
}

// Pictures that are kept elsewhere are loaded for who asks for them, and nothing
// else is.
func TestRemotePictures(t *testing.T) {
	k := newTalking(t)
	id := k.html(t, 1, `<p>Dag<img src="https://elders.example/x.png"><img src="http://elders.example/y.png"><img src="ftp://elders.example/z"><img srcset="https://elders.example/s 2x"><script src="https://elders.example/a.js"></script>`)
	path := "/api/mails/" + id + "/body"
	if got := k.ok(t, "manager", "GET "+path, ""); strings.Contains(got.text, "elders") {
		t.Error(got.text)
	}
	got := k.ok(t, "manager", "GET "+path+"?pictures=remote", "")
	if strings.Count(got.text, "elders.example") != 2 || !strings.Contains(got.text, `src="https://elders.example/x.png"`) {
		t.Error(got.text)
	}
	policy := got.header.Get("Content-Security-Policy")
	for _, want := range []string{"sandbox allow-popups", "default-src 'none'", "img-src data: https:;", "form-action 'none'", "upgrade-insecure-requests"} {
		if !strings.Contains(policy, want) {
			t.Errorf("%q is not in %s", want, policy)
		}
	}
	if got := k.call(t, "manager", "GET "+path+"?pictures=all", ""); got.status != 422 {
		t.Errorf("%d", got.status)
	}
}

// A letter without colours of its own has those of the page that shows it.
func TestALetterHasTheColoursOfItsPage(t *testing.T) {
	k := newTalking(t)
	path := "GET /api/mails/" + k.html(t, 1, `<p style="color:black">Dag</p>`) + "/body"
	for query, want := range map[string]string{"": "color-scheme:light dark}", "?colours=dark": "color-scheme:dark}", "?colours=light": "color-scheme:light}"} {
		if got := k.ok(t, "manager", path+query, ""); !strings.Contains(got.text, want) || strings.Contains(got.text, "black") {
			t.Errorf("%s: %s", query, got.text)
		}
	}
	if got := k.call(t, "manager", path+"?colours=red}", ""); got.status != 422 {
		t.Errorf("%d: %s", got.status, got.text)
	}
}

// What is no picture stays as it was written, whatever it is.
func FuzzSources(f *testing.F) {
	for _, s := range []string{"", "<p>a &amp; <b", `<img src="cid:x"><!-- <img src=y> --><IMG SRC=z>`, "<style><img src=a></style>", "\x00<\xff>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got := sources(s, func(src string) string { return src }); got != s && !strings.HasPrefix(s, got) {
			t.Errorf("%q became %q", s, got)
		}
	})
}

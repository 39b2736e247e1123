package graph

import (
	"bytes"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"kantoorpost/shared/fault"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/must"
	"kantoorpost/shared/sim"
)

const withAttachments = "From: Jan <jan@klant.example>\r\nTo: anna@kantoor.example\r\nSubject: Stukken\r\nMessage-ID: " +
	"<s@klant.example>\r\nMIME-Version: 1.0\r\n" +
	"Content-Type: multipart/mixed; boundary=grens\r\n\r\n--grens\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Dag <img " +
	"src=\"cid:logo\"></p>\r\n" +
	"--grens\r\nContent-Type: image/png; name=logo.png\r\nContent-ID: <logo>\r\nContent-Disposition: inline; " +
	"filename=logo.png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n" +
	"--grens\r\nContent-Type: application/pdf; name=\"Factuur 1.pdf\"\r\nContent-Disposition: attachment; filename=\"Factuur " +
	"1.pdf\"\r\n\r\n%PDF-1.4 factuur\r\n" +
	"--grens\r\nContent-Type: message/rfc822\r\n\r\nFrom: piet@elders.example\r\nSubject: Doorgestuurd\r\n\r\nVan Piet\r\n--grens--\r\n"

// The attachments of a mail are listed without content and read one by one, with
// ids that stay the same.
func TestAttachments(t *testing.T) {
	o := open(t, "anna")
	check := schema(t)
	must.Do(t, o.tenant.Deliver(t.Context(), sim.Envelope{From: "jan@klant.example", To: []string{"anna@kantoor.example"}},
		[]byte(withAttachments)))
	page, err := o.Delta(t.Context(), o.boxes["anna"], "", time.Time{})
	if err != nil || len(page.Messages) != 1 || !page.Messages[0].HasAttachments {
		t.Fatalf("%+v, %v", page, err)
	}
	message := page.Messages[0].ID
	o.wire.Reset()
	all, err := o.Attachments(t.Context(), o.boxes["anna"], message)
	if err != nil || len(all) != 3 {
		t.Fatalf("%+v, %v", all, err)
	}
	if a := all[0]; a.Name != "logo.png" || !a.Inline || a.Kind != mail.AttachedFile || a.ContentType != "image/png" ||
		a.ContentID != "logo" {
		t.Errorf("%+v", a)
	}
	if a := all[1]; a.Name != "Factuur 1.pdf" || a.Inline || a.Size < 16 {
		t.Errorf("%+v", a)
	}
	if a := all[2]; a.Name != "Doorgestuurd" || a.Kind != mail.AttachedItem {
		t.Errorf("%+v", a)
	}
	for i, want := range []string{"\x89PNG", "%PDF-1.4 factuur", "Van Piet"} {
		var b bytes.Buffer
		if err := o.Attachment(t.Context(), o.boxes["anna"], message, all[i].ID, &b); err != nil || !strings.Contains(b.String(), want) {
			t.Errorf("%s: %q, %v", all[i].Name, b.String(), err)
		}
	}
	var b bytes.Buffer
	err = o.Attachment(t.Context(), o.boxes["anna"], message, all[1].ID+"x", &b)
	if v, _ := fault.Of(err); err == nil || v != fault.KindFinal || b.Len() > 0 {
		t.Errorf("an id that does not exist: %v, %q", err, b.String())
	}
	for _, call := range o.wire.Calls() {
		r := must.Get(http.NewRequest(call.Method, call.URL, nil))(t)
		check(t, r)
	}
}

// If only the plain alternative of a mail has text, that is its text. Otherwise
// the text comes from its HTML.
func TestText(t *testing.T) {
	o := open(t, "anna")
	for i, c := range []struct{ mail, want string }{
		{"Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nAlleen hier.\r\n--b\r\nContent-Type: " +
			"text/html\r\n\r\n<div><br></div>\r\n--b--\r\n", "Alleen hier."},
		{"Content-Type: text/html\r\n\r\n<p>In HTML</p>\r\n", "In HTML"},
		{"Content-Type: text/plain\r\n\r\nAls tekst\r\n", "Als tekst"},
	} {
		raw := "From: Jan <jan@klant.example>\r\nTo: anna@kantoor.example\r\nSubject: x\r\nMessage-ID: <" + strings.Repeat("x", i+1) +
			"@klant.example>\r\nMIME-Version: 1.0\r\n" + c.mail
		must.Do(t, o.tenant.Deliver(t.Context(), sim.Envelope{From: "jan@klant.example", To: []string{"anna@kantoor.example"}},
			[]byte(raw)))
		page := must.Get(o.Delta(t.Context(), o.boxes["anna"], "", time.Time{}))(t)
		found := false
		for _, m := range page.Messages {
			if !strings.HasPrefix(m.InternetMessageID, "<"+strings.Repeat("x", i+1)+"@") {
				continue
			}
			found = true
			if got, err := o.Text(t.Context(), o.boxes["anna"], m.ID); err != nil || strings.TrimSpace(got) != c.want {
				t.Errorf("%q, %v", got, err)
			}
		}
		if !found {
			t.Errorf("%q did not arrive", c.want)
		}
	}
	if _, err := o.Text(t.Context(), o.boxes["anna"], ".."); err == nil {
		t.Error("no id")
	}
}

// An id cannot lead away from the message, and a download that breaks off is an
// error.
func TestAttachmentsGoNowhereElse(t *testing.T) {
	var path string
	c, wire, _ := graphOf(t, func(w http.ResponseWriter, r *http.Request) {
		path = r.URL.EscapedPath()
		if r.Header.Get("Prefer") == "" || !strings.Contains(r.Header.Get("Prefer"), "ImmutableId") {
			t.Error("asked without immutable ids")
		}
		says(200, "application/octet-stream", "inhoud")(w, r)
	})
	var b bytes.Buffer
	if err := c.Attachment(t.Context(), box, "a/b=", "../../x?y#z%2f", &b); err != nil || b.String() != "inhoud" {
		t.Errorf("%q, %v", b.String(), err)
	}
	if want := "/v1.0/users/" + box + "/messages/a%2Fb=/attachments/..%2F..%2Fx%3Fy%23z%252f/$value"; path != want {
		t.Errorf("asked %s, want %s", path, want)
	}
	asked := len(wire.Calls())
	for _, id := range []string{"", ".", ".."} {
		_, err := c.Attachments(t.Context(), box, id)
		if errs := []error{err, c.Attachment(t.Context(), box, "m", id, &b), c.Attachment(t.Context(), id, "m", "a", &b)}; errs[0] == nil ||
			errs[1] == nil || errs[2] == nil {
			t.Errorf("id %q: %v", id, errs)
		}
	}
	if len(wire.Calls()) != asked {
		t.Error("requests were made")
	}
	full := errors.New("no room")
	if err := c.Attachment(t.Context(), box, "m", "a", refuses{full}); !errors.Is(err, full) {
		t.Errorf("a writer that refuses: %v", err)
	}
	for _, status := range []int{401, 403, 404, 429, 500} {
		c, _, _ := graphOf(t, says(status, jsonType, `{"error":{"code":"x"}}`))
		b.Reset()
		var refused *Error
		if err := c.Attachment(t.Context(), box, "m", "a", &b); !errors.As(err, &refused) || refused.Status != status || b.Len() > 0 {
			t.Errorf("%d: %v, %q", status, err, b.String())
		}
	}
}

type refuses struct{ err error }

func (r refuses) Write([]byte) (int, error) { return 0, r.err }

// A message leads to Outlook on the web, by one small request.
func TestWebLink(t *testing.T) {
	o := open(t, "info")
	o.receive(t, "info", 1)
	page, _ := o.round(t, o.boxes["info"], "")
	id := page.Messages[0].ID
	o.wire.Reset()
	link, err := o.WebLink(t.Context(), o.boxes["info"], id)
	if err != nil || !strings.HasPrefix(link, "https://outlook.office365.com/owa/?ItemID=") {
		t.Errorf("%q, %v", link, err)
	}
	calls := o.wire.Calls()
	if n := len(calls); n != 1 || !strings.Contains(calls[0].URL, "webLink") {
		t.Errorf("%d calls: %v", n, calls)
	}
	if _, err := o.WebLink(t.Context(), o.boxes["info"], ".."); err == nil {
		t.Error("a path is no id")
	}
}

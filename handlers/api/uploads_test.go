package api

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	settings "kantoorpost/shared/config"
)

// A file comes back as it was sent, to its maker alone.
func TestUploadIsItsMakersOwn(t *testing.T) {
	o := newOffice(t)
	const content = `{"not": "read as JSON"`
	made := o.ok(t, "editor", "POST /api/uploads?name=Jaar%2Frekening%202026.json", content)
	id, _ := made.body["id"].(string)
	if made.status != http.StatusCreated || made.header.Get("Location") != "/api/uploads/"+id || made.body["size"] != float64(len(content)) ||
		made.body["name"] != "Jaar_rekening 2026.json" {
		t.Fatalf("%d %s", made.status, made.text)
	}
	got := o.ok(t, "editor", "GET /api/uploads/"+id, "")
	if got.text != content || !strings.HasPrefix(got.header.Get("Content-Disposition"), "attachment") ||
		got.header.Get("Content-Security-Policy") != attachmentPolicy {
		t.Errorf("%v %s", got.header, got.text)
	}
	for who, want := range map[string]int{"manager": 404, "administrator": 404, "reader": 403, "Chats.ReadWrite": 403} {
		for _, method := range []string{"GET", "DELETE"} {
			o.answers(t, want, who, method+" /api/uploads/"+id, "")
		}
	}
	o.ok(t, "editor", "DELETE /api/uploads/"+id, "")
	for _, id := range []string{id, "x", strings.Repeat("a", 26), "..%2Fuploads"} {
		o.answers(t, http.StatusNotFound, "editor", "GET /api/uploads/"+id, "")
	}
}

// A picture keeps its type, so that the editor can show it; no other file does.
func TestUploadIsShownOnlyAsAPicture(t *testing.T) {
	o := newOffice(t)
	for sent, want := range map[string]string{
		"x image/png": "image/png", "x image/svg+xml": "application/octet-stream", "x text/html; charset=utf-8": "application/octet-stream",
		"x ": "application/octet-stream", "x nonsense": "application/octet-stream",
		"x.PNG application/octet-stream": "image/png", "x.svg ": "application/octet-stream", "x.html ": "application/octet-stream",
	} {
		name, media, _ := strings.Cut(sent, " ")
		id, _ := o.ok(t, "editor", "POST /api/uploads?name="+name, "content", "Content-Type", media).body["id"].(string)
		if got := o.ok(t, "editor", "GET /api/uploads/"+id, "").header.Get("Content-Type"); got != want {
			t.Errorf("%q is shown as %q", sent, got)
		}
	}
}

// What is refused leaves nothing behind.
func TestUploadsThatAreRefused(t *testing.T) {
	o := newOffice(t)
	for request, want := range map[string]int{
		"POST /api/uploads":                422,
		"POST /api/uploads?name=a%0D%0Ab":  422,
		"POST /api/uploads?name=a%00b":     422,
		"POST /api/uploads?naam=brief.txt": 422,
	} {
		o.answers(t, want, "editor", request, `{"mail":""}`)
	}
	for body, field := range map[string]string{
		`{"mail":"","attachment":1}`: "body.mail", `{"mail":"x"}`: "body.attachment", `{"mail":"x","attachment":"1"}`: "body.attachment",
		`{"mail":`: "body", `[]`: "body",
	} {
		if got := o.call(t, "editor", "POST /api/uploads", body); got.status != 422 || !strings.Contains(got.text, `"location":"`+field+`"`) {
			t.Errorf("%s: %d %s; want %s", body, got.status, got.text, field)
		}
	}
	got := o.call(t, "editor", "POST /api/uploads", "content", "Content-Type", "text/plain")
	if got.status != 422 || !strings.Contains(got.text, `"location":"query.name"`) {
		t.Errorf("a file without a name: %d %s", got.status, got.text)
	}
	if maxUpload >= settings.RequestBytes {
		t.Errorf("the host refuses what is larger than %d bytes, without an explanation", settings.RequestBytes)
	}
	for name, length := range map[string]int64{"told": maxUpload + 1, "not told": -1} {
		if got := o.upload(t, io.LimitReader(zeros{}, maxUpload+1), length); got.Code != http.StatusRequestEntityTooLarge {
			t.Errorf("a file that is too large, %s: %d %s", name, got.Code, got.Body)
		}
	}
	gone := errors.New("the browser has gone")
	if got := o.upload(t, io.MultiReader(strings.NewReader("half"), failing{gone}), -1); got.Code < 500 {
		t.Errorf("half a file: %d %s", got.Code, got.Body)
	}
	if names := o.blobs.Names("uploads"); len(names) > 0 {
		t.Errorf("%q are kept", names)
	}
}

func (o *office) upload(t *testing.T, content io.Reader, length int64) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/api/uploads?name=groot.bin", content)
	r.ContentLength = length
	for name, values := range o.people["editor"] {
		r.Header[name] = values
	}
	w := httptest.NewRecorder()
	o.ServeHTTP(w, r)
	return w
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// unused are the pictures of no signature.
func unused() ([]string, error) { return nil, nil }

// A file that nobody sends is deleted after a day.
func TestUploadsExpire(t *testing.T) {
	o := newOffice(t)
	o.ok(t, "editor", "POST /api/uploads?name=x", "content")
	for _, step := range []struct {
		after   time.Duration
		deleted int
	}{{uploadAge - time.Minute, 0}, {uploadAge + time.Second, 1}} {
		if n, err := o.Uploads.Sweep(t.Context(), time.Now().Add(step.after), unused); err != nil || n != step.deleted {
			t.Errorf("after %v: %d deleted, %v", step.after, n, err)
		}
	}
}

package api

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"kantoorpost/shared/must"
	"kantoorpost/shared/outbox"
)

const png = "\x89PNG\r\n\x1a\n"

func (w *writing) picture(t *testing.T, content string) string {
	t.Helper()
	return w.ok(t, "editor", "POST /api/uploads?name=logo.png", content, "Content-Type", "image/png").body["id"].(string)
}

func shows(upload string) string {
	return fmt.Sprintf(`{"signature":"<p>Eddie</p><img src=\"cid:%s\" alt=\"logo\">"}`, upload)
}

// The pictures of a signature go along with each reply, and are shown to whoever writes and reads;
// they stay when the upload that they were made of goes, and nobody can delete them.
func TestPicturesOfASignature(t *testing.T) {
	w := newWriting(t)
	uploaded := w.picture(t, png+"1")
	w.ok(t, "editor", "PATCH /api/me", shows(uploaded))
	w.ok(t, "editor", "DELETE /api/uploads/"+uploaded, "")
	signature := w.ok(t, "editor", "GET "+w.path("/new"), "").body["signature"].(string)
	_, kept, _ := strings.Cut(signature, "cid:")
	if len(kept) < 26 || strings.Contains(signature, uploaded) || !strings.Contains(signature, "<p>Eddie</p><img ") {
		t.Fatal(signature)
	}
	kept = kept[:26]
	w.ok(t, "editor", "PATCH /api/me", shows(kept)) // saved again, it stays the same
	if again := w.ok(t, "editor", "GET /api/me", "").body["signature"].(string); again != signature {
		t.Errorf("saved again: %s", again)
	}
	if got := w.ok(t, "manager", "GET /api/uploads/"+kept, ""); got.text != png+"1" || got.header.Get("Content-Type") != "image/png" {
		t.Errorf("%v %q", got.header, got.text)
	}
	w.answers(t, http.StatusConflict, "editor", "DELETE /api/uploads/"+kept, "") // deleted
	id := w.ok(t, "editor", "POST "+w.path(), w.body(nil)).body["id"].(string)
	r, err := w.Outbox.Load(t.Context(), id)
	if err != nil || len(r.Attachments) != 0 || len(r.Pictures) != 1 || r.Pictures[0].Upload != kept || !r.Pictures[0].Inline ||
		r.Pictures[0].ContentType != "image/png" {
		t.Errorf("%+v, %v", r, err)
	}
	f, err := w.Uploads.Open(t.Context(), kept)
	if err != nil || f.Until.Before(r.LeavesAt.Add(keptAfter-uploadAge)) {
		t.Errorf("kept until %v, %v", f, err)
	}
	// What is taken back holds the text alone: the signature comes anew.
	w.ok(t, "editor", "DELETE "+w.path("/", id), "")
	if d, err := w.Outbox.LoadDraft(t.Context(), w.chat, r.Author); err != nil || len(d.Attachments) != 0 {
		t.Errorf("draft %+v, %v", d, err)
	}
	// A picture that is gone keeps nobody from answering.
	must.Do(t, w.Uploads.Delete(t.Context(), kept))
	r, err = w.Outbox.Load(t.Context(), w.ok(t, "editor", "POST "+w.path(), w.body(map[string]any{"subject": "Nog een"})).body["id"].(string))
	if err != nil || len(r.Pictures) != 0 || r.Signature != "<p>Eddie</p>" || r.State != outbox.Held {
		t.Errorf("%+v, %v", r, err)
	}
}

// A signature takes pictures that mail programs show, and no large ones: by what they hold, and
// not by what they are called.
func TestPicturesThatASignatureRefuses(t *testing.T) {
	w := newWriting(t)
	others := w.ok(t, "manager", "POST /api/uploads?name=logo.png", png, "Content-Type", "image/png").body["id"].(string)
	for _, upload := range []string{others, w.picture(t, png+strings.Repeat("x", 300_000)),
		w.picture(t, "<svg xmlns='http://www.w3.org/2000/svg'/>"), strings.Repeat("a", 26)} {
		w.answers(t, http.StatusUnprocessableEntity, "editor", "PATCH /api/me", shows(upload))
	}
	w.ok(t, "editor", "PATCH /api/me", `{"signature":"<p>Eddie</p><img src=\"https://elders.example/x.png\">"}`)
	if got := w.ok(t, "editor", "GET /api/me", "").body["signature"]; got != "<p>Eddie</p>" {
		t.Errorf("a picture that is kept elsewhere: %v", got)
	}
}

// A picture is kept as long as a signature shows it. Then it goes, within a day, or with the
// last reply that took it along.
func TestPictureThatNoSignatureShows(t *testing.T) {
	w := newWriting(t)
	sweep := func(after time.Duration) int {
		t.Helper()
		n := must.Get(w.Uploads.Sweep(t.Context(), time.Now().Add(after),
			func() ([]string, error) { return w.Writing.SignaturePictures(t.Context()) }))(t)
		return n
	}
	w.ok(t, "editor", "PATCH /api/me", shows(w.picture(t, png+"1")))
	w.ok(t, "editor", "PATCH /api/me", shows(w.picture(t, png+"2"))) // the first one no longer
	if n := sweep(2 * uploadAge); n != 3 {                           // both uploads, and one copy
		t.Errorf("%d were deleted", n)
	}
	if n := sweep(10 * keptAfter); n != 0 {
		t.Errorf("%d were deleted, and a signature shows it", n)
	}
	w.ok(t, "editor", "POST "+w.path(), w.body(nil))
	w.ok(t, "editor", "PATCH /api/me", `{"signature":null}`)
	if n := sweep(keptAfter); n != 0 {
		t.Errorf("%d were deleted, and a reply has it", n)
	}
	if n := sweep(keptAfter + uploadAge); n != 1 {
		t.Errorf("%d were deleted", n)
	}
}

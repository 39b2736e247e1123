package sim

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"kantoorpost/shared/must"
)

const large = 5 << 20

// draftFor makes a draft and returns its path.
func (w *world) draftFor(address string) string {
	w.Helper()
	res := w.want(
		w.graph("POST", "/users/"+info+"/messages", map[string]any{"subject": "x", "toRecipients": []any{recipient(address)}}),
		201,
	)
	return "/users/" + info + "/messages/" + url.PathEscape(res.json["id"].(string))
}

func (w *world) session(at string, size int) result {
	return w.graph("POST", at+"/attachments/createUploadSession", map[string]any{"AttachmentItem": map[string]any{
		"attachmentType": "file", "name": "jaarrekening.pdf", "contentType": "application/pdf", "size": size}})
}

// put sends a range of an upload.
func (w *world) put(to string, content []byte, first, total int, header ...string) result {
	w.Helper()
	r := must.Get(http.NewRequest("PUT", to, bytes.NewReader(content)))(w)
	r.Header.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", first, first+len(content)-1, total))
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return w.send(r)
}

func TestALargeFileIsUploadedInRanges(t *testing.T) {
	w := newWorld(t, "info")
	at := w.draftFor(jan)
	w.refused(w.session(at, 1<<20), 400, "ErrorAttachmentSizeShouldNotBeLessThanMinimumSize")
	res := w.want(w.session(at, large), 201)
	to := res.json["uploadUrl"].(string)
	if !strings.HasPrefix(to, root+"/api/v2.0/") || fmt.Sprint(res.json["nextExpectedRanges"]) != "[0-]" {
		t.Errorf("session %s", res.body)
	}
	content := bytes.Repeat([]byte("abcd"), large/4)
	w.refused(w.put(to, content[:1<<20], 0, large, "Authorization", "Bearer "+w.token), 401, "InvalidAudience")
	w.refused(w.put(to, content, 0, large), 413, "RequestEntityTooLarge")
	first := w.want(w.put(to, content[:3<<20], 0, large), 200)
	if fmt.Sprint(first.json["nextExpectedRanges"]) != "[3145728]" || first.json["ExpirationDateTime"] != res.json["expirationDateTime"] {
		t.Errorf("after the first range %s", first.body)
	}
	w.refused(w.put(to, content[:3<<20], 0, large), 416, "ErrorInvalidRange")
	status := func() result {
		r, _ := http.NewRequest("GET", to, nil)
		return w.send(r)
	}
	w.refused(status(), 404, "ErrorItemNotFound")
	w.tenant.Behave(Behaviour{UploadStatus: true})
	if res := w.want(status(), 200); fmt.Sprint(res.json["nextExpectedRanges"]) != "[3145728]" {
		t.Errorf("status %s", res.body)
	}
	last := w.want(w.put(to, content[3<<20:], 3<<20, large), 201)
	if len(last.body) != 0 || !strings.Contains(last.header.Get("Location"), "/Attachments('") {
		t.Errorf("at the end %v %q", last.header, last.body)
	}
	w.refused(w.put(to, content[:1], 0, large), 404, "ErrorItemNotFound")
	w.want(w.graph("POST", at+"/send", nil), 202)
	if got := w.tenant.Outside(jan); len(got) != 1 || len(got[0].Attachments) != 1 || !bytes.Equal(got[0].Attachments[0].Content, content) {
		t.Error("the file did not arrive as it was")
	}
}

func TestAnUploadEnds(t *testing.T) {
	w := newWorld(t, "info")
	at := w.draftFor(jan)
	w.tenant.Behave(Behaviour{UploadRoot: "https://outlook.office365.com/api/gv1.0", UploadSeconds: 60})
	open := func() string { return w.want(w.session(at, large), 201).json["uploadUrl"].(string) }
	to := open()
	if !strings.HasPrefix(to, "https://outlook.office365.com/api/gv1.0/Users(") {
		t.Errorf("at %s", to)
	}
	w.want(w.put(to, []byte("a"), 0, large), 200)
	*w.clock = w.clock.Add(time.Minute)
	w.refused(w.put(to, []byte("b"), 1, large), 404, "ErrorItemNotFound")
}

func TestAMailThatIsTooLargeDoesNotLeave(t *testing.T) {
	w := newWorld(t, "info")
	at := w.draftFor(jan)
	w.tenant.Behave(Behaviour{MaxSendSize: 10_000})
	w.refused(w.session(at, large), 413, "ErrorMessageSizeExceeded")
	w.want(
		w.graph("PATCH", at, map[string]any{"body": map[string]any{"contentType": "text", "content": strings.Repeat("lang ", 3000)}}),
		200,
	)
	w.refused(w.graph("POST", at+"/send", nil), 413, "ErrorMessageSizeExceeded")
	if len(w.tenant.Outside(jan)) != 0 {
		t.Error("it left")
	}
}

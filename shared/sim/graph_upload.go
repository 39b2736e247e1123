package sim

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// The limits of an upload session, in bytes.
//
// https://learn.microsoft.com/graph/outlook-large-attachments
const (
	maxUpload = 150 << 20
	maxChunk  = 4 << 20
)

// An upload is an upload session.
type upload struct {
	mailbox, message string // ids; message is immutable
	item             Attachment
	size             int
	data             []byte
	expires          time.Time
}

// createUpload begins an upload session for an attachment of a draft.
//
// https://learn.microsoft.com/graph/api/attachment-createuploadsession
func (t *Tenant) createUpload(c *graphCall) (answer, error) {
	u, err := c.upload()
	if err != nil {
		return answer{}, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	it, err := c.message()
	if err != nil {
		return answer{}, err
	}
	if u.size > t.behaviour.maxSendSize() {
		return answer{}, errTooLarge()
	}
	maps.DeleteFunc(t.uploads, func(_ string, old *upload) bool { return !t.now().Before(old.expires) })
	u.mailbox, u.message, u.expires = c.box.id, it.message.ID, t.now().Add(t.behaviour.uploadLife())
	token := newGUID()
	t.uploads[token] = u

	root := cmp.Or(t.behaviour.UploadRoot, strings.TrimSuffix(t.base(c.r), "/v1.0")+"/api/v2.0")
	return respond(http.StatusCreated, t.base(c.r)+"/$metadata#microsoft.graph.uploadSession", func(o *object) {
		o.put("uploadUrl",
			fmt.Sprintf("%s/Users('%s')/Messages('%s')/AttachmentSessions('%s')?authtoken=%s", root, c.box.id, c.id(it.message), token, token))
		o.put("expirationDateTime", u.expires)
		o.put("nextExpectedRanges", []string{"0-"})
	})
}

// upload reads the request for a session.
func (c *graphCall) upload() (*upload, error) {
	sent, err := c.sent()
	if err != nil {
		return nil, err
	}
	var item struct {
		AttachmentType, Name, ContentType, ContentID string
		Size                                         int
		IsInline                                     bool
	}
	if err := json.Unmarshal(sent["attachmentItem"], &item); err != nil {
		return nil, errBadRequest("The AttachmentItem is missing or cannot be read.")
	}
	switch {
	case !strings.EqualFold(item.AttachmentType, "file"), item.Name == "":
		return nil, refuse(http.StatusBadRequest, "ErrorInvalidRequest", "The attachmentType must be file, and the name is required.")
	case item.Size < maxAttachment:
		return nil, refuse(http.StatusBadRequest, "ErrorAttachmentSizeShouldNotBeLessThanMinimumSize",
			"The size of the attachment should not be less than 3 MB.")
	case item.Size > maxUpload:
		return nil, refuse(http.StatusBadRequest, "ErrorAttachmentSizeLimitExceeded", "The attachment is larger than 150 MB.")
	}
	a := Attachment{Type: FileAttachment, Name: item.Name, ContentType: item.ContentType, Size: item.Size, IsInline: item.IsInline,
		ContentID: item.ContentID}
	return &upload{item: a, size: item.Size}, nil
}

var (
	uploadPath   = regexp.MustCompile(`^/api/(?:v2\.0|gv1\.0)/Users\('[^']+'\)/Messages\('[^']+'\)/AttachmentSessions\('([^']+)'\)$`)
	contentRange = regexp.MustCompile(`^bytes (\d{1,12})-(\d{1,12})/(\d{1,12})$`)
)

// uploadRoutes serve the URLs of upload sessions, which are on another host of
// Microsoft and take no token.
func (t *Tenant) uploadRoutes() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a, err := t.uploading(r)
		if err != nil {
			var more http.Header
			a = answer{}
			a.status, more, a.body = errorBody(err, t.now(), newGUID(), newGUID())
			for name, v := range more {
				w.Header()[name] = v
			}
		}
		for name, v := range a.header {
			w.Header().Set(name, v)
		}
		t.log.DebugContext(r.Context(), "upload", "method", r.Method, "range", r.Header.Get("Content-Range"), "status", a.status)
		a.send(w, r)
	})
}

func (t *Tenant) uploading(r *http.Request) (answer, error) {
	p := uploadPath.FindStringSubmatch(r.URL.Path)
	if p == nil || r.URL.Query().Get("authtoken") != p[1] {
		return answer{}, errNoUpload()
	}
	// The service takes the token of Graph for one of another audience.
	// https://github.com/microsoftgraph/microsoft-graph-docs-contrib/blob/main/concepts/outlook-large-attachments.md
	if r.Header.Get("Authorization") != "" {
		return answer{}, refuse(http.StatusUnauthorized, "InvalidAudience", "The audience claim value is invalid for the current resource.")
	}
	switch r.Method {
	case http.MethodPut:
		return t.takeChunk(r, p[1])
	case http.MethodGet:
		t.mu.Lock()
		defer t.mu.Unlock()
		u, err := t.session(p[1])
		if err == nil && !t.behaviour.UploadStatus {
			err = errNoUpload()
		}
		if err != nil {
			return answer{}, err
		}
		return u.expects()
	}
	return answer{}, refuse(http.StatusMethodNotAllowed, "ErrorInvalidRequest", "The method is not allowed for an upload session.")
}

func errNoUpload() error {
	return refuse(http.StatusNotFound, "ErrorItemNotFound", "The upload session was not found: it has expired or is complete.")
}

// session finds a session that has not expired. The caller holds mu.
func (t *Tenant) session(token string) (*upload, error) {
	u := t.uploads[token]
	if u != nil && !t.now().Before(u.expires) {
		delete(t.uploads, token)
		u = nil
	}
	if u == nil {
		return nil, errNoUpload()
	}
	return u, nil
}

// takeChunk takes the next bytes, in order. After the last ones, the draft has the
// attachment.
func (t *Tenant) takeChunk(r *http.Request, token string) (answer, error) {
	chunk, err := io.ReadAll(io.LimitReader(r.Body, maxChunk+1))
	if err != nil || len(chunk) > maxChunk {
		return answer{}, refuse(http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", "A range is at most 4 MB.")
	}
	p := contentRange.FindStringSubmatch(r.Header.Get("Content-Range"))
	if p == nil {
		return answer{}, errBadRequest("The Content-Range is missing or cannot be read.")
	}
	first, _ := strconv.Atoi(p[1])
	last, _ := strconv.Atoi(p[2])
	total, _ := strconv.Atoi(p[3])

	t.mu.Lock()
	defer t.mu.Unlock()
	u, err := t.session(token)
	if err != nil {
		return answer{}, err
	}
	if first != len(u.data) || total != u.size || last-first+1 != len(chunk) || last >= total || len(chunk) == 0 {
		return answer{}, refuse(http.StatusRequestedRangeNotSatisfiable, "ErrorInvalidRange",
			fmt.Sprintf("The range does not follow: %d bytes of %d are here.", len(u.data), u.size))
	}
	u.data = append(u.data, chunk...)
	if len(u.data) == u.size {
		return t.finishUpload(token, u)
	}
	return u.expects()
}

// expects says which bytes come next.
func (u *upload) expects() (answer, error) {
	return respond(http.StatusOK, "", func(o *object) {
		o.put("ExpirationDateTime", u.expires)
		o.put("nextExpectedRanges", []string{strconv.Itoa(len(u.data))})
	})
}

// finishUpload adds the attachment to its draft. The caller holds mu.
func (t *Tenant) finishUpload(token string, u *upload) (answer, error) {
	delete(t.uploads, token)
	box := t.byID[u.mailbox]
	if box == nil || box.items[u.message] == nil {
		return answer{}, errNotFound()
	}
	it := box.items[u.message]
	m := *it.message
	u.item.Content = u.data
	m.attach(u.item, t.now())
	if err := t.store(box, it.folder, &m, []string{changedContent}); err != nil {
		return answer{}, err
	}
	id := strings.TrimRight(m.ID, "=") + attachmentMark + m.Attachments[len(m.Attachments)-1].ID
	return answer{status: http.StatusCreated, header: map[string]string{
		"Location": fmt.Sprintf("https://outlook.office.com/api/v2.0/Users('%s')/Messages('%s')/Attachments('%s')", box.id, m.ID, id),
	}}, nil
}

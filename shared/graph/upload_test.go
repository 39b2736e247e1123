package graph

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"kantoorpost/shared/fault"
	"kantoorpost/shared/graph/answer"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/must"
	"kantoorpost/shared/wiretest"
)

// An uploadServer is a Graph that attaches files to drafts.
type uploadServer struct {
	t       *testing.T
	link    string // of the session
	got     []byte
	done    int      // files that were attached
	posted  [][]byte // bodies of small attachments
	opened  []string // bodies of requests for a session
	refuse  int      // status for the request that opens a session
	silent  bool     // a GET of the session is not known
	noRange bool     // answers to pieces do not say what is next
}

const uploadURL = "https://outlook.office.com/api/gv1.0/users('x')/Messages('d')/AttachmentSessions('s')?authtoken=secret"

func (u *uploadServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	switch {
	case strings.HasSuffix(r.URL.Path, "/createUploadSession") && u.refuse != 0:
		refusesWith(u.refuse, "ErrorAttachmentSizeShouldNotBeLessThanMinimumSize")(w, r)
	case strings.HasSuffix(r.URL.Path, "/createUploadSession"):
		u.opened = append(u.opened, string(body))
		says(201, jsonType, fmt.Sprintf(`{"uploadUrl":%q,"expirationDateTime":"2026-12-01T00:00:00Z","nextExpectedRanges":["0-"]}`, u.link))(w, r)
	case strings.HasSuffix(r.URL.Path, "/attachments"):
		u.posted = append(u.posted, body)
		says(201, jsonType, `{"id":"a"}`)(w, r)
	case r.Header.Get("Authorization") != "":
		u.t.Errorf("%s %s has the token", r.Method, r.URL.Host)
	case r.Method == http.MethodGet && !u.silent && u.done == 0:
		says(200, jsonType, fmt.Sprintf(`{"nextExpectedRanges":["%d-"]}`, len(u.got)))(w, r)
	case r.Method == http.MethodGet:
		refusesWith(404, "ErrorItemNotFound")(w, r)
	default:
		u.take(w, r, body)
	}
}

func (u *uploadServer) take(w http.ResponseWriter, r *http.Request, body []byte) {
	var from, to, size int
	if _, err := fmt.Sscanf(r.Header.Get("Content-Range"), "bytes %d-%d/%d", &from, &to, &size); err != nil || to-from+1 != len(body) ||
		len(body) > 4_000_000 ||
		r.ContentLength != int64(len(body)) {
		u.t.Errorf("%d bytes as %q: %v", len(body), r.Header.Get("Content-Range"), err)
	}
	if from != len(u.got) || u.done > 0 {
		refusesWith(416, "InvalidContentRange")(w, r)
		return
	}
	u.got = append(u.got, body...)
	switch {
	case len(u.got) == size:
		u.done++
		w.WriteHeader(201)
	case u.noRange:
		w.WriteHeader(200)
	default:
		says(200, jsonType, fmt.Sprintf(`{"ExpirationDateTime":"2026-12-01T00:00:00Z","NextExpectedRanges":["%d"]}`, len(u.got)))(w, r)
	}
}

func uploads(t *testing.T) (*Client, *uploadServer, *wiretest.Wire) {
	u := &uploadServer{t: t, link: uploadURL}
	c, wire, _ := graphOf(t, u.ServeHTTP)
	return c, u, wire
}

// file has n bytes that are not all the same.
func file(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i >> 10)
	}
	return b
}

func TestASmallFileIsOneRequest(t *testing.T) {
	for _, size := range []int{0, 5, smallAttachment} {
		c, u, wire := uploads(t)
		data := file(size)
		must.Do(t, c.Attach(t.Context(), box, "d", mail.OutgoingAttachment{Name: "logo.png", ContentType: "image/png", ContentID: "logo",
			Inline: true, Size: int64(size)},
			bytes.NewReader(data)))
		if len(u.posted) != 1 || len(wire.Calls()) != 1 || wire.Calls()[0].Sent > 4<<20 {
			t.Fatalf("%d requests for %d bytes", len(wire.Calls()), size)
		}
		for _, want := range []string{`"@odata.type":"#microsoft.graph.fileAttachment"`,
			`"contentBytes":"` + base64.StdEncoding.EncodeToString(data) + `"`, `"contentId":"logo"`,
			`"contentType":"image/png"`, `"isInline":true`, `"name":"logo.png"`} {
			if !bytes.Contains(u.posted[0], []byte(want)) {
				t.Errorf("no %.60s", want)
			}
		}
	}
	c, _, wire := uploads(t)
	if err := c.Attach(t.Context(), box, "d", mail.OutgoingAttachment{Name: "x", Size: 9}, strings.NewReader("short")); err == nil ||
		len(wire.Calls()) != 0 {
		t.Errorf("a file that is shorter: %v", err)
	}
	if err := c.Attach(t.Context(), box, "d", mail.OutgoingAttachment{Name: "x", Size: MaxAttachment}, strings.NewReader("")); err == nil ||
		len(wire.Calls()) != 0 {
		t.Errorf("a file that is too large: %v", err)
	}
}

func TestALargeFileIsUploadedInPieces(t *testing.T) {
	for _, c := range []struct {
		size    int
		noRange bool
	}{{smallAttachment + 1, false}, {2 * piece, false}, {2*piece + 1, false}, {2*piece + 1, true}} {
		client, u, wire := uploads(t)
		u.noRange = c.noRange
		data := file(c.size)
		reads := &counting{ReaderAt: bytes.NewReader(data)}
		must.Do(t, client.Attach(t.Context(), box, "d", mail.OutgoingAttachment{Name: "a.pdf", Size: int64(c.size), ContentID: "k", Inline: true},
			reads))
		if reads.n != len(wire.Calls())-1 {
			t.Errorf("%d bytes were read in %d parts", c.size, reads.n)
		}
		if u.done != 1 || !bytes.Equal(u.got, data) || len(wire.Calls()) != 1+(c.size+piece-1)/piece {
			t.Errorf("%d bytes of %d in %d requests", len(u.got), c.size, len(wire.Calls()))
		}
		for _, want := range []string{`"attachmentType":"file"`, fmt.Sprintf(`"size":%d`, c.size), `"contentType":"application/octet-stream"`,
			`"isInline":true`, `"contentId":"k"`} {
			if !strings.Contains(u.opened[0], want) {
				t.Errorf("no %s in %s", want, u.opened[0])
			}
		}
	}
	// Where small ends is not exactly documented.
	client, u, _ := uploads(t)
	u.refuse = 400
	if err := client.Attach(t.Context(), box, "d", mail.OutgoingAttachment{Name: "a.pdf", Size: smallAttachment + 9},
		bytes.NewReader(file(smallAttachment+9))); err != nil || len(u.posted) != 1 {
		t.Errorf("%d small attachments: %v", len(u.posted), err)
	}
}

// counting counts the reads of a file.
type counting struct {
	io.ReaderAt
	n int
}

func (c *counting) ReadAt(p []byte, off int64) (int, error) {
	c.n++
	return c.ReaderAt.ReadAt(p, off)
}

// A file that is shorter than it was said to be is not attached in part.
func TestAFileThatEndsTooEarlyIsNotAttached(t *testing.T) {
	c, u, _ := uploads(t)
	err := c.Attach(t.Context(), box, "d", mail.OutgoingAttachment{Name: "a.pdf", Size: 2 * piece}, bytes.NewReader(file(piece+5)))
	if !errors.Is(err, io.EOF) || u.done != 0 {
		t.Errorf("attached %d times: %v", u.done, err)
	}
}

// An upload that breaks goes on where the server is: the file arrives whole, and
// once, whatever single request fails in whatever way.
func TestAnUploadGoesOnAfterABreak(t *testing.T) {
	data := file(2*piece + 7)
	for _, way := range []wiretest.Fault{wiretest.Refuse, wiretest.Lose, wiretest.Hang} {
		for at := 1; at <= 3; at++ {
			for _, silent := range []bool{false, true} {
				synctest.Test(t, func(t *testing.T) {
					c, u, wire := uploads(t)
					u.silent = silent
					wire.Fault(wiretest.At(at, way))
					err := c.Attach(t.Context(), box, "d", mail.OutgoingAttachment{Name: "a.pdf", Size: int64(len(data))}, bytes.NewReader(data))
					// Without the answer to the last piece, and where a server does not say
					// what it has, only a look at the draft can tell.
					doubt := way == wiretest.Lose && (at == 3 || silent)
					if (err != nil) != doubt {
						t.Errorf("fault %d at %d, silent %t: %v", way, at, silent, err)
					}
					if (err == nil || at == 3) && (u.done != 1 || !bytes.Equal(u.got, data)) {
						t.Errorf("fault %d at %d: attached %d times, %d bytes", way, at, u.done, len(u.got))
					}
					if strings.Contains(fmt.Sprint(err), "secret") {
						t.Errorf("the address is in the error: %v", err)
					}
				})
			}
		}
	}
}

func TestAnUploadGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		data := file(piece + 1)
		c, _, wire := uploads(t)
		wire.Fault(wiretest.When(wiretest.Refuse, func(n int, _ *http.Request) bool { return n > 0 }))
		err := c.Attach(t.Context(), box, "d", mail.OutgoingAttachment{Name: "a.pdf", Size: int64(len(data))}, bytes.NewReader(data))
		if kind, _ := fault.Of(err); err == nil || kind != fault.KindRetry || len(wire.Calls()) > 2*(breaks+2) {
			t.Errorf("%v after %d requests", err, len(wire.Calls()))
		}
	})
}

// A mail's content goes to servers of Microsoft only, and is not redirected.
func TestUploadsGoNowhereElse(t *testing.T) {
	data := file(smallAttachment + 1)
	attach := func(t *testing.T, c *Client) error {
		return c.Attach(t.Context(), box, "d", mail.OutgoingAttachment{Name: "a.pdf", Size: int64(len(data))}, bytes.NewReader(data))
	}
	for link, allowed := range map[string]bool{
		uploadURL: true, root + "/v1.0/upload/s": true, "https://outlook.office365.com/api/v2.0/s": true, "https://outlook.office365.us/s": true,
		"http://outlook.office.com/s": false, "https://outlook.office.com:8443/s": false, "https://outlook.office.com.evil.example/s": false,
		"https://evil.example/outlook.office.com": false, "https://x@outlook.office.com/s": false, "https://169.254.169.254/": false, "": false,
		"https://": false,
		"https://outlook.office.com@evil.example/s": false, "https://OUTLOOK.office.com%2f@evil.example/": false, "/v1.0/s": false,
	} {
		c, u, wire := uploads(t)
		u.link = link
		err := attach(t, c)
		if allowed && (err != nil || u.done != 1) {
			t.Errorf("%s: %v", link, err)
		}
		if !allowed && (!errors.Is(err, answer.ErrForeignLink) || len(wire.Calls()) != 1) {
			t.Errorf("%s: %v after %d requests", link, err, len(wire.Calls()))
		}
	}
	synctest.Test(t, func(t *testing.T) {
		var hosts []string
		c, _, _ := graphOf(t, func(w http.ResponseWriter, r *http.Request) {
			hosts = append(hosts, r.URL.Host)
			if r.Method == http.MethodPost {
				says(201, jsonType, fmt.Sprintf(`{"uploadUrl":%q}`, uploadURL))(w, r)
				return
			}
			w.Header().Set("Location", "https://evil.example/")
			w.WriteHeader(http.StatusTemporaryRedirect)
		})
		if err := attach(t, c); err == nil || strings.Contains(strings.Join(hosts, " "), "evil") {
			t.Errorf("a redirect was followed: %v, %v", hosts, err)
		}
	})
}

func TestAnAttachmentIsRemoved(t *testing.T) {
	c, s, _ := scripted(t, refusesWith(412, "ErrorIrresolvableConflict"), says(204, "", ""))
	if err := c.Detach(t.Context(), box, "d", "a="); err != nil {
		t.Error(err)
	}
	s.expect("DELETE /messages/d/attachments/a%3D", "DELETE /messages/d/attachments/a%3D")
	c, _, _ = scripted(t, refusesWith(404, "ErrorItemNotFound"))
	if err := c.Detach(t.Context(), box, "d", "a"); err != nil {
		t.Errorf("gone: %v", err)
	}
	c, _, _ = scripted(t, refusesWith(403, "ErrorAccessDenied"))
	if err := c.Detach(t.Context(), box, "d", "a"); err == nil {
		t.Error("no error")
	}
}

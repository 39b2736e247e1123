package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"kantoorpost/shared/mail"
)

// A slowReader reads a megabyte per second, and keeps nothing.
type slowReader struct {
	header http.Header
	status int
	bytes  int
}

func (s *slowReader) Header() http.Header    { return s.header }
func (s *slowReader) WriteHeader(status int) { s.status = status }
func (s *slowReader) Write(b []byte) (int, error) {
	time.Sleep(time.Duration(len(b)) * time.Microsecond)
	s.bytes += len(b)
	return len(b), nil
}

// Twenty people with slow connections open a thread of six mails with three
// pictures of 3.3 MB each at once. The memory for the pictures is limited, and
// each picture is read once for all of them.
func TestTwentyPeopleOpenAThreadOfLargePictures(t *testing.T) {
	const people, mails, each, size = 20, 6, 3, 3_300_000
	synctest.Test(t, func(t *testing.T) {
		k := newTalking(t)
		content := strings.Repeat("x", size)
		k.graph.attachments = map[string][]fakeAttachment{}
		var paths []string
		for n := range mails {
			text := "<p>Zie de foto's." + strings.Repeat("<p>regel", 1000)
			for i := range each {
				id := fmt.Sprintf("m%dp%d", n+1, i)
				k.graph.attachments[fmt.Sprint("message", n+1)] = append(k.graph.attachments[fmt.Sprint("message", n+1)], fakeAttachment{
					Attachment: mail.Attachment{ID: id, Kind: mail.AttachedFile, ContentType: "image/jpeg", Size: size, ContentID: id}, content: content,
				})
				text += `<img src="cid:` + id + `">`
			}
			path := "/api/mails/" + k.html(t, n+1, text) + "/body"
			paths = append(append(paths, path), sourcesOf(k.ok(t, "manager", "GET "+path, "").text)...)
		}
		if len(paths) != mails*(1+each) {
			t.Fatal(paths)
		}
		k.graph.asked.Store(0)
		var all sync.WaitGroup
		var served atomic.Int64
		for range people {
			for _, path := range paths {
				all.Go(func() {
					r := httptest.NewRequestWithContext(t.Context(), "GET", path, nil)
					r.Header = k.people["manager"].Clone()
					w := &slowReader{header: http.Header{}, status: 200}
					k.ServeHTTP(w, r)
					if w.status != 200 || strings.Contains(path, "/pictures/") && w.bytes != size {
						t.Errorf("%s: %d, %d bytes", path, w.status, w.bytes)
					}
					served.Add(1)
				})
			}
		}
		ended := make(chan struct{})
		go func() { all.Wait(); close(ended) }()
		var live uint64 // bytes in use after a collection of garbage
		for running := true; running; {
			select {
			case <-ended:
				running = false
			case <-time.After(500 * time.Millisecond):
				var m runtime.MemStats
				runtime.GC()
				runtime.ReadMemStats(&m)
				live = max(live, m.HeapAlloc)
			}
		}
		if n := served.Load(); n != people*mails*(1+each) {
			t.Errorf("%d answers", n)
		}
		if k.pictures.most > cacheRoom || k.pictures.now != 0 || len(k.pictures.held) != 0 {
			t.Errorf("at most %d bytes of pictures were held, and %d still are", k.pictures.most, k.pictures.now)
		}
		if n := k.graph.asked.Load(); n != mails*(1+each) { // for each mail its list, and its pictures
			t.Errorf("the mailboxes were asked %d times", n)
		}
		if live > 2*cacheRoom {
			t.Errorf("%d MB were in use", live>>20)
		}
		t.Logf("%d MB were in use at most, %d MB of pictures", live>>20, k.pictures.most>>20)
	})
}

// The number of bodies that are sanitised at the same time is limited, and so
// is the memory of the documents that are being sent.
func TestDocumentsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newTalking(t)
		id := k.html(t, 1, "<p>"+strings.Repeat("regel van een lange mail\n", 70_000))
		path := "/api/mails/" + id + "/body"
		size := int64(len(k.ok(t, "manager", "GET "+path, "").text))
		readers := int(3 * documentRoom / size)
		var all sync.WaitGroup
		var held, most atomic.Int64
		for range readers {
			all.Go(func() {
				r := httptest.NewRequestWithContext(t.Context(), "GET", path, nil)
				r.Header = k.people["manager"].Clone()
				k.ServeHTTP(&heldReader{slowReader{header: http.Header{}}, &held, &most, false}, r)
				held.Add(-1)
			})
		}
		all.Wait()
		if n := most.Load(); n*size > documentRoom+size || n < 2 {
			t.Errorf("%d documents of %d bytes were held at once", n, size)
		}
	})
}

// A heldReader counts the active readers.
type heldReader struct {
	slowReader
	held, most *atomic.Int64
	begun      bool
}

func (h *heldReader) Write(b []byte) (int, error) {
	if !h.begun {
		h.begun = true
		h.most.Store(max(h.most.Load(), h.held.Add(1)))
	}
	return h.slowReader.Write(b)
}

// A failed load is tried again, a caller who leaves does not stop the others,
// and a picture that is larger than announced is not kept.
func TestPictureCache(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newPictureCache()
		broken := errors.New("broken")
		fails := func(context.Context, io.Writer) error { return broken }
		writes := func(text string) func(context.Context, io.Writer) error {
			return func(_ context.Context, w io.Writer) error {
				time.Sleep(time.Second)
				_, err := io.WriteString(w, text)
				return err
			}
		}
		if _, _, err := s.take(t.Context(), "a", 3, fails); !errors.Is(err, broken) {
			t.Error(err)
		}
		content, done, err := s.take(t.Context(), "a", 3, writes("abc"))
		if err != nil || string(content) != "abc" {
			t.Fatal(string(content), err)
		}
		again, done2, err := s.take(t.Context(), "a", 3, fails) // it is in the cache
		if err != nil || string(again) != "abc" {
			t.Error(string(again), err)
		}
		done()
		done2()
		for _, size := range []int64{0, -1, maxCached + 1, 2} {
			if _, _, err := s.take(t.Context(), fmt.Sprint(size), size, writes("abc")); !errors.Is(err, errNoRoom) {
				t.Errorf("%d: %v", size, err)
			}
		}
		hasty, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Millisecond, cancel)
		if _, _, err := s.take(hasty, "b", 3, writes("abc")); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		content, done, err = s.take(t.Context(), "b", 3, fails) // it is being loaded
		if err != nil || string(content) != "abc" {
			t.Fatal(string(content), err)
		}
		done()
		synctest.Wait()
		if s.now != 0 || len(s.held) != 0 || !s.room.TryAcquire(cacheRoom) {
			t.Errorf("%d bytes of %d things are still held", s.now, len(s.held))
		}
	})
}

type deadlines struct {
	*httptest.ResponseRecorder
	set []bool
}

func (d *deadlines) SetWriteDeadline(at time.Time) error {
	d.set = append(d.set, !at.IsZero())
	return nil
}

// A client that stops reading loses the connection; the next response on the
// connection does not inherit the deadline.
func TestUnhurried(t *testing.T) {
	d := &deadlines{ResponseRecorder: httptest.NewRecorder()}
	if n, err := withWriteDeadline(d).Write(make([]byte, 2*piece+1)); n != 2*piece+1 || err != nil || d.Body.Len() != n {
		t.Error(n, err)
	}
	if fmt.Sprint(d.set) != "[true true true false]" {
		t.Error(d.set)
	}
}

package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"golang.org/x/sync/semaphore"

	"kantoorpost/shared/access"
	"kantoorpost/shared/item"
	"kantoorpost/shared/mail"
)

// PicturePath names a picture that the text of a mail shows.
type PicturePath struct {
	Picture string `path:"picture" maxLength:"32" doc:"as the document of the text names it"`
}

// registerPictures has the pictures of a text next to its document: what may read
// one may read the other.
func (a *api) registerPictures() {
	op := func(id, path string) huma.Operation {
		return huma.Operation{
			OperationID: id, Method: http.MethodGet, Path: path, Tags: []string{"pictures"},
			Summary: "Get a picture that the text shows and that came with its mail",
			Responses: map[string]*huma.Response{"200": {
				Description: "The picture", Content: map[string]*huma.MediaType{"image/png": {}, "image/jpeg": {}, "image/gif": {}, "image/webp": {}},
			}},
		}
	}
	handle(a, access.MailsRead, op("get-mail-picture", "/api/mails/{mail}/pictures/{picture}"),
		func(ctx context.Context, in *struct {
			MailPath
			PicturePath
		}) (*huma.StreamResponse, error) {
			it, err := a.mail(ctx, in.Mail, access.MailsRead)
			if err != nil {
				return nil, err
			}
			return a.picture(ctx, it, in.Picture)
		})
	handle(a, access.ChatsRead, op("get-message-picture", "/api/chats/{chat}/messages/{message}/pictures/{picture}"),
		func(ctx context.Context, in *struct {
			MessagePath
			PicturePath
		}) (*huma.StreamResponse, error) {
			it, err := a.mailOfMessage(ctx, in.MessagePath)
			if err != nil {
				return nil, err
			}
			return a.picture(ctx, it, in.Picture)
		})
}

// contentID is the id by which the source of a picture names a part of its mail.
// https://www.rfc-editor.org/rfc/rfc2392
func contentID(src string) (string, bool) {
	src = strings.TrimSpace(src)
	if len(src) < 5 || !strings.EqualFold(src[:4], "cid:") {
		return "", false
	}
	id, err := url.PathUnescape(src[4:])
	return id, err == nil
}

// pictureName is what the path of a picture ends with: content ids are long, and
// hold what a path cannot.
func pictureName(contentID string) string {
	sum := sha256.Sum256([]byte(strings.ToLower(contentID)))
	return hex.EncodeToString(sum[:16])
}

// canShow tells whether a browser shows the attachment in a text that names it.
func canShow(at mail.Attachment) bool {
	return at.Kind == mail.AttachedFile && at.ContentID != "" && strings.HasPrefix(shownType(at.ContentType), "image/")
}

// shown are the names of the pictures that the text of a mail shows. Whatever it
// does not show is an attachment, whatever its sender says about it.
func (a *api) shown(ctx context.Context, p *attachmentSource) (map[string]bool, error) {
	if p.mail.BodyType != "html" || !slices.ContainsFunc(p.attachments, canShow) {
		return nil, nil
	}
	d, done, err := a.document(ctx, p.mail, false)
	if err != nil {
		return nil, err
	}
	defer done()
	return d.shown, nil
}

// picture answers with one that came with a mail which the one who asks may read.
func (a *api) picture(ctx context.Context, it item.Item, name string) (*huma.StreamResponse, error) {
	p, err := a.attachmentSourceOf(ctx, it, recent)
	if err != nil {
		return nil, err
	}
	for _, at := range p.attachments {
		if canShow(at) && pictureName(at.ContentID) == name {
			return &huma.StreamResponse{Body: func(hc huma.Context) { a.show(hc, p, at) }}, nil
		}
	}
	return nil, newProblem(http.StatusNotFound, "no picture with this name came with the mail")
}

// show answers with a picture. One that fits on the shelf is read from Graph as
// fast as that goes, and once for all who want it now: Graph allows few requests
// at a time, which people with slow connections would use up.
func (a *api) show(hc huma.Context, p *attachmentSource, at mail.Attachment) {
	r, w := humago.Unwrap(hc)
	body := &attachmentBody{w: unhurried(w), attachment: at, inline: true}
	content, done, err := a.shelf.take(r.Context(), p.mail.Mailbox+" "+p.mail.MessageID+" "+at.ID, at.Size, func(ctx context.Context, w io.Writer) error {
		return p.graph.Attachment(ctx, p.mail.Mailbox, p.mail.MessageID, at.ID, w)
	})
	if errors.Is(err, errNoRoom) {
		a.stream(hc, p, body)
		return
	}
	if err == nil {
		defer done()
		body.begin()
		_, err = body.Write(content)
	}
	a.ended(r.Context(), p, body, err)
}

const (
	// shelfRoom is how many bytes of pictures are held in all, for those who are
	// reading them; whoever does not fit in waits.
	shelfRoom = 32 << 20
	// maxShelved is the largest picture that is held.
	maxShelved = 8 << 20
	// stalled is how long one who reads may take for a piece of an answer. What he
	// or she leaves lying is in the way of others.
	stalled = 30 * time.Second
	piece   = 64 << 10
)

// errNoRoom means that something is too large to be held.
var errNoRoom = errors.New("does not fit on the shelf")

// A shelf holds pictures as long as somebody is reading them.
type shelf struct {
	room *semaphore.Weighted
	mu   sync.Mutex
	held map[string]*shelved
	most int64 // of all that was held at once, and now, in bytes
	now  int64
}

type shelved struct {
	ready   chan struct{} // closed when content or err is there
	content []byte
	err     error
	users   int
}

func newShelf() *shelf {
	return &shelf{room: semaphore.NewWeighted(shelfRoom), held: map[string]*shelved{}}
}

// take returns what load writes, which others who ask for the key now get too;
// done gives it back. Errors: errNoRoom, that of load, the end of ctx.
func (s *shelf) take(ctx context.Context, key string, size int64, load func(context.Context, io.Writer) error) (content []byte, done func(), err error) {
	if size <= 0 || size > maxShelved {
		return nil, nil, errNoRoom
	}
	s.mu.Lock()
	it := s.held[key]
	if it == nil {
		it = &shelved{ready: make(chan struct{}), users: 1} // the one who loads is one
		s.held[key] = it
		// Who asked first may leave before the others.
		go s.fill(context.WithoutCancel(ctx), key, it, size, load)
	}
	it.users++
	s.mu.Unlock()
	done = func() { s.leave(key, it, size) }
	select {
	case <-it.ready:
	case <-ctx.Done():
		done()
		return nil, nil, fmt.Errorf("wait for a picture: %w", ctx.Err())
	}
	if it.err != nil {
		done()
		return nil, nil, it.err
	}
	return it.content, done, nil
}

func (s *shelf) fill(ctx context.Context, key string, it *shelved, size int64, load func(context.Context, io.Writer) error) {
	_ = s.room.Acquire(ctx, size) // ctx has no end
	s.mu.Lock()
	s.now += size
	s.most = max(s.most, s.now)
	s.mu.Unlock()
	b := &bounded{content: make([]byte, 0, size)}
	err := load(ctx, b)
	if b.over {
		err = errNoRoom
	}
	s.mu.Lock()
	it.content, it.err = b.content, err
	if err != nil {
		it.content = nil
		delete(s.held, key) // the next one tries again
	}
	s.mu.Unlock()
	close(it.ready)
	s.leave(key, it, size)
}

// leave counts one reader less; what nobody reads any more is let go.
func (s *shelf) leave(key string, it *shelved, size int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if it.users--; it.users > 0 {
		return
	}
	if s.held[key] == it {
		delete(s.held, key)
	}
	s.now -= size
	s.room.Release(size)
}

// A bounded keeps what fits into the room that its content has.
type bounded struct {
	content []byte
	over    bool
}

func (b *bounded) Write(p []byte) (int, error) {
	if len(p) > cap(b.content)-len(b.content) {
		b.over = true
		return 0, errNoRoom
	}
	b.content = append(b.content, p...)
	return len(p), nil
}

// unhurried is w with a limit to how long the other side may leave a piece lying.
func unhurried(w http.ResponseWriter) http.ResponseWriter {
	return &unhurriedWriter{w, http.NewResponseController(w)}
}

type unhurriedWriter struct {
	http.ResponseWriter
	control *http.ResponseController
}

func (u *unhurriedWriter) Write(b []byte) (n int, err error) {
	// The limit is that of the connection: it may not outlive this answer.
	defer func() { _ = u.control.SetWriteDeadline(time.Time{}) }()
	for first := true; first || len(b) > 0; first = false {
		_ = u.control.SetWriteDeadline(time.Now().Add(stalled)) // where there is a connection
		m, err := u.ResponseWriter.Write(b[:min(piece, len(b))])
		if n += m; err != nil {
			return n, err
		}
		b = b[m:]
	}
	return n, nil
}

// ended finishes an answer: when it ends too early the connection ends, since a
// part of a file must not look like the whole.
func (a *api) ended(ctx context.Context, p *attachmentSource, body *attachmentBody, err error) {
	switch {
	case err == nil:
		body.begin() // it may be empty
	case !body.begun:
		var known *problem
		if !errors.As(a.unread(err), &known) {
			known = a.problem(ctx, err)
		}
		writeProblem(body.w, known)
	default:
		slog.WarnContext(ctx, "attachment ended too early", "mail", p.mail.ID, "error", err)
		panic(http.ErrAbortHandler)
	}
}

// A memory keeps for a listAge which attachments mails have: a page asks for each
// picture by itself.
type memory struct {
	mu    sync.Mutex
	lists map[string]remembered
}

type remembered struct {
	attachments []mail.Attachment
	at          time.Time
}

const (
	listAge       = time.Minute
	maxRemembered = 100
)

func (m *memory) get(key string, now time.Time) ([]mail.Attachment, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r, ok := m.lists[key]
	return r.attachments, ok && now.Sub(r.at) < listAge
}

func (m *memory) put(key string, list []mail.Attachment, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.lists == nil {
		m.lists = map[string]remembered{}
	}
	for k, r := range m.lists {
		if now.Sub(r.at) >= listAge {
			delete(m.lists, k)
		}
	}
	for k := range m.lists {
		if len(m.lists) < maxRemembered {
			break
		}
		delete(m.lists, k)
	}
	m.lists[key] = remembered{list, now}
}

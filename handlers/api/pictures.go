package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
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

	"kantoorpost/shared/access"
	"kantoorpost/shared/item"
	"kantoorpost/shared/mail"
)

// PicturePath names a picture in the body of a mail.
type PicturePath struct {
	Picture string `path:"picture" maxLength:"32" doc:"as the document of the text names it"`
}

// registerPictures registers the pictures of a body below its document: a
// caller who may read one may read the other.
func (a *api) registerPictures() {
	op := func(id, path string) huma.Operation {
		o := apiTag("pictures").op(id, http.MethodGet, path, "Get a picture that the text shows and that came with its mail")
		o.Responses = content("The picture", "image/png", "image/jpeg", "image/gif", "image/webp")
		return o
	}
	handleMail(a, access.MailsRead, op("get-mail-picture", "/api/mails/{mail}/pictures/{picture}"),
		func(ctx context.Context, in *struct {
			MailPath
			PicturePath
		}, it item.Item) (*huma.StreamResponse, error) {
			return a.picture(ctx, it, in.Picture)
		})
	handle(a, access.ChatsRead, op("get-message-picture", "/api/chats/{chat}/messages/{message}/pictures/{picture}"),
		func(ctx context.Context, in *struct {
			MessagePath
			PicturePath
		}) (*huma.StreamResponse, error) {
			it, r, err := a.contentOfMessage(ctx, in.MessagePath)
			switch {
			case err != nil:
				return nil, err
			case r != nil:
				return a.replyPicture(ctx, *r, in.Picture)
			}
			return a.picture(ctx, it, in.Picture)
		})
}

// contentID is the content id in the source of a picture; it names a part of
// the mail.
// https://www.rfc-editor.org/rfc/rfc2392
func contentID(src string) (string, bool) {
	src = strings.TrimSpace(src)
	if len(src) < 5 || !strings.EqualFold(src[:4], "cid:") {
		return "", false
	}
	id, err := url.PathUnescape(src[4:])
	return id, err == nil
}

// pictureName is the last part of the path of a picture: content ids are
// long, and have characters that a path cannot have.
func pictureName(contentID string) string {
	sum := sha256.Sum256([]byte(strings.ToLower(contentID)))
	return hex.EncodeToString(sum[:16])
}

// canShow tells whether a browser shows the attachment inside a body.
func canShow(at mail.Attachment) bool {
	return at.Kind == mail.AttachedFile && at.ContentID != "" && strings.HasPrefix(shownType(at.ContentType), "image/")
}

// shown are the names of the pictures that the body of a mail shows. All
// other files are attachments, whatever the sender declares.
func (a *api) shown(ctx context.Context, source *attachmentSource) (map[string]bool, error) {
	if source.mail.BodyType != "html" || !slices.ContainsFunc(source.attachments, canShow) {
		return nil, nil
	}
	d, done, err := a.document(ctx, source.mail, Showing{}, nil)
	if err != nil {
		return nil, err
	}
	defer done()
	return d.shown, nil
}

// picture answers with a picture of a mail that the caller may read.
func (a *api) picture(ctx context.Context, it item.Item, name string) (*huma.StreamResponse, error) {
	source, err := a.attachmentSourceOf(ctx, it, recent)
	if err != nil {
		return nil, err
	}
	for _, at := range source.attachments {
		if canShow(at) && pictureName(at.ContentID) == name {
			return &huma.StreamResponse{Body: func(hc huma.Context) { a.show(hc, source, at) }}, nil
		}
	}
	return nil, newProblem(http.StatusNotFound, "no picture with this name came with the mail")
}

// show answers with a picture. One that fits into the cache is read from
// Graph at full speed, and once for all concurrent callers: Graph allows few
// requests at a time, and callers with slow connections would use them up.
func (a *api) show(hc huma.Context, source *attachmentSource, at mail.Attachment) {
	r, w := humago.Unwrap(hc)
	body := &attachmentBody{w: withWriteDeadline(w), attachment: at, inline: true}
	content, done, err := a.pictures.take(r.Context(), source.mail.Mailbox+" "+source.mail.MessageID+" "+at.ID, at.Size,
		func(ctx context.Context, w io.Writer) error {
			return source.graph.Attachment(ctx, source.mail.Mailbox, source.mail.MessageID, at.ID, w)
		})
	if errors.Is(err, errNoRoom) {
		a.stream(hc, source, body)
		return
	}
	if err == nil {
		defer done()
		body.begin()
		_, err = body.Write(content)
	}
	a.ended(r.Context(), source, body, err)
}

// ended finishes a response. After an error the connection is closed, since a
// part of a file must not look like all of it.
func (a *api) ended(ctx context.Context, source *attachmentSource, body *attachmentBody, err error) {
	switch {
	case err == nil:
		body.begin() // the file may be empty
	case !body.begun:
		var known *problem
		if !errors.As(a.mailboxProblem(err), &known) {
			known = a.problem(ctx, err)
		}
		writeProblem(body.w, known)
	default:
		slog.WarnContext(ctx, "attachment ended too early", "mail", source.mail.ID, "error", err)
		panic(http.ErrAbortHandler)
	}
}

// An attachmentCache keeps the attachment lists of mails for a listAge: a page requests
// each picture separately.
type attachmentCache struct {
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

func (m *attachmentCache) get(key string, now time.Time) ([]mail.Attachment, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r, ok := m.lists[key]
	return r.attachments, ok && now.Sub(r.at) < listAge
}

func (m *attachmentCache) put(key string, list []mail.Attachment, now time.Time) {
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

package api

import (
	"cmp"
	"context"
	"encoding/base64"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"time"

	xhtml "golang.org/x/net/html"

	"kantoorpost/shared/item"
	"kantoorpost/shared/mail"
)

// What the pictures of one mail may cost. Beyond that, and when its mailbox does
// not answer in time, it is shown without them.
const (
	maxPictures     = 20
	maxPictureBytes = 10 << 20
	pictureTime     = 8 * time.Second
)

// withPictures puts the pictures that came with a mail in their places: its text
// names them by content id, and a document that may load nothing must hold them.
// https://www.rfc-editor.org/rfc/rfc2392
func (a *api) withPictures(ctx context.Context, it item.Item, s string) string {
	missing := map[string]bool{}
	sources(s, func(src string) string {
		if id, ok := contentID(src); ok && len(missing) < maxPictures {
			missing[id] = true
		}
		return src
	})
	if len(missing) == 0 {
		return s
	}
	ctx, cancel := context.WithTimeout(ctx, pictureTime)
	defer cancel()
	pictures, err := a.pictures(ctx, it, missing)
	if err != nil {
		slog.InfoContext(ctx, "a mail is shown without its pictures", "mail", it.ID, "error", err)
	}
	return sources(s, func(src string) string {
		if id, ok := contentID(src); ok {
			return cmp.Or(pictures[id], src)
		}
		return src
	})
}

// pictures reads those that are missing, as data URLs by their content ids.
// Errors: the mailbox cannot be read; what was read before is there all the same.
func (a *api) pictures(ctx context.Context, it item.Item, missing map[string]bool) (map[string]string, error) {
	p, err := a.parcelOf(ctx, it)
	if err != nil {
		return nil, err
	}
	// Some programs say of no picture that it stands in the text.
	slices.SortStableFunc(p.attachments, func(a, b mail.Attachment) int {
		switch {
		case a.Inline == b.Inline:
			return 0
		case a.Inline:
			return -1
		}
		return 1
	})
	found := map[string]string{}
	left, asked := int64(maxPictureBytes), 0
	for _, at := range p.attachments {
		kind := shownType(at.ContentType)
		if at.Kind != mail.AttachedFile || !strings.HasPrefix(kind, "image/") || at.Size > left {
			continue
		}
		if asked++; asked > maxPictures || len(missing) == 0 {
			break
		}
		id, content, err := p.graph.Picture(ctx, it.Mailbox, it.MessageID, at.ID, left)
		if err != nil {
			return found, err
		}
		id = strings.ToLower(id)
		if missing[id] {
			delete(missing, id)
			left -= int64(len(content))
			found[id] = "data:" + kind + ";base64," + base64.StdEncoding.EncodeToString(content)
		}
	}
	return found, nil
}

// contentID is the id by which the source of a picture names a part of its mail.
func contentID(src string) (string, bool) {
	src = strings.TrimSpace(src)
	if len(src) < 5 || !strings.EqualFold(src[:4], "cid:") {
		return "", false
	}
	id, err := url.PathUnescape(src[4:])
	return strings.ToLower(id), err == nil
}

// sources replaces the source of each picture by what f makes of it.
func sources(s string, f func(src string) string) string {
	var b strings.Builder
	z := xhtml.NewTokenizer(strings.NewReader(s))
	for {
		kind := z.Next()
		raw := string(z.Raw())
		if kind == xhtml.StartTagToken || kind == xhtml.SelfClosingTagToken {
			if t := z.Token(); t.Data == "img" {
				changed := false
				for i, at := range t.Attr {
					if at.Key == "src" {
						t.Attr[i].Val = f(at.Val)
						changed = changed || t.Attr[i].Val != at.Val
					}
				}
				if changed {
					raw = t.String()
				}
			}
		}
		b.WriteString(raw)
		if kind == xhtml.ErrorToken && z.Err() != nil {
			return b.String()
		}
	}
}

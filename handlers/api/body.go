package api

import (
	"cmp"
	"context"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	xhtml "golang.org/x/net/html"
	"golang.org/x/sync/semaphore"

	"kantoorpost/shared/item"
	"kantoorpost/shared/mailtext"
)

// Showing says how to show a mail.
type Showing struct {
	Colours  string `query:"colours" enum:"light,dark" doc:"for a mail that has none of its own; those of the device when absent"`
	Pictures string `query:"pictures" enum:"remote" doc:"remote: with pictures that are kept elsewhere; who keeps them then knows"`
	Language string `query:"language" enum:"nl,en" default:"nl" doc:"of what the product itself says in it"`
	Quoted   string `query:"quoted" enum:"folded" doc:"folded: what the mail quotes of earlier mail stands in a details element with the number of its lines as summary, for people who read the chat; nothing is left out, and in doubt nothing is folded. Without it the mail is as it was sent"`
}

// sandbox is what the document of a mail may do. The document has the origin
// of the page around it: the pictures are sent with the sign-in, and the page
// can measure the document. Therefore it must never run scripts.
const sandbox = "sandbox allow-popups allow-popups-to-escape-sandbox allow-same-origin"

// bodyPolicy is the content security policy of a document whose pictures are
// below a path.
func bodyPolicy(origin, pictures string, remote bool) string {
	from := "'self'"
	if origin != "" {
		from = origin + pictures
	}
	policy := sandbox + "; default-src 'none'; img-src data: " + from + "; "
	if remote {
		policy = "upgrade-insecure-requests; " + sandbox + "; default-src 'none'; img-src data: https: " + from + "; "
	}
	return policy + "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
}

const (
	// maxAtOnce is how many bodies are sanitised at the same time: each needs
	// many times its own size in memory.
	maxAtOnce = 2
	// documentRoom is how many bytes of documents are in memory in all while
	// they are sent.
	documentRoom = 24 << 20
)

// documents limits the memory for showing mails.
type documents struct {
	making chan struct{}
	room   *semaphore.Weighted
}

func newDocuments() *documents {
	return &documents{make(chan struct{}, maxAtOnce), semaphore.NewWeighted(documentRoom)}
}

// document reads the body of a mail and makes it safe to show. It does so for
// each request, so that a better policy also holds for old mail. The caller
// calls done when the document is no longer needed.
func (a *api) document(ctx context.Context, it item.Item, how Showing, earlier *mailtext.Earlier) (d document, done func(), err error) {
	return a.made(ctx, func() (document, error) {
		content, err := a.Items.Body(ctx, it)
		if err != nil {
			return document{}, err
		}
		var parts []folded
		if how.Quoted == "folded" {
			parts = foldedParts(it, content, how.Language, earlier)
		}
		if it.BodyType == "html" {
			return safeHTML(content, how.Pictures == "remote", origin(ctx), parts), nil
		}
		return document{html: asText(content, parts), empty: !visible(content)}, nil
	})
}

// made makes a document when there is room for it in memory.
func (a *api) made(ctx context.Context, make func() (document, error)) (d document, done func(), err error) {
	select {
	case a.documents.making <- struct{}{}:
		defer func() { <-a.documents.making }()
	case <-ctx.Done():
		return document{}, nil, ctx.Err()
	}
	if d, err = make(); err != nil {
		return document{}, nil, err
	}
	held := int64(len(d.html))
	if err := a.documents.room.Acquire(ctx, held); err != nil {
		return document{}, nil, fmt.Errorf("wait to show a mail: %w", err)
	}
	return d, func() { a.documents.room.Release(held) }, nil
}

// body answers with the body of a mail as a separate document. path is the
// path of the document. Earlier holds the messages before it in its chat; nil
// for none.
func (a *api) body(ctx context.Context, it item.Item, path string, how Showing, earlier *mailtext.Earlier) (*huma.StreamResponse, error) {
	d, done, err := a.document(ctx, it, how, earlier)
	if err != nil {
		return nil, err
	}
	if d.empty {
		d.html = cmp.Or(a.plain(ctx, it), nothingToShow[it.Encrypted][how.Language])
	}
	return serveDocument(ctx, d, done, path, how), nil
}

// serveDocument answers with a document. path is its path, and done is called when it
// has been sent.
func serveDocument(ctx context.Context, d document, done func(), path string, how Showing) *huma.StreamResponse {
	remote := how.Pictures == "remote"
	pictures := strings.TrimSuffix(path, "body") + "pictures/"
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		defer done()
		_, w := humago.Unwrap(hc)
		h := w.Header()
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Content-Security-Policy", bodyPolicy(origin(ctx), pictures, remote))
		h.Set("Referrer-Policy", "no-referrer")
		out := withWriteDeadline(w)
		_, _ = io.WriteString(out, "<!doctype html><meta charset=utf-8>"+styleOf(d.colours, how.Colours))
		// A caller who has left needs no more of the body.
		_, _ = inPlace(pictures).WriteString(out, d.html)
	}}
}

// plain is the text of a mail whose HTML shows nothing, read from its
// mailbox; "" when there is none, or when it cannot be read now.
func (a *api) plain(ctx context.Context, it item.Item) string {
	if it.BodyType != "html" {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, plainTime)
	defer cancel()
	graph, err := a.mailbox(ctx, it)
	text := ""
	if err == nil {
		text, err = graph.Text(ctx, it.Mailbox, it.MessageID)
	}
	if err != nil {
		slog.InfoContext(ctx, "a mail is shown without its plain text", "mail", it.ID, "error", err)
	}
	if !visible(text) {
		return ""
	}
	return asText(text, nil)
}

// plainTime is the longest wait for a plain text from the mailbox.
const plainTime = 8 * time.Second

// nothingToShow is shown for a mail without text and pictures.
var nothingToShow = map[item.Encryption]map[string]string{
	"": {
		"nl": `<p lang="nl"><i>Deze mail heeft geen tekst.</i></p>`,
		"en": `<p lang="en"><i>This mail has no text.</i></p>`,
	},
	item.SMIME: {
		"nl": `<p lang="nl"><i>Deze mail is versleuteld met S/MIME. Open hem in Outlook, met het certificaat van de ontvanger.</i></p>`,
		"en": `<p lang="en"><i>This mail is encrypted with S/MIME. Open it in Outlook, with its recipient’s certificate.</i></p>`,
	},
	item.PGP: {
		"nl": `<p lang="nl"><i>Deze mail is versleuteld met PGP. Open hem in Outlook met PGP, of vraag om een andere weg.</i></p>`,
		"en": `<p lang="en"><i>This mail is encrypted with PGP. Open it in Outlook with PGP, or ask for another way.</i></p>`,
	},
}

// inPlace replaces the sources of attached pictures by their paths in the
// API. The sanitiser writes quotes in another form than the mail does.
func inPlace(path string) *strings.Replacer {
	return strings.NewReplacer(` src="cid:`, ` src="`+path)
}

// maxText is the longest text that is shown, in bytes.
const maxText = 1 << 20

func asText(s string, parts []folded) string {
	if len(s) > maxText {
		end := maxText
		for !utf8.RuneStart(s[end]) {
			end--
		}
		s, parts = s[:end]+"\n…", nil
	}
	var b strings.Builder
	at := 0
	write := func(to int) {
		b.WriteString(`<pre style="white-space:pre-wrap;font:inherit">` + html.EscapeString(s[at:to]) + "</pre>")
		at = to
	}
	for _, f := range parts {
		if f.From > 0 {
			write(f.From)
		}
		b.WriteString(f.start)
		write(f.To)
		b.WriteString(foldedEnd)
	}
	if at < len(s) || at == 0 {
		write(len(s))
	}
	return b.String()
}

// safeHTML keeps the elements of s that the body of a mail needs, with some
// parts folded. origin is the origin of this server, from which a mail may load
// only its own pictures.
func safeHTML(s string, remote bool, origin string, parts []folded) document {
	host := ""
	if u, err := url.Parse(origin); err == nil {
		host = u.Host
	}
	if len(s) <= maxHTML {
		if d, ok := restyle(s, remote, host, parts); ok {
			policy := mailPolicy
			if remote {
				policy = remoteMailPolicy
			}
			if d.html = policy().Sanitize(d.html); len(d.html) <= maxDocument {
				return d
			}
		}
	}
	text := textOf(s)
	return document{html: asText(text, nil), empty: !visible(text)}
}

// tokens calls f for each token of s until the end, or until f returns false.
func tokens(s string, f func(xhtml.TokenType, *xhtml.Tokenizer) bool) {
	z := xhtml.NewTokenizer(strings.NewReader(s))
	for {
		kind := z.Next()
		if kind == xhtml.ErrorToken && z.Err() != nil {
			if z.Err() != io.EOF {
				f(xhtml.TextToken, z)
			}
			return
		}
		if !f(kind, z) {
			return
		}
	}
}

// textOf is the text of s, without the content of scripts, styles and the
// like.
func textOf(s string) string {
	var b strings.Builder
	skip := ""
	tokens(s, func(kind xhtml.TokenType, z *xhtml.Tokenizer) bool {
		switch kind {
		case xhtml.TextToken:
			if skip == "" {
				b.Write(z.Text())
			}
		case xhtml.StartTagToken:
			name, _ := z.TagName()
			switch tag := string(name); {
			case silent[tag] && skip == "":
				skip = tag
			case blocks[tag], tag == "br", tag == "tr", tag == "li":
				b.WriteByte('\n')
			}
		case xhtml.EndTagToken:
			if name, _ := z.TagName(); string(name) == skip {
				skip = ""
			}
		}
		return b.Len() <= maxText
	})
	return b.String()
}

// MessagePath names a mail by its position in a chat.
type MessagePath struct {
	ChatPath
	Message string `path:"message" maxLength:"64"`
}

func bodyOperation(id string, tag apiTag, path string) huma.Operation {
	o := tag.op(id, http.MethodGet, path, "Get what a mail says, as an HTML document without scripts and remote content")
	o.Responses = content("The document. Pictures that came with the mail stand in it by their paths on this server, below …/pictures/, "+
		"which answer to whom this path answers. Shown in a frame it needs allow-same-origin, and may never run scripts.", "text/html")
	return o
}

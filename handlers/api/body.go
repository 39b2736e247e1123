package api

import (
	"context"
	"fmt"
	"html"
	"io"
	"regexp"
	"strings"
	"sync"

	"github.com/microcosm-cc/bluemonday"
	xhtml "golang.org/x/net/html"

	"kantoorpost/shared/item"
)

// A bodyOutput is what a mail says, as a document of its own. Whatever gets
// through the sanitiser meets a sandbox without scripts, forms and remote
// content.
type bodyOutput struct {
	ContentType string `header:"Content-Type"`
	Policy      string `header:"Content-Security-Policy"`
	Referrer    string `header:"Referrer-Policy"`
	Body        []byte
}

const (
	bodyPolicy = "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src data:; " + bodyRest
	// remotePolicy is for who asked for pictures that are kept elsewhere.
	remotePolicy = "upgrade-insecure-requests; sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src data: https:; " + bodyRest
	bodyRest     = "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)

// Beyond these a mail is shown as text: the time that sanitising takes, and
// that a browser takes with what comes out, grows with both.
const (
	maxHTML  = 2 << 20
	maxDepth = 256
)

// Showing says how a mail is to be shown.
type Showing struct {
	Colours  string `query:"colours" enum:"light,dark" doc:"those of the page around it, for a mail that has none of its own; what the device prefers when absent"`
	Pictures string `query:"pictures" enum:"remote" doc:"remote: load pictures that are kept elsewhere too; who keeps them then knows that the mail was read"`
}

// body reads what a mail says and makes it safe to show. That happens each
// time, so that a better policy also holds for old mail.
func (a *api) body(ctx context.Context, it item.Item, how Showing) (*bodyOutput, error) {
	content, err := a.Items.Body(ctx, it)
	if err != nil {
		return nil, err
	}
	remote := how.Pictures == "remote"
	if it.BodyType == "html" {
		content = safeHTML(content, remote, func(s string) string { return a.withPictures(ctx, it, s) })
	} else {
		content = asText(content)
	}
	policy := bodyPolicy
	if remote {
		policy = remotePolicy
	}
	return &bodyOutput{
		ContentType: "text/html; charset=utf-8", Policy: policy, Referrer: "no-referrer",
		Body: []byte("<!doctype html><meta charset=utf-8>" + dressed(content, how.Colours)),
	}, nil
}

func asText(s string) string {
	return `<pre style="white-space:pre-wrap;font:inherit">` + html.EscapeString(s) + "</pre>"
}

// safeHTML keeps of s what a letter needs, with its own pictures in their places
// and, when they are wanted, those that are kept elsewhere.
func safeHTML(s string, remote bool, pictures func(string) string) string {
	if len(s) > maxHTML || depth(s) > maxDepth {
		return asText(textOf(s))
	}
	policy := mailPolicy
	if remote {
		policy = remoteMailPolicy
	}
	return policy().Sanitize(pictures(s))
}

// inlinePicture is a picture that came with the mail. One that is fetched tells
// its sender that the mail was read; an SVG is a program.
var (
	inlinePicture = regexp.MustCompile(`^data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*$`)
	anyPicture    = regexp.MustCompile(`^https?://|` + inlinePicture.String())
)

// mailPolicy allows what a letter needs: text, tables, links, and pictures that
// are in the mail. What is not named is taken out.
var (
	mailPolicy       = sync.OnceValue(func() *bluemonday.Policy { return letterPolicy(inlinePicture, "color", "background-color") })
	remoteMailPolicy = sync.OnceValue(func() *bluemonday.Policy { return letterPolicy(anyPicture, "color", "background-color") })
	colourless       = sync.OnceValue(func() *bluemonday.Policy { return letterPolicy(inlinePicture) })
)

func letterPolicy(pictures *regexp.Regexp, styles ...string) *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "div", "span", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "code", "address", "center",
		"b", "strong", "i", "em", "u", "s", "strike", "small", "big", "sub", "sup", "font", "ul", "ol", "li", "dl", "dt", "dd",
		"table", "caption", "colgroup", "col", "thead", "tbody", "tfoot", "tr", "td", "th", "a", "img")
	p.AllowAttrs("align", "valign").Matching(bluemonday.Paragraph).OnElements("p", "div", "table", "tr", "td", "th", "img")
	p.AllowAttrs("width", "height", "border", "cellpadding", "cellspacing", "colspan", "rowspan").Matching(bluemonday.NumberOrPercent).
		OnElements("table", "tr", "td", "th", "col", "img")
	p.AllowAttrs("dir").Matching(bluemonday.Direction).Globally()
	p.AllowAttrs("alt", "title").Matching(bluemonday.Paragraph).OnElements("img", "a")
	p.AllowStyles(append(styles, "font-size", "font-weight", "font-style", "font-family", "text-align", "text-decoration",
		"vertical-align", "white-space")...).Globally()
	p.AllowURLSchemes("https", "http", "mailto", "tel")
	p.RequireParseableURLs(true)
	p.AllowRelativeURLs(false)
	p.AllowAttrs("href").OnElements("a")
	p.RequireNoReferrerOnLinks(true)
	p.RequireNoFollowOnLinks(true)
	p.AddTargetBlankToFullyQualifiedLinks(true)
	p.AllowDataURIImages()
	p.AllowAttrs("src").Matching(pictures).OnElements("img")
	p.SkipElementsContent("script", "style", "title", "head", "noscript", "template", "svg", "math", "object", "iframe")
	return p
}

// tokens calls f for each token of s until the end, or until f says no.
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

// depth is how deep elements of s are nested at most, counting those that are
// never closed.
func depth(s string) int {
	now, most := 0, 0
	tokens(s, func(kind xhtml.TokenType, z *xhtml.Tokenizer) bool {
		switch kind {
		case xhtml.StartTagToken:
			name, _ := z.TagName()
			switch string(name) {
			case "br", "img", "hr", "meta", "link", "input", "col", "p", "li", "wbr", "base", "area":
			default:
				now++
				most = max(most, now)
			}
		case xhtml.EndTagToken:
			now = max(now-1, 0)
		}
		return most <= maxDepth
	})
	return most
}

// textOf is the text of s, without what is no text for readers.
func textOf(s string) string {
	var b strings.Builder
	skip := ""
	tokens(s, func(kind xhtml.TokenType, z *xhtml.Tokenizer) bool {
		name, _ := z.TagName()
		switch {
		case kind == xhtml.TextToken && skip == "":
			fmt.Fprint(&b, html.UnescapeString(string(z.Text())))
		case kind == xhtml.StartTagToken && (string(name) == "script" || string(name) == "style"):
			skip = string(name)
		case kind == xhtml.EndTagToken && string(name) == skip:
			skip = ""
		case kind == xhtml.StartTagToken && (string(name) == "br" || string(name) == "p" || string(name) == "div" || string(name) == "tr"):
			b.WriteByte('\n')
		}
		return b.Len() < maxHTML
	})
	return b.String()
}

package mailhtml

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	xhtml "golang.org/x/net/html"
)

// shown matches a content id in any attribute or style: src="cid:a@b", url(cid:a@b).
// https://www.rfc-editor.org/rfc/rfc2392
var shown = regexp.MustCompile(`(?i)\bcid:([^"'\s)<>;]+)`)

// Shows returns the content ids of the attachments that a document shows, each once.
func Shows(document string) (ids []string) {
	for _, m := range shown.FindAllStringSubmatch(document, -1) {
		if id := contentID(m[1]); !slices.ContainsFunc(ids, func(x string) bool { return strings.EqualFold(x, id) }) {
			ids = append(ids, id)
		}
	}
	return ids
}

// contentID reads a content id as it stands in a URL.
func contentID(text string) string {
	text = xhtml.UnescapeString(text)
	if plain, err := url.PathUnescape(text); err == nil {
		return plain
	}
	return text
}

// Placeholders replaces each attached picture that a document shows and that is not
// there by a text that says so.
func Placeholders(document string, lang Language, isThere func(contentID string) bool) string {
	var out strings.Builder
	out.Grow(len(document))
	z := xhtml.NewTokenizer(strings.NewReader(document))
	for {
		kind := z.Next()
		if kind == xhtml.ErrorToken {
			return out.String()
		}
		raw := string(z.Raw()) // reading the tag changes it
		if kind == xhtml.StartTagToken || kind == xhtml.SelfClosingTagToken {
			if id, ok := picture(z); ok && !isThere(id) {
				raw = "<span>[" + texts[lang].noPicture + "]</span>"
			}
		}
		out.WriteString(raw)
	}
}

// picture returns the content id of an img element.
func picture(z *xhtml.Tokenizer) (id string, ok bool) {
	name, more := z.TagName()
	if string(name) != "img" {
		return "", false
	}
	for more {
		var key, value []byte
		key, value, more = z.TagAttr()
		src := strings.TrimSpace(string(value))
		if string(key) == "src" && len(src) > 4 && strings.EqualFold(src[:4], "cid:") {
			return contentID(src[4:]), true
		}
	}
	return "", false
}

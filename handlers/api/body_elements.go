package api

import (
	"cmp"
	"html"
	"slices"
	"strings"
	"unicode"

	xhtml "golang.org/x/net/html"
)

var (
	listBounds      = set("ul ol dl table td th caption dir menu")
	tableBounds     = set("table")
	rowBounds       = set("table tr")
	paragraphBounds = set("table td th caption div li dd dt blockquote center")
)

func hasAttribute(t xhtml.Token, name string) bool {
	return slices.ContainsFunc(t.Attr, func(a xhtml.Attribute) bool { return a.Key == name })
}

func attribute(t xhtml.Token, name string) string {
	for _, a := range t.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func set(names string) map[string]bool {
	s := map[string]bool{}
	for n := range strings.FieldsSeq(names) {
		s[n] = true
	}
	return s
}

// visible tells whether a text has a visible character.
func visible(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool {
		return unicode.IsGraphic(r) && !unicode.IsSpace(r) && r != '\u2800' && r != '\u3164'
	})
}

// firstOfEach removes repeated attributes, as browsers do.
func firstOfEach(all []xhtml.Attribute) []xhtml.Attribute {
	if len(all) < 2 {
		return all
	}
	seen := map[string]bool{}
	return slices.DeleteFunc(all, func(a xhtml.Attribute) bool {
		again := seen[a.Key]
		seen[a.Key] = true
		return again
	})
}

func startTag(tag string, tok xhtml.Token, style string) string {
	var b strings.Builder
	b.WriteString("<" + tag)
	for _, a := range tok.Attr {
		if keptAttributes[a.Key] {
			b.WriteString(" " + a.Key + `="` + html.EscapeString(a.Val) + `"`)
		}
	}
	if style != "" {
		b.WriteString(` style="` + html.EscapeString(style) + `"`)
	}
	b.WriteByte('>')
	return b.String()
}

// endTag is the end tag that is written for an element of the mail.
func endTag(tag string) string {
	if silent[tag] || foreign[tag] {
		return ""
	}
	if !keeps[tag] {
		tag = cmp.Or(another[tag], "span")
	}
	return "</" + tag + ">"
}

// The tags that are handled. All others are left out; their content stays.
var (
	blocks = set("address blockquote center div dl fieldset h1 h2 h3 h4 h5 h6 hr ol p pre table ul dir menu")
	keeps  = set("p br div span hr h1 h2 h3 h4 h5 h6 blockquote pre code address center b strong i em u s strike small big sub sup font " +
		"ul ol li dl dt dd table caption colgroup col thead tbody tfoot tr td th a img")
	voids = set("br hr img col")
	// dropped are void elements.
	dropped = set("area base basefont bgsound command embed frame input keygen link meta param source track wbr")
	// another replaces a tag that is not kept.
	another = map[string]string{
		"html": "div", "body": "div", "section": "div", "article": "div", "header": "div", "footer": "div", "main": "div", "nav": "div",
		"aside":  "div",
		"figure": "div", "figcaption": "div", "form": "div", "fieldset": "div", "details": "div", "summary": "div", "dir": "ul", "menu": "ul",
		"label": "span", "mark": "span", "ins": "u", "del": "s", "cite": "i", "dfn": "i", "var": "i", "kbd": "code", "samp": "code", "tt": "code",
		"button": "span", "abbr": "span", "acronym": "span", "q": "span", "time": "span", "bdi": "span", "bdo": "span", "nobr": "span",
		"ruby": "span",
	}
	// The content of silent is no text for readers; only a browser can draw
	// the content of foreign.
	silent  = set("script style title iframe noembed noframes template")
	foreign = set("svg math")
	// The start tag of one of these ends foreign content.
	// https://html.spec.whatwg.org/multipage/parsing.html#parsing-main-inforeign
	breaksOut = set("b big blockquote body br center code dd div dl dt em embed h1 h2 h3 h4 h5 h6 head hr i img li listing menu meta nobr " +
		"ol p pre ruby s small span strong strike sub sup table tt u ul var")
	// An end tag has no effect outside its table cell.
	cells = set("td th caption table")
	rows  = set("tr thead tbody tfoot colgroup")
	// keptAttributes are passed to the sanitiser, which checks their values
	// itself.
	keptAttributes = set("href src alt title align valign width height border cellpadding cellspacing colspan rowspan dir start value " +
		"type reversed lang")
)

// closeImplied closes the elements that a browser closes when tag starts.
func (t *tree) closeImplied(tag string) {
	until := func(stop map[string]bool, names ...string) {
		if !slices.ContainsFunc(names, func(n string) bool { return t.count[n] > 0 }) {
			return
		}
		for i := len(t.open) - 1; i > 0; i-- {
			for _, n := range names {
				if t.open[i].tag == n {
					t.closeTo(i)
					return
				}
			}
			if stop[t.open[i].tag] {
				return
			}
		}
	}
	switch tag {
	case "li":
		until(listBounds, "li")
	case "dt", "dd":
		until(listBounds, "dt", "dd")
	case "a":
		until(cells, "a")
	case "tr":
		until(tableBounds, "tr")
	case "td", "th":
		until(rowBounds, "td", "th")
	case "thead", "tbody", "tfoot":
		until(tableBounds, "thead", "tbody", "tfoot", "caption", "colgroup")
	}
	if blocks[tag] || another[tag] == "div" || tag == "li" || tag == "dt" || tag == "dd" {
		until(paragraphBounds, "p")
	}
}

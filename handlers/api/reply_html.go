package api

import (
	"html"
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/microcosm-cc/bluemonday"
	xhtml "golang.org/x/net/html"
)

// replyPolicy allows what the office's own mail needs: text, lists, links, tables as
// they are pasted from Excel, and pictures that were uploaded. Everything else is
// removed when the reply is written.
var replyPolicy = sync.OnceValue(func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "div", "span", "hr", "h1", "h2", "h3", "h4", "blockquote", "pre", "code", "b", "strong", "i", "em", "u",
		"s", "strike",
		"sub", "sup", "ul", "ol", "li", "table", "caption", "colgroup", "col", "thead", "tbody", "tfoot", "tr", "td", "th", "a", "img", "font")
	p.AllowAttrs("align", "valign").Matching(bluemonday.Paragraph).OnElements("p", "div", "table", "tr", "td", "th", "img")
	p.AllowAttrs("width", "height", "border", "cellpadding", "cellspacing", "colspan", "rowspan", "span").Matching(bluemonday.NumberOrPercent).
		OnElements("table", "tr", "td", "th", "col", "colgroup", "img")
	p.AllowAttrs("bgcolor", "color").Matching(regexp.MustCompile(`^#?[A-Za-z0-9]{1,20}$`)).OnElements("table", "tr", "td", "th", "font")
	p.AllowAttrs("start").Matching(regexp.MustCompile(`^[0-9]{1,6}$`)).OnElements("ol")
	p.AllowAttrs("dir").Matching(bluemonday.Direction).Globally()
	p.AllowAttrs("alt", "title").Matching(bluemonday.Paragraph).OnElements("img", "a")
	for property, values := range replyStyles() {
		p.AllowStyles(property).Matching(values).Globally()
	}
	p.AllowURLSchemes("https", "http", "mailto", "tel", "cid")
	p.RequireParseableURLs(true)
	p.AllowRelativeURLs(false)
	p.AllowAttrs("href").Matching(regexp.MustCompile(`(?i)^\s*(?:https?|mailto|tel):`)).OnElements("a")
	p.AllowAttrs("src").Matching(regexp.MustCompile(`^cid:[a-z0-9]{26}$`)).OnElements("img")
	p.SkipElementsContent("script", "style", "title", "noscript", "template", "svg", "math", "object", "iframe")
	return p
})

// replyStyles are the properties of inline styles that stay, with their values. None
// of them loads anything or leaves its place.
var replyStyles = sync.OnceValue(func() map[string]*regexp.Regexp {
	length := `-?[0-9.]{1,8}(?:px|pt|em|rem|%|cm|mm|in)?`
	colour := `#[0-9a-fA-F]{3,8}|[a-zA-Z]{3,30}|rgba?\([0-9., %]{5,40}\)`
	oneColour := regexp.MustCompile(`^(?:` + colour + `)$`)
	lengths := regexp.MustCompile(`^(?:` + length + `|auto|normal)(?: (?:` + length + `|auto))*$`)
	border := regexp.MustCompile(`^(?:(?:` + length + `|` + colour + `|thin|medium|thick|none|solid|dotted|dashed|double|windowtext) ?)+$`)
	styles := map[string]*regexp.Regexp{
		"color": oneColour, "background-color": oneColour, "background": oneColour, // Excel writes background
		"font-family": regexp.MustCompile(`^[A-Za-z0-9 ,'"-]{1,120}$`),
		"font-size":   regexp.MustCompile(`^(?:` + length + `|small|medium|large|x-small|x-large)$`),
		"font-weight": regexp.MustCompile(`^(?:normal|bold|[1-9]00)$`), "font-style": regexp.MustCompile(`^(?:normal|italic)$`),
		"text-decoration": regexp.MustCompile(`^(?:none|underline|line-through)$`),
		"text-align":      regexp.MustCompile(`^(?:left|right|center|justify)$`),
		"vertical-align":  regexp.MustCompile(`^(?:top|middle|bottom|baseline)$`),
		"white-space":     regexp.MustCompile(`^(?:normal|nowrap|pre|pre-wrap)$`),
		"border-collapse": regexp.MustCompile(`^(?:collapse|separate)$`), "list-style-type": regexp.MustCompile(`^[a-z-]{3,20}$`),
	}
	for _, p := range []string{"width", "height", "line-height", "margin", "margin-left", "margin-right", "margin-top", "margin-bottom",
		"padding", "padding-left", "padding-right", "padding-top", "padding-bottom", "text-indent", "border-spacing"} {
		styles[p] = lengths
	}
	for _, p := range []string{"border", "border-top", "border-right", "border-bottom", "border-left"} {
		styles[p] = border
	}
	return styles
})

// safeReply is the HTML of a reply or a signature as it leaves.
func safeReply(text string) string { return strings.TrimSpace(replyPolicy().Sanitize(text)) }

// tooDeep says whether elements of a sanitised text stand in one another more than maxDepth
// deep, which mail programs do not show.
func tooDeep(text string) bool {
	depth := 0
	for z := xhtml.NewTokenizer(strings.NewReader(text)); ; {
		switch z.Next() {
		case xhtml.ErrorToken:
			return false
		case xhtml.StartTagToken:
			switch name, _ := z.TagName(); string(name) {
			case "br", "hr", "img", "col": // have no end
			default:
				depth++
			}
		case xhtml.EndTagToken:
			depth--
		}
		if depth > maxDepth {
			return true
		}
	}
}

// textAsHTML is a plain text as HTML: its lines and spaces stay.
func textAsHTML(text string) string {
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	text = strings.Trim(text, "\n")
	if strings.TrimSpace(text) == "" {
		return ""
	}
	var b strings.Builder
	for part := range strings.SplitSeq(text, "\n\n") {
		lines := strings.Split(strings.Trim(part, "\n"), "\n")
		for i, line := range lines {
			line = html.EscapeString(strings.ReplaceAll(line, "\t", "    "))
			lines[i] = strings.ReplaceAll(line, "  ", "&nbsp; ")
		}
		b.WriteString("<p>" + strings.Join(lines, "<br>") + "</p>")
	}
	return b.String()
}

// previewOf returns the start of the text of a reply, in one line.
func previewOf(text string) string {
	line := strings.Join(strings.Fields(textOf(text)), " ")
	if runes := []rune(line); len(runes) > 255 {
		return string(runes[:255])
	}
	return line
}

// validText says whether a text is UTF-8 without NUL, which no mail may have.
func validText(text string) bool { return utf8.ValidString(text) && !strings.ContainsRune(text, 0) }

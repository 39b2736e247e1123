package api

import (
	"regexp"
	"sync"

	"github.com/microcosm-cc/bluemonday"
)

// inlinePicture is a picture that is attached to the mail. Loading a remote
// picture tells the sender that the mail was read; an SVG can contain a
// program.
var (
	inlinePicture = regexp.MustCompile(`^data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*$`)
	ownPicture    = regexp.MustCompile(`^cid:[0-9a-f]{32}$|` + inlinePicture.String())
	anyPicture    = regexp.MustCompile(`^https?://|` + ownPicture.String())
)

// mailPolicy allows what the body of a mail needs: text, tables, links, and
// attached pictures. Everything else is removed.
var (
	mailPolicy       = sync.OnceValue(func() *bluemonday.Policy { return mailHTMLPolicy(ownPicture) })
	remoteMailPolicy = sync.OnceValue(func() *bluemonday.Policy { return mailHTMLPolicy(anyPicture) })
)

func mailHTMLPolicy(pictures *regexp.Regexp) *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "div", "span", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "code", "address", "center",
		"b", "strong", "i", "em", "u", "s", "strike", "small", "big", "sub", "sup", "font", "ul", "ol", "li", "dl", "dt", "dd",
		"table", "caption", "colgroup", "col", "thead", "tbody", "tfoot", "tr", "td", "th", "a", "img")
	p.AllowElements("details", "summary") // those of a mail itself are no longer there
	p.AllowAttrs("align", "valign").Matching(bluemonday.Paragraph).OnElements("p", "div", "table", "tr", "td", "th", "img")
	p.AllowAttrs("width", "height", "border", "cellpadding", "cellspacing", "colspan", "rowspan").Matching(bluemonday.NumberOrPercent).
		OnElements("table", "tr", "td", "th", "col", "img")
	p.AllowAttrs("dir").Matching(bluemonday.Direction).Globally()
	p.AllowAttrs("lang").Matching(regexp.MustCompile(`^[a-zA-Z]{2,8}(?:-[a-zA-Z0-9]{1,8}){0,3}$`)).Globally()
	p.AllowAttrs("alt", "title").Matching(bluemonday.Paragraph).OnElements("img", "a")
	number := regexp.MustCompile(`^-?[0-9]{1,9}$`)
	p.AllowAttrs("start").Matching(number).OnElements("ol")
	p.AllowAttrs("value").Matching(number).OnElements("li")
	p.AllowAttrs("type").Matching(
		regexp.MustCompile(`^(?:[1aAiI]|[dD][iI][sS][cC]|[cC][iI][rR][cC][lL][eE]|[sS][qQ][uU][aA][rR][eE])$`)).OnElements("ol", "ul", "li")
	p.AllowAttrs("reversed").Matching(regexp.MustCompile(`^(?:reversed)?$`)).OnElements("ol")
	// The library's own checks try every way to split a value.
	for property, values := range keptValues() {
		p.AllowStyles(property).Matching(values).Globally()
	}
	p.AllowURLSchemes("https", "http", "mailto", "tel", "cid")
	p.RequireParseableURLs(true)
	p.AllowRelativeURLs(false)
	p.AllowAttrs("href").Matching(regexp.MustCompile(`(?i)^\s*(?:https?|mailto|tel):`)).OnElements("a")
	p.RequireNoReferrerOnLinks(true)
	p.RequireNoFollowOnLinks(true)
	p.AddTargetBlankToFullyQualifiedLinks(true)
	p.AllowDataURIImages()
	p.AllowAttrs("src").Matching(pictures).OnElements("img")
	p.SkipElementsContent("script", "style", "title", "noscript", "template", "svg", "math", "object", "iframe")
	return p
}

package mailtext

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"kantoorpost/shared/lazyregexp"
)

// attr holds the attributes by which mail programs mark what an element is for.
type attr struct {
	id, class, style, kind, colour, width string
	remote                                bool // it has an address on another server
}

// maxSource is how much of the address of a picture is read, in bytes.
const maxSource = 2000

func attributes(z *html.Tokenizer, more bool) (a attr) {
	for more {
		var key, value []byte
		key, value, more = z.TagAttr()
		switch string(key) {
		case "id":
			a.id = unprefixed(string(value))
		case "class":
			a.class = unprefixed(string(value))
		case "style":
			a.style = strings.ToLower(strings.ReplaceAll(string(value), " ", ""))
		case "type":
			a.kind = strings.ToLower(string(value))
		case "color":
			a.colour = strings.ToLower(string(value))
		case "width":
			a.width = string(value)
		case "src", "srcset":
			source := strings.ToLower(cut(string(value), maxSource))
			a.remote = a.remote || strings.Contains(source, "http:") || strings.Contains(source, "https:")
		}
	}
	return a
}

// unprefixed is a name without the "x_" that Outlook on the web puts before names
// when it quotes.
func unprefixed(name string) string {
	name = strings.ToLower(name)
	for strings.HasPrefix(name, "x_") {
		name = name[len("x_"):]
	}
	return name
}

var (
	// hidden are elements whose content is not shown.
	hidden = []atom.Atom{atom.Script, atom.Style, atom.Title, atom.Template, atom.Object, atom.Svg, atom.Math, atom.Iframe, atom.Noscript,
		atom.Textarea, atom.Select}
	// blocks start a line of their own.
	blocks = []atom.Atom{atom.Div, atom.P, atom.Blockquote, atom.Table, atom.Tr, atom.Ul, atom.Ol, atom.Li, atom.Dl, atom.Dt,
		atom.Dd, atom.Pre,
		atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Section, atom.Article, atom.Header, atom.Footer, atom.Center, atom.Address,
		atom.Body, atom.Hr}
	// spaced have an empty line around them.
	spaced = []atom.Atom{atom.P, atom.Blockquote, atom.Table, atom.Ul, atom.Ol, atom.Pre, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6}
	// paired are the elements that go on the stack of open ones.
	paired = []atom.Atom{atom.Div, atom.P, atom.Blockquote, atom.Table, atom.Pre, atom.Span, atom.Font, atom.Center,
		atom.Section, atom.Article}
)

// noMargin tells whether a paragraph has no space around it. Outlook writes every
// line as a paragraph of class MsoNormal, Outlook on the web without margins.
func noMargin(a attr) bool {
	return strings.Contains(a.class, "msonormal") || strings.Contains(a.style, "margin:0") ||
		strings.Contains(a.style, "margin-top:0") || strings.Contains(a.style, "margin-bottom:0")
}

// effectOf returns the effect of an element, by the names that mail programs use.
func effectOf(name atom.Atom, a attr) (e effect) {
	if slices.Contains(hidden, name) || strings.Contains(a.style, "display:none") || strings.Contains(a.style, "mso-hide:all") {
		return hides
	}
	switch name {
	case atom.Blockquote:
		// Any other blockquote only indents.
		if a.kind == "cite" || strings.Contains(a.class, "quote") || strings.Contains(a.style, "border-left") {
			e |= quotes
		}
	case atom.Pre:
		e |= preserves
	}
	if (name == atom.Font && answerColour.MatchString("color:"+a.colour)) || answerColour.MatchString(a.style) {
		e |= colours
	}
	switch {
	case strings.Contains(a.class, "gmail_signature"), strings.Contains(a.class, "moz-signature"), a.id == "signature",
		a.id == "ms-outlook-mobile-signature", strings.Contains(a.class, "protonmail_signature_block-user"):
		e |= signs
	case strings.Contains(a.class, "gmail_attr"), strings.Contains(a.class, "moz-cite-prefix"):
		e |= heads
	}
	return e
}

// answerColour matches the red, green, blue and purple of the colour menus of mail
// programs, with which people mark their answers in a quotation.
var answerColour = anyOf(`(?:^|;)color:`, `(?:;|!|$)`,
	`red|blue|green|#f00|#ff0000|#c00000|#00b050|#0070c0|#7030a0|#0000ff`, `rgb\((?:255,0,0|192,0,0|0,176,80|0,112,192|112,48,160|0,0,255)\)`)

// marksOf returns the marks of an element where mail programs start a quotation.
func marksOf(name atom.Atom, a attr) marks {
	switch {
	case a.id == "divrplyfwdmsg", a.id == "mail-editor-reference-message-container", strings.Contains(a.class, "yahoo_quoted"):
		return restQuoted
	case name == atom.Hr, a.id == "appendonsend", name == atom.Div && topBorder.MatchString(a.style):
		return ruled
	}
	return 0
}

// topBorder matches the line that Outlook draws above a quotation.
var topBorder = lazyregexp.New(`border-top:(?:[^;]* )?[^;]*solid`)

package api

import (
	"cmp"
	"html"
	"slices"
	"strings"
	"unicode"

	xhtml "golang.org/x/net/html"
)

// A colourUse says which colours a mail sets, if any.
type colourUse int

const (
	noColours    colourUse = iota
	blackOnWhite           // it sets only black text, as Outlook does, or a white background
	ownColours             // or pictures, which may be made for a white background
)

// A document is the body of a mail as it is shown.
type document struct {
	html    string
	colours colourUse
	shown   map[string]bool // the names of the attached pictures that it shows
	empty   bool            // nothing is visible

	bordered bool // a border may have a colour
}

// Limits of a body. A mail beyond them is shown as text: the time that a
// browser needs grows with the size and the depth of the output.
const (
	maxHTML     = 2 << 20
	maxDepth    = 256
	maxDocument = 4 << 20
)

// A tree writes the HTML of a mail anew, element by element, with the styles
// of its style sheets written into the elements. The sanitised result needs
// no style sheets.
type tree struct {
	document
	out       strings.Builder
	sheet     *sheet
	remote    bool   // pictures on other servers are wanted
	host      string // of this product: a mail must not send requests to it
	colourful bool   // colours are written
	open      []element
	count     map[string]int // of the open elements, by tag
	full      bool
	folds     folds
}

// An element is an open element. Text and background colours come in pairs:
// setting one sets both, so that text stays readable wherever a browser puts
// it.
type element struct {
	tag        string
	text, back colour
	paper      bool // back is the background of the page
	hidden     bool
	written    string // the start tag
}

// restyle makes a document of the HTML of a mail; ok is false when the mail
// exceeds the limits.
func restyle(s string, remote bool, host string, parts []folded) (d document, ok bool) {
	rules := &sheet{rules: map[string][]declaration{}}
	style := false
	tokens(s, func(kind xhtml.TokenType, z *xhtml.Tokenizer) bool {
		switch kind {
		case xhtml.StartTagToken:
			t := z.Token()
			media := strings.ToLower(attribute(t, "media"))
			style = t.Data == "style" && (media == "" || media == "all" || media == "screen")
		case xhtml.TextToken:
			if style {
				rules.add(string(z.Raw()))
			}
		default:
			style = false
		}
		return true
	})
	d, ok = rules.restyle(s, remote, host, true, parts)
	if is := d.colours; ok && (is == blackOnWhite || is == noColours && d.bordered) {
		d, ok = rules.restyle(s, remote, host, false, parts)
		d.colours = is
	}
	return d, ok
}

func (s *sheet) restyle(html string, remote bool, host string, colourful bool, parts []folded) (document, bool) {
	t := &tree{
		document: document{shown: map[string]bool{}, empty: true}, sheet: s, remote: remote, host: host, colourful: colourful,
		open: []element{{text: black, back: white, paper: true}}, count: map[string]int{},
		folds: folds{parts: parts},
	}
	tokens(html, t.token)
	t.endFold()
	t.closeTo(1)
	t.document.html = t.folds.before.String() + t.out.String()
	return t.document, !t.full
}

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

func set(names string) map[string]bool {
	s := map[string]bool{}
	for n := range strings.FieldsSeq(names) {
		s[n] = true
	}
	return s
}

func (t *tree) top() *element { return &t.open[len(t.open)-1] }

// token handles the next token of the mail.
func (t *tree) token(kind xhtml.TokenType, z *xhtml.Tokenizer) bool {
	t.foldAt(len(z.Raw()))
	switch kind {
	case xhtml.TextToken:
		if skipped := t.top().tag; silent[skipped] || foreign[skipped] {
			break
		}
		text := string(z.Text())
		t.out.WriteString(html.EscapeString(text))
		t.empty = t.empty && (t.top().hidden || !visible(text))
	case xhtml.StartTagToken, xhtml.SelfClosingTagToken:
		t.start(z.Token(), kind == xhtml.SelfClosingTagToken)
	case xhtml.EndTagToken:
		name, _ := z.TagName()
		t.end(string(name))
	}
	t.full = t.full || t.folds.before.Len()+t.out.Len() > maxDocument || len(t.open) > maxDepth
	return !t.full
}

// visible tells whether a text has a visible character.
func visible(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool {
		return unicode.IsGraphic(r) && !unicode.IsSpace(r) && r != '\u2800' && r != '\u3164'
	})
}

func (t *tree) start(tok xhtml.Token, selfClosing bool) {
	tag := tok.Data
	if in := t.top().tag; silent[in] {
		return
	} else if foreign[in] {
		if !breaksOut[tag] {
			if tag == in && !selfClosing {
				t.push(element{tag: in})
			}
			return
		}
		for foreign[t.top().tag] {
			t.closeTo(len(t.open) - 1)
		}
	}
	if silent[tag] || foreign[tag] {
		if !selfClosing || silent[tag] {
			t.push(element{tag: tag})
		}
		return
	}
	if dropped[tag] {
		return
	}
	t.closeImplied(tag)
	tok.Attr = firstOfEach(tok.Attr)
	e, style := t.styled(tok)
	written := tag
	if !keeps[tag] {
		if written = another[tag]; style == "" && (written == "" || tag == "html" || tag == "body") {
			return // it would change nothing
		}
		written = cmp.Or(written, "span")
	}
	if tag == "img" {
		t.image(&tok, e)
	}
	e.written = startTag(written, tok, style)
	t.out.WriteString(e.written)
	if !voids[written] {
		t.push(e)
	}
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

func (t *tree) push(e element) {
	t.open = append(t.open, e)
	t.count[e.tag]++
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
	case "body", "html":
		for _, e := range t.open {
			if e.tag == tag {
			}
		}
	}
	if blocks[tag] || another[tag] == "div" || tag == "li" || tag == "dt" || tag == "dd" {
		until(paragraphBounds, "p")
	}
}

var (
	listBounds      = set("ul ol dl table td th caption dir menu")
	tableBounds     = set("table")
	rowBounds       = set("table tr")
	paragraphBounds = set("table td th caption div li dd dt blockquote center")
)

// end closes the element of an end tag, and the open elements inside it.
func (t *tree) end(tag string) {
	if tag == "body" || tag == "html" { // text after it is shown anyway
		return
	}
	for i := len(t.open) - 1; i > 0 && t.count[tag] > 0; i-- {
		if t.open[i].tag == tag {
			t.closeTo(i)
			return
		}
		if at := t.open[i].tag; at == "table" || cells[at] && !cells[tag] && !rows[tag] || silent[at] {
			return
		}
	}
	switch tag { // as browsers do
	case "br":
		t.out.WriteString("<br>")
	case "p":
		if !t.folds.ended {
			t.out.WriteString("<p></p>")
		}
	}
}

// closeTo closes the open elements from depth on.
func (t *tree) closeTo(depth int) {
	t.folds.low = min(t.folds.low, depth)
	for i := len(t.open) - 1; i >= depth; i-- {
		tag := t.open[i].tag
		t.open = t.open[:i]
		t.count[tag]--
		t.out.WriteString(endTag(tag))
	}
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

// image decides whether the source of a picture is kept.
func (t *tree) image(tok *xhtml.Token, e element) {
	seen := !e.hidden && attribute(*tok, "width") != "0" && attribute(*tok, "height") != "0"
	i := slices.IndexFunc(tok.Attr, func(a xhtml.Attribute) bool { return a.Key == "src" })
	if i < 0 {
		return
	}
	src := strings.TrimSpace(tok.Attr[i].Val)
	if id, ok := contentID(src); ok {
		name := pictureName(id)
		t.shown[name] = t.shown[name] || seen
		src = "cid:" + name
	} else if !inlinePicture.MatchString(src) && !(t.remote && isElsewhere(src, t.host)) {
		tok.Attr = slices.Delete(tok.Attr, i, i+1) // its alternative text stays
		return
	}
	tok.Attr[i].Val = src
	if seen {
		t.colours, t.empty = ownColours, false
	}
}

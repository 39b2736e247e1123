package api

import (
	"cmp"
	"html"
	"slices"
	"strings"

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
	link      link
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
		t.link.add(text)
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
	switch tag {
	case "img":
		t.image(&tok, e)
	case "a":
		t.link.start(attribute(tok, "href"))
	}
	e.written = startTag(written, tok, style)
	t.out.WriteString(e.written)
	if !voids[written] {
		t.push(e)
	}
}

func (t *tree) push(e element) {
	t.open = append(t.open, e)
	t.count[e.tag]++
}

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
		if tag == "a" {
			t.out.WriteString(t.link.warning())
		}
	}
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

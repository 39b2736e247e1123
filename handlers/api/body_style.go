package api

import (
	"cmp"
	"fmt"
	"net/url"
	"strings"

	xhtml "golang.org/x/net/html"

	"kantoorpost/shared/sorting"
)

// bodyStyle makes a mail without its own style as readable as the page around
// it, and keeps it from being wider than the page. followStyle lets such a
// mail be dark where the page is; any other mail is shown on white, for which
// it was made. The page around it has its own colours, so the request for the
// mail names them.
// https://www.w3.org/TR/css-color-adjust-1/#color-scheme-effect
const (
	bodyStyle = "<style>body{font:14px/1.5 'Segoe UI',Inter,system-ui,sans-serif;margin:16px " +
		"20px;overflow-wrap:anywhere}img{max-width:100%;height:auto}" +
		"summary{width:max-content;margin:8px 0;padding:0 8px;border:1px " +
		"solid;border-radius:6px;font-size:13px;opacity:.7;cursor:pointer}</style>"
	followStyle = "<style>:root{color-scheme:%s}@media print{:root{color-scheme:light}}</style>"
	paperStyle  = "<style>:root{color-scheme:light;background:#fff;color:#000}</style>"
)

// styleOf is the style sheet for a mail in a page with these colours; ""
// stands for the preference of the device.
func styleOf(is colourUse, colours string) string {
	if is == ownColours {
		return bodyStyle + paperStyle
	}
	return bodyStyle + fmt.Sprintf(followStyle, cmp.Or(colours, "light dark"))
}

// styled returns the appearance of an element inside the open elements, and
// its style attribute.
func (t *tree) styled(tok xhtml.Token) (element, string) {
	in := *t.top()
	e := element{tag: tok.Data, text: in.text, back: in.back, paper: in.paper, hidden: in.hidden}
	all := t.declared(tok)
	if len(all) == 0 && tok.Data != "a" && !hasAttribute(tok, "hidden") { // the same as its parent
		return e, ""
	}
	value := map[string]string{}
	for _, d := range all {
		value[d.property] = d.value
	}
	hides := isHidden(tok, value)
	e.hidden = e.hidden || hides

	painted, written := false, false
	if c, alpha, ok := parseColour(value["background-color"]); ok {
		t.noteColour(e, alpha == 0 || c == white && alpha == 1)
		if alpha > 0 {
			e.back, painted = c.over(in.back, alpha), true
			e.paper = e.paper && e.back == white
		}
	}
	text, alpha, ok := parseColour(value["color"])
	switch {
	case ok && alpha > 0:
		t.noteColour(e, text == black && alpha == 1)
		e.text, written = text.over(e.back, alpha), true
	case value["color"] != "": // the colour of its parent
		written = tok.Data == "a"
	case tok.Data == "a" && attribute(tok, "href") != "":
		e.text = linkBlue
	}
	if fit := e.text.readable(e.back); fit != e.text {
		e.text, written = fit, true
	}
	style := t.coloursOf(e, in, value["color"], painted, written, alpha) + t.otherStyles(all)
	if hides {
		style += "display:none;"
	}
	return e, style
}

// coloursOf writes the colours of an element in another, if it sets some.
func (t *tree) coloursOf(e, in element, text string, painted, written bool, alpha float64) string {
	if !t.colourful || e.hidden || !written && (!painted || e.back == in.back) {
		return ""
	}
	style := "color:" + e.text.String() + ";"
	if shown, _, _ := parseColour(text); written && shown == e.text && alpha == 1 && colourOnly.MatchString(text) {
		style = "color:" + text + ";"
	}
	if !e.paper || painted {
		style += "background-color:" + e.back.String() + ";"
	}
	return style
}

// otherStyles writes what is kept of other declarations than those of colours.
func (t *tree) otherStyles(all []declaration) string {
	var b strings.Builder
	for _, d := range all {
		if keptValues()[d.property] == nil || d.property == "color" || d.property == "background-color" || d.property == "display" {
			continue
		}
		v := d.value
		if strings.HasPrefix(d.property, "border") {
			if t.bordered = true; !t.colourful {
				v = withoutColours(v)
			}
		}
		if v != "" {
			b.WriteString(d.property + ":" + v + ";")
		}
	}
	return b.String()
}

// declared are the declarations for an element, each property once, in the
// order in which they are written.
func (t *tree) declared(tok xhtml.Token) []declaration {
	var all []declaration
	class, id := "", ""
	for _, a := range tok.Attr {
		switch a.Key {
		case "class":
			class = a.Val
		case "id":
			id = a.Val
		case "style":
			all = append(all, declarations(a.Val[:min(len(a.Val), maxStyle)], byStyle)...)
		case "bgcolor":
			all = append(all, declaration{"background-color", legacyColour(a.Val), byAttribute})
		case "color", "text":
			if a.Key == "color" && tok.Data == "font" || a.Key == "text" && tok.Data == "body" {
				all = append(all, declaration{"color", legacyColour(a.Val), byAttribute})
			}
		}
	}
	// The last one of equal weight wins; a shorthand comes before its more
	// specific properties.
	all = t.sheet.of(all, tok.Data, class, id)
	if len(all) < 2 {
		return all
	}
	sorting.By(all, func(a, b declaration) int { return cmp.Compare(a.weight, b.weight) })
	last := map[string]int{}
	for i, d := range all {
		last[d.property] = i
	}
	kept := all[:0]
	for i, d := range all {
		if last[d.property] == i {
			kept = append(kept, d)
		}
	}
	return kept
}

// maxStyle is how many bytes of a style attribute are read.
const maxStyle = 4 << 10

// legacyColour is a colour as an attribute may have it, without the # of a
// number.
func legacyColour(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	if _, _, named := parseColour(s); !named && (len(s) == 6 || len(s) == 3) {
		return "#" + s
	}
	return s
}

// noteColour notes that the mail chose a colour itself. Black text is no
// choice.
func (t *tree) noteColour(of element, usual bool) {
	switch {
	case of.hidden:
	case usual:
		t.colours = max(t.colours, blackOnWhite)
	default:
		t.colours = ownColours
	}
}

// isHidden tells whether an element is meant to be invisible, such as the
// preview text that mail programs show in their lists.
func isHidden(tok xhtml.Token, value map[string]string) bool {
	zero := func(property string) bool {
		v := value[property]
		return v != "" && strings.Trim(v, "0.pxtem%") == ""
	}
	return hasAttribute(tok, "hidden") || value["display"] == "none" || value["visibility"] == "hidden" || value["visibility"] == "collapse" ||
		value["mso-hide"] == "all" || zero("opacity") ||
		value["overflow"] == "hidden" && (zero("max-height") || zero("height") || zero("width"))
}

// withoutColours is the value of a border without its colours: it gets the
// colour of the text.
func withoutColours(v string) string {
	var kept []string
	for part := range strings.FieldsSeq(v) {
		if _, _, ok := parseColour(part); !ok && !strings.ContainsAny(part, "(),") {
			kept = append(kept, part)
		}
	}
	return strings.Join(kept, " ")
}

// isElsewhere tells whether the source of a picture is on another server: a
// mail must not send requests to this one.
func isElsewhere(src, host string) bool {
	u, err := url.Parse(src)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" &&
		!strings.EqualFold(u.Hostname(), strings.Split(host, ":")[0])
}

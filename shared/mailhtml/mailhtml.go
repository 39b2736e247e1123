// Package mailhtml makes the HTML of mail that the office sends: the author's own
// text, and below it the mail that is answered. It does not know who writes to whom,
// and it does not make foreign HTML safe to show on a page.
package mailhtml

import (
	"html"
	"strings"

	xhtml "golang.org/x/net/html"
)

// Own is what the author of a mail adds: text and signature, both HTML. Mark is an
// id that no other element of the mail has, by which Remove finds it.
type Own struct{ Mark, Text, Signature string }

// html is one element, so that it can be found as a whole.
func (o Own) html() string {
	out := `<div id="` + html.EscapeString(o.Mark) + `">` + o.Text
	if o.Signature != "" {
		out += "<br>" + o.Signature
	}
	return out + "</div>"
}

// Document returns a whole mail: own, and below it the quote, "" for none.
func Document(own Own, quote string) string {
	out := `<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"></head><body>` + own.html()
	if quote != "" {
		out += "<br>" + quote
	}
	return out + "</body></html>"
}

// Insert puts own at the start of the body of a document, as mail programs do with
// an answer.
func Insert(document string, own Own) string {
	at := bodyStart(document)
	return document[:at] + own.html() + "<br>" + document[at:]
}

// bodyStart returns where the content of the body starts.
func bodyStart(document string) int {
	z := xhtml.NewTokenizer(strings.NewReader(document))
	at, start := 0, 0
	for {
		kind := z.Next()
		if kind == xhtml.ErrorToken {
			return start
		}
		at += len(z.Raw())
		name, _ := z.TagName()
		switch tag := string(name); {
		case kind == xhtml.StartTagToken && tag == "body":
			return at
		case kind == xhtml.StartTagToken && tag == "html", kind == xhtml.EndTagToken && tag == "head", kind == xhtml.DoctypeToken:
			start = at // where the body starts if it has no tag
		}
	}
}

// Remove takes an earlier Insert of own out of a document. It says false when the
// document holds none, as far as can be seen: Exchange rewrites HTML, and may drop
// the mark. A document that starts with the text of own has it in any case; its
// content below own is then unknown, and rest is "".
func Remove(document string, own Own) (rest string, found bool) {
	if strings.Contains(document, own.Mark) {
		if tree, err := xhtml.Parse(strings.NewReader(document)); err == nil {
			if n := withID(tree, own.Mark); n != nil {
				if br := n.NextSibling; br != nil && br.Type == xhtml.ElementNode && br.Data == "br" {
					n.Parent.RemoveChild(br)
				}
				n.Parent.RemoveChild(n)
				return render(tree), true
			}
		}
	}
	text := squeezed(own.html())
	return "", text != "" && strings.HasPrefix(squeezed(document), text)
}

func withID(n *xhtml.Node, id string) *xhtml.Node {
	for d := range n.Descendants() {
		for _, a := range d.Attr {
			if a.Key == "id" && a.Val == id && d.Parent != nil {
				return d
			}
		}
	}
	return nil
}

func render(n *xhtml.Node) string {
	var out strings.Builder
	_ = xhtml.Render(&out, n) // a Builder does not fail
	return out.String()
}

// squeezed is the text of a document without any space.
func squeezed(document string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(Text(document), "\u00a0", " ")), "")
}

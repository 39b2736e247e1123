package sim

import (
	"math"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// plainText is the plain alternative that Exchange writes of a page: one line for
// each line of the page, a blank line between paragraphs, links behind their text.
func plainText(page string) string { return htmlText(page, math.MaxInt) + "\n" }

// htmlText is the text of a page until it has enough bytes.
func htmlText(page string, enough int) string {
	p := plainWriter{}
	z := html.NewTokenizer(strings.NewReader(page))
	for p.out.Len() < enough {
		switch z.Next() {
		case html.ErrorToken:
			return strings.TrimSpace(p.out.String())
		case html.TextToken:
			p.text(string(z.Text()))
		case html.StartTagToken, html.SelfClosingTagToken:
			p.start(z.Token())
		case html.EndTagToken:
			p.end(z.Token())
		}
	}
	return strings.TrimSpace(p.out.String())
}

// A plainWriter collects the text. breaks is how many line breaks come before the
// next text.
type plainWriter struct {
	out    strings.Builder
	breaks int
	blank  bool // a blank comes before the next text
	hidden int
	links  []string
}

func (p *plainWriter) text(raw string) {
	if p.hidden > 0 {
		return
	}
	text := html.UnescapeString(strings.ToValidUTF8(raw, ""))
	text = strings.ReplaceAll(text, "\u00a0", " ")
	words := strings.Fields(text)
	if len(words) == 0 {
		p.blank = p.blank || text != ""
		return
	}
	p.blank = p.blank || strings.TrimLeft(text, " \t\r\n") != text
	p.write(strings.Join(words, " "))
	p.blank = strings.TrimRight(text, " \t\r\n") != text
}

func (p *plainWriter) write(text string) {
	switch {
	case p.out.Len() == 0:
	case p.breaks > 0:
		p.out.WriteString(strings.Repeat("\n", min(p.breaks, 2)))
	case p.blank:
		p.out.WriteByte(' ')
	}
	p.breaks, p.blank = 0, false
	p.out.WriteString(text)
}

// paragraph asks for at least n line breaks.
func (p *plainWriter) paragraph(n int) { p.breaks, p.blank = max(p.breaks, n), false }

func (p *plainWriter) start(t html.Token) {
	switch t.DataAtom {
	case atom.Style, atom.Script, atom.Title:
		if t.Type == html.StartTagToken {
			p.hidden++
		}
	case atom.Br:
		p.breaks, p.blank = p.breaks+1, false
	case atom.Hr:
		p.paragraph(1)
		p.write("________________________________")
		p.paragraph(1)
	case atom.Li:
		p.paragraph(1)
		p.write("  *  ")
	case atom.A:
		p.links = append(p.links, attribute(t, "href"))
	case atom.Td, atom.Th:
		p.blank = p.breaks == 0
	case atom.P, atom.Ul, atom.Ol, atom.Table, atom.Blockquote, atom.H1, atom.H2, atom.H3, atom.H4:
		p.paragraph(2)
	case atom.Div, atom.Tr, atom.Pre:
		p.paragraph(1)
	}
}

func (p *plainWriter) end(t html.Token) {
	switch t.DataAtom {
	case atom.Style, atom.Script, atom.Title:
		p.hidden = max(0, p.hidden-1)
	case atom.A:
		if n := len(p.links) - 1; n >= 0 {
			link := p.links[n]
			p.links = p.links[:n]
			shown := strings.TrimPrefix(strings.TrimPrefix(link, "mailto:"), "tel:")
			if link != "" && !strings.HasSuffix(p.out.String(), shown) {
				p.write("<" + link + ">")
			}
		}
	case atom.P, atom.Ul, atom.Ol, atom.Table, atom.Blockquote, atom.H1, atom.H2, atom.H3, atom.H4:
		p.paragraph(2)
	case atom.Div, atom.Tr, atom.Pre, atom.Li:
		p.paragraph(1)
	}
}

func attribute(t html.Token, name string) string {
	for _, a := range t.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

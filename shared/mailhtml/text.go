package mailhtml

import (
	"html"
	"regexp"
	"strings"

	xhtml "golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// FromText returns plain text as HTML with the same lines.
func FromText(text string) string {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
	lines := strings.Split(html.EscapeString(text), "\n")
	for i, line := range lines {
		lines[i] = strings.ReplaceAll(line, "  ", "&nbsp; ")
	}
	return "<div>" + strings.Join(lines, "<br>\n") + "</div>"
}

// Text returns what a document says, with a line for each line or block. It reads
// tokens and builds no tree, so that no document makes it slow.
func Text(document string) string {
	var out strings.Builder
	hidden := atom.Atom(0) // the element whose content is not shown
	lines := false         // those of the text are shown, as in <pre>
	z := xhtml.NewTokenizer(strings.NewReader(document))
	for {
		switch z.Next() {
		case xhtml.ErrorToken:
			return strings.TrimSpace(out.String())
		case xhtml.TextToken:
			if hidden == 0 && lines {
				out.Write(z.Text())
			} else if hidden == 0 {
				out.WriteString(space.ReplaceAllString(string(z.Text()), " "))
			}
		case xhtml.StartTagToken, xhtml.SelfClosingTagToken:
			name, _ := z.TagName()
			switch tag := atom.Lookup(name); {
			case hidden == 0 && (tag == atom.Script || tag == atom.Style || tag == atom.Title):
				hidden = tag
			case tag == atom.Br || blocks[tag]:
				newLine(&out)
				lines = lines || tag == atom.Pre
			case tag == atom.Td || tag == atom.Th:
				out.WriteByte(' ')
			}
		case xhtml.EndTagToken:
			name, _ := z.TagName()
			switch tag := atom.Lookup(name); {
			case tag == hidden:
				hidden = 0
			case blocks[tag]:
				newLine(&out)
				lines = lines && tag != atom.Pre
			}
		}
	}
}

var space = regexp.MustCompile(`[ \t\r\n]+`)

// newLine ends a line; at most one line is left empty.
func newLine(out *strings.Builder) {
	if !strings.HasSuffix(strings.TrimRight(out.String(), " "), "\n\n") {
		out.WriteByte('\n')
	}
}

var blocks = map[atom.Atom]bool{
	atom.P: true, atom.Div: true, atom.Tr: true, atom.Li: true, atom.Ul: true, atom.Ol: true, atom.Table: true,
	atom.Blockquote: true, atom.Hr: true,
	atom.H1: true, atom.H2: true, atom.H3: true, atom.H4: true, atom.H5: true, atom.H6: true, atom.Pre: true, atom.Body: true,
}

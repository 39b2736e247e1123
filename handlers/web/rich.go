package web

import (
	"html"
	"strings"
)

// A richText is a field for text with formatting: an editor with script, else plain
// text.
type richText struct {
	Label, HTML, Text string // Text is what the field for plain text shows
	Rows              int
	Pictures          bool // pictures can be inserted
	Bad               bool // the API refuses it
	Focus             bool
}

func richOf(label, document string, rows int, bad bool) richText {
	return richText{Label: label, HTML: document, Text: plain(document), Rows: rows, Bad: bad}
}

// richIn is the text of the field as HTML, "" for none. Without script it is plain
// text.
func (v *request) richIn() string {
	if h := v.r.PostFormValue("html"); h != "" {
		return h
	}
	text := strings.TrimSpace(v.r.PostFormValue("text"))
	if text == "" {
		return ""
	}
	return "<div>" + strings.ReplaceAll(html.EscapeString(strings.ReplaceAll(text, "\r\n", "\n")), "\n", "</div><div>") + "</div>"
}

package api

import (
	"cmp"
	"fmt"
	"strings"

	xhtml "golang.org/x/net/html"
)

// bodyStyle makes a mail that says nothing about its looks as readable as the
// page around it, and keeps it from being wider. followStyle lets such a mail be
// dark where the page is; any other stands on the white that it was made for.
// A page cannot tell a document of another origin what it looks like, so who asks
// for the mail says it.
// https://www.w3.org/TR/css-color-adjust-1/#color-scheme-effect
const (
	bodyStyle   = "<style>body{font:14px/1.5 'Segoe UI',Inter,system-ui,sans-serif;margin:16px 20px;overflow-wrap:anywhere}img{max-width:100%;height:auto}</style>"
	followStyle = "<style>:root{color-scheme:%s}@media print{:root{color-scheme:light}}</style>"
)

// Looks are the colours of a letter.
type looks int

const (
	noColours  looks = iota
	plain            // it says of black text that it is black, as Outlook does, or of white paper that it is white
	ownColours       // or pictures, which may be drawn for white paper
)

// looksOf reads a letter that has been sanitised.
func looksOf(letter string) looks {
	is := noColours
	tokens(letter, func(kind xhtml.TokenType, z *xhtml.Tokenizer) bool {
		if kind != xhtml.StartTagToken && kind != xhtml.SelfClosingTagToken {
			return true
		}
		tag := z.Token()
		if tag.Data == "img" {
			is = ownColours
		}
		for _, a := range tag.Attr {
			if a.Key == "style" {
				is = max(is, looksOfStyle(a.Val))
			}
		}
		return is < ownColours
	})
	return is
}

func looksOfStyle(style string) looks {
	is := noColours
	for declaration := range strings.SplitSeq(strings.ToLower(style), ";") {
		property, value, _ := strings.Cut(declaration, ":")
		value = strings.ReplaceAll(value, " ", "")
		switch strings.TrimSpace(property) + ":" + value {
		case "color:black", "color:#000", "color:#000000", "color:rgb(0,0,0)", "color:inherit", "color:initial",
			"background-color:white", "background-color:#fff", "background-color:#ffffff", "background-color:rgb(255,255,255)",
			"background-color:inherit", "background-color:initial", "background-color:transparent":
			is = max(is, plain)
		default:
			if strings.Contains(property, "color") {
				return ownColours
			}
		}
	}
	return is
}

// dressed is a letter with the style that suits it, for a page of these colours;
// "" is what the device prefers.
func dressed(letter, colours string) string {
	follow := fmt.Sprintf(followStyle, cmp.Or(colours, "light dark"))
	switch looksOf(letter) {
	case noColours:
		return bodyStyle + follow + letter
	case plain:
		return bodyStyle + follow + colourless().Sanitize(letter)
	}
	return bodyStyle + letter
}

package web

import (
	"html"
	"strings"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/lazyregexp"
)

// A richText is a field for text with formatting: an editor with script, else plain
// text.
type richText struct {
	Label, HTML, Text string // Text is what the field for plain text shows
	Language          string // the language of the text, where a page has a field for each
	Rows              int
	Pictures          bool // pictures can be inserted
	Invalid           bool // the API refuses it
	Focus             bool
}

func richOf(label, document string, rows int, refusal string) richText {
	return richText{Label: label, HTML: document, Text: plain(document), Rows: rows, Invalid: refusal != ""}
}

// signatureField is the field for a signature, which can have pictures.
func signatureField(label, document, language string) richText {
	field := richOf(label, document, 5, "")
	field.Pictures, field.Language = true, language
	return field
}

// A signatureView is what stands below mail in a language.
type signatureView struct {
	Language, Text string
	Pictures       []string // ids of uploads
}

// signatureViews are the signatures of mail, one where they are equal.
func signatureViews(s wire.SignaturesObject) (all []signatureView) {
	if s.Signature == s.SignatureEN {
		return []signatureView{{"", plain(s.Signature), picturesIn(s.Signature)}}
	}
	return []signatureView{
		{"nl", plain(s.Signature), picturesIn(s.Signature)}, {"en", plain(s.SignatureEN), picturesIn(s.SignatureEN)},
	}
}

// signatureIn is the signature that a form holds, by its name in the API.
func (v *request) signatureIn() (name, document string) {
	if v.r.PostFormValue("in") == "en" {
		return "signatureEn", v.richIn()
	}
	return "signature", v.richIn()
}

// picturesIn are the ids of the uploads that a text shows.
func picturesIn(document string) (ids []string) {
	for _, m := range pictureSource.FindAllStringSubmatch(document, -1) {
		ids = append(ids, m[1])
	}
	return ids
}

var pictureSource = lazyregexp.New(` src="cid:([a-z0-9]{26})"`)

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

// tag is an element of HTML, with what is not shown of it.
var tag = lazyregexp.New(`(?is)<(style|script|head|title)\b.*?</(style|script|head|title)>|<[^>]*>`)

// plain is HTML as lines of text, for a preview.
func plain(document string) string {
	s := lazyregexp.New(`(?i)<(br|/p|/div|/tr|/li|/h[1-6])\b[^>]*>`).ReplaceAllString(document, "\n")
	lines := []string{}
	for _, line := range strings.Split(html.UnescapeString(tag.ReplaceAllString(s, "")), "\n") {
		if line = strings.TrimSpace(line); line != "" || len(lines) > 0 && lines[len(lines)-1] != "" {
			lines = append(lines, line)
		}
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

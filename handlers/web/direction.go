package web

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/bidi"
)

// Names and subjects come from strangers. A character that only sets the writing
// direction could make one name look like another, so that pages show none; and
// letters that run from right to left move nothing that stands beside them.
// https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing

// undirected is text without characters that set the writing direction. Others
// stay as they are, also bytes that are no UTF-8.
func undirected(text []byte) []byte {
	if !bytes.ContainsFunc(text, setsDirection) {
		return text
	}
	out := make([]byte, 0, len(text))
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		if !setsDirection(r) {
			out = append(out, text[:n]...)
		}
		text = text[n:]
	}
	return out
}

func setsDirection(r rune) bool { return unicode.Is(unicode.Bidi_Control, r) }

const (
	isolate    = "\u2068" // FIRST STRONG ISOLATE
	popIsolate = "\u2069" // POP DIRECTIONAL ISOLATE
)

// isolated is a value that stands in a sentence: when it holds letters that run
// from right to left, with what keeps them from moving the rest of the sentence.
func isolated(value string) string {
	for _, r := range value {
		if p, _ := bidi.LookupRune(r); p.Class() == bidi.R || p.Class() == bidi.AL {
			return isolate + value + popIsolate
		}
	}
	return value
}

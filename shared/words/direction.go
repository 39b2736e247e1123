package words

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/bidi"
)

// Names and subjects come from strangers. A character that only sets the writing
// direction could make one name look like another, and letters that run from
// right to left could move what stands beside them in a sentence.
// https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing

const (
	isolate    = '\u2068' // FIRST STRONG ISOLATE
	popIsolate = '\u2069' // POP DIRECTIONAL ISOLATE
)

// Isolate is a value as it stands in a sentence: without characters that set the
// writing direction, and, when it holds letters that run from right to left, with
// a pair that keeps them from moving the rest of the sentence.
func Isolate(value string) string {
	if strings.ContainsFunc(value, setsDirection) {
		value = strings.Map(func(r rune) rune {
			if setsDirection(r) {
				return -1
			}
			return r
		}, value)
	}
	if strings.ContainsFunc(value, runsLeft) {
		return string(isolate) + value + string(popIsolate)
	}
	return value
}

// IsolateAll is values with Isolate done to each text among them.
func IsolateAll(values []any) []any {
	out := make([]any, len(values))
	for i, v := range values {
		if text, ok := v.(string); ok {
			v = Isolate(text)
		}
		out[i] = v
	}
	return out
}

// IsDirected tells whether a text has characters that set the writing direction.
func IsDirected(text []byte) bool { return bytes.ContainsFunc(text, setsDirection) }

// Undirected is text without characters that set the writing direction, except
// the pairs that Isolate puts around letters that run from right to left: those
// move nothing beside them. Bytes that are no UTF-8 stay as they are.
func Undirected(text string) string {
	if !strings.ContainsFunc(text, setsDirection) {
		return text
	}
	var out strings.Builder
	for len(text) > 0 {
		r, n := utf8.DecodeRuneInString(text)
		if r == isolate {
			if inside := isolatedPrefix(text[n:]); inside > 0 {
				n += inside
				out.WriteString(text[:n])
				text = text[n:]
				continue
			}
		}
		if !setsDirection(r) {
			out.WriteString(text[:n])
		}
		text = text[n:]
	}
	return out.String()
}

// isolatedPrefix is how many bytes stand between an isolate and its end, with
// the end; 0 when that is not a pair of Isolate.
func isolatedPrefix(text string) int {
	end := strings.IndexFunc(text, setsDirection)
	if end < 0 || !strings.HasPrefix(text[end:], string(popIsolate)) || !strings.ContainsFunc(text[:end], runsLeft) {
		return 0
	}
	return end + len(string(popIsolate))
}

func setsDirection(r rune) bool { return r >= '\u061c' && unicode.Is(unicode.Bidi_Control, r) } // U+061C is the first

// runsLeft tells whether a letter runs from right to left.
func runsLeft(r rune) bool {
	p, _ := bidi.LookupRune(r)
	return p.Class() == bidi.R || p.Class() == bidi.AL
}

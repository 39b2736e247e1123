package sim

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// encodedWords finds encoded words: charset, encoding, text. A language may
// follow the charset (RFC 2231, section 5).
// https://www.rfc-editor.org/rfc/rfc2047#section-2
var encodedWords = regexp.MustCompile(`=\?([^?\s=<>,;"*]{1,64})(?:\*[^?\s]{0,64})?\?([BbQq])\?(.*?)\?=`)

// decodeWords shows the value of a field as people read it: encoded words
// (RFC 2047) decoded, raw eight-bit text taken for UTF-8 or else for charset.
// It understands more than mime.WordDecoder, which enmime uses: broken base64,
// raw eight-bit text, unknown charsets, UTF-7, and characters cut in two over
// adjacent words.
func decodeWords(value, charset string) string {
	raw := func(text string) string {
		if utf8.ValidString(text) && utf8.RuneCountInString(text) < len(text) {
			return cleanText(text)
		}
		return toUTF8([]byte(text), charset)
	}
	var out strings.Builder
	var pending []byte // decoded bytes of adjacent words in pendingCharset
	var pendingCharset string
	end := 0 // of the last encoded word
	for _, at := range encodedWords.FindAllStringSubmatchIndex(value, -1) {
		between, wordCharset, text := value[end:at[0]], value[at[2]:at[3]], value[at[6]:at[7]]
		adjacent := end > 0 && strings.TrimSpace(between) == ""
		if !adjacent || !strings.EqualFold(wordCharset, pendingCharset) {
			out.WriteString(toUTF8(pending, pendingCharset))
			pending, pendingCharset = nil, wordCharset
		}
		if !adjacent {
			out.WriteString(raw(between))
		}
		if strings.EqualFold(value[at[4]:at[5]], "B") {
			pending = append(pending, decodeBase64([]byte(text))...)
		} else {
			pending = append(pending, decodeQuotedPrintable([]byte(strings.ReplaceAll(text, "_", "=20")))...)
		}
		end = at[1]
	}
	out.WriteString(toUTF8(pending, pendingCharset))
	out.WriteString(raw(value[end:]))
	return cleanLine(out.String())
}

// cleanLine makes s fit for one line of text: control characters become
// blanks, and blanks at the ends go.
func cleanLine(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == 0:
			return -1
		case r < ' ' || r == 0x7f:
			return ' '
		}
		return r
	}, s))
}

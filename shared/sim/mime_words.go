package sim

import (
	"encoding/hex"
	"strings"
)

// decodeWords shows the value of a field as people read it: encoded words
// (RFC 2047) decoded, raw eight-bit text taken for UTF-8 or else for charset.
// It is more lenient than mime.WordDecoder: broken base64, blanks inside a
// word and characters cut in two over adjacent words are all understood.
func decodeWords(value, charset string) string {
	var out strings.Builder
	var pending []byte // decoded bytes of adjacent words in pendingCharset
	var pendingCharset string
	flush := func() {
		out.WriteString(toUTF8(pending, pendingCharset))
		pending = pending[:0]
	}
	after := false // whether an encoded word came just before
	for value != "" {
		start := strings.Index(value, "=?")
		if start < 0 {
			break
		}
		wordCharset, content, length, ok := encodedWord(value[start:])
		if !ok {
			flush()
			out.WriteString(toUTF8([]byte(value[:start+2]), charset))
			value, after = value[start+2:], false
			continue
		}
		between := value[:start]
		if !after || strings.Trim(between, " \t\r\n") != "" {
			flush()
			out.WriteString(toUTF8([]byte(between), charset))
		} else if !strings.EqualFold(wordCharset, pendingCharset) {
			flush()
		}
		pending, pendingCharset = append(pending, content...), wordCharset
		value, after = value[start+length:], true
	}
	flush()
	out.WriteString(toUTF8([]byte(value), charset))
	return cleanLine(out.String())
}

// longestWord bounds the search for the end of an encoded word, in bytes. The
// standard allows 75; programs that do not split write more.
const longestWord = 8192

// encodedWord reads the encoded word that s starts with.
// https://www.rfc-editor.org/rfc/rfc2047#section-2
func encodedWord(s string) (charset string, content []byte, length int, ok bool) {
	s = s[:min(len(s), longestWord)]
	charset, rest, found := strings.Cut(s[2:], "?")
	if !found || charset == "" || len(charset) > 64 || strings.ContainsAny(charset, " \t=<>,;\"") || len(rest) < 2 || rest[1] != '?' {
		return "", nil, 0, false
	}
	text, _, found := strings.Cut(rest[2:], "?=")
	if !found {
		return "", nil, 0, false
	}
	switch rest[0] {
	case 'B', 'b':
		content = decodeBase64([]byte(text))
	case 'Q', 'q':
		content = decodeQWord(text)
	default:
		return "", nil, 0, false
	}
	charset, _, _ = strings.Cut(charset, "*") // a language may follow (RFC 2231, section 5)
	return charset, content, 2 + (len(s[2:]) - len(rest)) + 2 + len(text) + 2, true
}

func decodeQWord(text string) []byte {
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '_':
			out = append(out, ' ')
		case c == '=' && i+2 < len(text) && isHex(text[i+1]) && isHex(text[i+2]):
			b, _ := hex.DecodeString(text[i+1 : i+3])
			out = append(out, b...)
			i += 2
		default:
			out = append(out, c)
		}
	}
	return out
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
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

package sim

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// decodeTransfer undoes a Content-Transfer-Encoding. It never gives up: what
// is not in the encoding that it claims stays as it is.
// https://www.rfc-editor.org/rfc/rfc2045#section-6
func decodeTransfer(content []byte, transferEncoding string) []byte {
	name, _, _ := strings.Cut(strings.ToLower(transferEncoding), "(")
	switch strings.Trim(name, " \t\"';") {
	case "base64":
		if looksLikeBase64(content) {
			return decodeBase64(content)
		}
	case "quoted-printable":
		return decodeQuotedPrintable(content)
	}
	return content
}

// looksLikeBase64 tells text that merely claims to be base64 from base64 with
// some damage: at most one character in twenty is foreign.
func looksLikeBase64(content []byte) bool {
	foreign, total := 0, 0
	for _, c := range content {
		if c <= ' ' {
			continue
		}
		total++
		if sextet(c) < 0 && c != '=' {
			foreign++
		}
	}
	return foreign*20 <= total
}

// decodeBase64 skips foreign characters and goes on after padding in the
// middle, as pieces that were encoded one by one have it.
func decodeBase64(content []byte) []byte {
	out := make([]byte, 0, len(content)/4*3+3)
	var bits uint32
	n := 0
	for _, c := range content {
		v := sextet(c)
		if v >= 0 {
			bits = bits<<6 | uint32(v)
			n++
		}
		switch {
		case n == 4:
			out = append(out, byte(bits>>16), byte(bits>>8), byte(bits))
		case c == '=':
			out = appendRest(out, bits, n)
		default:
			continue
		}
		bits, n = 0, 0
	}
	return appendRest(out, bits, n)
}

func appendRest(out []byte, bits uint32, n int) []byte {
	switch n {
	case 2:
		return append(out, byte(bits>>4))
	case 3:
		return append(out, byte(bits>>10), byte(bits>>2))
	}
	return out
}

func sextet(c byte) int {
	switch {
	case 'A' <= c && c <= 'Z':
		return int(c - 'A')
	case 'a' <= c && c <= 'z':
		return int(c-'a') + 26
	case '0' <= c && c <= '9':
		return int(c-'0') + 52
	case c == '+' || c == '-':
		return 62
	case c == '/' || c == '_':
		return 63
	}
	return -1
}

func decodeQuotedPrintable(content []byte) []byte {
	out := make([]byte, 0, len(content))
	for len(content) > 0 {
		line, rest, lf := bytes.Cut(content, []byte("\n"))
		content = rest
		line, cr := bytes.CutSuffix(line, []byte("\r"))
		line = bytes.TrimRight(line, " \t") // added on the way, says RFC 2045
		soft := bytes.HasSuffix(line, []byte("="))
		if soft {
			line = line[:len(line)-1]
		}
		for i := 0; i < len(line); i++ {
			if line[i] == '=' && i+2 < len(line) && isHex(line[i+1]) && isHex(line[i+2]) {
				out = append(out, unhex(line[i+1])<<4|unhex(line[i+2]))
				i += 2
				continue
			}
			out = append(out, line[i])
		}
		if soft {
			continue
		}
		if cr {
			out = append(out, '\r')
		}
		if lf {
			out = append(out, '\n')
		}
	}
	return out
}

func unhex(c byte) byte {
	switch {
	case c >= 'a':
		return c - 'a' + 10
	case c >= 'A':
		return c - 'A' + 10
	}
	return c - '0'
}

// toUTF8 is text in valid UTF-8. A byte order mark decides, then the charset
// that is named; without one that exists, text that is valid UTF-8 is UTF-8
// and other text is Windows-1252.
func toUTF8(text []byte, label string) string {
	if label := strings.ToLower(label); label == "utf-7" || label == "unicode-1-1-utf-7" {
		return cleanText(decodeUTF7(text))
	}
	e := lookupCharset(label)
	switch {
	case bytes.HasPrefix(text, []byte("\xef\xbb\xbf")):
		text, e = text[3:], encoding.Nop
	case bytes.HasPrefix(text, []byte("\xff\xfe")), bytes.HasPrefix(text, []byte("\xfe\xff")):
		e = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	}
	if e == nil {
		if utf8.Valid(text) {
			return cleanText(string(text))
		}
		e = charmap.Windows1252
	}
	decoded, err := e.NewDecoder().Bytes(text)
	if err != nil {
		decoded = text
	}
	return cleanText(string(decoded))
}

// lookupCharset finds an encoding by any of its names; nil for a name that
// says nothing (none, unknown, ASCII that may hold anything) and encoding.Nop
// for UTF-8.
func lookupCharset(label string) encoding.Encoding {
	label = strings.ToLower(strings.Trim(label, " \t\"'"))
	label = strings.TrimPrefix(label, "charset=")
	switch label {
	case "", "us-ascii", "ascii", "ansi_x3.4-1968":
		return nil
	case "utf-8", "utf8":
		return encoding.Nop
	case "hz-gb-2312":
		return simplifiedchinese.HZGB2312
	}
	if e, err := htmlindex.Get(label); err == nil {
		if e == encoding.Replacement {
			return nil // one that browsers refuse: it would swallow the whole text
		}
		if name, _ := htmlindex.Name(e); name == "utf-8" {
			return encoding.Nop
		}
		return e
	}
	if e, err := ianaindex.MIME.Encoding(label); err == nil && e != nil {
		return e
	}
	return nil
}

// htmlToUTF8 is toUTF8 for HTML, which may name its charset in a meta element.
func htmlToUTF8(text []byte, label string) string {
	if lookupCharset(label) == nil && !utf8.Valid(text) {
		if _, name, certain := charset.DetermineEncoding(text[:min(len(text), 1024)], ""); certain {
			label = name
		}
	}
	return toUTF8(text, label)
}

// cleanText makes text valid UTF-8 without control characters that JSON and
// XML readers stumble over.
func cleanText(text string) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	odd := func(r rune) bool { return r < ' ' && r != '\t' && r != '\n' && r != '\r' }
	if strings.IndexFunc(text, odd) < 0 {
		return text
	}
	return strings.Map(func(r rune) rune {
		if odd(r) {
			return -1
		}
		return r
	}, text)
}

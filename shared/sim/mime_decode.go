package sim

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"unicode/utf8"

	"github.com/cention-sany/utf7"
	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// decodeTransfer undoes a Content-Transfer-Encoding. Content that is not in the
// encoding which it claims stays as it is; enmime would return garbage.
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
		if c > ' ' {
			total++
			if base64Digit(rune(c)) < 0 {
				foreign++
			}
		}
	}
	return foreign*20 <= total
}

// base64Digit is c in the standard alphabet, or -1. The one for URLs is
// understood too.
func base64Digit(c rune) rune {
	switch {
	case 'A' <= c && c <= 'Z', 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '+', c == '/', c == '=':
		return c
	case c == '-':
		return '+'
	case c == '_':
		return '/'
	}
	return -1
}

// decodeBase64 skips foreign characters and goes on after padding in the
// middle, which pieces that were encoded one by one have. encoding/base64 stops
// at both, and enmime reads wrong bytes after such padding.
func decodeBase64(content []byte) []byte {
	out := make([]byte, 0, base64.StdEncoding.DecodedLen(len(content)))
	for piece := range bytes.SplitSeq(bytes.Map(base64Digit, content), []byte("=")) {
		out, _ = base64.RawStdEncoding.AppendDecode(out, piece) // fails only at a last digit that makes no byte
	}
	return out
}

// decodeQuotedPrintable keeps what is no escape. mime/quotedprintable stops at
// control characters and at long lines.
func decodeQuotedPrintable(content []byte) []byte {
	out := make([]byte, 0, len(content))
	for line := range bytes.Lines(content) {
		text := bytes.TrimRight(line, "\r\n")
		end := line[len(text):]
		text = bytes.TrimRight(text, " \t") // added on the way, says RFC 2045
		text, soft := bytes.CutSuffix(text, []byte("="))
		for {
			before, after, found := bytes.Cut(text, []byte("="))
			out = append(out, before...)
			if !found {
				break
			}
			if decoded, err := hex.AppendDecode(out, after[:min(2, len(after))]); err == nil && len(after) > 1 {
				out, text = decoded, after[2:]
			} else {
				out, text = append(out, '='), after
			}
		}
		if !soft {
			out = append(out, end...)
		}
	}
	return out
}

// toUTF8 is text in valid UTF-8. A byte order mark decides, then the charset
// that label names. Without a known charset, text that is valid UTF-8 is UTF-8,
// and other text is Windows-1252. enmime guesses in long texts, even against a
// charset that is named, and takes "us-ascii" for Windows-1252.
func toUTF8(text []byte, label string) string {
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

// lookupCharset finds an encoding by any of its names. It is encoding.Nop for
// UTF-8, and nil for a name that says nothing: none, an unknown one, or ASCII,
// which programs claim for any text.
func lookupCharset(label string) encoding.Encoding {
	label = strings.ToLower(strings.Trim(label, " \t\"'"))
	label = strings.TrimPrefix(label, "charset=")
	switch label {
	case "", "us-ascii", "ascii", "ansi_x3.4-1968":
		return nil
	case "utf-8", "utf8":
		return encoding.Nop
	case "utf-7", "unicode-1-1-utf-7": // old versions of Outlook could send it
		return utf7.UTF7
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

// cleanText makes text valid UTF-8 without the control characters that readers
// of JSON and XML refuse.
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

package directory

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

// maxAddress is the longest e-mail address, in octets.
// https://www.rfc-editor.org/errata/eid1690
const maxAddress = 254

// NormalAddress returns the one form in which an e-mail address is kept and
// looked up: without spaces around it, ASCII letters in lower case, and the
// domain in its ASCII form (RFC 5891). Anything that is not an address of the
// form local@domain.tld is an error.
func NormalAddress(text string) (string, error) {
	text = norm.NFC.String(strings.TrimSpace(text))
	at := strings.LastIndexByte(text, '@')
	if at < 1 || len(text) > 4*maxAddress || !utf8.ValidString(text) {
		return "", invalidAddress
	}
	local := strings.Map(lowerASCII, text[:at])
	// https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1.1
	if len(local) > 64 || strings.HasPrefix(local, ".") || strings.HasSuffix(local, ".") || strings.Contains(local, "..") {
		return "", invalidAddress
	}
	for _, r := range local {
		if r <= ' ' || strings.ContainsRune(`"(),:;<>@[\]`, r) || !plain(r) || unicode.IsSpace(r) {
			return "", invalidAddress
		}
	}
	domain, err := idna.Lookup.ToASCII(text[at+1:])
	// The dot at the end may have been another full stop before, such as U+3002.
	domain = strings.TrimSuffix(strings.ToLower(domain), ".")
	if err != nil || !strings.Contains(domain, ".") || len(local)+1+len(domain) > maxAddress {
		return "", invalidAddress
	}
	for label := range strings.SplitSeq(domain, ".") {
		if len(label) < 1 || len(label) > 63 {
			return "", invalidAddress
		}
	}
	return local + "@" + domain, nil
}

var invalidAddress = &Invalid{Field: "email", Expected: "an e-mail address such as naam@voorbeeld.nl"}

func checkAddress(field, text string) (string, error) {
	address, err := NormalAddress(text)
	if err != nil {
		return "", &Invalid{Field: field, Expected: invalidAddress.Expected}
	}
	return address, nil
}

// checkName returns a name with its spaces made single.
func checkName(field, text string, longest int) (string, error) {
	if !utf8.ValidString(text) {
		return "", &Invalid{Field: field, Expected: "valid UTF-8"}
	}
	name := norm.NFC.String(strings.Join(strings.Fields(text), " "))
	if n := utf8.RuneCountInString(name); n < 1 || n > longest {
		return "", &Invalid{Field: field, Expected: fmt.Sprintf("1 to %d characters", longest)}
	}
	for _, r := range name {
		if !plain(r) {
			return "", &Invalid{Field: field, Expected: "text without control characters"}
		}
	}
	return name, nil
}

// checkOptional is checkName for what may be empty.
func checkOptional(field, text string, longest int) (string, error) {
	if strings.TrimSpace(text) == "" {
		return "", nil
	}
	return checkName(field, text, longest)
}

// plain says whether r is a character at all, and no control character, line
// separator or override of the writing direction, with which a name can pose as
// another.
func plain(r rune) bool {
	switch {
	case unicode.IsControl(r), r == '\u2028', r == '\u2029', r == '\ufffe', r == '\uffff', r == utf8.RuneError:
		return false
	case r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069':
		return false
	}
	return true
}

func lowerASCII(r rune) rune {
	if 'A' <= r && r <= 'Z' {
		return r + 'a' - 'A'
	}
	return r
}

func fold(text string) string { return strings.ToLower(norm.NFC.String(text)) }

// keyOf joins the parts of a row key. In a part, every ASCII character other
// than a letter, a digit and a few marks is written as ~ and two hexadecimal
// digits, so that parts can not run into each other and hold nothing that a
// key may not hold.
// https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model
func keyOf(kind string, parts ...string) string {
	var b strings.Builder
	b.WriteString(kind)
	for _, part := range parts {
		b.WriteByte('|')
		for _, r := range part {
			if r < utf8.RuneSelf && !('a' <= r && r <= 'z' || '0' <= r && r <= '9' || 'A' <= r && r <= 'Z' || strings.ContainsRune(" -._@", r)) {
				fmt.Fprintf(&b, "~%02x", r)
				continue
			}
			b.WriteRune(r)
		}
	}
	return b.String()
}

// sortable is the part of a folded name that lists are ordered by.
func sortable(name string) string {
	runes := []rune(fold(name))
	return string(runes[:min(len(runes), 60)])
}

// isID says whether text can be the id of an object. Anything else is not in
// the directory, and never becomes part of a key.
func isID(text string) bool {
	if len(text) != 26 {
		return false
	}
	for _, r := range text {
		if !('a' <= r && r <= 'z' || '2' <= r && r <= '7') {
			return false
		}
	}
	return true
}

package directory

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// checkName returns a name or number with single spaces and without invisible
// characters.
func checkName(field, text string, longest int) (string, error) {
	if !utf8.ValidString(text) {
		return "", &Invalid{Field: field, Expected: "valid UTF-8"}
	}
	name := norm.NFC.String(oneLine(text))
	if n := utf8.RuneCountInString(name); n < 1 || n > longest {
		return "", &Invalid{Field: field, Expected: fmt.Sprintf("1 to %d characters", longest)}
	}
	for _, r := range name {
		if !plain(r) {
			return "", &Invalid{Field: field, Expected: "text without control characters; it has " + runeName(r)}
		}
	}
	return name, nil
}

// checkOptional is checkName for a field that may be empty.
func checkOptional(field, text string, longest int) (string, error) {
	if oneLine(text) == "" {
		return "", nil
	}
	return checkName(field, text, longest)
}

func lowerASCII(r rune) rune {
	if 'A' <= r && r <= 'Z' {
		return r + 'a' - 'A'
	}
	return r
}

func fold(text string) string { return strings.ToLower(norm.NFC.String(text)) }

// keyOf joins the parts of a row key. In a part, an ASCII character other than
// a letter, a digit or one of a few marks is written as ~ and two hexadecimal
// digits. So parts stay separate and hold nothing that a key may not hold.
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

// sortable returns the part of a folded name that lists are sorted by.
func sortable(name string) string {
	runes := []rune(fold(name))
	return string(runes[:min(len(runes), 60)])
}

// asID returns text that has the form of an object's id, and "" for any other.
func asID(text string) string {
	if !isID(text) {
		return ""
	}
	return text
}

// isID says whether text has the form of an object's id. Other text is never
// looked up or made part of a key.
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

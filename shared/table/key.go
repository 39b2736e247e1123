package table

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// maxKey is the length of the longest key in UTF-16 units: 1 KiB in the service.
const maxKey = 512

// keyPairs are the characters that a stored key must not contain. Each becomes a
// pair that starts with the preceding character, so that keys keep their order. The
// SDK writes the keys of a transaction into a URL without doubling their quotes,
// and servers disagree about a plus or a percent sign in a path.
var keyPairs = [...]struct{ from, to string }{
	{"$", "$0"}, {"%", "$1"},
	{"&", "&0"}, {"'", "&1"},
	{"*", "*0"}, {"+", "*1"},
}

// storedKey returns the stored form of a key, or of the bound of a range.
func storedKey(key string) string {
	if !strings.ContainsAny(key, "$%&'*+") {
		return key
	}
	for _, p := range keyPairs {
		key = strings.ReplaceAll(key, p.from, p.to)
	}
	return key
}

// givenKey is the reverse of storedKey.
func givenKey(stored string) string {
	if !strings.ContainsAny(stored, "$&*") {
		return stored
	}
	for i := len(keyPairs) - 1; i >= 0; i-- {
		stored = strings.ReplaceAll(stored, keyPairs[i].to, keyPairs[i].from)
	}
	return stored
}

// checkKey returns what is wrong with a key.
//
// See https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model#characters-disallowed-in-key-fields
func checkKey(key string) error {
	switch {
	case key == "":
		return errors.New("key is empty")
	case !utf8.ValidString(key):
		return fmt.Errorf("key %q is not valid UTF-8", key)
	case units(storedKey(key)) > maxKey:
		return fmt.Errorf("key of %d characters: %w", units(key), ErrTooLarge)
	}
	for _, r := range key {
		if forbidden(r) || strings.ContainsRune(`/\#?`, r) {
			return fmt.Errorf("key %q has character %q, which a key cannot have", key, r)
		}
	}
	return nil
}

// forbidden says whether r is a control character or not a character at all.
func forbidden(r rune) bool {
	return r < 0x20 || r >= 0x7f && r < 0xa0 || r == 0xfffe || r == 0xffff
}

// units counts s in UTF-16 code units, as the service does.
func units(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xffff {
			n++
		}
	}
	return n
}

// PastPrefix returns the first key after all that begin with prefix.
func PastPrefix(prefix string) string {
	last, size := utf8.DecodeLastRuneInString(prefix)
	if last == '\ud7ff' {
		last = '\ue000' - 1
	}
	return prefix[:len(prefix)-size] + string(last+1)
}

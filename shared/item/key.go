package item

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// maxMillis is the last time that a key can hold: 13 digits of milliseconds, in
// the year 2286.
const maxMillis = 9_999_999_999_999

// Hash turns the given texts into 130 bits of SHA-256, as 26 lower-case letters
// and digits. Ids of Graph are case-sensitive, opaque and may hold characters
// that a key may not, so keys hold their hash.
func Hash(parts ...string) string {
	sum := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(sum, "%d:", len(p))
		sum.Write([]byte(p))
	}
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum.Sum(nil))[:26])
}

// NewID returns the id of the mail that arrived in a mailbox at a time with an
// immutable id. Ids sort newest first.
func NewID(mailbox, messageID string, received time.Time) string {
	ms := min(max(received.UnixMilli(), 0), maxMillis)
	return fmt.Sprintf("%013d-%s", maxMillis-ms, Hash(mailbox, messageID))
}

// ValidID tells whether id has the form of a mail's id.
func ValidID(id string) bool {
	if len(id) != 40 || id[13] != '-' {
		return false
	}
	for i, c := range []byte(id) {
		if i != 13 && (c < '0' || c > '9') && (i < 13 || c < 'a' || c > 'z') {
			return false
		}
	}
	return true
}

func identityKey(mailbox, messageID string) string {
	return "i|" + mailbox + "|" + Hash(mailbox, messageID)
}
func mailKey(id string) string                 { return "m|" + id }
func viewKey(mailbox, id string) string        { return "v|" + mailbox + "|" + id }
func workKey(id string) string                 { return "w|" + id }
func parkedKey(id string) string               { return "p|" + id }
func waitingKey(mailbox, id string) string     { return "q|" + mailbox + "|" + id }
func ruleKey(rule, id string) string           { return "r|" + rule + "|" + id }
func indexRowKey(key, id string) string        { return "f|" + key + "|" + id }
func messageIDKey(messageID, id string) string { return "t|" + Hash(messageID) + "|" + id }
func bodyKey(id string, n int64) string        { return fmt.Sprintf("b|%s|%02d", id, n) }

// above is a text that sorts after every id.
const above = "~"

// clean returns at most n runes of s, without those that a table cannot store or
// a page should not show: invalid UTF-8, control characters and noncharacters.
func clean(s string, n int) string {
	var b strings.Builder
	for _, r := range s {
		if n == 0 {
			break
		}
		switch {
		case r == '\n' || r == '\t':
		case r == utf8.RuneError || unicode.IsControl(r) || r&0xFFFE == 0xFFFE:
			continue
		}
		b.WriteRune(r)
		n--
	}
	return b.String()
}

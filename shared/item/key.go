package item

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"kantoorpost/shared/ids"
)

// NewID returns the id of the mail that arrived in a mailbox at a time with an
// immutable id. Ids sort newest first.
func NewID(mailbox, messageID string, received time.Time) string {
	return ids.Timed(received, ids.Hash(mailbox, messageID))
}

func identityKey(mailbox, messageID string) string {
	return "i|" + mailbox + "|" + ids.Hash(mailbox, messageID)
}
func mailKey(id string) string                 { return "m|" + id }
func viewKey(mailbox, id string) string        { return "v|" + mailbox + "|" + id }
func workKey(id string) string                 { return "w|" + id }
func parkedKey(id string) string               { return "p|" + id }
func waitingKey(mailbox, id string) string     { return "q|" + mailbox + "|" + id }
func ruleKey(rule, id string) string           { return "r|" + rule + "|" + id }
func indexRowKey(key, id string) string        { return "f|" + key + "|" + id }
func messageIDKey(messageID, id string) string { return "t|" + ids.Hash(messageID) + "|" + id }
func markKey(id string) string                 { return "h|" + id }
func bodyKey(id string, n int64) string        { return fmt.Sprintf("b|%s|%02d", id, n) }

// clean returns at most n runes of s, without those that a table cannot store or
// a page should not show: invalid UTF-8, control characters and noncharacters.
func clean(s string, n int) string {
	var b strings.Builder
	b.Grow(min(len(s), utf8.UTFMax*n))
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

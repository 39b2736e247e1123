// Package ids makes the ids and hashes of which row keys consist. It does not
// know what they stand for.
package ids

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// maxMillis is the end of the time that ids can hold: 13 digits of
// milliseconds, in the year 2286.
const maxMillis = 9_999_999_999_999

// Above sorts after every id: key + Above is the end of the range of keys that
// are key, or continue it with ids.
const Above = "~"

// Random returns 130 random bits, as 26 lower-case letters and digits.
func Random() string { return strings.ToLower(rand.Text()) }

// Hash returns 130 bits of the SHA-256 of texts, as 26 lower-case letters and
// digits. Ids of Graph are case-sensitive, opaque and may hold characters that a
// key may not, so keys hold their hash.
func Hash(texts ...string) string {
	hashed := make([]byte, 0, 256) // most are short
	for _, t := range texts {
		hashed = strconv.AppendInt(hashed, int64(len(t)), 10)
		hashed = append(append(hashed, ':'), t...)
	}
	sum := sha256.Sum256(hashed)
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:])[:26])
}

// Inverted returns a time as 13 digits that get smaller as time goes on, so that
// keys that begin with it sort newest first. Its unit is the millisecond.
func Inverted(at time.Time) string {
	return fmt.Sprintf("%013d", maxMillis-min(max(at.UnixMilli(), 0), maxMillis))
}

// Timed returns the id of what happened at a time. Such ids sort newest first.
// The suffix, a Hash or Random, tells apart what happened in one millisecond.
func Timed(at time.Time, suffix string) string { return Inverted(at) + "-" + suffix }

// TimeOf returns the time of an id that Timed returned, in whole milliseconds. It is
// zero for another id.
func TimeOf(id string) time.Time {
	if !IsTimed(id) {
		return time.Time{}
	}
	inverted, _ := strconv.ParseInt(id[:13], 10, 64) // IsTimed has seen the digits
	return time.UnixMilli(maxMillis - inverted).UTC()
}

// IsGUID says whether text is a GUID in lower case, as Microsoft's ids are: 8-4-4-4-12
// hexadecimal digits.
func IsGUID(text string) bool {
	if len(text) != 36 {
		return false
	}
	for i, c := range []byte(text) {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		hex := c >= '0' && c <= '9' || c >= 'a' && c <= 'f'
		if dash != (c == '-') || !dash && !hex {
			return false
		}
	}
	return true
}

// IsTimed says whether id has the form of an id that Timed returned.
func IsTimed(id string) bool {
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

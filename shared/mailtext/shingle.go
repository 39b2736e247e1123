package mailtext

import (
	"encoding/binary"
	"strings"
	"unicode"
	"unicode/utf8"

	"kantoorpost/shared/lazyregexp"
)

// A shingle is a run of some words. Where each word of a text is in a shingle of an
// earlier message, all of the text is in it; the language does not matter.
const (
	shingleWords = 4
	// maxShingles bounds those of one message: 12 KB.
	maxShingles = 3000
	// maxEarlier bounds those of the earlier messages together.
	maxEarlier = 60_000
	// minRun is the length of a run of shingles that shows that a message is quoted,
	// and minMessage the words of a message that is recognised without any mark.
	minRun, minMessage = 5, 20
)

// Shingles returns the hashes of the shingles of what the writer of a message says,
// without what he quotes: four bytes for each, in order, at most 12 KB.
func Shingles(contentType, content string) []byte {
	return Fold(Message{Type: contentType, Content: content}, nil).Shingles
}

func shinglesOf(lines []line) []byte {
	hashes := hash(wordsOf(lines))
	hashes = hashes[:min(len(hashes), maxShingles)]
	out := make([]byte, 0, 4*len(hashes))
	for _, h := range hashes {
		out = binary.LittleEndian.AppendUint32(out, h)
	}
	return out
}

// target matches the target of a link, and the name of a picture, that mail programs
// put into plain text: "site<https://x.example>", "[cid:image001.png]".
var target = lazyregexp.New(`<(?:https?|mailto|tel):[^<>\s]*>|\[(?:cid|image|afbeelding):[^\[\]]*\]`)

// wordsOf returns the words of lines: their hashes, whatever their case and the signs
// between them.
func wordsOf(lines []line) []uint64 {
	words := make([]uint64, 0, lengthOf(lines)/6) // about one for each word
	for _, l := range lines {
		text := l.text
		if isBanner(text) {
			continue
		}
		if strings.IndexByte(text, '<') >= 0 || strings.IndexByte(text, '[') >= 0 {
			step(len(text))
			text = target.ReplaceAllString(text, " ")
		}
		step(len(text))
		words = appendWords(words, text)
	}
	return words
}

// appendWords appends the 64-bit FNV-1a hash of each word of a text, in lower case.
func appendWords(words []uint64, text string) []uint64 {
	const none = 14695981039346656037 // of no word
	h := uint64(none)
	var other [utf8.UTFMax]byte
	for _, c := range text {
		switch {
		case !isWord(c):
			if h != none {
				words, h = append(words, h), none
			}
			continue
		case c < utf8.RuneSelf:
			if c >= 'A' && c <= 'Z' {
				c += 'a' - 'A'
			}
			h = (h ^ uint64(c)) * 1099511628211
		default:
			for _, b := range utf8.AppendRune(other[:0], unicode.ToLower(c)) {
				h = (h ^ uint64(b)) * 1099511628211
			}
		}
	}
	if h != none {
		words = append(words, h)
	}
	return words
}

// isWord tells whether a character belongs to a word. People also answer with 👍 or ✓.
func isWord(c rune) bool {
	if c < utf8.RuneSelf {
		return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
	}
	return unicode.IsLetter(c) || unicode.IsNumber(c) || unicode.IsMark(c) || unicode.Is(unicode.So, c) && c != '\uFFFC' && c != '\uFFFD'
}

// hash returns the hashes of the shingles of words. Fewer words than a shingle has
// make one of their own.
func hash(words []uint64) []uint32 {
	if len(words) == 0 {
		return nil
	}
	n := min(shingleWords, len(words))
	out := make([]uint32, 0, len(words)-n+1)
	for i := range len(words) - n + 1 {
		h := uint64(n)
		for _, w := range words[i : i+n] {
			h = (h ^ w) * 0x9E3779B97F4A7C15
			h ^= h >> 29
		}
		out = append(out, uint32(h>>32))
	}
	return out
}

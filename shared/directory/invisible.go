package directory

import (
	"cmp"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// ReceivedName returns the display name of a mail address as it is stored and
// shown: on one line, without invisible characters and without those that
// change the writing direction.
func ReceivedName(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "\ufffd"))
	return norm.NFC.String(oneLine(text))
}

// oneLine returns the stored form of a name or number: with single spaces, and
// without invisible characters.
func oneLine(text string) string { return strings.Join(strings.Fields(visible(text)), " ") }

// visible returns a text without its invisible characters. They come with
// copied text, and make a text differ from one that looks the same. Control
// characters stay, for callers that refuse them.
func visible(text string) string {
	if !strings.ContainsFunc(text, invisible) {
		return text
	}
	runes := []rune(text)
	kept := make([]rune, 0, len(runes))
	for i, r := range runes {
		before, after := ' ', ' '
		if len(kept) > 0 {
			before = kept[len(kept)-1]
		}
		if i+1 < len(runes) {
			after = runes[i+1]
		}
		if !invisible(r) || shapes(r, before, after) {
			kept = append(kept, r)
		}
	}
	return string(kept)
}

// invisible says whether r leaves no mark on the page: a default ignorable code
// point of Unicode, such as a zero width space, soft hyphen, byte order mark,
// tag or control of the writing direction, or an empty letter.
//
// https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point
func invisible(r rune) bool {
	switch {
	case r < 0xad:
		return false
	case r == '\u2800': // the empty pattern of Braille
		return true
	case unicode.Is(unicode.Prepended_Concatenation_Mark, r): // these are visible
		return false
	}
	return unicode.In(r, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point)
}

const (
	zeroWidthNonJoiner = '\u200c'
	zeroWidthJoiner    = '\u200d'
	colourSelector     = '\ufe0f'
)

// shapes says whether an invisible character belongs to its place: a joiner
// between letters of a script with joiners, or a joiner or colour selector in
// an emoji.
//
// https://www.unicode.org/reports/tr31/#Layout_and_Format_Control_Characters
// https://www.unicode.org/reports/tr51/#Emoji_Sequences
func shapes(r, before, after rune) bool {
	picture := func(r rune) bool { return unicode.In(r, unicode.So, unicode.Sk) && r != utf8.RuneError }
	switch r {
	case colourSelector:
		return picture(before)
	case zeroWidthJoiner, zeroWidthNonJoiner:
		if invisible(after) {
			return false
		}
		return unicode.In(before, joined...) && unicode.In(after, joined...) ||
			r == zeroWidthJoiner && (picture(before) || before == colourSelector) && picture(after)
	}
	return false
}

// joined are the scripts in which joiners change how letters look.
var joined = []*unicode.RangeTable{
	unicode.Arabic, unicode.Syriac, unicode.Mongolian, unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati, unicode.Oriya,
	unicode.Tamil, unicode.Telugu, unicode.Kannada, unicode.Malayalam, unicode.Sinhala, unicode.Khmer, unicode.Myanmar,
}

// plain says whether r is a valid character, and no control character or line
// separator.
func plain(r rune) bool {
	return !unicode.IsControl(r) && r != '\u2028' && r != '\u2029' && r != '\ufffe' && r != '\uffff' && r != utf8.RuneError
}

// unseen says whether a person cannot see r in an address.
func unseen(r rune) bool { return !plain(r) || invisible(r) }

// runeName returns the Unicode name of an invisible character.
func runeName(r rune) string {
	name := "CONTROL CHARACTER"
	if unicode.IsSpace(r) {
		name = "SPACE"
	}
	return fmt.Sprintf("U+%04X %s", r, cmp.Or(runeNames[r], name))
}

var runeNames = map[rune]string{
	0: "NULL", '\t': "CHARACTER TABULATION", '\n': "LINE FEED", '\r': "CARRIAGE RETURN", 0xa0: "NO-BREAK SPACE", '\u2028': "LINE SEPARATOR",
	'\u2029': "PARAGRAPH SEPARATOR", '\u202f': "NARROW NO-BREAK SPACE", '\u3000': "IDEOGRAPHIC SPACE", utf8.RuneError: "REPLACEMENT CHARACTER",
}

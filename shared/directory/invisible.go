package directory

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// ReceivedName returns the name that stands beside an address of a mail, as it
// is kept and shown: on one line, without characters that cannot be seen and
// without those that turn the direction of what is written.
func ReceivedName(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "\ufffd"))
	return norm.NFC.String(oneLine(text))
}

// oneLine returns a text as names and numbers are kept: its spaces single, and
// without invisible characters.
func oneLine(text string) string { return strings.Join(strings.Fields(visible(text)), " ") }

// visible returns a text without its invisible characters: they come along when
// text is copied, and what has them looks like another text and is not equal to
// it. Control characters stay, for those who refuse them.
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
	case unicode.Is(unicode.Prepended_Concatenation_Mark, r): // these are seen
		return false
	}
	return unicode.In(r, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point)
}

const (
	zeroWidthNonJoiner = '\u200c'
	zeroWidthJoiner    = '\u200d'
	colourSelector     = '\ufe0f'
)

// shapes says whether an invisible character belongs where it is: a joiner
// between letters of a script that is written with joiners, and a joiner or the
// selector of colour in a picture.
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

// plain says whether r is a character at all, and no control character or line
// separator.
func plain(r rune) bool {
	return !unicode.IsControl(r) && r != '\u2028' && r != '\u2029' && r != '\ufffe' && r != '\uffff' && r != utf8.RuneError
}

// unseen says whether r cannot be read in an address.
func unseen(r rune) bool { return !plain(r) || invisible(r) }

// runeName names a character that cannot be seen, as Unicode does.
func runeName(r rune) string {
	name := ""
	switch r {
	case 0:
		name = "NULL"
	case '\t':
		name = "CHARACTER TABULATION"
	case '\n':
		name = "LINE FEED"
	case '\r':
		name = "CARRIAGE RETURN"
	case 0xa0:
		name = "NO-BREAK SPACE"
	case '\u2028':
		name = "LINE SEPARATOR"
	case '\u2029':
		name = "PARAGRAPH SEPARATOR"
	case '\u202f':
		name = "NARROW NO-BREAK SPACE"
	case '\u3000':
		name = "IDEOGRAPHIC SPACE"
	case utf8.RuneError:
		name = "REPLACEMENT CHARACTER"
	default:
		name = "CONTROL CHARACTER"
		if unicode.IsSpace(r) {
			name = "SPACE"
		}
	}
	return fmt.Sprintf("U+%04X %s", r, name)
}

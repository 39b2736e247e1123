package mailtext

import (
	"strings"

	"kantoorpost/shared/lazyregexp"
)

var (
	// phonePattern matches text in the form of a telephone number: a plus or a
	// zero, and digits with single marks between them.
	phonePattern = lazyregexp.New(`(?:\+|\b00|\b0|\(0|\(\+)[\d][\d ()./\-–]{6,22}\d`)
	phoneLabel   = lazyregexp.New(
		`(?i)(\btel(efoon|ephone|efon|\.)?|\bt|\bm|\bp|\bmob(iel|ile|il|\.)?|\bphone|\bgsm|\bcell|\bdirect|\bd|☎|📞|✆|📱)\s*[.:|/]?\s*$`)
	faxLabel     = lazyregexp.New(`(?i)(\bfax|\bf|telefax)\s*(nr|nummer)?\s*[.:|/]?\s*$`)
	mobileNumber = lazyregexp.New(`^\+316\d{8}$`)
)

// phones returns the telephone numbers of a line, as E.164 when the country is
// known: a Dutch number has ten digits and starts with a zero.
// https://www.itu.int/rec/T-REC-E.164
func phones(text string) (numbers []string) {
	step(len(text))
	for _, p := range phonePattern.FindAllStringIndex(text, 10) {
		before := text[:p[0]]
		number := normalPhone(text[p[0]:p[1]])
		switch {
		case number == "", matches(faxLabel, cutLeft(before, 20)):
		case strings.HasPrefix(number, "+"), matches(phoneLabel, cutLeft(before, 20)):
			numbers = append(numbers, number)
		}
	}
	return numbers
}

// normalPhone returns "+31612345678" for "06-12345678", "+31 (0)6 1234 5678" and
// "0031 6 12345678"; only the digits when the country is not known, and "" when the
// text is no telephone number.
func normalPhone(text string) string {
	text = strings.ReplaceAll(text, "(0)", "")
	digits := strings.Map(func(c rune) rune {
		if c >= '0' && c <= '9' || c == '+' {
			return c
		}
		return -1
	}, text)
	digits = "+" + strings.TrimLeft(digits, "+")
	switch {
	case strings.HasPrefix(text, "+") || strings.HasPrefix(text, "(+"):
	case strings.HasPrefix(digits, "+00"):
		digits = "+" + digits[3:]
	case len(digits) == 11 && digits[1] == '0' && digits[2] != '0':
		digits = "+31" + digits[2:]
	default:
		digits = digits[1:]
	}
	if rest, ok := strings.CutPrefix(digits, "+310"); ok {
		digits = "+31" + rest
	}
	if n := len(strings.TrimPrefix(digits, "+")); n < 8 || n > 15 {
		return ""
	}
	return digits
}

// phoneLine tells whether a line has little more than a telephone number.
func phoneLine(text string) bool {
	if len(phones(text)) == 0 {
		return false
	}
	letters := 0
	for _, c := range text {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' {
			letters++
		}
	}
	return letters <= 30
}

// cutLeft returns at most the last n bytes of a text.
func cutLeft(text string, n int) string { return text[max(0, len(text)-n):] }

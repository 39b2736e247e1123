package mailtext

import "regexp"

// counted is told how many bytes are looked at; nil outside of the tests that
// hold reading to a bound which grows with the length of a mail and no faster.
var counted func(bytes int)

func look(bytes int) {
	if counted != nil {
		counted(bytes)
	}
}

// matches is p.MatchString, counted: a pattern costs the length of its text.
func matches(p *regexp.Regexp, text string) bool {
	look(len(text))
	return p.MatchString(text)
}

package mailtext

import "kantoorpost/shared/lazyregexp"

// onStep gets how many bytes each step reads. Only tests set it, to prove that the
// work grows no faster than the length of a mail.
var onStep func(bytes int)

func step(bytes int) {
	if onStep != nil {
		onStep(bytes)
	}
}

// matches is p.MatchString, counted as a step of the length of the text.
func matches(p *lazyregexp.Regexp, text string) bool {
	step(len(text))
	return p.MatchString(text)
}

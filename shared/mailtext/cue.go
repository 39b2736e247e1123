package mailtext

import "strings"

// Cues are words in upper or lower case, by their first byte. A search for them is cheaper
// than a pattern.
type Cues [256][]string

// CuesOf returns the cues of some words, which are not empty.
func CuesOf(words ...string) *Cues {
	c := &Cues{}
	for _, w := range words {
		c[w[0]|0x20] = append(c[w[0]|0x20], w)
	}
	return c
}

// In tells whether a text has one of the words, also within another word.
func (c *Cues) In(text string) bool {
	for i := range len(text) {
		for _, w := range c[text[i]|0x20] {
			if len(text)-i < len(w) || len(w) > 1 && text[i+1]|0x20 != w[1]|0x20 {
				continue // most
			}
			if strings.EqualFold(text[i:i+len(w)], w) {
				return true
			}
		}
	}
	return false
}

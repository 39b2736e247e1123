// Package lazyregexp has regular expressions that are compiled when they are first used:
// a program with hundreds of them starts sooner. It does not know their purpose.
package lazyregexp

import (
	"regexp"
	"sync"
)

// A Regexp is a regular expression. Its methods are those of regexp.Regexp.
type Regexp struct {
	text    string
	longest bool
	once    sync.Once
	regexp  *regexp.Regexp
}

// New returns a regular expression. The first use of one with a mistake panics.
func New(text string) *Regexp { return &Regexp{text: text} }

// Longest is New for an expression that prefers the longest match.
func Longest(text string) *Regexp { return &Regexp{text: text, longest: true} }

func (r *Regexp) compiled() *regexp.Regexp {
	r.once.Do(r.compile)
	return r.regexp
}

func (r *Regexp) compile() {
	r.regexp = regexp.MustCompile(r.text)
	if r.longest {
		r.regexp.Longest()
	}
}

// MatchString is MatchString of regexp.Regexp.
func (r *Regexp) MatchString(text string) bool { return r.compiled().MatchString(text) }

// FindString is FindString of regexp.Regexp.
func (r *Regexp) FindString(text string) string { return r.compiled().FindString(text) }

// FindStringIndex is FindStringIndex of regexp.Regexp.
func (r *Regexp) FindStringIndex(text string) []int { return r.compiled().FindStringIndex(text) }

// FindStringSubmatch is FindStringSubmatch of regexp.Regexp.
func (r *Regexp) FindStringSubmatch(text string) []string {
	return r.compiled().FindStringSubmatch(text)
}

// FindAllString is FindAllString of regexp.Regexp.
func (r *Regexp) FindAllString(text string, n int) []string {
	return r.compiled().FindAllString(text, n)
}

// FindAllStringIndex is FindAllStringIndex of regexp.Regexp.
func (r *Regexp) FindAllStringIndex(text string, n int) [][]int {
	return r.compiled().FindAllStringIndex(text, n)
}

// FindAllStringSubmatch is FindAllStringSubmatch of regexp.Regexp.
func (r *Regexp) FindAllStringSubmatch(text string, n int) [][]string {
	return r.compiled().FindAllStringSubmatch(text, n)
}

// FindAllStringSubmatchIndex is FindAllStringSubmatchIndex of regexp.Regexp.
func (r *Regexp) FindAllStringSubmatchIndex(text string, n int) [][]int {
	return r.compiled().FindAllStringSubmatchIndex(text, n)
}

// ReplaceAllString is ReplaceAllString of regexp.Regexp.
func (r *Regexp) ReplaceAllString(text, by string) string {
	return r.compiled().ReplaceAllString(text, by)
}

// ReplaceAllStringFunc is ReplaceAllStringFunc of regexp.Regexp.
func (r *Regexp) ReplaceAllStringFunc(text string, by func(string) string) string {
	return r.compiled().ReplaceAllStringFunc(text, by)
}

// Split is Split of regexp.Regexp.
func (r *Regexp) Split(text string, n int) []string { return r.compiled().Split(text, n) }

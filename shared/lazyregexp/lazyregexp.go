// Package lazyregexp has regular expressions that are compiled when they are first used:
// a program with hundreds of them starts sooner. It does not know their purpose.
package lazyregexp

import (
	"regexp"
	"sync"
)

// A Regexp is a regular expression. Its methods are those of regexp.Regexp.
type Regexp struct {
	compile func() *regexp.Regexp
}

// New returns a regular expression. The first use of one with a mistake panics.
func New(text string) *Regexp {
	return &Regexp{compile: sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })}
}

// Longest is New for an expression that prefers the longest match.
func Longest(text string) *Regexp {
	return &Regexp{compile: sync.OnceValue(func() *regexp.Regexp {
		r := regexp.MustCompile(text)
		r.Longest()
		return r
	})}
}

// MatchString is MatchString of regexp.Regexp.
func (r *Regexp) MatchString(text string) bool { return r.compile().MatchString(text) }

// FindString is FindString of regexp.Regexp.
func (r *Regexp) FindString(text string) string { return r.compile().FindString(text) }

// FindStringIndex is FindStringIndex of regexp.Regexp.
func (r *Regexp) FindStringIndex(text string) []int { return r.compile().FindStringIndex(text) }

// FindStringSubmatch is FindStringSubmatch of regexp.Regexp.
func (r *Regexp) FindStringSubmatch(text string) []string {
	return r.compile().FindStringSubmatch(text)
}

// FindStringSubmatchIndex is FindStringSubmatchIndex of regexp.Regexp.
func (r *Regexp) FindStringSubmatchIndex(text string) []int {
	return r.compile().FindStringSubmatchIndex(text)
}

// FindAllString is FindAllString of regexp.Regexp.
func (r *Regexp) FindAllString(text string, n int) []string {
	return r.compile().FindAllString(text, n)
}

// FindAllStringIndex is FindAllStringIndex of regexp.Regexp.
func (r *Regexp) FindAllStringIndex(text string, n int) [][]int {
	return r.compile().FindAllStringIndex(text, n)
}

// FindAllStringSubmatch is FindAllStringSubmatch of regexp.Regexp.
func (r *Regexp) FindAllStringSubmatch(text string, n int) [][]string {
	return r.compile().FindAllStringSubmatch(text, n)
}

// FindAllStringSubmatchIndex is FindAllStringSubmatchIndex of regexp.Regexp.
func (r *Regexp) FindAllStringSubmatchIndex(text string, n int) [][]int {
	return r.compile().FindAllStringSubmatchIndex(text, n)
}

// ReplaceAllString is ReplaceAllString of regexp.Regexp.
func (r *Regexp) ReplaceAllString(text, by string) string {
	return r.compile().ReplaceAllString(text, by)
}

// ReplaceAllStringFunc is ReplaceAllStringFunc of regexp.Regexp.
func (r *Regexp) ReplaceAllStringFunc(text string, by func(string) string) string {
	return r.compile().ReplaceAllStringFunc(text, by)
}

// Split is Split of regexp.Regexp.
func (r *Regexp) Split(text string, n int) []string { return r.compile().Split(text, n) }

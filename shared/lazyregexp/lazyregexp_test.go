package lazyregexp

import (
	"fmt"
	"regexp"
	"testing"
)

func TestMethodsAreThoseOfRegexp(t *testing.T) {
	const text = "gr Jan, groetjes van Jan"
	for _, pattern := range []string{`gr(oetjes)?`, `Jan`, `x`, `(g)(r)`} {
		lazy, want := New(pattern), regexp.MustCompile(pattern)
		upper := func(s string) string { return "<" + s + ">" }
		got := fmt.Sprint(lazy.MatchString(text), lazy.FindString(text), lazy.FindStringIndex(text), lazy.FindStringSubmatch(text),
			lazy.FindAllString(text, 2), lazy.FindAllStringIndex(text, -1),
			lazy.FindAllStringSubmatch(text, -1), lazy.FindAllStringSubmatchIndex(text, -1), lazy.ReplaceAllString(text, "-$1"),
			lazy.ReplaceAllStringFunc(text, upper), lazy.Split(text, 2))
		if want := fmt.Sprint(want.MatchString(text), want.FindString(text), want.FindStringIndex(text), want.FindStringSubmatch(text),
			want.FindAllString(text, 2), want.FindAllStringIndex(text, -1), want.FindAllStringSubmatch(text, -1),
			want.FindAllStringSubmatchIndex(text, -1), want.ReplaceAllString(text, "-$1"), want.ReplaceAllStringFunc(text, upper),
			want.Split(text, 2)); got != want {
			t.Errorf("%s: %s, want %s", pattern, got, want)
		}
	}
	if got := Longest(`gr|groetjes`).FindString("groetjes"); got != "groetjes" {
		t.Errorf("the longest match is %q", got)
	}
}

// A pattern with a mistake is no reason not to start.
func TestNothingIsCompiledBeforeItIsUsed(t *testing.T) {
	wrong := New(`(`)
	defer func() {
		if recover() == nil {
			t.Error("a pattern with a mistake is used")
		}
	}()
	wrong.MatchString("")
}

package words

import (
	"fmt"
	"strings"
	"testing"
)

func TestIsolate(t *testing.T) {
	for in, want := range map[string]string{
		"Els":                 "Els",
		"":                    "",
		"אבג":                 "\u2068אבג\u2069",
		"Els \u202emaD nav":   "Els maD nav",
		"\u2069, \u2067אבג":   "\u2068, אבג\u2069", // it does not get out of its pair
		"\u2068אבג\u2069":     "\u2068אבג\u2069",   // done twice
		"123, سارة\u200f, 45": "\u2068123, سارة, 45\u2069",
	} {
		if got := Isolate(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
	if got := fmt.Sprint(IsolateAll([]any{"אב", 3, "Els"})...); got != "\u2068אב\u20693Els" {
		t.Errorf("%q", got)
	}
}

func TestUndirected(t *testing.T) {
	for in, want := range map[string]string{
		"Els \u202emaD nav":          "Els maD nav",
		"\u2066a\u2069\u200f\u061cb": "ab",
		"Zoë, אבג en a\xffb":         "Zoë, אבג en a\xffb",
		"geen":                       "geen",
		"\u200bzero width is not it": "\u200bzero width is not it",
		"van \u2068אבג\u2069.":       "van \u2068אבג\u2069.",
		"\u2068Els\u2069":            "Els",
		"\u2068אב\u202eג\u2069":      "אבג", // no pair of ours holds another
		"\u2068אבג":                  "אבג",
		"\u2068\u2068אב\u2069\u2069": "\u2068אב\u2069",
	} {
		if got := Undirected(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

func FuzzUndirected(f *testing.F) {
	f.Add("\u2068אב\u2069\u202e")
	f.Fuzz(func(t *testing.T, in string) {
		once := Undirected(in)
		if again := Undirected(once); again != once {
			t.Errorf("%q became %q, and then %q", in, once, again)
		}
		if left := Isolate(in); Undirected("a "+left+" b") != "a "+left+" b" || strings.Count(left, "\u2068") > 1 {
			t.Errorf("%q is isolated as %q, which pages do not keep", in, left)
		}
	})
}

package learn

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"kantoorpost/shared/must"
)

// Each feature that the code names has a sentence in both languages with the
// same places to fill in, and each in the table is used.
func TestFeaturesAreSaid(t *testing.T) {
	var code strings.Builder
	files := must.Get(os.ReadDir("."))(t)
	for _, f := range files {
		if strings.HasSuffix(f.Name(), ".go") && !strings.HasSuffix(f.Name(), "_test.go") && f.Name() != "features.go" {
			b := must.Get(os.ReadFile(f.Name()))(t)
			code.Write(b)
		}
	}
	b := must.Get(os.ReadFile("features.go"))(t)
	_, helpers, _ := strings.Cut(string(b), "// reason returns a reason")
	code.WriteString(helpers)
	used := map[string]bool{LookalikeDomain: true}
	for _, m := range regexp.MustCompile(`\b(?:reason|counted|note)\((?:[^"\n]*, )?"([a-z:-]+)"`).FindAllStringSubmatch(code.String(), -1) {
		used[m[1]] = true
		if _, ok := features[m[1]]; !ok && !strings.HasSuffix(m[1], ":") {
			t.Errorf("%q is no feature", m[1])
		}
	}
	places := regexp.MustCompile(`%(\[\d\])?[sd]`)
	for name, text := range features {
		base, variant, _ := strings.Cut(name, ":")
		if !used[name] && !(variant == "once" && used[base]) && !(base == "kind" && used["kind:"]) {
			t.Errorf("%q is never seen", name)
		}
		if text.NL == "" || text.EN == "" || len(places.FindAllString(text.NL, -1)) != len(places.FindAllString(text.EN, -1)) {
			t.Errorf("%q: %q, %q", name, text.NL, text.EN)
		}
	}
	for code := range groups {
		if _, ok := features[code]; !ok {
			t.Errorf("%q is in a group and is no feature", code)
		}
	}
	for code := range model.Evidence {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(features)), func(f string) bool { return f == code || strings.HasPrefix(f, code+":") }) {
			t.Errorf("%q has a weight and is no feature", code)
		}
	}
}

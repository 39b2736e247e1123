package web

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"text/template/parse"

	template "github.com/DataDog/datadog-agent/pkg/template/html"

	"kantoorpost/shared/must"
)

// No key stands twice in a file: the second would silently replace the first.
func TestEachTextIsThereOnce(t *testing.T) {
	for _, lang := range languages {
		b := must.Get(os.ReadFile("texts/" + lang + ".json"))(t)
		seen := map[string]bool{}
		for _, m := range regexp.MustCompile(`(?m)^\s*"([^"]+)":`).FindAllStringSubmatch(string(b), -1) {
			if seen[m[1]] {
				t.Errorf("%s.json has %s twice", lang, m[1])
			}
			seen[m[1]] = true
		}
		if len(seen) < 500 {
			t.Errorf("%s.json has only %d texts", lang, len(seen))
		}
	}
}

var update = flag.Bool("update", false, "write texts.gz from the folder texts")

// The pages have the texts of the folder.
func TestTextsAreThoseOfTheFolder(t *testing.T) {
	want := map[string][]string{}
	for i, lang := range languages {
		var texts map[string]string
		must.Do(t, json.Unmarshal(must.Get(os.ReadFile("texts/"+lang+".json"))(t), &texts))
		for key, text := range texts {
			for len(want[key]) < i {
				want[key] = append(want[key], "") // TestTexts says which is missing
			}
			want[key] = append(want[key], text)
		}
	}
	if *update {
		var file bytes.Buffer
		z := must.Get(gzip.NewWriterLevel(&file, gzip.BestCompression))(t)
		must.Do(t, errors.Join(json.NewEncoder(z).Encode(want), z.Close(), os.WriteFile("texts.gz", file.Bytes(), 0o644)))
		return
	}
	if got := must.Get(allTexts())(t); !reflect.DeepEqual(got, want) {
		t.Error("texts.gz is older than the texts: go test ./handlers/web -run TestTextsAreThoseOfTheFolder -update")
	}
}

// Both languages have the same texts with the same arguments, and no unused
// texts.
func TestTexts(t *testing.T) {
	nl := must.Get(readTexts("nl"))(t)
	en := must.Get(readTexts("en"))(t)
	places := func(s string) []string {
		p := regexp.MustCompile(`\{\d\}`).FindAllString(s, -1)
		slices.Sort(p)
		return slices.Compact(p)
	}
	used, prefixes := usedTexts(t)
	for key, text := range nl {
		other, ok := en[key]
		if !ok {
			t.Errorf("%s is not there in English", key)
		} else if !slices.Equal(places(text), places(other)) {
			t.Errorf("%s names other facts in English", key)
		}
		plural := strings.TrimSuffix(strings.TrimSuffix(key, ".one"), ".many")
		if strings.TrimSpace(text) == "" || strings.TrimSpace(other) == "" {
			t.Errorf("%s is blank", key)
		}
		if !used[key] && !used[plural] && !slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(key, p+".") }) {
			t.Errorf("%s is used nowhere", key)
		}
	}
	for key := range en {
		if _, ok := nl[key]; !ok {
			t.Errorf("%s is not there in Dutch", key)
		}
	}
	for key := range used {
		_, one := nl[key+".one"]
		if _, ok := nl[key]; !ok && !one && strings.HasPrefix(key, "nav.") {
			t.Errorf("%s has no text", key)
		}
	}
}

// usedTexts are all strings of the code and of the pages in the form of a key,
// and the prefixes of composed keys.
func usedTexts(t *testing.T) (used map[string]bool, prefixes []string) {
	t.Helper()
	used = map[string]bool{}
	form := regexp.MustCompile(`^[a-z][a-z0-9-]*(\.[a-z0-9-]+)+$`)
	files := must.Get(os.ReadDir("."))(t)
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		file := must.Get(parser.ParseFile(token.NewFileSet(), f.Name(), nil, 0))(t)
		ast.Inspect(file, func(n ast.Node) bool {
			if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
				s, _ := strconv.Unquote(l.Value)
				switch {
				case form.MatchString(s):
					used[s] = true
				case strings.HasSuffix(s, ".") && form.MatchString(s+"x"):
					prefixes = append(prefixes, strings.TrimSuffix(s, "."))
				}
			}
			return true
		})
	}
	k := must.Get(newRenderer("nl", map[string]asset{}))(t)
	for name, page := range k.pages {
		used[name+".title"] = true
		for _, tmpl := range page.Templates() {
			for _, key := range textsIn(tmpl.Tree) {
				used[key] = true
			}
			if tmpl.Tree != nil {
				prefixes = append(prefixes, valuesIn(tmpl.Tree.Root.String())...)
			}
		}
	}
	return used, prefixes
}

// valuesIn are the prefixes that a template passes to tx, or composes.
func valuesIn(template string) (prefixes []string) {
	for _, m := range regexp.MustCompile(`tx "([a-z0-9.-]+)"|print "([a-z0-9.-]+)\."`).FindAllStringSubmatch(template, -1) {
		prefixes = append(prefixes, m[1]+m[2])
	}
	return prefixes
}

func TestAMissingTextIsFound(t *testing.T) {
	set := must.Get(parse.Parse("x",
		`{{if .A}}{{t "a.b" (t "c.d")}}{{else}}{{range .L}}{{tn "e.f" .N}}{{end}}{{end}}{{template "y" (t "g.h")}}`,
		"", "",
		map[string]any{"t": 1, "tn": 1}))(t)
	k := &renderer{lang: "nl", texts: map[string]string{"a.b": "x"}}
	page := template.Must(template.New("page").Funcs(k.functions()).Parse(`{{t "a.b"}}{{with .}}{{t "a.c"}}{{end}}`))
	if err := k.check(page); err == nil || !strings.Contains(err.Error(), "a.c") {
		t.Error(err)
	}
	want := "[a.b c.d e.f.one e.f.many g.h]"
	if got := fmt.Sprint(textsIn(set["x"])); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

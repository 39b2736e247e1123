package web

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"kantoorpost/shared/must"
)

// What a text names in quotes is on a page under that name, or on a page of Microsoft's.
func TestWhatTextsNameExists(t *testing.T) {
	others := map[string][]string{
		"nl": {"Alleen accounts in deze organisatiemap", "Beheerderstoestemming verlenen"},
		"en": {"Accounts in this organizational directory only", "Grant admin consent"},
	}
	quoted := regexp.MustCompile(`“([^”{}%]+)”`)
	for _, lang := range languages {
		texts := must.Get(readTexts(lang))(t)
		known := slices.Concat(slices.Collect(maps.Values(texts)), others[lang])
		said, named := append(textsOfCode(t, lang), slices.Collect(maps.Values(texts))...), 0
		for _, text := range said {
			for _, m := range quoted.FindAllStringSubmatch(text, -1) {
				if named++; !slices.Contains(known, m[1]) {
					t.Errorf("%s: no page has “%s”, which a text names: %s", lang, m[1], text)
				}
			}
		}
		if named < 20 {
			t.Errorf("%s: only %d names are quoted", lang, named)
		}
	}
}

// textsOfCode are the texts in a language that are not in files of the pages: reasons,
// advice and explanations of the API.
func textsOfCode(t *testing.T, lang string) (texts []string) {
	t.Helper()
	text := regexp.MustCompile(`(?i)\b` + lang + `"?:\s+("(?:[^"\\]|\\.)*"(?:\s*\+\s*"(?:[^"\\]|\\.)*")*)`)
	files := []string{".go", ".json"}
	joint := regexp.MustCompile(`"\s*\+\s*"`)
	for _, root := range []string{"../../shared", ".."} {
		must.Do(t, filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || !slices.Contains(files, filepath.Ext(path)) || strings.HasSuffix(path, "_test.go") ||
				strings.Contains(path, "testdata") {
				return err
			}
			code, err := os.ReadFile(path)
			for _, m := range text.FindAllStringSubmatch(string(code), -1) {
				texts = append(texts, joint.ReplaceAllString(m[1], ""))
			}
			return err
		}))
	}
	return texts
}

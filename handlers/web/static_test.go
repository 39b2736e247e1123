package web

import (
	"bytes"
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"

	"kantoorpost/shared/must"
)

// Each class, id, colour and icon is used by a page, a script or the code: the style sheet
// and the icons hold nothing of pages that are gone.
func TestStylesAndIconsAreUsed(t *testing.T) {
	read := func(files fs.FS, keep func(path string) bool) string {
		var all strings.Builder
		must.Do(t, fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !keep(path) {
				return err
			}
			text, err := fs.ReadFile(files, path)
			all.Write(text)
			return err
		}))
		return all.String()
	}
	used := read(pageFiles, func(string) bool { return true }) +
		read(staticFiles, func(path string) bool { return strings.HasSuffix(path, ".js") && !strings.Contains(path, ".min.") }) +
		read(os.DirFS("."), func(path string) bool { return strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") })
	style := regexp.MustCompile(`(?s)/\*.*?\*/`).ReplaceAllString(read(staticFiles, func(path string) bool {
		return strings.HasSuffix(path, ".css")
	}), "")
	selectors := regexp.MustCompile(`\{[^{}]*\}`).ReplaceAllString(style, "{}")
	names := map[string]bool{}
	for _, m := range regexp.MustCompile(`[.#]([a-zA-Z][\w-]*)`).FindAllStringSubmatch(selectors, -1) {
		names[m[1]] = true
	}
	icons := read(staticFiles, func(path string) bool { return strings.HasSuffix(path, "icons.svg") })
	for _, m := range regexp.MustCompile(`<symbol id="([\w-]+)"`).FindAllStringSubmatch(icons, -1) {
		names[m[1]] = true
	}
	if len(names) < 100 {
		t.Fatalf("only %d names", len(names))
	}
	composed := regexp.MustCompile(`^(lines-\d+|htmx-.*|count-.*)$`) // by the height of a mail, by htmx, by a number in the navigation
	for name := range names {
		if !composed.MatchString(name) && !regexp.MustCompile(`(^|[^\w-])`+regexp.QuoteMeta(name)+`($|[^\w-])`).MatchString(used) {
			t.Errorf("%s is used nowhere", name)
		}
	}
	for _, m := range regexp.MustCompile(`(--[\w-]+)\s*:`).FindAllStringSubmatch(style, -1) {
		if !strings.Contains(style, "var("+m[1]) && !strings.Contains(used, m[1]) {
			t.Errorf("%s is used nowhere", m[1])
		}
	}
}

// What browsers load has no comments; scripts of others are as they were published.
func TestStaticFilesAreCompact(t *testing.T) {
	for _, c := range [][3]string{
		{"a.css", "/* why */\n  p { a: b; } /* more\nof it */ i { c: d }", "\np { a: b; }  i { c: d }"},
		{"a.js", "// why\n  a(); // as it is\n\tb();", "a(); // as it is\nb();"},
		{"a.min.js", "// licence\n  a();", "// licence\n  a();"},
		{"a.svg", "  <a/>", "  <a/>"},
	} {
		if got := string(compact(c[0], []byte(c[1]))); got != c[2] {
			t.Errorf("%s: %q", c[0], got)
		}
	}
	for name, a := range must.Get(readStatic())(t) {
		if path.Ext(name) != ".js" || strings.HasSuffix(name, ".min.js") {
			continue
		}
		for line := range bytes.Lines(a.content) {
			if bytes.Count(line, []byte("`"))%2 != 0 {
				t.Errorf("%s: a text goes over a line: %s", name, line)
			}
		}
	}
}

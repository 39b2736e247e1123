package web

import (
	"embed"
	"fmt"
	"maps"
	"path"
	"strconv"
	"strings"
	"sync"
	"text/template/parse"
	"time"

	// The image of the running app has no time zones.
	_ "time/tzdata"

	template "github.com/DataDog/datadog-agent/pkg/template/html"

	"kantoorpost/shared/lazyregexp"
	"kantoorpost/shared/words"
)

//go:embed pages
var pageFiles embed.FS

// layout is the name of what all pages share.
const layout = "layout"

// A renderer has all pages in one language.
type renderer struct {
	lang   string
	texts  map[string]string
	static map[string]asset
	pages  map[string]*template.Template
}

// renderers are those of all sites, by language, read at the first use.
var renderers = func() map[string]func() (*renderer, error) {
	all := map[string]func() (*renderer, error){}
	for _, lang := range languages {
		all[lang] = sync.OnceValues(func() (*renderer, error) {
			static, err := readStatic()
			if err != nil {
				return nil, err
			}
			return newRenderer(lang, static)
		})
	}
	return all
}()

// newRenderer reads the pages and texts of a language. Errors: a page that does
// not parse, and a missing text.
func newRenderer(lang string, static map[string]asset) (*renderer, error) {
	k := &renderer{lang: lang, static: static, pages: map[string]*template.Template{}}
	var err error
	if k.texts, err = readTexts(lang); err != nil {
		return nil, err
	}
	files, err := filesOfPages()
	if err != nil {
		return nil, err
	}
	shared, err := template.New("").Funcs(k.functions()).ParseFS(pageFiles, files[layout]...)
	if err != nil {
		return nil, err
	}
	delete(files, layout)
	for name, parts := range files {
		set := template.Must(shared.Clone()) // never executed yet
		if set, err = set.ParseFS(pageFiles, parts...); err != nil {
			return nil, err
		}
		if _, ok := k.texts[name+".title"]; !ok {
			return nil, fmt.Errorf("texts/%s.json: no text %s.title", lang, name)
		}
		if err := k.check(set); err != nil {
			return nil, fmt.Errorf("page %s: %w", name, err)
		}
		k.pages[name] = set
	}
	return k, nil
}

// filesOfPages are the files of each page: <name>.html, and <name>.<part>.html
// for parts of a large page. Those of the layout are shared by all pages.
func filesOfPages() (map[string][]string, error) {
	entries, err := pageFiles.ReadDir("pages")
	if err != nil {
		return nil, err
	}
	files := map[string][]string{}
	for _, e := range entries {
		name, _, _ := strings.Cut(e.Name(), ".")
		files[name] = append(files[name], path.Join("pages", e.Name()))
	}
	return files, nil
}

// check finds missing texts of a page.
func (k *renderer) check(page *template.Template) error {
	for _, t := range page.Templates() {
		for _, key := range textsIn(t.Tree) {
			if _, ok := k.texts[key]; !ok {
				return fmt.Errorf("texts/%s.json: no text %s", k.lang, key)
			}
		}
	}
	return nil
}

// functions are the functions that pages can call.
func (k *renderer) functions() template.FuncMap {
	all := maps.Clone(viewFunctions)
	maps.Copy(all, template.FuncMap{
		"t":                 k.text,
		"tn":                k.plural,
		"tx":                k.texted,
		"said":              k.said,
		"flash":             k.flashText,
		"asset":             func(name string) string { return k.static[name].url },
		"icon":              k.icon,
		"ago":               func(t time.Time) string { return k.ago(t, time.Now()) },
		"when":              func(t time.Time) string { return k.when(t, time.Now()) },
		"date":              k.date,
		"day":               func(t time.Time) string { return k.day(t, time.Now()) },
		"initials":          initials,
		"clock":             func(t time.Time) string { return k.clock(t, time.Now()) },
		"seconds":           func(t time.Time) int { return max(int(time.Until(t).Round(time.Second).Seconds()), 0) },
		"bytes":             func(n int64) string { return strconv.FormatInt(n>>20, 10) + " MB" },
		"bounce":            k.bounce,
		"add":               func(a, b int) int { return a + b },
		"percent":           func(f float64) int { return int(f*100 + 0.5) },
		"datetime":          datetime,
		"fieldValue":        k.fieldValue,
		"mailLanguages":     func() []string { return []string{"nl", "en", "de", "fr"} },
		"credentialProblem": k.credentialProblem,
	})
	return all
}

// said is a text of the API in this language.
func (k *renderer) said(t words.Text) string {
	if k.lang == "en" {
		return t.EN
	}
	return t.NL
}

// credentialProblem is what is wrong with a credential, by the code of the API: a state of the
// connector after the name of the field, or a text of its own.
func (k *renderer) credentialProblem(code string) string {
	if s, ok := k.texts["connector.invalid."+code]; ok {
		return s
	}
	for _, field := range []string{"credential-", "certificate-"} {
		if state, ok := strings.CutPrefix(code, field); ok {
			if s, ok := k.texts["connector.state."+state]; ok {
				return s + "."
			}
		}
	}
	return k.texts["connector.invalid.other"]
}

// fieldValue is the value of a field in words, when the field has a fixed set of
// values.
func (k *renderer) fieldValue(field, value string) string {
	switch field {
	case "rights", "active", "type":
		return k.texted("audit.value", value)
	case "language":
		return k.texted("language", value)
	}
	return value
}

// bounce says in words what a status of a report means, such as 5.1.1.
// https://learn.microsoft.com/exchange/mail-flow-best-practices/non-delivery-reports-in-exchange-online
func (k *renderer) bounce(status string) string {
	parts := strings.Split(status, ".")
	for n := len(parts); n > 0; n-- {
		if s, ok := k.texts["replies.status."+strings.Join(parts[:n], "-")]; ok {
			return s
		}
	}
	return k.text("replies.status.other")
}

// icon is a picture of icons.svg. It is decoration: a text stands beside it.
func (k *renderer) icon(name string) template.HTML {
	return template.HTML(`<svg class="icon" aria-hidden="true"><use href="` + k.static["icons.svg"].url + "#" +
		template.HTMLEscapeString(name) + `"/></svg>`)
}

var textCall = lazyregexp.New(`\b(tn?) "([^"]+)"`)

// textsIn are the keys of the texts that a template calls by a fixed key.
func textsIn(tree *parse.Tree) (keys []string) {
	if tree == nil || tree.Root == nil {
		return nil
	}
	for _, m := range textCall.FindAllStringSubmatch(tree.Root.String(), -1) {
		if keys = append(keys, m[2]); m[1] == "tn" {
			keys = append(keys[:len(keys)-1], m[2]+".one", m[2]+".many")
		}
	}
	return keys
}

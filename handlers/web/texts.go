package web

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"kantoorpost/shared/words"
)

// compressedTexts has what is in the folder texts: by key, the text in each of languages. That spares
// an eighth of a megabyte of the executable. After a change of a text, go test -update writes it.
//
//go:embed texts.gz
var compressedTexts []byte

// languages are those of the pages; the first is the default.
var languages = []string{"nl", "en"}

var allTexts = sync.OnceValues(func() (texts map[string][]string, err error) {
	z, err := gzip.NewReader(bytes.NewReader(compressedTexts))
	if err == nil {
		err = json.NewDecoder(z).Decode(&texts)
	}
	return texts, err
})

func readTexts(lang string) (map[string]string, error) {
	all, err := allTexts()
	if err != nil {
		return nil, fmt.Errorf("texts.gz: %w", err)
	}
	texts, i := make(map[string]string, len(all)), slices.Index(languages, lang)
	for key, text := range all {
		if i < len(text) {
			texts[key] = text[i]
		}
	}
	return texts, nil
}

// text is a text with its arguments in the places {0}, {1} and so on. A key
// without a text is shown as it is. The start of the app checks all fixed keys;
// only composed keys can be missing.
func (k *renderer) text(key string, args ...any) string {
	s, ok := k.texts[key]
	if !ok {
		return key
	}
	if len(args) == 0 {
		return s
	}
	var fill []string
	for i, a := range args {
		fill = append(fill, "{"+strconv.Itoa(i)+"}", words.Isolate(fmt.Sprint(a)))
	}
	return strings.NewReplacer(fill...).Replace(s)
}

// plural is the text key.one or key.many, with n as its first argument.
func (k *renderer) plural(key string, n any, args ...any) string {
	form := ".many"
	if fmt.Sprint(n) == "1" {
		form = ".one"
	}
	return k.text(key+form, append([]any{n}, args...)...)
}

// texted is the text of a value, such as a state: prefix.value.
func (k *renderer) texted(prefix string, value any) string {
	key := prefix + "." + fmt.Sprint(value)
	if s, ok := k.texts[key]; ok {
		return s
	}
	return fmt.Sprint(value)
}

// languageOf is the language that the user chose, or the browser's preferred
// one.
func languageOf(r *http.Request) string {
	if c, err := r.Cookie("lang"); err == nil {
		for _, l := range languages {
			if c.Value == l {
				return l
			}
		}
	}
	// Browsers list the languages in order of preference.
	for tag := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") {
		for _, l := range languages {
			tag, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(tag)), ";")
			if tag == l || strings.HasPrefix(tag, l+"-") {
				return l
			}
		}
	}
	return languages[0]
}

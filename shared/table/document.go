package table

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
)

// Document makes a row that keeps v as one JSON text, in the property "data" and,
// as far as that is too small, in "data1", "data2" and so on. The row also gets the
// properties of beside, which are for queries and for people.
//
// For a value of many fields it costs a third of what Pack costs, which encodes every
// field twice.
func Document(key string, v any, beside map[string]any) (Row, error) {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return Row{}, fmt.Errorf("document of row %s: %w", key, err)
	}
	r := Row{Key: key, Props: make(map[string]any, len(beside)+1)}
	for name, value := range beside {
		r.Props[name] = value
	}
	rest := strings.TrimSuffix(text.String(), "\n")
	for n := 0; n == 0 || rest != ""; n++ {
		part := cutUnits(rest, maxString)
		rest = rest[len(part):]
		r.Props[dataName(n)] = part
	}
	return r, nil
}

// Document reads a row that the function Document made into v.
func (r Row) Document(v any) error {
	var text []byte
	for n := 0; ; n++ {
		part, ok := r.Props[dataName(n)].(string)
		if !ok {
			break
		}
		text = append(text, part...)
	}
	if err := json.Unmarshal(text, v); err != nil {
		return fmt.Errorf("document of row %s: %w", r.Key, err)
	}
	return nil
}

func dataName(n int) string {
	if n == 0 {
		return "data"
	}
	return "data" + strconv.Itoa(n)
}

// cutUnits returns the longest start of s that has at most limit UTF-16 units.
func cutUnits(s string, limit int) string {
	if len(s) <= limit { // a unit takes at least one byte
		return s
	}
	for i, r := range s {
		if limit -= utf16.RuneLen(r); limit < 0 {
			return s[:i]
		}
	}
	return s
}

package table

import (
	"encoding/json"
	"fmt"
	"maps"
	"strconv"
	"unicode/utf16"
)

// Document makes a row that keeps v as one JSON text, in the property "data" and,
// as far as that is too small, in "data1", "data2" and so on. The row also gets the
// properties of beside, which are for queries and for people.
//
// For a value of many fields it costs a third of what Pack costs, which encodes every
// field twice. A value that is no JSON makes a row that no Write takes, as for Pack.
func Document(key string, v any, beside map[string]any) Row {
	r := Row{Key: key, Props: make(map[string]any, len(beside)+1)}
	rest, err := encode(v)
	if err != nil {
		r.err = fmt.Errorf("document of row %s: %w", key, err)
	}
	maps.Copy(r.Props, beside)
	for n := 0; n == 0 || rest != ""; n++ {
		part := cutUnits(rest, maxString)
		rest = rest[len(part):]
		r.Props[dataName(n)] = part
	}
	return r
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

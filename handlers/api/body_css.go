package api

import (
	"regexp"
	"slices"
	"strings"
	"sync"
)

// A declaration is a property with its value, and the weight that its place
// gives it.
type declaration struct {
	property, value string
	weight          uint64
}

// Weights of declarations: the larger one wins. The order within a style
// sheet is added to them.
// https://www.w3.org/TR/css-cascade-4/#cascade-sort
const (
	byAttribute uint64 = iota << 32
	byAll
	byTag
	byClass
	byTagAndClass
	byID
	byTagAndID
	byStyle
	important uint64 = 1 << 48
)

// Values that are kept, by property. All other styles of a mail are left out.
var (
	lengths    = `(?:0|auto|(?:\d{1,4}(?:\.\d{1,4})?|\.\d{1,4})(?:px|pt|em|rem|ex|%|cm|mm|in|pc)?)` // Excel writes .5pt
	sizes      = regexp.MustCompile(`^` + lengths + `(?: ` + lengths + `){0,3}$`)
	lineKinds  = `none|hidden|solid|dashed|dotted|double|groove|ridge|inset|outset`
	colours    = `#[0-9a-f]{3,8}|[a-z]{3,20}|(?:rgb|hsl)a?\([0-9., %/]{3,40}\)`
	borderPart = `(?:` + lengths + `|thin|medium|thick|` + lineKinds + `|` + colours + `)`
	border     = regexp.MustCompile(`^` + borderPart + `(?: ` + borderPart + `){0,3}$`)
	colourOnly = regexp.MustCompile(`^(?:` + colours + `)$`)
	word       = regexp.MustCompile(`^[a-z-]{2,20}$`)

	keptValues = sync.OnceValue(func() map[string]*regexp.Regexp {
		all := map[string]*regexp.Regexp{
			"color": colourOnly, "background-color": colourOnly,
			"font-size":   regexp.MustCompile(`^(?:` + lengths + `|[a-z-]{5,8})$`),
			"font-weight": regexp.MustCompile(`^(?:[1-9]00|normal|bold|bolder|lighter)$`),
			"font-style":  word, "font-family": regexp.MustCompile(`^(?:[a-z0-9 ,._-]|'[a-z0-9 ._-]*'|"[a-z0-9 ._-]*")+$`), "text-align": word,
			"vertical-align":  regexp.MustCompile(`^(?:` + lengths + `|[a-z-]{3,12})$`),
			"text-decoration": regexp.MustCompile(`^(?:none|underline|overline|line-through)(?: (?:underline|overline|line-through)){0,2}$`),
			"text-transform":  word, "white-space": word, "line-height": regexp.MustCompile(`^(?:` + lengths + `|normal)$`),
			"padding": sizes, "margin": sizes, "border-collapse": word, "border-spacing": sizes, "border-radius": sizes,
			"display": regexp.MustCompile(`^none$`), "list-style-type": word,
		}
		for _, side := range []string{"", "-top", "-right", "-bottom", "-left"} {
			all["border"+side] = border
			all["border"+side+"-color"], all["border"+side+"-style"], all["border"+side+"-width"] = border, border, border
			if side != "" {
				all["padding"+side], all["margin"+side] = sizes, sizes
			}
		}
		return all
	})
	// readValues are properties that are read only: they hide an element, or
	// contain a colour.
	readValues = map[string]bool{"background": true, "visibility": true, "opacity": true, "max-height": true, "height": true, "overflow": true,
		"mso-hide": true, "width": true}
)

// maxValue is the longest value: no colour, length or list of fonts is
// longer.
const maxValue = 200

// declarations reads the known declarations of a style attribute or a rule.
func declarations(s string, weight uint64) (all []declaration) {
	for part := range strings.SplitSeq(s, ";") {
		property, value, ok := strings.Cut(part, ":")
		property = strings.ToLower(strings.TrimSpace(property))
		if !ok || keptValues()[property] == nil && !readValues[property] || len(value) > maxValue {
			continue
		}
		value = strings.Join(strings.Fields(strings.ToLower(value)), " ")
		w := weight
		if plain, ok := strings.CutSuffix(value, "!important"); ok {
			value, w = strings.TrimSpace(plain), w|important
		}
		if property == "background" {
			property, value = "background-color", backgroundColour(value)
		}
		if isWorthKeeping(property, value) {
			all = append(all, declaration{property, value, w})
		}
	}
	return all
}

func isWorthKeeping(property, value string) bool {
	switch property {
	case "color", "background-color":
		switch value {
		case "inherit", "currentcolor", "initial", "unset", "revert":
			return true
		}
		_, _, ok := parseColour(value)
		return ok
	case "display":
		return value != ""
	}
	kept := keptValues()[property]
	return value != "" && (kept == nil || kept.MatchString(value))
}

// backgroundColour is the colour of a background; its picture is not shown.
func backgroundColour(value string) string {
	for part := range strings.FieldsFuncSeq(strings.NewReplacer(", ", ",", "( ", "(", " )", ")").Replace(value),
		func(r rune) bool { return r == ' ' }) {
		if _, _, ok := parseColour(part); ok {
			return part
		}
	}
	return "transparent"
}

// A sheet has the rules of a mail's style elements: those whose selector is a
// tag, a class, an id, or a tag with one of these. Matching other selectors
// needs a browser.
type sheet struct {
	rules map[string][]declaration // by selector, each property once
	order uint64                   // of the selectors, as they appear in the mail
}

// simple matches the selectors that a sheet supports: a tag, with a class or
// id.
var simple = regexp.MustCompile(`^([a-zA-Z][a-zA-Z0-9]{0,15}|\*)?(?:([.#])([a-zA-Z0-9_-]{1,60}))?(?::link)?$`)

// maxSheet is the number of bytes that are read of one style element,
// maxSelectors the number of selectors of all of them.
const (
	maxSheet     = 256 << 10
	maxSelectors = 4000
)

// add reads the content of a style element.
func (s *sheet) add(css string) {
	css = comments.ReplaceAllString(css[:min(len(css), maxSheet)], " ")
	css = strings.NewReplacer("<!--", " ", "-->", " ").Replace(css)
	for css != "" {
		at := strings.IndexAny(css, "{;")
		if at < 0 {
			return
		}
		selectors := strings.TrimSpace(css[:at])
		if css[at] == ';' { // of an @import and similar rules
			css = css[at+1:]
			continue
		}
		var block string
		block, css = untilClosed(css[at+1:])
		if strings.HasPrefix(selectors, "@") {
			continue // only for some devices
		}
		all := declarations(block, 0)
		for selector := range strings.SplitSeq(selectors, ",") {
			if s.order++; s.order > maxSelectors {
				return
			}
			s.rule(strings.TrimSpace(selector), all)
		}
	}
}

func (s *sheet) rule(selector string, all []declaration) {
	m := simple.FindStringSubmatch(selector)
	if m == nil || m[0] == "" {
		return
	}
	tag, kind, name := strings.ToLower(m[1]), m[2], m[3]
	weight := byTag
	switch {
	case tag == "*" && kind == "":
		weight = byAll
	case kind == "#" && tag == "":
		weight = byID
	case kind == "#":
		weight = byTagAndID
	case kind == "." && tag == "":
		weight = byClass
	case kind == ".":
		weight = byTagAndClass
	}
	key := strings.TrimPrefix(tag, "*") + kind + name
	for _, d := range all {
		d.weight += weight + s.order
		i := slices.IndexFunc(s.rules[key], func(known declaration) bool { return known.property == d.property })
		switch {
		case i < 0:
			s.rules[key] = append(s.rules[key], d)
		case s.rules[key][i].weight <= d.weight:
			s.rules[key] = append(slices.Delete(s.rules[key], i, i+1), d)
		}
	}
}

var comments = regexp.MustCompile(`(?s)/\*.*?\*/`)

// untilClosed returns the text before the brace that closes a block, and the
// text after it.
func untilClosed(s string) (block, rest string) {
	open := 1
	for i := range len(s) {
		switch s[i] {
		case '{':
			open++
		case '}':
			if open--; open == 0 {
				return s[:i], s[i+1:]
			}
		}
	}
	return s, ""
}

// of appends the declarations for an element to all.
func (s *sheet) of(all []declaration, tag, class, id string) []declaration {
	if len(s.rules) == 0 {
		return all
	}
	all = append(append(all, s.rules[""]...), s.rules[tag]...)
	n := 0
	for c := range strings.FieldsSeq(class) {
		if n++; n > 10 {
			break
		}
		all = append(append(all, s.rules["."+c]...), s.rules[tag+"."+c]...)
	}
	if id != "" {
		all = append(append(all, s.rules["#"+id]...), s.rules[tag+"#"+id]...)
	}
	return all
}

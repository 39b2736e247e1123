package learn

import (
	"slices"
	"strings"

	"github.com/mtibben/confusables"
	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// resembles is the known domain that a domain is made to be taken for, "" when
// there is none: the same with characters that look alike, another top-level
// domain, a hyphen or a word more, or one letter that differs. A domain that is
// known, or a part of one that is, resembles none.
func resembles(domain string, known []string) string {
	mine := organisation(domain)
	if mine == "" || slices.ContainsFunc(known, func(k string) bool { return organisation(k) == mine }) {
		return ""
	}
	name := owner(mine)
	for _, k := range known {
		if alikeNames(name, owner(organisation(k))) {
			return k
		}
	}
	return ""
}

// owner is the part of a registered domain that its owner chose, as people see
// it.
func owner(domain string) string {
	suffix, _ := publicsuffix.PublicSuffix(domain)
	name := strings.TrimSuffix(strings.TrimSuffix(domain, suffix), ".")
	if seen, err := idna.ToUnicode(name); err == nil {
		return seen
	}
	return name
}

// lookalikes are what ASCII letters look like together or beside digits.
var lookalikes = strings.NewReplacer("vv", "w", "cl", "d", "i", "l", "1", "l", "0", "o", "5", "s")

func seenAs(name string) string {
	return lookalikes.Replace(strings.ToLower(confusables.Skeleton(strings.ToLower(name))))
}

func alikeNames(name, known string) bool {
	if len(known) < 4 || len(name) < 4 {
		return false
	}
	a, b := seenAs(strings.ReplaceAll(name, "-", "")), seenAs(strings.ReplaceAll(known, "-", ""))
	switch {
	case a == b:
		return true
	case len(b) >= 5 && slices.ContainsFunc(strings.Split(name, "-"), func(part string) bool { return seenAs(part) == b }):
		return true
	}
	for _, word := range added {
		w := seenAs(word)
		if a == w+b || a == b+w {
			return true
		}
	}
	return len(b) >= 5 && oneEdit([]rune(a), []rune(b))
}

// added are words that are put before or behind a name to make a domain that
// seems to be its owner's.
var added = strings.Fields("nl bv nv vof groep group holding online mail email facturen factuur invoice administratie finance betaling betalingen info office kantoor service support secure login portal portaal mijn my the de het en team international europe eu com")

// oneEdit says whether one text becomes the other by one letter more, less or
// other, or by two that change places.
func oneEdit(a, b []rune) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	switch len(b) - len(a) {
	case 0:
		return slices.Equal(a[min(i+1, len(a)):], b[min(i+1, len(b)):]) ||
			i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && slices.Equal(a[i+2:], b[i+2:])
	case 1:
		return slices.Equal(a[i:], b[i+1:])
	}
	return false
}

package learn

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mtibben/confusables"
	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"

	"kantoorpost/shared/directory"
)

// Domains are known domains, ready to find the one that another domain imitates.
// It does not change.
type Domains struct {
	registered map[string]bool
	all        []knownDomain
}

type knownDomain struct {
	domain string
	seen   string // what its owner chose of it, as it looks without hyphens
	length int    // of that, in runes
	chosen int    // length of what its owner chose
}

// NewDomains prepares known domains. It takes about a microsecond for each.
func NewDomains(known []string) *Domains {
	d := &Domains{registered: map[string]bool{}}
	for _, k := range known {
		registered := organisation(k)
		d.registered[registered] = true
		name := owner(registered)
		seen := seenAs(strings.ReplaceAll(name, "-", ""))
		d.all = append(d.all, knownDomain{k, seen, utf8.RuneCountInString(seen), len(name)})
	}
	return d
}

// imitatedBy returns the known domain that a domain imitates, "" when there is
// none: the same with characters that look alike, another top-level domain, an
// extra hyphen or word, or one different letter. A known domain, or a part of
// one, imitates none.
func (d *Domains) imitatedBy(domain string) string {
	mine := organisation(domain)
	if mine == "" || d.registered[mine] {
		return ""
	}
	name := owner(mine)
	if len(name) < 4 {
		return ""
	}
	var parts []string
	for part := range strings.SplitSeq(name, "-") {
		parts = append(parts, seenAs(part))
	}
	a := seenAs(strings.ReplaceAll(name, "-", ""))
	letters := []rune(a)
	for _, k := range d.all {
		if k.chosen >= 4 && k.alike(a, letters, parts) {
			return k.domain
		}
	}
	return ""
}

// alike says whether a name looks like a known one. Most are told apart by their
// lengths.
func (k knownDomain) alike(a string, letters []rune, parts []string) bool {
	if a == k.seen || k.length >= 5 && slices.Contains(parts, k.seen) {
		return true
	}
	if word, ok := strings.CutPrefix(a, k.seen); ok && added[word] {
		return true
	}
	if word, ok := strings.CutSuffix(a, k.seen); ok && added[word] {
		return true
	}
	more := len(letters) - k.length
	return k.length >= 5 && more >= -1 && more <= 1 && oneEdit(letters, []rune(k.seen))
}

// resembles returns the one of few domains that a domain imitates.
func resembles(domain string, known []string) string { return NewDomains(known).imitatedBy(domain) }

// resemblesLoosely is resembles for the domain of somebody whose name a sender
// shows: it may also have the known name in it, or differ by a quarter of its
// letters.
func resemblesLoosely(domain string, known []string) string {
	if found := resembles(domain, known); found != "" {
		return found
	}
	name := strings.ReplaceAll(owner(organisation(domain)), "-", "")
	for _, k := range known {
		of := strings.ReplaceAll(owner(organisation(k)), "-", "")
		long := min(len(of), len(name))
		if organisation(k) != organisation(domain) && long >= 5 &&
			(strings.Contains(name, of) || strings.Contains(of, name) || directory.Distance(seenAs(name), seenAs(of)) <= long/4) {
			return k
		}
	}
	return ""
}

// providers are the public providers that imitations are of.
var providers = strings.Fields("gmail.com googlemail.com hotmail.com hotmail.nl outlook.com live.nl icloud.com yahoo.com kpnmail.nl planet.nl hetnet.nl ziggo.nl xs4all.nl upcmail.nl home.nl telfort.nl casema.nl chello.nl")

// imitates says whether an address looks like another one at the same domain, and
// is not: one letter differs, or letters and digits are alike. People who choose a
// second address add a number, or leave out a dot.
func imitates(email, known string) bool {
	mine, at, _ := strings.Cut(email, "@")
	theirs, there, _ := strings.Cut(known, "@")
	letters := func(s string) string {
		return strings.Map(func(r rune) rune {
			if unicode.IsLetter(r) {
				return r
			}
			return -1
		}, s)
	}
	a, b := letters(mine), letters(theirs)
	switch {
	case at != there || a == b && strings.Trim(mine, "0123456789") == mine:
		return false
	case mine != theirs && seenAs(mine) == seenAs(theirs):
		return true
	}
	return directory.Misspelt(a, b) && directory.Distance(a, b) == 1
}

// owner returns the part of a registered domain that its owner chose, in the
// letters that people see.
func owner(domain string) string {
	suffix, _ := publicsuffix.PublicSuffix(domain)
	name := strings.TrimSuffix(strings.TrimSuffix(domain, suffix), ".")
	if seen, err := idna.ToUnicode(name); err == nil {
		return seen
	}
	return name
}

// lookalikes are letters and digits that look like other letters.
var lookalikes = strings.NewReplacer("vv", "w", "cl", "d", "i", "l", "1", "l", "0", "o", "5", "s")

// seenAs returns one text for all names that look the same.
func seenAs(name string) string {
	return lookalikes.Replace(strings.ToLower(confusables.Skeleton(strings.ToLower(name))))
}

// added are words that imitations put before or behind a name, as they look.
var added = func() map[string]bool {
	words := map[string]bool{}
	for w := range strings.FieldsSeq("nl bv nv vof groep group holding online mail email facturen factuur invoice administratie finance betaling betalingen info office kantoor service support secure login portal portaal mijn my the de het en team international europe eu com") {
		words[seenAs(w)] = true
	}
	return words
}()

// oneEdit says whether one text becomes the other by adding, removing or
// replacing one letter, or by swapping two neighbours.
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

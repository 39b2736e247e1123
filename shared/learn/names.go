package learn

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"kantoorpost/shared/directory"
)

// fold makes words comparable: lower case, without diacritics.
func fold(text string) string {
	if isASCII(text) {
		return strings.ToLower(text)
	}
	b := make([]byte, 0, len(text))
	for _, r := range text {
		if r = unicode.ToLower(r); r < utf8.RuneSelf {
			b = append(b, byte(r))
			continue
		}
		for _, r := range norm.NFD.String(string(r)) {
			if !unicode.Is(unicode.Mn, r) {
				b = utf8.AppendRune(b, r)
			}
		}
	}
	return string(b)
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// particles are words between first name and surname. They tell nobody apart.
var particles = set("van von de der den des ter ten te het t la le du di da dos el al in op aan en zu")

func set(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}

// A fullName holds the parts of a person's name that tell people apart.
type fullName struct {
	first, last string
	bare        string // last without a particle that is attached to it, as in addresses
	whole       string
}

// nameOf reads a person's name. It returns the zero fullName when there is
// none.
func nameOf(text string) fullName {
	all := strings.FieldsFunc(fold(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '-' && r != '\'' })
	whole := strings.Join(all, " ")
	first := true
	all = slices.DeleteFunc(all, func(w string) bool {
		initial := first && w == "t" // of Tom, and not short for het
		first = false
		return particles[w] && !initial
	})
	switch len(all) {
	case 0:
		return fullName{}
	case 1:
		return fullName{first: all[0], whole: whole}
	}
	return fullName{first: all[0], last: all[len(all)-1], whole: whole}
}

// full says whether the name has more than one word.
func (n fullName) full() bool { return n.last != "" }

// A likeness says how alike two names are.
type likeness int

const (
	different likeness = iota
	firstAlike
	initialAlike
	same
)

func (n fullName) like(o fullName) likeness {
	switch {
	case n.first == "" || o.first == "":
		return different
	case !n.full():
		if n.first == o.first {
			return firstAlike
		}
		return different
	case n.whole == o.whole || n.sharesLast(o) && n.first == o.first:
		return same
	case n.sharesLast(o) && n.first[0] == o.first[0] && (initials(n.first) || initials(o.first)):
		return initialAlike
	}
	return different
}

func (n fullName) sharesLast(o fullName) bool {
	return n.last == o.last || n.bare != "" && n.bare == o.last
}

// initials says whether a first name consists of initials: "j" or "jp".
func initials(first string) bool {
	return len(first) == 1 || len(first) == 2 && !strings.ContainsAny(first, "aeiouy")
}

// functional are local parts of addresses that belong to a department and not
// to a person.
var functional = set("info mail post contact administratie boekhouding finance financien facturen factuur invoice invoices facturatie crediteuren debiteuren " +
	"kantoor receptie secretariaat office admin accounting sales verkoop inkoop planning service support helpdesk klantenservice hr salaris salarissen personeel directie team winkel webshop hallo hello")

// glued are particles as addresses write them before a surname, the longest
// first: "jvanderberg@".
var glued = []string{"vanden", "vander", "vande", "van", "den", "der", "ten", "ter", "de"}

// localName returns the name that the local part of an address spells, if it
// does: "jan.jansen@", "j.jansen@", "jjansen@", or "janjansen70@" when first is
// "jan".
func localName(email, first string) fullName {
	local, _, _ := strings.Cut(fold(email), "@")
	parts := strings.FieldsFunc(local, func(r rune) bool { return !unicode.IsLetter(r) })
	if slices.ContainsFunc(parts, func(p string) bool { return functional[p] }) {
		return fullName{}
	}
	var n fullName
	switch {
	case len(parts) > 1:
		n = nameOf(strings.Join(parts, " "))
	case len(parts) == 0:
		return n
	case len(first) > 1 && strings.HasPrefix(parts[0], first):
		n = fullName{first: first, last: parts[0][len(first):]}
	case utf8.RuneCountInString(parts[0]) >= 5:
		initial, size := utf8.DecodeRuneInString(parts[0])
		n = fullName{first: string(initial), last: parts[0][size:]}
	default:
		return nameOf(parts[0])
	}
	n.whole = n.first + " " + n.last
	for _, p := range glued {
		if rest, ok := strings.CutPrefix(n.last, p); ok && len(rest) >= 4 {
			n.bare = rest
			break
		}
	}
	return n
}

// label returns the label of a domain that its owner chose: the longest one
// except the last.
func label(domain string) string {
	parts := strings.Split(domain, ".")
	longest := ""
	for _, p := range parts[:len(parts)-1] {
		if len(p) > len(longest) {
			longest = p
		}
	}
	return longest
}

// calledLike says whether a domain has the name of a client: it has all words
// of the name, or is a part of the name.
func calledLike(domain, client string) bool {
	plain := strings.ReplaceAll(label(domain), "-", "")
	all := directory.NameWords(client)
	joined := strings.Join(all, "")
	if len(plain) >= 5 && strings.Contains(joined, plain) {
		return true
	}
	n := 0
	for _, w := range all {
		if len(w) < 3 || particles[w] {
			continue
		}
		if !strings.Contains(plain, w) {
			return false
		}
		n += len(w)
	}
	return n >= 4
}

// machineNames are local parts of addresses whose mail nobody reads.
var machineNames = []string{"noreply", "no-reply", "no_reply", "donotreply", "do-not-reply", "niet-beantwoorden", "nietbeantwoorden", "mailer-daemon", "postmaster", "notification", "notifications", "notificatie", "nieuwsbrief", "newsletter", "mailing", "alerts", "bounce"}

// machine says whether an address looks like a program's.
func machine(email string) bool {
	local, _, _ := strings.Cut(strings.ToLower(email), "@")
	return slices.ContainsFunc(machineNames, func(n string) bool { return strings.HasPrefix(local, n) || strings.HasSuffix(local, n) })
}

// starters are words with which a sentence begins and no name goes on: programs
// leave out what stands between two sentences.
var starters = set("wij we ik u uw er dit deze dat hierbij bijgaand graag kunt kan wil wilt zie we i you your please this")

// everyday are words of every letter, which the names of some clients have too.
var everyday = set("graag bijgaand hierbij stuur sturen kunnen kunt willen wordt worden alvast bedankt dank vraag vragen even deze onze jullie nieuwe eerste tweede volgende week maand weten laten weet " +
	"voor door over onder naar tegen tussen zonder sinds tijdens volgens binnen buiten vanaf omdat maar zijn haar hier daar alle alles " +
	"hallo beste geachte goedemorgen goedemiddag groet groeten vriendelijke please attached regards hello dear from with this that your have thanks")

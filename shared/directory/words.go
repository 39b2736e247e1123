package directory

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// legalForms are words for the legal form in a name.
// https://www.kvk.nl/starten/de-rechtsvormen-van-bedrijven/
var legalForms = setOf("bv nv vof cv ua wa ba io bvio bvba sprl gmbh ug ag kg ltd limited llc llp inc plc sa sarl sas srl spa oy ab aps " +
	"holding holdings beheer groep group stichting vereniging maatschap eenmanszaak cooperatie cooperatieve onderlinge")

// fillers are words that many names have and nobody searches for.
var fillers = setOf("van von der den des ter ten het een voor the and und les aan bij uit naar")

// letters maps letters without a decomposition to plain letters.
var letters = strings.NewReplacer("ß", "ss", "ø", "o", "æ", "ae", "œ", "oe", "ł", "l", "đ", "d", "ð", "d", "þ", "th", "ı", "i")

// maxWord is the longest part of a word in the index, in letters.
const maxWord = 60

// NameWords returns the words of a name in the form in which names are
// compared: lower case, without diacritics, and without legal forms such as
// B.V. and words such as holding.
func NameWords(name string) []string {
	return slices.DeleteFunc(Words(name), func(word string) bool { return legalForms[word] })
}

// Words returns the words of a text as searches compare them: letters and digits, folded,
// without diacritics and without the invisible characters of pasted text. An abbreviation such as b.v. is one word.
func Words(text string) []string {
	var folded strings.Builder
	for _, r := range strings.ToLower(norm.NFKD.String(text)) {
		if !unicode.Is(unicode.Mn, r) && !invisible(r) && r != '\'' && r != '’' {
			folded.WriteRune(r)
		}
	}
	var words []string
	var word []rune
	abbreviation := false // word consists of initials, and a dot came last
	end := func() {
		if len(word) > 0 {
			words, word = append(words, string(word)), word[:0]
		}
		abbreviation = false
	}
	runes := []rune(letters.Replace(folded.String()))
	inWord := func(i int) bool { return i < len(runes) && (unicode.IsLetter(runes[i]) || unicode.IsNumber(runes[i])) }
	for i, r := range runes {
		switch {
		case inWord(i) && abbreviation && inWord(i+1):
			end() // what follows the initials, as in j.p.jansen
			word = append(word, r)
		case inWord(i):
			word, abbreviation = append(word, r), false
		case r == '.' && i > 0 && inWord(i-1) && (i == 1 || !inWord(i-2)):
			abbreviation = true
		default:
			end()
		}
	}
	end()
	return words
}

// searchWords returns the words by which a client is found by name: the first
// four words of three letters and more, and all words joined, as in a domain.
func searchWords(name string) []string {
	all := NameWords(name)
	var words []string
	for _, word := range all {
		word = cutWord(word)
		if len(words) < 4 && utf8.RuneCountInString(word) >= 3 && !fillers[word] && !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	joined := cutWord(strings.Join(all, ""))
	if utf8.RuneCountInString(joined) >= 3 && !slices.Contains(words, joined) {
		words = append(words, joined)
	}
	return words
}

// surname returns the last word of a name, or the last before the comma of a
// name such as "Jansen, Piet"; "" when it has no word.
func surname(name string) string {
	if before, _, found := strings.Cut(name, ","); found && len(Words(before)) > 0 {
		name = before
	}
	words := Words(name)
	if len(words) == 0 {
		return ""
	}
	return cutWord(words[len(words)-1])
}

// Leads says whether objects can be found by a word: not by one that may become a word
// that nobody searches for.
func Leads(word string) bool {
	for filler := range fillers {
		if strings.HasPrefix(filler, word) {
			return false
		}
	}
	return true
}

func cutWord(word string) string {
	runes := []rune(word)
	return string(runes[:min(len(runes), maxWord)])
}

func setOf(words string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(words) {
		set[word] = true
	}
	return set
}

// Misspelt says whether two words can be one, with a mistake: words of five
// letters or more that differ by one letter too many, too few or another, or by
// two neighbours that changed places; from nine letters on, by two of these.
func Misspelt(a, b string) bool {
	x, y := []rune(a), []rune(b)
	shorter := min(len(x), len(y))
	most := 1
	if shorter >= 9 {
		most = 2
	}
	return shorter >= 5 && a != b && max(len(x), len(y))-shorter <= most && max(len(x), len(y)) <= maxWord && Distance(a, b) <= most
}

// Distance is the number of letters to add, remove, replace or swap with their
// neighbour that makes one text of another.
// https://en.wikipedia.org/wiki/Damerau%E2%80%93Levenshtein_distance#Optimal_string_alignment_distance
func Distance(x, y string) int {
	a, b := []rune(x), []rune(y)
	var before, last, row []int
	for j := range len(b) + 1 {
		last = append(last, j)
	}
	for i, r := range a {
		row = append(row[:0:0], i+1)
		for j, s := range b {
			d := last[j]
			if r != s {
				d++
			}
			d = min(d, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && r == b[j-1] && a[i-1] == s {
				d = min(d, before[j-1]+1)
			}
			row = append(row, d)
		}
		before, last = last, row
	}
	return last[len(b)]
}

package learn

import (
	"slices"
	"strings"
	"testing"
)

// A pattern that is matched with few lines finds what it finds in the whole text.
func TestAnnouncedNumbersAreThoseOfTheWholeText(t *testing.T) {
	for _, text := range []string{
		"", "uw nummer 123", "Bij u is ons nummer 4711 bekend als 1234\nof Uw kenmerk, NR 98765",
		"jullie nummer\n12345", "bekend\nals 123", "Bekend onder 123.\nbekend als 456, your numbér is 7890\nuw nr 111 uw nr 222",
		"uw brief van 3 mei over nummer 12345", "bekendals 333\nuwnummer 444\nzoals bekend als 55555",
	} {
		var want []string
		for _, m := range known.FindAllStringSubmatch(fold(text), maxOthers) {
			want = append(want, m[1]+m[2])
		}
		if got := announced(text); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

// Reading a word allocates little: what all words need is made once.
func TestReadingAWordAllocatesLittle(t *testing.T) {
	const words = 3000
	text := strings.Repeat("de stukken liggen klaar om J.P. dinsdag\n", words/7)
	if n := testing.AllocsPerRun(3, func() { tokens(text) }); n > 2*words {
		t.Errorf("%.0f allocations for %d words", n, words)
	}
}

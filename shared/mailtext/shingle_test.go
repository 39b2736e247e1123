package mailtext

import (
	"hash/fnv"
	"slices"
	"strings"
	"testing"
)

// Shingles are stored: the hash of a word never changes.
func TestTheHashOfAWordIsThatOfFNV(t *testing.T) {
	for _, text := range []string{
		"", "-", "Dag", "Geachte heer De Vries, (de) AANGIFTE 2026-Q3 is klaar.",
		"Één Ærø naïef ǅ İstanbul ß ſ K Ω 𝔸", "👍 ✓ ok\xff\xfe x\uFFFDy", " a  b ",
	} {
		var want []uint64
		for _, word := range strings.FieldsFunc(text, func(c rune) bool { return !isWord(c) }) {
			h := fnv.New64a()
			h.Write([]byte(strings.ToLower(word)))
			want = append(want, h.Sum64())
		}
		if got := appendWords(nil, text); !slices.Equal(got, want) {
			t.Errorf("%q: %x, want %x", text, got, want)
		}
	}
}

// Words are counted in lists that are made once, whatever their number.
func TestWordsAllocateLittle(t *testing.T) {
	lines := readLines("text", strings.Repeat("De stukken liggen klaar, ook die van het DERDE kwartaal: één map.\n", 100)).lines
	if n := testing.AllocsPerRun(3, func() { wordsOf(lines) }); n > 3 {
		t.Errorf("%.0f allocations for a hundred lines", n)
	}
}

func TestABannerIsFoundByItsParts(t *testing.T) {
	for _, text := range []string{
		"This email originated from outside of the organisation", "KOMT VAN BUITEN DE organisatie",
		"afkomstig van buiten uw organizatie", "Do not click on links or attachments",
		"klik niet op links of bijlagen", "Klik niet op bijlagen", "Learn why this is important",
		"Lees waarom dit belangrijk is", "You don't often get email from jan@x.example",
		"U ontvangt niet vaak e-mail van jan@x.example", "[EXTERN]", "External sender", "  Externe afzender",
	} {
		if !isBanner(text) {
			t.Errorf("%q is no banner", text)
		}
	}
	for _, text := range []string{"", "k", "klik", "Ik ga vaak op vakantie", "xter", "Dit is niet zo belangrijk", "Zie de bijlage"} {
		if isBanner(text) {
			t.Errorf("%q is a banner", text)
		}
	}
}

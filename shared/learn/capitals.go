package learn

import (
	"slices"
	"strings"
	"unicode"
)

// maxCapitals is how many names a text is searched for.
const maxCapitals = 40

// capitals returns the words of a text that may be names: words in a row that
// begin with a capital, first those with a legal form behind them. It leaves
// out the names of people who are greeted and the author's own name. A number
// can end a name, and also the words before it: in "Btw Q4 Bakkerij Jansen" the
// name begins after the number.
func (cs *clientSearch) capitals(said string) []string {
	text, greeting := tokens(said), greetingIn(said)
	var sure, maybe []string
	add := func(words []token) {
		var name []string
		heavy := false
		for _, t := range words {
			name = append(name, t.word)
			heavy = heavy || weighty(t.word) && t.word != cs.by.name.last && t.word != cs.by.name.first
		}
		one := strings.Join(name, " ")
		switch {
		case !heavy || slices.Contains(sure, one) || slices.Contains(maybe, one):
		case words[len(words)-1].named:
			sure = append(sure, one)
		default:
			maybe = append(maybe, one)
		}
	}
	for i := 0; i < len(text) && len(sure)+len(maybe) < maxCapitals; i++ {
		if !text[i].upper || text[i].numbered() || text[i].line == greeting {
			continue
		}
		j := i + 1
		for j < len(text) && !text[j].begins && !text[j].apart && !text[j-1].named && !text[j].numbered() && !starters[text[j].word] &&
			(text[j].upper || particles[text[j].word] && j+1 < len(text) && text[j+1].upper) {
			j++
		}
		words := text[i:j]
		at := i
		i = j - 1
		if at > 0 && salutes[text[at-1].word] && text[at-1].word != "aan" || salutes[words[0].word] {
			continue
		}
		if j < len(text) && text[j].numbered() && !text[j].begins && len(text[j].word) < 3 {
			add(text[at : j+1])
		}
		if !words[0].begins || len(words) > 1 || words[0].named {
			add(words)
		}
		if words[0].begins && len(words) > 1 {
			add(words[1:])
		}
		// "Jan Jansen van Garage Visser" has two names.
		for k := range words[:len(words)-1] {
			if k > 0 && words[k].word == "van" && len(words)-k > 2 {
				add(words[k+1:])
			}
		}
		// It is not clear where a name with a particle begins, so its longest word
		// is looked for.
		if at > 0 && particles[text[at-1].word] && len(words) > 1 {
			maybe = append(maybe, slices.MaxFunc(words, func(a, b token) int { return len(a.word) - len(b.word) }).word)
		}
	}
	return append(sure, maybe...)
}

// greetingIn returns the line of a text with which its writer greets somebody, whatever the
// words: the first below the subject, short, with a comma at its end; -1 for none.
func greetingIn(text string) int {
	at := -1
	for line := range strings.Lines(text) {
		at++
		if line = strings.TrimSpace(line); at > 0 && line != "" {
			if strings.HasSuffix(line, ",") && len(strings.Fields(line)) <= maxGreeting {
				return at
			}
			break
		}
	}
	return -1
}

// maxGreeting is how many words greet somebody.
const maxGreeting = 4

// numbered says whether a word has a digit.
func (t token) numbered() bool { return strings.ContainsFunc(t.word, unicode.IsDigit) }

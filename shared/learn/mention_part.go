package learn

import "kantoorpost/shared/mailtext"

// partAt says how a text presents a word that only one of the sender's clients has in
// its name: -1 for not, 0 as a name in the subject, 1 as what the text is about ("dit is
// voor Havik"), whatever other sentences say. The word is written as a name, and not that
// of somebody who is greeted, who works there or with whom others trade.
func partAt(text []token, word string) int {
	best, dealt := -1, false
	for i, t := range text {
		s := span{0, i, i + 1}
		switch {
		case t.word != word || !t.upper || len(word) < leastPart && t.line == 0 || topics[word] || everyday[word]:
			continue
		case i > 0 && salutes[text[i-1].word]:
			return -1
		}
		person, _ := inContext(text, s, true)
		switch {
		case person == dealing:
			dealt = true
		case t.line > 0 && presentedPart(text, i):
			return 1
		case t.line == 0 && !t.begins && !shouted(text):
			best = 0
		}
	}
	if dealt {
		return -1
	}
	return best
}

// tellsApart says whether a word of a name is seldom anything else.
func tellsApart(w string) bool { return weighty(w) && !mailtext.Trade(w) && !topics[w] && !everyday[w] }

// leastPart is the least length of a word that alone stands for a client, unless the text
// says that it is about it.
const leastPart = 5

// presentedPart says whether the words before a name say that the text is about it, with
// at most the article or a word of trade of the name between them.
func presentedPart(text []token, at int) bool {
	for k := at - 1; k >= 0 && k >= at-3 && text[k].line == text[at].line && !text[k+1].begins; k-- {
		if presenting[text[k].word] || k > 0 && belonging[text[k].word] && being[text[k-1].word] {
			return true
		}
		if !particles[text[k].word] && !mailtext.Trade(text[k].word) {
			return false
		}
	}
	return false
}

// belonging and being are words that together present whom a text is about: "het is van".
var (
	belonging = set("van bij of to")
	being     = set("is zijn hoort horen is are belongs belong")
)

// shouted says whether all words of the subject begin with a capital: then a capital
// says nothing.
func shouted(text []token) bool {
	n := 0
	for _, t := range text {
		if t.line > 0 {
			break
		}
		if !t.upper && !t.numbered() {
			return false
		}
		n++
	}
	return n > 2
}

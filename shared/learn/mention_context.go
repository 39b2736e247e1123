package learn

// aboutWords are words before the subject of a sentence.
var aboutWords = set("voor bij over om betreft inzake aangaande for about regarding concerning")

// presented says whether the word before a span presents what a mail is about, or
// the span stands in the subject, the first line of a text.
func presented(text []token, s span) bool {
	return text[s.from].line == 0 || s.from > 0 && (presenting[text[s.from-1].word])
}

// presenting are words that stand before the name of the client that a mail is about.
var presenting = set("voor over om betreft inzake aangaande for about regarding concerning namens door onder dossier administratie bedrijf relatie client klant onderneming behalf")

// nowAt says whether a span is the name of a new employer or owner: "nu werkzaam
// bij", "overgenomen door", "wij vallen onder". The mail is about that one, whoever
// else it names.
func nowAt(text []token, s span) bool {
	if s.from < 2 || !joining[text[s.from-1].word] || text[s.from].begins {
		return false
	}
	for _, t := range text[max(0, s.from-4) : s.from-1] {
		if changing[t.word] {
			return true
		}
	}
	return false
}

// formerly says whether a span is the name of a former employer, or of a company
// that another one took over.
func formerly(text []token, s span) bool {
	if s.from > 0 && leaving[text[s.from-1].word] {
		return true
	}
	for _, t := range text[s.to:min(len(text), s.to+4)] {
		if t.begins || t.apart {
			return false
		}
		if ended[t.word] {
			return true
		}
	}
	return false
}

// aside says whether a span is the name of a company that the text compares with, or of
// which it says that its mail comes later.
func aside(text []token, s span) bool {
	for k := s.from - 1; k >= 0 && k >= s.from-4 && !text[k+1].begins; k-- {
		if comparing[text[k].word] {
			return true
		}
	}
	return s.to < len(text) && !text[s.to].begins && following[text[s.to].word]
}

var (
	comparing = set("als zoals evenals like")
	following = set("volgt volgen follows")

	leaving = set("na voorheen voormalig voormalige vroeger ex ipv after formerly former")
	ended   = set("gekocht bestaat opgeheven overgenomen failliet gestopt verlaten verkocht opgegaan acquired bought sold")

	joining  = set("bij door van onder aan naar met by at to with of under")
	changing = set("nu begonnen werk werken werkzaam dienst tegenwoordig overgenomen overgestapt verkocht deel onderdeel vallen valt gefuseerd opgegaan now work working joined acquired taken sold part")
)

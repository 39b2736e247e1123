package mailtext

import (
	"strings"
	"unicode"
)

// commonWords has frequent words of languages. None is a word of two of them.
var commonWords = languageOfWords(map[string]string{
	"nl": "het een van ik niet voor met aan ook wij uw naar bij graag wordt heb hebben zijn deze dit nog maar alvast hierbij groet groeten " +
		"vriendelijke bedankt wilt kunt kunnen zou bijlage hoor onze jullie",
	"en": "the and you your with this that have are please thank thanks would from can could our we're regards attached hereby know let " +
		"sincerely been has not",
	"de": "und ich nicht für mit sie wir ihre ihnen bitte danke der das ist ein eine zu auf grüßen freundlichen anbei unsere wird",
	"fr": "je vous nous les des est pour dans avec merci votre bonjour cordialement pas une sur que qui jointe",
})

func languageOfWords(lists map[string]string) map[string]string {
	languages := map[string]string{}
	for language, list := range lists {
		for word := range strings.FieldsSeq(list) {
			languages[word] = language
		}
	}
	return languages
}

const (
	// firmWords is how many common words a text must have before its language is known.
	firmWords = 4
	// firmLead is how many times more of them it must have than of the other languages together.
	firmLead = 4
	// languageBytes is how much of a text is read: the first sentences tell it.
	languageBytes = 1 << 10
)

// LanguageIn returns the language of a text, "nl", "en", "de" or "fr"; "" unless it is surely one of them.
func LanguageIn(text string) string {
	count, all := map[string]int{}, 0
	between := func(c rune) bool { return !unicode.IsLetter(c) && c != '\'' }
	for word := range strings.FieldsFuncSeq(strings.ToLower(text[:min(len(text), languageBytes)]), between) {
		if language := commonWords[word]; language != "" {
			count[language]++
			all++
		}
	}
	for language, n := range count {
		if n >= firmWords && n >= firmLead*(all-n) {
			return language
		}
	}
	return ""
}

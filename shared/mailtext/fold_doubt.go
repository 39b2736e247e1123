package mailtext

import (
	"regexp"
	"slices"
	"strings"

	"kantoorpost/shared/mail"
)

// What writers say about answers that stand in the quoted text. Each table has Dutch,
// English, German and French.
var (
	// answersBelow matches words that refer to the text below.
	answersBelow = regexp.MustCompile(`(?i)\b(hieronder|onderstaande?|hierna|zie onder|onderaan|beneden|daaronder|in-?line|tussen de (regels|tekst|vragen)|tussendoor|in de (tekst|mail|vragen)|in (je|uw|jouw|jullie|mijn|zijn|haar) (mail|e-mail|bericht|tekst|vragen)|` +
		`in (het |een )?(rood|rode|blauw|blauwe|groen|groene|paars|oranje|geel|gele|vet|cursief|hoofdletters|kapitalen)|per (vraag|punt|regel)|` +
		`below|underneath|beneath|between the lines|interspersed|in (the|your|my) (text|e-?mail|message)|in (red|blue|green|purple|orange|yellow|bold|italics?|caps|capitals)|` +
		`unten|unterhalb|untenstehend|nachstehend|nachfolgend|darunter|im text|zwischen den zeilen|in (rot|roter|blau|blauer|grün|grüner|fett|kursiv)|in (deiner|ihrer|eurer) (mail|e-mail|nachricht)|` +
		`ci-?dessous|ci-?après|plus bas|en dessous|dans (le texte|le corps|votre|ton)|entre les lignes|en (rouge|bleu|vert|gras|italique|majuscules))\b`)
	// answerMark matches a mark before an answer: "[Jan Jansen]", "Antwoord: …", "==> …".
	answerMark = regexp.MustCompile(`(?i)^(\[\p{L}[\p{L}. -]{0,38}\]\s*\S|(antw(oord)?|reactie|opm(erking)?|answer|reply|response|comment|a|r|antwort|kommentar|réponse|rép|commentaire)( (van )?\p{L}{1,20})?\s*[:=] *\S|[=-]*[>»→⇒]+\s*\S|[*#]{3,}\s*\S|@\p{L}+)`)
	// answerWord matches a question with an answer to it.
	answerWord = regexp.MustCompile(`(?i)\?[\s)*_-]{1,6}(ja|nee|jawel|klopt|inderdaad|akkoord|prima|ok|oke|oké|yes|no|yep|nope|correct|nein|doch|stimmt|oui|non|d'accord)\b`)
	// greeting matches a line that says nothing more.
	greeting = regexp.MustCompile(`(?i)^(beste|geachte|hallo|hoi|hi|hey|hello|dear|dag|ha|goede(morgen|middag|navond)|goeden?(dag|avond)|lieve|l\.s\.|good (morning|afternoon|evening|day)|` +
		`sehr geehrter?|lieber?|guten (tag|morgen|abend)|bonjour|bonsoir|chère?|monsieur|madame)\b[^,:!.?]{0,60}[,:]?$`)
	// labelled matches a line of a header in any language.
	labelled = regexp.MustCompile(`^[*_ ]{0,2}\p{L}[\p{L} .-]{0,23}\s?:[*_ ]`)
	// banner matches what a gateway puts above the text of a mail from outside.
	banner = regexp.MustCompile(`(?i)(originated|afkomstig|komt|sent|from|verzonden|van|von) (from )?(outside|buiten|außerhalb) (of |van )?(your|the|our|de|uw|je|onze|der|ihrer) organi[sz]ati|` +
		`(do not|don't) click (on )?(any )?(links|attachments)|klik niet op (links|koppelingen|bijlagen)|(don't|do not) often get (e-?mail|messages) from|` +
		`(u ontvangt|je ontvangt) niet vaak (e-?mail|berichten) van|why this is important|waarom dit belangrijk is|^\W*(caution: )?extern(al|e)?( e-?mail| sender| afzender)?\W*$`)
)

// isBanner searches for a few letters first, so the pattern is matched with few lines.
func isBanner(text string) bool {
	return len(text) > 6 && slices.ContainsFunc([]string{"rganisa", "rganiza", "lick", "klik", "Klik", "xtern", "XTERN", "often", "vaak", "important", "belangrijk"},
		func(part string) bool { return strings.Contains(text, part) }) && matches(banner, cut(text, 600))
}

// answered tells whether a piece that is in no earlier message shows marks of answers.
func (f *folder) answered(r region, piece []line) bool {
	indented := func(l line) bool { return l.at != none && strings.HasPrefix(f.letter.Content[l.at:], "  ") }
	first := piece[nextText(piece, 0)]
	quotesByIndent := r.rest && r.kind == attribution && f.letter.Type == "text" && indented(first)
	return matches(answerWord, join(piece)) || slices.ContainsFunc(piece, func(l line) bool {
		return l.is(coloured) || matches(answerMark, l.text) || quotesByIndent && !l.blank() && !indented(l)
	})
}

// introduced tells whether a mail program introduced a region. People also write "Op 3
// mei schreef de notaris:" above what they type or paste, or a form with the fields
// Van, Aan and Datum. And the quoted mail must be one between the people of this one.
func (f *folder) introduced(r region) bool {
	if len(r.intro) == 0 {
		return false
	}
	text := cut(join(r.intro), maxAttribution*2)
	marked := r.intro[0].is(introduces) || r.intro[0].is(restQuoted)
	switch r.kind {
	case attribution:
		if r.foreign {
			return f.receives(address(text)) // people write such lines too
		}
		if !marked && !strings.Contains(text, "@") && !(matches(hour, text) && matches(day, text)) {
			return false
		}
		return f.between(address(text), nil)
	case originalHead:
		h := r.header
		if h.from == "" {
			return marked || divider(r.intro[0].text) != noHead
		}
		divided := marked || r.intro[0].is(ruled) || rule(r.intro[0].text) || divider(r.intro[0].text) != noHead
		if !divided && (!h.date || h.subject == "") || !strings.Contains(text, "@") && !matches(clock, text) {
			return false
		}
		return f.between(address(h.from), addresses(h.to))
	}
	return false
}

// between tells whether a quoted mail was one of this conversation, as far as its head
// says: its writer receives this mail or belongs to the office; or he is the sender of
// this mail, who wrote to them before. Else it is pasted, and new.
func (f *folder) between(from mail.Address, to []mail.Address) bool {
	if f.letter.To == nil || from.Email == "" {
		return true
	}
	if f.receives(from) {
		return true
	}
	return strings.EqualFold(from.Email, f.letter.From.Email) && slices.ContainsFunc(to, f.receives)
}

// receives tells whether somebody received the letter, or belongs to the office.
func (f *folder) receives(a mail.Address) bool {
	_, domain, _ := strings.Cut(a.Email, "@")
	return f.letter.Domain != "" && strings.EqualFold(domain, f.letter.Domain) ||
		slices.ContainsFunc(f.letter.To, func(to mail.Address) bool { return strings.EqualFold(to.Email, a.Email) })
}

// forwards tells whether the subject says that a region is forwarded.
func (f *folder) forwards(r region) bool {
	subject := tag.ReplaceAllString(clean(cut(f.letter.Subject, 1000)), "")
	return r.kind == originalHead && matches(forwardPrefix, subject)
}

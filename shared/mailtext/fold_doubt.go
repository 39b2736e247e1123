package mailtext

import (
	"slices"
	"strings"

	"kantoorpost/shared/lazyregexp"
	"kantoorpost/shared/mail"
)

// anyOf compiles alternatives, whatever their case, between two other patterns.
func anyOf(before, after string, alternatives ...string) *lazyregexp.Regexp {
	return lazyregexp.New("(?i)" + before + "(?:" + strings.Join(alternatives, "|") + ")" + after)
}

// What writers say about answers that stand in the quoted text, and what stands around
// such text: in Dutch, English, German and French.
var (
	// answersBelow matches words that refer to the text below.
	answersBelow = anyOf(`\b`, `\b`,
		`hieronder|onderstaande?|hierna|zie onder|onderaan|beneden|daaronder|in-?line|tussendoor|tussen de (regels|tekst|vragen)`,
		`in de (tekst|mail|vragen)|in (je|uw|jouw|jullie|mijn|zijn|haar) (mail|e-mail|bericht|tekst|vragen)|per (vraag|punt|regel)`,
		`in (het |een )?(rood|rode|blauw|blauwe|groen|groene|paars|oranje|geel|gele|vet|cursief|hoofdletters|kapitalen)`,
		`(mijn|onze) (antwoord(en)?|reacties?|opmerkingen)|ingevuld|aangevuld`,
		`below|underneath|beneath|between the lines|interspersed|(my|our) (answers?|replies|comments?|responses?|remarks)|filled in`,
		`in (the|your|my) (text|e-?mail|message)|in (red|blue|green|purple|orange|yellow|bold|italics?|caps|capitals)`,
		`unten|unterhalb|untenstehend|nachstehend|nachfolgend|darunter|im text|zwischen den zeilen`,
		`in (deiner|ihrer|eurer) (mail|e-mail|nachricht)`,
		`(meine|unsere) (antworten?|kommentare|anmerkungen)|ausgefüllt|in (rot|roter|blau|blauer|grün|grüner|fett|kursiv)`,
		`ci-?dessous|ci-?après|plus bas|en dessous|dans (le texte|le corps|votre|ton)|entre les lignes`,
		`(mes|nos) (réponses|commentaires|remarques)|complété|en (rouge|bleu|vert|gras|italique|majuscules)`)
	// answerMark matches a mark before an answer: "[Jan Jansen]", "Antwoord: …", "==> …".
	answerMark = anyOf(`^`, ``,
		`\[\p{L}[\p{L}. -]{0,38}\]\s*\S`, `[=-]*[>»→⇒]+\s*\S`, `[*#]{3,}\s*\S`, `@\p{L}+`,
		`(antw(oord)?|reactie|opm(erking)?|answer|reply|response|comment|a|r|antwort|kommentar|réponse|rép|commentaire)`+
			`( (van )?\p{L}{1,20})?\s*[:=] *\S`)
	// answerWord matches a question with an answer to it.
	answerWord = anyOf(`\?[\s)*_-]{1,6}`, `\b`,
		`ja|nee|jawel|klopt|inderdaad|akkoord|prima|ok|oke|oké|yes|no|yep|nope|correct|nein|doch|stimmt|oui|non|d'accord`)
	// greeting matches a line that says nothing more.
	greeting = anyOf(`^`, `\b[^,:!.?]{0,60}[,:]?$`,
		`beste|geachte|hallo|hoi|hi|hey|hello|dear|dag|ha|goede(morgen|middag|navond)|goeden?(dag|avond)|lieve|l\.s\.`,
		`good (morning|afternoon|evening|day)|sehr geehrter?|lieber?|guten (tag|morgen|abend)|bonjour|bonsoir|chère?|monsieur|madame`)
	// labelled matches a line of a header in any language.
	labelled = lazyregexp.New(`^[*_ ]{0,2}\p{L}[\p{L} .-]{0,23}\s?:[*_ ]`)
	// banner matches what a gateway puts above the text of a mail from outside.
	banner = anyOf(``, ``,
		`(originated|afkomstig|komt|sent|from|verzonden|van|von) (from )?(outside|buiten|außerhalb) (of |van )?`+
			`(your|the|our|de|uw|je|onze|der|ihrer) organi[sz]ati`,
		`(do not|don't) click (on )?(any )?(links|attachments)|klik niet op (links|koppelingen|bijlagen)`,
		`why this is important|waarom dit belangrijk is`,
		`(don't|do not) often get (e-?mail|messages) from|(u ontvangt|je ontvangt) niet vaak (e-?mail|berichten) van`,
		`^\W*(caution: )?extern(al|e)?( e-?mail| sender| afzender)?\W*$`)
)

// bannerParts are letters of which each banner has some, by a rare one of them: few lines
// are matched with the pattern, and few places are looked at.
var bannerParts = [256][]string{
	'g': {"rganisa", "rganiza"}, 'k': {"lick", "klik", "Klik", "vaak"}, 'x': {"xtern"}, 'X': {"XTERN"},
	'f': {"often"}, 'p': {"important"}, 'j': {"belangrijk"},
}

func hasBannerPart(text string) bool {
	for i := range len(text) {
		for _, part := range bannerParts[text[i]] {
			if from := i - strings.IndexByte(part, text[i]); from >= 0 && strings.HasPrefix(text[from:], part) {
				return true
			}
		}
	}
	return false
}

func isBanner(text string) bool {
	return len(text) > 6 && hasBannerPart(text) && matches(banner, cut(text, 600))
}

// answered tells whether a piece that is in no earlier message shows marks of answers.
func (f *folder) answered(r region, piece []line) bool {
	indented := func(l line) bool { return l.at != none && strings.HasPrefix(f.message.Content[l.at:], "  ") }
	first := piece[nextText(piece, 0)]
	quotesByIndent := r.rest && r.kind == attribution && f.message.Type == "text" && indented(first)
	return matches(answerWord, join(piece)) || slices.ContainsFunc(piece, func(l line) bool {
		return l.is(coloured) || matches(answerMark, l.text) || quotesByIndent && !l.blank() && !indented(l)
	})
}

// introduced tells whether a mail program introduced a region. People also write "Op 3
// mei schreef de notaris:" above what they type or paste, or a form with the fields
// Van, Aan and Datum. And the quoted mail must be one that the office has.
func (f *folder) introduced(r region) bool {
	if len(r.intro) == 0 {
		return false
	}
	text := cut(join(r.intro), maxAttribution*2)
	marked := r.intro[0].is(introduces) || r.intro[0].is(restQuoted)
	switch r.kind {
	case attribution:
		if r.foreign {
			return f.isOffice(address(text)) // people write such lines too
		}
		if !marked && !strings.Contains(text, "@") && !(matches(hour, text) && matches(day, text)) {
			return false
		}
		return f.officeHas(address(text), nil)
	case originalHead:
		h := r.header
		if h.from == "" {
			return (marked || divider(r.intro[0].text) != noHead) && f.officeHas(address(text), nil)
		}
		divided := marked || r.intro[0].is(ruled) || rule(r.intro[0].text) || divider(r.intro[0].text) != noHead
		if !divided && (!h.date || h.subject == "") || !strings.Contains(text, "@") && !matches(clock, text) {
			return false
		}
		return f.officeHas(address(h.from), addresses(h.to))
	}
	return false
}

// officeHas tells whether the office has a quoted mail, as far as its head says: it
// wrote that itself, or answers with this message what was sent to it, or the writer of
// this message sent it to the office. Else it is pasted, or the office was added to a
// conversation of others: then it is new.
func (f *folder) officeHas(from mail.Address, to []mail.Address) bool {
	switch {
	case f.message.Office == "":
		return true
	case from.Email == "":
		return slices.ContainsFunc(f.message.To, func(to mail.Address) bool {
			return f.isOffice(to) && len(to.Name) > 2 && strings.Contains(strings.ToLower(from.Name), strings.ToLower(to.Name))
		})
	}
	writer := f.isOffice(f.message.From) || strings.EqualFold(from.Email, f.message.From.Email)
	return f.isOffice(from) || writer && slices.ContainsFunc(to, f.isOffice)
}

// isOffice tells whether an address received the message, or is at its domain.
func (f *folder) isOffice(a mail.Address) bool {
	_, domain, _ := strings.Cut(a.Email, "@")
	return a.Email != "" && strings.EqualFold(a.Email, f.message.Office) || domain != "" && strings.EqualFold(domain, f.message.Domain)
}

// forwards tells whether the subject says that a region is forwarded.
func (f *folder) forwards(r region) bool {
	subject := tag.ReplaceAllString(clean(cut(f.message.Subject, 1000)), "")
	return r.kind == originalHead && matches(forwardPrefix, subject)
}

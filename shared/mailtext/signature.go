package mailtext

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"kantoorpost/shared/lazyregexp"
)

// Limits on a signature, in lines that are not empty. A longer text is no signature
// but part of the mail itself.
const (
	maxSignature   = 40 // after a closing, or where the mail program marks it
	maxThanks      = 10 // after "Alvast bedankt", which also occurs in the middle of a text
	maxUnsigned    = 8  // a last paragraph without a closing
	maxBoilerplate = 20 // paragraphs of boilerplate at the end
	maxClosing     = 70 // runes of the line with the closing
)

var (
	// closing matches the start of the line that ends a mail, such as "groetjes" and not "gr"; only a
	// name may follow.
	closing = lazyregexp.Longest(`(?i)^(met (vriendelijke|hartelijke|collegiale|beste|de meeste|sportieve|warme|` +
		`zonnige)\b.{0,20}\bgroet(en|jes)?` +
		`|(vriendelijke|hartelijke|lieve|beste|fijne|zonnige|warme|veel) groet(en|jes)?|groet(en|jes)?|gr(tz|oetz|\.)?|` +
		`m\.? ?vr?\.? ?gr?\.?|vr\.? ?gr\.?|hoogachtend|met hoogachting|(mei freonlike )?groetnis|oant sjen` +
		`|mit (freundlichen|besten|herzlichen|vielen|lieben) gr(ü|ue)(ß|ss)en?|(viele|liebe|beste|herzliche|freundliche|sch(ö|` +
		`oe)ne) gr(ü|ue)(ß|ss)e|gru(ß|ss)|hochachtungsvoll|mfg|m\.f\.g\.` +
		`|((with )?(kind(est)?|best|warm(est)?|many)|with) regards|regards|best wishes|all the best|yours( (sincerely|faithfully|` +
		`truly))?|sincerely( yours)?|cheers|best|b\.?r\.?` +
		`|cordialement|bien (à vous|cordialement)|salutations( distinguées)?|meilleures salutations)`)
	// thanks matches a weaker closing.
	thanks = lazyregexp.New(`(?i)^(alvast (hartelijk |heel erg )?(bedankt|dank)|bij voorbaat( hartelijk)? dank|hartelijk dank|` +
		`bedankt|dank je wel|dank u wel|dank|thanks|many thanks|thank you|thx|danke|vielen dank|besten dank|merci)\b(.*)$`)
	// device matches the line that mail programs add about themselves.
	device = lazyregexp.New(`(?i)^[<(]*\s*(verzonden|verstuurd|gestuurd|sent|gesendet|envoyé) (met|vanaf|vanuit|via|from|with|` +
		`using|by|mit|von|em|de|depuis) (de |the |een |a )?((mijn|my|mein(em|er)?|mon|ma|min|meu) )?.{0,20}\b` +
		`(i ?phone|i ?pad|i ?pod|mac(book)?|android|galaxy|samsung|huawei|xiaomi|oneplus|pixel|htc|nokia|sony|blackberry|alcatel|` +
		`windows|outlook|gmail|hotmail|yahoo|proton ?mail|icloud|airmail|mailbox|spark|sparrow|spike|mailbird|mailspring|mimestream|` +
		`em client|superhuman|newton|bluemail|aquamail|k-9|thunderbird|e-?mail|mail|telefoon|smartphone|toestel|mobiel(tje)?|tablet|` +
		`mobile|phone|cell(phone)?|device|handy|mobilgerät|mobiltelefon|téléphone|portable)\b.{0,80}$` +
		`|^[<(]*\s*sent from my [\w-]{2,20}\W{0,3}$|^(get|download) outlook\b.{0,120}$` +
		`|^\s*(outlook (voor|for|für) (android|ios).{0,80}|von meinem .{1,40} gesendet.{0,40}|diese nachricht wurde von mein.{1,80}|` +
		`.{0,40}\boutlook (voor|for|für) (ios|android)\b.{0,60})$`)
	// disclaims matches the start of a disclaimer.
	disclaims = lazyregexp.New(`(?i)\bdisclaimer\b|uitsluitend (bestemd|bedoeld)|(kan|kunnen) vertrouwelijke|is vertrouwelijk|` +
		`vertrouwelijke informatie|strikt vertrouwelijk|ten onrechte ontvangen|niet (de|voor u) bestemd|` +
		`\b(is|are|may be|be) (strictly )?(confidential|privileged)|confidential(ity)? (notice|information)|intended (solely|only|` +
		`for)|intended recipient|received (this|it) .{0,30}in error|` +
		`denk aan het milieu|consider the environment|before printing|algemene voorwaarden|aansprakelijk|general terms and conditions|` +
		`diese e-mail enthält|vertrauliche|irrtümlich erhalten|virus(vrij|-free|en)|avast\.com`)
	// plainDisclaimer matches a disclaimer beyond doubt: in a text without a signature,
	// people may themselves write about liability and conditions.
	plainDisclaimer = lazyregexp.New(`(?i)^\W*disclaimer\b|uitsluitend (bestemd|bedoeld) voor|(kan|kunnen) vertrouwelijke|` +
		`intended (solely|only) for|intended recipient|confidentiality notice|` +
		`denk aan het milieu|consider the environment|diese e-mail enthält vertrauliche`)
)

// splitSignature separates the writer's text from the signature, and removes
// disclaimers and lines of mail programs from both.
func splitSignature(lines []line) (own, signature []line) {
	at := signatureAt(lines)
	own, signature = lines[:at], lines[at:]
	own, signature = movePostscripts(own, signature)
	// Lines that the mail program marked belong to the signature wherever they are.
	if i := slices.IndexFunc(own, func(l line) bool { return l.is(signatureMark) }); i >= 0 {
		var rest, marked []line
		for _, l := range own {
			if l.is(signatureMark) {
				marked = append(marked, l)
			} else {
				rest = append(rest, l)
			}
		}
		own, signature = rest, append(marked, signature...)
	}
	return withoutDisclaimers(own, false), withoutDisclaimers(signature, true)
}

// postscript matches the start of a postscript below the closing.
var postscript = lazyregexp.New(`^[*_ ]*(?:(?i:p\.? ?p?\.? ?s|n\.? ?b|o ?ja|post ?scriptum)(?:\.?\s*[:.,–-]|\.? \p{Ll}))`)

// movePostscripts moves postscripts from the signature to the writer's text, each up
// to the next empty line.
func movePostscripts(own, signature []line) (text, rest []line) {
	text = own
	for i := 0; i < len(signature); i++ {
		if i == 0 || !matches(postscript, signature[i].text) {
			rest = append(rest, signature[i])
			continue
		}
		text = append(slices.Clip(text), line{})
		for ; i < len(signature) && !signature[i].blank(); i++ {
			text = append(text, signature[i])
		}
		i--
	}
	return text, rest
}

// signatureAt returns the line where the signature starts; len(lines) for none.
func signatureAt(lines []line) int {
	left := 0 // lines that are not empty, from here to the end
	at, weak := len(lines), len(lines)
	for i := len(lines) - 1; i >= 0 && left <= maxSignature; i-- {
		l := lines[i]
		if l.blank() {
			continue
		}
		switch {
		case l.text == "--" || l.text == "—" || isClosing(l.text):
			at = i
		case left <= maxThanks && isThanks(lines, i):
			weak = i
		}
		left++
	}
	if at < len(lines) {
		return at
	}
	if weak < len(lines) {
		return weak
	}
	if i := slices.IndexFunc(lines, func(l line) bool { return l.is(signatureMark) }); i >= 0 && countFrom(lines, i) <= maxSignature {
		return markedEnd(lines)
	}
	return unannouncedSignature(lines)
}

// markedEnd returns where the last lines start that the mail program marked as
// signature.
func markedEnd(lines []line) int {
	at := len(lines)
	for at > 0 && (lines[at-1].is(signatureMark) || lines[at-1].blank()) {
		at--
	}
	return at
}

func countFrom(lines []line, i int) (n int) {
	for _, l := range lines[i:] {
		if !l.blank() {
			n++
		}
	}
	return n
}

// isClosing tells whether a line is a closing, with or without a name.
func isClosing(text string) bool {
	_, ok := afterClosing(text)
	return ok
}

// afterClosing returns the text after a closing on its line: a name, or nothing.
func afterClosing(text string) (string, bool) {
	text = strings.TrimLeft(text, "*_ ")
	if utf8.RuneCountInString(text) > maxClosing {
		return "", false
	}
	step(len(text))
	m := closing.FindStringIndex(text)
	if m == nil {
		return "", false
	}
	rest := text[m[1]:]
	// "groetjes aan allen" and "Best lastig" are no closings.
	if rest != "" && unicode.IsLetter([]rune(rest)[0]) {
		return "", false
	}
	rest = strings.Trim(rest, " ,.!/|*_-–:;")
	if other, ok := afterClosing(rest); ok {
		return other, true
	}
	if rest == "" || looksLikeName(rest) || strings.HasPrefix(strings.ToLower(rest), "namens ") ||
		strings.HasPrefix(strings.ToLower(rest), "uit ") {
		return rest, true
	}
	return "", false
}

// isThanks tells whether line i thanks and a name or the end of the mail follows.
func isThanks(lines []line, i int) bool {
	step(len(lines[i].text))
	m := thanks.FindStringSubmatch(lines[i].text)
	if m == nil || utf8.RuneCountInString(lines[i].text) > maxClosing {
		return false
	}
	rest := strings.Trim(m[len(m)-1], " ,.!")
	if rest != "" {
		return looksLikeName(rest)
	}
	for _, l := range lines[i+1:] {
		if !l.blank() {
			return looksLikeName(l.text)
		}
	}
	return false
}

// unannouncedSignature finds a signature without a closing: a last paragraph of
// short lines, one of them with a telephone number.
func unannouncedSignature(lines []line) int {
	end := len(lines)
	for end > 0 && (lines[end-1].blank() || isAdvertisement(lines[end-1].text)) {
		end--
	}
	at, n, phone := end, 0, false
	for at > 0 && !lines[at-1].blank() {
		l := lines[at-1]
		n++
		if n > maxUnsigned || utf8.RuneCountInString(l.text) > maxClosing || strings.HasSuffix(l.text, ":") || strings.HasSuffix(l.text, "?") {
			return len(lines)
		}
		phone = phone || phoneLine(l.text)
		at--
	}
	if at == 0 || !phone || n < 2 || !looksLikeName(lines[at].text) {
		return len(lines)
	}
	return at
}

// withoutDisclaimers removes disclaimers, lines of mail programs and lines without
// letters: from a signature everywhere, from the writer's text only at its end.
func withoutDisclaimers(lines []line, signature bool) []line {
	if !signature {
		end := len(lines)
		for range maxBoilerplate {
			start := end
			for start > 0 && !lines[start-1].blank() {
				start--
			}
			if start < end && !isBoilerplate(lines[start:end]) {
				break
			}
			end = max(0, start-1)
			if start == 0 {
				break
			}
		}
		return lines[:end]
	}
	var kept []line
	skip := false
	for _, l := range lines {
		switch {
		case l.blank():
			skip = false
			continue
		case skip:
			continue
		case matches(disclaims, cut(l.text, 400)):
			skip = true
			continue
		case isAdvertisement(l.text), !hasLetterOrDigit(l.text), utf8.RuneCountInString(l.text) > 200:
			continue
		}
		kept = append(kept, line{text: l.text})
	}
	return kept
}

// isBoilerplate tells whether a paragraph is a disclaimer or added by a mail program.
func isBoilerplate(paragraph []line) bool {
	for i, l := range paragraph {
		if i == 0 && len(l.text) > 60 && matches(plainDisclaimer, cut(l.text, 600)) {
			return true
		}
		if !isAdvertisement(l.text) && hasLetterOrDigit(l.text) {
			return false
		}
	}
	return true
}

// isAdvertisement tells whether a mail program added this line about itself.
func isAdvertisement(text string) bool { return len(text) <= 200 && matches(device, text) }

func hasLetterOrDigit(text string) bool {
	return strings.ContainsFunc(text, func(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) })
}

// cut returns at most the first n bytes of a text.
func cut(text string, n int) string {
	if len(text) <= n {
		return text
	}
	return strings.ToValidUTF8(text[:n], "")
}

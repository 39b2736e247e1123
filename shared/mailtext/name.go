package mailtext

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"kantoorpost/shared/lazyregexp"
)

// particles are the lower-case words between a first name and a surname.
var particles = []string{"van", "de", "den", "der", "het", "'t", "’t", "te", "ten", "ter", "in", "op", "aan", "bij", "onder", "over", "uit",
	"uijt", "vd", "v.d.", "v/d", "von", "zu", "du", "la", "le", "d'", "el"}

// sharedNames are the local parts of addresses, and the first words of names, of
// shared mailboxes and programs.
var sharedNames = []string{"info", "administratie", "admin", "administration", "boekhouding", "buchhaltung", "facturen", "factuur",
	"facturatie", "invoice", "invoices", "billing",
	"debiteuren", "crediteuren", "finance", "financien", "financieel", "accounts", "accounting", "kantoor", "office", "buero", "post", "mail",
	"email", "e-mail", "contact", "kontakt", "receptie", "reception",
	"secretariaat", "sales", "verkoop", "inkoop", "support", "service", "servicedesk", "helpdesk", "klantenservice", "klantcontact",
	"planning", "hr", "personeel", "salaris", "salarisadministratie",
	"loonadministratie", "payroll", "noreply", "no-reply", "donotreply", "do-not-reply", "notification", "notifications", "notificatie",
	"notificaties", "newsletter", "nieuwsbrief", "marketing", "webmaster",
	"postmaster", "mailer-daemon", "scan", "scanner", "printer", "order", "orders", "bestellingen", "shop", "webshop", "winkel", "belasting",
	"belastingdienst", "team", "hallo", "hello", "welkom", "vragen", "afdeling", "directie", "management", "algemeen"}

// legalForm matches the legal form in the name of a company.
var legalForm = lazyregexp.New(
	`(?i)(^|[\s,(])(b\.?\s?v\.?|n\.?\s?v\.?|v\.?\s?o\.?\s?f\.?|c\.v\.|u\.a\.|gmbh|ag|ug|kg|e\.k\.|ltd\.?|limited|llc|inc\.?|plc|` +
		`s\.?a\.?r\.?l\.?|b\.?v\.?b\.?a\.?|comm\.?\s?v\.?|eenmanszaak|stichting|maatschap|coöperatie|vereniging)($|[\s,.)|])`)

// looksLikeName tells whether a text can be the name of one person in a signature:
// one to six words of letters, the first and the last with a capital, without words
// of companies and functions.
func looksLikeName(text string) bool {
	text = strings.Trim(text, " ,.*|-–")
	if n := utf8.RuneCountInString(text); n < 2 || n > 50 || matches(legalForm, text) {
		return false
	}
	words := strings.Fields(text)
	if len(words) > 6 {
		return false
	}
	for _, w := range words {
		bare := strings.Trim(w, ".,()")
		for _, c := range bare {
			if strings.EqualFold(bare, "v/d") {
				break
			}
			if !unicode.IsLetter(c) && !strings.ContainsRune(".-'’`", c) {
				return false
			}
		}
		first, _ := utf8.DecodeRuneInString(bare)
		if unicode.IsLower(first) && !strings.HasPrefix(bare, "d'") && (!slices.Contains(particles, strings.ToLower(bare)) || len(words) == 1) {
			return false
		}
		lower := strings.ToLower(bare)
		if head, _, ok := strings.Cut(lower, "-"); ok && slices.Contains(sharedNames, head) {
			return false
		}
		if organisation(lower) || slices.Contains(sharedNames, lower) || isFunctionWord(lower) {
			return false
		}
	}
	return !slices.Contains(particles, strings.ToLower(words[len(words)-1])) || len(words) == 1
}

var (
	salutation = lazyregexp.New(`(?i)^(de heer|dhr\.?|hr\.?|mevrouw|mevr\.?|mw\.?|herr|frau|mrs\.?|ms\.)\s+`)
	degree     = lazyregexp.New(`(?i)^(ra|aa|rb|msc|bsc|ma|ba|llm|mba|phd|rc|re|ab|bba|dr|ing|ir|mr|drs|jr|sr)\.?$`)
)

// properName corrects the capitals of a person's name: "JAN DE VRIES" and "jan de
// vries" become Jan de Vries. A name with mixed capitals stays as it is.
func properName(name string) string {
	upper, lower := 0, 0
	for _, c := range name {
		if unicode.IsUpper(c) {
			upper++
		} else if unicode.IsLower(c) {
			lower++
		}
	}
	words := strings.Fields(name)
	if upper > 0 && lower > 0 && !(lower <= 2 && upper > 5) {
		return strings.Join(words, " ")
	}
	for i, w := range words {
		low := strings.ToLower(w)
		switch {
		case slices.Contains(particles, low) && i > 0:
			words[i] = low
		case strings.Contains(w, ".") || utf8.RuneCountInString(w) == 1:
			words[i] = strings.ToUpper(w)
		default:
			words[i] = capitalize(low)
		}
	}
	return strings.Join(words, " ")
}

// capitalize gives each part of a lower-case word the capital of a name.
func capitalize(word string) string {
	parts := strings.Split(word, "-")
	for i, p := range parts {
		if i > 0 && slices.Contains(particles, p) {
			continue
		}
		switch {
		case strings.HasPrefix(p, "ij"):
			parts[i] = "IJ" + p[2:]
		case strings.HasPrefix(p, "d'") && len(p) > 2:
			first, n := utf8.DecodeRuneInString(p[2:])
			parts[i] = "d'" + string(unicode.ToUpper(first)) + p[2+n:]
		default:
			first, n := utf8.DecodeRuneInString(p)
			if n > 0 {
				parts[i] = string(unicode.ToUpper(first)) + p[n:]
			}
		}
	}
	return strings.Join(parts, "-")
}

// firstNameFirst puts the first name before the surname: "Vries, Jan de" and "de
// Vries, Jan" become Jan de Vries. The text after the comma may also be a degree or
// a company, which is returned as rest.
func firstNameFirst(name string) (turned, rest string) {
	last, first, ok := strings.Cut(name, ",")
	last, first = strings.TrimSpace(last), strings.TrimSpace(first)
	if !ok || first == "" || last == "" {
		return last, ""
	}
	first, more, _ := strings.Cut(first, ",")
	if matches(degree, strings.TrimSpace(first)) || len(strings.Fields(first)) > 4 {
		return last, ""
	}
	words := strings.Fields(last)
	front := slices.Contains(particles, strings.ToLower(words[0]))
	back := len(words) > 1 && slices.Contains(particles, strings.ToLower(words[len(words)-1]))
	if len(words) > 1 && !front && !back && len(strings.Fields(first)) > 1 {
		return last, strings.TrimSpace(first) // "Jan Jansen, Bakkerij Jansen"
	}
	if back {
		at := len(words)
		for at > 1 && slices.Contains(particles, strings.ToLower(words[at-1])) {
			at--
		}
		last = strings.Join(append(slices.Clone(words[at:]), words[:at]...), " ")
	}
	return strings.TrimSpace(first) + " " + last, strings.TrimSpace(more)
}

// localName returns the name in an address such as jan.de.vries@; "" when the local
// part does not have two parts that can be names.
func localName(local string) string {
	local, _, _ = strings.Cut(local, "+")
	parts := strings.FieldsFunc(local, func(c rune) bool { return c == '.' || c == '_' || c == '-' })
	if len(parts) < 2 || len(parts) > 5 || slices.Contains(sharedNames, local) {
		return ""
	}
	for i, p := range parts {
		for _, c := range p {
			if !unicode.IsLetter(c) {
				return ""
			}
		}
		if slices.Contains(sharedNames, p) || organisation(p) {
			return ""
		}
		if utf8.RuneCountInString(p) == 1 {
			parts[i] = p + "."
		}
	}
	if strings.HasSuffix(parts[len(parts)-1], ".") || slices.Contains(particles, parts[len(parts)-1]) {
		return ""
	}
	return properName(strings.ToLower(strings.Join(parts, " ")))
}

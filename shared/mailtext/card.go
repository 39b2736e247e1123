package mailtext

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"kantoorpost/shared/lazyregexp"
	"kantoorpost/shared/mail"
)

// A Card holds the data of a new contact that a mail gives; a field that was not
// found is "".
type Card struct {
	Name     string // of a person, never of a company or a shared mailbox
	Phone    string // E.164, such as +31612345678, mobile if there is one; only the digits when the country is not known
	Function string // the person's job in the company
	Company  string
}

// CardOf reads the writer's data from the name beside the address, the address
// itself and the signature, in this order of trust.
func CardOf(from mail.Address, l Text) Card {
	local, domain, _ := strings.Cut(strings.ToLower(from.Email), "@")
	c := displayNameCard(from.Name, local, domainLabel(domain))
	s := signatureCard(l.Signature, domainLabel(domain))
	if c.Name == "" || !strings.Contains(c.Name, " ") && strings.HasPrefix(strings.ToLower(s.Name), strings.ToLower(c.Name)+" ") {
		if s.Name != "" && (c.Name != "" || strings.Contains(s.Name, " ")) {
			c.Name = s.Name
		}
	}
	if initialOf(c.Name, s.Name) {
		c.Name = s.Name
	}
	if c.Name == "" && !slices.Contains(sharedNames, local) {
		c.Name = localName(local)
	}
	if c.Name == "" {
		c.Name = s.Name
	}
	if c.Function == "" {
		c.Function = s.Function
	}
	if s.Company != "" {
		c.Company = s.Company
	}
	c.Phone = s.Phone
	return c
}

// initialOf tells whether a name has the first name of a longer one as an initial: "J. de
// Wit" is that of "Jan de Wit".
func initialOf(short, long string) bool {
	initial, last, _ := strings.Cut(short, " ")
	first, longLast, _ := strings.Cut(long, " ")
	initial = strings.TrimRight(initial, ".")
	return utf8.RuneCountInString(initial) == 1 && len(first) > len(initial)+1 && strings.HasPrefix(first, initial) && strings.EqualFold(last, longLast)
}

var (
	// viaSuffix matches the end of a name that says through whom the mail was sent.
	viaSuffix     = lazyregexp.New(`(?i)\s+\(?(via|namens|on behalf of|im auftrag von|i\.o\.)\s.*$`)
	partSeparator = lazyregexp.New(`\s+[|•·–—/@-]+\s+|\s*[|•]\s*|\s+bij\s+`)
	bracket       = lazyregexp.New(`\s*[(\[{]([^)\]}]*)[)\]}]?\s*`)
)

// displayNameCard reads the name beside an address.
func displayNameCard(name, local, domain string) (c Card) {
	name = strings.Map(func(r rune) rune {
		if r == '"' || r == '“' || r == '”' || r == '„' || r == '<' || r == '>' || r == '\n' {
			return ' '
		}
		return visible(r)
	}, cut(name, 400))
	name = strings.Trim(strings.Join(strings.Fields(name), " "), " '‘’,;")
	step(4 * len(name))
	name = strings.Trim(viaSuffix.ReplaceAllString(name, ""), " '‘’")
	var others []string
	if m := bracket.FindStringSubmatch(name); m != nil {
		others = append(others, m[1])
		name = strings.TrimSpace(bracket.ReplaceAllString(name, " "))
	}
	parts := partSeparator.Split(name, 3)
	name = parts[0]
	others = append(others, parts[1:]...)
	if strings.Contains(name, ",") && !matches(legalForm, name) {
		var rest string
		if name, rest = firstNameFirst(name); rest != "" {
			others = append(others, rest)
		}
	}
	name = salutation.ReplaceAllString(name, "")
	for _, o := range others {
		o = strings.TrimSpace(o)
		switch {
		case o == "" || strings.Contains(o, "@") ||
			slices.Contains([]string{"extern", "external", "intern", "guest", "gast"}, strings.ToLower(o)):
		case isFunction(o):
			c.Function = o
		case c.Company == "" && utf8.RuneCountInString(o) > 2:
			c.Company = o
		}
	}
	switch {
	case strings.Contains(name, "@") || !looksLikeName(properName(name)):
		// "Bakkerij Jansen B.V. | Jan Jansen" has the company first.
		if isCompany(name, domain) && !strings.Contains(name, "@") {
			if looksLikeName(c.Company) {
				c.Name = properName(c.Company)
			}
			c.Company = name
		}
	case sameLetters(name, domain) && (!strings.Contains(name, " ") || !strings.HasPrefix(letters(name), letters(firstPart(local)))):
		c.Company = name // info@bakkerijjansen.nl calls itself Bakkerij Jansen
	case !strings.Contains(name, " ") && properName(name) != name && !strings.EqualFold(name, firstPart(local)):
		// A single word in capitals, or without any, is rarely a person.
	default:
		c.Name = properName(name)
	}
	return c
}

func firstPart(local string) string {
	p, _, _ := strings.Cut(strings.ReplaceAll(local, "_", "."), ".")
	return p
}

// signatureCard reads the lines of a signature: first the name, then the function
// and the company.
func signatureCard(text, domain string) (c Card) {
	named := -1
	lines := strings.Split(text, "\n")
	for i, l := range lines[:min(len(lines), maxSignature)] {
		l = strings.Trim(clean(cut(l, 200)), " *_|")
		rest, closes := afterClosing(l)
		switch {
		case closes && rest == "", l == "--", l == "—", matches(thanks, l) && named < 0:
			continue
		case closes:
			l = rest
		}
		for _, p := range phones(l) {
			if c.Phone == "" || matches(mobileNumber, p) && !matches(mobileNumber, c.Phone) {
				c.Phone = p
			}
		}
		step(len(l))
		for j, part := range partSeparator.Split(l, 4) {
			part = strings.Trim(part, " ,*")
			if part == "" {
				continue
			}
			name, function := strings.TrimRight(part, "."), ""
			if a, b, ok := strings.Cut(part, ","); ok && isFunction(b) {
				name, function = a, strings.TrimSpace(b)
			}
			switch {
			case c.Company == "" && isCompany(part, domain) && part != c.Name:
				c.Company = companyPart(part)
			case named < 0 && i < 6 && looksLikeName(properName(name)) && (strings.Contains(name, " ") || looksLikeName(name)) &&
				!isCompany(name, domain):
				c.Name, named = properName(salutation.ReplaceAllString(name, "")), i
				c.Function = function
			case c.Function == "" && named >= 0 && i <= named+3 && isFunction(part):
				c.Function = part
			case c.Function == "" && named >= 0 && i == named+1 && j == 0 && i+1 < len(lines) && plainWords(part) &&
				isCompany(strings.TrimSpace(lines[i+1]), domain):
				c.Function = part // the line between name and company
			}
		}
	}
	return c
}

// companyPart returns the name of a company up to its legal form.
func companyPart(text string) string {
	if m := legalForm.FindStringIndex(text); m != nil && m[0] > 0 {
		return strings.TrimRight(text[:m[1]], " ,|)(")
	}
	return text
}

// isCompany tells whether a text is the name of a company: it has a legal form, or
// resembles the domain of the address.
func isCompany(text, domain string) bool {
	if n := utf8.RuneCountInString(text); n < 3 || n > 80 || strings.ContainsAny(text, "@:") ||
		strings.Contains(strings.ToLower(text), "www.") {
		return false
	}
	if strings.HasSuffix(text, ".nl") || strings.HasSuffix(text, ".com") || strings.HasSuffix(text, ".eu") {
		return false
	}
	if matches(legalForm, text) {
		return len(strings.Fields(text)) <= 10
	}
	if len(strings.Fields(text)) > 6 {
		return false
	}
	for _, w := range strings.Fields(strings.ToLower(text)) {
		if organisation(w) && sameLetters(text, domain) {
			return true
		}
	}
	return sameLetters(text, domain) && (strings.Contains(text, " ") || strings.EqualFold(text, domain))
}

// sameLetters tells whether a name and the label of a domain are equal without
// spaces and punctuation, or one contains the other.
func sameLetters(name, domain string) bool {
	a, b := letters(name), letters(domain)
	if len(b) < 4 || len(a) < 4 {
		return false
	}
	return a == b || strings.Contains(a, b) || len(a) >= 6 && strings.Contains(b, a)
}

func letters(text string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			return unicode.ToLower(c)
		}
		return -1
	}, text)
}

// domainLabel returns the part of a domain that names its owner: bakkerijjansen of
// mail.bakkerijjansen.nl and of bakkerijjansen.co.uk.
func domainLabel(domain string) string {
	parts := strings.Split(domain, ".")
	n := len(parts) - 2
	if n > 0 && len(parts[n]) <= 3 && len(parts[n+1]) == 2 {
		n--
	}
	if n < 0 {
		return ""
	}
	return parts[n]
}

// functionWords are words, or their beginnings, of job titles.
var functionWords = []string{"administrat", "directeur", "directrice", "director", "eigenaar", "eigenares", "owner", "controller",
	"manager", "assistent", "assistant", "boekhoud", "secretar", "medewerk",
	"adviseur", "adviser", "advisor", "accountant", "ceo", "cfo", "coo", "cto", "hoofd", "head", "teamleider", "leidinggevende", "coördinator",
	"coordinator", "consultant", "ondernemer", "bestuurder",
	"penningmeester", "voorzitter", "zaakvoerder", "geschäftsführer", "inhaber", "buchhalter", "bedrijfsleider", "partner", "vennoot", "dga",
	"founder", "oprichter", "inkoper", "verkoper", "planner", "engineer",
	"officer", "specialist", "fiscalist", "jurist", "advocaat", "notaris", "salarisadmin", "president", "analyst", "beheerder",
	"projectleider", "werkvoorbereider", "receptionist", "stagiair"}

func isFunctionWord(lower string) bool {
	if organisation(lower) {
		return false
	}
	return slices.ContainsFunc(functionWords, func(f string) bool {
		return lower == f || len(f) > 5 && strings.HasPrefix(lower, f) || len(f) > 6 && strings.HasSuffix(lower, f)
	})
}

// isFunction tells whether a text is a job title: few words, one of them known.
func isFunction(text string) bool {
	if !plainWords(text) || matches(legalForm, text) {
		return false
	}
	for _, w := range strings.FieldsFunc(strings.ToLower(text), func(c rune) bool { return !unicode.IsLetter(c) }) {
		if isFunctionWord(w) {
			return true
		}
	}
	return false
}

// plainWords tells whether a text has one to six words, without digits.
func plainWords(text string) bool {
	n := len(strings.Fields(text))
	return n > 0 && n <= 6 && utf8.RuneCountInString(text) <= 60 && !strings.ContainsAny(text, "0123456789@:?!") &&
		!strings.Contains(text, "www.")
}

package mailtext

import (
	"iter"
	"slices"
	"strings"
	"time"
	"unicode"

	"kantoorpost/shared/iban"
	"kantoorpost/shared/lazyregexp"
)

// Limits of a search: numbers of each kind, and bytes of a text. Numbers that
// identify a client are at the top of a mail, or in its signature.
const (
	maxNumbers = 20
	maxSearch  = 64 << 10
	// maxNumbered bounds the bytes of lines with digits: a dozen patterns are matched
	// with each of those.
	maxNumbered = 16 << 10
)

// Numbers holds the numbers of a text that can identify a client, in the order of
// the text, each once, at most 20 of each kind. Nothing proves that they are true.
type Numbers struct {
	KvK        []string // numbers of the Dutch trade register, 8 digits
	VAT        []string // Dutch VAT identification numbers, as NL123456789B01
	IBAN       []string // bank accounts, in the form of iban.Parse
	Labelled   []string // with a label such as "klantnummer", in upper case
	Unlabelled []string // other words with digits that could be a client number, in upper case
}

var (
	// https://www.belastingdienst.nl/wps/wcm/connect/bldcontentnl/belastingdienst/zakelijk/btw/administratie_bijhouden/btw_nummers_controleren/uw_btw_nummer
	vatNumber = lazyregexp.New(`(?i)\bNL[ .-]?((?:\d[ .]?){9})[ .]?B[ .]?(\d)[ .]?(\d)\b`)
	ibanLike  = lazyregexp.New(`\b[A-Za-z]{2}\d{2}[ ]?(?:[A-Za-z0-9]{4}[ ]?){2,7}[A-Za-z0-9]{0,3}\b`)
	kvkNumber = lazyregexp.New(
		`(?i)\b(?:k\.? ?v\.? ?k\.?|handelsregister|kamer van koophandel|chamber of commerce|` +
			`trade register)[^\d\n]{0,30}(\d(?:[ .]?\d){7})\b`)
	labelWord = lazyregexp.New(`(?i)\b(?:klant|relatie|cli[eë]nt|debiteur(?:en)?|dossier|customer|client|account|kunden|` +
		`mandanten)[ -]?(?:nummer|nr|no|number|num|code|id)\b[.:]?` +
		`(?: (?:is|van|bij u|bij jullie))?[ \t]*[:.#=]*[ \t]*([\p{L}\d][\p{L}\d./_-]{0,39})`)
	dossier = lazyregexp.New(`(?i)\bdossier[ \t]*[:.#=]*[ \t]*([\p{L}\d][\p{L}\d./_-]{0,39})`)
	amount  = lazyregexp.New(
		`(?i)(?:€|\beur\b|\beuro\b|\$|£)\s*-?\d[\d.,]*(?:-|,-)?|\b\d[\d.]*,\d{2}\b|\b\d[\d.,]*(?:,-)?\s*(?:€|eur\b|euro\b|%|` +
			`procent\b)|\b\d+(?:[.,]\d+)?\s?%`)
	dateLike = lazyregexp.New(`(?i)\b\d{1,2}[-/. ](?:\d{1,2}|jan|feb|mrt|maa|mär|mar|apr|mei|may|mai|jun|jul|aug|sep|okt|oct|nov|` +
		`dec|dez)\p{L}*\.?(?:[-/. ]\d{2,4})?\b|\b\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:T[\d:.]+Z?)?\b` +
		`|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\p{L}*\.? \d{1,2}(?:st|nd|rd|th)?\b`)
	timeLike = lazyregexp.New(`(?i)\b\d{1,2}[:.u]\d{2}(?::\d{2})?\s?(?:uur|u|h|am|pm)?\b|\b\d{1,2}\s?(?:uur|u|h|am|pm)\b`)
	ordinal  = lazyregexp.New(`(?i)^\d+(st|nd|rd|th|e|de|ste|x)$`)
	postcode = lazyregexp.New(`\b[1-9]\d{3} ?[A-Z]{2}\b`)
	webLike  = lazyregexp.New(`(?i)\b(?:https?://|www\.)\S+|\S+@\S+`)
	grouped  = lazyregexp.New(`(?:^|[\s(:;])(\d{8}|\d{2}[. ]\d{3}[. ]\d{3}|\d{4}[. ]\d{4}|\d{2} \d{2} \d{2} \d{2})(?:$|[\s).,;!?])`)
)

// NumbersIn finds the numbers of a text that can identify a client. At most 64 KiB
// is read.
func NumbersIn(text string) Numbers { return numbersIn(text, true) }

// CompanyNumbersIn is NumbersIn without IBAN and Unlabelled, for a fraction of its cost.
func CompanyNumbersIn(text string) Numbers {
	n := numbersIn(text, false)
	n.IBAN = nil // found on some lines only
	return n
}

func numbersIn(text string, all bool) (n Numbers) {
	left := maxNumbered
	for l := range strings.Lines(cut(text, maxSearch)) {
		if !strings.ContainsFunc(l, unicode.IsDigit) {
			continue
		}
		l = cut(l, left)
		left -= len(l)
		n.line(l, all)
		if left == 0 || len(n.KvK) == maxNumbers && len(n.VAT) == maxNumbers && len(n.Labelled) == maxNumbers && len(n.Unlabelled) == maxNumbers {
			break
		}
	}
	return n
}

// line reads one line. Each number that is recognised is masked, so it counts once.
// A pattern is matched only when its cue is on the line: most lines have none.
// Unless all are wanted, the search ends where the other kinds begin.
func (n *Numbers) line(text string, all bool) {
	text = clean(text)
	c := cuesOf(text, all)
	if !all && !c.eight && !c.vat && !c.kvk && !c.label {
		return
	}
	text = n.announced(text, c)
	if all || c.eight {
		text = n.bare(text, c)
	}
	if all {
		n.others(text, c)
	}
}

// announced reads the numbers that the text says what they are.
func (n *Numbers) announced(text string, c cues) string {
	if webStarts.In(text) {
		text = mask(text, webLike, nil)
	}
	if c.vat {
		text = mask(text, vatNumber, func(m []string) {
			add(&n.VAT, "NL"+digitsOf(m[1])+"B"+m[2]+m[3])
		})
	}
	if c.kvk {
		text = mask(text, kvkNumber, func(m []string) { add(&n.KvK, digitsOf(m[1])) })
	}
	if c.label {
		for _, labels := range []*lazyregexp.Regexp{labelWord, dossier} {
			text = mask(text, labels, func(m []string) {
				if number := strings.Trim(m[1], "./_-"); strings.ContainsFunc(number, unicode.IsDigit) && len(number) <= 20 {
					add(&n.Labelled, strings.ToUpper(number))
				}
			})
		}
	}
	return text
}

// bare reads the numbers that only their form tells, after amounts, telephone numbers and
// dates were masked.
func (n *Numbers) bare(text string, c cues) string {
	if c.letters {
		text = mask(text, ibanLike, func(m []string) {
			if account, ok := iban.Parse(m[0]); ok {
				add(&n.IBAN, account)
			}
		})
	}
	if c.money {
		text = mask(text, amount, nil)
	}
	if c.phone {
		text = mask(text, phonePattern, nil)
	}
	if c.date {
		text = mask(text, dateLike, nil)
	}
	if c.eight {
		text = mask(text, grouped, func(m []string) {
			if d := digitsOf(m[1]); !isDate(d) {
				add(&n.KvK, d)
			}
		})
	}
	return text
}

// others reads the other words with digits.
func (n *Numbers) others(text string, c cues) {
	if c.time {
		text = mask(text, timeLike, nil)
	}
	if c.letters {
		text = mask(text, postcode, nil)
	}
	if len(n.Unlabelled) == maxNumbers {
		return
	}
	for w := range words(text) {
		if len(w) >= 3 && len(w) <= 12 && strings.ContainsFunc(w, unicode.IsDigit) && !isYear(w) && !matches(ordinal, w) {
			add(&n.Unlabelled, strings.ToUpper(w))
		}
	}
}

// cues say which patterns can match a line.
type cues struct {
	vat, kvk, label, eight, money, phone, date, time, letters bool
}

var (
	labelStarts = CuesOf("klant", "relatie", "client", "cliënt", "debiteur", "dossier", "customer", "account", "kunden", "mandanten")
	labelEnds   = CuesOf("nummer", "nr", "no", "num", "code", "id", "dossier")
	kvkStarts   = CuesOf("kv", "k.v", "k v", "k. v", "register", "koophandel", "of commerce")
	vatStart    = CuesOf("nl")
	webStarts   = CuesOf("http", "www.", "@")
	moneyCues   = CuesOf("€", "$", "£", "%", ",", "eur", "procent")
	timeCues    = CuesOf("u", "h", "m")
)

// cuesOf searches a line for a few short words, which is cheaper than patterns. Unless all
// are wanted, the search ends where the other kinds begin.
func cuesOf(text string, all bool) (c cues) {
	step(len(text))
	digits, run := 0, 0
	for i := range len(text) {
		b := text[i]
		if b < '0' || b > '9' {
			c.letters = c.letters || b|0x20 >= 'a' && b|0x20 <= 'z'
			run = 0
			continue
		}
		digits++
		run++
		c.phone = c.phone || b == '0' || i > 0 && text[i-1] == '+'
		if run == 1 && i > 1 && strings.IndexByte("-/. :uU", text[i-1]) >= 0 {
			c.date = c.date || text[i-1]|0x20 != 'u'
			c.time = true
		}
	}
	c.phone = c.phone && digits >= 7
	c.eight = digits >= 8 && hasEightDigits(text)
	c.vat = digits >= 8 && vatStart.In(text)
	c.kvk = digits >= 8 && kvkStarts.In(text)
	c.label = labelStarts.In(text) && labelEnds.In(text)
	if all || c.eight {
		c.money = moneyCues.In(text)
		c.time = c.time || c.letters && timeCues.In(text)
		c.date = c.date || c.letters
	}
	return c
}

// hasEightDigits tells whether a text has eight digits one after the other, with at most
// a space or a dot between two of them. The numbers of a company have.
func hasEightDigits(text string) bool {
	digits, gap := 0, false
	for i := range len(text) {
		switch b := text[i]; {
		case b >= '0' && b <= '9':
			digits, gap = digits+1, false
			if digits == 8 {
				return true
			}
		case (b == ' ' || b == '.') && digits > 0 && !gap:
			gap = true
		default:
			digits, gap = 0, false
		}
	}
	return false
}

// words returns the words of a text that begin with a letter or a digit, without
// punctuation around them.
func words(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for text != "" {
			start := strings.IndexFunc(text, alphanumeric)
			if start < 0 {
				return
			}
			text = text[start:]
			end := strings.IndexFunc(text, func(c rune) bool { return !alphanumeric(c) && !strings.ContainsRune("./_-", c) })
			if end < 0 {
				end = len(text)
			}
			if !yield(strings.Trim(text[:end], "./_-")) {
				return
			}
			text = text[end:]
		}
	}
}

func alphanumeric(c rune) bool { return unicode.IsLetter(c) || c >= '0' && c <= '9' }

// mask calls f for each match of a pattern and replaces the match by a bar, which
// is part of no number.
func mask(text string, pattern *lazyregexp.Regexp, f func(match []string)) string {
	step(len(text))
	return pattern.ReplaceAllStringFunc(text, func(s string) string {
		if f != nil {
			f(pattern.FindStringSubmatch(s))
		}
		return " | "
	})
}

func add(list *[]string, number string) {
	if len(*list) < maxNumbers && !slices.Contains(*list, number) {
		*list = append(*list, number)
	}
}

func digitsOf(text string) string {
	return strings.Map(func(c rune) rune {
		if c >= '0' && c <= '9' {
			return c
		}
		return -1
	}, text)
}

// isDate tells whether eight digits are a date of 1900 to 2099, such as 20261123 or
// 23112026.
func isDate(digits string) bool {
	for _, layout := range []string{"20060102", "02012006"} {
		if t, err := time.Parse(layout, digits); err == nil && t.Year() >= 1900 && t.Year() < 2100 {
			return true
		}
	}
	return false
}

func isYear(text string) bool {
	return len(text) == 4 && digitsOf(text) == text && text >= "1900" && text < "2100"
}

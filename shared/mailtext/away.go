package mailtext

import (
	"strconv"
	"strings"
	"time"

	"kantoorpost/shared/lazyregexp"
)

// An Away is what an out-of-office answer says.
type Away struct {
	// Until is the last day on which the writer is away, as a date in UTC; zero when the
	// text has none.
	Until time.Time `json:"until,omitzero"`
	// Replacement is whom to turn to meanwhile, in the words of the text; "" for nobody.
	Replacement string `json:"replacement,omitempty"`
}

// maxAway bounds the text in which an absence is searched: such answers are short.
const maxAway = 4000

// AwayIn reads an out-of-office answer, in Dutch, English, German or French. It takes a
// date without a year as one that follows the day of receipt.
func AwayIn(text string, received time.Time) Away {
	text = strings.Join(strings.Fields(cut(clean(text), maxAway)), " ")
	return Away{Until: untilIn(text, received), Replacement: replacementIn(text)}
}

// monthNames are the names of months and their abbreviations, in order.
var monthNames = [...]string{
	"januari|january|januar|janvier|jan", "februari|february|februar|février|fevrier|feb|févr", "maart|march|märz|maerz|mars|mrt|mar|mär",
	"april|avril|apr|avr", "mei|may|mai", "juni|june|juin|jun", "juli|july|juillet|jul|juil", "augustus|august|août|aout|aug",
	"september|septembre|sept|sep", "oktober|october|octobre|okt|oct", "november|novembre|nov",
	"december|dezember|décembre|decembre|dec|dez|déc",
}

const (
	weekday = `(?:(?:maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag|monday|tuesday|wednesday|thursday|friday|saturday|sunday|` +
		`montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|lundi|mardi|mercredi|jeudi|vendredi|samedi|` +
		`dimanche),?\s+(?:den\s+|dem\s+|le\s+|de\s+)?)?`
	ordinalEnd = `(?:\.|e|ste|de|er|st|nd|rd|th)?`
)

// The forms of a date: 14 augustus 2026, August 14 2026, 2026-08-14, 14-08-2026, 14/8.
var (
	dayMonth  = `(\d{1,2})` + ordinalEnd + `\s*(?:of\s+|de\s+)?(` + strings.Join(monthNames[:], "|") + `)\b\.?(?:,?\s+(\d{4}))?`
	monthDay  = `(` + strings.Join(monthNames[:], "|") + `)\.?\s+(\d{1,2})` + ordinalEnd + `(?:,?\s+(\d{4}))?\b`
	isoDate   = `(\d{4})-(\d{2})-(\d{2})`
	shortDate = `(\d{1,2})[-/.](\d{1,2})(?:[-/.](\d{4}|\d{2})?)?`
	anyDate   = lazyregexp.New(`^` + weekday + `(?:the\s+)?(?:` + isoDate + `|` + dayMonth + `|` + monthDay + `|` + shortDate + `)`)
)

// until matches what stands before the last day of an absence, and back what stands
// before the first day after it.
var (
	until = lazyregexp.New(`\b(?:tot en met|t/m|t\.?e\.?m\.?|tot|until|till|through|up to|thru|to|` +
		`bis einschließlich|bis einschl\.|bis zum|bis|jusqu['’]au|jusqu['’]à|au)\s+`)
	back = lazyregexp.New(`\b(?:(?:terug|bereikbaar|aanwezig|back|return(?:ing)?|available|zurück|erreichbar|retour|joignable|` +
		`disponible)\b[^.;!?\d]{0,30}?` +
		`\b(?:op|vanaf|per|on|from|am|ab dem|ab|le|à partir du)|vanaf)\s+`)
	on        = lazyregexp.New(`\b(?:op|on|am|ab dem|ab|le)\s+`)
	backAgain = lazyregexp.New(`^[^.;!?]{0,25}\b(?:terug|bereikbaar|aanwezig|back|return|wieder|zurück|erreichbar|retour)`)
)

// untilIn returns the last day of an absence. The latest of the dates counts: an answer
// may also say since when.
func untilIn(text string, received time.Time) (last time.Time) {
	text = strings.ToLower(text)
	for _, p := range []struct {
		before *lazyregexp.Regexp
		after  *lazyregexp.Regexp // nil for nothing
		days   int                // from the date to the last day
	}{{until, nil, 0}, {back, nil, -1}, {on, backAgain, -1}} {
		step(len(text))
		for _, at := range p.before.FindAllStringIndex(text, 20) {
			day, rest := dateAt(text[at[1]:], received)
			if day.IsZero() || p.after != nil && !p.after.MatchString(cut(rest, 60)) {
				continue
			}
			if day = day.AddDate(0, 0, p.days); day.After(last) {
				last = day
			}
		}
	}
	return last
}

// dateAt reads the date with which a text starts, and returns what follows it.
func dateAt(text string, received time.Time) (day time.Time, rest string) {
	m := anyDate.FindStringSubmatch(cut(text, 80))
	if m == nil {
		return time.Time{}, ""
	}
	rest = text[len(m[0]):]
	number := func(i int) int { n, _ := strconv.Atoi(m[i]); return n } // digits, or nothing
	switch {
	case m[1] != "":
		return dateOf(number(1), number(2), number(3), received), rest
	case m[4] != "":
		return dateOf(number(6), monthOf(m[5]), number(4), received), rest
	case m[7] != "":
		return dateOf(number(9), monthOf(m[7]), number(8), received), rest
	}
	return dateOf(number(12), number(11), number(10), received), rest
}

func monthOf(name string) int {
	for i, names := range monthNames {
		for n := range strings.SplitSeq(names, "|") {
			if n == name {
				return i + 1
			}
		}
	}
	return 0
}

// dateOf returns a date, zero for one that does not exist or is more than two years
// away. Year 0 stands for the year in which the date is at most a month before received, or
// follows it.
func dateOf(year, month, day int, received time.Time) time.Time {
	switch {
	case year == 0:
		for year = max(received.Year()-1, 1); year <= received.Year()+1; year++ { // the zero time is in year 1
			if d := dateOf(year, month, day, received); !d.IsZero() && !d.Before(received.AddDate(0, -1, 0)) {
				return d
			}
		}
		return time.Time{}
	case year < 100:
		year += 2000
	}
	d := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if month < 1 || month > 12 || d.Day() != day {
		return time.Time{}
	}
	if away := d.Sub(received).Hours() / 24; away > 730 || away < -31 {
		return time.Time{}
	}
	return d
}

// instead matches what stands before whom to turn to during an absence.
var instead = lazyregexp.New(`(?i)\b(?:(?:neem|neemt u|kunt u|kun je|kunt)(?: dan| gerust| a\.u\.b\.|` +
	` voor [^.;!?]{1,30}?)? (?:contact op(?:nemen)?(?: te nemen)?|terecht|bellen)?(?: met| bij)|` +
	`contact opnemen met|wend(?:t)? u zich tot|(?:mijn |als )?vervang(?:er|ster)(?: is|:)|waargenomen door|neemt waar:?|` +
	`please (?:contact|call|e-?mail|reach out to|turn to)|(?:you can|you may) (?:contact|reach|call|e-?mail)|contact my colleague|` +
	`wenden sie sich(?: bitte)?(?: in [^.;!?]{1,40}?| während [^.;!?]{1,40}?)? an|vertreten durch|(?:meine )?vertretung(?: ist|:|` +
	` übernimmt)|kontaktieren sie(?: bitte)?|` +
	`(?:veuillez |merci de |vous pouvez )?(?:contacter|joindre)|vous adresser à|remplacée? par)\s+`)

// maxReplacement is the longest Replacement, in bytes.
const maxReplacement = 120

// replacementIn returns the words up to the end of the sentence.
func replacementIn(text string) string {
	step(len(text))
	at := instead.FindStringIndex(text)
	if at == nil {
		return ""
	}
	who := cut(text[at[1]:], maxReplacement)
	for i := 0; i < len(who); i++ {
		// A full stop ends the sentence, but not inside an address or after an initial.
		end := strings.IndexByte(";!?", who[i]) >= 0 || who[i] == '.' && (i+1 == len(who) || who[i+1] == ' ') && !(i >= 1 && isInitial(who[:i]))
		if end {
			who = who[:i]
		}
	}
	return strings.Trim(who, " ,:-–")
}

// isInitial tells whether a text ends with a capital letter that stands alone.
func isInitial(text string) bool {
	n := len(text)
	return text[n-1] >= 'A' && text[n-1] <= 'Z' && (n == 1 || text[n-2] == ' ' || text[n-2] == '.')
}

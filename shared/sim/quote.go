package sim

import (
	"cmp"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"regexp"
	"strings"
	"time"
	_ "time/tzdata" // a time zone is known on every machine
)

// windowsZones are the IANA names of the Windows time zones that an office in or
// near the Netherlands can have.
//
// https://github.com/unicode-org/cldr/blob/main/common/supplemental/windowsZones.xml
var windowsZones = map[string]string{
	"UTC": "UTC", "W. Europe Standard Time": "Europe/Berlin", "Romance Standard Time": "Europe/Paris",
	"Central Europe Standard Time": "Europe/Budapest", "GMT Standard Time": "Europe/London", "E. Europe Standard Time": "Europe/Chisinau",
	"Eastern Standard Time": "America/New_York", "Pacific Standard Time": "America/Los_Angeles", "SA Western Standard Time": "America/La_Paz",
}

var preferredZone = regexp.MustCompile(`(?i)outlook\.timezone\s*=\s*"([^"]*)"`)

// timeZone reads Prefer: outlook.timezone, a Windows or an IANA name. The default is
// UTC, whatever the settings of the mailbox are.
//
// https://learn.microsoft.com/graph/api/message-createreply#request-headers
func (c *graphCall) timeZone() (*time.Location, error) {
	p := preferredZone.FindStringSubmatch(c.prefer)
	if p == nil {
		return time.UTC, nil
	}
	zone, err := time.LoadLocation(cmp.Or(windowsZones[p[1]], p[1]))
	if err != nil || p[1] == "" {
		return nil, refuse(http.StatusBadRequest, "TimeZoneNotSupportedException",
			"A valid TimeZone value must be specified. The following TimeZone value is not supported: '"+p[1]+"'.")
	}
	return zone, nil
}

// A quoteStyle is how Exchange writes the lines above a quoted mail.
type quoteStyle struct {
	language quoteLanguage
	zone     *time.Location
}

// A quoteLanguage is the language of the lines above a quoted mail.
type quoteLanguage struct {
	words []string          // of sender, date, recipients, copies and subject
	date  string            // the layout of package time
	clock string            // the same, of the time of day
	names *strings.Replacer // puts names of days and months in the place of the English ones
}

var (
	dutch = quoteLanguage{[]string{"Van", "Verzonden", "Aan", "CC", "Onderwerp"}, "Monday 2 January 2006", " 15:04:05",
		names("zondag maandag dinsdag woensdag donderdag vrijdag zaterdag",
			"januari februari maart april mei juni juli augustus september oktober november december")}
	english = quoteLanguage{[]string{"From", "Sent", "To", "Cc", "Subject"}, "Monday, January 2, 2006", " 3:04:05 PM",
		strings.NewReplacer()}
	quoteLanguages = map[string]quoteLanguage{
		"nl": dutch,
		"de": {[]string{"Von", "Gesendet", "An", "Cc", "Betreff"}, "Monday, 2. January 2006", " 15:04:05",
			names("Sonntag Montag Dienstag Mittwoch Donnerstag Freitag Samstag",
				"Januar Februar März April Mai Juni Juli August September Oktober November Dezember")},
		"fr": {[]string{"De\u00a0", "Envoyé\u00a0", "À\u00a0", "Cc\u00a0", "Objet\u00a0"}, "Monday 2 January 2006", " 15:04:05",
			names("dimanche lundi mardi mercredi jeudi vendredi samedi",
				"janvier février mars avril mai juin juillet août septembre octobre novembre décembre")},
	}
)

func names(days, months string) *strings.Replacer {
	var pairs []string
	for i, name := range strings.Fields(days) {
		pairs = append(pairs, time.Weekday(i).String(), name)
	}
	for i, name := range strings.Fields(months) {
		pairs = append(pairs, time.Month(i+1).String(), name)
	}
	return strings.NewReplacer(pairs...)
}

func (l quoteLanguage) moment(t time.Time, clock string) string {
	return l.names.Replace(t.Format(l.date)) + t.Format(clock)
}

// quoteStyle follows the language of the mailbox; one that is not simulated is English.
// The caller holds mu.
func (b *mailbox) quoteStyle(zone *time.Location) quoteStyle {
	var language struct{ Locale string }
	_ = json.Unmarshal(b.allSettings()["language"], &language) // an odd setting is English
	code, _, _ := strings.Cut(strings.ToLower(language.Locale), "-")
	if l, ok := quoteLanguages[code]; ok {
		return quoteStyle{l, zone}
	}
	return quoteStyle{english, zone}
}

var (
	bodyStart = regexp.MustCompile(`(?i)<body[^>]*>`)
	bodyEnd   = regexp.MustCompile(`(?i)</body>`)
	headPart  = regexp.MustCompile(`(?is)<head[^>]*>(.*?)</head>`)
)

// body returns the text of an answer: a comment, a rule, the header lines of the
// original, and the original.
func (q quoteStyle) body(comment string, original *Message) Body {
	old, style := original.Body.Content, ""
	if original.Body.ContentType == "html" {
		if p := headPart.FindStringSubmatch(old); p != nil {
			style = p[1]
		}
		old = innerBody(old)
	} else {
		old = `<div class="PlainText">` + strings.NewReplacer("\r\n", "<br>\n", "\n", "<br>\n").Replace(html.EscapeString(old)) + "</div>"
	}
	var b strings.Builder
	b.WriteString(`<html><head>` + "\n" + style + `</head><body>`)
	if comment != "" {
		b.WriteString("<div>" + strings.NewReplacer("\r\n", "<br>\n", "\n", "<br>\n").Replace(html.EscapeString(comment)) + "</div>\n")
	}
	b.WriteString(`<hr tabindex="-1" style="display:inline-block; width:98%">` + "\n")
	b.WriteString(`<div id="divRplyFwdMsg" dir="ltr"><font face="Calibri, sans-serif" color="#000000" style="font-size:11pt">`)
	sent := q.language.moment(original.Sent.In(q.zone), q.language.clock)
	b.WriteString(headerLines(original, q.language.words, sent, "<b>%s:</b> %s", "<br>\n"))
	b.WriteString("</font>\n<div>&nbsp;</div>\n</div>\n" + old + "</body></html>")
	return Body{ContentType: "html", Content: b.String()}
}

// innerBody returns what stands inside the body element.
func innerBody(page string) string {
	if at := bodyStart.FindStringIndex(page); at != nil {
		page = page[at[1]:]
	}
	if at := bodyEnd.FindAllStringIndex(page, -1); at != nil {
		page = page[:at[len(at)-1][0]]
	}
	return page
}

// headerLines returns the lines above a quoted mail. Those in HTML have a format that
// begins with an element.
func headerLines(original *Message, words []string, sent, format, separator string) string {
	from := ""
	if original.From != nil {
		from = named(*original.From)
	}
	var lines []string
	for i, value := range []string{from, sent, namedList(original.To), namedList(original.Cc), original.Subject} {
		if format[0] == '<' {
			value = html.EscapeString(value)
		}
		if value != "" || i == 4 {
			lines = append(lines, fmt.Sprintf(format, words[i], value))
		}
	}
	return strings.Join(lines, separator)
}

func named(r Recipient) string {
	a := r.EmailAddress
	if a.Name == "" || a.Name == a.Address {
		return a.Address
	}
	return a.Name + " <" + a.Address + ">"
}

func namedList(l []Recipient) string {
	var all []string
	for _, r := range l {
		all = append(all, named(r))
	}
	return strings.Join(all, "; ")
}

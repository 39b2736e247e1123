package mailhtml

import (
	"cmp"
	"encoding/json"
	"fmt"
	"html"
	"strings"
	"time"

	xhtml "golang.org/x/net/html"

	"kantoorpost/shared/mail"
)

// A Language is that of the fixed texts of a mail.
type Language string

// The languages.
const (
	Dutch   Language = "nl"
	English Language = "en"
	German  Language = "de"
	French  Language = "fr"
)

// IsLanguage says whether the fixed texts exist in the language of a code, such as "nl".
func IsLanguage(code string) bool { return texts[Language(code)].from != "" }

// LanguageOf returns the language for the locale of a mailbox, such as "nl-NL". It is
// Dutch when the mailbox has none, and English when there are no texts in its language.
func LanguageOf(locale string) Language {
	code, _, _ := strings.Cut(strings.ToLower(cmp.Or(locale, string(Dutch))), "-")
	if IsLanguage(code) {
		return Language(code)
	}
	return English
}

type words struct {
	from, sent, to, cc, subject string
	noPicture, cut              string
	date                        string // of day, number, month, year and time
	days, months                []string
}

const plainDate = "%s %d %s %d %s"

var texts = map[Language]words{
	Dutch: {
		"Van", "Verzonden", "Aan", "CC", "Onderwerp",
		"afbeelding niet beschikbaar", "De rest van het bericht is weggelaten: de mail werd anders te groot.", plainDate,
		strings.Fields("zondag maandag dinsdag woensdag donderdag vrijdag zaterdag"),
		strings.Fields("januari februari maart april mei juni juli augustus september oktober november december"),
	},
	English: {
		"From", "Sent", "To", "Cc", "Subject",
		"picture not available", "The rest of the message was left out: the mail would be too large otherwise.", plainDate,
		strings.Fields("Sunday Monday Tuesday Wednesday Thursday Friday Saturday"),
		strings.Fields("January February March April May June July August September October November December"),
	},
	German: {
		"Von", "Gesendet", "An", "Cc", "Betreff",
		"Bild nicht verfügbar", "Der Rest der Nachricht wurde weggelassen: Die E-Mail wäre sonst zu groß.", "%s, %d. %s %d %s",
		strings.Fields("Sonntag Montag Dienstag Mittwoch Donnerstag Freitag Samstag"),
		strings.Fields("Januar Februar März April Mai Juni Juli August September Oktober November Dezember"),
	},
	French: { // a colon has a space before it
		"De\u00a0", "Envoyé\u00a0", "À\u00a0", "Cc\u00a0", "Objet\u00a0",
		"image non disponible", "Le reste du message a été omis\u00a0: sinon le courriel serait trop volumineux.", plainDate,
		strings.Fields("dimanche lundi mardi mercredi jeudi vendredi samedi"),
		strings.Fields("janvier février mars avril mai juin juillet août septembre octobre novembre décembre"),
	},
}

// A Quoted is a mail that is quoted below an answer, or passed on.
type Quoted struct {
	From    mail.Address
	To, Cc  []mail.Address
	Sent    time.Time
	Subject string
	Body    string
	IsHTML  bool
	IsCut   bool // Body is only the beginning
}

// Quote returns a mail as it stands below an answer: a line, who wrote when to whom,
// and the text. Mail programs recognise the id of the head.
func Quote(q Quoted, lang Language, zone *time.Location) string {
	body, ok := q.Body, false
	if q.IsHTML {
		body, ok = inner(q.Body)
		if !ok {
			body = Text(q.Body)
		}
	}
	if !ok {
		body = FromText(body)
	}
	return head(q, lang, zone) + body
}

// ShortQuote is Quote with at most limit bytes of plain text, and says that it is cut.
func ShortQuote(q Quoted, lang Language, zone *time.Location, limit int) string {
	text := q.Body
	if q.IsHTML {
		text = Text(text)
	}
	if len(text) > limit {
		text = strings.ToValidUTF8(text[:limit], "") + "…"
	}
	return head(q, lang, zone) + FromText(text) + "<p><i>[" + texts[lang].cut + "]</i></p>"
}

func head(q Quoted, lang Language, zone *time.Location) string {
	w := texts[lang]
	lines := []string{line(w.from, addresses([]mail.Address{q.From}))}
	if !q.Sent.IsZero() {
		lines = append(lines, line(w.sent, moment(q.Sent.In(zone), w)))
	}
	lines = append(lines, line(w.to, addresses(q.To)))
	if len(q.Cc) > 0 {
		lines = append(lines, line(w.cc, addresses(q.Cc)))
	}
	lines = append(lines, line(w.subject, q.Subject))
	return `<hr style="display:inline-block;width:98%"><div id="divRplyFwdMsg" dir="ltr">` +
		strings.Join(lines, "<br>\n") + "</div><div>&nbsp;</div>"
}

func line(name, value string) string { return "<b>" + name + ":</b> " + html.EscapeString(value) }

func moment(t time.Time, w words) string {
	return fmt.Sprintf(w.date, w.days[t.Weekday()], t.Day(), w.months[t.Month()-1], t.Year(), t.Format("15:04"))
}

func addresses(all []mail.Address) string {
	out := make([]string, len(all))
	for i, a := range all {
		switch {
		case a.Name == "" || a.Name == a.Email:
			out[i] = a.Email
		case a.Email == "":
			out[i] = a.Name
		default:
			out[i] = a.Name + " <" + a.Email + ">"
		}
	}
	return strings.Join(out, "; ")
}

// never are elements that a mail does not need, or that would reach beyond the quote.
var never = map[string]bool{
	"script": true, "style": true, "title": true, "base": true, "meta": true, "link": true, "iframe": true, "object": true, "embed": true,
	"form": true, "input": true, "button": true, "textarea": true, "select": true, "noscript": true, "template": true,
	"svg": true, "math": true,
}

// inner returns the content of the body of a document, without what can act. It says
// false for HTML that cannot be read.
func inner(document string) (string, bool) {
	tree, err := xhtml.Parse(strings.NewReader(document))
	if err != nil {
		return "", false
	}
	var drop []*xhtml.Node
	var body *xhtml.Node
	for n := range tree.Descendants() {
		switch {
		case n.Type == xhtml.CommentNode, n.Type == xhtml.ElementNode && never[n.Data]:
			drop = append(drop, n)
		case n.Type == xhtml.ElementNode && n.Data == "body":
			body = n
		}
		n.Attr = harmless(n.Attr)
	}
	for _, n := range drop {
		n.Parent.RemoveChild(n)
	}
	if body == nil {
		return "", false
	}
	var out strings.Builder
	for n := range body.ChildNodes() {
		_ = xhtml.Render(&out, n) // a Builder does not fail
	}
	return out.String(), true
}

// harmless leaves out attributes that run something.
func harmless(attributes []xhtml.Attribute) (kept []xhtml.Attribute) {
	for _, a := range attributes {
		value := strings.ToLower(strings.Join(strings.Fields(a.Val), ""))
		if !strings.HasPrefix(a.Key, "on") && !strings.HasPrefix(value, "javascript:") && !strings.HasPrefix(value, "vbscript:") {
			kept = append(kept, a)
		}
	}
	return kept
}

// Encoded returns how many bytes a document has in a JSON request.
func Encoded(document string) int {
	text, err := json.Marshal(document)
	if err != nil {
		return len(document)
	}
	return len(text)
}

package mailtext

import "strings"

// A field is a field of the header that mail programs put above a quotation.
type field int

const (
	noField field = iota
	fromField
	dateField
	toField
	subjectField
	otherField
	fields = iota
)

// labels are the names of the fields as Outlook, Apple Mail, Gmail and
// Thunderbird write them in Dutch, English, German and French.
var labels = map[string]field{
	"van": fromField, "from": fromField, "von": fromField, "de": fromField, "afzender": fromField,
	"verzonden": dateField, "verstuurd": dateField, "datum": dateField, "sent": dateField, "date": dateField, "gesendet": dateField,
	"envoyé": dateField, "verzonden op": dateField, "verzonddatum": dateField, "date sent": dateField,
	"aan": toField, "to": toField, "an": toField, "à": toField,
	"onderwerp": subjectField, "subject": subjectField, "betreff": subjectField, "objet": subjectField,
	"cc": otherField, "kopie": otherField, "bcc": otherField, "kopie (cc)": otherField, "reply-to": otherField, "antwoord aan": otherField,
	"beantwoorden aan": otherField, "antwort an": otherField, "urgentie": otherField, "prioriteit": otherField, "importance": otherField,
	"priority": otherField, "wichtigkeit": otherField, "priorität": otherField, "bijlagen": otherField, "attachments": otherField,
	"anlagen":    otherField,
	"répondre à": otherField,
}

// maxLabel is the length of the longest label, in bytes.
const maxLabel = 24

// A header holds the fields of a quoted mail.
type header struct {
	from, subject string
	to            string
	date          bool
}

// parseField parses a line such as "*Van:* Jan Jansen".
func parseField(text string) (field, string) {
	text = strings.TrimLeft(text, "* ")
	name, _, ok := strings.Cut(text[:min(len(text), maxLabel+4)], ":")
	if !ok {
		return noField, ""
	}
	f := labels[strings.ToLower(strings.Trim(name, "* "))]
	value := text[len(name)+1:]
	return f, strings.TrimSpace(strings.TrimLeft(value, "* "))
}

// Limits on a header: its lines, and the lines of one folded field.
const (
	maxBlock   = 24
	maxFolding = 6
)

// headerAt reads the header that starts at a line, and returns how many lines it
// has; 0 when there is none. It must name the writer and have two other fields, or
// one other when the caller is sure that a quotation starts here.
func headerAt(lines []line, start int, sure bool) (h header, n int) {
	if start >= len(lines) {
		return h, 0
	}
	if f, _ := parseField(lines[start].text); f == noField || f == otherField {
		return h, 0
	}
	var seen [fields]bool
	distinct := 0
	var into *string
	folded := 0
	for i := start; i < len(lines) && i < start+maxBlock && lines[i].depth == lines[start].depth; i++ {
		step(1)
		if lines[i].blank() {
			if next := i + 1; next < len(lines) {
				if f, _ := parseField(lines[next].text); f == noField || seen[f] && f != otherField {
					break
				}
			}
			continue
		}
		f, value := parseField(lines[i].text)
		if f == noField {
			// A value may be, or continue, on the line below its field.
			folded++
			if into == nil || *into != "" && !fieldContinues(lines, i, seen) || folded > maxFolding {
				break
			}
			step(len(*into) + len(lines[i].text))
			*into = strings.TrimSpace(*into + " " + lines[i].text)
			n = i - start + 1
			continue
		}
		if seen[f] && f != otherField {
			break
		}
		if !seen[f] {
			distinct++
		}
		seen[f], folded = true, 0
		n = i - start + 1
		into = h.value(f)
		*into = value
	}
	need := 3
	if sure {
		need = 2
	}
	if !seen[fromField] || distinct < need {
		return header{}, 0
	}
	return h, n
}

// value returns where the value of a field is kept.
func (h *header) value(f field) *string {
	switch f {
	case fromField:
		return &h.from
	case toField:
		return &h.to
	case subjectField:
		return &h.subject
	case dateField:
		h.date = true
	}
	return new(string)
}

// fieldContinues tells whether another field follows line i before an empty line:
// then line i is still part of the header.
func fieldContinues(lines []line, i int, seen [fields]bool) bool {
	for j := i + 1; j < len(lines) && j <= i+maxFolding && !lines[j].blank() && lines[j].depth == lines[i].depth; j++ {
		step(1)
		if f, _ := parseField(lines[j].text); f != noField && (!seen[f] || f == otherField) {
			return true
		}
	}
	return false
}

package mailtext

import "strings"

// A field is one of those that mail programs repeat above what they quote.
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
	"priority": otherField, "wichtigkeit": otherField, "priorität": otherField, "bijlagen": otherField, "attachments": otherField, "anlagen": otherField,
	"répondre à": otherField,
}

// maxLabel is the longest of them, in bytes.
const maxLabel = 24

// A header is what a block of fields says.
type header struct {
	from, subject string
	to            string
	date          bool
}

// labelled takes a line such as "*Van:* Jan Jansen" apart.
func labelled(text string) (field, string) {
	text = strings.TrimLeft(text, "* ")
	name, _, ok := strings.Cut(text[:min(len(text), maxLabel+4)], ":")
	if !ok {
		return noField, ""
	}
	f := labels[strings.ToLower(strings.Trim(name, "* "))]
	value := text[len(name)+1:]
	return f, strings.TrimSpace(strings.TrimLeft(value, "* "))
}

// Limits on a block of fields: its lines, and the lines over which one field is
// broken.
const (
	maxBlock   = 24
	maxFolding = 6
)

// headerAt reads the block of fields that starts at a line and says how many
// lines it has; 0 when there is none. It must name who wrote the mail and have
// two other fields, or only one when it is sure that a head is here.
func headerAt(lines []line, start int, sure bool) (h header, n int) {
	if start >= len(lines) {
		return h, 0
	}
	if f, _ := labelled(lines[start].text); f == noField || f == otherField {
		return h, 0
	}
	var seen [fields]bool
	distinct := 0
	var into *string
	folded := 0
	for i := start; i < len(lines) && i < start+maxBlock && lines[i].depth == lines[start].depth; i++ {
		look(1)
		if lines[i].blank() {
			if next := i + 1; next < len(lines) {
				if f, _ := labelled(lines[next].text); f == noField || seen[f] && f != otherField {
					break
				}
			}
			continue
		}
		f, value := labelled(lines[i].text)
		if f == noField {
			// A value may stand on the line below its field, or go on there.
			folded++
			if into == nil || *into != "" && !goesOn(lines, i, seen) || folded > maxFolding {
				break
			}
			look(len(*into) + len(lines[i].text))
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
		into = new(string)
		switch f {
		case fromField:
			into = &h.from
		case toField:
			into = &h.to
		case subjectField:
			into = &h.subject
		case dateField:
			h.date = true
		}
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

// goesOn says whether another field comes after line i before an empty line:
// then line i is still part of the block.
func goesOn(lines []line, i int, seen [fields]bool) bool {
	for j := i + 1; j < len(lines) && j <= i+maxFolding && !lines[j].blank() && lines[j].depth == lines[i].depth; j++ {
		look(1)
		if f, _ := labelled(lines[j].text); f != noField && (!seen[f] || f == otherField) {
			return true
		}
	}
	return false
}

package bounce

import (
	"slices"
	"strconv"
	"strings"

	"kantoorpost/shared/lazyregexp"
)

// statusRecipients reads the status parts. Some systems send their fields as plain
// text.
// https://www.rfc-editor.org/rfc/rfc3464#section-2.1
func (c *content) statusRecipients() (out []Recipient) {
	for _, part := range append(slices.Clip(c.status), fieldsInText(c.text)) {
		s := statusReader{c: c}
		for part != "" {
			fields, rest := cutStatusBlock(part)
			s.block(fields)
			part = rest
		}
		out = append(out, s.done()...)
		if len(out) > 0 {
			break
		}
	}
	return out
}

// fieldsInText returns the part of a text that starts with status fields.
func fieldsInText(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		name, _, ok := strings.Cut(strings.ToLower(strings.TrimSpace(line)), ":")
		if ok && (name == "final-recipient" || name == "reporting-mta") {
			from := i
			for from > 0 && strings.Contains(lines[from-1], ":") && i-from < 10 {
				from--
			}
			return strings.Join(lines[from:], "\n")
		}
	}
	return ""
}

// A field is one field of a status part.
type field struct{ name, value string }

// cutStatusBlock reads the fields up to an empty line.
func cutStatusBlock(part string) (fields []field, rest string) {
	for part != "" {
		var line string
		line, part = cutLine(part)
		if strings.TrimSpace(line) == "" {
			if len(fields) > 0 {
				return fields, part
			}
			continue
		}
		folded := line[0] == ' ' || line[0] == '\t'
		name, value, ok := strings.Cut(strings.TrimSpace(line), ":")
		if ok && isFieldName(name) && (!folded || known[strings.ToLower(name)]) {
			fields = append(fields, field{strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(value)})
		} else if n := len(fields); n > 0 && len(fields[n-1].value) < maxLine {
			fields[n-1].value += " " + strings.TrimSpace(line)
		}
	}
	return fields, ""
}

// known are the fields that are read, so that an indented one is not taken for the
// continuation of the one above it.
var known = map[string]bool{"final-recipient": true, "original-recipient": true, "action": true, "status": true, "diagnostic-code": true,
	"remote-mta": true, "reporting-mta": true, "arrival-date": true, "x-actual-recipient": true}

// A statusReader collects recipients from blocks of fields.
type statusReader struct {
	c       *content
	out     []Recipient
	present *Recipient // the one to which fields belong
	pending []field    // fields before the first recipient
}

// block reads one block. It usually has one recipient; broken reports have several in
// one block, or the fields of one recipient in several.
func (s *statusReader) block(fields []field) {
	names := func(n string) bool { return slices.ContainsFunc(fields, func(f field) bool { return f.name == n }) }
	if names("final-recipient") || names("original-recipient") {
		s.close()
	}
	// Fields of a recipient may stand before its address.
	var before []field
	for _, f := range fields {
		switch f.name {
		case "final-recipient", "original-recipient", "x-actual-recipient":
			if s.present != nil && s.has(f.name) {
				s.close()
			}
			if s.present == nil {
				s.present = &Recipient{}
				for _, b := range before {
					s.set(b)
				}
				before = nil
			}
			s.set(f)
		case "action", "status", "diagnostic-code":
			if s.present == nil {
				before = append(before, f)
			} else {
				s.set(f)
			}
		default:
			if len(s.out) == 0 && s.present == nil {
				s.c.report[f.name] = append(s.c.report[f.name], f.value)
			}
		}
	}
	s.pending = append(s.pending, before...)
}

func (s *statusReader) has(name string) bool {
	if name == "original-recipient" {
		return s.present.Original != ""
	}
	return name == "final-recipient" && s.present.Email != ""
}

// set keeps a field. The first value counts.
func (s *statusReader) set(f field) {
	r := s.present
	switch f.name {
	case "final-recipient":
		if r.Email == "" {
			r.Email = addressOfField(f.value)
		}
	case "original-recipient", "x-actual-recipient":
		if r.Original == "" {
			r.Original = addressOfField(f.value)
		}
	case "action":
		if r.Kind == "" {
			r.Kind = kindOfAction(f.value)
		}
	case "status":
		if r.Status == "" {
			r.Status = codeIn(" " + f.value)
		}
	case "diagnostic-code":
		_, said, ok := strings.Cut(f.value, ";")
		if !ok {
			said = f.value
		}
		if r.Diagnostic == "" {
			r.Diagnostic = strings.TrimSpace(said)
		} else if len(r.Diagnostic) < maxLine {
			r.Diagnostic += " " + strings.TrimSpace(said)
		}
	}
}

// close ends the present recipient.
func (s *statusReader) close() {
	r := s.present
	if s.present = nil; r == nil {
		return
	}
	if r.Email == "" {
		r.Email = r.Original
	}
	if r.Original == r.Email {
		r.Original = ""
	}
	if r.Email == "" || len(s.out) >= maxRecipients {
		return
	}
	// A system may report on one recipient twice; the more severe counts.
	if i := slices.IndexFunc(s.out, func(o Recipient) bool { return o.Email == r.Email }); i < 0 {
		s.out = append(s.out, *r)
	} else if severity[r.Kind] > severity[s.out[i].Kind] {
		s.out[i] = *r
	}
}

func (s *statusReader) done() []Recipient {
	s.close()
	if len(s.out) == 1 {
		s.present = &s.out[0]
		for _, f := range s.pending {
			s.set(f)
		}
	}
	return s.out
}

// addressOfField returns the address in a Final-Recipient or Original-Recipient field:
// a type, a semicolon and the address. Systems omit the type, write angle brackets, or
// leave the encoding of the envelope (RFC 3461) or of RFC 6533 in place.
func addressOfField(value string) string {
	if _, after, ok := strings.Cut(value, ";"); ok {
		value = after
	}
	value = unescape(strings.TrimSpace(value))
	if found := addressesIn(value); len(found) > 0 {
		return found[0].email
	}
	value = strings.ToLower(strings.Trim(value, "<> "))
	if value == "" || strings.ContainsAny(value, " \t") || len(value) > maxAddress {
		return ""
	}
	return value // a local user
}

var (
	xtext   = lazyregexp.New(`\+[0-9A-F]{2}`)
	unicode = lazyregexp.New(`\\x\{[0-9A-Fa-f]{2,6}\}`)
)

func unescape(s string) string {
	s = s[:min(len(s), 4*maxAddress)]
	s = unicode.ReplaceAllStringFunc(s, func(code string) string {
		n, err := strconv.ParseUint(code[len(`\x{`):len(code)-1], 16, 32)
		if err != nil || n < 0x20 || n > 0x10ffff {
			return code
		}
		return string(rune(n))
	})
	return xtext.ReplaceAllStringFunc(s, func(code string) string {
		switch code {
		case "+2B":
			return "+"
		case "+3D":
			return "="
		case "+40":
			return "@"
		}
		return code
	})
}

// kindOfAction reads an Action field, behind which systems write remarks.
func kindOfAction(value string) Kind {
	value = strings.ToLower(strings.TrimSpace(value))
	for _, k := range []Kind{Failed, Delayed, Delivered, Relayed, Expanded} {
		if strings.HasPrefix(value, string(k)) {
			return k
		}
	}
	if strings.HasPrefix(value, "fail") {
		return Failed
	}
	return ""
}

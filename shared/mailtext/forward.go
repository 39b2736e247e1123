package mailtext

import (
	"slices"
	"strings"

	"kantoorpost/shared/lazyregexp"
	"kantoorpost/shared/mail"
)

var (
	tag            = lazyregexp.New(`^\s*[\[*][^\]*:]{1,30}[\]*]\s*`) // "[EXTERN]", "*SPAM*"
	forwardPrefix  = lazyregexp.New(`(?i)^\s*\[?(fw|fwd|doorst|doorgestuurd|wg|weitergeleitet|tr)\s*(\[\d+\])?\s*:`)
	answerPrefix   = lazyregexp.New(`(?i)^\s*(re|antw|antwoord|aw|antwort|betr|réf)\s*(\[\d+\])?\s*:`)
	originalPrefix = lazyregexp.New(`(?i)^\s*(fw|fwd|doorst|doorgestuurd|wg|weitergeleitet|tr)\s*(\[\d+\])?\s*:\s*`)
)

// forwarded returns the original that this mail forwards, or nil. The header that
// Outlook puts above a quotation looks the same in an answer, so:
//
//   - "Doorgestuurd bericht" above it means forwarded, whatever the subject;
//   - "Op … schreef Jan:" means answered, whatever the subject;
//   - otherwise the first prefix of the subject decides: FW: or RE:;
//   - without a prefix it is forwarded if there is no own text and the header is
//     complete: an answer has text.
func forwarded(p parts, own []line, subject string) *Forwarded {
	subject = clean(strings.ToValidUTF8(cut(subject, 1000), "\uFFFD"))
	step(len(subject))
	subject = tag.ReplaceAllString(subject, "")
	switch {
	case p.head == forwardHead:
	case p.head != originalHead, matches(answerPrefix, subject):
		return nil
	case matches(forwardPrefix, subject):
	case join(own) != "" || !p.header.date || p.header.subject == "" || address(p.header.from).Email == "":
		return nil
	}
	f := &Forwarded{From: address(p.header.from), To: addresses(p.header.to), Subject: p.header.subject}
	if f.Subject == "" {
		f.Subject = originalPrefix.ReplaceAllString(subject, "")
	}
	f.Text = join(split(p.original).own)
	return f
}

// maxRecipients bounds the recipients of an original.
const maxRecipients = 50

// addresses reads a list of recipients. Outlook separates them by ";", other
// programs by ",", which a name may also have: "Jansen, Jan <jan@x>".
func addresses(text string) (list []mail.Address) {
	separator := ","
	if strings.Contains(text, ";") {
		separator = ";"
	}
	held := ""
	for part := range strings.SplitSeq(text, separator) {
		if len(list) == maxRecipients {
			break
		}
		if held != "" {
			part = held + ", " + part
			held = ""
		}
		if strings.TrimSpace(part) == "" {
			continue
		}
		if separator == "," && !strings.Contains(part, "@") && strings.Contains(text, "@") && len(part) < 100 {
			held = strings.TrimSpace(part)
			continue
		}
		list = append(list, address(part))
	}
	if held != "" && len(list) < maxRecipients {
		list = append(list, address(held))
	}
	return list
}

var (
	inText = lazyregexp.New(`[\p{L}\p{N}.!#$%&'*+/=?^_{|}~-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+`)
	inside = lazyregexp.New(`[<\[(]?\s*(?:mailto:)?\s*$`)
	quoted = lazyregexp.New(`"[^"]*"|“[^”]*”|„[^“”]*[“”]`)
)

// maxAddressText is how much of a sender is read, in bytes: of a longer one only
// the end, which has the address.
const maxAddressText = 1000

// address reads one sender or recipient: "Jan Jansen <jan@x>", "Jan Jansen
// [mailto:jan@x]", "jan@x (Jan)", only the address, or only the name. The name is
// as it was written, without quotes around it.
//
// A name may itself look like an address. So the address is the last one in
// brackets, where mail programs put it; text in quotes or before it is the name.
func address(text string) mail.Address {
	text = strings.TrimSpace(strings.ToValidUTF8(text[max(0, len(text)-maxAddressText):], ""))
	step(3 * len(text))
	at := inText.FindAllStringIndex(text, -1)
	if len(at) == 0 {
		return mail.Address{Name: trimName(strings.TrimRight(text, "<[( "))}
	}
	names := quoted.FindAllStringIndex(text, -1)
	unquoted := slices.DeleteFunc(slices.Clone(at), func(p []int) bool {
		return slices.ContainsFunc(names, func(n []int) bool { return n[0] < p[0] && p[1] < n[1] })
	})
	if len(unquoted) > 0 {
		at = unquoted
	}
	pick, bracketed := at[0], false
	for _, p := range slices.Backward(at) {
		before := strings.TrimRight(text[:p[0]], " ")
		if !strings.HasSuffix(before, "<") && !strings.HasSuffix(before, "[") && !strings.HasSuffix(before, "mailto:") {
			continue
		}
		if bracketed && !strings.EqualFold(text[p[0]:p[1]], text[pick[0]:pick[1]]) {
			break
		}
		pick, bracketed = p, true // "jan@x<mailto:jan@x>" is one address twice
	}
	email := strings.ToLower(strings.Trim(text[pick[0]:pick[1]], ".'"))
	name := trimName(inside.ReplaceAllString(text[:pick[0]], ""))
	if name == "" {
		// "jan@x (Jan)"
		if _, rest, ok := strings.Cut(text[pick[1]:], "("); ok {
			rest, _, _ = strings.Cut(rest, ")")
			name = trimName(rest)
		}
	}
	if strings.EqualFold(name, email) {
		name = ""
	}
	return mail.Address{Name: name, Email: email}
}

// trimName removes spaces and quotes around a name.
func trimName(name string) string {
	return strings.Trim(strings.Join(strings.Fields(name), " "), " \"'“”‘’„,;*")
}

package fetch

import (
	"strings"

	"golang.org/x/net/idna"

	"kantoorpost/shared/item"
)

// verdict reads Exchange's opinion on the sender from the topmost
// Authentication-Results field: the others were part of the mail when it came, and may
// be forged. A field about another From domain proves nothing about this one.
//
// Exchange may deliver mail to the inbox although it doubts the sender.
// https://learn.microsoft.com/defender-office-365/message-headers-eop-mdo
func verdict(line, fromDomain string) item.Verdict {
	r := results(line)
	if about, ok := r["header.from"]; ok && asciiDomain(about) != asciiDomain(fromDomain) {
		if r["compauth"] == "fail" || r["dmarc"] == "fail" {
			return item.VerdictFail
		}
		return item.VerdictSoft
	}
	switch {
	case r["compauth"] == "fail", r["dmarc"] == "fail" && r["compauth"] != "pass":
		return item.VerdictFail
	case r["compauth"] == "pass", r["dmarc"] == "pass", r["dmarc"] == "bestguesspass":
		return item.VerdictPass
	}
	return item.VerdictSoft
}

// asciiDomain returns a domain in lower case and in the ASCII form of RFC 5891, so
// that domains can be compared.
func asciiDomain(domain string) string {
	domain = strings.TrimSuffix(strings.ToLower(domain), ".")
	if ascii, err := idna.Lookup.ToASCII(domain); err == nil {
		return ascii
	}
	return domain
}

// isInside tells whether a mailbox of the tenant sent the mail: its sender has signed
// in, and nothing else authenticates it. Exchange removes this field from mail that
// comes from outside.
// https://learn.microsoft.com/exchange/header-firewall-exchange-2013-help
func isInside(h headers) bool {
	return strings.EqualFold(strings.TrimSpace(h.Get("X-MS-Exchange-Organization-AuthAs")), "Internal")
}

// results returns the values of one Authentication-Results field by name, in lower
// case; the first value of a repeated name. It skips comments in parentheses.
// https://www.rfc-editor.org/rfc/rfc8601#section-2.2
func results(line string) map[string]string {
	out := map[string]string{}
	for _, word := range strings.FieldsFunc(withoutComments(line), func(r rune) bool {
		return r == ';' || r == ' ' || r == '\t' || r == '\r' || r == '\n'
	}) {
		name, value, ok := strings.Cut(word, "=")
		name = strings.ToLower(name)
		if _, had := out[name]; ok && !had {
			out[name] = strings.ToLower(strings.Trim(value, `"`))
		}
	}
	return out
}

func withoutComments(s string) string {
	var b strings.Builder
	depth := 0
	for _, r := range s {
		switch {
		case r == '(':
			depth++
		case r == ')' && depth > 0:
			depth--
		case depth == 0:
			b.WriteRune(r)
		}
	}
	return b.String()
}

package fetch

import (
	"strings"

	"golang.org/x/net/idna"

	"kantoorpost/shared/item"
)

// verdict reads what Exchange itself thinks of the sender, from the topmost
// Authentication-Results line: those below it were written by whoever sent the
// mail. A line about another From domain says nothing about this one.
//
// Exchange may deliver to the inbox what it doubts.
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

// asciiDomain is a domain in the one form in which it is compared: lower case,
// and what is not ASCII as RFC 5891 writes it.
func asciiDomain(domain string) string {
	domain = strings.TrimSuffix(strings.ToLower(domain), ".")
	if ascii, err := idna.Lookup.ToASCII(domain); err == nil {
		return ascii
	}
	return domain
}

// isInside tells that a mailbox of the tenant itself sent the mail: then there
// is nothing to authenticate, and the sender has signed in. Exchange takes such
// a line out of what comes from outside.
// https://learn.microsoft.com/exchange/header-firewall-exchange-2013-help
func isInside(h headers) bool {
	return strings.EqualFold(strings.TrimSpace(h.get("X-MS-Exchange-Organization-AuthAs")), "Internal")
}

// results are the values of one Authentication-Results line by name, in lower
// case; of a name that is there twice, the first. Comments in parentheses are
// left out.
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

package entra

import (
	"strings"

	"kantoorpost/shared/ids"
)

// isTenant says whether text is the id or a domain of a tenant, in lower case.
func isTenant(text string) bool { return ids.IsGUID(text) || isDomain(text) }

// isDomain says whether text is a host name with two labels or more, and no IP
// address.
func isDomain(text string) bool {
	labels := strings.Split(text, ".")
	if len(text) > 253 || len(labels) < 2 {
		return false
	}
	for _, label := range labels {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for _, c := range []byte(label) {
			if !digit(c) && c != '-' && (c < 'a' || c > 'z') {
				return false
			}
		}
	}
	return strings.ContainsFunc(labels[len(labels)-1], func(r rune) bool { return r >= 'a' })
}

func digit(c byte) bool { return '0' <= c && c <= '9' }

// LooksLikeSecretID says whether a pasted client secret is really the id of one:
// the portal shows both side by side, and only the id is a GUID.
func LooksLikeSecretID(text string) bool {
	return ids.IsGUID(strings.ToLower(strings.TrimSpace(text)))
}

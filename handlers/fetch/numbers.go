package fetch

import (
	"slices"
	"strings"
	"unicode"

	"kantoorpost/shared/item"
	"kantoorpost/shared/mailtext"
)

// labels occur before the numbers of companies. Most mails have none.
var labels = []string{"klantn", "relatien", "ntnummer", "ntnr", "debiteur", "dossier", "customer", "client", "kvk", "k.v.k",
	"handelsregister", "nl0", "nl8", "nl 0", "nl 8", "nl1", "nl 1"}

// maxWords is how many bytes of a text are kept: its beginning says what it is about.
const maxWords = 4000

// words returns the beginning of the writer's own text and of the signature, in which a
// decision looks for names. The text of a program is kept too: it may be a portal's.
func words(it item.Item, text mailtext.Text) (own, signature string) {
	if it.InitialReason != "" && it.InitialReason != item.Automated {
		return "", ""
	}
	return strings.ToValidUTF8(text.Own[:min(len(text.Own), maxWords)], ""),
		strings.ToValidUTF8(text.Signature[:min(len(text.Signature), maxWords)], "")
}

// numbers returns the client numbers, KvK numbers and VAT ids in the writer's own
// text. A decision looks whose they are when they are not the sender's.
func numbers(it item.Item, content string, text mailtext.Text) []string {
	if it.InitialReason != "" || !strings.ContainsFunc(it.Subject, unicode.IsDigit) && !strings.ContainsFunc(text.Own, unicode.IsDigit) {
		return nil
	}
	n := mailtext.CompanyNumbersIn(it.Subject + "\n" + text.Own)
	found := slices.Concat(n.Labelled, n.KvK, n.VAT)
	if len(found) == 0 {
		return nil
	}
	folded := strings.ToLower(it.Subject + " \n" + content)
	if !slices.ContainsFunc(labels, func(l string) bool { return strings.Contains(folded, l) }) {
		return nil // eight digits of something else
	}
	return found
}

package fetch

import (
	"slices"
	"strings"

	"kantoorpost/shared/item"
	"kantoorpost/shared/mailtext"
)

// labels occur before the numbers of companies. Searching for them costs less than
// reading the parts of a mail, and most mails have none.
var labels = []string{"klantn", "relatien", "ntnummer", "ntnr", "debiteur", "dossier", "customer", "client", "kvk", "k.v.k", "handelsregister", "nl0", "nl8", "nl 0", "nl 8", "nl1", "nl 1"}

// numbers returns the client numbers, KvK numbers and VAT ids in the writer's own
// text. A decision looks whose they are when they are not the sender's.
func numbers(it item.Item, content string) []string {
	if it.InitialReason != "" {
		return nil
	}
	folded := strings.ToLower(it.Subject + " " + content)
	if !slices.ContainsFunc(labels, func(l string) bool { return strings.Contains(folded, l) }) {
		return nil
	}
	n := mailtext.NumbersIn(it.Subject + "\n" + mailtext.Read(it.BodyType, content, it.Subject).Own)
	return slices.Concat(n.Labelled, n.KvK, n.VAT)
}

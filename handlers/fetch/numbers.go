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

// stems begin the labels of numbers that may have fewer than eight digits.
var stems = []string{"klant", "relatie", "cli", "debiteur", "dossier", "customer", "account", "kunden", "mandanten"}

// nearby is how far behind the beginning of its label a number ends at most, in bytes.
const nearby = 160

// maxWords bounds what is kept of a text, in bytes: people say at its beginning what it
// is about.
const maxWords = 4000

// words returns the writer's own text and signature, or their beginning: a decision looks whom they name.
// Those of programs are kept because portals are such.
func words(it item.Item, content string) (own, signature string) {
	if it.InitialReason != "" && it.InitialReason != item.Automated {
		return "", ""
	}
	l := mailtext.Read(it.BodyType, content, it.Subject)
	return strings.ToValidUTF8(l.Own[:min(len(l.Own), maxWords)], ""), strings.ToValidUTF8(l.Signature[:min(len(l.Signature), maxWords)], "")
}

// numbers returns the client numbers, KvK numbers and VAT ids in the writer's own
// text. A decision looks whose they are when they are not the sender's.
func numbers(it item.Item, content string) []string {
	if it.InitialReason != "" {
		return nil
	}
	folded := strings.ToLower(it.Subject + " \n" + content)
	if !slices.ContainsFunc(labels, func(l string) bool { return strings.Contains(folded, l) }) || !mayHaveNumbers(folded, it.BodyType == "html") {
		return nil
	}
	n := mailtext.CompanyNumbersIn(it.Subject + "\n" + mailtext.Read(it.BodyType, content, it.Subject).Own)
	return slices.Concat(n.Labelled, n.KvK, n.VAT)
}

// mayHaveNumbers tells whether a text in lower case can have a number that
// CompanyNumbersIn finds. Most texts with a label have none.
func mayHaveNumbers(folded string, html bool) bool {
	text := visible(folded, html)
	if mailtext.HasEightDigits(text) {
		return true
	}
	for _, stem := range stems {
		for rest := text; ; {
			at := strings.Index(rest, stem)
			if at < 0 {
				break
			}
			rest = rest[at:]
			if strings.ContainsAny(rest[:min(len(rest), nearby)], "0123456789") {
				return true
			}
			rest = rest[len(stem):]
		}
	}
	return false
}

// visible returns about what a page shows of a text: without tags and characters that
// are not ASCII, and with one space for white space and for an entity.
func visible(text string, html bool) string {
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		b := text[i]
		if html && (b == '<' || b == '&') {
			end, limit := byte('>'), len(text)
			if b == '&' {
				end, limit = ';', min(len(text), i+10)
			}
			if n := strings.IndexByte(text[i:limit], end); n >= 0 {
				if i += n; end == '>' {
					continue
				}
				b = ' '
			}
		}
		if b <= ' ' {
			b = ' '
		}
		if b < 0x80 && (b != ' ' || len(out) == 0 || out[len(out)-1] != ' ') {
			out = append(out, b)
		}
	}
	return string(out)
}

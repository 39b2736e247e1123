package compose

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"kantoorpost/shared/mailtext"
)

// What the writer must have seen before a reply leaves.
const (
	// CheckClient means that the reply names another client of the office, or has a
	// file of one.
	CheckClient Code = "client"
	// CheckOutsider means that a recipient is new in the chat and no contact of its
	// client.
	CheckOutsider Code = "outsider"
	// CheckAttachment means that the text speaks of a file that is not attached.
	CheckAttachment Code = "attachment"
	CheckSubject    Code = "subject" // there is none
	CheckBody       Code = "body"    // there is no text
)

// attachmentWords are the words of Dutch, English, German and French by which people say that they
// send a file along. The spaces are those around words.
var attachmentWords = []string{
	" bijlage ", " bijlagen ", " bijgevoegd ", " bijgevoegde ", " bijgesloten ", " meegestuurd ", " meegestuurde ", " bijgaand ",
	" bijgaande ",
	" attached ", " attachment ", " attachments ", " enclosed ", " enclosure ",
	" anbei ", " anhang ", " in der anlage ", " als anlage ", " angehängt ", " angehängte ", " angehängten ",
	" beigefügt ", " beigefügte ", " beigefügten ",
	" ci joint ", " ci jointe ", " ci joints ", " ci jointes ", " pièce jointe ", " pièces jointes ", " en annexe ",
}

// answeredWords are uses of those words for a file that the other sent.
var answeredWords = []string{" je bijlage ", " jouw bijlage ", " uw bijlage ", " your attachment ", " you attached ", " geen bijlage ",
	" no attachment ", " ihren anhang ", " ihr anhang ", " ihrem anhang ", " votre pièce jointe ", " vos pièces jointes "}

// MentionsAttachment says whether a text speaks of a file that comes with it.
func MentionsAttachment(text string) bool {
	said := words(text)
	for _, w := range answeredWords {
		said = strings.ReplaceAll(said, w, " ")
	}
	for _, w := range attachmentWords {
		if strings.Contains(said, w) {
			return true
		}
	}
	return false
}

// words returns the words of a text in lower case, with one space around each. Pasted text
// has soft hyphens and spaces without width inside words, and letters in other forms
// (https://unicode.org/reports/tr15/): a reader sees the same word.
func words(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKC.String(text))
	fields := strings.FieldsFunc(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.Mn, r)
	})
	return " " + strings.Join(fields, " ") + " "
}

// maxClientNumbers bounds what is looked up for one reply.
const maxClientNumbers = 40

// Clues are what can name a client in a reply and its files.
type Clues struct {
	Numbers []string // client numbers
	KvK     []string
	VAT     []string
	IBAN    []string
	Names   []string // texts that can hold the name of a client: file names
}

// CluesIn finds what can name a client in the subject, the text and the file names of
// a reply.
func CluesIn(subject, text string, files []string) (c Clues) {
	n := mailtext.NumbersIn(subject + "\n" + text)
	c.KvK, c.VAT, c.IBAN = n.KvK, n.VAT, n.IBAN
	c.Numbers = append(c.Numbers, n.Labelled...)
	c.Numbers = append(c.Numbers, n.Unlabelled...)
	for _, file := range files {
		c.Names = append(c.Names, words(file))
		n := mailtext.NumbersIn(file)
		c.KvK, c.VAT = append(c.KvK, n.KvK...), append(c.VAT, n.VAT...)
		// A hyphen can be a part of a number, and can stand behind one.
		whole := strings.FieldsFunc(file, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '-' })
		parts := strings.FieldsFunc(file, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		for _, part := range append(whole, parts...) {
			if strings.ContainsFunc(part, unicode.IsDigit) && len(part) <= 12 && !isYear(part) {
				c.Numbers = append(c.Numbers, strings.ToUpper(part))
			}
			if len(part) == 8 && strings.Trim(part, "0123456789") == "" {
				c.KvK = append(c.KvK, part)
			}
		}
	}
	c.Numbers = once(c.Numbers)
	c.KvK, c.VAT = once(c.KvK), once(c.VAT)
	return c
}

// isYear says whether a part of a file name is a year that files are about.
func isYear(text string) bool {
	return len(text) == 4 && strings.Trim(text, "0123456789") == "" && text >= "1990" && text < "2040"
}

func once(list []string) (out []string) {
	seen := map[string]bool{}
	for _, v := range list {
		if !seen[v] && len(out) < maxClientNumbers {
			seen[v], out = true, append(out, v)
		}
	}
	return out
}

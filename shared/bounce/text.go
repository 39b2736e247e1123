package bounce

import (
	"slices"
	"strings"

	"kantoorpost/shared/lazyregexp"
	"kantoorpost/shared/mail"
)

// text is the human-readable part of a report, by lines.
type text struct {
	whole string
	lines []string
	found []mention
	names map[int][]string // the recipients that a line names
	own   []*block
	more  bool // there are several recipients
}

// A mention is an address in a line of a text.
type mention struct {
	email string
	line  int
	main  bool // the line is about this address
}

// Limits of what is read of a text: its addresses, and the length of a line.
const (
	maxMentions = 500
	maxTextLine = 1000
)

func (c *content) readText() *text {
	t := &text{whole: c.text, own: c.own}
	for line := range strings.SplitSeq(c.text, "\n") {
		i := len(t.lines)
		line = line[:min(len(line), maxTextLine)]
		t.lines = append(t.lines, line)
		if len(t.found) > maxMentions {
			continue
		}
		for _, a := range addressesIn(line) {
			before := strings.ToLower(line[:a.at])
			if !notRecipient.MatchString(before) {
				t.found = append(t.found, mention{a.email, i, isMain(before)})
			}
		}
	}
	return t
}

var (
	// notRecipient matches what stands before the address of somebody else.
	notRecipient = phrases(
		`(mail from|\bfrom|sender|contact|mailto|postmaster|support|helpdesk|reply-to|help|administrator|van|von|cc|`+
			`afzender|absender|exp[ée]diteur)\s*:?\s*[<(\["']*$`,
		`mail from:\s*<[^>]*$`, `contact.{0,40}$`)
	// main matches what may stand before the address that the line is about.
	main = lazyregexp.New(`(?i)^[\s<>"'*•·>|\[(-]*(` + strings.Join([]string{
		`\d{3}[- ][<"']*`, `((rcpt )?to|aan|an|naar|à)[\s\x{a0}]*:\s*[<"']*`, `in:\s+rcpt to:\s*<`, `>>> rcpt to:\s*<`, `for\s+<?`,
		`unknown (user|address):\s*[<"']*`,
		recipientLabels + `[\[<"']*`,
		`.{0,60}\b(deliver(ed|ing|y)?|undeliverable|bezorgd|zugestellt|invalid recipient)\b.{0,40}?\b(to|for|aan|an)\b:?\s*[<"'\[]*`,
	}, "|") + `)?$`)
)

// recipientLabels matches what names the recipient at the start of a line.
const recipientLabels = `(failed |final |betrokken |betroffener? )?(recipient|rcpt|user|address|mailbox|ontvanger|geadresseerde|` +
	`empfänger|destinataire|(e-?mail)?-?adresse?|e-?mail)(\(s\)|s|en)?( name)?[\s\x{a0}]*:\s*`

// lists matches the line above the addresses that the report is about.
var lists = phrases(`(following|these) (recipient|address)`, `(addresses|recipients) (had|failed)`,
	`volgende (ontvanger|adres|geadresseerde)`,
	`deze (geadresseerde|ontvanger)`, `folgende[nr]? (empfänger|adress)`, `destinataires? suivant`)

func isMain(before string) bool { return main.MatchString(before) }

// recipients returns those whom a text without status fields is about: addresses that
// have a line of their own; else those to which the returned mail was addressed; else
// the first.
func (t *text) recipients(c *content) []Recipient {
	ours := map[string]bool{} // the sender, to whom the report goes
	writers := slices.Concat(c.original["from"], c.original["return-path"], c.original["reply-to"])
	for _, line := range slices.Concat(c.header["to"], c.header["from"], writers) {
		for _, a := range addressesIn(line) {
			ours[a.email] = true
		}
	}
	addressed := c.addressed()
	pick := func(ok func(mention) bool) (out []Recipient) {
		for _, m := range t.found {
			same := func(r Recipient) bool { return r.Email == m.email }
			if ok(m) && !slices.ContainsFunc(out, same) {
				out = append(out, Recipient{Email: m.email})
			}
		}
		return out
	}
	isOurs := func(m mention) bool { return ours[m.email] && !slices.Contains(addressed, m.email) }
	from := slices.IndexFunc(t.lines, lists.MatchString)
	for _, first := range []int{from, 0} {
		if out := pick(func(m mention) bool { return m.main && m.line >= first && !isOurs(m) }); len(out) > 0 {
			return out
		}
	}
	if out := pick(func(m mention) bool { return slices.Contains(addressed, m.email) }); len(out) > 0 {
		return out
	}
	if len(addressed) == 1 {
		return []Recipient{{Email: addressed[0]}}
	}
	if out := pick(func(m mention) bool { return !isOurs(m) }); len(out) > 0 {
		return out[:1]
	}
	return pick(func(m mention) bool { return m.main }) // somebody wrote to himself
}

// aboutLines is how many lines below its address say what is wrong with a recipient.
const aboutLines = 12

// addressed returns the recipients of the returned mail.
func (c *content) addressed() (out []string) {
	for _, line := range slices.Concat(c.original["to"], c.original["cc"]) {
		for _, a := range addressesIn(line) {
			out = append(out, a.email)
		}
	}
	return out
}

// several stands for the recipients of a block that names more than one.
const several = "several"

// divide notes which recipients each line names.
func (t *text) divide(all []Recipient) {
	t.names, t.more = map[int][]string{}, len(all) > 1
	for _, m := range t.found {
		if i := slices.IndexFunc(all, func(r Recipient) bool { return r.Is(m.email) }); i >= 0 {
			t.names[m.line] = append(t.names[m.line], all[i].Email)
			if own := t.own[m.line]; own != nil && own.about == "" {
				own.about = all[i].Email
			} else if own != nil && own.about != all[i].Email {
				own.about = several
			}
		}
	}
}

// about returns what the text says about a recipient: the lines from each that names
// it up to one about another recipient; or all of it when it says nothing special.
func (t *text) about(r Recipient) string {
	var b strings.Builder
	for line, until := 0, 0; line < len(t.lines) && b.Len() < maxSaid; line++ {
		step(1)
		if own := t.own[line]; own != nil && own.about == r.Email {
			return strings.Join(t.lines[own.first:own.end], "\n")
		}
		switch named := t.names[line]; {
		case slices.Contains(named, r.Email):
			until = line + aboutLines
		case len(named) > 0:
			until = line
		}
		if line < until {
			b.WriteString(t.lines[line] + "\n")
		}
	}
	if said := b.String(); codeIn(said)+replyIn(said) != "" || t.more && statusOfWords(said, "5") != "" {
		return said
	}
	return t.whole[:min(len(t.whole), maxSaid)]
}

// maxAddress is the longest address, in bytes.
// https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1.3
const maxAddress = 256

// An address is one in a text, at a place.
type address struct {
	email string
	at    int
}

// addressesIn returns the e-mail addresses in a line, in lower case.
func addressesIn(line string) (out []address) {
	step(len(line))
	for i := 0; i < len(line); i++ {
		if line[i] != '@' {
			continue
		}
		step(1)
		start, end := i, i+1
		for start > 0 && i-start < maxAddress && isLocal(line[start-1]) {
			start--
		}
		if start > 0 && start == i && line[start-1] == '"' { // a quoted local part
			if q := strings.LastIndexByte(line[:start-1], '"'); q >= 0 && i-q < 70 && !strings.ContainsAny(line[q+1:start-1], "<>@") {
				start = q
			}
		}
		for end < len(line) && end-i < maxAddress && isDomain(line[end]) {
			end++
		}
		local, domain := strings.TrimLeft(line[start:i], ".'"), strings.TrimRight(line[i+1:end], ".-")
		if local != "" && domain != "" && isHost(domain) {
			out = append(out, address{strings.ToLower(local + "@" + domain), i - len(local)})
		}
		i = max(i, end-1)
	}
	return out
}

func isHost(domain string) bool {
	return domain[0] != '.' && !strings.Contains(domain, "..")
}

func isLocal(c byte) bool {
	return isDomain(c) || strings.IndexByte("!#$%&'*+/=?^`{|}~", c) >= 0
}

func isDomain(c byte) bool {
	return c >= 0x80 || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '-' || c == '_'
}

// idsOfText returns the message ids that the text names as such.
func (c *content) idsOfText() (out []string) {
	for line := range strings.Lines(c.text) {
		if len(out) >= maxMessageIDs {
			break
		}
		if m := namedID.FindStringIndex(line[:min(len(line), 2000)]); m != nil {
			out = append(out, mail.MessageIDs(line[m[1]:])...)
		}
	}
	return out
}

var namedID = lazyregexp.New(`(?i)(message|bericht|nachrichten)[- ]?id[^<>@:]{0,20}:?\s*|id(entifiant)? du message[^<>@:]{0,20}:?\s*`)

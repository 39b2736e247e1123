package learn

import (
	"slices"
	"strings"
	"sync"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/lazyregexp"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/mailtext"
)

// A mail is somebody's who works for one client, and yet about another one: a notary's
// clerk, an adviser, somebody with a new job. So the text is searched for every client
// of the office. Most clients that a text names are suppliers, customers and employers.
// A mention is firm only if it says what the mail is about:
//
//   - the number, KvK number or VAT id of the client;
//   - the whole name in the subject or the text;
//   - the whole name in a signature which has no name of the sender's own client.
//
// It is not in a sentence with words of trade before it ("de factuur van") or behind it.
// A name with one telling word needs its legal form or words such as "inzake", and that
// of a person, who may be somebody's employee, needs the latter. Whoever writes about his
// own client as well names the other in passing, unless he says that he works there now.

// maxOthers is how many clients Others returns: people choose from them.
const maxOthers = 3

// Others returns the ids of the clients that a mail firmly names, when they are not
// among own, the ids of those that it is expected to be about. Known is the subject of
// the conversation that the mail answers, "" for none: the same subject says nothing.
func (x *ClientIndex) Others(it item.Item, own []string, known string) []string {
	n := naming{x: x, it: it, own: own, writer: writerOf(it.From)}
	byNumber, words := n.byNumber(), ownWords(it)
	if passedOn.MatchString(it.Subject) || known != "" && plainSubject(known) == plainSubject(it.Subject) {
		n.read("", words)
	} else {
		n.read(it.Subject, words)
	}
	switch {
	case len(byNumber) > 0:
		return byNumber[:min(len(byNumber), maxOthers)]
	case n.ownSubject:
		return nil
	case len(n.subject) > 0:
		return n.subject[:min(len(n.subject), maxOthers)]
	case len(n.employer) > 0:
		return n.employer[:min(len(n.employer), maxOthers)]
	case n.ownText:
		return nil
	case len(n.text) > 0:
		return n.text[:min(len(n.text), maxOthers)]
	case known != "": // whoever answers signs as before
		return nil
	}
	return n.signed(words)
}

// writerOf returns the words of the writer's own name; none when the display name is that
// of somebody else, for whom a desk or a program writes.
func writerOf(from mail.Address) []string {
	name := nameTokens(through.ReplaceAllString(from.Name, ""))
	if portalName(from) != "" || ByProgram(from) && slices.ContainsFunc(name, func(w string) bool { return departments[w] }) {
		return nil
	}
	return name
}

// ownWords returns the writer's own text up to the closing.
func ownWords(it item.Item) string { return body(mailtext.Text{Own: it.Says}, it.From.Name) }

// passedOn finds subjects that somebody else wrote.
var passedOn = lazyregexp.New(`(?i)^\s*(fwd?|doorst(uren)?|tr|wg)\s*:`)

var answerMarks = lazyregexp.New(`(?i)^(\s*(re|aw|antw|antwoord|fwd?|doorst|tr|wg)(\[\d+\])?\s*:)+`)

// plainSubject returns a subject without the marks of answers, in a form to compare.
func plainSubject(subject string) string {
	return strings.Join(strings.Fields(fold(answerMarks.ReplaceAllString(subject, ""))), " ")
}

// A naming holds which clients a mail names.
type naming struct {
	x      *ClientIndex
	it     item.Item
	own    []string
	writer []string // the words of the writer's name, which name no client

	ownSubject, ownText bool     // one of own is named
	subject, text       []string // ids of others that are firmly named
	employer            []string // those of them for whom the writer says to work
}

// known finds client numbers that are announced in a sentence.
var known = lazyregexp.New(`\b(?:jullie|uw|bij u|bij jullie|your)\b[^.\n\d]{0,30}\b(?:nummer|nr|number)\b[^.\n\d]{0,6}(\d{3,8})\b|\bbekend (?:als|onder) (\d{3,8})\b|` +
	`\b(?:klant|client|relatie|customer)\s?(?:nr|no|nummer)?[.:#]?\s?(\d{3,8})\b`)

var announceCues = mailtext.CuesOf("nummer", "nr", "number", "bekend ", "klant", "cli", "relatie", "customer")

// announced returns the client numbers that a text announces in a sentence. The pattern
// is slow, so it is matched with those lines only that have its words and a digit.
func announced(text string) (numbers []string) {
	for line := range strings.Lines(text) {
		if !strings.ContainsAny(line, "0123456789") {
			continue
		}
		if !announceCues.In(line) {
			continue
		}
		for _, m := range known.FindAllStringSubmatch(fold(line), maxOthers-len(numbers)) {
			numbers = append(numbers, m[1]+m[2]+m[3])
		}
	}
	return numbers
}

// byNumber returns the clients whose numbers the writer gives, none if one of own is
// among them.
func (n *naming) byNumber() []string {
	var ids []string
	for _, number := range slices.Concat(n.it.Numbers, announced(n.it.Subject), announced(n.it.Says)) {
		for _, at := range n.x.numbered(number) {
			id := n.x.clients[at].ID
			if slices.Contains(n.own, id) {
				return nil
			}
			ids = withID(ids, id)
		}
	}
	return ids
}

func withID(ids []string, id string) []string {
	if slices.Contains(ids, id) {
		return ids
	}
	return append(ids, id)
}

// read notes the names in the subject and the text.
func (n *naming) read(subject, text string) {
	words := tokenSlices.Get().(*[]token)
	*words = appendTokens((*words)[:0], subject)
	n.ownSubject, n.subject = n.in(*words, true)
	*words = appendTokens((*words)[:0], text)
	n.ownText, n.text = n.in(*words, false)
	clear((*words)[:cap(*words)]) // they hold the text
	tokenSlices.Put(words)
}

// tokenSlices are reused for the next mail. Without that they are most of the memory that reading a mail allocates.
var tokenSlices = sync.Pool{New: func() any { return new([]token) }}

// in finds the clients that a text names: whether own is among them, and the ids of
// others that it firmly names.
func (n *naming) in(text []token, subject bool) (own bool, others []string) {
	for _, s := range longest(append(n.x.spans(text), n.x.initialed(text)...)) {
		c := n.x.clients[s.client]
		if slices.Contains(n.own, c.ID) {
			own = true
		} else if !n.resembles(s.client) && firmly(text, s, c, n.x.names[s.client], subject) {
			others = withID(others, c.ID)
			if context, job := inContext(text, s, c.Type == directory.Person); context == about && job {
				n.employer = withID(n.employer, c.ID)
			}
		}
	}
	return own, others
}

// resembles says whether a client has the name of the writer or of one of own.
func (n *naming) resembles(client int) bool {
	name := n.x.names[client]
	if subset(name, n.writer) || nameOf(strings.Join(n.writer, " ")).like(personOf(n.x.clients[client])) >= initialAlike {
		return true
	}
	return slices.ContainsFunc(n.own, func(id string) bool {
		at, ok := n.x.id[id]
		return ok && subset(name, n.x.names[at])
	})
}

// signed returns the client whose name stands in the signature, when no name of own
// does, the address is not at that client's domain, and the names have nothing in common.
// Words are the writer's, up to the closing.
func (n *naming) signed(words string) []string {
	// Not every signature is recognised: what stands below the writer's name is one too.
	text := tokens(strings.TrimPrefix(n.it.Says, words) + "\n" + n.it.Signed)
	var ids []string
	for _, s := range n.x.spans(text) {
		c, name := n.x.clients[s.client], n.x.names[s.client]
		switch {
		case slices.Contains(n.own, c.ID):
			return nil
		case c.Type == directory.Person || n.resembles(s.client) || n.related(name) || calledLike(directory.Domain(n.it.From.Email), c.Name):
		case telling(name) > 1 || telling(name) == 1 && text[s.to-1].named:
			ids = withID(ids, c.ID)
		}
	}
	if len(ids) != 1 {
		return nil
	}
	return ids
}

// related says whether a name shares a telling word with one of own: companies of one
// group sign with each other's names.
func (n *naming) related(name []string) bool {
	return slices.ContainsFunc(n.own, func(id string) bool {
		at, ok := n.x.id[id]
		return ok && slices.ContainsFunc(name, func(w string) bool { return weighty(w) && !mailtext.Trade(w) && slices.Contains(n.x.names[at], w) })
	})
}

func telling(name []string) (n int) {
	for _, w := range name {
		if weighty(w) {
			n++
		}
	}
	return n
}

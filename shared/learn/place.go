package learn

import (
	"slices"
	"unicode/utf8"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/mailtext"
)

// Placeable returns the client with which the model may place a mail, as far as the mail
// itself tells: its subject, its own text, the names of its files or the sender's display
// name firmly name that client, and nothing in it, quoted or signed, names another; ""
// for none. A mail that a program sent to many, or that asks for money and is not
// verified, has none. The names of the files are asked for last; one that is not known may
// name another client.
func (x *ClientIndex) Placeable(it item.Item, l mailtext.Text, files func() (names []string, known bool)) (client string) {
	if it.Class != "" || it.ListID != "" || len(l.Own) > maxText || unsafe(it, l) {
		return ""
	}
	p := pointing{x: x, it: it}
	own := body(l, it.From.Name)
	p.read(it.Subject, !answerMarks.MatchString(it.Subject)) // that of an answer was written before
	p.read(own, true)
	p.sign(x.displayed(it)...)
	p.read(head(l.Own[len(own):]+"\n"+l.Signature+"\n"+l.Quoted), false)
	if f := l.Forwarded; f != nil {
		p.read(head(f.Subject+"\n"+f.Text), false)
	}
	if len(p.any) < 2 {
		names, known := files()
		if !known {
			return ""
		}
		p.read(namesOf(names), true)
	}
	if len(p.named) != 1 || len(p.any) != 1 {
		return ""
	}
	return p.named[0]
}

// unsafe says whether nobody has proven who sent a mail that asks for money, data or haste.
func unsafe(it item.Item, l mailtext.Text) bool {
	text := it.Subject + "\n" + l.Own
	return it.Verdict == item.VerdictFail || it.Verdict != item.VerdictPass &&
		(moneyIn(text).asks() > 0 || phrases(text, urging) > 0 || paymentChange(text) != "" || account.MatchString(text))
}

// Place returns the suggestion by which the model places a mail that Placeable says to be
// about a client: the first one, when it is sure, chooses that client, and nothing makes
// anybody careful. Of what may be a portal a person says first that it is one.
func Place(list []Suggestion, client string, m Mail) (Suggestion, bool) {
	if len(list) == 0 || m.Doubt || len(m.Warnings) > 0 {
		return Suggestion{}, false
	}
	first := list[0]
	return first, first.Action == item.ChooseClient && first.Sure() && first.Client.ID == client
}

// A pointing holds which clients a mail points to.
type pointing struct {
	x     *ClientIndex
	it    item.Item
	named []string // firmly, in what the mail itself says
	any   []string // anywhere, in passing too
}

func (p *pointing) sign(ids ...string) {
	for _, id := range ids {
		p.named, p.any = withID(p.named, id), withID(p.any, id)
	}
}

// read notes the clients that a text names. Itself says that it is what the mail says.
func (p *pointing) read(text string, itself bool) {
	for _, id := range p.x.byNumber(text) {
		p.note(id, itself)
	}
	for _, number := range mailtext.NumbersIn(text).Unlabelled { // it may be anything, unless it is that of a client of the sender
		if at, ok := p.x.number[fold(number)]; ok && utf8.RuneCountInString(number) >= 4 && !otherNumber(text, number) {
			if id := p.x.clients[at].ID; slices.Contains(p.it.Facts.Clients, id) {
				p.note(id, false)
			}
		}
	}
	words := tokens(text)
	writer := nameTokens(p.it.From.Name)
	for _, s := range p.x.spans(words) {
		c, name := p.x.clients[s.client], p.x.names[s.client]
		switch {
		case telling(name) == 0 || c.Type == directory.Person && subset(name, writer):
		case itself && firmly(words, s, c, name, false):
			p.note(c.ID, true)
		case telling(name) > 1 || words[s.to-1].named || capital(words[s.from:s.to]):
			p.note(c.ID, false)
		}
	}
}

func (p *pointing) note(id string, firm bool) {
	if firm {
		p.sign(id)
		return
	}
	p.any = withID(p.any, id)
}

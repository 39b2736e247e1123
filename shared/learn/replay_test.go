package learn

import (
	"cmp"
	"context"
	"slices"
	"testing"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/mailtext"
	"kantoorpost/shared/must"
	"kantoorpost/shared/sim/year"
)

// A replay gives the mail of a generated year to this package alone: an office in
// memory, and a manager who knows the truth. It takes a second where the whole
// product takes minutes, and leaves out what only that does: chats of several
// people, undo, marks.
type replay struct {
	t        *testing.T
	office   *people
	clients  map[string]string // number → id
	contacts map[string]string // person → id
	chats    map[string]*chat.Chat
	earlier  map[string][]chat.Chat // by contact
	seed     uint64
	examples []example
}

// An example is a mail for which something was suggested, and which of it is right.
type example struct {
	class  string
	seed   uint64
	mail   Mail
	list   []Suggestion
	right  int // -1: none of them
	wanted string
	client string // its name
}

const officeDomain = "kantoor.example"

func playBack(t *testing.T, o year.Options) []example {
	t.Helper()
	o.Domain = officeDomain
	y := year.New(o)
	p := &replay{t: t, office: newPeople(), clients: map[string]string{}, contacts: map[string]string{}, chats: map[string]*chat.Chat{},
		earlier: map[string][]chat.Chat{}, seed: o.Seed}
	start := y.Office()
	for _, m := range start.Members {
		p.office.members = append(p.office.members, directory.TeamMember{ID: m.Email, Name: m.Name, Email: m.Email, Active: true})
	}
	for _, c := range start.Clients {
		p.client(c.Number, c.Type, c.Name, c.KvK, c.VAT)
	}
	for _, c := range start.Contacts {
		p.contact(c)
	}
	for range 12 {
		month := y.Next()
		for _, j := range month.Joins {
			p.client(j.Client.Number, j.Client.Type, j.Client.Name, j.Client.KvK, j.Client.VAT)
			p.contact(j.Contact)
		}
		for _, m := range month.Mails {
			p.mail(m)
		}
	}
	return p.examples
}

func (p *replay) client(number, kind, name, kvk, vat string) {
	id := "c" + number
	p.clients[number] = id
	p.office.clients[id] = directory.Client{ID: id, Number: number, Type: directory.ClientType(kind), Name: name, KvK: kvk, VAT: vat}
}

func (p *replay) contact(c year.Contact) {
	id := cmp.Or(p.contacts[c.Person], "k"+c.Person)
	p.contacts[c.Person] = id
	is := p.office.contacts[id]
	is.ID, is.Name = id, cmp.Or(is.Name, c.Name)
	for _, e := range c.Emails {
		p.gets(&is, e)
	}
	for _, n := range c.Clients {
		if id := p.clients[n]; !slices.Contains(is.Clients, id) {
			is.Clients = append(is.Clients, id)
		}
	}
	p.office.contacts[id] = is
}

// gets gives an address to a contact, if nobody has it.
func (p *replay) gets(c *directory.Contact, email string) {
	if _, taken, _ := p.office.ContactByAddress(p.t.Context(), email); !taken {
		c.Emails = append(c.Emails, email)
	}
}

// mail lets a mail arrive, wait for what it would wait for, and be solved.
func (p *replay) mail(m year.Mail) {
	it, l, files := readRaw(p.t, m)
	tr := m.Truth
	own := func(email string) bool { return directory.Domain(email) == officeDomain }
	if own(it.From.Email) || it.From.Email == "" || it.Verdict == item.VerdictFail || it.InitialReason != "" {
		return
	}
	from, known, _ := p.office.ContactByAddress(p.t.Context(), it.From.Email)
	about := p.clients[tr.Client]
	say := Mail{Item: it, Text: l, Own: own, Domains: []string{officeDomain}, Files: files, Answered: p.answered(it)}
	wait := func() {
		say.Item.Facts = item.Facts{Contact: from.ID, Clients: from.Clients}
		p.suggested(say, tr, from)
	}
	switch {
	case !known:
		say.Item.Reason = item.UnknownSender
		if rule, ok, _ := p.office.RuleFor(p.t.Context(), directory.DismissSender, it.From.Email); ok && tr.Kind == year.Dismiss {
			if decides, _ := Decides(rule, it, p.office.index); decides {
				return
			}
		}
		p.suggested(say, tr, from)
		p.solveSender(it, tr)
	case len(from.Clients) == 0:
		say.Item.Reason = item.SenderNoClient
		wait()
	case len(from.Clients) == 1 && from.Clients[0] == about || tr.Kind == year.Dismiss:
	default:
		say.Item.Reason = item.SeveralClients
		say.Earlier = p.earlier[from.ID]
		client, _, _, ok, err := WhichClient(p.t.Context(), p.office, from.ID, from.Clients, it, Said{
			Text: func(context.Context) (mailtext.Text, error) { return l, nil }, Earlier: said(nil).Earlier,
			Files: func(context.Context) ([]string, bool) { return say.Files, true },
		})
		if err != nil {
			p.t.Fatal(err)
		}
		if !ok || client != about {
			wait()
			p.office.teach(directory.SenderClient, from.ID, func(r directory.Rule) directory.Rule {
				return Teach(r, directory.SenderClient, from.ID,
					Proof(directory.Evidence{At: it.Received, By: "margot", Manager: true, Mail: it.ID, Contact: from.ID,
						Client: about, Words: mailtext.Words(it.Subject)}, it), false)
			})
			if tr.Kind == year.Chat && p.contacts[tr.Person] == from.ID && !slices.Contains(from.Clients, about) && !tr.Portal {
				from.Clients = append(slices.Clone(from.Clients), about)
				p.office.contacts[from.ID] = from
			}
		}
	}
	if tr.Kind == year.Chat {
		c := chat.Chat{ID: it.ID, Client: about, Contact: cmp.Or(p.contacts[tr.Person], from.ID), Subject: it.Subject, Started: it.Received,
			Verdict: it.Verdict}
		if p.answered(it) == nil {
			p.earlier[c.Contact] = append(p.earlier[c.Contact], c)
		}
		p.chats[it.InternetMessageID] = &c
	}
}

// answered returns the chat of the mail that another one answers, or of an earlier one
// of the conversation.
func (p *replay) answered(it item.Item) *chat.Chat {
	for _, id := range slices.Backward(append(slices.Clip(it.References), it.InReplyTo)) {
		if c := p.chats[id]; c != nil {
			return c
		}
	}
	return nil
}

// solveSender says who an unknown sender is.
func (p *replay) solveSender(it item.Item, tr year.Truth) {
	evidence := Proof(directory.Evidence{At: it.Received, By: "margot", Manager: true, Mail: it.ID}, it)
	if tr.Kind == year.Dismiss {
		evidence.Action = string(item.Dismiss)
		p.office.teach(directory.DismissSender, it.From.Email, func(r directory.Rule) directory.Rule {
			return Teach(r, directory.DismissSender, it.From.Email, evidence,
				slices.Contains([]year.Sort{year.Newsletter, year.Bulk, year.Notification, year.Hidden, year.Cold}, tr.Sort))
		})
		return
	}
	if tr.Any {
		return
	}
	name := tr.Name
	p.contact(year.Contact{Person: tr.Person, Name: name, Emails: []string{it.From.Email}, Clients: nil})
	id := p.contacts[tr.Person]
	c := p.office.contacts[id]
	if !tr.Portal {
		for _, n := range append(slices.Clone(tr.Clients), tr.Client) {
			if client := p.clients[n]; client != "" && !slices.Contains(c.Clients, client) {
				c.Clients = append(slices.Clone(c.Clients), client)
			}
		}
	}
	p.office.contacts[id] = c
	if domain := directory.Domain(it.From.Email); !directory.PublicDomain(domain) && len(c.Clients) == 1 {
		evidence.Contact, evidence.Client = id, c.Clients[0]
		p.office.taught(directory.DomainClient, domain, evidence, false)
	}
}

// suggested notes what is suggested for a mail, when a person could know what is right.
func (p *replay) suggested(m Mail, tr year.Truth, from directory.Contact) {
	if !tr.Knowable {
		return
	}
	_, doubt, err := Warnings(p.t.Context(), p.office, m)
	if err != nil {
		p.t.Fatal(err)
	}
	m.Doubt = doubt
	list := must.Get(Suggest(p.t.Context(), p.office, m))(p.t)
	right := p.right(m, tr)
	at := slices.IndexFunc(list, func(s Suggestion) bool {
		if tr.Any && s.Client != nil {
			return s.Client.ID == p.clients[tr.Client]
		}
		if tr.Any && s.Contact != nil {
			return slices.Contains(s.Contact.Clients, p.clients[tr.Client])
		}
		says := s.says()
		if s.Action == item.Dismiss {
			says = string(item.Dismiss)
		}
		return says == right
	})
	class := string(tr.Sort)
	if tr.Cue != "" {
		class += "/" + string(tr.Cue)
	}
	p.examples = append(p.examples, example{class: class, seed: p.seed, mail: m, list: list, right: at, wanted: right,
		client: p.office.clients[p.clients[tr.Client]].Name})
}

// right is what the truth asks for, in the words of Suggestion.says.
func (p *replay) right(m Mail, tr year.Truth) string {
	switch id, known := p.contacts[tr.Person]; {
	case tr.Kind == year.Dismiss:
		return string(item.Dismiss)
	case m.Item.Reason != item.UnknownSender:
		return string(item.ChooseClient) + " " + p.clients[tr.Client]
	case known:
		return string(item.LinkContact) + " " + id
	}
	return string(item.CreateContact) + " " + p.clients[tr.Client]
}

package learn

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/mailtext"
)

// Bounds of the questions for one mail.
const (
	maxFirst            = 24 // questions of the first round, the most telling first
	maxLoaded           = 5  // clients that only contacts led to
	maxAround           = 4  // recipients
	maxAlike            = 8  // clients with a word in their name
	maxContactsOfClient = 50 // contacts of one client

	maxText = 32 << 10 // bytes of what a mail says that are looked at: people write less
)

// A speaker is who wrote what a mail is about: its sender, or who wrote the mail
// that it passes on.
type author struct {
	from      mail.Address
	card      mailtext.Card
	name      fullName
	own       string // subject and own words
	signature string
	quoted    string
}

// written is the sender of a mail.
func written(m Mail) author {
	l := m.Letter
	return author{from: m.Item.From, own: m.Item.Subject + "\n" + l.Own, signature: l.Signature, quoted: l.Quoted}.introduced(l)
}

// original is who wrote the mail that another passes on. What the other says
// about it counts as well.
func original(m Mail) author {
	f := m.Letter.Forwarded
	l := mailtext.Read("text", f.Text, f.Subject)
	own := f.Subject + "\n" + l.Own + "\n" + m.Letter.Own
	return author{from: f.From, own: own, signature: l.Signature, quoted: l.Quoted}.introduced(l)
}

func (s author) introduced(l mailtext.Text) author {
	s.own, s.signature, s.quoted = head(s.own), head(s.signature), head(s.quoted)
	s.from.Email, _ = directory.ReceivedAddress(s.from.Email) // "" when it is none
	s.card = mailtext.CardOf(s.from, l)
	s.name = nameOf(s.card.Name)
	// The name may be half of what the address spells.
	if spelled := localName(s.from.Email, s.name.first); spelled.full() && !s.name.full() && (s.name.first == "" || s.name.first[0] == spelled.first[0]) {
		if s.name.first != "" {
			spelled.first = s.name.first
		}
		s.name = spelled
	}
	return s
}

// domain is the sender's, when it can say whom he works for.
func (s author) domain() string {
	if s.from.Email == "" {
		return ""
	}
	if d := directory.Domain(s.from.Email); !directory.PublicDomain(d) {
		return d
	}
	return ""
}

// A party is a client that something points to.
type candidate struct {
	id     string
	client *directory.Client // nil until it is read
	clues
}

// A hunt is what the office knows about a speaker.
type clientSearch struct {
	office     Office
	m          Mail
	by         author
	candidates map[string]*candidate
	near       []directory.Contact // at the domain
	named      []directory.Contact // of the surname
	chat       *directory.Contact  // who wrote the chat that the mail answers
	said       []directory.Client  // whose names the text may say
}

// A look is one question, and what is done with its answer.
type lookup func(ctx context.Context) (note func(), err error)

// run puts questions at the same time, and notes the answers in their order.
func runLookups(ctx context.Context, looks []lookup) error {
	notes := make([]func(), len(looks))
	asks := make([]ask, len(looks))
	for i, l := range looks {
		asks[i] = func(ctx context.Context) (err error) {
			notes[i], err = l(ctx)
			return err
		}
	}
	if err := together(ctx, asks); err != nil {
		return fmt.Errorf("suggestions: %w", err)
	}
	for _, note := range notes {
		if note != nil {
			note()
		}
	}
	return nil
}

// asking is a look of one question with a plain answer.
func lookupOf[T any](question func(context.Context) (T, error), note func(T)) lookup {
	return func(ctx context.Context) (func(), error) {
		answer, err := question(ctx)
		if errors.Is(err, directory.ErrNotFound) {
			return nil, nil
		}
		return func() { note(answer) }, err
	}
}

// search asks the office about a speaker.
func searchClients(ctx context.Context, office Office, m Mail, by author) (*clientSearch, error) {
	h := &clientSearch{office: office, m: m, by: by, candidates: map[string]*candidate{}}
	var looks []lookup
	for _, more := range [][]lookup{h.atDomain(), h.inChat(), h.byNumber(), h.byName(), h.byCompany(), h.byDomainName(), h.amongRecipients(), h.byLooseNumber(), h.byText()} {
		looks = append(looks, more...)
	}
	if err := runLookups(ctx, looks[:min(len(looks), maxFirst)]); err != nil {
		return nil, err
	}
	h.nameThose()
	return h, h.load(ctx)
}

func (h *clientSearch) candidate(id string) *candidate {
	p := h.candidates[id]
	if p == nil {
		p = &candidate{id: id}
		h.candidates[id] = p
	}
	return p
}

// point notes that something points to a client.
func (h *clientSearch) point(c directory.Client, weight float64, why Reason) {
	p := h.candidate(c.ID)
	p.client = &c
	p.add(weight, why)
}

// ranked are the parties, the likeliest first.
func (h *clientSearch) ranked() []*candidate {
	var list []*candidate
	for _, p := range h.candidates {
		list = append(list, p)
	}
	slices.SortFunc(list, func(a, b *candidate) int {
		return cmp.Or(cmp.Compare(b.score(), a.score()), strings.Compare(a.id, b.id))
	})
	return list
}

// load reads the likeliest of the clients that only contacts led to.
func (h *clientSearch) load(ctx context.Context) error {
	var looks []lookup
	for _, p := range h.ranked() {
		if p.client == nil && len(looks) < maxLoaded {
			looks = append(looks, lookupOf(
				func(ctx context.Context) (directory.Client, error) { return h.office.Client(ctx, p.id) },
				func(c directory.Client) { p.client = &c }))
		}
	}
	if err := runLookups(ctx, looks); err != nil {
		return err
	}
	for id, p := range h.candidates {
		if p.client == nil { // too many, or gone
			delete(h.candidates, id)
		}
	}
	return nil
}

// head is the beginning of a text, as much of it as is looked at.
func head(text string) string { return strings.ToValidUTF8(text[:min(len(text), maxText)], "") }

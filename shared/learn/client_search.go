package learn

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/mailtext"
	"kantoorpost/shared/sorting"
)

// The limits of the questions for one mail.
const (
	maxQuestions        = 30 // questions about a contact's own clients
	maxFirst            = 22 // questions of the first round, the most telling first
	readsMisspelt       = 3  // of the table, for one word that may be misspelt
	maxLoaded           = 5  // clients that only contacts led to
	maxAround           = 4  // recipients
	maxAlike            = 20 // clients with a word in their name
	maxContactsOfClient = 50 // contacts of one client

	maxText = 32 << 10 // bytes of a text that are read: people write less
)

// An author is the person who wrote what a mail is about: its sender, or the
// author of the mail that it forwards.
type author struct {
	from      mail.Address
	card      mailtext.Card
	name      fullName
	own       string // subject and own words
	signature string
	quoted    string
	files     string // the names of the attached files, a line each
	colleague bool   // the address is at a domain of the office's own
}

// written returns the sender of a mail as its author.
func written(m Mail) author {
	l := m.Text
	own := body(l, m.Item.From.Name) // not every signature is recognised
	by := author{from: m.Item.From, own: m.Item.Subject + "\n" + own, signature: l.Own[len(own):] + "\n" + l.Signature, quoted: l.Quoted, files: namesOf(m.Files)}
	return by.introduced(l)
}

// original returns the author of the mail that another mail forwards. The words
// of the person who forwards it count too.
func original(m Mail) author {
	f := m.Text.Forwarded
	l := mailtext.Read("text", f.Text, f.Subject)
	own := f.Subject + "\n" + l.Own + "\n" + m.Text.Own
	return author{from: f.From, own: own, signature: l.Signature, quoted: l.Quoted, files: namesOf(m.Files)}.introduced(l)
}

// introduced returns the author with the name, company and phone that the text
// gives.
func (s author) introduced(l mailtext.Text) author {
	s.own, s.signature, s.quoted = head(s.own), head(s.signature), head(s.quoted)
	s.from.Email, _ = directory.ReceivedAddress(s.from.Email) // "" when it is none
	s.card = mailtext.CardOf(s.from, l)
	if slices.ContainsFunc(nameTokens(s.from.Name), func(w string) bool { return departments[w] }) { // of the one for whom a desk writes
		s.card.Name = cmp.Or(mailtext.CardOf(mail.Address{Email: s.from.Email}, l).Name, s.card.Name)
	}
	s.name = nameOf(s.card.Name)
	// What is read as a company may be a person whose domain has his name.
	if called := nameOf(s.card.Company); s.card.Name == "" && called.full() && !slices.ContainsFunc(nameTokens(s.card.Company), mailtext.Trade) {
		s.name = called
	}
	// The name may be only half of the name that the address spells.
	if spelled := localName(s.from.Email, s.name.first); spelled.full() && !s.name.full() && (s.name.first == "" || s.name.first[0] == spelled.first[0]) {
		if s.name.first != "" {
			spelled.first = s.name.first
		}
		s.name = spelled
	}
	return s
}

// domain returns the domain of the author's address; "" for a public
// provider's, which says nothing about a client.
func (s author) domain() string {
	if s.from.Email == "" || s.colleague {
		return ""
	}
	if d := directory.Domain(s.from.Email); !directory.PublicDomain(d) {
		return d
	}
	return ""
}

// A candidate is a client that at least one clue points to.
type candidate struct {
	id     string
	client *directory.Client // nil until it is read
	clues
}

// A clientSearch holds what the office knows about an author.
type clientSearch struct {
	office     Office
	m          Mail
	by         author
	candidates map[string]*candidate
	near       []directory.Contact // at the author's domain
	named      []directory.Contact // with the author's surname
	chat       *directory.Contact  // of the chat that the mail answers
	untagged   *directory.Contact  // who has the author's address without its tag
	owner      *directory.Contact  // who has the author's address, and another name
	former     string              // the former team member who had the author's address
	said       []directory.Client  // whose name may be in the text
	missed     []string            // names in the text that no client has
	most       int                 // clients with one word in their name that are read
	regular    bool                // the author's signature says nothing new: he writes for several clients
	linked     []string            // ids of those clients
}

func newSearch(office Office, m Mail, by author) *clientSearch {
	domain := directory.Domain(by.from.Email)
	by.colleague = domain == directory.Domain(m.Item.Address) || slices.Contains(m.Domains, domain)
	return &clientSearch{office: office, m: m, by: by, candidates: map[string]*candidate{}, most: maxAlike}
}

// A lookup asks one question and returns a function that notes the answer.
type lookup func(ctx context.Context) (note func(), err error)

// runLookups asks all questions at the same time, and notes the answers in
// their order.
func runLookups(ctx context.Context, lookups []lookup) error {
	notes := make([]func(), len(lookups))
	asks := make([]ask, len(lookups))
	for i, l := range lookups {
		asks[i] = func(ctx context.Context) (err error) {
			notes[i], err = l(ctx)
			return err
		}
	}
	if err := askAll(ctx, asks); err != nil {
		return fmt.Errorf("suggestions: %w", err)
	}
	for _, note := range notes {
		if note != nil {
			note()
		}
	}
	return nil
}

// lookupOf makes a lookup of one question. An object that does not exist is no
// error, and nothing is noted.
func lookupOf[T any](question func(context.Context) (T, error), note func(T)) lookup {
	return func(ctx context.Context) (func(), error) {
		answer, err := question(ctx)
		if errors.Is(err, directory.ErrNotFound) {
			return nil, nil
		}
		return func() { note(answer) }, err
	}
}

// lookupIf makes a lookup of one question about a key, which may have no answer.
func lookupIf[T any](question func(context.Context, string) (answer T, ok bool, err error), key string, note func(T)) lookup {
	return func(ctx context.Context) (func(), error) {
		answer, ok, err := question(ctx, key)
		if !ok {
			return nil, err
		}
		return func() { note(answer) }, err
	}
}

// searchClients asks the office about an author.
func searchClients(ctx context.Context, office Office, m Mail, by author) (*clientSearch, error) {
	cs := newSearch(office, m, by)
	var lookups []lookup
	for _, more := range [][]lookup{cs.atAddress(), cs.atDomain(), cs.inChat(), cs.byNumber(), cs.byName(), cs.bySenderName(), cs.byCompany(), cs.byDomainName(),
		cs.byOwnName(), cs.amongRecipients(), cs.byLooseNumber(), cs.byText(), cs.byFile()} {
		lookups = append(lookups, more...)
	}
	lookups = lookups[:min(len(lookups), maxFirst)]
	if err := runLookups(ctx, lookups); err != nil {
		return nil, err
	}
	cs.noteNames()
	if err := cs.searchMisspelt(ctx, min(2, (maxFirst-len(lookups))/readsMisspelt)); err != nil {
		return nil, err
	}
	if err := cs.load(ctx); err != nil {
		return nil, err
	}
	weighKinds(cs.by.own, cs.ranked())
	return cs, nil
}

// candidate returns the candidate with an id, a new one when there is none yet.
func (cs *clientSearch) candidate(id string) *candidate {
	p := cs.candidates[id]
	if p == nil {
		p = &candidate{id: id}
		cs.candidates[id] = p
	}
	return p
}

// point notes a clue that points to a client.
func (cs *clientSearch) point(c directory.Client, weight float64, why Reason) {
	p := cs.candidate(c.ID)
	p.client = &c
	p.add(weight, why)
}

// ranked returns the candidates, the most likely first.
func (cs *clientSearch) ranked() []*candidate {
	var list []*candidate
	for _, p := range cs.candidates {
		list = append(list, p)
	}
	sorting.By(list, func(a, b *candidate) int {
		return cmp.Or(cmp.Compare(b.score(), a.score()), strings.Compare(a.id, b.id))
	})
	return list
}

// load reads the most likely of the clients that only contacts led to, and
// drops the others.
func (cs *clientSearch) load(ctx context.Context) error {
	var lookups []lookup
	for _, p := range cs.ranked() {
		if p.client == nil && len(lookups) < maxLoaded {
			lookups = append(lookups, lookupOf(
				func(ctx context.Context) (directory.Client, error) { return cs.office.Client(ctx, p.id) },
				func(c directory.Client) { p.client = &c }))
		}
	}
	if err := runLookups(ctx, lookups); err != nil {
		return err
	}
	for id, p := range cs.candidates {
		if p.client == nil { // too many, or gone
			delete(cs.candidates, id)
		}
	}
	return nil
}

// head returns the beginning of a text, at most maxText bytes.
func head(text string) string { return strings.ToValidUTF8(text[:min(len(text), maxText)], "") }

// namesOf returns the names of files as text, a line each: what programs put
// between words is a space, and what says how a file is read is left out.
func namesOf(files []string) string {
	var b strings.Builder
	for _, f := range files[:min(len(files), maxFiles)] {
		f = strings.TrimSuffix(f, path.Ext(f))
		b.WriteString(strings.Map(func(r rune) rune {
			if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '.' || r == '\'' || r == '&' {
				return r
			}
			return ' '
		}, f))
		b.WriteByte('\n')
	}
	return b.String()
}

// maxFiles is how many files of a mail can name a client.
const maxFiles = 20

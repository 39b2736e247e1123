package learn

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/mailtext"
)

// A ClientIndex holds the names and numbers of all clients, so that every mail can be
// searched for them without a question. It never changes. 20,000 clients take about
// 15 MB.
type ClientIndex struct {
	clients []directory.Client
	names   [][]string         // by client: the words that a mention must have
	first   map[string][]int32 // clients by the first of these
	surname map[string][]int32 // clients who are persons with initials, by surname
	id      map[string]int32
	number  map[string]int32
	kvk     map[string][]int32
	vat     map[string][]int32
}

// NewClientIndex returns the index of clients.
func NewClientIndex(clients []directory.Client) *ClientIndex {
	x := &ClientIndex{
		clients: clients, names: make([][]string, len(clients)), first: map[string][]int32{}, surname: map[string][]int32{},
		id: make(map[string]int32, len(clients)), number: make(map[string]int32, len(clients)), kvk: map[string][]int32{}, vat: map[string][]int32{},
	}
	for i, c := range clients {
		at := int32(i)
		x.id[c.ID], x.number[fold(c.Number)] = at, at
		if c.KvK != "" {
			x.kvk[c.KvK] = append(x.kvk[c.KvK], at)
		}
		if c.VAT != "" {
			x.vat[c.VAT] = append(x.vat[c.VAT], at)
		}
		if name := nameTokens(c.Name); len(name) > 0 {
			x.names[i] = name
			x.first[name[0]] = append(x.first[name[0]], at)
		}
		if n := personOf(c); n.full() && initials(n.first) {
			x.surname[n.last] = append(x.surname[n.last], at)
		}
	}
	return x
}

// spans finds the whole names of clients in a text. Of two that overlap the longer
// one counts. Client is the place of a client in the index.
func (x *ClientIndex) spans(text []token) []span {
	var all []span
	for i, t := range text {
		for _, c := range x.first[t.word] {
			if name := x.names[c]; i+len(name) <= len(text) && says(text[i:], name) && len(all) < maxSpans {
				all = append(all, span{int(c), i, i + len(name)})
			}
		}
	}
	return longest(all)
}

// personOf returns the name of a client who is a person, without titles.
func personOf(c directory.Client) fullName {
	if c.Type != directory.Person {
		return fullName{}
	}
	return nameOf(strings.Join(slices.DeleteFunc(nameTokens(c.Name), func(w string) bool { return titles[w] }), " "))
}

// initialed finds full names that fit a client with initials: "Suzanne Schaapman" fits
// "S. Schaapman". Another person may have that name, so it may keep a mail back and
// never places one.
func (x *ClientIndex) initialed(text []token) (all []span) {
	for i, t := range text {
		people := x.surname[t.word]
		if len(people) == 0 {
			continue // most
		}
		from := i - 1
		for from >= 0 && particles[text[from].word] {
			from--
		}
		if from < 0 || !text[from].upper || text[from].line != t.line {
			continue
		}
		said := fullName{first: text[from].word, last: t.word}
		for _, c := range people {
			if said.like(personOf(x.clients[c])) >= initialAlike && len(all) < maxSpans {
				all = append(all, span{int(c), from, i + 1})
			}
		}
	}
	return all
}

// numbered returns the places of the clients with a number: client number, KvK number
// or VAT id, in the form in which package mailtext gives it.
func (x *ClientIndex) numbered(number string) []int32 {
	if strings.HasPrefix(number, "NL") && strings.Contains(number, "B") {
		return x.vat[number]
	}
	var found []int32
	if at, ok := x.number[fold(number)]; ok {
		found = append(found, at)
	}
	return append(found, x.kvk[number]...)
}

// byNumber returns the clients whose numbers a text gives as such, or in brackets.
func (x *ClientIndex) byNumber(text string) (ids []string) {
	n := mailtext.NumbersIn(text)
	for _, m := range inBrackets.FindAllStringSubmatch(text, maxOthers) {
		n.Labelled = append(n.Labelled, m[1])
	}
	for _, number := range slices.Concat(n.Labelled, n.KvK, n.VAT, announced(text)) {
		for _, at := range x.numbered(number) {
			ids = withID(ids, x.clients[at].ID)
		}
	}
	return ids
}

// Accounts returns the bank accounts of some clients.
func (x *ClientIndex) Accounts(clients []string) (ibans []string) {
	for _, id := range clients {
		if at, ok := x.id[id]; ok {
			ibans = append(ibans, x.clients[at].IBANs...)
		}
	}
	return ibans
}

// all returns the clients at these places.
func (x *ClientIndex) all(places []int32) []directory.Client {
	var out []directory.Client
	for _, at := range places {
		out = append(out, x.clients[at])
	}
	return out
}

// Indexed returns an office that answers questions about one client, or about a
// number, from an index.
func Indexed(office Office, x *ClientIndex) Office { return indexed{office, x} }

type indexed struct {
	Office
	x *ClientIndex
}

func (o indexed) Client(_ context.Context, id string) (directory.Client, error) {
	if at, ok := o.x.id[id]; ok {
		return o.x.clients[at], nil
	}
	return directory.Client{}, fmt.Errorf("client %s: %w", id, directory.ErrNotFound)
}

func (o indexed) ClientByNumber(_ context.Context, number string) (directory.Client, bool, error) {
	at, ok := o.x.number[fold(number)]
	if !ok {
		return directory.Client{}, false, nil
	}
	return o.x.clients[at], true, nil
}

func (o indexed) ClientsByKvK(_ context.Context, kvk string) ([]directory.Client, error) {
	return o.x.all(o.x.kvk[kvk]), nil
}

func (o indexed) ClientsByVAT(_ context.Context, vat string) ([]directory.Client, error) {
	return o.x.all(o.x.vat[vat]), nil
}

// longest leaves out the spans inside longer ones: "Jansen Bouw" does not mention
// Jansen.
func longest(all []span) []span {
	return slices.DeleteFunc(all, func(s span) bool {
		return slices.ContainsFunc(all, func(o span) bool {
			return o.from <= s.from && s.to <= o.to && o.to-o.from > s.to-s.from
		})
	})
}

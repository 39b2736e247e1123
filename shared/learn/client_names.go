package learn

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/lazyregexp"
	"kantoorpost/shared/mailtext"
	"kantoorpost/shared/sorting"
)

// like looks for clients whose name has a word, or is that word when it is
// written without spaces.
func (cs *clientSearch) like(word string, note func([]directory.Client)) lookup {
	return lookupOf(func(ctx context.Context) ([]directory.Client, error) {
		return cs.office.ClientsNamed(ctx, word, cs.most)
	}, note)
}

// byCompany looks for the company in the signature or in the name beside the
// address.
func (cs *clientSearch) byCompany() []lookup {
	all := directory.NameWords(cs.by.card.Company)
	if len(all) == 0 {
		return nil
	}
	joined := strings.Join(all, "")
	exactly := strings.Join(nameTokens(cs.by.card.Company), "")
	note := func(found []directory.Client) {
		for _, c := range found {
			weight, name := company, nameTokens(c.Name)
			switch {
			case strings.Join(name, "") == exactly:
			case subset(name, all) || subset(all, name):
				weight *= companyFactor / float64(len(found))
			default: // another company with a word in common
				weight *= wordFactor / float64(len(found))
			}
			cs.point(c, weight, reason("company", cs.by.card.Company))
		}
	}
	lookups := []lookup{cs.like(joined, note)}
	own := slices.DeleteFunc(slices.Clone(all), func(w string) bool { return mailtext.Trade(w) || !weighty(w) })
	if len(all) > 1 && len(own) > 0 {
		lookups = append(lookups, cs.like(slices.MaxFunc(own, func(a, b string) int { return len(a) - len(b) }), note))
	}
	return lookups
}

// byDomainName looks for clients with the name of the domain. At a public
// provider it takes the part before the @.
func (cs *clientSearch) byDomainName() []lookup {
	if cs.by.from.Email == "" {
		return nil
	}
	called := label(directory.Domain(cs.by.from.Email))
	if cs.by.domain() == "" {
		called, _, _ = strings.Cut(cs.by.from.Email, "@")
	}
	parts := strings.FieldsFunc(called, func(r rune) bool { return !unicode.IsLetter(r) })
	joined := strings.Join(parts, "")
	if len(joined) < 4 || functional[joined] || joined == cs.by.name.first {
		return nil
	}
	lookups := []lookup{cs.like(joined, func(found []directory.Client) {
		cs.alike(found, domainName, func(directory.Client) Reason { return reason("domain-name", called) })
	})}
	for _, part := range parts[:min(2, len(parts))] {
		if weighty(part) && part != joined && part != cs.by.name.last && part != cs.by.name.first {
			lookups = append(lookups, cs.like(part, func(found []directory.Client) {
				cs.alike(found, domainWord, func(directory.Client) Reason { return reason("domain-name", called) })
			}))
		}
	}
	return lookups
}

// byText looks for clients whose name may be in the author's own words: first by
// whole names, then by the words of each that tell most.
func (cs *clientSearch) byText() []lookup {
	var whole, parts []lookup
	seen := map[string]bool{}
	for _, name := range cs.capitals(cs.by.own) {
		whole = append(whole, cs.like(name, func(found []directory.Client) {
			if cs.note(found); len(found) == 0 {
				cs.missed = append(cs.missed, name)
			}
		}))
		words := strings.Fields(name)
		sorting.By(words, func(a, b string) int { return len(b) - len(a) })
		taken := 0
		for _, w := range words {
			if len(words) > 1 && weighty(w) && !mailtext.Trade(w) && !topics[w] && !everyday[w] && w != cs.by.name.last && w != cs.by.name.first {
				if !seen[w] {
					parts = append(parts, cs.like(w, cs.note))
				}
				seen[w] = true
				if taken++; taken == 1+len(words)/3 {
					break
				}
			}
		}
	}
	whole = whole[:min(len(whole), 5)]
	return append(whole, parts[:min(len(parts), 8-len(whole))]...)
}

// note notes clients whose name may be in the mail.
func (cs *clientSearch) note(found []directory.Client) {
	for _, c := range found {
		if !slices.ContainsFunc(cs.said, func(o directory.Client) bool { return o.ID == c.ID }) {
			cs.said = append(cs.said, c)
		}
	}
}

// byWord looks for clients by the words of the subject and the first words of
// the text, in whatever letters: of a contact with many clients, only those are
// read.
func (cs *clientSearch) byWord(many bool) (lookups []lookup) {
	if !many {
		return nil
	}
	var done []string
	for _, t := range tokens(cs.by.own) {
		if len(lookups) < 6 && weighty(t.word) && !topics[t.word] && !everyday[t.word] && !t.numbered() && !slices.Contains(done, t.word) {
			done = append(done, t.word)
			lookups = append(lookups, cs.like(t.word, cs.note))
		}
	}
	return lookups
}

// byFile looks for clients whose name may be in the names of attachments.
func (cs *clientSearch) byFile() (lookups []lookup) {
	var done []string
	for _, t := range tokens(cs.by.files) {
		if len(lookups) < 3 && weighty(t.word) && !topics[t.word] && !t.numbered() && !slices.Contains(done, t.word) {
			done = append(done, t.word)
			lookups = append(lookups, cs.like(t.word, cs.note))
		}
	}
	return lookups
}

// bySenderName looks for the client in whose name a program writes, as in
// "Bakkerij Jansen via Facturant" and "Facturant namens Bakkerij Jansen", or that a
// display name is the name of.
func (cs *clientSearch) bySenderName() []lookup {
	if strings.Contains(cs.by.from.Name, "@") {
		return nil
	}
	var lookups, people []lookup
	by := portalName(cs.by.from)
	for _, part := range throughWord.Split(cs.by.from.Name, 4) {
		shown := nameTokens(part)
		if name := nameOf(part); name.full() && part != by && (by != "" || cs.m.Item.Facts.Portal) && len(people) < 2 {
			people = append(people, cs.byPerson(name))
		}
		if !slices.ContainsFunc(shown, weighty) || strings.EqualFold(part, cs.by.card.Company) || len(lookups) == 2 {
			continue
		}
		lookups = append(lookups, cs.like(strings.Join(shown, ""), func(found []directory.Client) {
			for _, c := range found {
				if strings.Join(nameTokens(c.Name), "") == strings.Join(shown, "") {
					cs.point(c, onBehalf, reason("name-sender", c.Name))
				}
			}
		}))
	}
	return append(lookups, people...)
}

// byPerson looks for the client of the only contact with a name, in whose name a portal
// writes.
func (cs *clientSearch) byPerson(name fullName) lookup {
	return lookupOf(func(ctx context.Context) ([]directory.Contact, error) {
		return cs.office.ContactsNamed(ctx, name.last, maxNamed)
	}, func(found []directory.Contact) {
		found = slices.DeleteFunc(slices.Clone(found), func(c directory.Contact) bool { return name.like(nameOf(c.Name)) != same })
		if len(found) == 1 && len(found[0].Clients) == 1 {
			cs.candidate(found[0].Clients[0]).add(onBehalf, reason("name-sender", found[0].Name))
		}
	})
}

// throughWord stands between a program and the one for whom it writes.
var throughWord = lazyregexp.New(`(?i)[\s(]+(?:via|namens|voor|bij|on behalf of|im auftrag von|i\.o\.)\s+|\s+[-–—/]+\s+|\s*[|•·():]+\s*`)

// byOwnName looks for clients with the author's own name: private persons, and
// companies that are called like their owner.
func (cs *clientSearch) byOwnName() []lookup {
	if !cs.by.name.full() {
		return nil
	}
	return []lookup{lookupOf(func(ctx context.Context) ([]directory.Client, error) {
		return cs.office.ClientsNamed(ctx, cs.by.name.last, maxNamed)
	}, func(found []directory.Client) {
		// It is the same in all mail of its author.
		found = slices.DeleteFunc(found, func(c directory.Client) bool { return slices.Contains(cs.linked, c.ID) })
		n := map[likeness]int{}
		for _, c := range found {
			n[cs.by.name.like(personal(c))]++
		}
		for _, c := range found {
			switch alike := cs.by.name.like(personal(c)); alike {
			case same:
				cs.point(c, ownName/float64(n[alike]), reason("own-name"))
			case initialAlike:
				cs.point(c, ownName/2/float64(n[alike]), reason("own-name"))
			}
		}
	})}
}

// personal returns the name of a client as a person's, without titles and with
// the surname last.
func personal(c directory.Client) fullName {
	name := c.Name
	if last, first, turned := strings.Cut(name, ","); turned {
		name = first + " " + last
	}
	words := slices.DeleteFunc(strings.Fields(name), func(w string) bool {
		return titles[strings.Trim(fold(w), ".")] || legalForms[strings.ReplaceAll(fold(w), ".", "")]
	})
	if len(words) > 4 {
		return fullName{}
	}
	return nameOf(strings.Join(words, " "))
}

// noteNames points to the clients whose whole name is in the text or in the name
// of a file, and a little to those with a part of their name there.
func (cs *clientSearch) noteNames() {
	names := namesOfClients(cs.said)
	whole := map[int]bool{}
	text := tokens(cs.by.own)
	for _, s := range spans(text, names) {
		if means(text, s, names[s.client]) {
			whole[s.client] = true
			chance := named
			switch {
			case nowAt(text, s):
				chance = namedNow
			case formerly(text, s):
				chance = namedFormerly
			case presented(text, s):
				chance = namedAbout
			}
			cs.point(cs.said[s.client], chance, reasonNamed(cs.said[s.client]))
		}
	}
	text = tokens(spelledOut(cs.by.files, names))
	for _, s := range spans(text, names) {
		if slices.ContainsFunc(names[s.client], weighty) {
			whole[s.client] = true
			cs.point(cs.said[s.client], namedFile, reason("name-file", cs.said[s.client].Name))
		}
	}
	// Of those with a part of their name there, the ones with the most of it.
	said := map[string]bool{}
	for _, t := range append(tokens(cs.by.own), text...) {
		said[t.word] = true
	}
	parts, most, alike := make([]int, len(cs.said)), 2, 0.0
	shown := nameTokens(cs.by.from.Name) // the sender's own name says who, not about whom
	for i := range cs.said {
		for _, w := range names[i] {
			if weighty(w) && !everyday[w] && said[w] && !whole[i] && !slices.Contains(shown, w) {
				parts[i] += 2
				if mailtext.Trade(w) {
					parts[i]--
				}
			}
		}
		most = max(most, parts[i])
	}
	for i := range cs.said {
		if parts[i] == most {
			alike++
		}
	}
	for i, c := range cs.said {
		if parts[i] == most && alike <= 6 {
			chance := partName / 2
			if most >= 3 {
				chance = partName
			}
			cs.point(c, chance/alike, reason("name-part", c.Name))
		}
	}
}

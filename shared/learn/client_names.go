package learn

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"kantoorpost/shared/directory"
)

// like looks for clients whose name has a word, or is it when written in one.
func (h *clientSearch) like(word string, note func([]directory.Client)) lookup {
	return lookupOf(func(ctx context.Context) ([]directory.Client, error) {
		return h.office.ClientsNamed(ctx, word, maxAlike)
	}, note)
}

// byCompany looks for the company that the signature or the name beside the
// address names.
func (h *clientSearch) byCompany() []lookup {
	all := directory.NameWords(h.by.card.Company)
	if len(all) == 0 {
		return nil
	}
	joined := strings.Join(all, "")
	exactly := strings.Join(nameTokens(h.by.card.Company), "")
	note := func(found []directory.Client) {
		for _, c := range found {
			weight := company
			if strings.Join(nameTokens(c.Name), "") != exactly {
				weight *= companyFactor / float64(len(found))
			}
			h.point(c, weight, reasonCompany(h.by.card.Company))
		}
	}
	looks := []lookup{h.like(joined, note)}
	if longest := slices.MaxFunc(all, func(a, b string) int { return len(a) - len(b) }); len(all) > 1 && weighty(longest) {
		looks = append(looks, h.like(longest, note))
	}
	return looks
}

// byDomainName looks for clients that the domain is called like, or at a public
// provider the part before it.
func (h *clientSearch) byDomainName() []lookup {
	if h.by.from.Email == "" {
		return nil
	}
	called := label(directory.Domain(h.by.from.Email))
	if h.by.domain() == "" {
		called, _, _ = strings.Cut(h.by.from.Email, "@")
	}
	parts := strings.FieldsFunc(called, func(r rune) bool { return !unicode.IsLetter(r) })
	joined := strings.Join(parts, "")
	if len(joined) < 4 || functional[joined] {
		return nil
	}
	looks := []lookup{h.like(joined, func(found []directory.Client) {
		h.alike(found, domainName, func(directory.Client) Reason { return reasonCalled(called) })
	})}
	for _, part := range parts[:min(2, len(parts))] {
		if weighty(part) && part != joined && part != h.by.name.last && part != h.by.name.first {
			looks = append(looks, h.like(part, func(found []directory.Client) {
				h.alike(found, domainWord, func(directory.Client) Reason { return reasonCalled(called) })
			}))
		}
	}
	return looks
}

// byText looks for clients whose name may stand in the sender's own words.
func (h *clientSearch) byText() []lookup {
	var looks []lookup
	for _, name := range h.capitals(tokens(h.by.own)) {
		looks = append(looks, h.like(name, func(found []directory.Client) {
			for _, c := range found {
				if !slices.ContainsFunc(h.said, func(o directory.Client) bool { return o.ID == c.ID }) {
					h.said = append(h.said, c)
				}
			}
		}))
	}
	return looks[:min(len(looks), 5)]
}

// nameThose points to the clients whose whole name the text says, and a little
// to those of whose name it says a part.
func (h *clientSearch) nameThose() {
	names := make([][]string, len(h.said))
	for i, c := range h.said {
		names[i] = nameTokens(c.Name)
	}
	text := tokens(h.by.own)
	whole := map[int]bool{}
	for _, s := range spans(text, names) {
		if means(text, s, names[s.client]) {
			whole[s.client] = true
			h.point(h.said[s.client], named, reasonNamed(h.said[s.client]))
		}
	}
	for i, c := range h.said {
		if !whole[i] && len(h.said) <= 6 {
			h.point(c, partName/float64(2*len(h.said)), reasonPart(c))
		}
	}
}

// maxCapitals is how many names a text is searched for.
const maxCapitals = 40

// capitals are what may be names in a text: words with capitals in a row, those
// with a legal form behind them first. Names of people who are spoken to, and
// the sender's own, are left out. A number can end a name, and parts others: in
// "Btw Q4 Bakkerij Jansen" the name begins behind it.
func (h *clientSearch) capitals(text []token) []string {
	var sure, maybe []string
	add := func(words []token) {
		var name []string
		heavy := false
		for _, t := range words {
			name = append(name, t.word)
			heavy = heavy || weighty(t.word) && t.word != h.by.name.last && t.word != h.by.name.first
		}
		one := strings.Join(name, " ")
		switch {
		case !heavy || slices.Contains(sure, one) || slices.Contains(maybe, one):
		case words[len(words)-1].named:
			sure = append(sure, one)
		default:
			maybe = append(maybe, one)
		}
	}
	for i := 0; i < len(text) && len(sure)+len(maybe) < maxCapitals; i++ {
		if !text[i].upper || text[i].numbered() {
			continue
		}
		j := i + 1
		for j < len(text) && !text[j].begins && !text[j-1].named && !text[j].numbered() &&
			(text[j].upper || particles[text[j].word] && j+1 < len(text) && text[j+1].upper) {
			j++
		}
		words := text[i:j]
		at := i
		i = j - 1
		if at > 0 && salutes[text[at-1].word] && text[at-1].word != "aan" || salutes[words[0].word] {
			continue
		}
		if j < len(text) && text[j].numbered() && !text[j].begins && len(text[j].word) < 3 {
			add(text[at : j+1])
		}
		if !words[0].begins || len(words) > 1 || words[0].named {
			add(words)
		}
		if words[0].begins && len(words) > 1 {
			add(words[1:])
		}
		// Where a name begins is not clear when it begins with a particle: then
		// its longest word is looked for.
		if at > 0 && particles[text[at-1].word] && len(words) > 1 {
			maybe = append(maybe, slices.MaxFunc(words, func(a, b token) int { return len(a.word) - len(b.word) }).word)
		}
	}
	return append(sure, maybe...)
}

// numbered says whether a word has a digit.
func (t token) numbered() bool { return strings.ContainsFunc(t.word, unicode.IsDigit) }

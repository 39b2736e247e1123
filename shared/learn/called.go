package learn

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"kantoorpost/shared/directory"
)

// like looks for clients whose name has a word, or is it when written in one.
func (h *hunt) like(word string, note func([]directory.Client)) look {
	return asking(func(ctx context.Context) ([]directory.Client, error) {
		return h.office.ClientsNamed(ctx, word, maxAlike)
	}, note)
}

// byCompany looks for the company that the signature or the name beside the
// address names.
func (h *hunt) byCompany() []look {
	all := directory.NameWords(h.by.card.Company)
	if len(all) == 0 {
		return nil
	}
	joined := strings.Join(all, "")
	note := func(found []directory.Client) {
		for _, c := range found {
			weight := company
			if strings.Join(directory.NameWords(c.Name), "") != joined {
				weight *= companyFactor / float64(len(found))
			}
			h.point(c, weight, reasonCompany(h.by.card.Company))
		}
	}
	looks := []look{h.like(joined, note)}
	if longest := slices.MaxFunc(all, func(a, b string) int { return len(a) - len(b) }); len(all) > 1 && weighty(longest) {
		looks = append(looks, h.like(longest, note))
	}
	return looks
}

// byDomainName looks for clients that the domain is called like, or at a public
// provider the part before it.
func (h *hunt) byDomainName() []look {
	if h.by.from.Email == "" {
		return nil
	}
	called := label(domainOf(h.by.from.Email))
	if h.by.domain() == "" {
		called, _, _ = strings.Cut(h.by.from.Email, "@")
	}
	parts := strings.FieldsFunc(called, func(r rune) bool { return !unicode.IsLetter(r) })
	joined := strings.Join(parts, "")
	if len(joined) < 4 || functional[joined] {
		return nil
	}
	looks := []look{h.like(joined, func(found []directory.Client) {
		for _, c := range found {
			weight := domainName
			if strings.Join(directory.NameWords(c.Name), "") != joined {
				weight /= float64(len(found))
			}
			h.point(c, weight, reasonCalled(called))
		}
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

// byText looks for clients whose name stands in the sender's own words.
func (h *hunt) byText() []look {
	text := tokens(h.by.own)
	var looks []look
	for _, name := range h.capitals(text) {
		looks = append(looks, h.like(name, func(found []directory.Client) {
			for _, c := range found {
				name := nameTokens(c.Name)
				at := spans(text, [][]string{name})
				switch {
				case slices.ContainsFunc(at, func(s span) bool { return means(text, s, name) }):
					h.point(c, named, reasonNamed(c))
				case len(found) <= 3:
					h.point(c, partName/float64(2*len(found)), reasonNamed(c))
				}
			}
		}))
	}
	return looks[:min(len(looks), 4)]
}

// capitals are the names in a text: words with capitals in a row, those with a
// legal form behind them first. Names of people who are spoken to, and the
// sender's own, are left out.
func (h *hunt) capitals(text []token) []string {
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
	for i := 0; i < len(text); i++ {
		if !text[i].upper {
			continue
		}
		j := i + 1
		for j < len(text) && !text[j].begins && !text[j-1].named && (text[j].upper || particles[text[j].word] && j+1 < len(text) && text[j+1].upper) {
			j++
		}
		words := text[i:j]
		if i > 0 && salutes[text[i-1].word] || salutes[words[0].word] {
			i = j - 1
			continue
		}
		if !words[0].begins || len(words) > 1 || words[0].named {
			add(words)
		}
		if words[0].begins && len(words) > 1 {
			add(words[1:])
		}
		i = j - 1
	}
	return append(sure, maybe...)
}

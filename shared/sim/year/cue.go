package year

import "strings"

// cue chooses how a mail of a person with several clients names its client.
func (y *Year) cue(bookkeeper bool) Cue {
	return weighted(y, cues[bookkeeper], func(c cueShare) float64 { return c.share }).cue
}

// topic chooses the topic of a mail. A topic that is usual for one client is also used
// for others, but only if something else names the client.
func (y *Year) topic(p *person, c *client, cue Cue) topic {
	var usual, other []topic
	for _, t := range topics {
		switch {
		case p.habits[t.name] == c && c != nil:
			usual = append(usual, t)
		case cue == CueNone && p.habits[t.name] != nil:
		default:
			other = append(other, t)
		}
	}
	if len(usual) > 0 && cue != CueNone && cue != "" && (cue == CueHabit || y.often(usualSubject)) {
		return pick(y, usual)
	}
	return pick(y, other)
}

// name writes into a mail what names its client. It says whether a person in the
// office could know the client from that.
func (y *Year) name(p *person, c *client, cue Cue, t topic, th *thread, l *draft) bool {
	if len(p.clients) > 1 {
		return y.nameOne(p, c, cue, t, th, l)
	}
	if y.often(mentionsClient) {
		if y.often(0.7) {
			l.add(y, mentions, c.short)
		} else {
			th.subject += " " + c.short
		}
		return true
	}
	if p.met || p.directory {
		return true // also from another address: the name, or the topic, is known
	}
	private := c.domain == "" || !strings.HasSuffix(l.email, "@"+c.domain)
	if private && y.often(relativesSaySo) {
		l.add(y, relatives, c.short)
		return true
	}
	if !private && y.often(introduces) {
		l.add(y, intros, c.short)
		return true
	}
	return !private && (!c.shares || p.signs)
}

// nameOne is name for a person with several clients.
func (y *Year) nameOne(p *person, c *client, cue Cue, t topic, th *thread, l *draft) bool {
	before, all := p.usual[t.name][c.Number], 0
	for _, n := range p.usual[t.name] {
		all += n
	}
	if p.usual[t.name] == nil {
		p.usual[t.name] = map[string]int{}
	}
	p.usual[t.name][c.Number]++
	switch {
	case cue == CueName:
		if y.often(0.5) {
			th.subject += pick(y, []string{" - ", " ", " voor "}) + c.short
		} else {
			l.add(y, mentions, c.short)
		}
		if other := pick(y, p.clients); other != c && y.often(namesOtherToo) {
			l.add(y, asides, other.short)
		}
	case cue == CueNumber && y.often(0.4):
		th.subject += " (" + c.Number + ")"
	case cue == CueNumber:
		l.add(y, []string{"Klantnummer {c}.", "Relatienr. {c}", "Ons klantnummer bij jullie is {c}."}, c.Number)
	case cue == CueVAT && c.VAT == "", cue == CueKvK && c.KvK == "":
		l.add(y, mentions, c.short)
	case cue == CueVAT:
		vat := pick(y, []string{c.VAT, c.VAT[:2] + " " + c.VAT[2:]})
		l.add(y, []string{"Btw-id: {c}", "Btw-nummer {c}."}, vat)
	case cue == CueKvK:
		l.add(y, []string{"KvK {c}", "KvK-nummer: {c}"}, c.KvK)
	default:
		// The person who handles the mail remembers the usual topics of this writer.
		return before >= 2 && 3*before >= 2*all
	}
	return true
}

// add adds one of some lines, with what it names.
func (l *draft) add(y *Year, from []string, what string) {
	l.lines = append(l.lines, strings.ReplaceAll(pick(y, from), "{c}", what))
}

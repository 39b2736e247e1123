package year

import "strings"

// cue chooses how a mail of a person with several clients names its client.
func (y *Year) cue(bookkeeper bool) Cue {
	at := y.random.Float64() * 100
	for _, c := range cues[bookkeeper] {
		if at -= c.share; at < 0 {
			return c.cue
		}
	}
	return CueNone
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
	say := func(from []string, what string) {
		l.lines = append(l.lines, strings.ReplaceAll(pick(y, from), "{c}", what))
	}
	if len(p.clients) > 1 {
		before, all := p.usual[t.name][c.Number], 0
		for _, n := range p.usual[t.name] {
			all += n
		}
		if p.usual[t.name] == nil {
			p.usual[t.name] = map[string]int{}
		}
		p.usual[t.name][c.Number]++
		switch cue {
		case CueName:
			if y.often(0.5) {
				th.subject += pick(y, []string{" - ", " ", " voor "}) + c.short
			} else {
				say(mentions, c.short)
			}
			if other := pick(y, p.clients); other != c && y.often(namesOtherToo) {
				say(asides, other.short)
			}
		case CueNumber:
			if y.often(0.4) {
				th.subject += " (" + c.Number + ")"
			} else {
				say([]string{"Klantnummer {c}.", "Relatienr. {c}", "Ons klantnummer bij jullie is {c}."}, c.Number)
			}
		case CueVAT:
			if c.VAT == "" {
				say(mentions, c.short)
				return true
			}
			say([]string{"Btw-id: {c}", "Btw-nummer {c}."}, pick(y, []string{c.VAT, c.VAT[:2] + " " + c.VAT[2:]}))
		case CueKvK:
			if c.KvK == "" {
				say(mentions, c.short)
				return true
			}
			say([]string{"KvK {c}", "KvK-nummer: {c}"}, c.KvK)
		default:
			// The person who handles the mail remembers the usual topics of this writer.
			return before >= 2 && 3*before >= 2*all
		}
		return true
	}
	if y.often(mentionsClient) {
		if y.often(0.7) {
			say(mentions, c.short)
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
		say(relatives, c.short)
		return true
	}
	if !private && y.often(introduces) {
		say(intros, c.short)
		return true
	}
	return !private && (!c.shares || p.signs)
}

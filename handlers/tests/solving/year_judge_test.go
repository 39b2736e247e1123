package solving_test

import (
	"fmt"

	"kantoorpost/shared/sim/year"
)

// judge compares what became of a mail with what should have. What the product
// decided after a hand, such as the client of a contact whom the manager named,
// can be wrong as well.
func (p *play) judge(id string, hands int) {
	p.T.Helper()
	m := p.Must("GET", "/api/mails/"+id, nil)
	tr := p.truth(m)
	n := tally{mails: 1, hands: hands}
	rules, _ := m["rules"].([]any)
	if hands == 0 {
		n.automatic = 1
		n.byRule = min(1, len(rules))
	}
	switch wrong := p.mistake(m, tr); {
	case wrong == "":
	case m["state"] == "parked" || m["state"] == "new":
		p.T.Errorf("%s at the end of the day: %v, %+v", wrong, m, tr)
	default:
		n.wrong = 1
		p.wrong = append(p.wrong, fmt.Sprintf("%s: %s after %d hands: %q from %v (rules %v), is %+v", m["received"], wrong, hands, m["subject"],
			m["from"], rules, tr))
		n.hands += p.mend(m, tr, rules)
	}
	p.count(tr, n)
}

// mend is what somebody does who notices that a mail is in the wrong place, and
// returns how many hands that takes.
func (p *play) mend(m object, tr year.Truth, rules []any) (hands int) {
	p.T.Helper()
	if c := p.contacts[tr.Person]; tr.Kind == year.Chat && c != "" && p.writesFor(c, tr.Clients) {
		hands++
	}
	if len(rules) == 0 {
		return hands
	}
	last := p.Must("GET", "/api/rules/"+rules[len(rules)-1].(string), nil)
	if last["kind"] == "address-contact" {
		return hands // the address is right, what follows from it is not
	}
	p.post("/api/mails/"+m["id"].(string)+"/undo", nil)
	p.Drain()
	return hands + 1 + p.solve(m)
}

// mistake says what is wrong with what became of a mail; "" when nothing is.
func (p *play) mistake(m object, tr year.Truth) string {
	p.T.Helper()
	switch {
	case m["state"] == "dismissed" && tr.Kind == year.Dismiss:
		return ""
	case m["state"] == "dismissed":
		return "dismissed"
	case m["state"] != "processed":
		return fmt.Sprint(m["state"], " ", m["reason"])
	}
	c := p.Must("GET", "/api/chats/"+m["chat"].(string), nil)
	contact := c["contact"].(string)
	if tr.Kind == year.Dismiss {
		if tr.Sort == year.OutOfOffice && tr.Person != "" && p.people[contact] == tr.Person {
			return "" // shown in the conversation that it belongs to
		}
		return "in a chat"
	}
	if c["client"] != p.clients[tr.Client] {
		return "in a chat of another client"
	}
	switch known := p.people[contact]; {
	case known == tr.Person:
	case tr.Answer: // it joins the conversation that it answers, whoever began that
	case known != "":
		return "in a chat of another contact"
	case p.contacts[tr.Person] != "":
		return "in a chat of a second contact of the same person"
	default:
		p.knows(tr.Person, contact) // the product has made it
	}
	return ""
}

func (p *play) count(tr year.Truth, n tally) {
	p.months[len(p.months)-1].add(n)
	one := map[year.Sort]*tally{tr.Sort: &n}
	addAll(p.sorts, one)
	addAll(p.late, one)
	if tr.Cue != "" {
		addAll(p.cues, map[year.Cue]*tally{tr.Cue: &n})
	}
}

package solving_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"kantoorpost/shared/sim/year"
)

// judge compares what became of a mail with what should have. What the product
// decided after a hand, such as the client of a contact whom the manager named,
// can be wrong as well. Somebody notices a mistake some days later: see mend.
func (p *play) judge(id string, hands int) {
	p.T.Helper()
	m := p.Must("GET", "/api/mails/"+id, nil)
	tr := p.truth(m)
	n := tally{mails: 1, hands: hands, floor: p.floor(m, tr)}
	rules, _ := m["rules"].([]any)
	if hands > n.floor {
		p.note("hand", m, tr, fmt.Sprintf("%d hands in month %d; suggested:%s", hands, len(p.months), p.offered[id]))
	}
	if hands == 0 {
		n.automatic = 1
		if tr.Certain {
			n.certain = 1
		}
		n.byRule = min(1, len(rules))
	}
	if wrong := p.mistake(m, tr); m["state"] == "parked" || m["state"] == "new" {
		n.stuck, n.automatic = 1, 0
		p.note("stuck", m, tr, fmt.Sprintf("it still waits after %d hands", hands))
	} else if wrong != "" {
		n.wrong, n.knowable = 1, 0
		if tr.Knowable {
			n.knowable = 1
		}
		if m["state"] == "dismissed" {
			n.dismissed = 1
		}
		p.note("wrong", m, tr, fmt.Sprintf("%s after %d hands (rules %v)", wrong, hands, rules))
		p.noticed = append(p.noticed, mistake{time.Now().AddDate(0, 0, 1+len(p.noticed)%3), id, tr})
	}
	p.count(tr, n)
}

// floor is 1 for a mail that tells nobody what to do without a look at it: one of a
// stranger, of a fraud, or of a known person who does not say which client he means.
func (p *play) floor(m object, tr year.Truth) int {
	email := strings.ToLower(m["from"].(object)["email"].(string))
	_, domain, _ := strings.Cut(email, "@")
	met := p.seen[email] || p.seen[domain] && strings.HasSuffix(domain, ".example")
	p.seen[email], p.seen[domain] = true, true
	if met && tr.Knowable && !tr.Fraud && tr.Sort != year.Spoofed && tr.Sort != year.Application {
		return 0
	}
	return 1
}

// A mistake is a mail in the wrong place, and when somebody notices that.
type mistake struct {
	due   time.Time
	mail  string
	truth year.Truth
}

// mendAll mends the mistakes that have been noticed by now.
func (p *play) mendAll(now time.Time) {
	p.T.Helper()
	p.noticed = slices.DeleteFunc(p.noticed, func(w mistake) bool {
		if w.due.After(now) {
			return false
		}
		p.mend(w.mail, w.truth)
		return true
	})
}

// mend is what somebody does who notices a mail in the wrong place: to move it to
// its client, or to undo the decision and solve the mail.
func (p *play) mend(id string, tr year.Truth) {
	p.T.Helper()
	m, n := p.Must("GET", "/api/mails/"+id, nil), tally{}
	wrong, answer := p.mistake(m, tr), ""
	if wrong == "" {
		return // what somebody did meanwhile has mended it
	}
	if wrong == otherClient && tr.Kind == year.Chat {
		n.hands++
		if p.Ask(manager, "POST", fmt.Sprintf("/api/chats/%s/messages/%s/move", m["chat"], id),
			object{"client": p.clients[tr.Client]}, nil) < 300 {
			p.Drain()
			n.hands += p.links(tr)
		} else {
			answer = p.Answered[len(p.Answered)-1]
		}
		wrong = p.mistake(p.Must("GET", "/api/mails/"+id, nil), tr)
	}
	if wrong != "" && wrong != otherClient {
		n.hands++
		if p.Ask(manager, "POST", "/api/mails/"+id+"/undo", nil, nil) < 300 {
			p.Drain()
			p.forget()
			n.hands += p.solve(m)
			wrong = p.mistake(p.Must("GET", "/api/mails/"+id, nil), tr)
		} else {
			answer = p.Answered[len(p.Answered)-1]
		}
	}
	if wrong != "" {
		n.stuck = 1
		p.note("stuck", m, tr, wrong+", and nothing mends it: "+answer)
	}
	p.count(tr, n)
}

// forget drops what is known of people whose contact an undo has removed.
func (p *play) forget() {
	p.T.Helper()
	for person, contact := range p.contacts {
		if p.Ask(manager, "GET", "/api/contacts/"+contact, nil, nil) == 404 {
			delete(p.contacts, person)
			delete(p.people, contact)
		}
	}
}

// links gives a person's contact the clients that the truth tells, and takes those away
// for whom the person has ceased to write. It returns the hands that that took.
func (p *play) links(tr year.Truth) int {
	p.T.Helper()
	contact := p.contacts[tr.Person]
	if contact == "" || tr.Portal || !p.learning {
		return 0
	}
	has := p.Must("GET", "/api/contacts/"+contact, nil)["clients"].([]any)
	want := slices.DeleteFunc(slices.Clone(has), func(id any) bool { return slices.Contains(p.ids(tr.Left), id.(string)) })
	if id := any(p.clients[tr.Client]); !slices.Contains(want, id) {
		want = append(want, id)
	}
	if slices.Equal(has, want) {
		return 0
	}
	p.Must("PATCH", "/api/contacts/"+contact, object{"clients": want})
	return 1
}

const otherClient = "in a chat of another client"

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
	contact, _ := c["contact"].(string)
	if tr.Kind == year.Dismiss {
		if tr.Sort == year.OutOfOffice && tr.Person != "" && p.people[contact] == tr.Person {
			return "" // shown in the conversation that it belongs to
		}
		return "in a chat"
	}
	if c["client"] != p.clients[tr.Client] {
		return otherClient
	}
	switch known := p.people[contact]; {
	case known == tr.Person:
	case tr.Any:
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

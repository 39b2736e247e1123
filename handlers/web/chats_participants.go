package web

import (
	"slices"
	"strings"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/mail"
)

// relate finds who is new in the conversation, and which of its messages are
// between the office and a third party alone: such as a forward to a bank, and the
// bank's answer. A message of people of whom nothing is known is the client's.
func (c *openChat) relate() {
	known, third := map[string]bool{}, map[string]bool{}
	for _, a := range c.Addresses {
		known[strings.ToLower(a)] = true
	}
	own := func(a mail.Address) bool {
		return slices.ContainsFunc(c.Addresses, func(o string) bool { return strings.EqualFold(o, a.Email) })
	}
	begun := false
	for i := range c.Thread {
		m := &c.Thread[i]
		if !m.isMail() {
			continue
		}
		var outside []mail.Address
		for _, a := range slices.Concat([]mail.Address{m.From}, m.To, m.Cc) {
			if a.Email != "" && !own(a) && !(m.isOut() && a == m.From) {
				outside = append(outside, a)
			}
		}
		isKnown := func(a mail.Address) bool { return known[strings.ToLower(a.Email)] }
		isThird := func(a mail.Address) bool { return third[strings.ToLower(a.Email)] }
		if m.isOut() {
			m.ThirdParty = begun && len(outside) > 0 && !slices.ContainsFunc(outside, isKnown)
		} else {
			m.ThirdParty = m.Outside || isThird(m.From) && !slices.ContainsFunc(outside, isKnown)
		}
		for _, a := range outside {
			if begun && !m.ThirdParty && !isKnown(a) && c.Earlier == "" {
				m.NewRecipients = append(m.NewRecipients, a)
			}
			if m.ThirdParty {
				third[strings.ToLower(a.Email)] = true
			}
		}
		if !m.ThirdParty {
			for _, a := range outside {
				known[strings.ToLower(a.Email)] = true
			}
		}
		begun = true
	}
}

// people adds the participants, and for a user who may change them the other
// team members.
func (v *request) people(api string, open *openChat) {
	open.People = some[wire.Participant](v, api+"/participants")
	if !open.CanWrite {
		return
	}
	people := v.colleagues()
	open.Plan = &planView{Path: open.path("plan"), Assignee: open.Assignee, Later: open.ChatObject.Later, Me: v.me.ID}
	open.Plan.People = whoSee(people, open.Members)
	open.Others = slices.DeleteFunc(people, func(p directory.TeamMember) bool { return slices.Contains(open.Members, p.ID) })
}

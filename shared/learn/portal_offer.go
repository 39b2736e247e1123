package learn

import (
	"slices"
	"strings"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/mail"
)

// For how many clients people chose before a sender is offered as a portal.
const (
	programChoices = 2 // an address that nobody reads
	deskChoices    = 3 // an address such as info@, which may be that of an owner of several companies
)

// deskPortal is the chance that such a desk is a portal.
const deskPortal = 0.06

// offerPortal offers the sender of a mail as a portal, beside the client that the mail is
// about: when its display name says "X via Y", when a program names the client, when the
// display name beside another contact's address has the client's name, or when people
// chose several clients for it. Where that is likely, the suggestions for a client also
// make the portal; for a desk, one more is added. Rule holds the earlier choices; it is
// zero for a stranger.
func offerPortal(list []Suggestion, m Mail, rule directory.Rule) []Suggestion {
	if m.Item.Facts.Portal || m.Doubt || !ByProgram(m.Item.From) {
		return list
	}
	n := 0
	if counting(rule) {
		n = len(choseClients(rule.Evidence))
	}
	shared := m.Item.Reason == item.UnknownSender && m.Item.Facts.Contact != "" // another contact has the address
	by, program, top := portalName(m.Item.From), machine(m.Item.From.Email), -1
	for i, s := range list {
		if s.Action != item.ChooseClient && s.Action != item.CreateContact || s.Client == nil {
			continue
		}
		named := slices.ContainsFunc(s.Reasons, func(r Reason) bool { return r.Weight > 0 && portalSigns[r.Code] })
		switch {
		case shared && (!named || directory.PublicDomain(directory.Domain(m.Item.From.Email))):
		case by != "":
			list[i] = s.alsoPortal(reason("portal:via", by))
			if s.Action == item.CreateContact {
				list[i].Name = by
			}
		case program && n >= programChoices:
			list[i] = s.alsoPortal(reason("portal:chosen", n))
		case shared && Names(m.Item.From.Name, s.Client.Name):
			list[i] = s.alsoPortal(reason("portal:names"))
		case program && named:
			list[i] = s.alsoPortal(reason("portal:program", s.Client.Name))
		case top < 0 || s.Score > list[top].Score:
			top = i
		}
	}
	if top >= 0 && n >= deskChoices && list[top].Score < LeastSure-deskPortal {
		s := list[top].alsoPortal(reason("portal:chosen", n))
		s.Score = deskPortal
		list = append(list, s)
	}
	return list
}

// alsoPortal returns a suggestion that also makes a portal of the sender.
func (s Suggestion) alsoPortal(why Reason) Suggestion {
	s.Portal, s.Reasons = true, append([]Reason{why}, s.Reasons...)
	return s
}

// portalSigns are the codes of signs by which a program says for which client it writes.
var portalSigns = set("number kvk vat name name-sender")

// choseClients returns the clients that people chose, each once.
func choseClients(all []directory.Evidence) (ids []string) {
	for _, e := range all {
		if e.Client != "" && e.Action != Otherwise {
			ids = withID(ids, e.Client)
		}
	}
	return ids
}

// portalName returns what stands behind "via" in a display name, "" when nothing does.
func portalName(from mail.Address) string {
	fields := strings.Fields(from.Name)
	for i, w := range fields {
		if i > 0 && i+1 < len(fields) && strings.EqualFold(strings.TrimLeft(w, "("), "via") {
			return strings.Trim(strings.Join(fields[i+1:], " "), "()")
		}
	}
	return ""
}

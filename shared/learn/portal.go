package learn

import (
	"slices"
	"strings"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/mail"
)

// A portal is an address from which a program writes for many clients: it sends
// invoices, asks for signatures, shares files. Its mail is about the client that the
// display name, the subject or the text names; only that says so.

// ForPortal returns the ids of the clients that mail of a portal names, at most
// maxOthers. A display name that is a client's, as in "Bakkerij Jansen via Facturant",
// goes before the text, which may name the other party too, unless the subject
// contradicts it.
func (x *ClientIndex) ForPortal(it item.Item) []string {
	shown := x.displayed(it)
	subject := x.whole(it.Subject)
	if len(shown) == 1 && (len(subject) == 0 || slices.Contains(subject, shown[0])) {
		return shown
	}
	ids := slices.Concat(shown, subject)
	for _, id := range x.whole(it.Says) {
		ids = withID(ids, id)
	}
	for _, id := range x.byNumber(it.Subject + "\n" + it.Says) {
		ids = withID(ids, id)
	}
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	return ids[:min(len(ids), maxOthers)]
}

// displayed returns the clients whose whole name is the display name without what the
// portal adds to it, before it or behind: "Loonwijzer namens Bakkerij Jansen".
func (x *ClientIndex) displayed(it item.Item) (ids []string) {
	if strings.Contains(it.From.Name, "@") {
		return nil
	}
	by := portalName(it.From)
	for _, name := range throughWord.Split(it.From.Name, 4) {
		text := tokens(name)
		for _, s := range x.spans(text) {
			if name != by && (telling(x.names[s.client]) > 1 || s.from == 0 && s.to == len(text)) {
				ids = withID(ids, x.clients[s.client].ID)
			}
		}
	}
	return ids
}

// whole returns the clients whose whole name is in a text as a name.
func (x *ClientIndex) whole(text string) (ids []string) {
	words := tokens(text)
	for _, s := range x.spans(words) {
		name := x.names[s.client]
		if telling(name) > 1 || telling(name) == 1 && (words[s.to-1].named || pointsTo(words, s, name)) {
			ids = withID(ids, x.clients[s.client].ID)
		}
	}
	return ids
}

// Signed returns the ids of the clients whose names stand in the signature of a mail.
func (x *ClientIndex) Signed(it item.Item) []string { return x.whole(it.Signed) }

// ByDisplayName returns the client that people chose for all mail of a sender with the
// same display name, at least twice; nothing when there is none.
func ByDisplayName(rule directory.Rule, it item.Item) []string {
	if !counting(rule) || it.From.Name == "" || it.Verdict != item.VerdictPass {
		return nil
	}
	client, n := "", 0
	for _, e := range rule.Evidence {
		if !strings.EqualFold(e.Name, it.From.Name) || !e.Verified {
			continue
		}
		if n > 0 && e.Client != client {
			return nil // the name is the portal's own
		}
		client, n = e.Client, n+1
	}
	if n < leastAgreeing || client == "" {
		return nil
	}
	return []string{client}
}

// VerdictsIn returns what Exchange said of the mail in a rule's evidence.
func VerdictsIn(rule directory.Rule) []item.Verdict {
	var all []item.Verdict
	for _, e := range rule.Evidence {
		v := item.VerdictSoft
		if e.Verified {
			v = item.VerdictPass
		}
		all = append(all, v)
	}
	return all
}

// The least evidence that an address is a portal's.
const (
	leastPortal        = 3 // mails
	leastPortalClients = 2 // clients
)

// IsPortal says whether people's choices for mail of one contact, with an address, show
// that it is a portal: the display names are those of the clients that they chose, or a
// program's address writes what names them. A bookkeeper writes under one name. Name
// returns the name of a client, "" when it is gone.
func IsPortal(rule directory.Rule, address string, name func(client string) string) bool {
	clients := map[string]bool{}
	n := 0
	for _, e := range rule.Evidence {
		if e.Client == "" || !e.Verified {
			continue
		}
		if !Names(e.Name, name(e.Client)) {
			from := mail.Address{Name: e.Name, Email: address}
			switch program := ByProgram(from) && !ownFirm(from); {
			case program && len(e.Named) == 0: // it may be named in a file
				continue
			case !program || !slices.Contains(e.Named, e.Client):
				return false
			}
		}
		clients[e.Client] = true
		n++
	}
	return n >= leastPortal && len(clients) >= leastPortalClients
}

// ownFirm says whether the name beside an address is that of a person whose firm is called
// like him: one of the names is in the domain, and another is not.
func ownFirm(a mail.Address) bool {
	called := strings.ReplaceAll(label(directory.Domain(a.Email)), "-", "")
	name := slices.DeleteFunc(nameTokens(a.Name), func(w string) bool { return departments[w] || len(w) < 3 })
	in := func(w string) bool { return strings.Contains(called, w) }
	return slices.ContainsFunc(name, in) && slices.ContainsFunc(name, func(w string) bool { return !in(w) })
}

// Names says whether a text has the whole name of a client.
func Names(text, client string) bool {
	name := nameTokens(client)
	return len(name) > 0 && telling(name) > 0 && len(spans(tokens(text), [][]string{name})) > 0
}

// ByProgram says whether an address is that of a program or a desk: nothing before the @
// is of the name beside it.
func ByProgram(a mail.Address) bool {
	local, _, _ := strings.Cut(strings.ToLower(a.Email), "@")
	if functional[local] || machine(a.Email) {
		return true
	}
	name := nameTokens(a.Name)
	return len(name) > 0 && !slices.ContainsFunc(name, func(w string) bool { return len(w) > 2 && strings.Contains(local, w) })
}

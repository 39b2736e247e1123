package learn

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/lazyregexp"
	"kantoorpost/shared/mailtext"
)

// Several people may write from one address: portals that share, sign or bill
// files, scanners, families. Then the display name says who writes. Mail from a
// contact's address is the contact's as long as the display name agrees:
//
//   - there is none, or it is the contact's: the same, a part of it, with
//     initials, shortened, in reverse order, with a second surname, as after a
//     marriage;
//   - it is a name under which a person linked the address;
//   - it is the name of one of the contact's clients;
//   - it is the name of the domain itself.
//
// Any other name may be somebody else's. It is accepted only where a mistake
// cannot lead to another client:
//
//   - the domain belongs to one of the contact's clients: colleagues share addresses;
//   - the first name is the contact's: people change their surname when they marry;
//   - it names only a department.
//
// It is never accepted if the office knows somebody else with that name: a
// contact without a client in common with this one, or another client. Nor is it
// accepted of an address that always writes for others: its name says "via", or
// it is a program's or a scanner's. Of such an address no name, or the name of the
// domain, is accepted only if people did not always link it by another name.
//
// Mail with an uncertain sender waits for a person. The choice is for that mail
// only: the address stays with its contact.

// OtherName says whether the display name of a mail belongs to somebody else
// than the contact with its address. It asks the office up to eleven questions,
// and none for a name like the contact's.
func OtherName(ctx context.Context, office Office, it item.Item, contact, called string, clients []string) (bool, error) {
	card := mailtext.CardOf(it.From, mailtext.Text{})
	all, many := displayNames(it.From.Name, card), writesForOthers(it)
	names := slices.DeleteFunc(slices.Clone(all), func(name string) bool { return agrees(name, called) || ofDomain(name, it.From.Email) })
	his := slices.ContainsFunc(all, func(name string) bool { return agrees(name, called) })
	if len(names) == 0 && (his || !many) {
		return false, nil
	}
	rule, _, err := office.RuleFor(ctx, directory.AddressContact, it.From.Email)
	if err != nil {
		return false, fmt.Errorf("rule of address %s: %w", it.From.Email, err)
	}
	if len(names) == 0 {
		// Nobody's name: the contact's if it was linked so, and not by the names of people.
		return len(rule.Evidence) > 0 && !slices.ContainsFunc(rule.Evidence, func(e directory.Evidence) bool {
			linked := displayNames(e.Name, mailtext.Card{})
			return len(linked) == 0 || ofDomain(linked[0], it.From.Email)
		}), nil
	}
	own, err := load(ctx, office, clients[:min(len(clients), 5)])
	if err != nil {
		return false, err
	}
	ours := func(name string) bool {
		return slices.ContainsFunc(own, func(c directory.Client) bool { return agrees(name, c.Name) }) ||
			slices.ContainsFunc(rule.Evidence, func(e directory.Evidence) bool { return e.Contact == contact && e.Name != "" && agrees(name, e.Name) })
	}
	if slices.ContainsFunc(names, ours) {
		return false, nil
	}
	if many {
		return true, nil
	}
	for _, name := range names[:min(len(names), 2)] {
		known, err := somebodyElse(ctx, office, name, contact, clients)
		if err != nil || known {
			return known, err
		}
	}
	harmless := func(name string) bool { return department(name) || sameFirstName(name, called) }
	if slices.ContainsFunc(names, harmless) {
		return false, nil
	}
	theirs, err := domainOfClients(ctx, office, it.From.Email, contact, own)
	return err == nil && !theirs, err
}

// department says whether a name names a department and nobody in person.
func department(name string) bool {
	parts := nameParts(name)
	return len(parts) > 0 && !slices.ContainsFunc(parts, func(w string) bool { return !departments[w] })
}

var departments = set("administratie boekhouding financien financiele facturen facturatie debiteuren crediteuren debiteurenadministratie crediteurenadministratie salarisadministratie " +
	"receptie secretariaat directie balie planning verkoop inkoop info contact kantoor afdeling team klantenservice personeelszaken " +
	"accounting accounts payable receivable billing finance office sales support service hr desk")

// sameFirstName says whether two full names begin alike: the surname changes
// when people marry.
func sameFirstName(a, b string) bool {
	one, other := nameOf(a), nameOf(b)
	return one.full() && other.full() && len(one.first) > 1 && one.first == other.first
}

// domainOfClients says whether the domain of an address is the own domain of one
// of these clients: it is called like the client, or other contacts of these
// clients write from it and nobody else does.
func domainOfClients(ctx context.Context, office Office, email, contact string, clients []directory.Client) (bool, error) {
	domain := directory.Domain(email)
	if directory.PublicDomain(domain) {
		return false, nil
	}
	if slices.ContainsFunc(clients, func(c directory.Client) bool { return calledLike(domain, c.Name) }) {
		return true, nil
	}
	near, err := office.ContactsAtDomain(ctx, domain, maxNear)
	if err != nil {
		return false, fmt.Errorf("contacts at %s: %w", domain, err)
	}
	others := 0
	for _, c := range near {
		if !slices.ContainsFunc(c.Clients, func(id string) bool {
			return slices.ContainsFunc(clients, func(o directory.Client) bool { return o.ID == id })
		}) {
			return false, nil
		}
		if c.ID != contact {
			others++
		}
	}
	return others > 0 && len(near) < maxNear, nil
}

// displayNames returns the person and the company that a display name has, or
// all of it when it has neither.
func displayNames(display string, card mailtext.Card) []string {
	if strings.TrimSpace(display) == "" || strings.Contains(display, "@") {
		return nil
	}
	display = through.ReplaceAllString(display, "")
	var names []string
	if card.Name != "" && agrees(card.Name, display) { // it may come from the address instead
		names = append(names, card.Name)
	}
	if card.Company != "" {
		names = append(names, card.Company)
	}
	if len(names) == 0 {
		names = append(names, display)
	}
	return names
}

var through = lazyregexp.New(`(?i)[\s(]+(via|namens|on behalf of|im auftrag von|i\.o\.)\s.*$`)

// writesForOthers says whether a mail's address always writes for others.
func writesForOthers(it item.Item) bool {
	local, _, _ := strings.Cut(strings.ToLower(it.From.Email), "@")
	return through.MatchString(it.From.Name) || machine(it.From.Email) || scanners.MatchString(local)
}

var scanners = lazyregexp.New(`^(scan(ner|s|to)?|printer|print|mfp|copier|kopieer\w*|multifunctional)([._-]?\w*)?$`)

// agrees says whether two names can be those of one person or one company.
func agrees(a, b string) bool {
	one, other := nameParts(a), nameParts(b)
	if len(one) == 0 || len(other) == 0 {
		return true
	}
	if subset(one, other) || subset(other, one) || strings.Join(one, "") == strings.Join(other, "") {
		return true
	}
	// A surname in common, and first names that can be short for each other.
	for i, x := range one {
		for j, y := range other {
			if len(x) < 3 || x != y {
				continue
			}
			for k, p := range one {
				for l, q := range other {
					if k != i && l != j && short(p, q) {
						return true
					}
				}
			}
		}
	}
	return false
}

// nameParts returns the words of a name that tell people and companies apart.
func nameParts(name string) []string {
	parts := directory.NameWords(strings.ReplaceAll(name, "-", " "))
	return slices.DeleteFunc(parts, func(w string) bool { return particles[w] || titles[w] })
}

var titles = set("dhr mevr mw hr heer mevrouw mr drs ir ing dr prof bc ba ma msc bsc ra aa mba jr sr")

func subset(a, of []string) bool {
	for _, w := range a {
		if len(w) < 2 || !slices.Contains(of, w) {
			return false
		}
	}
	return true
}

// short says whether one first name can be short for another: an initial, or
// the beginning.
func short(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	return initials(a) && a[0] == b[0] || len(a) >= 2 && strings.HasPrefix(b, a)
}

// ofDomain says whether a name is only the name of the domain.
func ofDomain(name, email string) bool {
	called := strings.ReplaceAll(label(directory.Domain(email)), "-", "")
	joined := strings.Join(nameParts(name), "")
	return len(joined) >= 3 && (joined == called || len(joined) >= 6 && strings.Contains(called, joined))
}

// somebodyElse says whether the office knows another contact or client with a
// name.
func somebodyElse(ctx context.Context, office Office, name, contact string, clients []string) (bool, error) {
	foreign := func(ids []string) bool {
		return len(ids) > 0 && !slices.ContainsFunc(ids, func(id string) bool { return slices.Contains(clients, id) })
	}
	if n := nameOf(name); n.full() {
		found, err := office.ContactsNamed(ctx, n.last, maxNamed)
		if err != nil {
			return false, fmt.Errorf("contacts named %s: %w", n.last, err)
		}
		for _, c := range found {
			if c.ID != contact && foreign(c.Clients) && n.like(nameOf(c.Name)) >= initialAlike {
				return true, nil
			}
		}
	}
	parts := directory.NameWords(name)
	if len(parts) == 0 {
		return false, nil
	}
	for _, word := range []string{strings.Join(parts, ""), slices.MaxFunc(parts, func(a, b string) int { return len(a) - len(b) })} {
		found, err := office.ClientsNamed(ctx, word, maxAlike)
		if err != nil && !errors.Is(err, directory.ErrNotFound) {
			return false, fmt.Errorf("clients named %s: %w", word, err)
		}
		for _, c := range found {
			if foreign([]string{c.ID}) && slices.Equal(nameParts(c.Name), nameParts(name)) {
				return true, nil
			}
		}
	}
	return false, nil
}

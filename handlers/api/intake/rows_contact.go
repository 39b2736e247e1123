package intake

import (
	"slices"
	"strings"
	"unicode"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/lazyregexp"
	"kantoorpost/shared/words"
)

// languages are the names of those of mail to a contact, with the codes of ISO 639-2.
var languages = map[string]string{
	"nl": "nl nld dut nederlands dutch niederländisch néerlandais vlaams flemish flämisch flamand",
	"en": "en eng engels english englisch anglais",
	"de": "de deu ger duits german deutsch allemand",
	"fr": "fr fra fre frans french französisch français francais",
}

// language matches a locale, such as de-AT, or a name with its country: Dutch (Belgium).
var language = lazyregexp.New(`^([a-zA-Z]{2})[-_][a-zA-Z]{2}$|^(.+?)\s*[(\[].*$`)

// languageIn is the language that a cell names; "" for a hyphen: as the contact writes.
func languageIn(text string) (code string, known bool) {
	name := plainName(language.ReplaceAllString(text, "$1$2"))
	for code, names := range languages {
		if isNamed(names, name) {
			return code, true
		}
	}
	return "", name == ""
}

func (p *plan) contactValues(c directory.Contact) []value {
	var numbers []string
	for _, id := range c.Clients {
		client, _ := p.bulk.Client(id)
		numbers = append(numbers, client.Number)
	}
	return []value{
		{"name", c.Name}, {"emails", strings.Join(c.Emails, ", ")}, {"phone", c.Phone}, {"function", c.Function}, {"language", c.Language},
		{"clients", strings.Join(numbers, ", ")},
	}
}

// contact adds the values of a row to a contact. Several rows may be about one
// contact, as in a file with a row for each client of a contact: then they must
// not contradict each other.
func (p *plan) contact(h head, cells []string, r Row) {
	emails := p.addresses(h, cells, &r)
	r.Key = strings.Join(emails, " ")
	was, found := p.owner(h, emails, &r)
	now := was
	now.Emails = slices.Clone(was.Emails)
	for _, email := range emails {
		if !slices.Contains(now.Emails, email) {
			now.Emails = append(now.Emails, email)
		}
	}
	h.setName(cells, &now.Name)
	h.set(cells, "phone", &now.Phone)
	h.set(cells, "function", &now.Function)
	if text, there := h.cell(cells, "language"); there {
		code, known := languageIn(text)
		if now.Language = code; !known {
			add(&r, h.titles["language"], "Nederlands, Engels, Duits of Frans (nl, en, de of fr)",
				"Dutch, English, German or French (nl, en, de or fr)")
		}
	}
	now.Clients = p.clientsOf(h, cells, was.Clients, &r)
	if len(r.Problems) > 0 {
		p.record(r)
		return
	}
	now, err := p.bulk.SaveContact(now)
	refused(&r, h, err)
	setAction(&r, found, p.contactValues(was), p.contactValues(now))
	first := p.contacts[now.ID]
	if first != nil && contradicts(r.Changes) {
		r.Problems = append(r.Problems, contradiction(h, first.sheet, first.number))
		p.markWrong(first, contradiction(h, r.Sheet, r.Number))
	}
	at := p.record(r)
	if first == nil && err == nil {
		p.contacts[now.ID] = at
	}
}

// addresses returns the e-mail addresses of a row in their stored form.
func (p *plan) addresses(h head, cells []string, r *Row) []string {
	text, _ := h.cell(cells, "emails")
	var emails []string
	for _, part := range strings.FieldsFunc(text, func(c rune) bool { return c == ';' || c == ',' || unicode.IsSpace(c) }) {
		if part == ":::" { // the separator of values in one cell, in files of Google
			continue
		}
		email, err := directory.TypedAddress(part)
		if _, known := p.bulk.ContactByAddress(part); known {
			email, err = directory.ReceivedAddress(part) // mail may come from it, so any form is accepted
		}
		if err != nil {
			wrong := words.Isolate(shorten(part))
			add(r, h.titles["emails"], "een e-mailadres zoals naam@voorbeeld.nl, niet "+wrong,
				"an e-mail address such as naam@voorbeeld.nl, not "+wrong)
			continue
		}
		if !slices.Contains(emails, email) {
			emails = append(emails, email)
		}
	}
	if len(emails) == 0 && len(r.Problems) == 0 {
		add(r, h.titles["emails"], "een e-mailadres", "an e-mail address")
	}
	return emails
}

// owner returns the contact that has one of the addresses.
func (p *plan) owner(h head, emails []string, r *Row) (owner directory.Contact, found bool) {
	of := ""
	for _, email := range emails {
		c, there := p.bulk.ContactByAddress(email)
		switch {
		case !there:
		case !found:
			owner, found, of = c, true, email
		case c.ID != owner.ID:
			add(r, h.titles["emails"],
				"adressen van één contact; "+of+" is van "+owner.Name+" en "+email+" van "+c.Name,
				"addresses of one contact; "+of+" is of "+owner.Name+" and "+email+" of "+c.Name)
		}
	}
	return owner, found
}

// clientsOf returns the clients of a contact together with those of a row.
func (p *plan) clientsOf(h head, cells []string, was []string, r *Row) []string {
	text, _ := h.cell(cells, "clients")
	if text == "-" {
		return nil
	}
	now := slices.Clone(was)
	for _, part := range strings.FieldsFunc(text, func(c rune) bool { return c == ';' || c == ',' || c == '\n' }) {
		number := strings.TrimSpace(part)
		if number == "" {
			continue
		}
		client, found := p.bulk.ClientByNumber(number)
		switch {
		case !found && !p.mentioned(Clients, number):
			addUnknown(r, h.titles["clients"], number, "het nummer van een relatie", "the number of a client")
		case found && !slices.Contains(now, client.ID):
			now = append(now, client.ID)
		}
	}
	return now
}

// contradicts says whether changes replace the values of another row.
func contradicts(changes []Change) bool {
	return slices.ContainsFunc(changes, func(c Change) bool {
		return c.Field != "emails" && c.From != "" && (c.Field != "clients" || c.To == "")
	})
}

func contradiction(h head, sheet string, number int) Problem {
	p := twice(h.titles["emails"], sheet, number)
	return Problem{Column: p.Column, Text: words.Text{NL: p.NL + ", met andere gegevens", EN: p.EN + ", and says something else"}}
}

package intake

import (
	"errors"
	"strings"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/words"
)

// A value is a field in the form that the report shows.
type value struct{ field, text string }

// setAction sets the action and the changes of a row, from the fields before
// and after.
func setAction(r *Row, found bool, was, now []value) {
	for i := range now {
		from := ""
		if found {
			from = was[i].text
		}
		if from != now[i].text {
			r.Changes = append(r.Changes, Change{Field: now[i].field, From: from, To: now[i].text})
		}
	}
	switch {
	case !found:
		r.Action = Create
	case len(r.Changes) > 0:
		r.Action = Update
	default:
		r.Action = Same
	}
}

// set changes a field to the value in the row.
func (h head) set(cells []string, field string, to *string) {
	switch text, there := h.cell(cells, field); {
	case text == "-":
		*to = ""
	case there:
		*to = text
	}
}

// choice changes a field to one of some values, each of which has words.
func choice[T ~string | ~bool](r *Row, h head, cells []string, field string, to *T, values map[string]T, nl, en string) {
	text, there := h.cell(cells, field)
	if !there {
		return
	}
	v, known := values[plainName(text)]
	if !known {
		add(r, h.titles[field], nl, en)
		return
	}
	*to = v
}

var clientTypes = map[string]directory.ClientType{
	"organisatie": directory.Organisation, "organisation": directory.Organisation, "organization": directory.Organisation,
	"bedrijf":       directory.Organisation,
	"rechtspersoon": directory.Organisation, "persoon": directory.Person, "person": directory.Person, "particulier": directory.Person,
	"natuurlijkpersoon": directory.Person, "intern": directory.Internal, "internal": directory.Internal, "leverancier": directory.Supplier,
	"supplier": directory.Supplier,
	"prospect": directory.Prospect, "prospects": directory.Prospect, "suspect": directory.Prospect, "lead": directory.Prospect,
}

func clientValues(c directory.Client) []value {
	return []value{{"number", c.Number}, {"type", string(c.Type)}, {"name", c.Name}, {"kvk", c.KvK}, {"vat", c.VAT},
		{"ibans", strings.Join(c.IBANs, ", ")}}
}

func (p *plan) client(h head, cells []string, r Row) {
	number, _ := h.cell(cells, "number")
	r.Key = shorten(number)
	was, found := p.bulk.ClientByNumber(number)
	now := was
	if !found {
		now = directory.Client{Number: number, Type: directory.Organisation}
	}
	h.set(cells, "name", &now.Name)
	h.set(cells, "kvk", &now.KvK)
	h.set(cells, "vat", &now.VAT)
	if text, there := h.cell(cells, "ibans"); there {
		now.IBANs = strings.FieldsFunc(strings.TrimPrefix(text, "-"), func(c rune) bool { return strings.ContainsRune(",;|\n", c) })
	}
	if zeroLost(now.KvK) && now.KvK != was.KvK {
		now.KvK = "0" + now.KvK
		p.warnOnce(r.Sheet, "een KvK-nummer van zeven cijfers krijgt een nul vooraan, want rekenbladen laten die weg; kijk of dat klopt",
			"a KvK number of seven digits gets a zero in front, since spreadsheets drop it; see whether that is right")
	}
	choice(&r, h, cells, "type", &now.Type, clientTypes, "organisatie, persoon, intern, leverancier of prospect",
		"organisation, person, internal, supplier or prospect")
	now, err := p.bulk.SaveClient(now)
	refused(&r, h, err)
	setAction(&r, found, clientValues(was), clientValues(now))
	p.once(r, h.titles["number"], number)
}

// zeroLost says whether a KvK number, which has eight digits, lacks the leading
// zero that a spreadsheet removes from a number.
func zeroLost(kvk string) bool { return len(kvk) == 7 && strings.Trim(kvk, "0123456789") == "" }

var (
	rights = map[string]directory.Rights{
		"raadpleger": directory.Reader, "reader": directory.Reader, "mutator": directory.Editor, "editor": directory.Editor,
		"manager": directory.Manager, "beheerder": directory.Administrator, "administrator": directory.Administrator,
	}
	truths = map[string]bool{
		"ja": true, "yes": true, "j": true, "y": true, "1": true, "true": true, "waar": true, "actief": true, "active": true,
		"nee": false, "no": false, "n": false, "0": false, "false": false, "onwaar": false, "inactief": false, "inactive": false,
	}
)

func memberValues(m directory.TeamMember) []value {
	active := "false"
	if m.Active {
		active = "true"
	}
	return []value{{"name", m.Name}, {"email", m.Email}, {"rights", string(m.Rights)}, {"active", active}}
}

func (p *plan) member(h head, cells []string, r Row) {
	email, _ := h.cell(cells, "email")
	r.Key = shorten(email)
	was, found := p.bulk.MemberByAddress(email)
	now := was
	if !found {
		now = directory.TeamMember{Email: email, Rights: directory.Reader, Active: true}
	}
	h.setName(cells, &now.Name)
	choice(&r, h, cells, "rights", &now.Rights, rights, "raadpleger, mutator, manager of beheerder",
		"reader, editor, manager or administrator")
	choice(&r, h, cells, "active", &now.Active, truths, "ja of nee", "yes or no")
	now, err := p.bulk.SaveTeamMember(now)
	refused(&r, h, err)
	setAction(&r, found, memberValues(was), memberValues(now))
	at := p.once(r, h.titles["email"], email)
	if administrates(was) && !administrates(now) {
		p.demoted = append(p.demoted, at)
	}
}

func administrates(m directory.TeamMember) bool {
	return m.Active && m.Rights == directory.Administrator
}

// keepAdministrator makes the rows wrong that would leave the office without an
// administrator.
func (p *plan) keepAdministrator() {
	if !p.administered || p.bulk.Administered() {
		return
	}
	for _, at := range p.demoted {
		p.markWrong(at, Problem{Text: words.Text{
			NL: "het kantoor heeft ten minste één actieve beheerder nodig; maak eerst een ander beheerder",
			EN: "the office needs at least one active administrator; make somebody else administrator first",
		}})
	}
}

func (p *plan) role(h head, cells []string, r Row) {
	name, _ := h.cell(cells, "name")
	r.Key = shorten(name)
	was, found := p.bulk.RoleNamed(name)
	now := was
	if !found {
		now.Name = name
	}
	now, err := p.bulk.SaveRole(now)
	refused(&r, h, err)
	setAction(&r, found, []value{{"name", was.Name}}, []value{{"name", now.Name}})
	p.once(r, h.titles["name"], name)
}

// refused reports why the directory refuses a row.
func refused(r *Row, h head, err error) {
	var (
		invalid  *directory.Invalid
		conflict *directory.Conflict
	)
	switch {
	case err == nil:
	case errors.As(err, &invalid):
		field, _, _ := strings.Cut(invalid.Field, "[")
		title := h.titles[field]
		if title == "" {
			title = field
		}
		add(r, title, dutch.Replace(invalid.Expected), invalid.Expected)
	case errors.As(err, &conflict):
		add(r, h.titles[conflict.Field], "een waarde van dit object alleen; "+conflict.Value+" hoort al bij een ander",
			"a value of this object alone; "+conflict.Value+" belongs to another already")
	default: // *directory.TooLarge
		add(r, "", "minder gegevens in één rij; dit wordt te veel voor één object", "less in one row; this becomes too much for one object")
	}
}

// dutch translates what the directory expects.
var dutch = strings.NewReplacer(
	"an e-mail address such as", "een e-mailadres zoals",
	"a VAT identification number such as", "een btw-id zoals",
	"a bank account such as", "een bankrekening zoals", "with its check digits right", "met het juiste controlegetal", "bank accounts",
	"bankrekeningen",
	"text without control characters; it has", "tekst zonder stuurtekens; hierin staat",
	"valid UTF-8", "geldige tekst",
	" to ", " tot ", "characters", "tekens", "digits", "cijfers",
	"e-mail addresses", "e-mailadressen", "at most", "hoogstens", "team members", "teamleden", "clients", "relaties",
)

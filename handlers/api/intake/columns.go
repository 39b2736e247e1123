package intake

import (
	"fmt"
	"slices"
	"strings"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/words"
)

// A column is a column that a sheet of a kind may have, by the API's name of
// the field.
type column struct {
	field    string
	names    string // its names in files, Dutch first, without spaces, hyphens and dots
	required bool
	list     bool // several such columns are one list
	any      bool // of several such columns, the first with a value counts
}

// columns are the columns of each kind.
var columns = map[Kind][]column{
	Clients: {
		{field: "number", required: true,
			names: "nummer relatienummer relatienr relatiecode klantnummer klantnr klantcode clientnummer cliëntnummer cliëntcode clientcode " +
				"debiteurnummer debiteurnr debiteurcode debiteurennummer debiteur code number clientnumber customernumber customercode customerno " +
				"customerid accountcode accountnumber"},
		{field: "type", names: "type soort relatietype klanttype clienttype relatiesoort organisatie/persoon"},
		{field: "name", names: "naam relatienaam klantnaam bedrijfsnaam organisatie organisatienaam bedrijf debiteurnaam handelsnaam " +
			"statutairenaam relatie klant cliënt name clientname customername accountname companyname company client"},
		{field: "kvk", names: "kvk kvknummer kvknr kvkno nummerkvk kamervankoophandel kamervankoophandelnummer handelsregisternummer " +
			"organisatienummer chamberofcommerce chamberofcommercenumber coc cocnumber cocno"},
		{field: "vat", names: "btw btwnummer btwnr btwid btwidentificatienummer btwidnummer btwidentificatie ob obnummer vat vatnumber vatno " +
			"vatid taxid"},
		{field: "ibans", list: true, names: "iban ibans ibannummer ibannr iban1 iban2 iban3 ibannumber"},
	},
	Contacts: {
		{field: "emails", required: true, list: true,
			names: "email emails emailadres emailadressen mail mailadres emailwerk ewerk emailzakelijk zakelijkemail emailprivé emailprive " +
				"emailfactuur emailadreswerk emailalgemeen " +
				"emailaddress emailaddresses workemail email1 email2 email3 emailadres1 emailadres2 emailadres3 email2address email3address " +
				"emailaddress2 emailaddress3 email1value email2value email3value email4value"},
		{field: "name", any: true, names: "naam contact contactpersoon contactnaam naamcontactpersoon volledigenaam weergavenaam name " +
			"contactname contactperson fullname displayname"},
		{field: "first", any: true, names: "voornaam voornamen roepnaam roepnamen voorletters initialen firstname givenname forename initials"},
		{field: "infix", any: true, names: "tussenvoegsel tussenvoegsels voorvoegsel voorvoegsels middelstenaam tweedenaam middlename " +
			"additionalname infix prefixlastname"},
		{field: "last", any: true, names: "achternaam achternamen familienaam geboortenaam lastname familyname surname"},
		{field: "phone", any: true, names: "telefoon telefoonnummer telefoonnr tel telnr telefoonwerk telefoonopwerk telefoonzakelijk " +
			"telefoonnrwerk telefoonnummerwerk vastetelefoon telefoonvast mobiel mobielnummer mobieltelefoonnummer mobielwerk mobieletelefoon gsm " +
			"phone phonenumber telephone telephonenumber businessphone workphone mobile mobilephone cellphone phone1value phone2value"},
		{field: "function", any: true,
			names: "functie functietitel functieomschrijving function jobtitle position organization1title organizationtitle"},
		{field: "language", names: "taal taalcode correspondentietaal voorkeurstaal language languagecode preferredlanguage"},
		{field: "clients", list: true,
			names: "relatie relaties relatie(s) relatienummer relatienummers relatienr relatiecode klant klanten klantnummer klantnummers " +
				"klantcode debiteurnummer debiteurnr debiteurcode clientnummer clientnummers cliëntnummer cliëntnummers client clients " +
				"clientnumber clientnumbers customernumber accountcode"},
	},
	TeamMembers: {
		{field: "email", required: true, names: "email emailadres mail mailadres emailwerk emailaddress workemail"},
		{field: "name", any: true, names: "naam teamlid medewerker volledigenaam weergavenaam name teammember fullname displayname"},
		{field: "first", any: true, names: "voornaam voornamen roepnaam voorletters firstname givenname"},
		{field: "infix", any: true, names: "tussenvoegsel tussenvoegsels voorvoegsel voorvoegsels middlename"},
		{field: "last", any: true, names: "achternaam familienaam lastname familyname surname"},
		{field: "rights", names: "rechten autorisatie rights authorisation authorization"},
		{field: "active", names: "actief active"},
	},
	Roles: {
		{field: "name", required: true, names: "naam rol name role"},
	},
	ClientTeam: {
		{field: "client", required: true,
			names: "relatienummer relatienr relatie klantnummer klantnr cliëntnummer clientnummer client clientnumber nummer number"},
		{field: "member", required: true, names: "teamlid medewerker email emailadres member teammember emailaddress"},
		{field: "role", required: true, names: "rol role"},
		{field: "order", names: "volgorde positie order position"},
	},
}

// sheetNames are the names of the sheets of each kind.
var sheetNames = map[Kind]string{
	Clients:     "clients relaties relatie klanten cliënten clienten",
	Contacts:    "contacts contacten contactpersonen",
	TeamMembers: "teammembers teamleden medewerkers",
	Roles:       "roles rollen",
	ClientTeam:  "clientteam clientteams relatieteam relatieteams klantteam klantteams",
}

// plainName returns the name of a column or a sheet without the characters that
// do not count.
func plainName(name string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" -._\u00a0\u2010\u2011\u2013", r) {
			return -1
		}
		return r
	}, strings.ToLower(directory.ReceivedName(name)))
}

func isNamed(names, name string) bool { return slices.Contains(strings.Fields(names), name) }

// A head says which cells of a sheet's rows belong to which fields.
type head struct {
	kind   Kind
	fields map[string][]int  // the cells of a field
	titles map[string]string // the file's name of a field
}

// headOf reads the first row of a sheet of a kind. Unknown are columns that the
// kind does not have.
func headOf(kind Kind, cells []string) (h head, unknown []string, problems []Problem) {
	h = head{kind: kind, fields: map[string][]int{}, titles: map[string]string{}}
	var found []string
	if len(cells) > maxColumns {
		unknown = append(unknown, fmt.Sprintf("%d–%d", maxColumns+1, len(cells)))
	}
	for i, cell := range cells[:min(len(cells), maxColumns)] {
		title := shorten(cell)
		if title == "" {
			continue
		}
		found = append(found, title)
		at := slices.IndexFunc(columns[kind], func(c column) bool { return isNamed(c.names, plainName(title)) })
		if at < 0 {
			unknown = append(unknown, title)
			continue
		}
		c := columns[kind][at]
		if len(h.fields[c.field]) > 0 && !c.list && !c.any {
			problems = append(problems, Problem{Column: title, Text: words.Text{
				NL: "zegt hetzelfde als de kolom " + h.titles[c.field] + "; laat er één staan",
				EN: "says the same as the column " + h.titles[c.field] + "; keep one of them",
			}})
			continue
		}
		h.fields[c.field] = append(h.fields[c.field], i)
		if h.titles[c.field] == "" {
			h.titles[c.field] = title
		}
	}
	for _, c := range columns[kind] {
		if c.required && len(h.fields[c.field]) == 0 {
			name, _, _ := strings.Cut(c.names, " ")
			problems = append(problems, Problem{Column: name, Text: words.Text{
				NL: "deze kolom ontbreekt; gevonden: " + strings.Join(found, ", "),
				EN: "this column is missing; found: " + strings.Join(found, ", "),
			}})
		}
	}
	return h, unknown, problems
}

// kindOf recognises a sheet by its name, or else by its first row; "" when it
// is of no kind.
func kindOf(name string, cells []string) Kind {
	for _, kind := range Kinds {
		if isNamed(sheetNames[kind], plainName(name)) {
			return kind
		}
	}
	has := func(kind Kind, field string) bool {
		h, _, _ := headOf(kind, cells)
		return len(h.fields[field]) > 0
	}
	client := has(Clients, "number") && has(Clients, "name")
	switch {
	case has(ClientTeam, "client") && has(ClientTeam, "member") && has(ClientTeam, "role"):
		return ClientTeam
	case has(TeamMembers, "email") && (has(TeamMembers, "rights") || has(TeamMembers, "active")):
		return TeamMembers
	case has(Clients, "number") && (has(Clients, "kvk") || has(Clients, "vat") || has(Clients, "ibans") || has(Clients, "type")):
		return Clients
	case has(Contacts, "emails") && (!client || has(Contacts, "name") || has(Contacts, "first") || has(Contacts, "last")):
		return Contacts
	case client:
		return Clients
	case has(Roles, "name") && len(cells) == 1:
		return Roles
	}
	return ""
}

// cell returns the text of a field in a row. There is none when the column is
// missing or the cell is empty; the text "-" empties the field.
func (h head) cell(cells []string, field string) (text string, there bool) {
	var texts []string
	one := slices.ContainsFunc(columns[h.kind], func(c column) bool { return c.field == field && c.any })
	for _, at := range h.fields[field] {
		if at < len(cells) && (len(texts) == 0 || !one) {
			text := strings.TrimSpace(cells[at])
			if field == "number" || field == "client" || field == "clients" {
				text = clientNumber(text)
			}
			if text != "" {
				texts = append(texts, text)
			}
		}
	}
	text = strings.Join(texts, ";")
	return text, text != ""
}

// clientNumber returns the client number in a cell as people write it: with ASCII digits,
// and without the decimals of a whole number that a spreadsheet wrote as an amount. A
// rounded number, such as 3,0E+04, stays: it does not say which client it means.
func clientNumber(text string) string {
	text = strings.Map(func(r rune) rune {
		if r >= '０' && r <= '９' {
			return r - '０' + '0'
		}
		return r
	}, text)
	if n := len(text) - len(",00"); n > 0 && (text[n:] == ",00" || text[n:] == ".00") && strings.Trim(text[:n], "0123456789") == "" {
		return text[:n]
	}
	return text
}

// setName changes a name to that of the row, which is in one cell, or in those
// of first name, infix and last name.
func (h head) setName(cells []string, to *string) {
	if _, there := h.cell(cells, "name"); there {
		h.set(cells, "name", to)
		return
	}
	var parts []string
	for _, field := range []string{"first", "infix", "last"} {
		if text, there := h.cell(cells, field); there && text != "-" {
			parts = append(parts, text)
		}
	}
	if len(parts) > 0 {
		*to = strings.Join(parts, " ")
	}
}

// shorten returns as much of a cell's text as a report can hold.
func shorten(text string) string {
	runes := []rune(directory.ReceivedName(text))
	if len(runes) > 100 {
		return string(runes[:99]) + "…"
	}
	return string(runes)
}

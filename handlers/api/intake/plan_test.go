package intake

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/must"
)

// office returns a directory with an administrator, a client and its contact.
func office(t testing.TB) *directory.Bulk {
	t.Helper()
	b := new(directory.Bulk)
	client := must.Get(b.SaveClient(directory.Client{Number: "1001", Type: directory.Organisation, Name: "Bakkerij Zoet", KvK: "12345678"}))(t)
	_, err1 := b.SaveContact(directory.Contact{Name: "Piet Zoet", Emails: []string{"piet@zoet.nl"}, Clients: []string{client.ID},
		Phone: "0612345678"})
	_, err2 := b.SaveContact(directory.Contact{Name: "Mies Zuur", Emails: []string{"mies@zuur.nl"}})
	_, err3 := b.SaveTeamMember(directory.TeamMember{Name: "Baas", Email: "baas@kantoor.nl", Rights: directory.Administrator, Active: true})
	_, err4 := b.SaveTeamMember(directory.TeamMember{Name: "Sanne", Email: "sanne@kantoor.nl", Rights: directory.Editor, Active: true})
	_, err5 := b.SaveRole(directory.Role{Name: "Assistent"})
	for _, err := range []error{err1, err2, err3, err4, err5} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return b
}

func plans(t testing.TB, b *directory.Bulk, kind Kind, text string) Report {
	t.Helper()
	book := must.Get(Open([]byte(text)))(t)
	return Plan(b, book, kind)
}

// cutOff tells of a row whose number a spreadsheet cut off.
func cutOff(row string) string {
	return row + " wrong : [nummer] verwacht: een waarde met al haar cijfers; zo schrijft een rekenblad een getal in een te smalle kolom, " +
		"maak er tekst van\n"
}

// tell returns a report in short: one line for each row that it shows.
func tell(r Report) string {
	var b strings.Builder
	for _, row := range r.Rows {
		fmt.Fprintf(&b, "%d %s %s:", row.Number, row.Action, row.Key)
		for _, c := range row.Changes {
			fmt.Fprintf(&b, " %s=%s", c.Field, c.To)
		}
		for _, p := range row.Problems {
			fmt.Fprintf(&b, " [%s] %s", p.Column, p.NL)
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestWhatRowsDo(t *testing.T) {
	for _, c := range []struct {
		name string
		kind Kind
		file string
		want string // what the report tells
	}{
		{"a new client, and one as it is", Clients, "Nummer;Naam;KvK-nr.;BTW;Type\n1001;Bakkerij " +
			"Zoet;;;\n1002;Slager;87654321;nl123456789b01;Leverancier\n",
			"3 create 1002: number=1002 type=supplier name=Slager kvk=87654321 vat=NL123456789B01\n"},
		{"client numbers as amounts and in full width", Clients, "number;name\n1001,00;A\n2001.00;B\n３００１;C\n1.1;D\n",
			"2 update 1001: name=A\n3 create 2001: number=2001 type=organisation name=B\n" +
				"4 create 3001: number=3001 type=organisation name=C\n5 create 1.1: number=1.1 type=organisation name=D\n"},
		{"a contact of clients", Contacts, "naam;e-mail;relaties\nJan;jan@x.nl;１００１,00\n",
			"2 create jan@x.nl: name=Jan emails=jan@x.nl clients=1001\n"},
		{"empty leaves, a hyphen empties", Clients, "number,name,kvk\n1001,,-\n", "2 update 1001: kvk=\n"},
		{"a client without name", Clients, "number;kvk\n7;\n", "2 wrong 7: [name] verwacht: 1 tot 200 tekens\n"},
		{"wrong fields", Clients, "number;name;kvk;type;vat\n7;X;123;?;\n8;X;;;NL1\n",
			"2 wrong 7: [type] verwacht: organisatie, persoon, intern, leverancier of prospect [kvk] verwacht: 8 cijfers\n3 wrong 8: [vat] " +
				"verwacht: een btw-id zoals NL123456789B01\n"},
		{"a control character", Clients, "number;name\n7;X\x01\n",
			"2 wrong 7: [name] verwacht: tekst zonder stuurtekens; hierin staat U+0001 CONTROL CHARACTER\n"},
		{"a number twice", Clients, "number;name\nA1;X\nb;Y\na1;Z\n",
			"2 wrong A1: [number] staat ook op rij 4\n3 create b: number=b type=organisation name=Y\n4 wrong a1: [number] staat ook op rij 2\n"},
		{"a contact is found by any address, and keeps what it has", Contacts, "E-mail;Naam;Functie\nPiet@zoet.nl, p2@zoet.nl;;Bakker\n",
			"2 update piet@zoet.nl p2@zoet.nl: emails=piet@zoet.nl, p2@zoet.nl function=Bakker\n"},
		{"a new contact with clients", Contacts, "naam;e-mail;telefoon;relaties\nJan;jan@x.nl p@y.nl;06 1;1001\n",
			"2 create jan@x.nl p@y.nl: name=Jan emails=jan@x.nl, p@y.nl phone=06 1 clients=1001\n"},
		{"clients are taken away by a hyphen", Contacts, "e-mail;relaties\npiet@zoet.nl;-\n", "2 update piet@zoet.nl: clients=\n"},
		{"languages of contacts", Contacts, "e-mail;naam;taal\na@x.nl;A;Nederlands\nb@x.nl;B;Duits\nc@x.nl;C;GERMAN\nd@x.nl;D;Français\n" +
			"e@x.nl;E;\nf@x.nl;F;-\ng@x.nl;G;en-GB\nh@x.nl;H;Spaans\n",
			"2 create a@x.nl: name=A emails=a@x.nl language=nl\n3 create b@x.nl: name=B emails=b@x.nl language=de\n" +
				"4 create c@x.nl: name=C emails=c@x.nl language=de\n5 create d@x.nl: name=D emails=d@x.nl language=fr\n" +
				"6 create e@x.nl: name=E emails=e@x.nl\n7 create f@x.nl: name=F emails=f@x.nl\n8 create g@x.nl: name=G emails=g@x.nl language=en\n" +
				"9 wrong h@x.nl: [taal] verwacht: Nederlands, Engels, Duits of Frans (nl, en, de of fr)\n"},
		{"languages with a country", Contacts, "e-mail;naam;taal\na@x.nl;A;de-AT\nb@x.nl;B;nl_BE\nc@x.nl;C;Deutsch (Schweiz)\n" +
			"d@x.nl;D;FRA\ne@x.nl;E;English (United States)\nf@x.nl;F;es-ES\n",
			"2 create a@x.nl: name=A emails=a@x.nl language=de\n3 create b@x.nl: name=B emails=b@x.nl language=nl\n" +
				"4 create c@x.nl: name=C emails=c@x.nl language=de\n5 create d@x.nl: name=D emails=d@x.nl language=fr\n" +
				"6 create e@x.nl: name=E emails=e@x.nl language=en\n" +
				"7 wrong f@x.nl: [taal] verwacht: Nederlands, Engels, Duits of Frans (nl, en, de of fr)\n"},
		{"a bad address", Contacts, "e-mail;naam\npiet@;X\n;Y\n",
			"2 wrong : [e-mail] verwacht: een e-mailadres zoals naam@voorbeeld.nl, niet piet@\n" +
				"3 wrong : [e-mail] verwacht: een e-mailadres\n"},
		{"addresses of two contacts", Contacts, "e-mail\npiet@zoet.nl;mies@zuur.nl\n",
			""}, // one column: the semicolon separates cells
		{"addresses of two contacts, quoted", Contacts, "e-mail;naam\n\"piet@zoet.nl;mies@zuur.nl\";\n",
			"2 wrong piet@zoet.nl mies@zuur.nl: [e-mail] verwacht: adressen van één contact; piet@zoet.nl is van Piet Zoet en mies@zuur.nl van " +
				"Mies Zuur\n"},
		{"an unknown client", Contacts, "e-mail;relatie\npiet@zoet.nl;99\n",
			"2 wrong piet@zoet.nl: [relatie] verwacht: het nummer van een relatie; 99 is onbekend\n"},
		{"a contact in two rows that agree", Contacts, "e-mail;naam;relatie\nj@x.nl;Jan;\nj@x.nl;Jan;1001\n",
			"2 create j@x.nl: name=Jan emails=j@x.nl\n3 update j@x.nl: clients=1001\n"},
		{"a contact in two rows that do not", Contacts, "e-mail;naam\nj@x.nl;Jan\nj@x.nl;Janneke\n",
			"2 wrong j@x.nl: [e-mail] staat ook op rij 3, met andere gegevens\n3 wrong j@x.nl: [e-mail] staat ook op rij 2, met andere gegevens\n"},
		{"team members", TeamMembers,
			"naam;e-mail;rechten;actief\n;sanne@kantoor.nl;manager;nee\nKees;kees@kantoor.nl;;\nX;x@k.nl;baas;misschien\n",
			"2 update sanne@kantoor.nl: rights=manager active=false\n3 create kees@kantoor.nl: name=Kees email=kees@kantoor.nl rights=reader " +
				"active=true\n" +
				"4 wrong x@k.nl: [rechten] verwacht: raadpleger, mutator, manager of beheerder [actief] verwacht: ja of nee\n"},
		{"the last administrator", TeamMembers, "e-mail;actief\nbaas@kantoor.nl;nee\n",
			"2 wrong baas@kantoor.nl: [] het kantoor heeft ten minste één actieve beheerder nodig; maak eerst een ander beheerder\n"},
		{"another administrator, whatever the order", TeamMembers, "e-mail;rechten\nbaas@kantoor.nl;manager\nsanne@kantoor.nl;beheerder\n",
			"2 update baas@kantoor.nl: rights=manager\n3 update sanne@kantoor.nl: rights=administrator\n"},
		{"roles", Roles, "rol\nASSISTENT\nAccountant\n", "3 create Accountant: name=Accountant\n"},
		{"the team of a client", ClientTeam,
			"relatienummer;teamlid;rol;volgorde\n1001;sanne@kantoor.nl;assistent;2\n1001;baas@kantoor.nl;Assistent;1\n",
			"2 create 1001 sanne@kantoor.nl assistent: order=2\n3 create 1001 baas@kantoor.nl Assistent: order=1\n"},
		{"a team of unknowns", ClientTeam, "relatienummer;teamlid;rol;volgorde\n1;x@k.nl;y;0\n",
			"2 wrong 1 x@k.nl y: [relatienummer] verwacht: het nummer van een relatie; 1 is onbekend [teamlid] verwacht: het e-mailadres van een " +
				"teamlid; x@k.nl is onbekend [rol] verwacht: de naam van een rol; y is onbekend [volgorde] verwacht: een getal van 1 tot 10000\n"},
		{"somebody twice in a team", ClientTeam, "relatienummer;teamlid;rol\n1001;sanne@kantoor.nl;assistent\n1001;Sanne@kantoor.nl;ASSISTENT\n",
			"2 wrong 1001 sanne@kantoor.nl assistent: [teamlid] staat ook op rij 3\n3 wrong 1001 Sanne@kantoor.nl ASSISTENT: [teamlid] staat ook " +
				"op rij 2\n"},
		{"a missing column", Clients, "naam;kvk\nX;1\n", "1 wrong : [nummer] deze kolom ontbreekt; gevonden: naam, kvk\n"},
		{"a column twice", Clients, "nummer;naam;bedrijfsnaam\n1;X;Y\n",
			"1 wrong : [bedrijfsnaam] zegt hetzelfde als de kolom naam; laat er één staan\n"},
		{"an error of the spreadsheet", Clients, "nummer;naam\n7;#N/B\n",
			"2 wrong : [naam] verwacht: een waarde; hier staat een fout van het rekenblad\n"},
		{"numbers that a spreadsheet cut off", Clients, "nummer;naam\n3.0E+04;A\n\"1,23457E+11\";B\n########;C\n1E5;D\n8E+;E\n",
			cutOff("2") + cutOff("3") + cutOff("4") +
				"5 create 1E5: number=1E5 type=organisation name=D\n6 create 8E+: number=8E+ type=organisation name=E\n"},
		{"a quote out of place", Clients, "nummer;naam\n7;De \"Hoek\"\n8;X\n",
			"2 wrong : [] een aanhalingsteken staat verkeerd: een cel met aanhalingstekens staat zelf tussen aanhalingstekens, en die erin zijn " +
				"verdubbeld\n" +
				"3 create 8: number=8 type=organisation name=X\n"},
		{"nothing that is known", "", "a;b\n1;2\n",
			"0 wrong : [] niet herkend wat dit is; kies wat erin staat, of noem de kolommen " +
				"zoals nummer, naam en kvk van relaties, of naam en e-mail " +
				"van contacten; gevonden: a, b\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := plans(t, office(t), c.kind, c.file)
			if tell(got) != c.want && c.want != "" {
				t.Errorf("got\n%swant\n%s", tell(got), c.want)
			}
			for _, row := range got.Rows {
				for _, p := range row.Problems {
					if p.NL == "" || p.EN == "" || p.NL == p.EN {
						t.Errorf("a problem in one language: %+v", p)
					}
				}
			}
			if IsWrong(got) != strings.Contains(c.want, "wrong") {
				t.Errorf("wrong: %v", IsWrong(got))
			}
		})
	}
}

func TestSheetsAreRecognisedByTheirHeads(t *testing.T) {
	for head, want := range map[string]Kind{
		"Relatienummer;Naam;KvK nummer":        Clients,
		"number,name,VAT-id":                   Clients,
		"nummer;naam":                          Clients,
		"Naam;E-mailadres;Relatienummer":       Contacts,
		"e-mail;kvk;nummer":                    Clients,
		"naam;e.mail;rechten":                  TeamMembers,
		"Name;E-mail;Active":                   TeamMembers,
		"Rol":                                  Roles,
		"relatienummer;teamlid;rol;volgorde":   ClientTeam,
		"client-number\tteam member\trole":     ClientTeam,
		"datum;bedrag":                         "",
		"naam;adres":                           "",
		"Naam;Rol":                             "",
		"telefoon;functie;e-mail;naam;relatie": Contacts,
	} {
		sep := string(mostOf(head))
		if got := kindOf("", strings.Split(head, sep)); got != want {
			t.Errorf("%q is %q; want %q", head, got, want)
		}
	}
	for name, want := range map[string]Kind{"Relaties": Clients, "Contact-personen": Contacts, "Team members": TeamMembers, "ROLLEN": Roles,
		"client-team": ClientTeam, "Blad1": ""} {
		if got := kindOf(name, nil); got != want {
			t.Errorf("sheet %q is %q; want %q", name, got, want)
		}
	}
}

// A row that refers to a wrong row is not wrong because of that.
func TestOneMistakeIsToldOnce(t *testing.T) {
	book := workbook(t, map[string]string{
		"Contacten": "e-mail;naam;relatie\nx@y.nl;X;7\n",
		"Relaties":  "nummer;naam;kvk\n7;Zeven;1\n",
		"Team":      "relatienummer;teamlid;rol\n7;sanne@kantoor.nl;assistent\n",
	})
	if got := Plan(office(t), book, ""); got.Summary[Clients].Wrong != 1 || got.Summary[Contacts].Wrong != 0 ||
		got.Summary[ClientTeam].Wrong != 0 {
		t.Errorf("got %+v\n%s", got.Summary, tell(got))
	}
}

// A row may refer to an object that the same file creates, in any order of the
// sheets.
func TestAFileMayReferToWhatItMakes(t *testing.T) {
	b := office(t)
	book := workbook(t, map[string]string{
		"A Team":        "relatienummer;teamlid;rol\n7;nieuw@kantoor.nl;Nieuw\n",
		"B Contacten":   "e-mail;naam;relatie\nx@y.nl;X;7\n",
		"C Relaties":    "nummer;naam;kvk\n7;Zeven;\n",
		"D Teamleden":   "naam;e-mail;rechten\nN;nieuw@kantoor.nl;mutator\n",
		"Rollen":        "naam\nNieuw\n",
		"Z Toelichting": "lees dit\nja\n",
	})
	got := Plan(b, book, "")
	want := map[Kind]Counts{Roles: {Create: 1}, Clients: {Create: 1}, TeamMembers: {Create: 1}, Contacts: {Create: 1}, ClientTeam: {Create: 1}}
	if !reflect.DeepEqual(got.Summary, want) {
		t.Errorf("got %+v\n%s", got.Summary, tell(got))
	}
	if len(got.Warnings) != 1 || got.Warnings[0].Sheet != "Z Toelichting" {
		t.Errorf("warnings %+v", got.Warnings)
	}
	client, _ := b.ClientByNumber("7")
	if c, _ := b.ContactByAddress("x@y.nl"); !slices.Equal(c.Clients, []string{client.ID}) {
		t.Errorf("contact %+v", c)
	}
	again := Plan(b, book, "")
	if again.Summary[Contacts] != (Counts{Same: 1}) || again.Summary[ClientTeam] != (Counts{Same: 1}) || len(again.Rows) != 0 {
		t.Errorf("again: %+v\n%s", again.Summary, tell(again))
	}
	if only := Plan(b, book, Roles); len(only.Summary) != 1 || only.Summary[Roles].Same != 1 || len(only.Warnings) != 5 {
		t.Errorf("of one kind: %+v %+v", only.Summary, only.Warnings)
	}
}

func TestTheReportShowsAllThatIsWrongAndTheFirstOfTheRest(t *testing.T) {
	var file strings.Builder
	file.WriteString("nummer;naam\n")
	for i := range 3000 {
		fmt.Fprintf(&file, "%d;X\n", i)
	}
	for range 2500 {
		file.WriteString("2999;X\n") // its first row was left out before
	}
	got := plans(t, new(directory.Bulk), Clients, file.String())
	if got.Summary[Clients] != (Counts{Create: 2999, Wrong: 2501}) || len(got.Rows) != maxShown+2501 || got.LeftOut != 999 {
		t.Errorf("%+v, %d rows, %d left out", got.Summary, len(got.Rows), got.LeftOut)
	}
	if !slices.IsSortedFunc(got.Rows, func(a, b Row) int { return a.Number - b.Number }) {
		t.Error("the rows are not in order")
	}
}

func TestTheRowsAboutOneTeamAreBounded(t *testing.T) {
	b := office(t)
	var file strings.Builder
	file.WriteString("relatienummer;teamlid;rol\n")
	for i := range maxLinks + 3 {
		name := fmt.Sprint("Rol ", i)
		must.Get(b.SaveRole(directory.Role{Name: name}))(t)
		fmt.Fprintf(&file, "1001;sanne@kantoor.nl;%s\n", name)
	}
	got := plans(t, b, ClientTeam, file.String())
	few, many := 0, 0
	for _, r := range got.Rows {
		switch r.Problems[0].EN {
		case "expected: at most 40 team members":
			few++
		case "expected: at most 100 rows about one client":
			many++
		}
	}
	if few != maxLinks || many != 3 {
		t.Errorf("%d and %d rows are refused:\n%s", few, many, tell(got))
	}
}

func TestPlacesInTheTeamOfAClient(t *testing.T) {
	link := func(name string) directory.Link { return directory.Link{Member: name} }
	for _, c := range []struct {
		was  string
		rows string // name, and place if any
		want string
	}{
		{"", "a b c", "abc"},
		{"ab", "c1", "cab"},
		{"ab", "c1 d1", "cdab"},
		{"ab", "c", "abc"},
		{"abc", "c1", "cab"},
		{"abc", "a3 b2 c1", "cba"},
		{"ab", "c9 d8", "abdc"},
		{"ab", "a b", "ab"},
	} {
		var was []directory.Link
		for _, r := range c.was {
			was = append(was, link(string(r)))
		}
		var rows []teamRow
		for _, text := range strings.Fields(c.rows) {
			r := teamRow{link: link(text[:1])}
			fmt.Sscan(text[1:], &r.order)
			rows = append(rows, r)
		}
		now := merge(was, rows)
		got := ""
		for _, l := range now {
			got += l.Member
		}
		if got != c.want || !slices.Equal(merge(now, rows), now) {
			t.Errorf("%s into %q is %q; want %q", c.rows, c.was, got, c.want)
		}
	}
}

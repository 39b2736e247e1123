package intake

import (
	"strings"
	"testing"

	"kantoorpost/shared/directory"
)

// Files of common programs are read unchanged: known columns are imported, and
// the others are named.
func TestFilesOfUsualPrograms(t *testing.T) {
	for _, c := range []struct{ name, file, want, unread string }{
		{"a name in three columns", "Voornaam;Tussenvoegsel;Achternaam;E-mail;Relatienummer\r\n" +
			"Karel;van;Kaas;karel@kaas.example;1001\r\nAnna;;Bos;anna@bos.example;\r\n",
			"2 create karel@kaas.example: name=Karel van Kaas emails=karel@kaas.example clients=1001\n3 create anna@bos.example: name=Anna Bos " +
				"emails=anna@bos.example\n", ""},
		{"Outlook, Dutch", "Titel,Voornaam,Middelste naam,Achternaam,Achtervoegsel,Bedrijf,Afdeling,Functie,Telefoon op werk,Mobiele " +
			"telefoon,E-mailadres,E-mailadres 2\nMw.,Els,van,Dam,,Slagerij,,Directeur,,06 2,els@dam.example,els@thuis.example\n",
			"2 create els@dam.example els@thuis.example: name=Els van Dam emails=els@dam.example, els@thuis.example phone=06 2 function=Directeur\n",
			"Titel Achtervoegsel Bedrijf Afdeling"},
		{"Outlook, English", "Title,First Name,Middle Name,Last Name,Company,Job Title,Business Phone,Mobile Phone,E-mail Address,E-mail 2 " +
			"Address,Notes\nMs,Els,,Dam,X,Owner,020 1,06 2,els@dam.example,,\n",
			"2 create els@dam.example: name=Els Dam emails=els@dam.example phone=020 1 function=Owner\n", "Title Company Notes"},
		{"Google", "Name,Given Name,Additional Name,Family Name,E-mail 1 - Type,E-mail 1 - Value,E-mail 2 - Value,Phone 1 - Value,Organization " +
			"1 - Name,Organization 1 - Title\nEls Dam,Els,,Dam,*,els@dam.example ::: e@dam.example,,06 2,X,Owner\n",
			"2 create els@dam.example e@dam.example: name=Els Dam emails=els@dam.example, e@dam.example phone=06 2 function=Owner\n",
			"E-mail 1 - Type Organization 1 - Name"},
		{"Google, newer", "First Name,Middle Name,Last Name,Organization Name,Organization Title,E-mail 1 - Label,E-mail 1 - Value,Phone 1 - " +
			"Label,Phone 1 - Value\nEls,,Dam,X,Owner,Work,els@dam.example,,06 2\n",
			"2 create els@dam.example: name=Els Dam emails=els@dam.example phone=06 2 function=Owner\n",
			"Organization Name E-mail 1 - Label Phone 1 - Label"},
		{"AFAS", "Debiteurnummer;Naam;KvK-nummer;Btw-identificatienummer;Plaats\n1002;Slager;12345678;NL123456789B01;Ede\n",
			"2 create 1002: number=1002 type=organisation name=Slager kvk=12345678 vat=NL123456789B01\n", "Plaats"},
		{"AFAS, contacts", "Roepnaam;Voorvoegsel;Achternaam;E-mail werk;Telefoonnr. werk;Mobiel werk;Functie\nEls;van;Dam;els@dam.example;;06 " +
			"2;Directeur\n",
			"2 create els@dam.example: name=Els van Dam emails=els@dam.example phone=06 2 function=Directeur\n", ""},
		{"Exact Online", "Code,Naam,Plaats,E-mail,BTW-nummer,KvK-nummer\n1002,Slager,Ede,s@s.example,NL123456789B01,12345678\n",
			"2 create 1002: number=1002 type=organisation name=Slager kvk=12345678 vat=NL123456789B01\n", "Plaats E-mail"},
		{"Twinfield", "Code\tName\tCOC number\tVAT number\n1002\tSlager\t12345678\tNL123456789B01\n",
			"2 create 1002: number=1002 type=organisation name=Slager kvk=12345678 vat=NL123456789B01\n", ""},
		{"debtors with an address", "Debiteurnummer;Debiteurnaam;E-mailadres\n1002;Slager;s@s.example\n",
			"2 create 1002: number=1002 type=organisation name=Slager\n", "E-mailadres"},
		{"SnelStart", "Relatiecode;Naam;Contactpersoon;KvK-nummer;Btw-nummer\n1002;Slager;Els;12345678;NL123456789B01\n",
			"2 create 1002: number=1002 type=organisation name=Slager kvk=12345678 vat=NL123456789B01\n", "Contactpersoon"},
		{"Visma", "Klantnummer;Klantnaam;Organisatienummer\n1002;Slager;12345678\n",
			"2 create 1002: number=1002 type=organisation name=Slager kvk=12345678\n", ""},
		{"bank accounts", "Relatienummer;Naam;IBAN;IBAN 2\n7;X;NL91 ABNA 0417 1643 00;DE89370400440532013000\n8;Y;NL91;\n",
			"2 create 7: number=7 type=organisation name=X ibans=NL91ABNA0417164300, DE89370400440532013000\n" +
				"3 wrong 8: [IBAN] verwacht: een bankrekening zoals NL91ABNA0417164300, met het juiste controlegetal\n", ""},
		{"zeros in front", "Relatienummer;Naam;KvK\r\n=\"02001\";Molen B.V.;=\"01234567\"\r\n\"=\"\"02002\"\"\";Kaas B.V.;\r\n",
			"2 create 02001: number=02001 type=organisation name=Molen B.V. kvk=01234567\n3 create 02002: number=02002 type=organisation " +
				"name=Kaas B.V.\n", ""},
		{"a zero that is lost", "Relatienummer;Naam;KvK\n7;X;1234567\n8;Y;7654321\n9;Z;123456\n",
			"2 create 7: number=7 type=organisation name=X kvk=01234567\n3 create 8: number=8 type=organisation name=Y kvk=07654321\n4 wrong 9: " +
				"[KvK] verwacht: 8 cijfers\n", ""},
		{"old Macs", "Relatienummer;Naam;KvK\r2001;Molen B.V.;12345678\r2002;Molen2 B.V.;12345679\r",
			"2 create 2001: number=2001 type=organisation name=Molen B.V. kvk=12345678\n3 create 2002: number=2002 type=organisation name=Molen2 " +
				"B.V. kvk=12345679\n", ""},
		{"a stray byte", "E-mailadres;Naam\r\njose@kaas.example;José Ængström\r\nx@kaas.example;Caf\xe9\r\n",
			"2 create jose@kaas.example: name=José Ængström emails=jose@kaas.example\n3 wrong : [] deze rij bevat een teken dat geen UTF-8 is, " +
				"terwijl de rest van het bestand dat is; typ het opnieuw\n", ""},
		{"invisible characters", "\ufeffE-mailadres;Naam;Telefoon;Relatienummer\r\n" +
			"karel@kaas.example\u00a0;Karel;06;1001\r\n" +
			"\u200bkees@kaas.example;Kees\u200b;06;1001\r\n\u202akoos@kaas.example\u202c;Koos;\u202a+31 6\u202c;1001\u200b\r\n",
			"2 create karel@kaas.example: name=Karel emails=karel@kaas.example phone=06 clients=1001\n3 create kees@kaas.example: name=Kees " +
				"emails=kees@kaas.example phone=06 clients=1001\n4 create koos@kaas.example: name=Koos emails=koos@kaas.example phone=+31 6 " +
				"clients=1001\n", ""},
		{"invisible characters in the head", "Re\u00adlatienummer\u200b;Naam\n7;X\n", "2 create 7: number=7 type=organisation name=X\n", ""},
		{"no rows", "Relatienummer;Naam\r\n", "0 wrong : [] onder de koppen staan geen rijen; er is niets om over te nemen\n", ""},
	} {
		report := plans(t, office(t), "", c.file)
		if got := tell(report); got != c.want {
			t.Errorf("%s:\n%swant\n%s", c.name, got, c.want)
		}
		var unread []string
		for _, w := range report.Warnings {
			if title, is := strings.CutPrefix(w.EN, "the column "); is {
				unread = append(unread, strings.TrimSuffix(title, " is not read"))
			}
		}
		if got := strings.Join(unread, " "); got != c.unread {
			t.Errorf("%s: said not to read %q; want %q", c.name, got, c.unread)
		}
	}
}

// The report says when the encoding is a guess.
func TestAGuessIsSaid(t *testing.T) {
	for file, said := range map[string]bool{"nummer;naam\n1;Caf\xe9\n": true, "nummer;naam\n1;Café\n": false, "nummer;naam\n1;Cafe\n": false} {
		report := plans(t, new(directory.Bulk), Clients, file)
		if got := len(report.Warnings) == 1 && strings.Contains(report.Warnings[0].EN, "Windows-1252"); got != said || IsWrong(report) {
			t.Errorf("%q: %v, %s", file, report.Warnings, tell(report))
		}
	}
}

// The report says once that a zero was put before a number.
func TestALostZeroIsSaid(t *testing.T) {
	report := plans(t, new(directory.Bulk), Clients, "nummer;naam;kvk\n7;X;1234567\n8;Y;7654321\n")
	if len(report.Warnings) != 1 || !strings.Contains(report.Warnings[0].EN, "zero in front") {
		t.Errorf("%v", report.Warnings)
	}
}

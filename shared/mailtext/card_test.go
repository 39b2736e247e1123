package mailtext

import (
	"testing"

	"kantoorpost/shared/mail"
)

// A signature starts at the closing, at the dashes, at the mark of a mail program, or
// at a last paragraph with a telephone number. Disclaimers and lines of mail programs
// are in no part.
func TestSignature(t *testing.T) {
	for name, c := range map[string]struct{ kind, content, own, signature string }{
		"closing": {"text", "Hierbij de stukken.\n\nMet vriendelijke groet,\n\nJan Jansen\n06-12345678\n",
			"Hierbij de stukken.", "Met vriendelijke groet,\nJan Jansen\n06-12345678"},
		"closing with the name": {"text", "Hierbij.\n\nGroetjes Jan\n", "Hierbij.", "Groetjes Jan"},
		"short closing":         {"text", "Hierbij.\n\nMvg, Jan\n", "Hierbij.", "Mvg, Jan"},
		"abbreviated closing":   {"text", "Hierbij.\n\nm.vr.gr.\nJan Bol\nBol Advies\n", "Hierbij.", "m.vr.gr.\nJan Bol\nBol Advies"},
		"Frisian closing":       {"text", "Hierby.\n\nOant sjen,\nJan Bol\n", "Hierby.", "Oant sjen,\nJan Bol"},
		"two languages": {"text", "Hierbij.\n\nMet vriendelijke groet / Kind regards,\nJan\n", "Hierbij.",
			"Met vriendelijke groet / Kind regards,\nJan"},
		"german": {"text", "Anbei.\n\nMit freundlichen Grüßen\nHans Maier\n", "Anbei.",
			"Mit freundlichen Grüßen\nHans Maier"},
		"a question about liability": {"text",
			"Dag,\n\nKunnen wij aansprakelijk worden gesteld, gezien de algemene voorwaarden van de leverancier?\n",
			"Dag,\n\nKunnen wij aansprakelijk worden gesteld, gezien de algemene voorwaarden van de leverancier?", ""},
		"short german": {"text", "Anbei.\n\nGruß Hans\n", "Anbei.", "Gruß Hans"},
		"thanks":       {"text", "Kunt u dit nakijken?\n\nAlvast bedankt,\nJan\n", "Kunt u dit nakijken?", "Alvast bedankt,\nJan"},
		"thanks inside": {"text", "Dank voor uw bericht.\nAlvast bedankt voor de moeite en tot morgen.\n",
			"Dank voor uw bericht.\nAlvast bedankt voor de moeite en tot morgen.", ""},
		"greetings inside": {"text", "Doe de groeten aan allen.\nGroeten aan Piet en Klaas van mij.\nTot morgen.\n",
			"Doe de groeten aan allen.\nGroeten aan Piet en Klaas van mij.\nTot morgen.", ""},
		"dashes": {"text", "Ja.\n\n-- \nJan Jansen\n", "Ja.", "Jan Jansen"},
		"no closing": {"text", "Kunt u mij terugbellen?\n\nJan Jansen\nTel. 038-1234567\n", "Kunt u mij terugbellen?",
			"Jan Jansen\nTel. 038-1234567"},
		"a number is no signature": {"text", "Kunt u mij terugbellen?\n\nmijn nummer is 06-12345678\ndag\n",
			"Kunt u mij terugbellen?\n\nmijn nummer is 06-12345678\ndag", ""},
		"telephone":                  {"text", "Is goed.\n\nVerzonden vanaf mijn iPhone\n", "Is goed.", ""},
		"telephone in the signature": {"text", "Is goed.\n\nGroet,\nJan\nVerzonden vanaf mijn iPhone\n", "Is goed.", "Groet,\nJan"},
		"outlook for a telephone":    {"text", "Is goed.\n\nOutlook voor Android downloaden<https://aka.ms/x>\n", "Is goed.", ""},
		"disclaimer": {"text",
			"Ja.\n\nGroet,\nJan\n\nDit bericht is uitsluitend bestemd voor de geadresseerde. Bel 020-1234567\nbij twijfel.\n\nKvK 12345678\n",
			"Ja.", "Groet,\nJan\nKvK 12345678"},
		"disclaimer without signature": {"text",
			"Is goed zo.\n\nDisclaimer: dit bericht kan vertrouwelijke informatie bevatten en is niet voor anderen.\n", "Is goed zo.", ""},
		"marked by gmail": {"html",
			`<div>Hierbij.</div><div>Tot morgen</div><div class="gmail_signature"><div>Jan Jansen</div><div>Directeur</div></div>`,
			"Hierbij.\nTot morgen", "Jan Jansen\nDirecteur"},
		"marked by outlook": {"html", `<div>Hierbij.</div><div id="Signature"><p>Jan Jansen</p></div><div id="appendonsend">` +
			`</div><div id="divRplyFwdMsg"><b>Van:</b> Piet<br><b>Aan:</b> Jan</div>Stuur je het?`, "Hierbij.", "Jan Jansen"},
	} {
		l := Read(c.kind, c.content, "")
		if l.Own != c.own || l.Signature != c.signature {
			t.Errorf("%s:\n own       %q\n want      %q\n signature %q\n want      %q", name, l.Own, c.own, l.Signature, c.signature)
		}
	}
}

// A person's name gets its usual capitals and order. The name of a shared mailbox or
// a program is no person's.
func TestNameOfSender(t *testing.T) {
	for _, c := range []struct {
		display, email string
		want           Card
	}{
		{"Jan Jansen", "jan@x.example", Card{Name: "Jan Jansen"}},
		{"Jansen, Jan", "jan@x.example", Card{Name: "Jan Jansen"}},
		{"Vries, Jan de", "jan@x.example", Card{Name: "Jan de Vries"}},
		{"de Vries, Jan", "jan@x.example", Card{Name: "Jan de Vries"}},
		{"Vries de, Jan", "jan@x.example", Card{Name: "Jan de Vries"}},
		{"Jansen, Jan (Bakkerij Jansen)", "jan@x.example", Card{Name: "Jan Jansen", Company: "Bakkerij Jansen"}},
		{"Jan Jansen | Bakkerij Jansen", "jan@x.example", Card{Name: "Jan Jansen", Company: "Bakkerij Jansen"}},
		{"Jan Jansen - Bakkerij Jansen B.V.", "jan@x.example", Card{Name: "Jan Jansen", Company: "Bakkerij Jansen B.V."}},
		{"Bakkerij Jansen B.V. | Jan Jansen", "jan@x.example", Card{Name: "Jan Jansen", Company: "Bakkerij Jansen B.V."}},
		{"Jan Jansen | Financial controller", "jan@x.example", Card{Name: "Jan Jansen", Function: "Financial controller"}},
		{"Jan Jansen (extern)", "jan@x.example", Card{Name: "Jan Jansen"}},
		{"Jan-Willem Jansen, RA", "jan@x.example", Card{Name: "Jan-Willem Jansen"}},
		{"JAN JANSEN", "jan@x.example", Card{Name: "Jan Jansen"}},
		{"JAN VAN DER BERG-DE VRIES", "jan@x.example", Card{Name: "Jan van der Berg-de Vries"}},
		{"j.p. jansen", "jan@x.example", Card{Name: "J.P. Jansen"}},
		{"IJSBRAND D'HONDT", "jan@x.example", Card{Name: "IJsbrand d'Hondt"}},
		{"Jan McDonald", "jan@x.example", Card{Name: "Jan McDonald"}},
		{"Dhr. J. Jansen", "jan@x.example", Card{Name: "J. Jansen"}},
		{"\"'Jan\u202e Jansen\x00'\"", "jan@x.example", Card{Name: "Jan Jansen"}},
		{"Jan via Exact", "noreply@exact.example", Card{Name: "Jan"}},
		{"'Jan Jansen' via Info", "info@x.example", Card{Name: "Jan Jansen"}},
		{"", "jan.jansen@x.example", Card{Name: "Jan Jansen"}},
		{"jan.jansen@x.example", "jan.jansen@x.example", Card{Name: "Jan Jansen"}},
		{"", "jan.de.vries@x.example", Card{Name: "Jan de Vries"}},
		{"", "j.jansen@x.example", Card{Name: "J. Jansen"}},
		{"", "jan_jansen+post@x.example", Card{Name: "Jan Jansen"}},
		{"", "jjansen@x.example", Card{}},
		{"", "info@x.example", Card{}},
		{"Info", "info@x.example", Card{}},
		{"Administratie", "administratie@x.example", Card{}},
		{"", "no-reply@x.example", Card{}},
		{"", "salaris.administratie@x.example", Card{}},
		{"Bakkerij Jansen", "info@bakkerijjansen.example", Card{Company: "Bakkerij Jansen"}},
		{"Bakkerij Jansen B.V.", "jan@x.example", Card{Company: "Bakkerij Jansen B.V."}},
		{"Jan Jansen", "jan@janjansen.example", Card{Name: "Jan Jansen"}},
		{"DEZA", "info@x.example", Card{}},
		{"김 현진", "kim@x.example", Card{Name: "김 현진"}},
		{"Piet +31612345678", "piet@x.example", Card{}},
	} {
		if got := CardOf(mail.Address{Name: c.display, Email: c.email}, Text{}); got != c.want {
			t.Errorf("%q <%s> is %+v, want %+v", c.display, c.email, got, c.want)
		}
	}
}

// A signature gives the telephone number, the function and the company.
func TestCardFromSignature(t *testing.T) {
	for name, c := range map[string]struct {
		from      mail.Address
		signature string
		want      Card
	}{
		"whole": {mail.Address{Name: "Jan", Email: "jan@bakkerijjansen.example"}, "Met vriendelijke groet,\nJan Jansen\nDirecteur/eigenaar\n" +
			"Bakkerij Jansen B.V.\nDorpsstraat 1\n1234 AB Zwolle\nT 038-1234567\nM 06-12345678\nKvK 12345678",
			Card{"Jan Jansen", "+31612345678", "Directeur/eigenaar", "Bakkerij Jansen B.V."}},
		"on one line": {mail.Address{Email: "jan@x.example"}, "Jan Jansen | Administrateur | Bakkerij Jansen VOF | +31 (0)38 123 45 67",
			Card{"Jan Jansen", "+31381234567", "Administrateur", "Bakkerij Jansen VOF"}},
		"function behind the name": {mail.Address{Email: "jan@x.example"},
			"Groet,\nJan Jansen, Financial controller\n0031 38 1234567", Card{"Jan Jansen", "+31381234567", "Financial controller", ""}},
		"unknown function between name and company": {mail.Address{Name: "Jan Jansen", Email: "jan@x.example"},
			"Groet,\nJan Jansen\nMeester bakker\nJansen B.V.", Card{"Jan Jansen", "", "Meester bakker", "Jansen B.V."}},
		"company from the domain": {mail.Address{Name: "Jan Pieters", Email: "jan@bakkerij-jansen.example"},
			"Groet,\nJan Pieters\nBakkerij Jansen\nwww.bakkerij-jansen.example", Card{"Jan Pieters", "", "", "Bakkerij Jansen"}},
		"zero behind the country": {mail.Address{Name: "Jan Pieters"}, "Groet,\n+31 038 1234567", Card{"Jan Pieters",
			"+31381234567", "", ""}},
		"no fax": {mail.Address{Name: "Jan Pieters"}, "Groet,\nFax: 038-1234568\nTel: 038-1234567",
			Card{"Jan Pieters", "+31381234567", "", ""}},
		"abroad": {mail.Address{Name: "Hans Maier"},
			"Mit freundlichen Grüßen\nHans Maier\nGeschäftsführer\nMaier GmbH\nTel. +49 171 2345678", Card{"Hans Maier", "+491712345678",
				"Geschäftsführer", "Maier GmbH"}},
		"a person of a shared mailbox": {mail.Address{Name: "Administratie", Email: "administratie@x.example"},
			"Groet,\nJan Jansen", Card{"Jan Jansen", "", "", ""}},
		"numbers that are no telephone's": {mail.Address{Name: "Jan Pieters"},
			"Groet,\nJan Pieters\nKvK 01234567\nNL12ABCD0123456789\nBTW NL001234567B01", Card{"Jan Pieters", "", "", ""}},
		"name behind the closing": {mail.Address{Email: "info@x.example"}, "Groeten, Jan Jansen", Card{"Jan Jansen", "", "",
			""}},
		"the name beside the address is believed": {mail.Address{Name: "Piet Pieters"}, "Groet,\nJan Jansen", Card{"Piet Pieters", "", "", ""}},
	} {
		if got := CardOf(c.from, Text{Signature: c.signature}); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

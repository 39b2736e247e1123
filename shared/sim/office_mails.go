package sim

import (
	"cmp"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"time"
)

// A mailWriter writes the mails of an office.
type mailWriter struct {
	office Office
	domain string
	mails  []officeMail
	// Dates that the mails mention.
	month, lastMonth, quarter string
	year                      int // the last year that ended
}

// mails returns the mail of the last weeks, oldest first.
func mails(o Office, domain string, now time.Time) []Mail {
	months := []string{"januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober",
		"november", "december"}
	m := int(now.Month()) - 1
	p := &mailWriter{
		office: o, domain: domain, month: months[m], lastMonth: months[(m+11)%12],
		quarter: []string{"vierde", "eerste", "tweede", "derde"}[m/3] + " kwartaal", year: now.Year() - 1,
	}
	mails := p.mixed(p.machines, p.colleagues, p.threads, p.clientMail, p.strangers)
	list := make([]Mail, len(mails))
	for i, sent := range workingHours(now, len(list)) {
		list[i] = mails[i].write(sent)
	}
	return inOrder(append(list, p.conversations(now)...))
}

// mixed distributes the mails of each kind evenly among the others, in their own
// order. The last mail is the last one of the last kind.
func (p *mailWriter) mixed(kinds ...func()) []officeMail {
	type placed struct {
		officeMail
		at float64
	}
	var all []placed
	for _, write := range kinds {
		before := len(p.mails)
		write()
		added := p.mails[before:]
		for i, l := range added {
			all = append(all, placed{l, float64(i+1) / float64(len(added))})
		}
	}
	slices.SortStableFunc(all, func(a, b placed) int { return cmp.Compare(a.at, b.at) })
	for i, l := range all {
		p.mails[i] = l.officeMail
	}
	return p.mails
}

// workingHours returns the times before today at which people write mail: three on
// each working day, oldest first.
func workingHours(now time.Time, n int) []time.Time {
	moments := make([]time.Time, n)
	slots := []time.Duration{15*time.Hour + 52*time.Minute, 11*time.Hour + 14*time.Minute, 8*time.Hour + 41*time.Minute}
	day := now.UTC().Truncate(24 * time.Hour)
	for i := range n {
		if i%len(slots) == 0 {
			day = day.AddDate(0, 0, -1)
			for day.Weekday() == time.Saturday || day.Weekday() == time.Sunday {
				day = day.AddDate(0, 0, -1)
			}
		}
		moments[n-1-i] = day.Add(slots[i%len(slots)])
	}
	return moments
}

// contact returns the nth address of a contact.
func (p *mailWriter) contact(name string, nth int) mail.Address {
	for _, c := range p.office.Contacts {
		if c.Name == name {
			return mail.Address{Name: name, Address: c.Emails[nth]}
		}
	}
	return mail.Address{}
}

// box returns the address of a mailbox of the office.
func (p *mailWriter) box(local string) mail.Address {
	for _, b := range p.office.Mailboxes {
		if b.Address == local+"@"+p.domain {
			return mail.Address{Name: b.Name, Address: b.Address}
		}
	}
	return mail.Address{}
}

// add adds a mail, whose name is derived from its number.
func (p *mailWriter) add(l officeMail) {
	if l.name == "" {
		l.name = fmt.Sprintf("letter-%d@%s", len(p.mails)+1, domainOf(l.from.Address))
	}
	p.mails = append(p.mails, l)
}

// from adds a plain mail of a contact to one mailbox.
func (p *mailWriter) from(name, local, subject, text string, files ...file) {
	sign := name
	if first, _, ok := strings.Cut(name, " "); ok {
		sign = first
	}
	p.add(officeMail{
		from: p.contact(name, 0), to: []mail.Address{p.box(local)}, subject: subject, files: files,
		text: text + "\n\nMet vriendelijke groet,\n" + sign + "\n",
	})
}

// clientMail adds mail of known contacts with one client.
func (p *mailWriter) clientMail() {
	p.from("Marieke Groen", "info", "Stukken btw-aangifte "+p.quarter,
		"Goedemorgen,\n\nHierbij de stukken voor de btw-aangifte over het "+p.quarter+
			". De inkoopfacturen van de kwekerij zitten erbij, de verlegde btw staat apart.\n\nKunnen jullie laten weten wat we moeten betalen?",
		pdf("btw-overzicht.pdf", "Btw-overzicht "+p.quarter), pdf("verlegde btw.pdf", "Verlegde btw"))
	p.from("Gerard Schouten", "fatima", "Voorlopige aanslag vennootschapsbelasting",
		"Dag Fatima,\n\nWe kregen de voorlopige aanslag binnen en die is veel hoger dan vorig jaar. Kun jij ernaar kijken voordat we betalen?",
		pdf("voorlopige aanslag.pdf", "Voorlopige aanslag vennootschapsbelasting"))
	p.from("Anneke Veenstra", "loon", "Mutaties salarisrun "+p.month,
		"Hallo,\n\nIn de bijlage de uren van de chauffeurs voor "+p.month+". Milan heeft twee nachten extra gereden; de toeslag moet dus mee.",
		file{"uren " + p.month + ".csv", "text/csv; charset=utf-8", []byte("naam;uren;nacht\r\nMilan Kovač;168;16\r\nSjoerd Veenstra;152;0\r\n")})
	p.from("Chantal Meijer", "loon", "Nieuwe medewerker",
		"Hoi,\n\nPer de eerste van volgende maand begint er een nieuwe kapster, 24 uur in de week. Contract en kopie van de "+
			"loonbelastingverklaring zitten erbij.",
		pdf("arbeidsovereenkomst.pdf", "Arbeidsovereenkomst"), pdf("loonbelastingverklaring.pdf", "Opgaaf gegevens voor de loonheffingen"))
	p.from("Hanneke Blom", "administratie", "Inkoopfacturen "+p.lastMonth,
		"Beste allemaal,\n\nDe inkoopfacturen van "+p.lastMonth+". Van het distributiecentrum heb ik er nog één niet, die volgt.",
		pdf("facturen-1.pdf", "Inkoopfacturen deel 1"), pdf("facturen-2.pdf", "Inkoopfacturen deel 2"))
	p.from("Bart van Loon", "sander", "Afspraak jaarrekening",
		fmt.Sprintf("Beste Sander,\n\nZullen we de jaarrekening %d volgende week doornemen? Dinsdag of donderdag na tweeën komt mij goed uit.",
			p.year))
	p.from("Li Wei", "fiscaal", "Naheffingsaanslag omzetbelasting",
		"Geachte heer, mevrouw,\n\nWij ontvingen een naheffingsaanslag over de recepten van vorig jaar. Volgens mij vallen die onder het "+
			"lage tarief. Willen jullie bezwaar maken? De termijn is zes weken.",
		pdf("naheffing.pdf", "Naheffingsaanslag omzetbelasting"))
	p.from("Wouter Zandstra", "fiscaal", "Btw op kampeerplaatsen",
		"Hallo,\n\nKlopt het dat het tarief op onze kampeerplaatsen verandert? En telt dat ook voor reserveringen die nu al betaald zijn?")
	p.from("Duc Nguyen", "info", "Welk btw-nummer op mijn factuur?",
		"Hoi,\n\nEen opdrachtgever in België vraagt naar mijn btw-id. Is dat een ander nummer dan het omzetbelastingnummer waarmee jullie "+
			"aangifte doen?")
	p.from("Selin Özdemir", "info", "Kleineondernemersregeling",
		"Beste kantoor De Vries,\n\nMijn omzet blijft dit jaar waarschijnlijk onder de twintigduizend euro. Is de KOR iets voor mij, en tot "+
			"wanneer kan ik me aanmelden?")
	p.from("Rachel Simons", "info", "Verantwoording subsidie",
		"Dag,\n\nDe gemeente wil vóór het einde van de maand de verantwoording van de wijksubsidie hebben, met een verklaring. Lukt dat nog?")
	p.from("Henk ter Horst", "loon", "Loonstroken kloppen niet",
		"Hallo,\n\nOp de loonstroken van "+p.lastMonth+
			" is het vakantiegeld niet opgebouwd bij de twee jongens in de winkel. Kunnen jullie dat herstellen?")
	p.from("Julia Oosterhout", "loon", "Zwangerschapsverlof assistente",
		"Goedemiddag,\n\nOnze assistente gaat over zes weken met verlof. Vragen jullie de uitkering aan bij het UWV, of moeten wij dat doen?")
	p.from("Esther Willems", "fiscaal", fmt.Sprintf("Aangifte inkomstenbelasting %d", p.year),
		"Beste fiscalist,\n\nDe jaaropgaven van de bank en van mijn werkgever stuur ik hierbij. Ik heb dit jaar ook wat beleggingen verkocht.",
		pdf("jaaropgave bank.pdf", "Financieel jaaroverzicht"), pdf("jaaropgave werkgever.pdf", "Jaaropgaaf"))
	p.from("René Koster", "info", "Brief over zorgtoeslag",
		"Hallo,\n\nIk kreeg een brief dat ik zorgtoeslag moet terugbetalen. Kan dat komen doordat mijn inkomen nog niet definitief was?")
	ria := p.contact("Ria Verbeek", 1) // from her second address
	p.add(officeMail{from: ria, to: []mail.Address{p.box("administratie")}, subject: "Kas van de kantine",
		text: "Dag,\n\nIk mail even vanaf thuis. De kasbladen van de kantine breng ik vrijdag langs, is er dan iemand?\n\nGroeten, Ria\n"})
	p.table()
	// These two write for several clients, so it is unclear which one they mean.
	p.from("Paul Kramer", "info", "Dividend en mijn aangifte",
		"Hallo,\n\nIk wil dit jaar dividend uitkeren. Wat betekent dat voor de zaak, en wat voor mijn eigen aangifte?")
	p.from("Jan van Dam", "info", "Lening van de holding",
		"Goedemorgen,\n\nDe bakkerij heeft een nieuwe oven nodig. Kan de holding dat geld lenen, en moet daar een contract van komen?")
	// These go to two activated addresses at once.
	p.add(officeMail{from: p.contact("Patricia Schouten", 0), to: []mail.Address{p.box("loon"), p.box("administratie")},
		subject: "Bouwplaats Almere: uren en bonnen",
		text:    "Hallo allemaal,\n\nVoor de loonadministratie de uren, voor de boekhouding de bonnen van de bouwplaats.\n\nGroet, Patricia\n",
		files:   []file{pdf("bonnen.pdf", "Bonnen bouwplaats")}})
	p.add(officeMail{from: p.contact("Tessa Maas", 0), to: []mail.Address{p.box("info")}, cc: []mail.Address{p.box("fiscaal")},
		subject: "Bedrijfsopvolging",
		text: "Beste mensen,\n\nMijn vader wil het bedrijf over twee jaar aan mij overdragen. Wanneer moeten we met de voorbereiding " +
			"beginnen?\n\nTessa Maas\n"})
}

// table adds a mail in HTML with a table and a picture.
func (p *mailWriter) table() {
	p.add(officeMail{
		from: p.contact("Eline Vos", 0), to: []mail.Address{p.box("administratie")}, subject: "Openstaande facturen",
		text: "Hallo,\n\nHieronder onze openstaande facturen:\n\n2041  Gemeente  1.815,00\n2043  Van der Valk  605,00\n\nGroet, " +
			"Eline\nPixelplein\n",
		html: `<html><body style="font-family:Calibri,sans-serif"><p>Hallo,</p><p>Hieronder onze openstaande facturen:</p>
<table border="1" cellpadding="4"><tr><th>Factuur</th><th>Debiteur</th><th align="right">Bedrag</th></tr>
<tr><td>2041</td><td>Gemeente</td><td align="right">€ 1.815,00</td></tr>
<tr><td>2043</td><td>Van der Valk</td><td align="right">€ 605,00</td></tr></table>
<p>Groet, Eline</p><p><img src="cid:logo" alt="Pixelplein" width="48" height="16"></p></body></html>
`,
		inline: logo(),
	})
}

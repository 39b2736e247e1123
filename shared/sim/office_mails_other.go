package sim

import (
	"fmt"
	"net/mail"
)

// threads adds mails that answer each other. The office's own answers are not in
// its inboxes, but the mails refer to them.
func (p *mailWriter) threads() {
	sander, noor := p.box("sander"), p.contact("Noor van Vliet", 0)
	subject := fmt.Sprintf("Concept jaarrekening %d", p.year)
	p.add(officeMail{name: "concept-1@lijnenvlak.example", from: noor, to: []mail.Address{sander}, subject: subject,
		text: "Dag Sander,\n\nWe hebben het concept gelezen. Op pagina 8 staat de bank nog op het oude saldo, klopt dat?\n\nGroet, Noor\n"})
	p.add(officeMail{from: noor, to: []mail.Address{sander}, subject: "RE: " + subject,
		answers: []string{"concept-1@lijnenvlak.example", "concept-2@" + p.domain},
		text: "Akkoord, dan kan hij zo definitief worden.\n\nNoor\n\nVan: Sander Visser\nVerzonden: dinsdag 10:12\nAan: Noor van " +
			"Vliet\nOnderwerp: RE: " + subject +
			"\n\nDag Noor, goed gezien, het saldo is aangepast. Groet, Sander\n"})
	p.add(officeMail{from: p.contact("Jeroen Faber", 0), to: []mail.Address{sander}, cc: []mail.Address{noor}, subject: "Re: " + subject,
		answers: []string{"concept-1@lijnenvlak.example", "concept-2@" + p.domain},
		text: "Voor mij ook akkoord.\n\nJeroen\n\nOp di 10:12 schreef Sander Visser <" + sander.Address +
			">:\n> Dag Noor, goed gezien, het saldo is aangepast.\n"})
	carla, info := p.contact("Carla van Es", 0), p.box("info")
	p.add(officeMail{name: "praktijk-1@tandartsdemolen.example", from: carla, to: []mail.Address{info}, subject: "Overname praktijk",
		text:  "Goedemiddag,\n\nEen collega biedt zijn praktijk aan. Kunnen jullie de cijfers beoordelen?\n\nCarla van Es\n",
		files: []file{pdf("cijfers praktijk.pdf", "Cijfers praktijk")}})
	p.add(officeMail{from: carla, to: []mail.Address{info}, subject: "Re: Overname praktijk",
		answers: []string{"praktijk-1@tandartsdemolen.example"},
		text: "Nog een aanvulling: de goodwill is volgens de verkoper 1,2 keer de omzet.\n\nCarla\n\nOn Monday Carla van Es wrote:\n> Een " +
			"collega biedt zijn praktijk aan.\n"})
}

// strangers adds senders whom the office does not know, or should not trust.
func (p *mailWriter) strangers() {
	info := []mail.Address{p.box("info")}
	p.add(officeMail{from: mail.Address{Name: "Sanne Verhoeven", Address: "sanne@koffiekar.example"}, to: info,
		subject: "Zoeken jullie nog klanten?",
		text:    "Hoi,\n\nIk begin volgende maand een koffiekar en zoek een boekhouder. Wat kost dat bij jullie?\n\nSanne\n"})
	p.add(officeMail{from: mail.Address{Name: "Mitch", Address: "mitch1994@mailpost.example"}, to: info, subject: "vraagje zzp",
		text: "hee, moet ik als zzper ook een zakelijke rekening hebben? gr mitch\n"})
	p.add(officeMail{from: mail.Address{Name: "Dirk Blauwhof", Address: "dirk@werving.example"}, to: []mail.Address{p.box("administratie")},
		subject: "Drie toppers voor jullie team",
		text: "Geachte heer, mevrouw,\n\nWij hebben drie assistent-accountants die per direct beschikbaar zijn. Wanneer kan ik u " +
			"bellen?\n\nDirk Blauwhof\n"})
	p.from("Victor Hesse", "info", "Kennismaking",
		"Geachte heer De Vries,\n\nZoals besproken op de borrel zou ik graag eens langskomen over de verkoop van mijn bedrijf.")
	// The name of a contact, used by somebody else.
	p.add(officeMail{from: p.contact("Gerard Schouten", 0), mailFrom: "factuur@spoofed.example", to: info, subject: "Gewijzigd rekeningnummer",
		text: "Beste,\n\nOns rekeningnummer is gewijzigd. Wilt u de teruggave voortaan overmaken op het nummer in de bijlage? Graag vandaag " +
			"nog.\n\nGerard Schouten\n", files: []file{pdf("rekeningnummer.pdf", "Nieuw rekeningnummer")}})
	// The name of the manager, used from outside.
	willem := p.office.Members[0]
	p.add(officeMail{from: mail.Address{Name: willem.Name, Address: willem.Email}, mailFrom: "willem@directie-mail.example",
		to: []mail.Address{p.box("fatima")}, subject: "Spoed: betaling",
		text: "Fatima,\n\nIk zit in overleg. Kun je met spoed een betaling van € 18.450 klaarzetten? Niet bellen, alleen mailen.\n\nWillem\n"})
	// Two colleagues of a contact, from the domain of a client.
	p.add(officeMail{from: mail.Address{Name: "Kantoor Groenrijk", Address: "kantoor@groenrijk.example"},
		to: []mail.Address{p.box("administratie")}, subject: "Bankafschriften",
		text:  "Hierbij de bankafschriften van " + p.lastMonth + ".\n\nGroenrijk hoveniers, KvK " + p.office.Clients[3].KvK + "\n",
		files: []file{pdf("afschriften.pdf", "Bankafschriften")}})
	p.add(officeMail{from: mail.Address{Name: "Niels Oudshoorn", Address: "niels@groenrijk.example"}, to: info,
		subject: "Kilometers bestelbus",
		text:    "Hallo,\n\nMarieke vroeg of ik de rittenstaat van de bestelbus wilde sturen. Hierbij.\n\nNiels, Groenrijk\n",
		files:   []file{pdf("ritten.pdf", "Rittenstaat")}})
}

// machines adds mail of programs.
func (p *mailWriter) machines() {
	p.add(officeMail{
		from:     mail.Address{Name: "Accountancy Actueel", Address: "nieuwsbrief@accountancy-actueel.example"},
		mailFrom: "bounce-8812@verzendhuis.example",
		to:       []mail.Address{p.box("info")}, subject: "Nieuwsbrief: de plannen voor de btw",
		headers: [][2]string{{"List-Id", "Accountancy Actueel <nieuws.accountancy-actueel.example>"},
			{"List-Unsubscribe", "<https://accountancy-actueel.example/uit/8812>, <mailto:uit@accountancy-actueel.example>"},
			{"List-Unsubscribe-Post", "List-Unsubscribe=One-Click"}, {"Precedence", "bulk"}},
		text: "De plannen voor de btw\n\nLees verder op onze site.\n\nAfmelden: https://accountancy-actueel.example/uit/8812\n",
		html: "<html><body><p><img src=\"https://accountancy-actueel.example/kop.png\" alt=\"Accountancy Actueel\" width=\"240\" " +
			"height=\"40\"></p><h1>De plannen voor de btw</h1><p>Lees verder op <a href=\"https://accountancy-actueel.example/btw\">onze " +
			"site</a>.</p><p><small><a href=\"https://accountancy-actueel.example/uit/8812\">Afmelden</a></small></p></body></html>\n",
	})
	p.add(officeMail{
		from: p.contact("Frits Maas", 0), nullSender: true, to: []mail.Address{p.box("info")}, subject: "Automatisch antwoord: Jaarstukken",
		answers: []string{"jaarstukken@" + p.domain},
		headers: [][2]string{{"Auto-Submitted", "auto-replied"}, {"X-Auto-Response-Suppress", "All"}},
		text:    "Ik ben op vakantie en lees mijn mail weer over twee weken. Voor spoed: Tessa.\n\nFrits Maas\n",
	})
	failed := "klant.oud@kapsalonknip.example"
	p.add(officeMail{
		from: mail.Address{Name: "Mail Delivery System", Address: "mailer-daemon@kapsalonknip.example"}, nullSender: true,
		to:      []mail.Address{p.box("loon")},
		subject: "Undelivered Mail Returned to Sender", answers: []string{"loonstrook@" + p.domain},
		headers:     [][2]string{{"Auto-Submitted", "auto-replied"}},
		contentType: `multipart/report; report-type=delivery-status; boundary="verslag"`,
		text: "--verslag\nContent-Type: text/plain; charset=us-ascii\n\nThis is the mail system at host kapsalonknip.example.\n\n<" + failed +
			">: unknown user\n" +
			"--verslag\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; kapsalonknip.example\n\nFinal-Recipient: rfc822; " + failed +
			"\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 unknown user\n" +
			"--verslag\nContent-Type: text/rfc822-headers\n\nFrom: " + p.box("loon").Address + "\nTo: " + failed + "\nSubject: Loonstrook " +
			p.lastMonth + "\nMessage-ID: " + messageID("loonstrook@"+p.domain) + "\n--verslag--\n",
	})
	p.add(officeMail{
		from: p.contact("Casper Groot", 0), to: []mail.Address{p.box("facturen")}, subject: "Factuur 20-1187",
		text:  "Geachte relatie,\n\nIn de bijlage vindt u onze factuur voor het gebruik van Grootboek.\n\nSoftwarehuis Grootboek\n",
		files: []file{pdf("20-1187.pdf", "Factuur 20-1187")},
	})
	p.add(officeMail{
		from: p.contact("Peter Bergsma", 0), to: []mail.Address{p.box("sander")}, subject: "Overleg beheer vastgoed",
		contentType: `multipart/alternative; boundary="afspraak"`,
		text: "--afspraak\nContent-Type: text/plain; charset=utf-8\n\nZullen we het beheer doornemen?\n--afspraak\nContent-Type: " +
			"text/calendar; charset=utf-8; method=REQUEST\n\n" +
			"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Bergsma//Agenda//NL\nMETHOD:REQUEST\nBEGIN:VEVENT\n" +
			"UID:beheer@bergsmabeheer.example\nDTSTAMP:20260105T090000Z\nDTSTART:20260112T090000Z\nDTEND:20260112T100000Z\n" +
			"SUMMARY:Overleg beheer vastgoed\nORGANIZER:mailto:peter@bergsmabeheer.example\nATTENDEE:mailto:" + p.box("sander").Address +
			"\nEND:VEVENT\nEND:VCALENDAR\n--afspraak--\n",
	})
	for _, local := range []string{"throttled", "resync", "slow", "forbidden", "unlicensed"} {
		p.from("Marieke Groen", local, "Aan "+local+"@", "Deze mail staat in een postvak dat zich misdraagt, en komt toch aan.")
	}
}

// colleagues adds mail from inside to the shared mailboxes.
func (p *mailWriter) colleagues() {
	member := func(i int) mail.Address {
		return mail.Address{Name: p.office.Members[i].Name, Address: p.office.Members[i].Email}
	}
	p.add(officeMail{from: member(1), to: []mail.Address{p.box("fiscaal")}, subject: "FW: Erfbelasting",
		answers: []string{"erfbelasting@thuis.example"},
		text: "Pakken jullie deze op? Mevrouw Brouwer belde er net over.\n\nAnnelies\n\n-----Oorspronkelijk bericht-----\nVan: Hendrika " +
			"Brouwer <h.brouwer@thuis.example>\nVerzonden: maandag 9:03\nAan: Annelies Bakker\nOnderwerp: Erfbelasting\n\n" +
			"Dag Annelies, mijn zus is overleden en ik kreeg een brief over erfbelasting. Wat moet ik doen?\n"})
	p.add(officeMail{from: member(10), to: []mail.Address{p.box("info")}, subject: "Lunch donderdag",
		text: "Hoi allemaal,\n\nDonderdag lunchen we met zijn allen beneden, er is soep.\n\nThomas\n"})
}

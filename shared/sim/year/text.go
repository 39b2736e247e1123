package year

import "strings"

// A topic is what mail is about. {m} stands for a month, {j} for a year, {e} for an
// amount, and {n} for the number of a document.
type topic struct {
	name     string
	box      string // the address to which it goes, if not info
	habit    bool   // a person may write about it for one client only
	subjects []string
	lines    []string
}

var topics = []topic{
	{"btw", "administratie", true, []string{"Btw-aangifte {m}", "Aangifte omzetbelasting {k}", "Stukken btw {k}"},
		[]string{"Hierbij de stukken voor de btw-aangifte over {m}.", "Kunnen jullie de aangifte omzetbelasting voor {k} indienen?",
			"De voorbelasting komt volgens mij uit op {e}.", "Factuur {n} zat er nog niet bij, die volgt."}},
	{"loon", "loon", true, []string{"Loonmutaties {m}", "Salarissen {m}", "Nieuwe medewerker per {m}"},
		[]string{"Hierbij de mutaties voor de loonrun van {m}.", "Er is een nieuwe medewerker voor 32 uur per week, bruto {e}.",
			"Wil je de loonstroken voor de 24e klaarzetten?", "De loonbelastingverklaring stuur ik na."}},
	{"jaarrekening", "", true, []string{"Jaarrekening {j}", "Concept jaarstukken {j}", "Vragen bij de jaarrekening"},
		[]string{"Ik heb het concept van de jaarrekening {j} bekeken.", "Kun je uitleggen waar de post van {e} vandaan komt?",
			"De voorraad moet volgens mij lager zijn.", "Wanneer kunnen we de stukken tekenen?"}},
	{"vpb", "fiscaal", true, []string{"Vennootschapsbelasting {j}", "Voorlopige aanslag vpb"},
		[]string{"Ik kreeg een voorlopige aanslag vennootschapsbelasting van {e}.", "Klopt deze aanslag, of maken we bezwaar?",
			"De betaling staat klaar voor het einde van {m}."}},
	{"inkomstenbelasting", "fiscaal", true, []string{"Aangifte inkomstenbelasting {j}", "Gegevens IB {j}"},
		[]string{"Hierbij mijn jaaropgave en de WOZ-beschikking voor de aangifte {j}.", "De hypotheekrente was dit jaar {e}.",
			"Is uitstel nog nodig?"}},
	{"debiteuren", "administratie", true, []string{"Openstaande debiteuren", "Ouderdomslijst debiteuren"},
		[]string{"Kun je een lijst sturen van wat er openstaat?", "Debiteur met factuur {n} heeft {e} betaald.", "Boeken we de rest af?"}},
	{"bank", "administratie", true, []string{"Bankafschriften {m}", "Bankmutaties {k}"},
		[]string{"In de bijlage de bankafschriften van {m}.", "De bijschrijving van {e} weet ik niet te plaatsen.",
			"De koppeling met de bank is opnieuw gemaakt."}},
	{"auto", "", true, []string{"Rittenregistratie", "Nieuwe bestelbus", "Bijtelling auto"},
		[]string{"Vanaf {m} rijden we een andere auto, cataloguswaarde {e}.", "Hierbij de rittenregistratie over {k}.",
			"Wat betekent dit voor de bijtelling?"}},
	{"investering", "", true, []string{"Investering machine", "Offerte nieuwe machine", "KIA en afschrijving"},
		[]string{"We willen investeren, de offerte is {e}.", "Kunnen we dit jaar nog gebruikmaken van de investeringsaftrek?",
			"Offertenummer is {n}."}},
	{"verzekering", "loon", true, []string{"Verzuimverzekering", "Pensioenaangifte {m}"},
		[]string{"De verzekeraar vraagt om de loonsom van {j}.", "Volgens de polis is de premie {e}.",
			"Hierbij de opgave van het pensioenfonds."}},
	{"vraag", "", false, []string{"Vraag", "Vraagje", "Even een vraag", "Korte vraag"},
		[]string{"Kun je me even bellen?", "Ik heb een brief gekregen die ik niet begrijp.", "Het gaat om een bedrag van {e}.",
			"Wanneer schikt het om even te overleggen?"}},
	{"stukken", "", false, []string{"Documenten", "Stukken", "Bijlagen", "Hierbij de stukken"},
		[]string{"In de bijlage de gevraagde stukken.", "Er ontbreekt nog een bon van {e}.", "Laat het weten als je nog iets mist."}},
	{"overleg", "", false, []string{"Afspraak", "Overleg {m}", "Afspraak verzetten"},
		[]string{"Kunnen we de afspraak verzetten naar volgende week?", "Ik kan dinsdag of donderdag.", "Graag wat cijfers vooraf."}},
	{"brief", "fiscaal", false, []string{"Brief Belastingdienst", "Blauwe envelop", "Aanmaning"},
		[]string{"Ik kreeg deze brief van de Belastingdienst, kenmerk {n}.", "Moet ik hier iets mee?", "Het bedrag is {e}."}},
	{"verklaring", "", false, []string{"Werkgeversverklaring", "Verklaring hypotheek", "Cijfers voor de bank"},
		[]string{"De bank vraagt om cijfers over {j}.", "Kunnen jullie de verklaring ondertekenen?",
			"Er is haast bij in verband met de passeerdatum."}},
}

var (
	greetings = []string{"Beste {w},", "Goedemorgen,", "Hallo {w},", "Goedemiddag {w},", "Hoi,", "Geachte heer/mevrouw,", "Dag {w},"}
	endings   = []string{"Met vriendelijke groet,", "Groeten,", "Mvg,", "Met vriendelijke groeten,", "Vriendelijke groet,", "Groet,",
		"Alvast bedankt!"}
	replies = []string{"Dank voor je reactie.", "Dat is akkoord wat mij betreft.", "Hierbij alsnog wat je vroeg.",
		"Prima, dan hoor ik het wel.", "Nog een aanvulling op mijn vorige mail.", "Helder, bedankt.", "Klopt, het gaat om {e}.",
		"Dinsdag om 10 uur is goed."}
	asks = []string{"Dank je wel voor je bericht. Kun je ons de ontbrekende stukken nog sturen?",
		"We hebben het ontvangen en gaan ermee aan de slag.", "Kun je bevestigen dat het bedrag klopt?",
		"Zullen we dit even telefonisch doornemen?"}
	mentions = []string{"Het gaat om {c}.", "Dit betreft {c}.", "Graag verwerken bij {c}.", "Namens {c}."}
	asides   = []string{"Net als laatst bij {c}.", "Voor {c} volgt het later deze week."}
	intros   = []string{"Ik ben sinds kort werkzaam bij {c} en neem de administratie over.",
		"Vanaf deze maand doe ik de administratie van {c}.", "Ik mail u namens {c}."}
	relatives = []string{"Ik help met de administratie van {c}, vandaar dit bericht.", "Ik doe de boeken van {c}."}

	functions = []string{"Administratief medewerker", "Office manager", "Controller", "Hoofd administratie", "HR-medewerker", "", "",
		"Bedrijfsleider", "Financieel medewerker"}
	firstNames = strings.Fields("Aafke Abel Adriaan Aisha Albert Alma Amber Anouk Arjen Asha Babette Bastiaan Berend Bianca Boris " +
		"Brechtje Bruno Carolien Cas Chantal Coen Cornelis Dagmar Damian Debby Diederik Dilara Dorien Edwin Eelco Elif Ellen Emre Erik Esmee " +
		"Eva Faruk Fenna Ferry Fleur Floor Frank Freek Gijs Ginny Greetje Guus Hakan Hanna Harm Heleen Henk Hilde Hugo Ilse Imane Inge Ivo " +
		"Jaap Jacco Janneke Jelle Jessica Jiska Joke Jorrit Josje Judith Karin Karim Karst Kim Klaas Koen Laura Lars Leila Lennart Liesbeth " +
		"Linda Loes Luuk Maaike Maarten Malika Marcel Margot Marit Marleen Mehmet Menno Merel Michiel Miriam Monique Nienke Niek Nikki Olaf " +
		"Olga Oscar Pauline Pepijn Petra Pim Quinten Ramon Renske Rianne Rik Roel Ronald Rosa Ruud Sabine Samira Saskia Selma Silvia Simone " +
		"Sjoerd Stefan Suzanne Tamara Teun Tess Tim Tineke Tom Ursula Vera Vincent Wieke Wilma Wouter Xander Yara Yvonne Zeynep")
	prefixes = []string{"", "", "", "", "", "", "van der ", "van ", "de ", "ten "}
	surnameA = strings.Fields("Berk Boom Brand Broek Dal Dijk Duin Eik Els Es Gras Groen Haag Heide Hof Hoog Hout Kamp Kerk Klaver Kruis " +
		"Laan Linde Maas Meer Molen Noord Oever Olm Over Poel Riet Roos Schaap Schoon Slag Sluis Steen Stroo Tol Veen Vlier Vogel Wal Water " +
		"Wiel Wijn Wilde Winter Zand Zijl Zonne")
	surnameB = strings.Fields("sma ga berg bosch broek burg dam dorp driesse horst huis huizen kamp laar land man mans meijer stra ter " +
		"tjes veld vliet voort weide werf winkel zoon")
	trades = strings.Fields("Bakkerij Garage Installatiebedrijf Hoveniersbedrijf Tandartspraktijk Fysiotherapie Restaurant Transport " +
		"Bouwbedrijf Architecten Kapsalon Schilderwerken Webbureau Boekhandel Makelaardij Apotheek Slagerij Dierenkliniek Loonbedrijf " +
		"Interieurbouw Camping Groothandel Drukkerij Rijschool Fietsenwinkel Kwekerij Techniek Schoonmaak Dakbedekking Catering")
	places = strings.Fields("Zuidhoek Oostkade Westerveen Noorderhaven Binnenstad Molenwijk Havenkwartier Rivierzicht Lindenlaan " +
		"Stationsplein Kanaalzicht Duinrand")
	inventedA = strings.Fields("Pro Nova Alta Veri Lumi Terra Quint Opti Nor Sola Vita Maxi Delta Eco Kern")
	inventedB = strings.Fields("vex dor mont lis tek ra bel fin cor sta line gro")
	sisters   = []string{"Holding", "Beheer", "Vastgoed", "Services", "Productie", "Verhuur"}
	advice    = []string{"Advies", "Coaching", "Klussen", "Training", "Fotografie", "Vertalingen"}
	providers = []string{"gmail.com", "gmail.com", "gmail.com", "hotmail.com", "outlook.com", "ziggo.nl", "kpnmail.nl", "icloud.com"}
	months    = strings.Fields("januari februari maart april mei juni juli augustus september oktober november december")
)

// joined is plain without spaces.
func joined(s string) string { return strings.ReplaceAll(plain(s), " ", "") }

// plain returns a name in the letters of addresses.
func plain(s string) string {
	return strings.NewReplacer("ë", "e", "é", "e", "ï", "i").Replace(strings.ToLower(s))
}

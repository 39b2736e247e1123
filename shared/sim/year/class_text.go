package year

import "strings"

// The phrases of the classes. A list has a third for each voice: see say. The gaps are
// those of fill, and {c} for the client, {x} for another, {n} for the client's number,
// {p} for a person and {s} for a surname.
var (
	salutations = []string{"Beste,", "Hallo allemaal,", "Goedendag,", "Dag dames en heren,", "Ha,", "Geachte relatie,", "Hi,",
		"Goedemorgen team,", "L.S.,"}
	formalGreetings = []string{"Geachte heer of mevrouw,", "Beste lezer,", "Goedendag,", "Geachte administratie,", "Beste gebruiker,", "Dag,"}
	farewells       = []string{"Met vriendelijke groet,", "Gr.", "Hartelijke groet,", "Fijne dag nog,", "Tot horens,", "Met groet,"}
	disclaimers     = []string{
		"Dit bericht is alleen bestemd voor de geadresseerde.", "Please consider the environment before printing.",
		"Op al onze diensten zijn algemene voorwaarden van toepassing.",
		"Aan dit bericht kunnen geen rechten worden ontleend.", "Ontvangt u dit per abuis? Verwijder het dan.", "Wij werken niet op vrijdag.",
	}
	officeServices = []string{"Secretariaat", "Kantoordiensten", "Backoffice", "Support", "Office Desk", "Ondersteuning"}
	bookkeeping    = []string{"{s} Boekhouding", "Boekhoudbureau {s}", "{s} Cijferwerk", "Balans {s}", "Administraties {s}",
		"{s} & Partners administraties"}

	firmNames = [][]string{
		{"Notariskantoor {s}", "{s} Notarissen", "Notariaat {s}"}, {"{s} Advocaten", "Advocatenkantoor {s}", "{s} Advocatuur"},
		{"Streekbank {s}", "{s} Bankiers", "Kredietbank {s}"}, {"{s} Assurantien", "Verzekeringskantoor {s}", "{s} Pensioenadvies"},
		{"{s} Hypotheken", "Hypotheekshop {s}", "{s} Financieringen"},
	}
	firmFunctions = [][]string{
		{"kandidaat-notaris", "notarisklerk", "notarieel medewerker"}, {"advocaat", "jurist", "juridisch medewerker"},
		{"relatiemanager zakelijk", "accountmanager mkb", "kredietbeoordelaar"},
		{"adviseur", "acceptant", "pensioenspecialist"}, {"hypotheekadviseur", "intermediair", "binnendienst"},
	}
	firmSubjects = []string{
		"Conceptakte", "Passeren op de 14e", "Aandelenoverdracht", "Verzoek om jaarcijfers {j}",
		"Overname van activa", "Uitstel dossier", "Kredietaanvraag", "Akte van levering",
		"Statutenwijziging", "Huwelijkse voorwaarden", "Revisie rekening-courant", "Taxatierapport",
	}
	firmLines = []string{
		"Voor het passeren van de akte ontvangen wij graag de laatste balans.", "Kunt u ons de cijfers over {j} doen toekomen?",
		"Wie is bij u het aanspreekpunt in deze kwestie?", "De akte staat gepland voor het einde van de maand.",
		"Wij missen nog een ondertekend exemplaar van het rapport.", "Graag vernemen wij of er fiscale bezwaren zijn.",
		"Mogen wij van u een prognose ontvangen?", "De stukken gaan vrijdag naar de wederpartij.",
		"Is de fiscale eenheid reeds verbroken?", "Wilt u de waardering van de aandelen toelichten?",
		"Onze commissie vergadert dinsdag en vraagt om een tussentijdse winst-en-verliesrekening.", "Kan de schuld van {e} worden bevestigd?",
	}
	inRe  = []string{"Inzake {c}: {t}", "{t} / {c}", "{c} - {t}", "{t} ({c})", "Dossier {c}, {t}", "{t} inz. {c}"}
	about = []string{"Een en ander speelt bij {c}.", "Wij schrijven u over {c}.", "Bedoeld voor {c}.", "Dit hoort bij {c}.",
		"Dossier: {c}.", "Onze gezamenlijke client {c} is op de hoogte."}
	numbered = []string{"Uw klantnummer: {n}.", "Bij u bekend onder nummer {n}.", "Jullie nummer is {n}.", "Dossiernummer bij u: {n}",
		"Onder relatienummer {n} bij uw kantoor.", "klantnr {n}"}
	numberWords  = []string{"klantnummer", "nummer", "relatienr.", "klant", "dossier", "klantnr"}
	otherOffices = []string{"{s} Accountants", "Fiscalisten {s}", "Accountantskantoor {s}", "{s} Audit", "Belastingadviseurs {s}",
		"{s} Accountancy"}

	handOverSubjects = []string{"Overdracht dossier {c}", "{c} stapt over", "Opvragen stukken {c}", "Collegiaal bericht {c}",
		"Dossieroverdracht: {c}", "Nieuwe accountant van {c}"}
	handOverLines = []string{
		"{c} heeft ons gevraagd haar administratie over te dragen.", "Is er uwerzijds bezwaar tegen dat wij {c} gaan bedienen?",
		"Gaarne ontvangen wij de kolommenbalans van {c}.",
		"Namens {c} vragen wij u om de permanente stukken.", "Onze cliënt {c} heeft u de opdracht gegund, bijgaand het dossier.",
		"Wij sturen u de auditfile van {c}.",
	}
	collectors = []string{"{s} Incasso", "Incassobureau {s}", "Gerechtsdeurwaarders {s}", "{s} Credit Management", "Deurwaarderskantoor {s}",
		"{s} Vorderingen"}
	debtSubjects = []string{"Vordering op {c}", "Onbetaalde nota {n}", "Laatste sommatie {c}", "Beslag onder derden, dossier {n}",
		"Betalingsregeling {c}", "Exploot {c}"}
	debtLines = []string{
		"Ondanks herhaald verzoek voldeed {c} een bedrag van {e} niet.",
		"Wij zijn belast met de incasso van een vordering op uw opdrachtgever {c}.", "Bevestigt u dat {c} failliet dreigt te gaan?",
		"De schuld van {c} bedraagt thans {e}.", "Wij verzoeken u {c} op betaling te wijzen.", "Er wordt een regeling voorgesteld aan {c}.",
	}
	helpsOut = []string{"Ik val even in bij {c}, klantnummer {n}.", "Ook voor {c} (nr. {n}) doe ik nu iets.",
		"Mijn zus heeft {c}, bij jullie bekend als {n}; ik regel dit voor haar.", "Voor een vriend: {c}, {n}.",
		"Sinds gisteren beheer ik ook {c} ({n}).", "Het betreft niet ons maar {c}, relatie {n}."}
	onBehalf = []string{"{p} van {c} vroeg mij dit te sturen.", "Op verzoek van {p} ({c}) bericht ik u.",
		"Ik schrijf in opdracht van {p}, {c}.", "{p} is op reis, daarom krijgt u dit van mij. Bedrijf: {c}.", "Voor {p} / {c}.",
		"Uit naam van {p} van {c}:"}
	fromBehalf = []string{"{a} (i.o. {p})", "{p} via {a}", "{p} - secretariaat", "Secretariaat {p}", "{a} namens {p}", "{p} (door {a})"}
	answersAll = []string{"Die factuur is al gecrediteerd.", "Ik reageer even aan iedereen: klopt.",
		"Voor de goede orde, wij leverden dit in maart.", "Zie de pakbon in mijn vorige bericht.", "Allen, dit is afgehandeld.",
		"De levering volgt maandag."}
	otherMatter = []string{"Andere vraag, nu over {c}.", "Even iets anders: {c}.", "Ik gebruik deze mail maar voor {c}.",
		"Dit gaat over wat anders, namelijk {c}.", "Nieuw onderwerp: {c}.", "Los hiervan, voor {c}:"}
	nextYear = []string{"Dit jaar weer hetzelfde verhaal.", "Een nieuw jaar, dus opnieuw.", "Ik pak deze er nog eens bij.",
		"Vorig jaar mailden we hierover.", "Daar ben ik weer.", "Even op deze mail verder."}

	fraudSubjects = []string{
		"Wijziging bankgegevens", "Nieuwe rekening", "Overboeking vandaag", "Salaris op ander nummer",
		"Iban aangepast", "Kleine wijziging", "Betaling kan niet wachten", "Uitbetaling loon",
		"Andere bank", "Graag aanpassen", "Voor het weekend regelen", "Rekening opgeheven",
	}
	fraudLines = []string{
		"Wij zijn overgestapt, maak voortaan over op NL02 ABNA 0123 4567 89.", "Zet mijn loon alsjeblieft op BE71 0961 2345 6769.",
		"Het bedrag van {e} moet vanmiddag weg naar een relatie in Litouwen.",
		"Gebruik voor {c} per direct deze rekening: LT12 1000 0111 0100 1000.",
		"De oude rekening is geblokkeerd wegens een controle; gebruik DE89 3704 0044 0532 0130 00.",
		"Pas je het nummer aan waar mijn loon naartoe gaat?", "Kun je {e} voorschieten, de pas van de zaak werkt niet.",
		"Stuur mij alle loonstroken en paspoorten van {c} als bijlage.",
		"Voor {c} gebruiken we vanaf nu een tegoed bij Revolut.",
		"Er is bij de bank een wissel geweest, zie hieronder het juiste nummer: IE29 AIBK 9311 5212 3456 78.",
		"Wil jij {e} klaarzetten? Ik teken straks.", "Ik wil dat de teruggaaf ergens anders op komt.",
	}
	fraudClosings = []string{"Bel me niet, ik zit in een bijeenkomst.", "Laat het weten als het klaar staat.", "Hou dit nog even onder ons.",
		"Doe je het voor vieren?", "Antwoord alleen hier.", "Ik reken op je."}
	fraudRequests = []string{"Kun je me de inlog nog eens toesturen?", "Stuur de laatste loonstaten even deze kant op.",
		"Heb je een kopie van mijn paspoort in het dossier?", "Mag ik de lijst met rekeningnummers?", "Open de bijlage met het wachtwoord 1234.",
		"Klik hier om het bestand te zien."}
	bossSubjects = []string{"Ben je er?", "Klusje", "Vertrouwelijk", "Heb je een minuut", "Verzoek", "Nodig"}
	bossLines    = []string{"Ik heb cadeaukaarten nodig voor een klant, kun jij die halen?", "Geef me je mobiele nummer, ik wil iets regelen.",
		"Er moet een spoedbetaling uit, maar ik zit vast in overleg.", "Kun je discreet iets voor me doen?",
		"Ik zit zonder laptop, stuur me de klantenlijst.", "Regel jij even {e} overmaken? Details volgen."}

	authorities = []string{"Rijksbelastingen", "Mijn Overheid Zakelijk", "Veilig Bankieren", "Fiscus Online", "Digitale Overheid",
		"Bank Beveiliging"}
	authoritySubjects = []string{"Uw teruggave staat klaar", "Uw pas verloopt", "Openstaand bedrag {e}", "Bevestig uw gegevens",
		"Laatste kans: {e}", "Toegang beperkt"}
	authorityLines = []string{"Via onderstaande knop ontvangt u {e}.", "Wij konden uw gegevens niet controleren.",
		"Er wordt beslag gelegd als u niet heden voldoet.", "Uw rekening is tijdelijk dicht.", "Scan de QR-code om door te gaan.",
		"Log binnen 24 uur in."}

	viaPortal    = []string{"{c} via {p}", "{c} (via {p})", "{p} namens {c}", "{p} voor {c}", "{p} | {c}", "{c} - {p}"}
	subjectTails = []string{" voor {c}", " - {c}", ": {c}", " [{n}] {c}", " ({c})", " / {c}"}
	portalText   = []string{"Administratie: {c}", "Onderneming: {c}, KvK {k}.", "Geldt voor {c}.", "Bedrijf: {c}", "Van {p} namens {c}.",
		"{c} heeft iets voor u klaargezet."}
	portalEndings = []string{"Team {p}", "{p}", "Dit is een bericht van {p}.", "Beantwoord dit bericht niet. {p}", "Uw {p}",
		"{p}, uit Utrecht"}
	noticeSubjects = []string{"Gepland onderhoud zaterdag", "Nieuw in onze app", "Zo haalt u meer uit uw abonnement", "Storing verholpen",
		"Gewijzigde voorwaarden", "Webinar op {m}"}
	noticeLines = []string{"Van 22.00 tot 02.00 uur zijn wij niet bereikbaar.", "Wij hebben drie dingen verbeterd.",
		"Schrijf u in voor de uitleg.", "De storing van gisteren is voorbij.", "Lees onze nieuwe voorwaarden.", "U hoeft niets te doen."}

	supplies        = []string{"Telecom", "Energie", "Lease", "Verhuur", "Software", "Drukwerk"}
	invoiceSubjects = []string{"Factuur {n}", "Uw factuur {n}", "Nota {n}", "Specificatie {m}", "Rekening {m}", "Creditnota {n}"}
	invoiceLines    = []string{"Bijgaand de factuur ten bedrage van {e}.", "Het bedrag van {e} schrijven wij af.",
		"Bij dezen uw nota over {m}.", "In de bijlage vindt u de specificatie.", "Wij brengen u {e} in rekening.", "Hierin de rekening van {m}."}
	invoiceFor = []string{"Geleverd aan {c}.", "T.a.v. {c}.", "Afnemer: {c}", "Contractant: {c}.", "Factuuradres: {c}",
		"Op naam van {c}."}
	supplierSubjects = []string{"Herinnering: evaluatie", "Onze openingstijden", "Uw mening telt", "Nieuwe actie",
		"Herinnering: stand doorgeven", "Vier tips voor {m}"}
	supplierLines = []string{"Hoe tevreden bent u?", "Op feestdagen zijn wij dicht.", "Profiteer deze maand van korting.",
		"Vul de vragenlijst in.", "Wij vieren ons jubileum.", "Nog niet doorgegeven? Doe het nu."}
	invoiceTexts = []string{
		"{x}\nKvK {k}\nBtw {v}\n\nFactuur voor {c}, te voldoen {e}", "FACTUUR {n}\nAfzender {x} ({k})\nBedrag {e}",
		"{x} factureert u {e}. Ons btw-nummer is {v}.",
		"Hierbij factuur {n}.\n\n{x}, handelsregister {k}", "Van: {x}\nAan: {c}\nTotaal {e}\nBTW: {v}",
		"Beste {c},\n\nDe factuur van {x} is bijgevoegd.\n\n{x} {k}",
	}
	passing = []string{"Zie onder.", "Deze ook graag inboeken.", "Kwam vandaag binnen.", "Ter verwerking.", "Voor de map inkoop.",
		"Bonnetje erbij."}

	privateNames    = []string{"{i}. {s}", "Dhr. {i}. {s}", "{l}, {i}.", "Mevr. {i}. {s}", "{f} {s}", "De heer/mevrouw {f} {s}"}
	privateSubjects = []string{"Mijn aangifte", "Toeslagen", "Voorlopige aanslag {j}", "Erfenis", "Schenking aan kinderen", "Papieren {j}"}
	privateLines    = []string{"Ik heb alles verzameld.", "Mijn man en ik hebben een brief gekregen.", "Wanneer kan ik langskomen?",
		"Er is {e} bijgekomen van oma.", "Moet ik hiervoor iets tekenen?", "Krijg ik dit jaar terug?"}
	ownSubjects = []string{"Mijn eigen aangifte {j}", "Hypotheek thuis", "Kinderopvangtoeslag", "Box 3", "Prive: lijfrente",
		"Alimentatie en aftrek"}
	ownLines = []string{"Dit is voor mijn eigen belasting.", "Mijn vrouw en ik kopen een huis van {e}.",
		"De spaarrekening van thuis staat op {e}.", "Het gaat om mijn aangifte als particulier.",
		"We zijn gaan scheiden, wat betekent dat voor mijn box 1?", "De zorgkosten waren {e}."}
	companySubjects = []string{"Omzet {k}", "Inkoopboek", "Personeel erbij", "Kasboek {m}", "Voorraadlijst", "Dividend en dga-salaris"}
	companyLines    = []string{"De zaak draaide {e} deze maand.", "Een monteur begint per {m}.", "De kassa van de winkel was leeg.",
		"De facturen aan onze afnemers gaan er uit.", "Mag de bv dit betalen?", "We hebben voor het bedrijf een bus gekocht."}

	fileNames = []string{
		"{c} balans 2025.pdf", "{u}_btw.pdf", "{n} loonjournaal.pdf", "{d}-q2.pdf",
		"Grootboek {c}.pdf", "{d}_jaarrekening_def.pdf", "{n}_{u}.pdf", "scan {c} (1).pdf",
		"Auditfile {u} 2025.pdf", "{c}.pdf", "inkoop-{d}.pdf", "{n}-kolommenbalans.pdf",
	}
	bareSubjects = []string{"Bestand", "Zie bijlage", "Deze", "Stukje voor jullie", "Doorsturen", "Alsjeblieft", "Nog een",
		"Vervolg", "Gevraagd"}
	bareLines = []string{"Zoals afgesproken.", "Hier is hij.", "Graag boeken.", "Kijk jij ernaar?", "Dit ontbrak nog.", "Meer heb ik niet."}

	applicationSubjects = []string{"Sollicitatie assistent", "Open sollicitatie", "Reactie op uw vacature", "Stageplek gezocht",
		"Motivatiebrief", "CV en brief", "Interesse in functie salarisadministrateur", "Meeloopstage", "Bijbaan"}
	applicationLines = []string{"Met veel interesse las ik uw advertentie.", "Ik ben vierdejaars student en zoek een stage.",
		"Graag licht ik mijn ervaring toe in een gesprek.", "Ik ben per direct beschikbaar.", "Mijn opleiding sluit aan op wat u zoekt.",
		"Een baan bij u lijkt mij een mooie stap."}
	applicationFiles = []string{"CV {s}.pdf", "motivatie_{s}.pdf", "curriculum vitae.pdf", "cv-{s}-2026.pdf", "brief {s}.pdf", "resume.pdf"}

	business = []string{"Van {x} kregen we een rekening van {e} die niet klopt.", "{x} is een van onze afnemers en betaalt laat.",
		"We huren sinds kort een ruimte bij {x}.", "De buren van {x} hebben hetzelfde.", "{x} raadde jullie aan.",
		"We leverden voor {e} aan {x}."}
	exportSubjects = []string{"WhatsApp-chat met {p}", "Chatgesprek met {p}", "Export gesprek {p}", "Gesprek met {p}",
		"WhatsApp Chat - {p}", "Appjes {p}"}
	exportLines = []string{"De chatgeschiedenis is als bijlage toegevoegd.", "Zie het gesprek.", "Berichten zonder media.",
		"Hierin staat wat afgesproken is.", "Chat history is attached.", "Alle appjes."}
	meetings = []string{"Bespreking cijfers {c}", "{c}: kwartaaloverleg", "Kennismaking {c}", "Teams {c}", "Jaargesprek {c}",
		"Afspraak {c}"}
	meetingLines = []string{"Deelnemen aan de vergadering", "Microsoft Teams-vergadering", "Agenda volgt.", "U bent uitgenodigd.",
		"Locatie: bij jullie.", "Graag bevestigen."}
	succeeds = []string{"{p} is met pensioen, ik zit nu op deze mailbox.", "Ik volg {p} op bij {c}.",
		"{p} werkt hier niet meer, u heeft nu met mij te maken.", "Vandaag vervang ik {p}.", "Sinds het vertrek van {p} lees ik deze mail.",
		"Ik neem waar voor {p} van {c}."}
	labels = []string{"boekhouding", "mail", "kantoor", "fin", "post", "werk"}
	newJob = []string{"Ik werk nu bij {c}.", "Mijn nieuwe werkgever is {c}, bij {x} ben ik weg.", "Na {x} ben ik begonnen bij {c}.",
		"Sinds de eerste zit ik bij {c}.", "Leuk nieuws: ik ben overgestapt van {x} naar {c}!", "Vanaf nu regel ik de boeken van {c}."}
	takeover = []string{"{x} is overgenomen door {c}, dus dit is voor hen.", "Wij vallen tegenwoordig onder {c}.",
		"Na de fusie met {c} lopen onze boeken daar.", "Zoals u weet zijn wij nu deel van {c}.", "Ik doe dit voor {c}, die {x} heeft gekocht.",
		"Graag op {c} boeken, {x} bestaat niet meer."}
	formerly = []string{"Wij heten voortaan {x}, voorheen {c}.", "{c} gaat verder als {x}.", "Nieuwe naam, zelfde mensen: {x} (was {c}).",
		"Let op onze nieuwe naam: {x}. Eerder waren wij {c}.", "{x} is de opvolger van {c}.", "U kent ons nog als {c}."}
)

// The kinds of portal. A soft one sends with another company's servers.
var portalKinds = []struct {
	names, subjects, lines, headers []string
	soft                            bool
}{
	{names: []string{"Facturant", "Notabox", "Rekenpost"},
		subjects: []string{"Nieuwe factuur {n}", "U heeft een factuur ontvangen", "Factuur klaar"},
		lines:    []string{"Er is een factuur van {e}.", "Bekijk de factuur in uw omgeving.", "Een document ter verwerking."}},
	{names: []string{"TekenSnel", "Paraaf", "Akkoordo"},
		subjects: []string{"Verzoek tot ondertekening", "Alle partijen hebben getekend", "Document getekend"},
		lines:    []string{"De handtekeningen zijn compleet.", "Open het document.", "Iemand heeft getekend."},
		headers:  []string{"Auto-Submitted: auto-generated"}},
	{names: []string{"Loonwijzer", "SalarisPlein", "Verloonix"}, subjects: []string{"Mutatie doorgegeven", "Ziekmelding", "Contract verloopt"},
		lines:   []string{"Er is een wijziging voor {m}.", "Een werknemer is ziek gemeld.", "Binnenkort eindigt een contract."},
		headers: []string{"X-Auto-Response-Suppress: All"}},
	{names: []string{"Deelmap", "Bestandenhuis", "Wolkopslag"},
		subjects: []string{"Er is een map met u gedeeld", "Nieuwe bestanden", "Uitnodiging voor map"},
		lines:    []string{"Er zijn {m} bestanden geplaatst.", "U kunt ze veertien dagen ophalen.", "Openen kan met uw account."},
		headers:  []string{"List-Unsubscribe: <https://uit.example>"}},
	{names: []string{"Belastingloket", "Aangiftebalie", "Fiscaalpost"},
		subjects: []string{"Nieuw bericht van de inspecteur", "Aanslag {j}", "Uitstelbericht"},
		lines:    []string{"Er is een aanslag opgelegd.", "Een beschikking staat klaar.", "Lees het bericht voor {m}."},
		headers:  []string{"Auto-Submitted: auto-generated", "Precedence: bulk"}, soft: true},
	{names: []string{"Bankkoppel", "Rekeninglink", "Saldobrug"},
		subjects: []string{"Toestemming verloopt", "Koppeling verbroken", "Vernieuw de toegang"},
		lines:    []string{"Vernieuw de toestemming binnen 90 dagen.", "Transacties komen niet meer binnen.", "Dit is vereist door PSD2."}},
	{names: []string{"Uitkeringsbank", "Werkfonds", "Pensioenkas"},
		subjects: []string{"Beschikking {n}", "Betaalspecificatie", "Verzoek om loongegevens"},
		lines:    []string{"Wij hebben een besluit genomen.", "Wij betalen {e} uit.", "Stuur de loongegevens over {m}."}},
}

// Languages in which clients write besides Dutch.
var languages = []struct {
	greeting, ending, about string
	subjects, lines         []string
}{
	{"Dear all,", "Kind regards,", "This is on behalf of {c}.", strings.Split("Question about invoice|Payroll change|Annual accounts", "|"),
		strings.Split("Could you have a look at this one?|We hired somebody as of next month.|When will the figures be ready?", "|")},
	{"Sehr geehrte Damen und Herren,", "Mit freundlichen Grüßen,", "Es geht um {c}.",
		strings.Split("Rechnung|Umsatzsteuer|Frage zum Abschluss", "|"),
		strings.Split("Anbei die Unterlagen.|Bitte um Rückruf.|Der Betrag von {e} ist offen.", "|")},
	{"Dzień dobry,", "Pozdrawiam,", "Piszę w imieniu {c}.", strings.Split("Faktura|Pytanie|Dokumenty", "|"),
		strings.Split("W załączniku dokumenty.|Proszę o kontakt.|Czy to się zgadza?", "|")},
	{"Merhaba,", "Saygılarımla,", "{c} adına yazıyorum.", strings.Split("Fatura|Soru|Maaş bordrosu", "|"),
		strings.Split("Belgeler ektedir.|Beni arar mısınız?|Ödeme ne zaman?", "|")},
}

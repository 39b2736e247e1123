package learn

import "strings"

// selling are phrases of people who offer something to the office.
var selling = strings.Split("acquisitie|kennismaken|kennis te maken|kennismaking|vrijblijvend|leads|seo|vindbaarheid|google ads|nieuwe website|uw website|meer klanten|nieuwe klanten|omzet verhogen|gratis proef|proefperiode|demo |een demo|korting|aanbieding|actie geldig|"+
	"beschikbare kandidaten|kandidaat die|kandidaten|toppers voor|vacature|detachering|interim|uitzend|per direct beschikbaar|bel ik u|bellen om|vijftien minuten|15 minuten|15 minutes|quick call|book a call|"+
	"partnership|samenwerking aan|lead generation|grow your|your website|outsourc|webinar|schrijf u in|energiecontract|zonnepanelen|software die|onze oplossing|onze diensten|our services|our solution|boost your|special offer|limited time", "|")

// seeking are phrases of people who may become clients.
var seeking = strings.Split("zoek een boekhouder|zoek een accountant|zoeken een boekhouder|zoeken een accountant|zoek naar een accountant|zoek naar een boekhouder|op zoek naar een accountant|op zoek naar een boekhouder|nieuwe accountant|nieuwe boekhouder|"+
	"andere accountant|andere boekhouder|boekhouder nodig|accountant nodig|nog klanten|nieuwe klanten aan|klant worden bij|klant bij u worden|klant bij jullie worden|overstappen naar u|overstappen naar jullie|"+
	"looking for an accountant|need an accountant|need a bookkeeper|new accountant|become a client", "|")

// announcing are phrases of what companies tell all their customers.
var announcing = strings.Split("openingstijden|op feestdagen|hoe tevreden|uw mening|vragenlijst|evaluatie|enquete|klanttevredenheid|storing|onderhoud aan|gepland onderhoud|niet bereikbaar van|algemene voorwaarden|"+
	"privacyverklaring|nieuw in onze|nieuw in de app|dingen verbeterd|nieuwe functie|nieuwe versie|wij zijn verhuisd|prijswijziging|tariefwijziging|profiteer van|webinar|opening hours|customer survey|release notes|maintenance window|what's new", "|")

// applying are phrases of people who look for work at the office.
var applying = strings.Split("sollicitatie|solliciteer|solliciteren|sollicitant|motivatiebrief|mijn cv|cv en motivatie|cv bij|curriculum vitae|op zoek naar een stage|stageplek|stageplaats|stage lopen|"+
	"leerwerkplek|cv en |ervaring toe|mijn ervaring|werkervaring|bijbaan|ik zoek een baan|op zoek naar een baan|job application|apply for|applying for|my resume|my cv|internship", "|")

// unsubscribing are phrases of mass mail.
var unsubscribing = strings.Split("afmelden|uitschrijven|unsubscribe|abmelden|geen mail meer ontvangen|niet langer ontvangen|opt-out|opt out|bekijk online|view in browser|view this email in|webversie", "|")

// urging are phrases of fraud.
var urging = strings.Split("rekeningnummer is gewijzigd|gewijzigd rekeningnummer|nieuw rekeningnummer|iban is gewijzigd|gewijzigde iban|nieuwe iban|nieuw iban|met spoed een betaling|spoedbetaling|betaling klaarzetten|niet bellen|cadeaukaart|giftcard|gift card|wachtwoord|password|"+
	"account geblokkeerd|account wordt|verifieer|verify your|bevestig uw gegevens|klik hier|klik op de link|click here|wire transfer|urgent payment|dringende betaling|niet bereikbaar|zit in overleg|in een vergadering|spoed: betaling|met spoed betal|openstaand bedrag|vandaag nog|bank details have|inloggen om|log in om|docusign|gedeeld document|bitcoin|tegoed bij|revolut|cadeaubon|juiste nummer|andere bank|nieuwe bank|antwoord alleen hier|ik reken op je|vertrouwelijk|discreet|"+
	"spoedoverboeking|maak het over|maak dit over|voor het weekend regelen|rekening opgeheven|salaris op|mijn loon|voorschieten|pas van de zaak|opgeheven bij de bank|niemand iets van weten|dit nog even onder ons|rekening is geblokkeerd|kopie paspoort|paspoorten|keep this between us|confidential", "|")

// phrases counts how many of some phrases are in a text.
func phrases(text string, of []string) (n int) {
	text = fold(text)
	for _, p := range of {
		if strings.Contains(text, p) {
			n++
		}
	}
	return n
}

// applicationFiles are words in the names of the files of those people.
var applicationFiles = set("cv curriculum resume sollicitatie sollicitatiebrief motivatie motivatiebrief")

package learn

import (
	"slices"
	"unicode/utf8"

	"kantoorpost/shared/directory"
)

// firmly says whether a span tells what a mail is about.
func firmly(text []token, s span, c directory.Client, name []string, subject bool) bool {
	context, _ := inContext(text, s, c.Type == directory.Person)
	switch {
	case context == dealing || telling(name) == 0:
		return false
	case c.Type == directory.Person:
		return context == about && text[s.to-1].upper
	case telling(name) == 1 && !text[s.to-1].named:
		return context == about && capital(text[s.from:s.to])
	case context == about:
		return true
	}
	return !subject || !slices.ContainsFunc(text, func(t token) bool { return documents[t.word] })
}

// capital says whether the telling word of a name is long and begins with a capital.
func capital(name []token) bool {
	return slices.ContainsFunc(name, func(t token) bool {
		return weighty(t.word) && t.upper && utf8.RuneCountInString(t.word) >= 5
	})
}

// A nearness says what the words around a name say about it.
type nearness int

const (
	passing nearness = iota // nothing
	about                   // the mail is about it
	dealing                 // it is somebody with whom others trade, or who works for them
)

// inContext says what the words before a span, in the same sentence, say about it, and
// whether they are those of somebody with a new job. Words of trade count behind it too.
func inContext(text []token, s span, person bool) (context nearness, job bool) {
	line, from := text[s.from].line, s.from
	if from > 0 && text[from].label && text[from-1].line == line && (inquiring[text[from-1].word] || companyLabels[text[from-1].word]) {
		return about, false
	}
	// Names stand beside each other: "in opdracht van Jan Jansen, Bakkerij Jansen".
	for from > 0 && text[from-1].line == line && !text[from].begins && (text[from-1].upper && !text[from-1].begins || titles[text[from-1].word]) && s.from-from < 5 {
		from--
	}
	for k := s.from - 1; k >= 0 && k >= s.from-6 && text[k].line == line && !text[k+1].begins; k-- {
		w, near := text[k].word, s.from-k
		if k < from {
			near = from - k
		}
		switch {
		case near <= 2 && inquiring[w] || near == 2 && w == "geleverd" && text[k+1].word == "aan":
			return about, false
		case jobs[w]:
			return about, true
		case w == "rekening" && text[k+1].word == "courant": // no invoice
		case dealings[w] || documents[w] || person && staff[w]:
			return dealing, false
		case files[w]:
			return about, false
		}
	}
	if s.from > 0 && text[s.from-1].word == "voor" && text[s.from-1].line == line && !text[s.from].begins {
		return about, false
	}
	for k := s.to; k < len(text) && k < s.to+6 && text[k].line == line && !text[k].begins; k++ {
		if dealings[text[k].word] {
			return dealing, false
		}
	}
	return passing, false
}

var (
	// companyLabels are words before a colon and the name of whom a mail is about.
	companyLabels = set("bedrijf onderneming klantnaam bedrijfsnaam relatienaam zaak firma stichting vereniging administratie entiteit company entity customer firm")
	// inquiring are words right before what a mail is about.
	inquiring = set("opdracht verzoek behoeve over omtrent betreft betreffende betr inzake inz factuuradres afnemer naam tav aangaande namens mbt regarding concerning about klant relatie client dossier")
	// files are what an office keeps of a client.
	files = set("jaarrekening jaarrekeningen jaarstukken jaarcijfers jaarverslag aangifte aangiften btw btw-aangifte omzetbelasting loonaangifte loonadministratie salarisadministratie " +
		"administratie boekhouding cijfers akte aandelen aandeelhouder aandeelhouders statuten oprichting balans grootboek stukken gegevens uittreksel dividend fusie winstuitkering " +
		"vennootschapsbelasting inkomstenbelasting vpb ib aanslag suppletie bestuurder directeur eigenaar accounts return")
	// jobs are what somebody says who has a new one.
	jobs = set("werk werkzaam werken werkte dienst begonnen baan werkgever overgestapt aangenomen gestart work working joined")
	// dealings are words of buying, selling and other dealings.
	dealings = set("geleverd leverden leverde leveren levert raadde raadden aangeraden aanbevolen recommended afnemer afnemers buren rekening gekocht verkocht aangeschaft betaald betaalt betaling betalingen betalen overgemaakt overboeking ontvangen huur huurt huren huurcontract lease leasen leverancier leveranciers " +
		"opdrachtgever incasso webshop project klus lunch diner borrel offertes besteld inkoop inkopen verkoop lening geleend geschil conflict concurrent buurman sponsoring " +
		"supplier customer bought sold paid payment ordered klanten debiteur crediteur via")
	// documents are what companies send each other.
	documents = set("factuur facturen verkoopfactuur verkoopfacturen inkoopfactuur inkoopfacturen creditnota nota bon bonnen bonnetje bonnetjes offerte order bestelling pakbon aanmaning herinnering invoice invoices bill quote receipt")
	// staff are words about somebody's employees.
	staff = set("ziekmelding loonstrook loonstroken salaris contract arbeidscontract verlof medewerker medewerkster werknemer werkneemster collega sollicitatie declaratie uren vakantie ontslag")
)

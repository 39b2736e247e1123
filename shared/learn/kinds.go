package learn

import (
	"slices"
	"strings"

	"kantoorpost/shared/directory"
)

// A kind of client has words of its own in mail, whoever writes: an owner asks
// about the toeslag of his family and about the wages of his company.
type kind string

const (
	kindPerson      kind = "person"
	kindCompany     kind = "company"
	kindHolding     kind = "holding"
	kindAssociation kind = "association"
)

// kindOfClient returns the kind of a client, by its type and its legal form.
func kindOfClient(c directory.Client) kind {
	parts := strings.FieldsFunc(fold(c.Name), notLetter)
	has := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return slices.Contains(parts, w) })
	}
	switch {
	case c.Type == directory.Person:
		return kindPerson
	case has("holding", "holdings", "beheer", "participaties", "deelnemingen"), has("management") && !has("interim", "project", "event", "marketing"):
		return kindHolding
	case has("stichting", "vereniging", "vve", "parochie", "kerk", "foundation"):
		return kindAssociation
	}
	return kindCompany
}

// kindsOf are the kinds of clients that a word of the trade suits.
var kindsOf = func() map[string][]kind {
	all := map[string][]kind{}
	for _, of := range []struct {
		kinds []kind
		words string
	}{
		{[]kind{kindPerson}, "inkomstenbelasting ib ib-aangifte aangifte-ib toeslag toeslagen zorgtoeslag huurtoeslag kinderopvangtoeslag kindgebonden hypotheek hypotheekrente hypotheekaanvraag woz-waarde " +
			"spaargeld scheiding scheiden echtscheiding alimentatie zorgkosten erfenis erfbelasting schenking schenkbelasting schenken oma opa ouders erfgenaam particulier jaaropgave jaaropgaven prive privé lijfrente aow studieschuld giften digid partneralimentatie " +
			"eigen vrouw echtgenoot echtgenote partner kinderen huis thuis woning koopwoning samenwonen trouwen studie box1 box2 box3 vermogen testament income mortgage " +
			"box box-3 kinderalimentatie nalatenschap erfdeel eigenwoningforfait woonhuis verhuizing huurwoning vakantiewoning hypotheekadvies studiekosten ziektekosten lijfrentepolis uitkering uwv spaarrekening huwelijk samenlevingscontract " +
			"kinderbijslag energietoeslag dochter zoon moeder vader schoonouders privé-aangifte giftenaftrek m-biljet"},
		{[]kind{kindCompany, kindHolding, kindAssociation}, "btw btw-aangifte omzetbelasting vat jaarrekening jaarcijfers jaarstukken accounts omzet winst balans bedrijf bv b.v. nv " +
			"suppletie btw-suppletie kolommenbalans saldibalans grootboek grootboekkaarten deponering publicatiestukken investering investeringsaftrek afschrijving afschrijvingen bankmutaties prognose begroting kwartaalcijfers offerte offertes software licentie licenties"},
		{[]kind{kindCompany, kindAssociation}, "loonaangifte loonheffing loonheffingen loonbelasting loonstrook loonstroken salarisrun salarissen verloning personeel ziekmelding ziekmeldingen verlof cao uren urenstaten payroll payslips " +
			"inkoopfacturen verkoopfacturen debiteuren crediteuren kasboek kassa kas voorraad inkoopboek verkoopboek zaak winkel werknemer werknemers medewerker medewerkers monteur monteurs stagiair loonjournaal bonnen bonnetjes icp uitzendkrachten vakantiegeld " +
			"loonrun loonkosten looncontrole loonrapport werkkostenregeling wkr leaseauto leasecontract vakantierooster " +
			"urenregistratie urenlijst urenlijsten loonmutaties loonjournaalposten arbeidscontract arbeidsovereenkomst personeelsdossier verkoopfactuur inkoopfactuur factuur facturen leverancier leveranciers bestelbus bedrijfsauto rittenregistratie kilometerregistratie kassarol"},
		{[]kind{kindHolding, kindCompany}, "vpb vennootschapsbelasting corporate dga-salaris gebruikelijk managementfee"},
		{[]kind{kindHolding}, "dividend dividendbelasting dividenduitkering deelneming deelnemingen rekening-courant aandelen aandeelhouders aandeelhoudersvergadering agio"},
		{[]kind{kindAssociation}, "anbi donatie donaties contributie leden ledenvergadering kascommissie penningmeester vrijwilligers vrijwilligersvergoeding collecte"},
	} {
		for w := range strings.FieldsSeq(of.words) {
			all[fold(w)] = of.kinds
		}
	}
	return all
}()

// kindsOfWord are the kinds that a word suits, or the word with which a compound
// begins or invoices end: voorraadlijst, leasefacturen.
func kindsOfWord(w string) []kind {
	if strings.HasSuffix(w, "facturen") {
		w = "facturen" // leasefacturen
	}
	for n := len(w); n >= min(len(w), leastCompound); n-- {
		if of, ok := kindsOf[w[:n]]; ok {
			return of
		}
	}
	return nil
}

// leastCompound is the least length of the first word of a compound, in bytes.
const leastCompound = 5

// suits returns, for each client, the word of a text that suits its kind and not
// that of all others, "" when there is none, and the number of clients that the
// word suits. Without a holding, what suits one is about a company.
func suits(text string, clients []directory.Client) (word []string, shared int) {
	word = make([]string, len(clients))
	kinds := make([]kind, len(clients))
	for i, c := range clients {
		kinds[i] = kindOfClient(c)
	}
	holding := slices.Contains(kinds, kindHolding)
	fits := func(of []kind, k kind) bool {
		return slices.Contains(of, k) || k == kindCompany && !holding && slices.Contains(of, kindHolding)
	}
	for w := range strings.FieldsFuncSeq(fold(text), func(r rune) bool { return notLetter(r) && r != '-' && (r < '0' || r > '9') }) {
		of := kindsOfWord(w)
		n := 0
		for _, k := range kinds {
			if fits(of, k) {
				n++
			}
		}
		if n == 0 || n == len(clients) || shared > 0 && n >= shared {
			continue
		}
		shared = n
		for i, k := range kinds {
			if word[i] = ""; fits(of, k) {
				word[i] = w
			}
		}
	}
	return word, shared
}

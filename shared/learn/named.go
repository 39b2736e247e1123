package learn

import (
	"slices"
	"strings"
	"unicode/utf8"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/lazyregexp"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/mailtext"
)

// A mail is somebody's who works for one client, and yet about another one: a notary's
// clerk, an adviser, somebody with a new job. So the text is searched for every client
// of the office. Most clients that a text names are suppliers, customers and employers.
// A mention is firm only if it says what the mail is about:
//
//   - the number, KvK number or VAT id of the client;
//   - the whole name in the subject or the text;
//   - the whole name in a signature which has no name of the sender's own client.
//
// It is not in a sentence with words of trade before it ("de factuur van") or behind it.
// A name with one telling word needs its legal form or words such as "inzake", and that
// of a person, who may be somebody's employee, needs the latter. Whoever writes about his
// own client as well names the other in passing, unless he says that he works there now.

// maxOthers is how many clients Others returns: people choose from them.
const maxOthers = 3

// Others returns the ids of the clients that a mail firmly names, when they are not
// among own, the ids of those that it is expected to be about. Known is the subject of
// the conversation that the mail answers, "" for none: the same subject says nothing.
func (x *ClientIndex) Others(it item.Item, own []string, known string) []string {
	n := naming{x: x, it: it, own: own, writer: nameTokens(through.ReplaceAllString(it.From.Name, ""))}
	byNumber, words := n.byNumber(), ownWords(it)
	if passedOn.MatchString(it.Subject) || known != "" && plainSubject(known) == plainSubject(it.Subject) {
		n.read("", words)
	} else {
		n.read(it.Subject, words)
	}
	switch {
	case len(byNumber) > 0:
		return byNumber[:min(len(byNumber), maxOthers)]
	case n.ownSubject:
		return nil
	case len(n.subject) > 0:
		return n.subject[:min(len(n.subject), maxOthers)]
	case len(n.employer) > 0:
		return n.employer[:min(len(n.employer), maxOthers)]
	case n.ownText:
		return nil
	case len(n.text) > 0:
		return n.text[:min(len(n.text), maxOthers)]
	case known != "": // whoever answers signs as before
		return nil
	}
	return n.signed(words)
}

// ownWords returns the writer's own text up to the closing.
func ownWords(it item.Item) string { return body(mailtext.Text{Own: it.Says}, it.From.Name) }

// passedOn finds subjects that somebody else wrote.
var passedOn = lazyregexp.New(`(?i)^\s*(fwd?|doorst(uren)?|tr|wg)\s*:`)

var answerMarks = lazyregexp.New(`(?i)^(\s*(re|aw|antw|antwoord|fwd?|doorst|tr|wg)(\[\d+\])?\s*:)+`)

// plainSubject returns a subject without the marks of answers, in a form to compare.
func plainSubject(subject string) string {
	return strings.Join(strings.Fields(fold(answerMarks.ReplaceAllString(subject, ""))), " ")
}

// A naming holds which clients a mail names.
type naming struct {
	x      *ClientIndex
	it     item.Item
	own    []string
	writer []string // the words of the writer's name, which name no client

	ownSubject, ownText bool     // one of own is named
	subject, text       []string // ids of others that are firmly named
	employer            []string // those of them for whom the writer says to work
}

// known finds client numbers that are announced in a sentence.
var known = lazyregexp.New(`\b(?:jullie|uw|bij u|bij jullie|your)\b[^.\n\d]{0,30}\b(?:nummer|nr|number)\b[^.\n\d]{0,6}(\d{3,8})\b|\bbekend (?:als|onder) (\d{3,8})\b|` +
	`\b(?:klant|client|relatie|customer)\s?(?:nr|no|nummer)?[.:#]?\s?(\d{3,8})\b`)

var announceCues = mailtext.CuesOf("nummer", "nr", "number", "bekend ", "klant", "cli", "relatie", "customer")

// announced returns the client numbers that a text announces in a sentence. The pattern
// is slow, so it is matched with those lines only that have its words and a digit.
func announced(text string) (numbers []string) {
	for line := range strings.Lines(text) {
		if !strings.ContainsAny(line, "0123456789") {
			continue
		}
		if !announceCues.In(line) {
			continue
		}
		for _, m := range known.FindAllStringSubmatch(fold(line), maxOthers-len(numbers)) {
			numbers = append(numbers, m[1]+m[2]+m[3])
		}
	}
	return numbers
}

// byNumber returns the clients whose numbers the writer gives, none if one of own is
// among them.
func (n *naming) byNumber() []string {
	var ids []string
	for _, number := range slices.Concat(n.it.Numbers, announced(n.it.Subject+"\n"+n.it.Says)) {
		for _, at := range n.x.numbered(number) {
			id := n.x.clients[at].ID
			if slices.Contains(n.own, id) {
				return nil
			}
			ids = withID(ids, id)
		}
	}
	return ids
}

func withID(ids []string, id string) []string {
	if slices.Contains(ids, id) {
		return ids
	}
	return append(ids, id)
}

// read notes the names in the subject and the text.
func (n *naming) read(subject, text string) {
	n.ownSubject, n.subject = n.in(tokens(subject), true)
	n.ownText, n.text = n.in(tokens(text), false)
}

// in finds the clients that a text names: whether own is among them, and the ids of
// others that it firmly names.
func (n *naming) in(text []token, subject bool) (own bool, others []string) {
	for _, s := range n.x.spans(text) {
		c := n.x.clients[s.client]
		if slices.Contains(n.own, c.ID) {
			own = true
		} else if !n.resembles(s.client) && firmly(text, s, c, n.x.names[s.client], subject) {
			others = withID(others, c.ID)
			if context, job := inContext(text, s, c.Type == directory.Person); context == about && job {
				n.employer = withID(n.employer, c.ID)
			}
		}
	}
	return own, others
}

// resembles says whether a client has the name of the writer or of one of own.
func (n *naming) resembles(client int) bool {
	name := n.x.names[client]
	if subset(name, n.writer) {
		return true
	}
	return slices.ContainsFunc(n.own, func(id string) bool {
		at, ok := n.x.id[id]
		return ok && subset(name, n.x.names[at])
	})
}

// signed returns the client whose name stands in the signature, when no name of own
// does, the address is not at that client's domain, and the names have nothing in common.
// Words are the writer's, up to the closing.
func (n *naming) signed(words string) []string {
	// Not every signature is recognised: what stands below the writer's name is one too.
	text := tokens(strings.TrimPrefix(n.it.Says, words) + "\n" + n.it.Signed)
	var ids []string
	for _, s := range n.x.spans(text) {
		c, name := n.x.clients[s.client], n.x.names[s.client]
		switch {
		case slices.Contains(n.own, c.ID):
			return nil
		case c.Type == directory.Person || n.resembles(s.client) || n.related(name) || calledLike(directory.Domain(n.it.From.Email), c.Name):
		case telling(name) > 1 || telling(name) == 1 && text[s.to-1].named:
			ids = withID(ids, c.ID)
		}
	}
	if len(ids) != 1 {
		return nil
	}
	return ids
}

// related says whether a name shares a telling word with one of own: companies of one
// group sign with each other's names.
func (n *naming) related(name []string) bool {
	return slices.ContainsFunc(n.own, func(id string) bool {
		at, ok := n.x.id[id]
		return ok && slices.ContainsFunc(name, func(w string) bool { return weighty(w) && !mailtext.Trade(w) && slices.Contains(n.x.names[at], w) })
	})
}

func telling(name []string) (n int) {
	for _, w := range name {
		if weighty(w) {
			n++
		}
	}
	return n
}

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

// StillUnclear returns those of the clients that a sender's mail names about which people
// still have to be asked: when the last two mails of this sender that named a client
// turned out to be about another, the name alone says nothing. It does when the mail says
// that it is about another matter.
func StillUnclear(rule directory.Rule, it item.Item, named []string) []string {
	if rule.State == directory.RuleOff || rule.State == directory.RuleUndoing || rule.State == directory.RuleUndone {
		return named
	}
	return slices.DeleteFunc(slices.Clone(named), func(id string) bool {
		n := 0
		for _, e := range slices.Backward(rule.Evidence) {
			if !slices.Contains(e.Named, id) {
				continue
			}
			if e.Client == id {
				return false
			}
			if n++; n == leastAgreeing {
				return !otherMatter.MatchString(fold(ownWords(it)))
			}
		}
		return false
	})
}

// leastNamed is how many mails in a row must have been about the one client that they
// named, before the name in the next one is certain.
const leastNamed = 3

// NamesItsClient says whether what a mail of this sender names is certain to be what it
// is about: people chose for the last verified mails the only client that each named, as
// for those of a notary's clerk. One mail that was placed wrongly ends that until as many
// were right again.
func NamesItsClient(rule directory.Rule, it item.Item) bool {
	if it.Verdict != item.VerdictPass || rule.State != directory.RuleOn && rule.State != directory.RuleLearning {
		return false
	}
	n := 0
	for _, e := range slices.Backward(rule.Evidence) {
		switch {
		case e.Action == Otherwise:
			return false
		case !e.Verified || len(e.Named) == 0:
		case !slices.Equal(e.Named, []string{e.Client}):
			return false
		default:
			if n++; n == leastNamed {
				return true
			}
		}
	}
	return false
}

// ByProgram says whether an address is that of a program or a desk: nothing before the @
// is of the name beside it.
func ByProgram(a mail.Address) bool {
	local, _, _ := strings.Cut(strings.ToLower(a.Email), "@")
	if functional[local] || machine(a.Email) {
		return true
	}
	name := nameTokens(a.Name)
	return len(name) > 0 && !slices.ContainsFunc(name, func(w string) bool { return len(w) > 2 && strings.Contains(local, w) })
}

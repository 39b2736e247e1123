package learn

import (
	"math"
	"slices"
	"strings"
	"unicode"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/mailtext"
)

// The limits from which a word of earlier choices is certain to mean a client. A
// word that has nothing to do with the client is in all n choices for it, and in
// none for another, with the chance shareⁿ, where share is the client's part of
// the sender's mail. That chance must be small, and smaller still for words that
// all clients use.
const (
	leastChoices = 3
	rareChance   = 0.05
	topicChance  = 0.01
)

// topics are words of the trade and of every letter: they say what a mail is
// about, and seldom which client.
var topics = set("btw aangifte aangiften btw-aangifte omzetbelasting loonaangifte loon lonen loonstrook loonstroken loonadministratie salaris salarissen salarisrun verloning mutatie mutaties uren " +
	"jaarrekening jaarcijfers jaarstukken jaaropgave jaaropgaven cijfers concept definitief balans winst verlies tussentijdse prognose begroting " +
	"factuur facturen inkoopfacturen verkoopfacturen invoice invoices bon bonnen bonnetjes bankafschrift bankafschriften afschriften bank betaling betalingen incasso creditnota " +
	"administratie boekhouding stukken documenten bijlage bijlagen gegevens formulier overzicht rapport kwartaal kwartaalcijfers eerste tweede derde vierde maand maandelijks week jaar " +
	"januari februari maart april mei juni juli augustus september oktober november december january february march may june july august october december " +
	"vraag vragen vraagje afspraak overleg bespreking gesprek reactie antwoord herinnering spoed belangrijk update informatie info nieuwe nieuw " +
	"belasting belastingdienst aanslag voorlopige vennootschapsbelasting inkomstenbelasting vpb dividend dividendbelasting lening hypotheek verklaring subsidie toeslag toeslagen pensioen verzekering contract " +
	"medewerker personeel werknemer ziekmelding verlof vakantiegeld declaratie declaraties kilometers auto leaseauto question meeting annual accounts tax return payroll report documents quarter vat")

// vague are words of subjects about anything: what was chosen with them says nothing.
var vague = set("vraag vragen vraagje afspraak overleg bespreking gesprek reactie antwoord herinnering spoed belangrijk update informatie info nieuwe nieuw stukken documenten bijlage bijlagen " +
	"bestand bestanden betr inz mbt svp aub gegevens question documents attached reminder urgent frage unterlagen")

// A tally counts how often each client was chosen, with each word and in all.
type tally struct {
	all   map[string]int            // choices by client
	with  map[string]map[string]int // by word, then client
	total int
}

func count(evidence []directory.Evidence) tally {
	t := tally{all: map[string]int{}, with: map[string]map[string]int{}}
	for _, e := range evidence {
		if e.Action == Otherwise && e.Client == "" {
			e.Client = "another" // nobody has said yet which
		}
		if e.Client == "" {
			continue
		}
		t.total++
		t.all[e.Client]++
		for _, w := range slices.Compact(slices.Sorted(slices.Values(e.Words))) {
			if t.with[w] == nil {
				t.with[w] = map[string]int{}
			}
			t.with[w][e.Client]++
		}
	}
	return t
}

// means returns the client that a word is certain to mean.
func (t tally) means(word string, candidates int) (client string, ok bool) {
	by := t.with[word]
	if len(by) != 1 || strings.ContainsFunc(word, unicode.IsDigit) {
		return "", false
	}
	for c, n := range by {
		share := float64(t.all[c]+1) / float64(t.total+max(2, candidates))
		chance := rareChance
		if topics[word] {
			chance = topicChance
		}
		if n >= leastChoices && math.Pow(share, float64(n)) <= chance {
			return c, true
		}
	}
	return "", false
}

// clientByWords returns the client that the words of a subject are certain to
// mean, and the word. A word that was only ever chosen with another client
// speaks against it.
func clientByWords(evidence []directory.Evidence, subject string, clients []string) (client, word string, ok bool) {
	t := count(evidence)
	all := mailtext.Words(subject)
	for _, w := range all {
		c, sure := t.means(w, len(clients))
		if !sure || !slices.Contains(clients, c) {
			continue
		}
		client, word, ok = c, w, true
		break
	}
	// The word that was found was chosen with no other client; other words may
	// have been.
	for _, w := range all {
		if by := t.with[w]; ok && len(by) > 0 && by[client] == 0 {
			return "", "", false
		}
	}
	return client, word, ok
}

// decay is the weight of a choice relative to the one after it.
const decay = 0.96

// leastSeen is how many choices a word needs before its share among those of one client
// weighs as much as its share among all.
const leastSeen = 4

// likelyBy returns the chance of each client by earlier choices, given the
// words of a subject, and the word that says most for it.
func likelyBy(evidence []directory.Evidence, subject string, clients []string) (chance []float64, word []string) {
	chance, word = make([]float64, len(clients)), make([]string, len(clients))
	all, total := make([]float64, len(clients)), 0.0
	with := map[string][]float64{}
	said := slices.DeleteFunc(mailtext.Words(subject), func(w string) bool { return vague[w] })
	weight := 1.0
	for _, e := range slices.Backward(evidence) {
		i := slices.Index(clients, e.Client)
		if i < 0 {
			continue
		}
		all[i] += weight
		total += weight
		for _, w := range said {
			if slices.Contains(e.Words, w) {
				if with[w] == nil {
					with[w] = make([]float64, len(clients))
				}
				with[w][i] += weight
			}
		}
		weight *= decay
	}
	var sum float64
	for i := range clients {
		chance[i] = all[i] + 0.5
		var most float64
		for _, w := range said {
			if with[w] == nil {
				continue
			}
			var any float64
			for _, n := range with[w] {
				any += n
			}
			chance[i] *= (with[w][i] + leastSeen*any/total) / (all[i] + leastSeen)
			if with[w][i] > most {
				most, word[i] = with[w][i], w
			}
		}
		sum += chance[i]
	}
	for i := range chance {
		chance[i] /= sum
	}
	return chance, word
}

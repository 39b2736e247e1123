package learn

import (
	"fmt"
	"slices"
	"strings"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/words"
)

// Explain says in one sentence what a rule does, or would do, and why. The
// function names returns the name of a "contact", "client" or "member" by id,
// "" when there is none.
func Explain(r directory.Rule, names func(kind, id string) string) words.Text {
	called := func(kind, id string) words.Text {
		name := names(kind, id)
		switch {
		case name != "":
			name = words.Isolate(name)
			return words.Text{NL: name, EN: name}
		case kind == "contact":
			return words.Text{NL: "een contact dat er niet meer is", EN: "a contact who is gone"}
		case kind == "client":
			return words.Text{NL: "een relatie die er niet meer is", EN: "a client that is gone"}
		}
		return words.Text{NL: id, EN: id} // a program
	}
	t := effect(r, called)
	if len(r.Evidence) > 0 && r.Kind != directory.SuggestedClient {
		t = joined(t, both(", omdat ", ", because "), because(r, called))
	}
	if r.Failed > 0 {
		t = joined(t, both("; was %d keer fout", "; was wrong %d times", r.Failed))
	}
	return joined(t, states[r.State], both(".", "."))
}

// states says in words what follows from the state of a rule; nothing when it is on.
var states = map[directory.RuleState]words.Text{
	directory.RuleLearning: {NL: "; dat is nog niet zeker", EN: "; that is not certain yet"},
	directory.RuleProposed: {NL: "; een manager kan deze regel aanzetten", EN: "; a manager can switch this rule on"},
	directory.RuleOff:      {NL: "; deze regel staat uit", EN: "; this rule is off"},
	directory.RuleUndoing:  {NL: "; deze regel wordt ongedaan gemaakt", EN: "; this rule is being undone"},
	directory.RuleUndone:   {NL: "; deze regel is ongedaan gemaakt", EN: "; this rule was undone"},
}

// effect says what a rule does, or would do.
func effect(r directory.Rule, called func(kind, id string) words.Text) words.Text {
	switch r.Kind {
	case directory.AddressContact:
		return joined(both("Mail van %s is van ", "Mail from %s is from ", r.Key), called("contact", r.Contact))
	case directory.DomainClient:
		of := called("client", r.Client)
		if r.Client == "" { // no evidence is left
			of = both("een relatie", "a client")
		}
		return joined(both("Mail van %s hoort bij ", "Mail from %s belongs to ", "@"+r.Key), of)
	case directory.SenderClient:
		return which(r, called)
	case directory.DismissList:
		return both("Mail van mailinglijst %s hoeft niemand te zien", "Nobody needs to see mail from mailing list %s", r.Key)
	case directory.DismissKind:
		return both("Automatische antwoorden die bij geen chat horen, worden genegeerd",
			"Automatic answers that belong to no chat are dismissed")
	case directory.DismissSender:
		if subject := onlyFor(r); subject != "" {
			return both("Mail van %s met onderwerp ‘%s’ hoeft niemand te zien",
				"Nobody needs to see mail from %s with the subject “%s”", r.Key, subject)
		}
		return both("Mail van %s hoeft niemand te zien", "Nobody needs to see mail from %s", r.Key)
	case directory.AcceptKind:
		return both("Wat een collega doorstuurt, hoort bij het contact dat het schreef",
			"What a colleague passes on belongs to the contact who wrote it")
	case directory.AcceptSender:
		return both("Mail van %s wordt gewoon verwerkt", "Mail from %s is processed as usual", r.Key)
	case directory.SuggestedClient:
		return suggested(r)
	}
	return words.Text{}
}

// joined returns texts one behind the other.
func joined(parts ...words.Text) (all words.Text) {
	for _, p := range parts {
		all.NL, all.EN = all.NL+p.NL, all.EN+p.EN
	}
	return all
}

// onlyFor returns the subject to which a rule about a sender is limited: that of all mail
// that people dismissed, one by one, when somebody may need such mail.
func onlyFor(r directory.Rule) (subject string) {
	for i, e := range r.Evidence {
		if !e.Weighty || strings.HasPrefix(e.Action, always) || i > 0 && e.Template != subject {
			return ""
		}
		subject = e.Template
	}
	return subject
}

func both(nl, en string, with ...any) words.Text {
	with = words.IsolateAll(with)
	return words.Text{NL: fmt.Sprintf(nl, with...), EN: fmt.Sprintf(en, with...)}
}

// suggested says what the model places, and by which record. A list has too little
// evidence for that.
func suggested(r directory.Rule) words.Text {
	t := words.Text{NL: "Een bericht dat zelf zijn relatie noemt, gaat naar de relatie van het eerste voorstel als dat minstens 98 % zeker is",
		EN: "A mail that names its client itself goes to the client that is suggested first, when that is at least 98 % sure"}
	if n := RecordOf(r); n.Mails > 0 && int64(len(r.Evidence)) == min(r.Count, keptEvidence) {
		t = joined(t, both(", omdat %d van de %d zulke voorstellen klopten",
			", because %d of %d such suggestions were right", n.Right, n.Mails))
	}
	return t
}

// which says which client the words of a contact's subjects mean.
func which(r directory.Rule, called func(kind, id string) words.Text) words.Text {
	t := count(r.Evidence)
	var nl, en []string
	for word := range t.with {
		if client, ok := t.means(word, len(t.all)); ok {
			of := called("client", client)
			nl = append(nl, fmt.Sprintf("‘%s’ voor %s", words.Isolate(word), of.NL))
			en = append(en, fmt.Sprintf("“%s” means %s", words.Isolate(word), of.EN))
		}
	}
	who := called("contact", r.Key)
	if len(nl) == 0 {
		return words.Text{NL: "Eerdere keuzes voor " + who.NL + " wijzen de relatie aan",
			EN: "Earlier choices for " + who.EN + " tell the client"}
	}
	slices.Sort(nl)
	slices.Sort(en)
	return words.Text{
		NL: fmt.Sprintf("In onderwerpen van %s staat %s", who.NL, strings.Join(nl[:min(5, len(nl))], ", ")),
		EN: fmt.Sprintf("In subjects of %s, %s", who.EN, strings.Join(en[:min(5, len(en))], ", ")),
	}
}

// because says who made the decisions that a rule rests on, and how many there
// are.
func because(r directory.Rule, called func(kind, id string) words.Text) words.Text {
	people := map[string]bool{}
	forever := false
	for _, e := range r.Evidence {
		people[e.By] = true
		forever = forever || strings.HasPrefix(e.Action, always)
	}
	who, decided, wanted := both("%d mensen", "%d people", len(people)), "beslisten", "wilden"
	if len(people) == 1 {
		who, decided, wanted = called("member", r.Evidence[0].By), "besliste", "wilde"
	}
	switch {
	case forever:
		return words.Text{NL: who.NL + " dat voortaan altijd " + wanted, EN: who.EN + " wanted it always so"}
	case r.Count == 1:
		return words.Text{NL: who.NL + " dat één keer " + decided, EN: who.EN + " decided so once"}
	}
	return words.Text{
		NL: fmt.Sprintf("%s dat %d keer %s", who.NL, r.Count, decided),
		EN: fmt.Sprintf("%s decided so %d times", who.EN, r.Count),
	}
}

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
	var t words.Text
	switch r.Kind {
	case directory.AddressContact:
		who := called("contact", r.Contact)
		key := words.Isolate(r.Key)
		t = words.Text{NL: "Mail van " + key + " is van " + who.NL, EN: "Mail from " + key + " is from " + who.EN}
	case directory.DomainClient:
		of := called("client", r.Client)
		if r.Client == "" { // no evidence is left
			of = words.Text{NL: "een relatie", EN: "a client"}
		}
		key := words.Isolate("@" + r.Key)
		t = words.Text{NL: "Mail van " + key + " hoort bij " + of.NL, EN: "Mail from " + key + " belongs to " + of.EN}
	case directory.SenderClient:
		t = which(r, called)
	case directory.DismissList:
		t = both("Mail van mailinglijst %s hoeft niemand te zien", "Nobody needs to see mail from mailing list %s", r.Key)
	case directory.DismissKind:
		t = words.Text{NL: "Automatische antwoorden die bij geen chat horen, worden genegeerd",
			EN: "Automatic answers that belong to no chat are dismissed"}
	case directory.DismissSender:
		t = both("Mail van %s hoeft niemand te zien", "Nobody needs to see mail from %s", r.Key)
		if subject := onlyFor(r); subject != "" {
			t = both("Mail van %s met onderwerp ‘%s’ hoeft niemand te zien", "Nobody needs to see mail from %s with the subject “%s”",
				r.Key, subject)
		}
	case directory.AcceptKind:
		t = words.Text{NL: "Wat een collega doorstuurt, hoort bij het contact dat het schreef",
			EN: "What a colleague passes on belongs to the contact who wrote it"}
	case directory.AcceptSender:
		t = both("Mail van %s wordt gewoon verwerkt", "Mail from %s is processed as usual", r.Key)
	case directory.SuggestedClient:
		t = suggested(r)
	}
	if len(r.Evidence) > 0 && r.Kind != directory.SuggestedClient {
		why := because(r, called)
		t.NL += ", omdat " + why.NL
		t.EN += ", because " + why.EN
	}
	if r.Failed > 0 {
		t.NL, t.EN = fmt.Sprintf("%s; was %d keer fout", t.NL, r.Failed), fmt.Sprintf("%s; was wrong %d times", t.EN, r.Failed)
	}
	switch r.State {
	case directory.RuleLearning:
		t.NL, t.EN = t.NL+"; dat is nog niet zeker", t.EN+"; that is not certain yet"
	case directory.RuleProposed:
		t.NL, t.EN = t.NL+"; een manager kan deze regel aanzetten", t.EN+"; a manager can switch this rule on"
	case directory.RuleOff:
		t.NL, t.EN = t.NL+"; deze regel staat uit", t.EN+"; this rule is off"
	case directory.RuleUndoing:
		t.NL, t.EN = t.NL+"; deze regel wordt ongedaan gemaakt", t.EN+"; this rule is being undone"
	case directory.RuleUndone:
		t.NL, t.EN = t.NL+"; deze regel is ongedaan gemaakt", t.EN+"; this rule was undone"
	}
	return words.Text{NL: t.NL + ".", EN: t.EN + "."}
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
		why := both(", omdat %d van de %d zulke voorstellen klopten", ", because %d of %d such suggestions were right", n.Right, n.Mails)
		t.NL, t.EN = t.NL+why.NL, t.EN+why.EN
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

package sim

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// A turn is one mail of a conversation: of a contact, or of the office without one.
type turn struct {
	contact string
	program MailProgram // of the contact
	text    string
}

// A conversationPlan is a conversation of a contact and a mailbox in both directions.
type conversationPlan struct {
	name, subject string
	box, sign     string // local part of the mailbox, and who signs
	cc            string // contact who gets a copy from the second mail on
	every         int    // one mail in so many of the office's moments
	turns         []turn
}

// conversations returns the mails of the longer conversations, oldest first in each.
func (p *mailWriter) conversations(now time.Time) (all []Mail) {
	for _, plan := range []conversationPlan{p.annualAccounts(), p.payroll()} {
		moments := workingHours(now, plan.every*len(plan.turns))
		var last *Message
		for i, t := range plan.turns {
			mail := p.turn(plan, i, t, last, moments[i*plan.every].Add(time.Duration(7+i)*time.Minute))
			parsed := parseMail(mail.Raw, Envelope{}, mail.Envelope.At)
			last = &parsed
			all = append(all, mail)
		}
	}
	return all
}

// turn writes one mail, which answers the last one.
func (p *mailWriter) turn(plan conversationPlan, n int, t turn, last *Message, sent time.Time) Mail {
	box := p.box(plan.box)
	office := Recipient{EmailAddress{Name: box.Name, Address: box.Address}}
	m := &Message{Subject: plan.subject, Sent: sent, Importance: "normal", From: &office, To: []Recipient{office}}
	env := Envelope{At: sent}
	switch {
	case t.contact == "":
		m.To = []Recipient{*last.From}
		m.follow(last, toAll, sent)
		text := t.text + "\n\nMet vriendelijke groet,\n" + plan.sign + "\nKantoor De Vries Accountants\nT 020 555 01 23\n"
		m.Body = quoteStyle{dutch: true, zone: amsterdam()}.body(text, last)
		m.quoteAttachments(last, toAll, false, sent)
		env.Sent = true
	default:
		writer := p.contact(t.contact, 0)
		m.From = &Recipient{EmailAddress{Name: writer.Name, Address: writer.Address}}
		text := t.text + "\n\nGroet,\n" + strings.Fields(t.contact)[0] + "\n"
		if last == nil {
			m.Body = Body{ContentType: "text", Content: text}
			break
		}
		m.follow(last, toSender, sent)
		m.ConversationIndex = nil
		t.program.write(m, last, text)
	}
	if plan.cc != "" && n > 0 {
		m.Cc = p.others(m, plan.turns[0].contact, plan.cc)
	}
	m.InternetMessageID = messageID(fmt.Sprintf("%s-%d@%s", plan.name, n+1, domainOf(m.From.EmailAddress.Address)))
	env.From = m.From.EmailAddress.Address
	for _, r := range append(slices.Clone(m.To), m.Cc...) {
		env.To = append(env.To, r.EmailAddress.Address)
	}
	return Mail{Envelope: env, Raw: m.compose()}
}

// others returns the contacts who neither wrote nor get a mail.
func (p *mailWriter) others(m *Message, names ...string) (cc []Recipient) {
	for _, name := range names {
		c := p.contact(name, 0)
		r := Recipient{EmailAddress{Name: c.Name, Address: c.Address}}
		if *m.From != r && !slices.Contains(m.To, r) {
			cc = append(cc, r)
		}
	}
	return cc
}

// inOrder merges mails by their time.
func inOrder(mails []Mail) []Mail {
	slices.SortStableFunc(mails, func(a, b Mail) int { return cmp.Compare(a.Envelope.At.UnixNano(), b.Envelope.At.UnixNano()) })
	return mails
}

// annualAccounts is about the annual accounts of a broker, who writes with Gmail.
func (p *mailWriter) annualAccounts() conversationPlan {
	bart := func(text string) turn { return turn{"Bart van Loon", Gmail, text} }
	sander := func(text string) turn { return turn{text: text} }
	return conversationPlan{
		name: "cijfers", subject: fmt.Sprintf("Vragen bij de cijfers van %d", p.year), box: "sander", sign: "Sander Visser", every: 3,
		turns: []turn{
			bart("Dag Sander,\n\nIk loop door de cijfers en snap twee dingen niet. Waarom staat de courtage van december onder overlopende " +
				"posten? En wat is die post 'nog te factureren'?"),
			sander("Dag Bart,\n\nDe courtage van december heb je pas in januari ontvangen, maar hij hoort bij het oude jaar. 'Nog te " +
				"factureren' zijn twee woningen waarvan de akte al gepasseerd was."),
			bart("Helder. Welke twee woningen zijn dat?"),
			sander("De Lindelaan 14 en de Kade 3b. Samen € 9.460 exclusief btw."),
			bart("De Kade is niet doorgegaan! De koper kreeg de financiering niet rond."),
			sander("Dan haal ik die eruit. Het resultaat wordt € 4.210 lager. Heb je de ontbinding op papier?"),
			bart("Ja, ik vraag hem op bij de notaris en stuur hem door."),
			sander("Prima. Zodra ik hem heb, maak ik een nieuw concept."),
			bart("De notaris is met vakantie, zijn kandidaat stuurt het deze week."),
			sander("Geen haast: de jaarrekening moet pas over zes weken gedeponeerd zijn."),
			bart("Het papier is binnen. De overeenkomst is op 28 december ontbonden. Is dat nog op tijd voor het oude jaar?"),
			sander("Ja, precies op tijd. Ik stuur je morgen het nieuwe concept."),
			bart("Top, dank je. Nog één vraag: kan ik de lease-auto beter naar privé halen?"),
		},
	}
}

// payroll is about a payroll run. The director gets a copy and answers once.
func (p *mailWriter) payroll() conversationPlan {
	anneke := func(text string) turn { return turn{"Anneke Veenstra", Outlook, text} }
	office := func(text string) turn { return turn{text: text} }
	return conversationPlan{
		name: "verlof", subject: "Ouderschapsverlof Milan", box: "loon", sign: "Marloes Smit", cc: "Sjoerd Veenstra", every: 3,
		turns: []turn{
			anneke("Hallo Marloes,\n\nMilan wil ouderschapsverlof opnemen, één dag per week. Wat moeten wij daarvoor regelen?"),
			office("Hallo Anneke,\n\nWanneer is zijn kind geboren, en hoeveel uur werkt hij volgens zijn contract? De eerste negen weken zijn " +
				"betaald, als hij ze in het eerste jaar opneemt."),
			anneke("De kleine is vier maanden. Hij heeft een contract van 40 uur."),
			office("Dan heeft hij recht op 360 uur betaald verlof tegen 70% van zijn dagloon. Jullie vragen het achteraf aan bij het UWV; wij " +
				"maken de aanvraag klaar."),
			{"Sjoerd Veenstra", AppleMail, "Kunnen we dat aanvullen tot 100%? Dat hebben we hem bij zijn sollicitatie beloofd."},
			office("Dat kan, Sjoerd. De aanvulling is gewoon loon. Ik reken uit wat het per maand kost."),
			anneke("Graag. En bouwt hij over die dag vakantie op?"),
			office("Wettelijk wel over het betaalde deel. De aanvulling kost ongeveer € 265 per maand aan loon, en € 60 aan lasten."),
			anneke("Akkoord van Sjoerd en mij. Hij wil op de eerste van de maand beginnen."),
			office("Dan verwerk ik het vanaf die datum. Willen jullie hem een bevestiging laten tekenen? Het model stuur ik apart."),
			anneke("Getekend en wel, hij ligt in zijn dossier."),
		},
	}
}

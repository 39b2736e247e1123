package learn

import (
	"context"
	"math"
	"strings"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
)

func dismissal(scope Scope, score float64, why ...Reason) Suggestion {
	return Suggestion{Action: item.Dismiss, Scope: scope, Score: score, Reasons: why}
}

func release(scope Scope, score float64, why ...Reason) Suggestion {
	return Suggestion{Action: item.Release, Scope: scope, Score: score, Reasons: why}
}

// selling are phrases of people who offer something to the office.
var selling = strings.Split("acquisitie|kennismaken|kennis te maken|kennismaking|vrijblijvend|leads|seo|vindbaarheid|google ads|nieuwe website|uw website|meer klanten|nieuwe klanten|omzet verhogen|gratis proef|proefperiode|demo |een demo|korting|aanbieding|actie geldig|"+
	"beschikbare kandidaten|kandidaat die|kandidaten|toppers voor|vacature|detachering|interim|uitzend|per direct beschikbaar|bel ik u|bellen om|vijftien minuten|15 minuten|15 minutes|quick call|book a call|"+
	"partnership|samenwerking aan|lead generation|grow your|your website|outsourc|webinar|schrijf u in|energiecontract|zonnepanelen|software die|onze oplossing|onze diensten|our services|our solution|boost your|special offer|limited time", "|")

// seeking are phrases of people who may become clients.
var seeking = strings.Split("zoek een boekhouder|zoek een accountant|zoeken een boekhouder|zoeken een accountant|zoek naar een accountant|zoek naar een boekhouder|op zoek naar een accountant|op zoek naar een boekhouder|nieuwe accountant|nieuwe boekhouder|"+
	"andere accountant|andere boekhouder|boekhouder nodig|accountant nodig|nog klanten|nieuwe klanten aan|klant worden bij|klant bij u worden|klant bij jullie worden|overstappen naar u|overstappen naar jullie|"+
	"looking for an accountant|need an accountant|need a bookkeeper|new accountant|become a client", "|")

// unsubscribing are phrases of mass mail.
var unsubscribing = strings.Split("afmelden|uitschrijven|unsubscribe|abmelden|geen mail meer ontvangen|niet langer ontvangen|opt-out|opt out|bekijk online|view in browser|view this email in|webversie", "|")

// urging are phrases of fraud.
var urging = strings.Split("rekeningnummer is gewijzigd|gewijzigd rekeningnummer|nieuw rekeningnummer|iban is gewijzigd|gewijzigde iban|nieuwe iban|nieuw iban|met spoed een betaling|spoedbetaling|betaling klaarzetten|niet bellen|cadeaukaart|giftcard|gift card|wachtwoord|password|"+
	"account geblokkeerd|account wordt|verifieer|verify your|bevestig uw gegevens|klik hier|klik op de link|click here|wire transfer|urgent payment|dringende betaling|niet bereikbaar|zit in overleg|in een vergadering|spoed: betaling|met spoed betal|openstaand bedrag|vandaag nog|bank details have|inloggen om|log in om|docusign|gedeeld document|bitcoin", "|")

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

// often returns the weight of n pieces of evidence of equal weight.
func often(weight float64, n int64) float64 { return 1 - math.Pow(1-weight, float64(n)) }

// unwanted weighs whether nobody needs the mail of a sender who is no contact.
func unwanted(ctx context.Context, office Office, by author, of proof, alone bool) (*clues, error) {
	c := &clues{}
	text := by.own + "\n" + by.signature
	// A prospect has no client yet, and may propose a first meeting too.
	prospect := phrases(text, seeking) > 0
	if n := phrases(text, selling); n > 0 && !prospect {
		c.add(often(acquisition, int64(n)), reasonSelling)
	}
	if phrases(text+"\n"+by.quoted, unsubscribing) > 0 {
		c.add(unsubscribe, reasonUnsubscribe)
	}
	if by.from.Email != "" {
		if machine(by.from.Email) {
			c.add(machineAddress, reasonMachine)
		}
		rule, err := before(ctx, office, directory.DismissSender, by.from.Email, of)
		if err != nil {
			return nil, err
		}
		if rule.Count > 0 {
			c.add(often(dismissedBefore, rule.Count), reasonDismissed(rule.Count))
		}
	}
	if alone && !prospect {
		c.add(strangeAlone, reasonAlone)
	}
	return c, nil
}

// before returns the rule of a kind with the evidence that counts for mail with
// a proof.
func before(ctx context.Context, office Office, kind directory.RuleKind, key string, of proof) (directory.Rule, error) {
	if key == "" {
		return directory.Rule{}, nil
	}
	rule, _, err := office.RuleFor(ctx, kind, key)
	if err != nil || rule.State == directory.RuleUndone || rule.State == directory.RuleUndoing {
		return directory.Rule{}, err
	}
	wanted := item.Dismiss
	if kind == directory.AcceptSender {
		wanted = item.Release
	}
	rule = countingFor(rule, of)
	rule.Count = 0
	for _, e := range rule.Evidence {
		if strings.TrimPrefix(e.Action, always) == string(wanted) {
			rule.Count++
		}
	}
	return rule, nil
}

// A history is what people did before with mail like this one, and whether its
// sender is a contact.
type history struct {
	contact                                        directory.Contact
	known                                          bool
	near                                           []directory.Contact // at the sender's domain
	dismissedList, dismissedSender, acceptedSender directory.Rule
}

func historyOf(ctx context.Context, office Office, m Mail) (p history, err error) {
	email, _ := directory.ReceivedAddress(m.Item.From.Email) // "" when there is none
	of := proofOf(m.Item)
	asks := []ask{
		func(ctx context.Context) (err error) {
			p.dismissedList, err = before(ctx, office, directory.DismissList, m.Item.ListID, of)
			return err
		},
	}
	if email != "" {
		asks = append(asks, func(ctx context.Context) (err error) {
			p.contact, p.known, err = office.ContactByAddress(ctx, email)
			return err
		}, func(ctx context.Context) (err error) {
			p.dismissedSender, err = before(ctx, office, directory.DismissSender, email, of)
			return err
		}, func(ctx context.Context) (err error) {
			p.acceptedSender, err = before(ctx, office, directory.AcceptSender, email, of)
			return err
		})
		if domain := directory.Domain(email); !directory.PublicDomain(domain) {
			asks = append(asks, func(ctx context.Context) (err error) {
				p.near, err = office.ContactsAtDomain(ctx, domain, 1)
				return err
			})
		}
	}
	return p, askAll(ctx, asks)
}

// lasting takes suggestions beyond this one mail out of a list if they would
// have no effect: rules never dismiss mail of a contact, and some mail teaches
// no rule.
func lasting(list []Suggestion, m Mail, contact bool) []Suggestion {
	var left float64 // the chances of what is left out, which go to dismissing this mail only
	gone := func(s Suggestion) bool {
		switch {
		case s.Action == item.Dismiss && s.Scope == List:
			return contact || !Teaches(m.Item, directory.DismissList)
		case s.Action == item.Dismiss && s.Scope == Sender:
			return contact || !Teaches(m.Item, directory.DismissSender)
		case s.Action == item.Release && s.Scope == Sender:
			return !Teaches(m.Item, directory.AcceptSender)
		}
		return false
	}
	var kept []Suggestion
	for _, s := range list {
		switch {
		case !gone(s):
			kept = append(kept, s)
		case s.Action == item.Release:
			s.Scope = Once
			kept = append(kept, s)
		default:
			left += s.Score
		}
	}
	for i, s := range kept {
		if s.Action == item.Dismiss && s.Scope == Once {
			kept[i].Score += left
		}
	}
	return kept
}

// suggestAutomated suggests what to do with mail that a program wrote.
func suggestAutomated(ctx context.Context, office Office, m Mail) ([]Suggestion, error) {
	p, err := historyOf(ctx, office, m)
	if err != nil {
		return nil, err
	}
	return lasting(automated(m, p), m, p.known), nil
}

func automated(m Mail, p history) []Suggestion {
	if m.Item.Class == item.AutoReply {
		list := []Suggestion{dismissal(Once, likelyOnce, reasonAway)}
		if !p.known {
			list = append(list, dismissal(Sender, unlikely, reasonMachine))
		}
		return append(list, release(Once, unlikely, reasonRelease))
	}
	var take clues
	if p.known && m.Item.ListID == "" {
		take.add(programOfContact, reasonIsContact)
	}
	if len(p.near) > 0 && !p.known && m.Item.ListID == "" && !machine(m.Item.From.Email) {
		take.add(programAtClient, reasonDomain(directory.Domain(m.Item.From.Email), 1))
	}
	if n := p.acceptedSender.Count; n > 0 {
		take.add(often(releasedBefore, n), reasonReleased(n))
	}
	if m.Answered != nil {
		take.add(answeredChat, reasonChat)
	}
	scope := Once
	if p.acceptedSender.Count > 0 {
		scope = Sender
	}
	list := []Suggestion{release(scope, max(take.score(), unlikely/2), append(take.reasons, reasonRelease)...)}
	left := 1 - take.score()
	if m.Item.ListID != "" {
		why := []Reason{reasonList(m.Item.ListID)}
		if n := p.dismissedList.Count; n > 0 {
			why = append(why, reasonDismissed(n))
		}
		return append(list, dismissal(List, left*likelyList, why...), dismissal(Sender, left*(1-likelyList)*0.6, reasonMachine),
			dismissal(Once, left*(1-likelyList)*0.4, reasonMachine))
	}
	why := []Reason{reasonMachine}
	if n := p.dismissedSender.Count; n > 0 {
		why = append(why, reasonDismissed(n))
	}
	return append(list, dismissal(Sender, left*likelySender, why...), dismissal(Once, left*(1-likelySender)*0.8, why...))
}

// suggestUnverified suggests what to do with mail whose sender Exchange doubts.
// To dismiss it comes first: a missing mail is asked for again, and a false one
// may cost a client money.
func suggestUnverified(ctx context.Context, office Office, m Mail) ([]Suggestion, error) {
	p, err := historyOf(ctx, office, m)
	if err != nil {
		return nil, err
	}
	var genuine, fake clues
	if p.known {
		genuine.add(contactWrote, reasonIsContact)
	}
	if a := m.Answered; a != nil && p.known && a.Contact == p.contact.ID {
		genuine.add(contactAnswers, reasonChat)
	}
	if len(p.near) > 0 && !p.known {
		genuine.add(contactWrote, reasonDomain(directory.Domain(m.Item.From.Email), 1))
	}
	if p.known && m.Trusted {
		genuine.add(trustedBefore, reasonTrusted)
	}
	if n := p.acceptedSender.Count; n > 0 {
		genuine.add(often(releasedBefore, n), reasonReleased(n))
	}
	by := written(m)
	if by.card.Phone != "" && plainPhone(by.card.Phone) == plainPhone(p.contact.Phone) {
		genuine.add(phoneOfContact, reasonPhone(by.card.Phone))
	}
	fake.add(doubted, reasonDoubted)
	if !p.known {
		fake.add(strangerDoubted, reasonUnknown)
	}
	if n := phrases(by.own, urging); n > 0 {
		fake.add(often(alarming, int64(n)), reasonAlarming)
	}
	if n := p.dismissedSender.Count; n > 0 {
		fake.add(often(dismissedBefore, n), reasonDismissed(n))
	}
	yes := genuine.score() * (1 - fake.score())
	no := fake.score() * (1 - genuine.score())
	chance := max(unlikely, yes/(yes+no))
	return []Suggestion{dismissal(Once, 1-chance, fake.reasons...), release(Once, chance, append(genuine.reasons, reasonRelease)...)}, nil
}

// suggestUnread suggests what to do with mail that could not be read
// completely.
func suggestUnread(ctx context.Context, office Office, m Mail) ([]Suggestion, error) {
	p, err := historyOf(ctx, office, m)
	if err != nil {
		return nil, err
	}
	if !p.known || m.Item.Reason == item.Undecodable {
		return []Suggestion{dismissal(Once, unreadContact, reasonUnread)}, nil
	}
	return []Suggestion{release(Once, unreadContact, reasonIsContact), dismissal(Once, 1-unreadContact, reasonUnread)}, nil
}

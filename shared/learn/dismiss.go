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

// selling are phrases of people who want something from the office.
var selling = strings.Split("acquisitie|kennismaken|kennis te maken|kennismaking|vrijblijvend|leads|seo|vindbaarheid|google ads|nieuwe website|uw website|meer klanten|nieuwe klanten|omzet verhogen|gratis proef|proefperiode|demo |een demo|korting|aanbieding|actie geldig|"+
	"beschikbare kandidaten|kandidaat die|kandidaten|toppers voor|vacature|detachering|interim|uitzend|per direct beschikbaar|bel ik u|bellen om|vijftien minuten|15 minuten|15 minutes|quick call|book a call|"+
	"partnership|samenwerking aan|lead generation|grow your|your website|outsourc|webinar|schrijf u in|energiecontract|zonnepanelen|software die|onze oplossing|onze diensten|our services|our solution|boost your|special offer|limited time", "|")

// seeking are phrases of people who may become clients.
var seeking = strings.Split("zoek een boekhouder|zoek een accountant|zoeken een boekhouder|zoeken een accountant|zoek naar een accountant|zoek naar een boekhouder|op zoek naar een accountant|op zoek naar een boekhouder|nieuwe accountant|nieuwe boekhouder|"+
	"andere accountant|andere boekhouder|boekhouder nodig|accountant nodig|nog klanten|nieuwe klanten aan|klant worden bij|klant bij u worden|klant bij jullie worden|overstappen naar u|overstappen naar jullie|"+
	"looking for an accountant|need an accountant|need a bookkeeper|new accountant|become a client", "|")

// unsubscribing are phrases of mail that goes to many.
var unsubscribing = strings.Split("afmelden|uitschrijven|unsubscribe|abmelden|geen mail meer ontvangen|niet langer ontvangen|opt-out|opt out|bekijk online|view in browser|view this email in|webversie", "|")

// urging are phrases of mail that is to be doubted twice.
var urging = strings.Split("rekeningnummer is gewijzigd|gewijzigd rekeningnummer|nieuw rekeningnummer|iban is gewijzigd|gewijzigde iban|nieuwe iban|nieuw iban|met spoed een betaling|spoedbetaling|betaling klaarzetten|niet bellen|cadeaukaart|giftcard|gift card|wachtwoord|password|"+
	"account geblokkeerd|account wordt|verifieer|verify your|bevestig uw gegevens|klik hier|klik op de link|click here|wire transfer|urgent payment|dringende betaling|niet bereikbaar|zit in overleg|in een vergadering|spoed: betaling|met spoed betal|openstaand bedrag|vandaag nog|bank details have|inloggen om|log in om|docusign|gedeeld document|bitcoin", "|")

// phrases counts how many of some phrases a text has.
func phrases(text string, of []string) (n int) {
	text = fold(text)
	for _, p := range of {
		if strings.Contains(text, p) {
			n++
		}
	}
	return n
}

// often is the worth of evidence that there is n times.
func often(weight float64, n int64) float64 { return 1 - math.Pow(1-weight, float64(n)) }

// unwanted weighs whether nobody needs the mail of a sender who is no contact.
func unwanted(ctx context.Context, office Office, by author, of proof, alone bool) (*clues, error) {
	c := &clues{}
	text := by.own + "\n" + by.signature
	// Who may become a client is tied to none, and may offer to get acquainted too.
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

// before is the rule of a kind, with the evidence that still counts for mail with
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

// past is what people did before with mail like this, and whether its sender is
// a contact.
type past struct {
	contact          directory.Contact
	known            bool
	near             []directory.Contact // at the sender's domain
	list, from, take directory.Rule
}

func remember(ctx context.Context, office Office, m Mail) (p past, err error) {
	email, _ := directory.ReceivedAddress(m.Item.From.Email) // "" when there is none
	of := proofOf(m.Item)
	asks := []ask{
		func(ctx context.Context) (err error) {
			p.list, err = before(ctx, office, directory.DismissList, m.Item.ListID, of)
			return err
		},
	}
	if email != "" {
		asks = append(asks, func(ctx context.Context) (err error) {
			p.contact, p.known, err = office.ContactByAddress(ctx, email)
			return err
		}, func(ctx context.Context) (err error) {
			p.from, err = before(ctx, office, directory.DismissSender, email, of)
			return err
		}, func(ctx context.Context) (err error) {
			p.take, err = before(ctx, office, directory.AcceptSender, email, of)
			return err
		})
		if domain := directory.Domain(email); !directory.PublicDomain(domain) {
			asks = append(asks, func(ctx context.Context) (err error) {
				p.near, err = office.ContactsAtDomain(ctx, domain, 1)
				return err
			})
		}
	}
	return p, together(ctx, asks)
}

// lasting leaves out of suggestions what reaches beyond the mail and would come to
// nothing: rules dismiss no mail of a contact, and some mail teaches none.
func lasting(list []Suggestion, m Mail, contact bool) []Suggestion {
	var left float64 // of the chances of what is left out: that is done once then
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

// suggestAutomated answers what to do with mail that a program wrote.
func suggestAutomated(ctx context.Context, office Office, m Mail) ([]Suggestion, error) {
	p, err := remember(ctx, office, m)
	if err != nil {
		return nil, err
	}
	return lasting(automated(m, p), m, p.known), nil
}

func automated(m Mail, p past) []Suggestion {
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
	if n := p.take.Count; n > 0 {
		take.add(often(releasedBefore, n), reasonReleased(n))
	}
	if m.Answered != nil {
		take.add(answeredChat, reasonChat)
	}
	scope := Once
	if p.take.Count > 0 {
		scope = Sender
	}
	list := []Suggestion{release(scope, max(take.score(), unlikely/2), append(take.reasons, reasonRelease)...)}
	left := 1 - take.score()
	if m.Item.ListID != "" {
		why := []Reason{reasonList(m.Item.ListID)}
		if n := p.list.Count; n > 0 {
			why = append(why, reasonDismissed(n))
		}
		return append(list, dismissal(List, left*likelyList, why...), dismissal(Sender, left*(1-likelyList)*0.6, reasonMachine),
			dismissal(Once, left*(1-likelyList)*0.4, reasonMachine))
	}
	why := []Reason{reasonMachine}
	if n := p.from.Count; n > 0 {
		why = append(why, reasonDismissed(n))
	}
	return append(list, dismissal(Sender, left*likelySender, why...), dismissal(Once, left*(1-likelySender)*0.8, why...))
}

// suggestUnverified answers what to do with mail whose sender Exchange doubts.
// It is dismissed first: a mail too few is asked for again, a mail too many may
// cost a client his money.
func suggestUnverified(ctx context.Context, office Office, m Mail) ([]Suggestion, error) {
	p, err := remember(ctx, office, m)
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
	if n := p.take.Count; n > 0 {
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
	if n := p.from.Count; n > 0 {
		fake.add(often(dismissedBefore, n), reasonDismissed(n))
	}
	yes := genuine.score() * (1 - fake.score())
	no := fake.score() * (1 - genuine.score())
	chance := max(unlikely, yes/(yes+no))
	return []Suggestion{dismissal(Once, 1-chance, fake.reasons...), release(Once, chance, append(genuine.reasons, reasonRelease)...)}, nil
}

// suggestUnread answers what to do with mail that could not be read whole.
func suggestUnread(ctx context.Context, office Office, m Mail) ([]Suggestion, error) {
	p, err := remember(ctx, office, m)
	if err != nil {
		return nil, err
	}
	if !p.known || m.Item.Reason == item.Undecodable {
		return []Suggestion{dismissal(Once, unreadContact, reasonUnread)}, nil
	}
	return []Suggestion{release(Once, unreadContact, reasonIsContact), dismissal(Once, 1-unreadContact, reasonUnread)}, nil
}

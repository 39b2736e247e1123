package learn

import (
	"context"
	"math"
	"slices"
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

// often returns the weight of n pieces of evidence of equal weight.
func often(weight float64, n int64) float64 { return 1 - math.Pow(1-weight, float64(n)) }

// unwanted weighs whether nobody needs the mail of a sender who is no contact.
func unwanted(ctx context.Context, office Office, by author, of proof, alone bool) (*clues, error) {
	c := &clues{}
	text := by.own + "\n" + by.signature
	// A prospect has no client yet, and may propose a first meeting too.
	prospect := phrases(text, seeking) > 0
	applies := !prospect && (phrases(text, applying) > 0 || slices.ContainsFunc(tokens(by.files), func(t token) bool { return applicationFiles[t.word] }))
	if applies {
		c.add(jobApplication, reason("application"))
	}
	if n := phrases(text, selling); n > 0 && !prospect && !applies {
		c.add(often(acquisition, int64(n)), reason("acquisition"))
	}
	c.found = append(c.found, bulkClues(by).found...)
	if n := phrases(text, urging); n > 0 && alone {
		c.add(often(alarmingStranger, int64(n)), reason("alarming"))
	}
	if by.from.Email != "" {
		if machine(by.from.Email) {
			c.add(machineAddress, reason("machine"))
		}
		rule, err := before(ctx, office, directory.DismissSender, by.from.Email, of)
		if err != nil {
			return nil, err
		}
		if rule.Count > 0 {
			c.add(often(dismissedBefore, rule.Count), counted("dismissed", int(rule.Count)))
		}
	}
	if alone && !prospect {
		c.add(strangeAlone, reason("unconnected"))
	}
	return c, nil
}

// bulkClues weighs whether a mail says the same to many.
func bulkClues(by author) *clues {
	c := &clues{}
	text := by.own + "\n" + by.signature
	if phrases(text, announcing) > 0 {
		c.add(announcement, reason("announcement"))
	}
	if phrases(text+"\n"+by.quoted, unsubscribing) > 0 {
		c.add(unsubscribe, reason("unsubscribe"))
	}
	return c
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
	behalf                                         *clues              // for a client in whose name a program writes
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
// have no effect: rules never dismiss mail of a contact with clients, and some mail
// teaches no rule.
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
	if p.behalf, err = onBehalfOf(ctx, office, m); err != nil {
		return nil, err
	}
	return lasting(automated(m, p), m, p.known && !p.contact.NoClient()), nil
}

// onBehalfOf looks for the client in whose name a program writes, by its name
// beside the address and its number in the text.
func onBehalfOf(ctx context.Context, office Office, m Mail) (*clues, error) {
	if m.Item.ListID != "" || m.Item.Class != "" {
		return &clues{}, nil
	}
	cs := newSearch(office, m, written(m))
	if err := runLookups(ctx, slices.Concat(cs.bySenderName(), cs.byNumber(), cs.byText(), cs.byFile(), cs.byLooseNumber())); err != nil {
		return nil, err
	}
	cs.noteNames()
	if found := cs.ranked(); len(found) > 0 {
		return &found[0].clues, nil
	}
	return &clues{}, nil
}

func automated(m Mail, p history) []Suggestion {
	if m.Item.Class == item.AutoReply {
		list := []Suggestion{dismissal(Once, likelyOnce, reason("auto-reply"))}
		if !p.known {
			list = append(list, dismissal(Sender, unlikely, reason("machine")))
		}
		return append(list, release(Once, unlikely, reason("release")))
	}
	take := clues{unfitted: true}
	if p.known && m.Item.ListID == "" {
		take.add(programOfContact, reason("is-contact"))
	}
	if len(p.near) > 0 && !p.known && m.Item.ListID == "" && !machine(m.Item.From.Email) {
		take.add(programAtClient, counted("same-domain", 1, directory.Domain(m.Item.From.Email)))
	}
	if n := p.acceptedSender.Count; n > 0 {
		take.add(often(releasedBefore, n), counted("released", int(n)))
	}
	if m.Answered != nil {
		take.add(answeredChat, reason("answers-chat"))
	}
	take.found = append(take.found, p.behalf.found...)
	all := bulkClues(written(m))
	took := take.score()
	if len(p.behalf.found) == 0 { // it says for nobody in particular what people dismissed before, or what all are told
		took *= (1 - all.score()) * math.Pow(againFactor, float64(p.dismissedSender.Count))
	}
	scope := Once
	if p.acceptedSender.Count > 0 {
		scope = Sender
	}
	list := []Suggestion{release(scope, max(took, unlikely/2), append(take.reasons(), reason("release"))...)}
	left := 1 - took
	if m.Item.ListID != "" {
		why := []Reason{reason("list", m.Item.ListID)}
		if n := p.dismissedList.Count; n > 0 {
			why = append(why, counted("dismissed", int(n)))
		}
		return append(list, dismissal(List, left*likelyList, why...), dismissal(Sender, left*(1-likelyList)*0.6, reason("machine")),
			dismissal(Once, left*(1-likelyList)*0.4, reason("machine")))
	}
	why := append([]Reason{reason("machine")}, all.reasons()...)
	if n := p.dismissedSender.Count; n > 0 {
		why = append(why, counted("dismissed", int(n)))
	}
	return append(list, dismissal(Sender, left*likelySender, why...), dismissal(Once, left*(1-likelySender)*0.8, why...))
}

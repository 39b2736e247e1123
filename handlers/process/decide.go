package process

import (
	"context"
	"slices"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/connector"
	"kantoorpost/shared/item"
)

func park(r item.Reason, f item.Facts) (decision, error) {
	return decision{Reason: r, Facts: f}, nil
}

// byRules decides a mail. It changes nothing, and its only input is the mail and the
// answers of the office. It asks no more than it needs: whether the mail is a copy only
// when again says that the last decision could not be stored, since most mails are no
// copies; learned rules only when the mail would wait otherwise.
//
// Doubt about the sender comes before the conversation that a mail claims to belong
// to: everyone who ever got a mail knows the ids that lead there.
func byRules(ctx context.Context, it item.Item, o office, again bool) (decision, error) {
	var d decision
	if it.Sent {
		return sentMail(ctx, it, o, again)
	}
	if it.Override.AsksPerson() {
		o = unplaced{o}
	}
	if d, ok, err := reported(ctx, it, o); err != nil || ok {
		return d, err
	}
	if acknowledges(it) && !it.Override.Releases(item.Acknowledgement) {
		return acknowledgement(ctx, it, o)
	}
	named := it.InitialReason == item.NoSender && it.Override.Contact != "" // a person said who wrote it
	if it.InitialReason != "" && !it.Override.Releases(it.InitialReason) && !named {
		initial, err := decideInitialReason(ctx, it, o)
		if err != nil || initial.Reason != "" || initial.Dismiss || initial.Join != nil {
			return initial, err
		}
		d.Rules = initial.Rules
	}
	if it.From.Email == "" && it.Override.Contact == "" {
		return park(item.NoSender, item.Facts{})
	}
	if it.Verdict == item.VerdictFail && !it.Override.Releases(item.SenderNotVerified) {
		return park(item.SenderNotVerified, item.Facts{})
	}
	if it.NotAnalysed && !it.Override.Releases(item.NotAnalysed) {
		return park(item.NotAnalysed, item.Facts{})
	}
	link, linked, err := o.Link(ctx, it.Mailbox)
	if err != nil {
		return decision{}, err
	}
	if !linked {
		return park(item.LinkRemoved, item.Facts{})
	}
	from, known, other, err := author(ctx, it, o)
	if err != nil {
		return decision{}, err
	}
	if other {
		return park(item.UnknownSender, item.Facts{Contact: from.ID})
	}
	if !known && it.From.Email == "" {
		return park(item.NoSender, item.Facts{}) // the contact that a person chose was deleted
	}
	if !known {
		return stranger(ctx, it, o, link, again)
	}
	if unproven, asks, err := o.Unproven(ctx, it, from); err != nil || unproven {
		return decision{Reason: item.SenderNotVerified, Facts: item.Facts{Contact: from.ID, AsksMoney: asks}}, err
	}
	if from.Rule != "" {
		d.Rules = append(d.Rules, from.Rule)
	}

	d.From = from
	var client, rule string
	if err := d.copied(ctx, it, o, again, from); err != nil {
		return decision{}, err
	}
	if d.Join == nil {
		c, named, ok, err := o.Answered(ctx, it)
		if err != nil {
			return decision{}, err
		}
		// The chat of a client whom a person chose is not another client's.
		if ok && (it.Override.Client == "" || it.Override.Client == c.Client) {
			s, joins, err := participates(ctx, c, it, o, from)
			joins = joins && (named || c.Contact == from.ID && !from.Portal) // a conversation alone may be another's
			var others []string
			var sure string
			if err == nil && joins && it.Override.Client == "" {
				others, sure, err = o.Named(ctx, it, from, &c)
			}
			switch {
			case err != nil:
				return decision{}, err
			case len(others) == 1 && sure != "" && !it.Override.NoRules:
				client, rule = others[0], sure
			case len(others) > 0: // people write about something else in an old conversation
				return park(item.SeveralClients, item.Facts{Contact: from.ID, Clients: append([]string{c.Client}, others...), Named: others})
			case joins || named && it.Override.Client == c.Client:
				d.Join, d.participation = &c, s
			case named:
				clients := append(slices.Clip(from.Clients), c.Client)
				return park(item.SeveralClients, item.Facts{Contact: from.ID, Clients: clients})
			}
		}
	}
	if d.Join != nil {
		// The members of the chat stay, and those of the address that received this
		// mail join, if there are any.
		d.Client = d.Join.Client
		_, err = d.members(ctx, it, o, link)
		return d, err
	}

	if client == "" {
		var unclear decision
		if client, rule, unclear, err = chooseClient(ctx, it, o, from); err != nil || unclear.Reason != "" {
			return unclear, err
		}
	}
	if d.Client = client; rule != "" {
		d.Rules = append(d.Rules, rule)
	}
	d.Reason, err = d.members(ctx, it, o, link)
	if err != nil || d.Reason != "" {
		facts := item.Facts{Contact: from.ID, Clients: []string{d.Client}}
		switch link.Kind {
		case connector.LinkRole:
			facts.Role = link.ID
		case connector.LinkProcessTeam:
			facts.Team = link.ID
		}
		return decision{Reason: d.Reason, Facts: facts}, err
	}
	return d, nil
}

// copied sets in d whether later mail can find this one by its internet message id. If
// the mail is a copy of one in a chat to which the sender belongs, it joins that chat.
func (d *decision) copied(ctx context.Context, it item.Item, o office, again bool, from sender) error {
	d.Named = true
	if !again || it.InternetMessageID == "" {
		return nil
	}
	c, taken, same, err := o.Copied(ctx, it)
	if err != nil {
		return err
	}
	if d.Named = !taken; !same {
		return nil
	}
	if _, joins, err := participates(ctx, c, it, o, from); err != nil || !joins {
		return err
	}
	d.Join, d.Copy = &c, true
	return nil
}

// chooseClient returns the client that a mail is about, or a decision that it waits.
func chooseClient(ctx context.Context, it item.Item, o office, from sender) (client, rule string, unclear decision, err error) {
	if it.Override.Client != "" {
		if ok, err := o.Client(ctx, it.Override.Client); err != nil || ok {
			return it.Override.Client, "", decision{}, err
		}
	}
	wait := func(reason item.Reason, clients, named []string) (string, string, decision, error) {
		return "", "", decision{Reason: reason, Facts: item.Facts{Contact: from.ID, Clients: clients, Named: named, Portal: from.Portal}}, nil
	}
	if from.Portal {
		named, err := o.ForPortal(ctx, it, from)
		switch {
		case err != nil:
			return "", "", decision{}, err
		case len(named) == 1 && !it.Override.NoRules:
			return named[0], "", decision{}, nil
		case len(named) == 0:
			return wait(item.SenderNoClient, nil, nil)
		}
		return wait(item.SeveralClients, named, named)
	}
	if len(from.Clients) == 0 {
		return wait(item.SenderNoClient, nil, nil)
	}
	others, sure, err := o.Named(ctx, it, from, nil)
	if err == nil && len(others) == 1 && sure != "" && !it.Override.NoRules {
		return others[0], sure, decision{}, nil
	}
	if err == nil && len(others) > 0 {
		return wait(item.SeveralClients, append(slices.Clip(from.Clients), others...), others)
	}
	if err == nil && len(from.Clients) == 1 && !it.Override.AsksPerson() {
		if action := it.Override.Action; action == item.LinkContact || action == item.CreateContact {
			return from.Clients[0], "", decision{}, nil // a person has just said whose mail it is
		}
		about, named, err := o.AboutClient(ctx, it, from)
		if err != nil || about {
			return from.Clients[0], "", decision{}, err
		}
		client, rule, d, err := wait(item.SeveralClients, withOthers(from.Clients, named), named)
		d.Facts.Unsaid = len(named) == 0
		return client, rule, d, err
	}
	if err == nil && !it.Override.NoRules {
		if client, rule, err = o.WhichClient(ctx, it, from); client != "" {
			return client, rule, decision{}, nil
		}
	}
	if err != nil {
		return "", "", decision{}, err
	}
	signed, err := o.Signed(ctx, it)
	if err != nil {
		return "", "", decision{}, err
	}
	return wait(item.SeveralClients, from.Clients, signed)
}

// withOthers returns clients and then the others of named.
func withOthers(clients, named []string) []string {
	return append(slices.Clip(clients),
		slices.DeleteFunc(slices.Clone(named), func(id string) bool { return slices.Contains(clients, id) })...)
}

// members adds to d the team members whom the link of the address brings into a chat
// with the client, or returns the reason why there is nobody.
func (d *decision) members(ctx context.Context, it item.Item, o office, link connector.Link) (item.Reason, error) {
	ids, reason, err := o.Joiners(ctx, link, it.Address, d.Client)
	if err != nil || len(ids) == 0 {
		return reason, err
	}
	d.Members, d.Why = slices.Clip(ids[:min(len(ids), chat.MaxMembers)]), string(link.Kind)
	return "", nil
}

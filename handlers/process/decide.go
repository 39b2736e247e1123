package process

import (
	"context"
	"slices"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/connector"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
)

func park(r item.Reason, f item.Facts) (decision, error) {
	return decision{Reason: r, Facts: f}, nil
}

// decide decides a mail: by rules, and when these do not tell its client, by what would be
// suggested first, if that is sure enough. It is then decided as if a person had chosen
// that client. A mail of which something was undone waits for a person.
func decide(ctx context.Context, it item.Item, o office, again bool) (decision, error) {
	d, err := byRules(ctx, it, o, again)
	if err != nil || d.Reason != item.SeveralClients && d.Reason != item.SenderNoClient || it.Override.NoRules || it.Override.AsksPerson() {
		return d, err
	}
	waiting := it
	waiting.Reason, waiting.Facts = d.Reason, d.Facts
	client, rule, why, err := o.Suggested(ctx, waiting)
	if err != nil || client == "" {
		return d, err
	}
	it.Override.Client = client
	if d, err = byRules(ctx, it, o, again); err == nil && d.Reason == "" {
		if has := d.From.Clients; !d.From.Portal && len(has) < directory.MaxClients && !slices.Contains(has, client) {
			why.AddedTo = d.From.ID
		}
		d.Rules, d.Placed = append(d.Rules, rule), why
	}
	return d, err
}

// byRules decides a mail. It changes nothing, and its only input is the mail and the
// answers of the office. It asks no more than it needs: whether the mail is a copy only
// when again says that the last decision could not be stored, since most mails are no
// copies; learned rules only when the mail would wait otherwise.
//
// Doubt about the sender comes before the conversation that a mail claims to belong
// to: everyone who ever got a mail knows the ids that lead there.
func byRules(ctx context.Context, it item.Item, o office, again bool) (decision, error) {
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
	d, err := beforeSender(ctx, it, o)
	if err != nil || d.made() {
		return d, err
	}
	link, linked, err := o.Link(ctx, it.Mailbox)
	if err != nil {
		return decision{}, err
	}
	if !linked {
		return park(item.LinkRemoved, item.Facts{})
	}
	from, known, other, err := author(ctx, it, o)
	switch {
	case err != nil:
		return decision{}, err
	case other:
		return park(item.UnknownSender, item.Facts{Contact: from.ID})
	case !known && it.From.Email == "":
		return park(item.NoSender, item.Facts{}) // the contact that a person chose was deleted
	case !known:
		return unknownSender(ctx, it, o, link, again)
	}
	if unproven, asks, err := o.Unproven(ctx, it, from); err != nil || unproven {
		return decision{Reason: item.SenderNotVerified, Facts: item.Facts{Contact: from.ID, AsksMoney: asks}}, err
	}
	if d.From = from; from.Rule != "" {
		d.Rules = append(d.Rules, from.Rule)
	}
	client, rule, err := d.answer(ctx, it, o, again)
	switch {
	case err != nil:
		return decision{}, err
	case d.Reason != "":
		return d, nil
	case d.Join != nil:
		// The members of the chat stay, and those of the address that received this
		// mail join, if there are any.
		d.Client = d.Join.Client
		_, err = d.members(ctx, it, o, link)
		return d, err
	}
	return d.begin(ctx, it, o, link, client, rule)
}

// answer lets the mail join the chat that it answers, or wait when it may be about another
// client than that chat. Client is the other client, when a rule is sure of it.
func (d *decision) answer(ctx context.Context, it item.Item, o office, again bool) (client, rule string, err error) {
	if err := d.copied(ctx, it, o, again, d.From); err != nil || d.Join != nil {
		return "", "", err
	}
	c, named, ok, err := o.Answered(ctx, it)
	// The chat of a client whom a person chose is not another client's.
	if err != nil || !ok || it.Override.Client != "" && it.Override.Client != c.Client {
		return "", "", err
	}
	s, joins, err := participates(ctx, c, it, o, d.From)
	joins = joins && (named || c.Contact == d.From.ID && !d.From.Portal) // a conversation alone may be another's
	var others []string
	if err == nil && joins && it.Override.Client == "" {
		others, rule, err = o.Named(ctx, it, d.From, &c)
	}
	switch {
	case err != nil:
		return "", "", err
	case len(others) == 1 && rule != "" && !it.Override.NoRules:
		return others[0], rule, nil
	case len(others) > 0: // people write about something else in an old conversation
		clients := append([]string{c.Client}, others...)
		*d = decision{Reason: item.SeveralClients, Facts: item.Facts{Contact: d.From.ID, Clients: clients, Named: others}}
	case joins || named && it.Override.Client == c.Client:
		d.Join, d.participation = &c, s
	case named:
		clients := append(slices.Clip(d.From.Clients), c.Client)
		*d = decision{Reason: item.SeveralClients, Facts: item.Facts{Contact: d.From.ID, Clients: clients}}
	}
	return "", "", nil
}

// begin lets the mail start a chat with a client; "" when that is still to be chosen.
func (d decision) begin(ctx context.Context, it item.Item, o office, link connector.Link, client, rule string) (decision, error) {
	if client == "" {
		var unclear decision
		var err error
		if client, rule, unclear, err = chooseClient(ctx, it, o, d.From); err != nil || unclear.made() {
			return unclear, err
		}
	}
	if d.Client = client; rule != "" {
		d.Rules = append(d.Rules, rule)
	}
	reason, err := d.members(ctx, it, o, link)
	if err == nil && reason == "" {
		return d, nil
	}
	facts := item.Facts{Contact: d.From.ID, Clients: []string{d.Client}}
	switch link.Kind {
	case connector.LinkRole:
		facts.Role = link.ID
	case connector.LinkProcessTeam:
		facts.Team = link.ID
	}
	return decision{Reason: reason, Facts: facts}, err
}

// copied sets in d whether later mail can find this one by its internet message id. If
// the mail is a copy of one in a chat to which the sender belongs, it joins that chat.
func (d *decision) copied(ctx context.Context, it item.Item, o office, again bool, from sender) error {
	d.ByMessageID = true
	if !again || it.InternetMessageID == "" {
		return nil
	}
	c, taken, same, err := o.Copied(ctx, it)
	if err != nil {
		return err
	}
	if d.ByMessageID = !taken; !same {
		return nil
	}
	if _, joins, err := participates(ctx, c, it, o, from); err != nil || !joins {
		return err
	}
	d.Join, d.Copy = &c, true
	return nil
}

// chooseClient returns the client that a mail is about, or a decision that it waits or,
// of a contact without clients, is dismissed.
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
		named, rule, err := o.ForPortal(ctx, it, from)
		switch {
		case err != nil:
			return "", "", decision{}, err
		case len(named) == 1 && !it.Override.NoRules:
			return named[0], rule, decision{}, nil
		case len(named) == 0:
			return wait(item.SenderNoClient, nil, nil)
		}
		return wait(item.SeveralClients, named, named)
	}
	if from.noClient() {
		if !it.Override.NoRules && !it.Override.AsksPerson() && it.Verdict != item.VerdictFail {
			if rule, err = o.DismissedBy(ctx, it, from.ID); err != nil || rule != "" {
				return "", "", decision{Dismiss: true, Rules: []string{rule}}, err
			}
		}
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

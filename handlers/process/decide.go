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

// decide places a mail. It changes nothing, and has no other input than the
// mail and what the office answers. It asks no more than it needs: whether the
// mail is a copy only when again says that a decision did not hold, because
// most are not; what people taught only when the mail would wait otherwise.
//
// What makes a sender doubtful comes before the conversation that a mail says
// it belongs to: everyone who ever got a mail knows the ids that lead there.
func decide(ctx context.Context, it item.Item, who office, again bool) (decision, error) {
	var d decision
	if acknowledges(it) && !it.Override.Releases(item.Acknowledgement) {
		return acknowledgement(ctx, it, who)
	}
	named := it.InitialReason == item.NoSender && it.Override.Contact != "" // a person said who wrote it
	if it.InitialReason != "" && !it.Override.Releases(it.InitialReason) && !named {
		barred, err := decideInitialReason(ctx, it, who)
		if err != nil || barred.Reason != "" || barred.Dismiss || barred.Join != nil {
			return barred, err
		}
		d.Rules = barred.Rules
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
	link, linked, err := who.Link(ctx, it.Mailbox)
	if err != nil {
		return decision{}, err
	}
	if !linked {
		return park(item.LinkRemoved, item.Facts{})
	}
	from, known, err := author(ctx, it, who)
	if err != nil {
		return decision{}, err
	}
	if !known && it.From.Email == "" {
		return park(item.NoSender, item.Facts{}) // whom a person named is gone
	}
	if !known {
		return stranger(ctx, it, who, again)
	}
	if it.Override.Contact == "" && it.From.Name != "" && !from.PassedOn {
		other, err := who.OtherName(ctx, it, from)
		if err != nil {
			return decision{}, err
		}
		if other {
			return park(item.UnknownSender, item.Facts{Contact: from.ID})
		}
	}
	if from.Rule != "" {
		d.Rules = append(d.Rules, from.Rule)
	}

	d.From = from
	if err := d.copied(ctx, it, who, again, func(c chat.Chat) bool { return c.Contact == from.ID }); err != nil {
		return decision{}, err
	}
	// A person who names the client starts a chat with that one.
	matter := ""
	if d.Join == nil && it.Override.Client == "" {
		c, ok, err := who.Answered(ctx, it)
		if err != nil {
			return decision{}, err
		}
		if ok && c.Contact == from.ID {
			d.Join = &c
		} else if ok {
			matter = c.Client
		}
	}
	if d.Join != nil {
		// Who works in the chat stays; who looks after the address that got
		// this mail joins, if there is somebody.
		d.Client = d.Join.Client
		_, err = d.members(ctx, it, who, link)
		return d, err
	}

	client, rule, reason, err := about(ctx, it, who, &from, matter)
	if err != nil || reason != "" {
		return decision{Reason: reason, Facts: item.Facts{Contact: from.ID, Clients: from.Clients}}, err
	}
	if d.Client = client; rule != "" {
		d.Rules = append(d.Rules, rule)
	}
	d.Reason, err = d.members(ctx, it, who, link)
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

// copied says in d whether the mail can be found by its internet message id
// and, if it is a copy of one that a chat has to which the sender belongs, that
// it joins that.
func (d *decision) copied(ctx context.Context, it item.Item, who office, again bool, belongs func(chat.Chat) bool) error {
	d.Named = true
	if !again || it.InternetMessageID == "" {
		return nil
	}
	c, taken, same, err := who.Copied(ctx, it)
	if err != nil {
		return err
	}
	d.Named = !taken
	if same && belongs(c) {
		d.Join, d.Copy = &c, true
	}
	return nil
}

// bar decides mail that is not to be treated like a letter: a program wrote
// it, or it is too large or too odd. An answer that a program gave for a contact
// is shown in the chat that it answers, and starts none. Other mail of a contact
// is dismissed by no rule, and mail whose sender Exchange doubts is decided by none.
//
// https://www.rfc-editor.org/rfc/rfc3834#section-5
func decideInitialReason(ctx context.Context, it item.Item, who office) (decision, error) {
	if it.NotAnalysed {
		return park(it.InitialReason, item.Facts{})
	}
	if it.Class != "" && it.Verdict != item.VerdictFail {
		if d, ok, err := line(ctx, it, who); err != nil || ok {
			return d, err
		}
	}
	if !it.Override.NoRules && it.Verdict != item.VerdictFail && (it.InitialReason == item.Automated || it.InitialReason == item.Bounce) {
		_, contact, err := who.Contact(ctx, it.From.Email)
		if err != nil {
			return decision{}, err
		}
		rule := ""
		if !contact || answers(it) {
			rule, err = who.Dismissed(ctx, it)
		}
		if err != nil || rule != "" {
			return decision{Dismiss: true, Rules: []string{rule}}, err
		}
		if it.InitialReason == item.Automated {
			if rule, err = who.Accepted(ctx, it); err != nil || rule != "" {
				return decision{Rules: []string{rule}}, err
			}
		}
	}
	return park(it.InitialReason, item.Facts{})
}

// line puts a mail that a program wrote for a contact into the chat with him
// that it belongs to, where it wakes nobody.
func line(ctx context.Context, it item.Item, who office) (decision, bool, error) {
	c, ok, err := who.Answered(ctx, it)
	if err != nil || !ok {
		return decision{}, false, err
	}
	from, known, err := author(ctx, it, who)
	if err != nil || !known || c.Contact != from.ID {
		return decision{}, false, err
	}
	return decision{Join: &c, Quiet: true, From: from, Client: c.Client}, true, nil
}

// answers tells mail that a program wrote in answer to another, which is all that
// may be dismissed of a contact's mail without a person.
func answers(it item.Item) bool { return it.Class == item.AutoReply || acknowledges(it) }

// acknowledges tells mail that only says that another mail arrived or was
// agreed with.
func acknowledges(it item.Item) bool {
	return it.Class == item.ReadReceipt || it.Class == item.InvitationResponse
}

// acknowledgement decides such mail: it never starts a chat. Where it belongs to
// none nobody needs it, unless its sender is doubted or a person took that back.
func acknowledgement(ctx context.Context, it item.Item, who office) (decision, error) {
	if it.Verdict == item.VerdictFail && !it.Override.Releases(item.SenderNotVerified) {
		return park(item.SenderNotVerified, item.Facts{})
	}
	if d, ok, err := line(ctx, it, who); err != nil || ok {
		return d, err
	}
	return decision{Reason: item.Acknowledgement, Dismiss: !it.Override.NoRules}, nil
}

// author is the contact who wrote the mail: whom a person named, or else whose
// address it is sent from, or else from whom a team member had it, if people
// said often enough that this is so.
func author(ctx context.Context, it item.Item, who office) (sender, bool, error) {
	if it.Override.Contact != "" {
		from, known, err := who.ContactByID(ctx, it.Override.Contact)
		if err != nil || known {
			return from, known, err
		}
	}
	if it.From.Email == "" {
		return sender{}, false, nil
	}
	from, known, err := who.Contact(ctx, it.From.Email)
	if err != nil || known || it.Override.NoRules || it.Verdict != item.VerdictPass {
		return from, known, err
	}
	// Who writes from an address with a tag has the address without it, too.
	if base, tagged := directory.Untagged(it.From.Email); tagged {
		if from, known, err = who.Contact(ctx, base); err != nil || known {
			return from, known, err
		}
	}
	return who.PassedOn(ctx, it)
}

// stranger decides mail whose sender is no contact. A colleague who answers in
// a chat that he takes part in belongs there; a newcomer from a domain of which
// people said often enough whose it is becomes a contact.
func stranger(ctx context.Context, it item.Item, who office, again bool) (decision, error) {
	member, internal, err := who.Member(ctx, it.From.Email)
	if err != nil {
		return decision{}, err
	}
	if internal && it.Verdict == item.VerdictPass {
		d := decision{Why: "colleague"}
		belongs := func(c chat.Chat) bool { return slices.Contains(c.Members, member) }
		if err := d.copied(ctx, it, who, again, belongs); err != nil {
			return decision{}, err
		}
		c, ok, err := who.Answered(ctx, it)
		if err != nil {
			return decision{}, err
		}
		if d.Join == nil && ok && belongs(c) {
			d.Join = &c
		}
		if d.Join != nil {
			d.Client = d.Join.Client
			return d, nil
		}
	}
	reason := item.UnknownSender
	if own, err := who.Own(ctx, it.From.Email); err != nil {
		return decision{}, err
	} else if own {
		reason = item.InternalSender
	}
	if !it.Override.NoRules && it.Verdict != item.VerdictFail && reason == item.UnknownSender {
		rule, err := who.Dismissed(ctx, it)
		if err != nil || rule != "" {
			return decision{Dismiss: true, Rules: []string{rule}}, err
		}
		client, rule, err := who.Belongs(ctx, it)
		if err != nil || rule != "" {
			return decision{Create: &newContact{client, rule}}, err
		}
	}
	return park(reason, item.Facts{})
}

// about is the client that a mail is about, or the reason why that is not
// certain. Matter is the client of another's chat that it answers: a colleague
// who goes on with it writes about the same, if he is with that client at all.
// When the mail gives the number of a client that is not known to be the
// sender's, that one is added to his.
func about(ctx context.Context, it item.Item, who office, from *sender, matter string) (client, rule string, reason item.Reason, err error) {
	if it.Override.Client != "" {
		if ok, err := who.Client(ctx, it.Override.Client); err != nil || ok {
			return it.Override.Client, "", "", err
		}
	}
	switch len(from.Clients) {
	case 0:
		return "", "", item.SenderNoClient, nil
	case 1:
		if it.Override.NoRules || len(it.Numbers) == 0 {
			return from.Clients[0], "", "", nil
		}
		named, err := who.Named(ctx, it)
		if err != nil || len(named) == 0 || slices.Contains(named, from.Clients[0]) {
			return from.Clients[0], "", "", err
		}
		// He gives another's number: a person says whom it is about.
		from.Clients = append(slices.Clip(from.Clients), named...)
		return "", "", item.SeveralClients, nil
	}
	if !it.Override.NoRules {
		if slices.Contains(from.Clients, matter) {
			return matter, "", "", nil
		}
		client, rule, err = who.Meant(ctx, it, *from)
	}
	if err == nil && client == "" {
		reason = item.SeveralClients
	}
	return client, rule, reason, err
}

// members adds to d those whom the address' link brings into a chat with the
// client, and returns the reason why there is nobody.
func (d *decision) members(ctx context.Context, it item.Item, who office, link connector.Link) (item.Reason, error) {
	ids, reason, err := who.Joiners(ctx, link, it.Address, d.Client)
	if err != nil || len(ids) == 0 {
		return reason, err
	}
	d.Members, d.Why = slices.Clip(ids[:min(len(ids), chat.MaxMembers)]), string(link.Kind)
	return "", nil
}

package process

import (
	"context"

	"kantoorpost/shared/connector"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
)

// author returns the contact who wrote the mail: the one that a person chose, or whose
// address the sender has, or who wrote the mail that a team member forwards, if a
// learned rule says so. Other says that the display name is not that of the contact
// with the address (see learn.OtherName).
func author(ctx context.Context, it item.Item, o office) (from sender, known, other bool, err error) {
	if it.Override.Contact != "" {
		from, known, err := o.ContactByID(ctx, it.Override.Contact)
		if err != nil || known {
			return from, known, false, err
		}
	}
	if it.From.Email == "" {
		return sender{}, false, false, nil
	}
	learned := !it.Override.NoRules && it.Verdict == item.VerdictPass
	from, known, err = o.Contact(ctx, it.From.Email)
	// The owner of an address with a tag also owns the address without it.
	if base, tagged := directory.Untagged(it.From.Email); tagged && err == nil && !known && learned {
		from, known, err = o.Contact(ctx, base)
	}
	if err == nil && known && !from.Portal {
		other, err = o.OtherName(ctx, it, from)
	}
	if err == nil && !known && learned {
		from, known, err = o.Forwarded(ctx, it)
	}
	return from, known, other, err
}

// unknownSender decides mail whose sender is no contact. An answer joins a chat in which the
// sender took part. The sender becomes a contact when a learned rule says to which
// client the domain belongs; without a rule the answer of somebody at the client's own
// domain joins as it is.
func unknownSender(ctx context.Context, it item.Item, o office, link connector.Link, again bool) (decision, error) {
	if own, err := o.Own(ctx, it.From.Email); err != nil {
		return decision{}, err
	} else if own {
		return ownMail(ctx, it, o, again)
	}
	var d decision
	if err := d.copied(ctx, it, o, again, sender{}); err != nil {
		return decision{}, err
	}
	c, named, ok, err := o.Answered(ctx, it)
	if err != nil {
		return decision{}, err
	}
	if d.Join == nil && ok && named {
		s, joins, err := participates(ctx, c, it, o, sender{})
		if err != nil {
			return decision{}, err
		}
		if joins {
			d.Join, d.participation = &c, s
		}
	}
	// A colleague of the contact becomes a contact first, if the office taught that.
	if (d.Join == nil || d.participation.New) && !it.Override.NoRules && it.Verdict != item.VerdictFail {
		rule, err := o.DismissedBy(ctx, it, "")
		if err != nil || rule != "" && d.Join == nil {
			return decision{Dismiss: true, Rules: []string{rule}}, err
		}
		client, rule, err := o.DomainClient(ctx, it)
		if err != nil || rule != "" {
			return decision{Create: &newContact{client, rule}}, err
		}
	}
	if d.Join == nil {
		return park(item.UnknownSender, item.Facts{})
	}
	d.Client = d.Join.Client
	_, err = d.members(ctx, it, o, link)
	return d, err
}

package process

import (
	"context"
	"slices"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/item"
)

// A participation says how the sender of an answer belongs to the conversation.
type participation struct {
	New              bool   // was not in it before
	Outside          bool   // is not of the client
	SideConversation string // the message to which somebody outside answers
}

// participates tells whether a mail that answers a chat joins it. Everybody who ever got
// a mail knows its id, so the sender must also be known to the chat: a contact of its
// client, an address that stood in From, To or Cc of its mail, or a proven address at
// the client's own domain. From is the contact who wrote, empty when nobody knows the
// sender.
func participates(ctx context.Context, c chat.Chat, it item.Item, o office, from sender) (s participation, joins bool, err error) {
	if from.ID != "" && from.ID == c.Contact {
		return participation{}, true, nil
	}
	took, err := o.TookPart(ctx, c.ID, it.From.Email)
	if err != nil {
		return participation{}, false, err
	}
	inside := slices.Contains(from.Clients, c.Client)
	proven := it.Verdict == item.VerdictPass
	if !inside && (took || proven) {
		if inside, err = o.AtClient(ctx, c.Client, it.From.Email); err != nil {
			return participation{}, false, err
		}
		inside = inside && (took || from.ID == "") // a contact is one of the clients that he or she is linked with
	}
	if !inside && !took {
		return participation{}, false, nil
	}
	s = participation{New: !took, Outside: !inside}
	if s.Outside {
		s.SideConversation, err = o.SideConversation(ctx, c, it)
	}
	return s, true, err
}

// ownMail decides mail that the office itself wrote, proven by the tenant. A mail that
// the chat has already, such as a reply that also went to another address of the office,
// is a copy. The answer of a colleague, written in Outlook, joins the chat that it
// answers as a message of the office. Everything else waits for a person.
func ownMail(ctx context.Context, it item.Item, o office, again bool) (decision, error) {
	if it.Verdict != item.VerdictPass {
		return park(item.InternalSender, item.Facts{})
	}
	d := decision{Why: "colleague", Own: true, ByMessageID: true}
	member, colleague, err := o.Member(ctx, it.From.Email)
	if err != nil {
		return decision{}, err
	}
	if again || !colleague {
		c, taken, _, err := o.Copied(ctx, it)
		if err != nil {
			return decision{}, err
		}
		if d.ByMessageID = !taken; c.ID != "" {
			d.Join, d.Copy = &c, true
		}
	}
	if d.Join == nil && colleague {
		c, named, ok, err := o.Answered(ctx, it)
		if err != nil {
			return decision{}, err
		}
		if ok && named {
			d.Join, d.By = &c, member
		}
	}
	if d.Join == nil {
		return park(item.InternalSender, item.Facts{})
	}
	d.Client = d.Join.Client
	return d, nil
}

// sentMail decides a mail that a team member sent from an activated mailbox in Outlook. It
// joins the chat that it answers. A conversation in Exchange alone counts when it goes to
// somebody who is known to the chat. It never starts a chat.
func sentMail(ctx context.Context, it item.Item, o office, again bool) (decision, error) {
	d := decision{Why: "sent", Own: true, ByMessageID: true}
	if again && it.InternetMessageID != "" {
		c, taken, _, err := o.Copied(ctx, it)
		if err != nil {
			return decision{}, err
		}
		if d.ByMessageID = !taken; c.ID != "" { // it came to another address of the office too, or is a reply
			d.Join, d.Copy = &c, true
		}
	}
	if d.Join == nil {
		c, named, ok, err := o.Answered(ctx, it)
		if err == nil && !ok {
			c, ok, err = o.InConversation(ctx, it.Mailbox, it.ConversationID)
		}
		if err == nil && ok && !named {
			ok, err = reaches(ctx, c, it, o)
		}
		if err != nil || !ok {
			return d, err
		}
		d.Join = &c
	}
	d.Client = d.Join.Client
	for _, email := range []string{it.SentBy, it.From.Email} {
		if member, ok, err := o.Member(ctx, email); err != nil {
			return decision{}, err
		} else if ok {
			d.By = member
			break
		}
	}
	return d, nil
}

// reaches tells whether a sent mail goes to somebody who is known to a chat.
func reaches(ctx context.Context, c chat.Chat, it item.Item, o office) (bool, error) {
	for _, to := range slices.Concat(it.To, it.Cc) {
		own, err := o.Own(ctx, to.Email)
		if err != nil {
			return false, err
		}
		if own {
			continue
		}
		contact, _, err := o.Contact(ctx, to.Email)
		if err != nil {
			return false, err
		}
		if contact.ID == c.Contact && c.Contact != "" || slices.Contains(contact.Clients, c.Client) {
			return true, nil
		}
		if took, err := o.TookPart(ctx, c.ID, to.Email); err != nil || took {
			return took, err
		}
	}
	return false, nil
}

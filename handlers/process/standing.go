package process

import (
	"context"
	"slices"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/item"
)

// A standing says how the sender of an answer stands to the conversation.
type standing struct {
	New     bool   // was not in it before
	Outside bool   // is not of the client
	Leg     string // the message to which somebody outside answers
}

// standingIn tells whether a mail that answers a chat joins it. Everybody who ever got
// a mail knows its id, so the sender must also be known to the chat: a contact of its
// client, an address that stood in From, To or Cc of its mail, or a proven address at
// the client's own domain. From is the contact who wrote, empty when nobody knows the
// sender.
func standingIn(ctx context.Context, c chat.Chat, it item.Item, o office, from sender) (s standing, joins bool, err error) {
	if from.ID != "" && from.ID == c.Contact {
		return standing{}, true, nil
	}
	took, err := o.TookPart(ctx, c.ID, it.From.Email)
	if err != nil {
		return standing{}, false, err
	}
	inside := slices.Contains(from.Clients, c.Client)
	proven := it.Verdict == item.VerdictPass
	if !inside && (took || proven) {
		if inside, err = o.AtClient(ctx, c.Client, it.From.Email); err != nil {
			return standing{}, false, err
		}
		inside = inside && (took || from.ID == "") // a contact is one of the clients that he or she is linked with
	}
	if !inside && !took {
		return standing{}, false, nil
	}
	s = standing{New: !took, Outside: !inside}
	if s.Outside {
		s.Leg, err = o.Leg(ctx, c, it)
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
	d := decision{Why: "colleague", Own: true, Named: true}
	member, colleague, err := o.Member(ctx, it.From.Email)
	if err != nil {
		return decision{}, err
	}
	if again || !colleague {
		c, taken, _, err := o.Copied(ctx, it)
		if err != nil {
			return decision{}, err
		}
		if d.Named = !taken; c.ID != "" {
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

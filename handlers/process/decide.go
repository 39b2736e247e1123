package process

import (
	"context"
	"slices"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/connector"
	"kantoorpost/shared/item"
)

// A sender is the contact who wrote a mail.
type sender struct {
	ID, Name string
	Clients  []string
}

// An office answers what a decision rests on. The answers come from the
// directory and the chats; in tests from a few lines of text.
type office interface {
	// Link is what the address that received the mail is linked with; false
	// when it was never activated, or its role or team is gone.
	Link(ctx context.Context, mailbox string) (connector.Link, bool, error)
	// Contact is the one with this e-mail address, if any.
	Contact(ctx context.Context, email string) (sender, bool, error)
	// Member is the active team member with this e-mail address, if any.
	Member(ctx context.Context, email string) (id string, ok bool, err error)
	// Own says whether an e-mail address is one that the office has activated.
	Own(ctx context.Context, email string) (bool, error)
	// HasRole are the active members who have a role at a client, in order.
	HasRole(ctx context.Context, client, role string) ([]string, error)
	// InTeam are the active members of a process team, in order.
	InTeam(ctx context.Context, team string) ([]string, error)
	// Answered is the chat that a mail answers, if it is known.
	Answered(ctx context.Context, it item.Item) (chat.Chat, bool, error)
	// Copied tells about the internet message id of a mail: whether a chat has
	// a mail with that id, and which, if that mail is this one, received at
	// another address.
	Copied(ctx context.Context, it item.Item) (c chat.Chat, taken, same bool, err error)
}

// A decision is what becomes of a mail: it waits for a reason, or it joins a
// chat, or it starts one.
type decision struct {
	Reason item.Reason

	Join  *chat.Chat
	Copy  bool // Join has this mail already
	Named bool // the chat can be found by the mail's internet message id

	From    sender
	Client  string
	Members []string
	Why     string // the rule that chose the members
}

// decide places a mail. It changes nothing, and has no other input than the
// mail and what the office answers. It asks no more than it needs: whether the
// mail is a copy only when again says that a decision did not hold, because
// most are not.
//
// What makes a sender doubtful comes before the conversation that a mail says
// it belongs to: everyone who ever got a mail knows the ids that lead there.
func decide(ctx context.Context, it item.Item, who office, again bool) (decision, error) {
	if it.Bar != "" {
		return decision{Reason: it.Bar}, nil
	}
	if it.From.Email == "" {
		return decision{Reason: item.NoSender}, nil
	}
	if it.Verdict == item.VerdictFail {
		return decision{Reason: item.SenderNotVerified}, nil
	}
	link, linked, err := who.Link(ctx, it.Mailbox)
	if err != nil {
		return decision{}, err
	}
	if !linked {
		return decision{Reason: item.LinkRemoved}, nil
	}
	from, known, err := who.Contact(ctx, it.From.Email)
	if err != nil {
		return decision{}, err
	}
	if !known {
		reason, err := stranger(ctx, who, it.From.Email)
		return decision{Reason: reason}, err
	}

	d := decision{From: from, Named: true}
	if again && it.InternetMessageID != "" {
		c, taken, same, err := who.Copied(ctx, it)
		if err != nil {
			return decision{}, err
		}
		d.Named = !taken
		if same && c.Contact == from.ID {
			d.Join, d.Copy = &c, true
		}
	}
	if d.Join == nil {
		c, ok, err := who.Answered(ctx, it)
		if err != nil {
			return decision{}, err
		}
		if ok && c.Contact == from.ID {
			d.Join = &c
		}
	}
	if d.Join != nil {
		// Who works in the chat stays; who looks after the address that got
		// this mail joins, if there is somebody.
		d.Client = d.Join.Client
		d.Members, _, d.Why, err = members(ctx, who, link, it, d.Client)
		return d, err
	}

	switch len(from.Clients) {
	case 0:
		return decision{Reason: item.SenderNoClient}, nil
	case 1:
		d.Client = from.Clients[0]
	default:
		return decision{Reason: item.SeveralClients}, nil
	}
	d.Members, d.Reason, d.Why, err = members(ctx, who, link, it, d.Client)
	if err != nil || d.Reason != "" {
		return decision{Reason: d.Reason}, err
	}
	return d, nil
}

// stranger is the reason for which mail waits whose sender is no contact.
func stranger(ctx context.Context, who office, email string) (item.Reason, error) {
	_, internal, err := who.Member(ctx, email)
	if err == nil && !internal {
		internal, err = who.Own(ctx, email)
	}
	if err != nil {
		return "", err
	}
	if internal {
		return item.InternalSender, nil
	}
	return item.UnknownSender, nil
}

// members are those whom the address' link brings into a chat with a client,
// or the reason why there is nobody.
func members(ctx context.Context, who office, link connector.Link, it item.Item, client string) ([]string, item.Reason, string, error) {
	why := string(link.Kind)
	switch link.Kind {
	case connector.LinkContact:
		id, ok, err := who.Member(ctx, it.Address)
		if err != nil || !ok {
			return nil, item.NoMemberAddress, "", err
		}
		return []string{id}, "", why, nil
	case connector.LinkRole:
		ids, err := who.HasRole(ctx, client, link.ID)
		if err != nil || len(ids) == 0 {
			return nil, item.NoMemberRole, "", err
		}
		return ids[:1], "", why, nil
	case connector.LinkProcessTeam:
		ids, err := who.InTeam(ctx, link.ID)
		if err != nil || len(ids) == 0 {
			return nil, item.EmptyTeam, "", err
		}
		return slices.Clip(ids[:min(len(ids), chat.MaxMembers)]), "", why, nil
	}
	return nil, item.LinkRemoved, "", nil
}

// answers are the internet message ids that a mail says it answers, the
// nearest first and at most three: each costs a look.
func answers(it item.Item) []string {
	ids := []string{}
	for _, id := range append([]string{it.InReplyTo}, reversed(it.References)...) {
		if id != "" && !slices.Contains(ids, id) && len(ids) < 3 {
			ids = append(ids, id)
		}
	}
	return ids
}

func reversed(in []string) []string {
	out := slices.Clone(in)
	slices.Reverse(out)
	return out
}

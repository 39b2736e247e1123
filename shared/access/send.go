package access

import (
	"context"
	"slices"
	"time"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/connector"
	"kantoorpost/shared/membership"
)

// A Sender is an activated address from which an actor may send mail of a chat.
type Sender struct {
	connector.Activation
	Linked bool // the link of the address means the actor, or for whom he or she stands in
}

// Senders returns from which of some activated addresses actor may send mail of a
// chat, at a time. Somebody's own address sends only for that team member and for who
// stands in for him or her. Another address sends for those whom its link means, for
// those who take part in a chat that it received mail of, and for managers. Programs
// do not send.
func Senders(ctx context.Context, actor Actor, c chat.Chat, from []connector.Activation, links membership.Links,
	at time.Time) ([]Sender, error) {
	from = slices.DeleteFunc(slices.Clone(from), func(a connector.Activation) bool { return !a.Active })
	if actor.Member.ID == "" || len(from) == 0 {
		return nil, nil
	}
	all, err := membership.Represented(ctx, links, actor.Member, at)
	if err != nil {
		return nil, err
	}
	part := Other
	for _, m := range all {
		if slices.Contains(c.Members, m.ID) {
			part = Linked
		}
	}
	if !Can(actor, ChatsSend, part) {
		return nil, nil
	}
	linked, err := membership.Mailboxes(ctx, links, actor.Member, from, at)
	if err != nil {
		return nil, err
	}
	var senders []Sender
	for _, a := range from {
		shared := a.Link.Kind != connector.LinkContact && (slices.Contains(c.Addresses, a.Address) || Can(actor, ChatsSend, Other))
		if linked[a.ID] || shared {
			senders = append(senders, Sender{a, linked[a.ID]})
		}
	}
	return senders, nil
}

// MaySend says whether actor may send mail of a chat from an activated address, at a
// time; see Senders.
func MaySend(ctx context.Context, actor Actor, c chat.Chat, from connector.Activation, links membership.Links, at time.Time) (bool, error) {
	senders, err := Senders(ctx, actor, c, []connector.Activation{from}, links, at)
	return len(senders) > 0, err
}

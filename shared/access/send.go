package access

import (
	"context"
	"slices"
	"time"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/connector"
	"kantoorpost/shared/membership"
)

// MaySend says whether actor may send mail of a chat from an activated address, at a
// time. Somebody's own address sends only for that team member and for who stands in
// for him or her. Another address sends for those whom its link means, for those who
// take part in a chat that it received mail of, and for managers. Programs do not send.
func MaySend(ctx context.Context, actor Actor, c chat.Chat, from connector.Activation, links membership.Links, at time.Time) (bool, error) {
	if actor.Member.ID == "" || !from.Active {
		return false, nil
	}
	all, err := membership.Represented(ctx, links, actor.Member, at)
	if err != nil {
		return false, err
	}
	part := Other
	for _, m := range all {
		if slices.Contains(c.Members, m.ID) {
			part = Linked
		}
	}
	if !Can(actor, ChatsWrite, part) {
		return false, nil
	}
	linked, err := membership.Mailboxes(ctx, links, actor.Member, []connector.Activation{from}, at)
	if err != nil || linked[from.ID] || from.Link.Kind == connector.LinkContact {
		return linked[from.ID], err
	}
	return slices.Contains(c.Addresses, from.Address) || Can(actor, ChatsWrite, Other), nil
}

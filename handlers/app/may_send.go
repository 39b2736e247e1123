package app

import (
	"context"
	"errors"
	"time"

	"kantoorpost/shared/access"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/connector"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/outbox"
)

// maySend returns the check whether the author of a reply may still send it: rights,
// links and members change between writing and sending.
func maySend(office *directory.Store, chats *chat.Store) func(context.Context, outbox.Reply, connector.Activation) (bool, error) {
	return func(ctx context.Context, r outbox.Reply, from connector.Activation) (bool, error) {
		author, err := office.TeamMember(ctx, r.Author)
		if errors.Is(err, directory.ErrNotFound) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		c, err := chats.Get(ctx, r.Chat)
		if errors.Is(err, chat.ErrNotFound) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		return access.MaySend(ctx, access.Actor{Member: author}, c, from, office, time.Now())
	}
}
